from django.db import migrations

from nuanliu.base.migrations import install_policies, install_sql


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("base", "0001_initial")]

    operations = [
        install_policies("people_connection"),
        install_policies("people_household"),
        install_policies("people_householdmember"),
        install_sql("people", "people"),
    ]
