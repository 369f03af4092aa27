from django.db import migrations

from nuanliu.base.migrations import install_append_only, install_policies, install_sql

APPEND_ONLY = ("approvals_proposal", "approvals_collectivedecision", "approvals_vote")


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial"), ("access", "0001_initial")]

    operations = [
        install_policies("approvals_approvalround"),
        *(install_policies(table) for table in APPEND_ONLY),
        *(install_append_only(table) for table in APPEND_ONLY),
        install_sql("approvals", "approvals"),
    ]
