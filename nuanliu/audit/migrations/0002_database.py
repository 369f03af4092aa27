from django.db import migrations

from nuanliu.base.migrations import install_append_only, install_policies, install_sql

WHOLE_TREE = "organization_path = '' AND current_setting('app.lo', true) = '/'"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        install_policies("audit_auditentry", read_also=WHOLE_TREE),
        install_append_only("audit_auditentry"),
        install_sql("audit", "entries"),
        install_append_only("audit_audithead"),
        install_sql("audit", "heads"),
        install_append_only("audit_auditblock"),
        install_sql("audit", "blocks"),
    ]
