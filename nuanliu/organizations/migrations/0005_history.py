from django.db import migrations

from nuanliu.base.migrations import install_append_only, install_policies, install_sql


class Migration(migrations.Migration):
    dependencies = [("organizations", "0004_former_names")]

    operations = [
        install_policies("organizations_formername", read_all=True),
        install_append_only("organizations_formername"),
        install_sql("organizations", "history"),
    ]
