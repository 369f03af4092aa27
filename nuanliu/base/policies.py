"""SQL that migrations install on tables: row-level security by organization path, and append-only tables.

All of it may be run again: each statement replaces what an earlier run left.
"""

APPLICATION = "nuanliu_app"
AUDITOR = "nuanliu_auditor"


def scope_policies(
    table: str, path_column: str = "organization_path", *, read_all: bool = False, read_also: str = ""
) -> str:
    """SQL that lets the application see and write only rows whose path lies in the transaction's scope.

    The range stands inline: an array or a function would be evaluated for each row (980 ms instead of 0.2 ms for
    a list of 50). `read_all` opens reading to whoever has any scope at all; `read_also` is a further condition
    under which a row may be read. The auditor reads what the same scope shows, and writes nothing.
    """
    low = "nullif(current_setting('app.lo', true), '')"
    high = "nullif(current_setting('app.hi', true), '')"
    within = f'"{path_column}" >= {low} AND "{path_column}" < {high}'
    readable = f"{low} IS NOT NULL" if read_all else within
    if read_also:
        readable = f"({readable}) OR ({read_also})"
    return "\n".join([
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY;',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY;',
        _policy(table, "scope_select", "SELECT", APPLICATION, f"USING ({readable})"),
        _policy(table, "scope_insert", "INSERT", APPLICATION, f"WITH CHECK ({within})"),
        _policy(table, "scope_update", "UPDATE", APPLICATION, f"USING ({within}) WITH CHECK ({within})"),
        _policy(table, "scope_delete", "DELETE", APPLICATION, f"USING ({within})"),
        _policy(table, "scope_audit", "SELECT", AUDITOR, f"USING ({readable})"),
    ])  # fmt: skip


def append_only(table: str) -> str:
    """SQL after which rows of `table` can be added and read, but neither changed nor removed by any of our roles."""
    return f"""
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {APPLICATION};
CREATE OR REPLACE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON "{table}"
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER append_only_table BEFORE TRUNCATE ON "{table}"
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def _policy(table: str, name: str, command: str, role: str, condition: str) -> str:
    return (
        f'DROP POLICY IF EXISTS {name} ON "{table}";\n'
        f'CREATE POLICY {name} ON "{table}" FOR {command} TO {role} {condition};'
    )
