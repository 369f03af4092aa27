"""A long sheet of unions is read by a worker; a short one at once."""

import io
import json
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from openpyxl import Workbook

from nuanliu.base.scope import Scope, scoped
from nuanliu.organizations.models import Organization
from nuanliu.web.jobs import import_sheet_of_unions
from nuanliu.web.views import unions
from tests.awards.conftest import JIADING, World
from tests.web.conftest import text_of

NAMES = ("安亭一厂工会", "安亭二厂工会", "安亭三厂工会")


def in_scope[Result](read: Callable[[], Result]) -> Result:
    with scoped(Scope.for_path("/")):
        return read()


def sent(browser: Client, *names: str) -> str:
    """Where the browser is led after handing in a sheet of these unions."""
    book = Workbook()
    for row in (("工会全称",), *((name,) for name in names)):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    form = {
        "file": SimpleUploadedFile("工会.xlsx", stream.getvalue()),
        "parent": in_scope(lambda: Organization.objects.get(path=JIADING)).name,
        "valid_from": "2020-01-01",
    }
    answer = browser.post("/unions/import/", form)
    assert answer.status_code in (200, 302), text_of(answer)
    return answer.headers.get("Location", "")


def work() -> None:
    """What the worker does with what waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'web.import_unions'")
        import_sheet_of_unions(**json.loads(cursor.fetchone()[0]))


def registered() -> int:
    return in_scope(lambda: Organization.objects.filter(name__in=NAMES).count())


def test_a_short_sheet_is_read_at_once(desk: Callable[[str], Client], world: World) -> None:
    assert sent(desk("clerk"), *NAMES) == ""
    assert registered() == len(NAMES)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", ["clerk", "system"])
def test_a_long_sheet_is_read_by_a_worker_whose_last_words_tell_the_outcome(
    who: str, desk: Callable[[str], Client], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unions, "ROWS_AT_ONCE", 2)
    browser = desk(who)
    job = sent(browser, *NAMES)
    assert registered() == 0
    work()
    assert registered() == len(NAMES)
    page = browser.get(job)
    assert page.context["job"].state == "done"
    assert "新登记 3 个工会" in text_of(page)


@pytest.mark.django_db(transaction=True)
def test_a_long_sheet_with_a_fault_registers_nothing_and_names_the_row(
    desk: Callable[[str], Client], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unions, "ROWS_AT_ONCE", 2)
    browser = desk("clerk")
    job = sent(browser, *NAMES, NAMES[0])
    work()
    assert registered() == 0
    page = browser.get(job)
    assert page.context["job"].state == "refused"
    assert "第 5 行 安亭一厂工会：与第 2 行重复" in text_of(page)
