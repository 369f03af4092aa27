from django.db import migrations

from nuanliu.base.migrations import install_sql


class Migration(migrations.Migration):
    dependencies = [("web", "0001_initial")]

    operations = [install_sql("web", "views")]
