from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from nuanliu.payments.reference import load


def load_reference(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    load(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_database")]

    operations = [migrations.RunPython(load_reference, migrations.RunPython.noop)]
