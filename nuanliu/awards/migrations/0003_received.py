from django.db import migrations

from nuanliu.base.migrations import install_sql


class Migration(migrations.Migration):
    dependencies = [("awards", "0002_database"), ("people", "0003_aid"), ("programmes", "0002_database")]

    operations = [install_sql("awards", "received")]
