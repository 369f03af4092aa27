"""Scope of long work: who may see a post's organization may see what it asked for. Statistics of bulk loads."""

from django.db import migrations

from nuanliu.base.migrations import install_policies, install_sql


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]

    operations = [install_policies("base_jobrun"), install_sql("base", "statistics")]
