from django.db import migrations

from nuanliu.base.migrations import install_sql


class Migration(migrations.Migration):
    dependencies = [("access", "0003_sign_in")]

    operations = [install_sql("access", "endings")]
