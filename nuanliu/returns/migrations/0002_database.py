"""Scope, immutability of signed versions, formulas."""

from django.db import migrations

from nuanliu.base.migrations import install_append_only, install_policies, install_sql


class Migration(migrations.Migration):
    dependencies = [
        ("returns", "0001_initial"),
        ("organizations", "0002_database"),
        ("awards", "0001_initial"),
        ("ledger", "0001_initial"),
    ]

    operations = [
        install_policies("returns_return"),
        install_policies("returns_returncell"),
        install_policies("returns_enteredvalue"),
        install_policies("returns_streamchange"),
        install_append_only("returns_returncell"),
        install_append_only("returns_enteredvalue"),
        install_append_only("returns_streamchange"),
        install_sql("returns", "returns"),
        install_sql("returns", "stream"),
    ]
