from django.db import migrations

from nuanliu.base.migrations import install_policies, install_sql


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0001_initial"),
        ("access", "0002_database"),
        ("approvals", "0002_database"),
        ("audit", "0002_database"),
        ("awards", "0002_database"),
        ("evidence", "0002_database"),
        ("ledger", "0002_database"),
        ("payments", "0002_database"),
        ("returns", "0002_database"),
    ]

    operations = [
        install_policies("desk_tally"),
        install_sql("desk", "tally"),
        install_sql("desk", "notices"),
    ]
