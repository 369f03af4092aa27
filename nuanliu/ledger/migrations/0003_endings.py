from django.db import migrations

from nuanliu.base.migrations import install_sql


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_database")]

    operations = [install_sql("ledger", "endings")]
