from django.db import migrations

from nuanliu.organizations.reference import plant


def plant_reference_tree(apps, schema_editor):
    plant(apps.get_model("organizations", "Organization"), using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("organizations", "0002_database")]

    operations = [migrations.RunPython(plant_reference_tree, migrations.RunPython.noop)]
