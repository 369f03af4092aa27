from django.db import migrations

from nuanliu.base.migrations import install_sql


class Migration(migrations.Migration):
    dependencies = [("programmes", "0004_closing")]

    operations = [install_sql("programmes", "campaigns")]
