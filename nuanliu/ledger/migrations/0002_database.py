"""Scope, accounts that only the database keeps, transfers that are only added, plans that freeze."""

from django.db import migrations

from nuanliu.base.migrations import install_append_only, install_policies, install_sql
from nuanliu.ledger.sources import view_sql


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
        ("organizations", "0001_initial"),
        ("programmes", "0001_initial"),
        ("approvals", "0001_initial"),
    ]

    operations = [
        install_policies("ledger_fund"),
        install_policies("ledger_account"),
        install_policies("ledger_useplan"),
        install_policies("ledger_useplanline"),
        install_policies("ledger_transfer"),
        install_append_only("ledger_fund"),
        install_append_only("ledger_transfer"),
        migrations.RunSQL(view_sql(), migrations.RunSQL.noop),
        install_sql("ledger", "funds"),
        install_sql("ledger", "plans"),
        install_sql("ledger", "transfers"),
        install_sql("ledger", "endings"),
    ]
