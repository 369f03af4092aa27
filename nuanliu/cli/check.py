"""`nuanliu check`: is this installation fit to run?"""

from collections.abc import Iterator

import typer

commands = typer.Typer()

# What must hold in the catalogue, as a question whose rows name the offenders.
CATALOGUE = {
    "the server is older than PostgreSQL 18": (
        "SELECT version() WHERE current_setting('server_version_num')::int < 180000"
    ),
    "the database does not compare text by code point; paths would leave their range": (
        "SELECT datname FROM pg_database WHERE datname = current_database()"
        " AND coalesce(datlocale, datcollate) NOT IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8')"
    ),
    "the application role is too strong": (
        "SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls OR rolcreaterole)"
    ),
    "the application role owns tables": (
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
    ),
    "a table with an organization's path is not under forced row-level security": (
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
        " AND a.attname = 'organization_path' AND NOT a.attisdropped"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
    ),
    "a view runs with its owner's rights": (
        "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"
        " AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}'"
    ),
}


@commands.command()
def check() -> None:
    """Settings, tables, roles and policies. Exit status 1 names what is wrong."""
    from django.conf import settings
    from django.core.management import CommandError, call_command

    try:
        deploy = not settings.NUANLIU_DEMONSTRATION
        call_command("check", databases=["default"], deploy=deploy, fail_level="ERROR")
    except CommandError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    wrong = [*missing_migrations(), *catalogue_faults()]
    for fault in wrong:
        typer.echo(fault, err=True)
    if wrong:
        raise typer.Exit(1)


def missing_migrations() -> Iterator[str]:
    """Migrations that this version has and the database has not."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield f"not migrated: {migration}"


def catalogue_faults() -> Iterator[str]:
    """Each fault of the catalogue with the names of what has it."""
    from django.db import connection

    with connection.cursor() as cursor:
        for fault, question in CATALOGUE.items():
            cursor.execute(question)
            if rows := cursor.fetchall():
                yield f"{fault}: {', '.join(sorted(str(row[0]) for row in rows))}"
