from django.db import migrations

from nuanliu.base.migrations import install_append_only, install_policies, install_sql

TABLES = (
    "paymentbatch",
    "paymentorder",
    "payeraccount",
    "replyfile",
    "replyfinding",
    "accountcorrection",
    "receipt",
)


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0001_initial"),
        ("awards", "0002_database"),
        ("people", "0002_database"),
        ("ledger", "0002_database"),
        ("evidence", "0002_database"),
        ("approvals", "0002_database"),
    ]

    operations = [
        *(install_policies(f"payments_{table}") for table in TABLES),
        # A profile and what words mean hold nothing about anybody, and serve those below whoever described them.
        install_policies("payments_bankprofile", read_all=True),
        install_policies("payments_replywording", read_all=True),
        install_append_only("payments_receipt"),
        install_append_only("payments_replywording"),
        install_sql("payments", "batches"),
        install_sql("payments", "orders"),
        install_sql("payments", "reference"),
    ]
