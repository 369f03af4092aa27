"""The standard file of the contracts: read, adopted, filed; a bad one is refused with every place named."""

from datetime import date

import pytest

from nuanliu.audit.models import AuditEntry
from nuanliu.kernel.errors import Refused
from nuanliu.programmes.actions import standard_from_file
from nuanliu.programmes.models import Standard
from nuanliu.programmes.queries import lines_of, standard_in_force

ON = date(2022, 1, 10)


def faults_of(data, jiading, rights) -> list[str]:
    with pytest.raises(Refused) as refusal:
        standard_from_file(data, organization=jiading, by=rights)
    assert refusal.value.code == "standard.file"
    _, _, faults = refusal.value.message.partition("：")
    return faults.split("；")


@pytest.mark.requirement("R-025", "R-062")
def test_a_standard_file_becomes_the_standard_in_force(standard_file, jiading, shanghai, rights):
    standard = standard_from_file(standard_file, organization=jiading, by=rights)
    assert standard_in_force(jiading, ON) == standard
    assert (standard.state, standard.filed_with) == ("filed", shanghai)
    assert (standard.procedure, standard.adopted_on, standard.minutes) == (
        "工会委员会会议",
        date(2021, 12, 10),
        "会议纪要第12号",
    )
    sums = {code: line.cash_fen // 100 for code, line in lines_of(standard).items()}
    assert sums == {code: line["cash_yuan"] for code, line in standard_file["categories"].items()}


def test_the_same_content_is_the_same_row(standard_file, jiading, rights):
    first = standard_from_file(standard_file, organization=jiading, by=rights)
    before = AuditEntry.objects.count()
    assert standard_from_file(standard_file, organization=jiading, by=rights) == first
    assert AuditEntry.objects.count() == before
    standard_file["categories"]["C1"]["cash_yuan"] = 1001
    assert standard_from_file(standard_file, organization=jiading, by=rights) != first


def test_goods_convertible_and_household_are_read(standard_file, jiading, rights):
    standard_file["categories"] = {
        "C7": {"cash_yuan": 500, "goods_yuan": "200.50", "convertible": True},
        "C2": {"cash_yuan": 2000, "per": "household"},
    }
    standard = standard_from_file(standard_file, organization=jiading, by=rights)
    lines = {
        code: (line.cash_fen, line.goods_fen, line.convertible, line.per)
        for code, line in lines_of(standard).items()
    }
    assert lines == {"C2": (200_000, 0, False, "household"), "C7": (50_000, 20_050, True, "person")}


def test_a_sender_below_is_judged_by_the_union_that_the_file_names(
    standard_file, grassroots, jiading, rights
):
    standard = standard_from_file(standard_file, organization=grassroots, by=rights)
    assert standard.organization == jiading
    assert standard_in_force(grassroots, ON) == standard


def test_the_standard_of_another_union_is_refused(standard_file, baoshan, rights):
    with pytest.raises(Refused, match=r"standard\.other_union"):
        standard_from_file(standard_file, organization=baoshan, by=rights)


@pytest.mark.parametrize("place", ["organization", "filed_with"])
def test_an_unknown_union_is_named(standard_file, jiading, rights, place):
    standard_file[place] = "某某工会"
    with pytest.raises(Refused, match=rf"{place}：找不到单位“某某工会”"):
        standard_from_file(standard_file, organization=jiading, by=rights)


@pytest.mark.requirement("R-062")
def test_a_grassroots_file_without_filing_is_refused(standard_file, grassroots, rights):
    del standard_file["filed_with"]
    standard_file["organization"] = grassroots.name
    with pytest.raises(Refused, match=r"standard\.not_filed"):
        standard_from_file(standard_file, organization=grassroots, by=rights)
    assert not Standard.objects.exists()


@pytest.mark.parametrize(("change", "place"), [
    ({"document": ""}, "document"),
    ({"adopted": None}, "adopted"),
    ({"adopted": {"procedure": "会议", "date": "昨天", "minutes": "纪要"}}, "adopted.date"),
    ({"adopted": {"procedure": "会议", "date": date(2021, 12, 10)}}, "adopted.minutes"),
    ({"valid_from": "2021-13-01"}, "valid_from"),
    ({"valid_to": date(2021, 1, 1)}, "valid_to"),
    ({"filed_on": date(2021, 1, 1)}, "filed_on"),
    ({"categories": None}, "categories"),
    ({"categories": {}}, "categories"),
    ({"categories": {"C12": {"cash_yuan": 5}}}, "categories"),
    ({"categories": {"C1": 1000}}, "categories.C1"),
    ({"categories": {"C1": {"cash_yuan": "一千"}}}, "categories.C1.cash_yuan"),
    ({"categories": {"C1": {"cash_yuan": -5}}}, "categories.C1.cash_yuan"),
    ({"categories": {"C1": {"cash_yuan": 1.005}}}, "categories.C1.cash_yuan"),
    ({"categories": {"C1": {"cash_yuan": True}}}, "categories.C1.cash_yuan"),
    ({"categories": {"C1": {"cash_yuan": 0}}}, "categories.C1"),
    ({"categories": {"C1": {"cash": 100}}}, "categories.C1"),
    ({"categories": {"C1": {"cash_yuan": 1, "convertible": "是"}}}, "categories.C1.convertible"),
    ({"categories": {"C1": {"cash_yuan": 1, "per": "family"}}}, "categories.C1.per"),
    ({"unknown": 1}, "标准文件"),
])  # fmt: skip
def test_each_fault_names_its_place(standard_file, jiading, rights, change, place):
    places = [fault.partition("：")[0] for fault in faults_of({**standard_file, **change}, jiading, rights)]
    assert place in places


@pytest.mark.parametrize("data", [None, [], "text", 5])
def test_what_is_no_standard_file_at_all_is_refused(data, jiading, rights):
    assert faults_of(data, jiading, rights)[0].startswith("标准文件")


def test_all_faults_are_told_at_once(standard_file, jiading, rights):
    standard_file |= {"document": None, "valid_from": None}
    standard_file["categories"]["C1"] = {"cash_yuan": "x"}
    assert len(faults_of(standard_file, jiading, rights)) == 3
