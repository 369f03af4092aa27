"""What must hold in the database's catalogue and its migrations, whoever asks: the command, or the page of health."""

from collections.abc import Iterator
from functools import cache

from django.db import ProgrammingError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# What must hold, as a question whose rows name the offenders.
CATALOGUE: dict[Promise, str] = {
    _("the server is older than PostgreSQL 18"): (
        "SELECT version() WHERE current_setting('server_version_num')::int < 180000"
    ),
    _("the database does not compare text by code point; paths would leave their range"): (
        "SELECT datname FROM pg_database WHERE datname = current_database()"
        " AND coalesce(datlocale, datcollate) NOT IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8')"
    ),
    _("the application role is too strong"): (
        "SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls OR rolcreaterole)"
    ),
    _("the application role owns tables"): (
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
    ),
    _("a table with an organization's path is not under forced row-level security"): (
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
        " AND a.attname = 'organization_path' AND NOT a.attisdropped"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
    ),
    _("a view runs with its owner's rights"): (
        "SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace"
        " AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}'"
    ),
}


def catalogue_faults() -> Iterator[str]:
    """Each fault of the catalogue with the names of what has it; one query."""
    asked = " UNION ALL ".join(
        f"SELECT {place}, offender::text FROM ({question}) AS fault_{place} (offender)"  # noqa: S608  ours alone
        for place, question in enumerate(CATALOGUE.values())
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        found = cursor.fetchall()
    for place, fault in enumerate(CATALOGUE):
        if offenders := sorted(name for number, name in found if number == place):
            yield f"{fault}: {', '.join(offenders)}"


def missing_migrations() -> Iterator[str]:
    """Migrations that this version has and the database has not; one query."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
    except ProgrammingError:
        applied = set()
    yield from (f"not migrated: {app}.{name}" for app, name in sorted(_of_this_version() - applied))


@cache
def _of_this_version() -> frozenset[tuple[str, str]]:
    """The files do not change while a process runs: read once, for it costs a tenth of a second."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset(loader.disk_migrations or {})
