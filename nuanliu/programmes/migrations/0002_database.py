from django.db import migrations

from nuanliu.base.migrations import install_policies, install_sql

# A union below must read by which rule, window and sum it is judged; a union above must see what is done below.
READABLE_BY_ALL = (
    "programmes_programme",
    "programmes_campaign",
    "programmes_standard",
    "programmes_standardline",
)


class Migration(migrations.Migration):
    dependencies = [("programmes", "0001_initial"), ("organizations", "0001_initial")]

    operations = [
        *(install_policies(table, read_all=True) for table in READABLE_BY_ALL),
        install_sql("programmes", "standards"),
        install_sql("programmes", "reference"),
        install_sql("programmes", "campaigns"),
    ]
