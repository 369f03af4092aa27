import pytest
from django.db import DatabaseError, connection, transaction

from nuanliu.base.policies import append_only, scope_policies
from nuanliu.base.scope import Scope, current_scope, scoped

JIADING, BAOSHAN, SHANGHAI = "/31/14/", "/31/13/", "/31/"


@pytest.fixture
def notes(test_database, transactional_db):
    """A table under the policies, committed, with one row each of two districts."""
    with test_database.superuser() as server:
        server.execute("SET ROLE nuanliu_owner")
        server.execute('CREATE TABLE note (id int PRIMARY KEY, organization_path text COLLATE "C" NOT NULL)')
        server.execute(scope_policies("note"))
        server.execute("RESET ROLE")
        server.execute("INSERT INTO note VALUES (1, %s), (2, %s)", [JIADING, BAOSHAN])
        yield
        server.execute("DROP TABLE note")


def visible(raw_sql):
    return [row[0] for row in raw_sql("SELECT id FROM note ORDER BY id")]


def test_tests_run_as_the_application_role(raw_sql):
    assert raw_sql("SELECT current_user, session_user") == [("nuanliu_app", "nuanliu_app")]


def test_a_scope_shows_its_subtree_and_nothing_else(notes, raw_sql):
    with scoped(Scope.for_path(JIADING)):
        assert visible(raw_sql) == [1]
    with scoped(Scope.for_path(SHANGHAI)):
        assert visible(raw_sql) == [1, 2]
    with scoped(Scope.for_path("/31/1/")):
        assert visible(raw_sql) == []


def test_a_used_connection_without_a_scope_sees_nothing(notes, raw_sql):
    with scoped(Scope.for_path(SHANGHAI)):
        assert visible(raw_sql) == [1, 2]
    assert raw_sql("SELECT current_setting('app.lo', true)") == [("",)]
    assert visible(raw_sql) == []
    with transaction.atomic():
        assert visible(raw_sql) == []


def test_the_attack_on_used_connections_bites_a_policy_by_prefix(notes, test_database, raw_sql):
    """The planted fault: after the first scope the setting is the empty string, and every path begins with that."""
    with test_database.superuser() as server:
        server.execute("DROP POLICY scope_select ON note")
        condition = "organization_path LIKE current_setting('app.lo', true) || '%'"
        server.execute(f"CREATE POLICY scope_select ON note FOR SELECT TO nuanliu_app USING ({condition})")
    with scoped(Scope.for_path(JIADING)):
        assert visible(raw_sql) == [1]
    assert visible(raw_sql) == [1, 2]


def test_a_fresh_connection_without_a_scope_sees_nothing(notes, raw_sql):
    connection.close()
    assert visible(raw_sql) == []


def test_an_inner_scope_gives_back_the_outer_one(notes, raw_sql):
    with scoped(Scope.for_path(SHANGHAI, "user-1", "review")) as outer:
        with scoped(Scope.for_path(BAOSHAN)):
            assert visible(raw_sql) == [2]
        assert visible(raw_sql) == [1, 2]
        assert current_scope() == outer
        assert raw_sql("SELECT current_setting('app.user'), current_setting('app.purpose')") == [
            ("user-1", "review")
        ]
    assert current_scope() == Scope.none()


def test_an_inner_scope_that_fails_gives_back_the_outer_one(notes, raw_sql):
    with scoped(Scope.for_path(SHANGHAI)):
        with pytest.raises(ZeroDivisionError), scoped(Scope.none()):
            raise ZeroDivisionError
        with pytest.raises(DatabaseError), scoped(Scope.none()):
            raw_sql("SELECT 1/0")
        assert visible(raw_sql) == [1, 2]


def test_rows_of_others_can_be_neither_written_changed_nor_moved(notes, raw_sql):
    with scoped(Scope.for_path(JIADING)):
        assert raw_sql("UPDATE note SET id = 9 WHERE id = 2 RETURNING id") == []
        assert raw_sql("DELETE FROM note WHERE id = 2 RETURNING id") == []
        for attempt in (
            "INSERT INTO note VALUES (3, '/31/13/')",
            "UPDATE note SET organization_path = '/31/13/' WHERE id = 1",
        ):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                raw_sql(attempt)


@pytest.mark.parametrize("escape", [
    "SET ROLE nuanliu_owner",
    "SET ROLE nuanliu_matcher",
    "SET SESSION AUTHORIZATION nuanliu_owner",
    "ALTER TABLE note DISABLE ROW LEVEL SECURITY",
    "CREATE TABLE public.mine (id int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP POLICY scope_select ON note",
    "TRUNCATE note",
    "ALTER ROLE nuanliu_app BYPASSRLS",
    "COPY note TO PROGRAM 'cat'",
])  # fmt: skip
def test_the_application_role_cannot_escape(notes, raw_sql, escape):
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner|must be superuser"):
        raw_sql(escape)


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_even_the_owner_sees_nothing_without_the_matcher(notes, raw_sql):
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM note")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(databases=["default", "audit"], transaction=True)
def test_the_auditor_reads_in_scope_and_writes_nothing(notes):
    from django.db import connections

    with scoped(Scope.for_path(JIADING), using="audit"), connections["audit"].cursor() as cursor:
        cursor.execute("SELECT id FROM note")
        assert cursor.fetchall() == [(1,)]
    with pytest.raises(DatabaseError, match=r"read-only|permission denied"):
        connections["audit"].cursor().execute("DELETE FROM note")


@pytest.mark.parametrize("change", ["UPDATE note SET id = 7", "DELETE FROM note", "TRUNCATE note"])
def test_rows_of_an_append_only_table_stay(notes, test_database, raw_sql, change):
    with test_database.superuser() as server:
        server.execute("SET ROLE nuanliu_owner")
        server.execute(append_only("note"))
        server.execute("RESET ROLE")
        with pytest.raises(DatabaseError, match="permission denied"), scoped(Scope.for_path(SHANGHAI)):
            raw_sql(change)
        # Somebody gives the right back: the trigger stands behind it.
        server.execute("GRANT UPDATE, DELETE, TRUNCATE ON note TO nuanliu_app")
    with pytest.raises(DatabaseError, match="never changed or removed"), scoped(Scope.for_path(SHANGHAI)):
        raw_sql(change)


def test_the_flush_between_tests_empties_append_only_tables_and_keeps_reference_rows(
    notes, test_database, as_superuser
):
    as_superuser(append_only("note"))
    kept = as_superuser("SELECT count(*) FROM django_content_type")
    test_database.flush()
    assert as_superuser("SELECT count(*) FROM note") == [(0,)]
    assert as_superuser("SELECT count(*) FROM django_content_type") == kept


def test_a_path_ends_with_a_slash():
    with pytest.raises(ValueError, match="ends with"):
        Scope.for_path("/31/14")
    assert JIADING in Scope.for_path(SHANGHAI)
    assert JIADING not in Scope.for_path("/31/1/")
    assert JIADING not in Scope.none()
