"""The installation on screen: its health, keys, backups and jobs, for its administrator and for nobody else."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from nuanliu.base.actor import Actor
from nuanliu.base.crypto import vault
from nuanliu.base.jobs import ask, run
from nuanliu.base.models import JobRun
from nuanliu.base.scope import Scope, scoped
from nuanliu.operations import backups, jobs
from tests.cast import Cast
from tests.web.conftest import reads, said_of, text_of

pytestmark = pytest.mark.django_db

PAGES = ("/system/", "/system/keys/", "/system/backups/", "/jobs/")
NAME = "nuanliu-20260301T040000"


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.NUANLIU_KEYS_DIR = tmp_path / "keys"
    vault().file.create("aes-256-gcm")
    monkeypatch.setattr(backups, "folder_of_backups", lambda: tmp_path / "backups")
    (tmp_path / "backups" / NAME).mkdir(parents=True)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_system_costs_few_reads(desk: Any, cast: Cast, page: str) -> None:
    browser = desk("system")
    browser.get(page)
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(page)
    assert answer.status_code == 200
    limit = 8
    assert len(reads(queries)) <= limit, "\n".join(reads(queries))


@pytest.mark.parametrize("username", ["clerk", "leader1", "city", "outsider", "foundation"])
@pytest.mark.parametrize("page", PAGES[:3])
def test_the_system_is_for_its_administrators(desk: Any, cast: Cast, username: str, page: str) -> None:
    assert desk(username).get(page).status_code == 403


def test_the_auditor_sees_the_system_and_changes_nothing(desk: Any, cast: Cast) -> None:
    auditor = desk("auditor")
    assert [auditor.get(page).status_code for page in PAGES] == [200] * 4
    acts = ("/system/keys/add/", "/system/keys/reseal/", "/system/keys/count/", "/system/backups/make/")
    assert [auditor.post(act, {"reason": "x"}).status_code for act in acts] == [403] * 4
    assert auditor.post(f"/system/backups/{NAME}/check/").status_code == 404


def test_a_monitor_learns_that_we_live_and_nothing_else(client: Client) -> None:
    answer = client.get("/health/")
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, b"ok", "text/plain")


def test_no_key_is_ever_on_a_screen(desk: Any, cast: Cast) -> None:
    from base64 import b64encode

    ring = vault().file.ring()
    secrets = [key.secret for key in (*ring.data_keys.values(), *ring.blind_keys.values())]
    for page in PAGES:
        shown = text_of(desk("system").get(page))
        assert not any(secret.hex() in shown or b64encode(secret).decode() in shown for secret in secrets)


def test_a_key_is_added_with_a_reason(desk: Any, cast: Cast) -> None:
    system = desk("system")
    system.post("/system/keys/add/", {"add-reason": " "})
    assert sorted(vault().file.ring().data_keys) == [1]
    told = system.post("/system/keys/add/", {"add-reason": "年度轮换"}, follow=True)
    assert "Key 2 seals from now on" in text_of(told)


def test_work_asked_for_twice_is_one_job(desk: Any, cast: Cast) -> None:
    system = desk("system")
    first, second = (
        system.post("/system/keys/reseal/", {"reseal-reason": "轮换"}).headers["Location"] for _ in range(2)
    )
    assert first == second
    assert system.get(first).status_code == 200
    assert "under way" in text_of(system.get("/system/keys/"))


def test_a_backup_says_what_a_restore_would_undo_and_how_it_is_done(desk: Any, cast: Cast) -> None:
    shown = text_of(desk("system").get(f"/system/backups/{NAME}/"))
    assert f"nuanliu restore {backups.folder_of_backups()}/{NAME}" in shown
    assert "would be gone" in shown


def test_a_backup_is_checked_and_rehearsed_by_the_system_administrator(desk: Any, cast: Cast) -> None:
    address = f"/system/backups/{NAME}/"
    page = desk("system").get(address)
    assert said_of(page) == {"back_up-rehearse": "open", "back_up-check": "open"}
    assert [step.label for step in page.context["steps"]] == ["Made", "Checked", "Rehearsed"]
    assert set(said_of(desk("auditor").get(address)).values()) == {"Done by: system administrator"}


def test_while_one_backup_is_made_no_other_is_begun(desk: Any, cast: Cast) -> None:
    system = desk("system")
    assert said_of(system.get("/system/backups/")) == {"back_up": "open"}
    assert system.post("/system/backups/make/", {"reason": "升级前"}).status_code == 302
    assert said_of(system.get("/system/backups/")) == {"back_up": "A backup is being made."}


def test_while_the_keys_are_worked_on_no_second_work_is_asked_for(desk: Any, cast: Cast) -> None:
    system = desk("system")
    assert set(said_of(system.get("/system/keys/")).values()) == {"open"}
    system.post("/system/keys/count/")
    busy = "Work on the keys is under way."
    told = said_of(system.get("/system/keys/"))
    assert (told["rotate_keys-add"], told["rotate_keys-reseal"], told["rotate_keys-count"]) == (
        "open",
        busy,
        busy,
    )


@pytest.mark.parametrize("name", ["nuanliu-20260101T000000", "keys", "x"])
def test_what_is_no_backup_is_not_found(desk: Any, cast: Cast, name: str) -> None:
    system = desk("system")
    assert system.get(f"/system/backups/{name}/").status_code == 404
    assert system.post(f"/system/backups/{name}/rehearse/").status_code == 404


def failed(by: Actor) -> JobRun:
    with scoped(Scope.for_path(by.organization_path, by.user_id)):
        job = ask(jobs.count_sealed, by=by)

    def work(actor: Actor, progress: Any) -> None:
        raise ValueError

    with suppress(ValueError):
        run(work, job_id=str(job.pk), post_id=str(by.post_id), user_id=str(by.user_id))
    return job


def shown(browser: Any, state: str) -> list[Any]:
    """The work in a state that the list shows."""
    return [row["key"] for row in browser.get("/jobs/", {"state": state}).context["list"]["rows"]]


@pytest.mark.django_db(transaction=True)
def test_several_are_done_again_and_taken_back_at_once(desk: Any, cast: Cast) -> None:
    several = [failed(cast.clerk).pk for _ in range(3)]
    clerk = desk("clerk")
    assert clerk.post("/jobs/repeat/", {"row": several[:2]}).status_code == 302
    assert (sorted(shown(clerk, "asked")), shown(clerk, "failed")) == (several[:2], several[2:])
    assert clerk.post("/jobs/repeat/", {"whole": "yes", "query": ""}).status_code == 302
    assert sorted(shown(clerk, "asked")) == several
    # What is a colleague's is left alone, and what is another district's is not there.
    assert desk("finance").post("/jobs/take-back/", {"row": several}).status_code == 403
    desk("outsider").post("/jobs/take-back/", {"row": several})
    assert sorted(shown(clerk, "asked")) == several
    clerk.post("/jobs/take-back/", {"row": several})
    assert (shown(clerk, "asked"), sorted(shown(clerk, "cancelled"))) == ([], several)


@pytest.mark.django_db(transaction=True)
def test_a_table_with_open_work_renews_itself_with_the_queue_beside(desk: Any, cast: Cast) -> None:
    job, clerk = failed(cast.clerk), desk("clerk")
    assert 'hx-trigger="every 3s"' not in text_of(clerk.get("/jobs/"))
    clerk.post(f"/jobs/{job.pk}/repeat/")
    page = text_of(clerk.get("/jobs/", {"state": "asked"}))
    assert 'hx-get="/jobs/?state=asked"' in page
    part = text_of(clerk.get("/jobs/", {"state": "asked"}, headers={"HX-Request": "true"}))
    assert part.lstrip().startswith("<section")
    assert 'id="queue"' in part
    assert "<html" not in part


@pytest.mark.django_db(transaction=True)
def test_failed_work_is_done_again_from_its_row_and_waiting_work_taken_back(desk: Any, cast: Cast) -> None:
    job = failed(cast.clerk)
    clerk = desk("clerk")
    assert shown(clerk, "failed") == [job.pk]
    assert "Do again" in text_of(clerk.get(f"/jobs/{job.pk}/"))
    assert clerk.post(f"/jobs/{job.pk}/repeat/").status_code == 302
    assert shown(clerk, "asked") == [job.pk]
    assert "Withdraw the work" in text_of(clerk.get(f"/jobs/{job.pk}/"))
    assert clerk.post(f"/jobs/{job.pk}/take-back/").status_code == 302
    assert shown(clerk, "asked") == []
    assert not ProcrastinateJob.objects.filter(status="todo", args__job_id=str(job.pk)).exists()
    assert desk("outsider").post(f"/jobs/{job.pk}/repeat/").status_code == 404
    refused = desk("finance").post(f"/jobs/{job.pk}/repeat/")
    assert (refused.status_code, "permission.denied" in text_of(refused)) == (403, True)
