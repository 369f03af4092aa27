"""Coming in: password, second factor, post; and nothing else of allauth's."""

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from nuanliu.access.actions import deactivate_user, end_post, grant_post
from nuanliu.access.models import Post, User
from nuanliu.access.states import Role
from nuanliu.base.keys import uuid7
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.cast import BAOSHAN, PASSWORD, TOTP_SECRET
from nuanliu.organizations.queries import by_path
from nuanliu.web.middleware import CHOSEN_POST
from tests.cast import IN_OFFICE_SINCE, Cast
from tests.web.conftest import text_of

pytestmark = pytest.mark.django_db


def code_now(secret: str = TOTP_SECRET) -> str:
    """What an authenticator shows at this moment (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def test_a_stranger_is_sent_to_the_sign_in_page(client: Client) -> None:
    assert client.get("/lists/").headers["Location"] == "/accounts/login/?next=%2Flists%2F"
    assert client.get("/accounts/login/").status_code == 200


def test_password_and_second_factor_lead_to_the_workbench(client: Client, cast: Cast) -> None:
    halfway = client.post("/accounts/login/", {"login": "clerk", "password": PASSWORD})
    assert halfway.headers["Location"] == reverse("mfa_authenticate")
    assert client.get("/").status_code == 302
    inside = client.post(reverse("mfa_authenticate"), {"code": code_now()}, follow=True)
    assert inside.status_code == 200
    assert "王敏" in text_of(inside)


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(client: Client, cast: Cast) -> None:
    wrong = client.post("/accounts/login/", {"login": "clerk", "password": "not-the-password"})
    unknown = client.post("/accounts/login/", {"login": "nobody", "password": "not-the-password"})
    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert wrong.status_code == unknown.status_code == 200


def test_a_wrong_second_factor_does_not_let_in(client: Client, cast: Cast) -> None:
    client.post("/accounts/login/", {"login": "clerk", "password": PASSWORD})
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_reset_password", "mfa_index"])
def test_nobody_opens_or_changes_an_account_by_oneself(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_a_page_runs_no_foreign_or_inline_code(desk: Callable[[str], Client]) -> None:
    response = desk("clerk").get("/")
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert " style=" not in text_of(response)


def test_who_holds_several_posts_chooses_one_and_sees_its_union(
    desk: Callable[[str], Client], cast: Cast
) -> None:
    with scoped(Scope.for_path("/0/")):
        user = User.objects.get(username="outsider")
        grant_post(
            user, role=Role.HANDLER, organization=by_path("/0/31/114/"), valid_from=IN_OFFICE_SINCE, by=None
        )
    browser = desk("outsider")
    assert browser.get("/").headers["Location"] == "/posts/"
    held = browser.get("/posts/").context["held"]
    baoshan = next(entry["post"] for entry in held if entry["post"].organization.path == BAOSHAN)
    assert browser.post("/posts/", {"post": baoshan.pk}).headers["Location"] == "/"
    assert browser.get("/").context["actor"].organization_path == BAOSHAN


def test_nobody_sits_at_a_post_that_is_another_s(desk: Callable[[str], Client], cast: Cast) -> None:
    assert desk("outsider").post("/posts/", {"post": cast.clerk.post_id}).status_code == 404


@pytest.mark.requirement("R-044")
def test_a_post_id_forged_into_the_session_widens_nothing(desk: Callable[[str], Client], cast: Cast) -> None:
    with scoped(Scope.for_path("/0/")):
        user = User.objects.get(username="outsider")
        grant_post(
            user, role=Role.HANDLER, organization=by_path("/0/31/112/"), valid_from=IN_OFFICE_SINCE, by=None
        )
    for forged in (str(cast.clerk.post_id), "x", str(uuid7())):
        browser = desk("outsider")
        session = browser.session
        session[CHOSEN_POST] = forged
        session.save()
        assert browser.get("/").headers["Location"] == "/posts/"
        assert browser.get("/lists/").headers["Location"] == "/posts/"
        for told in (forged, cast.clerk.post_id):
            assert browser.post("/posts/", {"post": told}).status_code == 404
    # Who holds one post alone sits there, whatever the session says.
    browser = desk("base")
    session = browser.session
    session[CHOSEN_POST] = str(cast.clerk.post_id)
    session.save()
    assert browser.get("/").context["actor"].post_id == cast.base.post_id


@pytest.mark.requirement("R-044")
def test_whose_account_is_shut_is_out_at_the_next_request(desk: Callable[[str], Client], cast: Cast) -> None:
    browser = desk("clerk")
    assert browser.get("/lists/").status_code == 200
    with scoped(Scope.for_path("/0/")):
        deactivate_user(User.objects.get(username="clerk"), reason="离职", by=cast.security)
    for answer in (browser.get("/lists/"), browser.post("/posts/", {"post": cast.clerk.post_id})):
        assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.requirement("R-044")
def test_whose_post_has_ended_has_no_desk_at_the_next_request(
    desk: Callable[[str], Client], cast: Cast
) -> None:
    browser, yesterday = desk("clerk"), timezone.localdate() - timedelta(days=1)
    assert browser.get("/lists/").status_code == 200
    with scoped(Scope.for_path("/0/")):
        end_post(Post.objects.get(pk=cast.clerk.post_id), on=yesterday, reason="调离", by=cast.security)
    assert browser.get("/lists/").headers["Location"] == "/posts/"
    assert browser.post("/posts/", {"post": cast.clerk.post_id}).status_code == 404


def test_the_language_is_switched_and_stays(desk: Callable[[str], Client]) -> None:
    browser = desk("clerk")
    assert "Workbench" in text_of(browser.get("/"))
    browser.post("/language/", {"language": "zh-hans", "next": "/"})
    assert "工作台" in text_of(browser.get("/"))
