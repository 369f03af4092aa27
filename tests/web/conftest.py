"""嘉定's people at their screens: `desk("clerk")` is the browser of somebody of the cast."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.datastructures import MultiValueDict

from nuanliu.access.models import User
from nuanliu.base.scope import Scope, scoped
from nuanliu.ledger.actions import open_fund, receive
from nuanliu.ledger.states import SourceClass
from nuanliu.operations import backups
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign, Purpose
from nuanliu.web.acts import Act
from tests.awards.conftest import DAY, JIADING, World, build_world
from tests.cast import Cast

MONEY_FEN = 500_000_000
FRAMEWORK = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SELECT set_config")


@pytest.fixture(autouse=True)
def marks(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mark of its own for each test, and a folder of its own for backups."""
    settings.NUANLIU_MARKS_DIR = tmp_path / "marks"
    monkeypatch.setattr(backups, "folder_of_backups", lambda: tmp_path / "backups")


@pytest.fixture
def world(cast: Cast) -> World:
    """The campaign of the sample lists and its standard; no scope is open."""
    with scoped(Scope.for_path(JIADING)):
        return build_world(cast)


@pytest.fixture
def campaign(world: World) -> Campaign:
    return world.campaign


@pytest.fixture
def desk(cast: Cast) -> Callable[[str], Client]:
    """The browser of an account that has signed in and has just shown its second factor."""
    return lambda username: signed_in(username, proved=True)


@pytest.fixture
def stale_desk(cast: Cast) -> Callable[[str], Client]:
    """The same an hour after the second factor was shown."""
    return lambda username: signed_in(username, proved=False)


def signed_in(username: str, *, proved: bool) -> Client:
    """A browser with a session of this account, in English."""
    client, user = Client(), User.objects.get(username=username)
    client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
    client.cookies.load({"django_language": "en"})
    shown = time.time() - (0 if proved else 3600)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": shown}]
    session["account_authentication_methods_user"] = str(user.pk)
    session["enrolled"] = True
    session.save()
    return client


@pytest.fixture
def job(desk: Callable[[str], Client], world: World) -> Any:
    """嘉定 with five million yuan for the campaign."""
    from tests.web.job import PURPOSE

    with scoped(Scope.for_path(JIADING)):
        fund = open_fund(
            world.jiading,
            name="送温暖专项经费",
            source_class=SourceClass.UNION_BUDGET,
            purpose=Purpose.objects.get(pk=PURPOSE),
            campaign=world.campaign,
            by=world.cast.finance,
        )
        receive(fund, MONEY_FEN, on=DAY, evidence="预算安排", by=world.cast.finance, idempotency_key="test")
    from tests.web.job import Job

    return Job(desk, world)


@pytest.fixture
def jiading(cast: Cast) -> Iterator[Organization]:
    """嘉定, with its scope open."""
    with scoped(Scope.for_path(JIADING)):
        yield Organization.objects.get(path=JIADING)


def reads(queries: CaptureQueriesContext) -> list[str]:
    """The statements that a page made, without those that frame a transaction."""
    made = (query["sql"] for query in queries.captured_queries)
    return [sql for sql in made if not sql.startswith(FRAMEWORK) or '"access_post"' in sql]


def text_of(response: Any) -> str:
    """What stands on a page."""
    return str(response.content.decode())


def stood(page: Any) -> list[tuple[str, str]]:
    """The steps of a record's page with where each stands."""
    return [(step.label, step.state) for step in page.context["steps"]]


def now(page: Any) -> str:
    """The step that a record waits for, or where it stopped."""
    return next((label for label, state in stood(page) if state in ("now", "stopped")), "")


def acts_on(page: Any) -> dict[str, Act]:
    """The acts that a record's page shows, by name, and by name and key where several have one name."""
    return {act.anchor.removeprefix("act-"): act for act in page.context["acts"]}


def said_of(page: Any) -> dict[str, str]:
    """Of each act "open", or why not, or by whom."""
    return {name: "open" if act.is_open else act.why_not for name, act in acts_on(page).items()}


def files(**named: Any) -> MultiValueDict[str, Any]:
    """Files of a form."""
    return MultiValueDict(
        {name: value if isinstance(value, list) else [value] for name, value in named.items()}
    )
