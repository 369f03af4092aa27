"""The reference tree, names as lists spell them, and paths that nobody bends."""

from datetime import date
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, transaction

from nuanliu.audit.models import AuditEntry
from nuanliu.base.actor import Actor
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.organizations.actions import load_reference_tree, register_organization
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import ancestors, by_path, children, find_by_name, nearest, search
from nuanliu.organizations.rules import ancestor_paths, initials_of, name_key, next_segment, pinyin_of
from nuanliu.organizations.states import Level

pytestmark = pytest.mark.django_db

JIADING = "/0/31/114/"
BAOSHAN = "/0/31/113/"
ON = date(2021, 1, 1)


def actor(path: str = JIADING, role: str = "handler") -> Actor:
    return Actor(UUID(int=1), "周嘉", UUID(int=2), role, UUID(int=3), path, "union")


def register(
    parent: str = JIADING, name: str = "上海嘉源医疗有限公司工会", by: Actor | None = None
) -> Organization:
    return register_organization(
        by_path(parent),
        name=name,
        short_name="",
        level=Level.GRASSROOTS,
        valid_from=ON,
        by=by or actor(parent),
    )


@pytest.fixture
def jiading(scope_of):
    with scope_of(JIADING):
        yield by_path(JIADING)


def test_shanghai_has_sixteen_districts_named_and_coded(jiading):
    districts = Organization.objects.filter(level=Level.DISTRICT)
    assert districts.count() == 16
    assert {district.path for district in districts} == {
        f"/0/31/{district.division_code[3:]}/" for district in districts
    }
    assert (jiading.name, jiading.division_code) == ("上海市嘉定区总工会", "310114")


def test_bureaus_the_aid_centre_and_the_foundation_are_there(jiading):
    assert Organization.objects.filter(level=Level.INDUSTRY).count() == 31
    assert by_path("/0/31/C01/").kind == "aid_centre"
    foundation = by_path("/F31/")
    assert (foundation.parent, foundation.legal_person) == (None, "foundation")


def test_the_tree_is_loaded_once(scope_of):
    with scope_of("/"):
        before = Organization.objects.count()
        assert load_reference_tree() == 0
        assert Organization.objects.count() == before
        assert AuditEntry.objects.count() == 0


@pytest.mark.parametrize(
    "written",
    [
        "上海市嘉定区总工会", "嘉定区总工会", "上海嘉定区总工会", " 上海市 嘉定区总工会　", "上海市（嘉定区）总工会",
    ],
)  # fmt: skip
def test_a_sender_is_found_however_it_writes_its_name(jiading, written):
    assert find_by_name(written) == jiading


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("上海久事(集团)有限公司工会", "/0/31/I05/"),
        ("上汽集团工会", "/0/31/I15/"),
        ("教育工会", "/0/31/I01/"),
        ("上海教育工会", "/0/31/I01/"),
        ("市总工会", "/0/31/"),
        ("全国总工会", "/0/"),
    ],
)
def test_short_names_are_known(jiading, written, path):
    assert find_by_name(written) == by_path(path)


@pytest.mark.parametrize("written", ["", "  ", "嘉定区工会", "嘉定", "总工会", "火星总工会"])
def test_a_name_that_is_nobodys_finds_nobody(jiading, written):
    assert find_by_name(written) is None


def test_a_short_name_of_two_finds_neither(jiading):
    for name in ("上海东风一厂工会", "上海东风二厂工会"):
        register_organization(
            jiading, name=name, short_name="东风厂工会", level=Level.GRASSROOTS, valid_from=ON, by=actor()
        )
    assert find_by_name("东风厂工会") is None


def test_ancestors_are_told_nearest_first(jiading):
    union = register()
    assert [body.path for body in ancestors(union)] == [JIADING, "/0/31/", "/0/"]
    assert nearest(union, Level.DISTRICT) == jiading
    assert nearest(union, Level.GRASSROOTS) == union
    assert nearest(jiading, Level.GRASSROOTS) is None


def test_bodies_are_searched_by_characters_sound_and_initials(jiading):
    for text in ("嘉定", "jiading", "JDQ"):
        assert jiading in search(text, below="/0/31/")
    assert jiading not in search("宝山")


def test_unions_below_are_numbered_and_their_parent_owns_them(jiading):
    first, second = register(), register(name="上海松源机电有限公司工会")
    assert (first.path, second.path) == (f"{JIADING}0001/", f"{JIADING}0002/")
    assert list(children(jiading)) == [first, second]
    assert first.division_code == "310114"


def test_a_union_registered_twice_is_one(jiading):
    assert register() == register(name="上海嘉源医疗有限公司 工会")
    assert AuditEntry.objects.count() == 1


def test_a_name_that_another_union_has_is_refused(scope_of):
    with scope_of("/0/31/"):
        register(JIADING)
        with pytest.raises(Refused) as refused:
            register(BAOSHAN)
    assert refused.value.code == "organization.name_taken"


@pytest.mark.parametrize(
    "by", [actor(BAOSHAN), actor(f"{JIADING}0001/"), actor(role="cashier"), actor(role="worker")]
)
def test_who_does_not_stand_above_registers_nothing(jiading, by):
    with pytest.raises(Refused) as refused:
        register(by=by)
    assert refused.value.code == "permission.denied"


INSERT = """
INSERT INTO organizations_organization
    (parent_id, path, name, short_name, name_key, short_name_key, pinyin, initials, level, kind, legal_person,
     division_code, credit_code, valid_from)
VALUES (%s, %s, 'x', 'x', 'x', 'x', '', '', 'grassroots', %s, %s, '', '', '2021-01-01')
"""


@pytest.mark.parametrize(
    "path",
    [
        "/0/31/115/0001/",
        "/0/31/114/",
        "/0/31/114/0001/0001/",
        "/0/31/114/0001",
        "/0/31/114//",
        "/0/31/114/a b/",
        "/X/",
    ],
)
def test_the_database_refuses_a_child_elsewhere_than_one_step_below(scope_of, raw_sql, path):
    with scope_of("/"), pytest.raises(IntegrityError, match="one segment below"), transaction.atomic():
        raw_sql(INSERT, [by_path(JIADING).pk, path, "union", "union"])


def test_the_database_refuses_a_root_that_is_not_one_segment(scope_of, raw_sql):
    with scope_of("/"), pytest.raises(IntegrityError, match="one segment below"), transaction.atomic():
        raw_sql(INSERT, [None, "/0/99/", "union", "union"])


@pytest.mark.parametrize(("kind", "legal_person"), [("union", "foundation"), ("foundation", "union")])
@pytest.mark.requirement("R-195")
def test_the_database_keeps_the_two_legal_persons_apart(scope_of, raw_sql, kind, legal_person):
    with scope_of("/"), pytest.raises(IntegrityError, match="another_legal_person"), transaction.atomic():
        raw_sql(INSERT, [None, "/X/", kind, legal_person])


def test_no_organization_moves(scope_of, raw_sql):
    with scope_of("/"):
        for change in ("path = '/0/31/999/'", "parent_id = NULL"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                raw_sql(f"UPDATE organizations_organization SET {change} WHERE path = %s", [JIADING])


@pytest.mark.django_db(transaction=True)
def test_not_even_a_superuser_moves_one(as_superuser):
    with pytest.raises(psycopg.errors.CheckViolation, match="never moves"):
        as_superuser("UPDATE organizations_organization SET path = '/0/31/999/' WHERE path = %s", [JIADING])


def test_no_organization_is_removed(scope_of, raw_sql):
    with scope_of("/"), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        raw_sql("DELETE FROM organizations_organization WHERE path = %s", [JIADING])


def test_a_district_writes_nothing_beside_or_above_it(scope_of, raw_sql):
    with scope_of(JIADING):
        assert (
            raw_sql(
                "UPDATE organizations_organization SET short_name = 'x' WHERE path = %s RETURNING 1",
                [BAOSHAN],
            )
            == []
        )
        assert (
            raw_sql(
                "UPDATE organizations_organization SET short_name = 'x' WHERE path = '/0/31/' RETURNING 1"
            )
            == []
        )


def test_without_scope_nobody_reads_the_tree_and_who_signed_in_does():
    with scoped(Scope.none()):
        assert Organization.objects.count() == 0
    with scoped(Scope("", "", str(UUID(int=1)))):
        assert Organization.objects.count() > 0


def test_names_are_compared_without_spaces_and_brackets():
    assert name_key("上海 久事（集团）有限公司工会") == name_key("上海久事(集团)有限公司工会")
    assert name_key("嘉定区总工会") != name_key("嘉定区工会")


def test_sounds_and_initials_of_a_name():
    assert (pinyin_of("嘉定区总工会"), initials_of("嘉定区总工会")) == ("jiadingquzonggonghui", "jdqzgh")


@pytest.mark.parametrize(
    ("taken", "following"), [([], "0001"), (["0001", "0009", "114", "I01"], "0010"), (["9999"], "10000")]
)
def test_the_next_segment(taken, following):
    assert next_segment(taken) == following


def test_the_paths_above():
    assert ancestor_paths("/0/31/114/") == ["/0/31/", "/0/"]
    assert ancestor_paths("/F31/") == []
