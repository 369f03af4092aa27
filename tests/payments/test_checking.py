"""What an officer may say of a bank, and what stands against it."""

from copy import deepcopy
from typing import Any

import pytest

from nuanliu.payments.layouts import check_profile
from nuanliu.payments.reference import shipped

STANDARD = shipped()["profiles"][0]


def changed(path: str, value: Any) -> dict[str, Any]:
    """The standard profile with one thing said differently; a path such as `layout.columns.0.value`."""
    data: dict[str, Any] = deepcopy(STANDARD)
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place: Any = data
    for part in way:
        place = place[part]
    place[last] = value
    return data


@pytest.mark.parametrize("said", shipped()["profiles"], ids=lambda said: said["key"])
def test_nothing_stands_against_what_is_shipped(said):
    assert check_profile(said) == []


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("key", "Ein Schlüssel", "key"),
        ("bank", " ", "bank"),
        ("colour", "red", "colour"),
        ("layout", None, "layout.columns"),
        ("layout.columns", [], "layout.columns"),
        ("layout.format", "xls", "layout.format"),
        ("layout.unit", "jiao", "layout.unit"),
        ("layout.encoding", "latin-1", "layout.encoding"),
        ("layout.row_limit", 0, "layout.row_limit"),
        ("layout.row_limit", True, "layout.row_limit"),
        ("layout.delimiter", "||", "layout.delimiter"),
        ("layout.execute", "import os", "layout.execute"),
        ("layout.columns.0", "流水号", "layout.columns[1]"),
        ("layout.columns.0.value", "{流水号", "layout.columns[1].value"),
        ("layout.columns.0.value", "{密码}", "layout.columns[1].value"),
        ("layout.columns.0.value", "{结果}", "layout.columns[1].value"),
        ("layout.columns.2.value", "6222021234567890128", "layout.columns[3].value"),
        ("layout.columns.2.value", "6222 0212 3456 7890 128", "layout.columns[3].value"),
        ("layout.columns.3.own_bank", "{账号}", "layout.columns[4].own_bank"),
        ("layout.head", [["{收款人}"]], "layout: {收款人}"),
        ("layout.foot", "合计", "layout.foot"),
        ("layout.file_name", "../{批次号}", "layout.file_name"),
        ("layout.file_name", "bank.xlsx", "layout.file_name"),
        ("layout.headings", False, "layout.headings"),
        ("reply.columns.3.value", "", "reply.columns"),
        ("reply.columns.0.value", "{序号}", "reply.columns"),
        ("reply.columns.0.heading", "收款人", "reply.columns"),
    ],
)
def test_a_fault_is_told_by_its_place(path, value, place):
    assert place in [found.column for found in check_profile(changed(path, value))]


def test_a_fault_names_place_rule_and_remedy():
    (found,) = check_profile(changed("layout.unit", "jiao"))
    assert found.message == "layout.unit：设置的值不能使用。请填写yuan（元）或fen（分）。"


@pytest.mark.parametrize("wanted", ["{账号}", "{收款人}", "{金额}"])
def test_a_file_names_account_payee_and_amount_once(wanted):
    twice = changed("layout.columns", [*STANDARD["layout"]["columns"], {"heading": "再次", "value": wanted}])
    missing = changed(
        "layout.columns", [column for column in STANDARD["layout"]["columns"] if column["value"] != wanted]
    )
    assert [f"须有且只有一栏是{wanted}" in check_profile(data)[0].message for data in (twice, missing)] == [
        True,
        True,
    ]


@pytest.mark.parametrize("data", [None, [], "text", 7])
def test_what_is_no_profile_at_all_is_told_so(data):
    assert [found.code for found in check_profile(data)] == ["profile.invalid"]
