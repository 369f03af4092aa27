"""A clerk looks at a number and says why; the auditor finds who did, and sees the proof; an outsider finds nobody."""

from datetime import date

import pytest

from nuanliu.audit.actions import seal_head
from nuanliu.audit.outside import heads_file
from nuanliu.awards.actions import SubmittedFile, accept_rows, import_roster
from nuanliu.base.scope import Scope, scoped
from nuanliu.people.models import Person
from tests.awards.conftest import JIADING, LISTS, build_world
from tests.cast import Cast
from tests.journeys.conftest import Desks

LIST = "list-a-official.xlsx"
WARNINGS = {"severity": "warning"}


@pytest.fixture
def person(cast: Cast) -> str:
    """The address of somebody on 嘉定's record."""
    with scoped(Scope.for_path(JIADING)):
        world = build_world(cast)
        imported = import_roster(
            [SubmittedFile(LIST, (LISTS / LIST).read_bytes())],
            organization=world.jiading,
            campaign=world.campaign,
            business_date=date(2022, 1, 10),
            by=cast.clerk,
        )
        codes = set(imported.roster.findings.filter(**WARNINGS).values_list("code", flat=True))
        accept_rows(imported.roster, by=cast.clerk, acknowledge=tuple(codes))
        found = Person.objects.filter(accounts__isnull=False).earliest("pk")
    return f"/people/{found.pk}/"


@pytest.mark.django_db(transaction=True)
def test_a_reveal_is_asked_for_found_and_proved(desks: Desks, person: str) -> None:
    clerk = desks.open(desks.at("clerk"), person)
    clerk.locator("#act-reveal summary").click()
    clerk.locator("#act-reveal input[name=what]").first.check()
    clerk.select_option("#act-reveal select[name=ground]", "papers")
    clerk.fill("#act-reveal textarea", "核对原件")
    desks.press(clerk, "#act-reveal button")
    assert len(clerk.locator(".shown .value").inner_text()) == 18
    assert clerk.url.count("?") == 0
    # A seal waits for whoever still writes: the page's own late parts too.
    clerk.wait_for_load_state("networkidle")
    # The copy outside belongs to this test's log, not to those of tests before it.
    heads_file().unlink(missing_ok=True)
    seal_head()

    auditor = desks.open(desks.at("auditor", "en-GB", "dark"), "/audit/")
    for room in ("/people/?all=1", "/audit/heads/", "/audit/sample/"):
        desks.open(auditor, room)
    desks.open(auditor, "/audit/entries/?action=people.reveal")
    assert "核对原件" in auditor.locator("main").inner_text()
    desks.press(auditor, ".proofs")
    assert auditor.locator(".proving .holds").count() == 4
    assert not auditor.locator(".proving .fails").count()

    outsider = desks.at("outsider")
    answer = outsider.goto(f"{desks.address}{person}")
    assert answer is not None
    assert answer.status == 404
    desks.faults = [fault for fault in desks.faults if "404" not in fault]
    assert not desks.faults, "\n".join(sorted(set(desks.faults)))
