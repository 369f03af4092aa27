"""Scope of long work: who may see a post's organization may see what it asked for."""

from django.db import migrations

from nuanliu.base.migrations import install_policies


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]

    operations = [install_policies("base_jobrun")]
