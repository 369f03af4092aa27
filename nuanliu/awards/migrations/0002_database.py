from django.db import migrations

from nuanliu.base.migrations import install_append_only, install_policies, install_sql

TABLES = (
    "roster",
    "rostersheet",
    "rosterrow",
    "rosterfinding",
    "correction",
    "recusal",
    "cashexception",
    "award",
    "accountconfirmation",
)


class Migration(migrations.Migration):
    dependencies = [
        ("awards", "0001_initial"),
        ("people", "0002_database"),
        ("programmes", "0002_database"),
        ("ledger", "0002_database"),
        ("base", "0001_initial"),
    ]

    operations = [
        *(install_policies(f"awards_{table}") for table in TABLES),
        install_policies("awards_headingmapping"),
        install_append_only("awards_correction"),
        install_append_only("awards_accountconfirmation"),
        install_sql("awards", "awards"),
        install_sql("awards", "accounts"),
        install_sql("awards", "reservations"),
        install_sql("awards", "conflicts"),
        install_sql("awards", "received"),
        install_sql("awards", "endings"),
    ]
