"""A union is renamed, ends, or comes with thousands of others from a sheet; what it was stays known."""

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import Error, transaction
from openpyxl import Workbook

from nuanliu.audit.queries import history_of
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.organizations.actions import (
    end_organization,
    import_unions,
    register_organization,
    rename_organization,
)
from nuanliu.organizations.models import FormerName, Organization
from nuanliu.organizations.queries import by_path, find_by_name
from tests.cast import Cast

pytestmark = pytest.mark.django_db

JIADING, FOUNDED, RENAMED = "/0/31/114/", date(2020, 1, 1), date(2022, 3, 1)


@pytest.fixture
def union(cast: Cast) -> Iterator[Organization]:
    """A union below 嘉定, with 嘉定's scope open."""
    with scoped(Scope.for_path(JIADING, cast.clerk.user_id)):
        yield register_organization(
            by_path(JIADING), name="远东电器厂工会", level="grassroots", valid_from=FOUNDED, by=cast.clerk
        )


def renamed(union: Organization, cast: Cast, name: str = "远东智能电器公司工会", **told: Any) -> Organization:
    said = {"on": RENAMED, "reason": "企业更名"} | told
    return rename_organization(union, name=name, by=cast.clerk, **said)


def refusal(act: Any) -> str:
    with pytest.raises(Refused) as refused, transaction.atomic():
        act()
    return refused.value.code


def test_a_renamed_union_keeps_its_name_before_and_is_found_by_both(union: Organization, cast: Cast) -> None:
    renamed(union, cast)
    kept = FormerName.objects.get(organization=union)
    assert (kept.name, kept.valid_from, kept.valid_to) == ("远东电器厂工会", FOUNDED, date(2022, 2, 28))
    assert [find_by_name(name) for name in ("远东智能电器公司工会", "远东电器厂工会")] == [union, union]
    (entry,) = history_of(union).filter(action="organizations.rename_organization")
    assert (entry.reason, entry.after["from"]) == ("企业更名", "2022-03-01")


def test_renaming_twice_changes_once(union: Organization, cast: Cast) -> None:
    renamed(union, cast)
    renamed(union, cast)
    assert FormerName.objects.count() == 1


def test_a_name_is_not_taken_from_another_nor_changed_without_reason(union: Organization, cast: Cast) -> None:
    assert refusal(lambda: renamed(union, cast, "上海市嘉定区 总工会")) == "organization.name_taken"
    assert refusal(lambda: renamed(union, cast, reason=" ")) == "organization.reason_missing"
    assert refusal(lambda: renamed(union, cast, on=FOUNDED)) == "organization.renamed_before"
    with scoped(Scope.for_path("/0/31/113/")):
        denied = refusal(
            lambda: rename_organization(union, name="x", on=RENAMED, reason="x", by=cast.outsider)
        )
    assert denied == "permission.denied"


def test_the_database_keeps_the_name_before_and_what_a_union_is(union: Organization, raw_sql: Any) -> None:
    for change in ("name = '另一工会'", "level = 'district'", "path = '/0/31/114/9999/'"):
        with pytest.raises(Error), transaction.atomic():
            raw_sql(f"UPDATE organizations_organization SET {change} WHERE id = %s", [union.pk])


def test_former_names_never_change(union: Organization, cast: Cast, raw_sql: Any) -> None:
    renamed(union, cast)
    with pytest.raises(Error), transaction.atomic():
        raw_sql("UPDATE organizations_formername SET name = '从未有过'")


def test_a_union_ends_once_and_after_what_lies_below(union: Organization, cast: Cast, raw_sql: Any) -> None:
    child = register_organization(
        union, name="一车间工会", level="grassroots", valid_from=FOUNDED, by=cast.clerk
    )

    def end(body: Organization, on: date = RENAMED) -> Organization:
        return end_organization(body, on=on, reason="并入他厂", by=cast.clerk)

    assert refusal(lambda: end(union)) == "organization.has_children"
    with pytest.raises(Error), transaction.atomic():
        raw_sql("UPDATE organizations_organization SET valid_to = '2022-03-01' WHERE id = %s", [union.pk])
    assert refusal(lambda: end(child, date(2019, 1, 1))) == "organization.ends_before_it_began"
    end(child)
    assert (end(union).valid_to, end(union).valid_to) == (RENAMED, RENAMED)
    assert refusal(lambda: end(union, date(2022, 4, 1))) == "organization.ended"
    with pytest.raises(Error), transaction.atomic():
        raw_sql("UPDATE organizations_organization SET valid_to = NULL WHERE id = %s", [union.pk])


def test_nobody_ends_the_union_for_which_one_sits(union: Organization, cast: Cast) -> None:
    own = by_path(JIADING)
    act = lambda: end_organization(own, on=RENAMED, reason="x", by=cast.clerk)  # noqa: E731
    assert refusal(act) == "permission.denied"


# --- by the thousand ---


def sheet(*rows: tuple[Any, ...], heading: tuple[str, ...] = ("工会全称", "上级工会", "成立日期")) -> bytes:
    book = Workbook()
    for row in (("嘉定区基层工会名册",), heading, *rows):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def imported(content: bytes, cast: Cast, **told: Any) -> Any:
    return import_unions(
        content, "unions.xlsx", parent=by_path(JIADING), valid_from=FOUNDED, by=cast.clerk, **told
    )


@pytest.fixture
def district(cast: Cast) -> Iterator[None]:
    with scoped(Scope.for_path(JIADING, cast.clerk.user_id)):
        yield


def test_a_sheet_registers_unions_below_those_it_names(district: None, cast: Cast) -> None:
    content = sheet(
        ("南翔镇总工会", "", "2001-05-01"), ("南翔一厂工会", "南翔镇总工会", ""), ("安亭二厂工会", "", "")
    )
    result = imported(content, cast)
    assert (result.registered, result.known, result.faults) == (3, 0, ())
    town, factory = find_by_name("南翔镇总工会"), find_by_name("南翔一厂工会")
    assert town is not None
    assert factory is not None
    assert (town.valid_from, factory.valid_from, factory.parent_id) == (date(2001, 5, 1), FOUNDED, town.pk)
    assert factory.path == f"{town.path}0001/"
    again = imported(content, cast)
    assert (again.registered, again.known) == (0, 3)


def test_rows_with_faults_are_named_and_nothing_is_written(district: None, cast: Cast) -> None:
    before = Organization.objects.count()
    content = sheet(
        ("好工会", "", ""), ("", "嘉定区总工会", ""), ("好工会", "", ""), ("甲工会", "无此工会", ""),
        ("上海市宝山区总工会", "", ""), ("乙工会", "", "去年"),
    )  # fmt: skip
    result = imported(content, cast)
    assert [(fault.row, fault.message) for fault in result.faults] == [
        (4, "没有工会名称"),
        (5, "与第 3 行重复"),
        (6, "所选组织之下没有上级工会“无此工会”"),
        (7, "该名称已在别处登记"),
        (8, "成立日期无法识别"),
    ]
    assert Organization.objects.count() == before
    assert imported(content, cast, good_rows_only=True).registered == 1


@pytest.mark.parametrize("content", [b"", b"not a sheet", b"PK\x03\x04broken"])
def test_a_file_that_is_no_sheet_of_unions_is_refused(district: None, cast: Cast, content: bytes) -> None:
    assert refusal(lambda: imported(content, cast)) == "organization.sheet"


def test_a_stranger_imports_nothing_here(cast: Cast) -> None:
    with scoped(Scope.for_path("/0/31/113/", cast.outsider.user_id)):
        act = lambda: import_unions(  # noqa: E731
            sheet(("x", "", "")), "x", parent=by_path(JIADING), valid_from=FOUNDED, by=cast.outsider
        )
        assert refusal(act) == "permission.denied"
