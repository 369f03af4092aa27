"""Coming in: password, second factor, post; and nothing else of allauth's."""

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from nuanliu.access.actions import grant_post
from nuanliu.access.models import User
from nuanliu.access.states import Role
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.cast import BAOSHAN, PASSWORD, TOTP_SECRET
from nuanliu.organizations.queries import by_path
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


def test_the_language_is_switched_and_stays(desk: Callable[[str], Client]) -> None:
    browser = desk("clerk")
    assert "Workbench" in text_of(browser.get("/"))
    browser.post("/language/", {"language": "zh-hans", "next": "/"})
    assert "工作台" in text_of(browser.get("/"))
