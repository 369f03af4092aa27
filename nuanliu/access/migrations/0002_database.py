from django.db import migrations

from nuanliu.base.migrations import install_policies, install_sql

# Who has just signed in has no scope yet, and chooses among the own posts.
OWN = "user_id = nullif(current_setting('app.user', true), '')::uuid"


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("organizations", "0003_reference")]

    operations = [
        install_sql("access", "users"),
        install_sql("access", "pairs"),
        install_policies("access_post", read_also=OWN),
        install_sql("access", "posts"),
        install_sql("access", "resets"),
        install_sql("access", "kept"),
        install_sql("access", "cache"),
        install_sql("access", "endings"),
    ]
