from django.db import migrations

from nuanliu.base.migrations import install_append_only, install_policies, install_sql


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_initial"), ("base", "0001_initial")]

    operations = [
        install_policies("evidence_evidencefile"),
        install_policies("evidence_filerequest"),
        install_append_only("evidence_evidencefile"),
        install_sql("evidence", "evidence"),
    ]
