"""Operations with which a package's migration 0002 installs its SQL: constraints, triggers, functions, policies.

Each is free of Django's state, may run again, and does nothing backwards. Change the SQL, and a later migration
installs it anew.
"""

from pathlib import Path

from django.db.migrations import RunSQL

from nuanliu.base.policies import append_only, scope_policies

__all__ = ["append_only", "install_append_only", "install_policies", "install_sql", "scope_policies"]

_PACKAGES = Path(__file__).resolve().parents[2]


def install_sql(package: str, name: str) -> RunSQL:
    """Run `nuanliu/<package>/sql/<name>.sql`, which must be safe to run twice."""
    return RunSQL((_PACKAGES / package / "sql" / f"{name}.sql").read_text(), RunSQL.noop)


def install_policies(
    table: str, path_column: str = "organization_path", *, read_all: bool = False, read_also: str = ""
) -> RunSQL:
    """Put a table under row-level security by organization path; see `scope_policies`."""
    return RunSQL(scope_policies(table, path_column, read_all=read_all, read_also=read_also), RunSQL.noop)


def install_append_only(table: str) -> RunSQL:
    """Forbid change and removal of a table's rows; see `append_only`."""
    return RunSQL(append_only(table), RunSQL.noop)
