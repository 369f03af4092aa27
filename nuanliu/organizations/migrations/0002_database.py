from django.db import migrations

from nuanliu.base.migrations import install_append_only, install_policies, install_sql

# Who has just signed in has no scope yet, and chooses the organization to act for.
SIGNED_IN = "nullif(current_setting('app.user', true), '') IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial")]

    operations = [
        install_policies("organizations_organization", "path", read_all=True, read_also=SIGNED_IN),
        install_sql("organizations", "organizations"),
        install_policies("organizations_formername", read_all=True),
        install_append_only("organizations_formername"),
        install_sql("organizations", "history"),
    ]
