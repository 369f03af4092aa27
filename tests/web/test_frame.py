"""The frame: rooms by role, switching posts and colours, one page as cheap as another."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from nuanliu.access.actions import confirm_post, grant_post
from nuanliu.access.models import User
from nuanliu.base.scope import Scope, scoped
from nuanliu.organizations.queries import by_path
from tests.awards.conftest import JIADING, World
from tests.cast import Cast
from tests.web.conftest import text_of

pytestmark = pytest.mark.django_db

type Desk = Callable[[str], Client]


def rooms(page: Any) -> set[str]:
    return {room["route"] for _label, group in page.context["navigation"] for room in group}


def test_each_role_sees_the_rooms_that_it_may_enter(desk: Desk, world: World) -> None:
    clerk, security = rooms(desk("clerk").get("/")), rooms(desk("security").get("/"))
    assert {"people", "rosters"} <= clerk
    assert "users" not in clerk
    assert "users" in security
    assert not {"people", "rosters", "funds"} & security


def test_a_record_s_page_marks_its_room(desk: Desk, world: World) -> None:
    page = desk("clerk").get(f"/campaigns/{world.campaign.pk}/")
    assert page.context["room"] == "campaigns"
    assert 'aria-current="page"' in text_of(page)


@pytest.mark.parametrize(("chosen", "kept"), [("dark", "dark"), ("light", "light"), ("system", "")])
def test_colours_are_kept_by_the_browser(desk: Desk, chosen: str, kept: str) -> None:
    browser = desk("clerk")
    answer = browser.post("/appearance/", {"theme": chosen, "next": "/jobs/"})
    assert answer.headers["Location"] == "/jobs/"
    page = browser.get("/jobs/")
    assert page.context["theme"] == kept
    assert ("dark" in text_of(page).split("</head>")[0]) is (chosen != "light")


@pytest.mark.parametrize(
    "forged", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_appearance_leads_nowhere_else(desk: Desk, forged: str) -> None:
    answer = desk("clerk").post("/appearance/", {"theme": "pink", "next": forged})
    assert answer.headers["Location"] == "/"
    assert "theme" not in answer.cookies


def test_the_menu_is_folded_and_shown_again(desk: Desk) -> None:
    browser = desk("clerk")
    browser.post("/appearance/", {"rail": "folded"})
    assert 'class="frame folded"' in text_of(browser.get("/"))
    browser.post("/appearance/", {"rail": "open"})
    assert 'class="frame"' in text_of(browser.get("/"))


def test_appearance_changes_nothing_by_a_link(desk: Desk) -> None:
    assert desk("clerk").get("/appearance/").status_code == 405


@pytest.fixture
def two_posts(cast: Cast) -> User:
    """王敏 also handles lists for her own grassroots union."""
    clerk = User.objects.get(username="clerk")
    with scoped(Scope.for_path("/")):
        place = by_path(cast.base.organization_path)
        post = grant_post(
            clerk, role="handler", organization=place, valid_from=date(2021, 1, 1), by=cast.security
        )
        confirm_post(post, by=cast.system)
    return clerk


def test_who_holds_one_post_has_nothing_to_switch(desk: Desk, world: World) -> None:
    assert desk("clerk").get("/").context["other_posts"] == []


def test_a_post_is_switched_in_place_and_the_room_stays(desk: Desk, two_posts: User, cast: Cast) -> None:
    browser = desk("clerk")
    held = {post.organization_path: post.pk for post in _posts(two_posts)}
    browser.post("/posts/", {"post": held[JIADING]})
    page = browser.get("/lists/")
    assert [entry["post"].pk for entry in page.context["other_posts"]] == [held[cast.base.organization_path]]
    answer = browser.post("/posts/", {"post": held[cast.base.organization_path], "room": "rosters"})
    assert answer.headers["Location"] == "/lists/"
    assert browser.get("/lists/").context["post"].organization_path == cast.base.organization_path


@pytest.mark.parametrize("room", ["users", "nowhere", "https://elsewhere.example"])
def test_a_room_that_the_other_post_may_not_enter_becomes_the_workbench(
    desk: Desk, two_posts: User, room: str
) -> None:
    post = _posts(two_posts)[0]
    assert desk("clerk").post("/posts/", {"post": post.pk, "room": room}).headers["Location"] == "/"


def _posts(user: User) -> list[Any]:
    with scoped(Scope.for_path("/")):
        return list(user.posts.order_by("id"))
