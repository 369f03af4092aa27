"""What is asked of the command: sender, day, window, files, folder; and what it refuses before anything is changed."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from nuanliu.awards.models import Roster
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.warmth import NotDoneError, window
from nuanliu.kernel.errors import Refused
from nuanliu.programmes.models import Standard
from tests.demo.conftest import Warmth
from tests.demo.making import Desk
from tests.demo.paper import JIADING, Page

pytestmark = pytest.mark.usefixtures("unprinted")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"), 53)


def paid_on(out: Path) -> str:
    """The day on the bank's replies."""
    return openpyxl.load_workbook(out / "replies.xlsx").active.cell(2, 5).value


@pytest.mark.parametrize(
    ("day", "options", "business_date"),
    [
        ("2022年1月10日", {}, "2022-01-10"),
        ("2021年12月15日", {}, "2021-12-15"),
        ("2022年2月1日", {}, "2022-02-01"),
        ("2022年2月2日", {}, "2022-02-01"),
        ("2021年1月10日", {}, "2022-02-01"),
        ("", {}, "2022-02-01"),
        ("2022年1月10日", {"as_of": date(2021, 12, 20)}, "2021-12-20"),
        ("2021年1月20日", {"period": (date(2020, 12, 15), date(2021, 2, 15))}, "2021-01-20"),
    ],
)
def test_the_business_date(warmth: Warmth, desk: Desk, day: str, options: dict, business_date: str) -> None:
    first_day, last_day = options.pop("period", (date(2021, 12, 15), date(2022, 2, 1)))
    standard = desk.standard(
        {"C1": {"cash_yuan": 1000}},
        adopted={"procedure": "会议", "date": "2020-12-01", "minutes": "1号"},
        valid_from="2020-12-01",
    )
    done = warmth(desk.list(day=day), first_day=first_day, last_day=last_day, standard=standard, **options)
    assert paid_on(done.out) == business_date
    assert done.summary["annex1"]["C1"] == 1


def test_a_day_outside_of_the_window_is_in_no_cell(warmth: Warmth, desk: Desk) -> None:
    done = warmth(desk.list(), as_of=date(2022, 2, 20))
    assert done.summary["paid"] == 1
    assert (done.summary["annex1"]["C"], done.summary["annex1"]["D"]) == (0, "0.00")


def test_the_first_answer_stands_whatever_is_asked_later(warmth: Warmth, desk: Desk) -> None:
    place = desk.list(3)
    first = warmth(place, as_of=date(2022, 1, 5), fail_every=2)
    again = warmth(place, as_of=date(2021, 12, 20), out=first.out)
    assert again.summary | {"seconds": 0} == first.summary | {"seconds": 0}
    assert (again.summary["failed"], again.summary["annex1"]["C1"]) == (1, 2)


def test_one_call_is_one_submission(warmth: Warmth, desk: Desk) -> None:
    who = desk.people()
    places = [desk.list(lambda page: page.person(who=who)) for _ in range(2)]
    done = warmth(*places)
    found = [(finding["file"], finding["code"]) for finding in done.findings]
    assert found == [(places[1].name, "duplicate.in_list")]
    assert "名册" in done.findings[0]["message"]
    assert (done.summary["rows_read"], done.summary["orders"]) == (2, 1)


def test_the_same_file_twice_in_one_call_is_given_once(warmth: Warmth, desk: Desk) -> None:
    place = desk.list(2)
    done = warmth(place, place)
    assert (done.summary["rows_read"], done.summary["rows_accepted"], done.summary["paid"]) == (4, 2, 2)


def test_the_organization_asked_for_goes_before_the_sheet(warmth: Warmth, desk: Desk) -> None:
    done = warmth(desk.list(unit="火星区总工会"), organization="嘉定区总工会")
    assert done.summary["paid"] == 1
    texts = [
        str(cell.value) for row in openpyxl.load_workbook(done.out / "annex1.xlsx").active for cell in row
    ]
    assert any(JIADING in text for text in texts)


def test_goods_alone_are_delivered_without_orders(warmth: Warmth, desk: Desk) -> None:
    def fill(page: Page) -> None:
        page.person(cash=None, goods="大米", goods_value=1000, account=None)

    done = warmth(desk.list(fill))
    assert (done.summary["orders"], done.summary["awards"], done.summary["annex1"]["D1"]) == (0, 1, "0.10")
    assert openpyxl.load_workbook(done.out / "payments.xlsx").active.max_row == 1


def test_nothing_accepted_writes_every_result_all_the_same(warmth: Warmth, desk: Desk) -> None:
    done = warmth(desk.list(lambda page: page.person(cash="伍佰")))
    assert (done.summary["rows_accepted"], done.summary["annex1"]["C"], done.summary["annex1"]["B"]) == (
        0,
        0,
        "0.00",
    )
    assert {place.name for place in done.out.iterdir()} >= {"summary.json", "annex1.pdf", "roster.xlsx"}
    assert set(done.summary["seconds"]) >= {"read", "check", "load", "decide", "pay", "reconcile", "report"}


def test_results_of_an_earlier_list_do_not_stay_in_the_folder(
    warmth: Warmth, desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "payments-2.xlsx").write_bytes(b"of another list")
    (tmp_path / "notes.txt").write_text("mine")
    done = warmth(desk.list(), out=tmp_path)
    assert not (tmp_path / "payments-2.xlsx").exists()
    assert (done.out / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "file.unreadable"),
        (b"%PDF-1.7", "file.unreadable"),
        (b"PK\x03\x04half", "file.unreadable"),
        ("关于开展送温暖活动的通知\n".encode(), "sheet.no_table"),
    ],
)
def test_a_file_that_is_no_list(
    warmth: Warmth, desk: Desk, tmp_path: Path, content: bytes, words: str
) -> None:
    place = tmp_path / "名册.xlsx"
    place.write_bytes(content)
    refuses(warmth, words, desk.list(), place)


def test_a_folder_or_nothing_instead_of_a_list(warmth: Warmth, tmp_path: Path) -> None:
    refuses(warmth, "名册文件无法打开", tmp_path)
    refuses(warmth, "名册文件无法打开", tmp_path / "missing.xlsx")


def test_an_unknown_or_unnamed_sender(warmth: Warmth, desk: Desk) -> None:
    refuses(warmth, "没有填报单位“火星区总工会”", desk.list(unit="火星区总工会"))
    refuses(warmth, "名册没有写明填报单位", desk.list(unit=""))
    refuses(warmth, "没有填报单位“火星”", desk.list(), organization="火星")


def test_a_folder_that_cannot_be_written(warmth: Warmth, desk: Desk, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("")
    refuses(warmth, "结果文件夹不能写入", desk.list(), out=taken)
    refuses(warmth, "结果文件夹不能写入", desk.list(), out=taken / "below")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"categories": {"C1": {"cash_yuan": "一千"}}}, "categories.C1.cash_yuan"),
        ({"categories": {"C12": {"cash_yuan": 1}}}, "C12"),
        ({"categories": {}}, "categories"),
        ({"adopted": {"procedure": "会议", "date": "2021-13-10", "minutes": "1号"}}, "adopted.date"),
        ({"adopted": {"procedure": "会议", "date": "2021-12-10"}}, "adopted.minutes"),
        ({"valid_to": "2021-01-01"}, "valid_to"),
        ({"organization": "火星区总工会"}, "火星区总工会"),
        ({"organization": "上海市宝山区总工会"}, "既不是"),
    ],
)
def test_a_standard_file_with_faults(warmth: Warmth, desk: Desk, changed: dict, words: str) -> None:
    refuses(warmth, words, desk.list(), standard=desk.standard({"C1": {"cash_yuan": 1000}}, **changed))


def test_a_standard_that_is_no_standard(warmth: Warmth, desk: Desk, tmp_path: Path) -> None:
    for number, content in enumerate((b"- a\n- b\n", b"a: [", b"\xff\xfe\x00", b"")):
        place = tmp_path / f"{number}.yaml"
        place.write_bytes(content)
        refuses(warmth, "标准文件", desk.list(), standard=place)
    refuses(warmth, "标准文件无法读取", desk.list(), standard=tmp_path)


@pytest.mark.parametrize("period", ["2022", "2022-01-01", "2022-02-01:2022-01-01", "2022-01-01:", "1月:2月"])
def test_a_window_that_is_none(period: str) -> None:
    with pytest.raises(NotDoneError):
        window(period)


def refuses(warmth: Warmth, words: str, *lists: Path, **options: object) -> None:
    """The command says these words and has changed nothing."""
    before = rows()
    with pytest.raises((NotDoneError, Refused)) as refusal:
        warmth(*lists, **options)
    assert words in str(getattr(refusal.value, "message", refusal.value))
    assert rows() == before


def rows() -> tuple[int, int]:
    """How many lists and standards there are."""
    with scoped(Scope.for_path("/")):
        return Roster.objects.count(), Standard.objects.count()
