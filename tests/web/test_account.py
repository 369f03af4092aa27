"""One's own account: second factors, codes, sessions; the second factor asked again; forms that outlive a session."""

import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nuanliu.access import actions
from nuanliu.access.models import KeptForm, Post, User
from nuanliu.access.queries import seen_by
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.cast import PASSWORD
from tests.architecture.test_routes import routes
from tests.cast import Cast
from tests.web.conftest import reads, signed_in, text_of
from tests.web.test_sign_in import code_now

pytestmark = pytest.mark.django_db

OWN = "a phrase of my own, 42"
GRANT = {"post-role": "handler", "post-organization": "嘉定区总工会", "post-valid_from": "2021-01-01"}


def enter(username: str, *, code: str = "", **headers: str) -> Client:
    """A browser that went through the doors: password, then code."""
    client = Client(headers=headers)
    client.cookies.load({"django_language": "en"})
    client.post("/accounts/login/", {"login": username, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code or code_now()})
    return client


def newcomer(cast: Cast) -> User:
    with scoped(Scope.for_path("/0/")):
        return actions.create_user(username="newcomer", display_name="新来", password=OWN, by=cast.security)


def posts_of_newcomer() -> int:
    with scoped(Scope.for_path("/0/")):
        return Post.objects.filter(user__username="newcomer").count()


def expire(client: Client) -> None:
    """What the clock does to a session; the cookies of the browser stay."""
    client.session.flush()


# --- enrolment ---


def test_somebody_new_sets_password_factor_and_codes_before_anything_opens(cast: Cast, desk) -> None:
    answer = desk("system").post("/users/new/", {"username": "newcomer", "display_name": "新来"})
    user, temporary = User.objects.get(username="newcomer"), answer.context["password"]
    client = Client()
    client.post("/accounts/login/", {"login": "newcomer", "password": temporary})
    for address in ("/", "/lists/", "/account/", "/posts/"):
        assert client.get(address).headers["Location"] == "/password/"
    client.post("/password/", {"old": temporary, "new": OWN, "again": OWN})
    for address in ("/", "/account/", "/posts/"):
        assert client.get(address).headers["Location"] == "/account/second-factor/"
    offered = client.get("/account/second-factor/")
    assert "<svg" in text_of(offered)
    assert offered.headers["Cache-Control"] == "no-store"
    secret = offered.context["secret"].replace(" ", "")
    assert client.post("/account/second-factor/", {"code": "000000"}).status_code == 422
    shown = client.post("/account/second-factor/", {"code": code_now(secret)}, follow=True)
    codes = shown.context["codes"]
    assert (shown.redirect_chain[-1][0], len(codes)) == ("/account/recovery-codes/", 10)
    assert client.get("/posts/").headers["Location"] == "/account/recovery-codes/"
    assert codes[3] in text_of(client.get("/account/recovery-codes/file/"))
    client.post("/account/recovery-codes/")
    assert client.get("/posts/").status_code == 200
    assert client.get("/account/recovery-codes/").headers["Location"] == "/account/"
    assert client.get("/account/recovery-codes/file/").status_code == 404
    kept = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert secret not in kept
    assert get_adapter().decrypt(kept) == secret


def test_the_offered_secret_is_sealed_in_the_session_too(cast: Cast, client: Client) -> None:
    newcomer(cast)
    User.objects.filter(username="newcomer").update(must_change_password=False)
    client.post("/accounts/login/", {"login": "newcomer", "password": OWN})
    secret = client.get("/account/second-factor/").context["secret"].replace(" ", "")
    assert secret not in str(dict(client.session.items()))


def test_a_recovery_code_opens_once(cast: Cast) -> None:
    with scoped(Scope.for_path("/0/")):
        made = actions.renew_recovery_codes(User.objects.get(username="clerk"), by=cast.clerk)
    code = made.wrap().generate_codes()[0]
    assert enter("clerk", code=code).get("/account/recovery-codes/").status_code == 200
    assert enter("clerk", code=code).get("/").status_code == 302


def test_the_last_factor_stays_and_another_s_cannot_be_removed(desk, cast: Cast) -> None:
    own, other = (Authenticator.objects.get(user__username=name).pk for name in ("clerk", "leader1"))
    for key, code in ((own, "access.last_factor"), (other, "access.unknown_factor")):
        refused = desk("clerk").post(f"/account/second-factor/{key}/remove/")
        assert (refused.status_code, code in text_of(refused)) == (422, True)
    assert Authenticator.objects.filter(pk__in=[own, other]).count() == 2


def test_the_strength_of_a_password_is_told_while_it_is_typed(desk, cast: Cast) -> None:
    weak = desk("clerk").post("/account/password/strength/", {"new": "gonghui2026"})
    assert ("<meter" in text_of(weak), "gonghui" in text_of(weak)) == (True, True)
    assert "Hard to guess" in text_of(desk("clerk").post("/account/password/strength/", {"new": OWN}))


# --- uniform answers, lock-out ---


@pytest.mark.parametrize(
    ("account", "password"), [("clerk", "wrong"), ("nobody", "wrong"), ("clerk", PASSWORD), ("", "")]
)
def test_unknown_wrong_and_shut_get_one_answer_after_one_hashing(
    cast: Cast, client: Client, account: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(username="clerk").update(is_active=False)
    from django.contrib.auth import hashers

    hashed: list[str] = []
    plain = hashers.MD5PasswordHasher.encode

    def counted(self: Any, *said: Any) -> str:
        hashed.append("once")
        return plain(self, *said)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counted)
    answer = client.post("/accounts/login/", {"login": account, "password": password})
    if account:
        assert answer.context["form"].non_field_errors() == ["账号或密码不正确，或账号已停用。"]
        assert len(hashed) == 1
    assert answer.status_code == 200


@pytest.mark.parametrize("account", ["clerk", "nobody"])
def test_after_five_failures_even_the_right_password_waits(cast: Cast, account: str) -> None:
    for number in range(5):
        answer = Client().post("/accounts/login/", {"login": account, "password": f"wrong {number}"})
        assert "五次" not in text_of(answer)
    locked = Client(headers={"host": "another.example"})
    assert "五次" in text_of(locked.post("/accounts/login/", {"login": account, "password": PASSWORD}))
    assert "五次" not in text_of(Client().post("/accounts/login/", {"login": "leader1", "password": "wrong"}))


def test_four_failures_do_not_lock(cast: Cast) -> None:
    for number in range(4):
        Client().post("/accounts/login/", {"login": "clerk", "password": f"wrong {number}"})
    assert enter("clerk").get("/account/").status_code == 200


def test_the_count_is_where_every_process_reads_it(cast: Cast, client: Client) -> None:
    client.post("/accounts/login/", {"login": "clerk", "password": "wrong"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM access_cache WHERE cache_key LIKE '%%login_failed%%'")
        assert cursor.fetchone()[0] >= 1


def test_a_code_is_good_once(cast: Cast) -> None:
    code = code_now()
    assert enter("clerk", code=code).get("/account/").status_code == 200
    assert enter("clerk", code=code).get("/account/").status_code == 302


# --- sessions ---


def test_my_sessions_are_listed_and_ended(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.TOTP._mark_code_used", lambda self, code: True)
    here = enter("clerk", **{"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/130 Edg/130"})
    there = enter("clerk", **{"user-agent": "Mozilla/5.0 (Linux; Android 14; HarmonyOS) Chrome/114"})
    page = text_of(here.get("/account/"))
    assert ("Edge · Windows" in page, "Chrome · HarmonyOS" in page) == (True, True)
    other = UserSession.objects.get(session_key=there.session.session_key)
    here.post("/account/sessions/end/", {"key": other.pk})
    assert there.get("/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_another_s_session_is_not_ended_by_its_key(cast: Cast) -> None:
    mine, other = enter("clerk"), enter("leader1")
    mine.post("/account/sessions/end/", {"key": UserSession.objects.get(user__username="leader1").pk})
    assert other.get("/account/").status_code == 200


def test_a_changed_password_ends_all_other_sessions(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.TOTP._mark_code_used", lambda self, code: True)
    here, there = enter("clerk"), enter("clerk")
    here.post("/password/", {"old": PASSWORD, "new": OWN, "again": OWN})
    assert (here.get("/account/").status_code, there.get("/account/").status_code) == (200, 302)
    assert UserSession.objects.filter(user__username="clerk").count() == 1


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("deactivate", {"deactivate-reason": "离职"}),
        ("sessions/end", {"sessions-reason": "设备遗失"}),
        ("reset", {"reset-kind": "password", "reset-reason": "本人到场"}),
    ],
)
def test_an_administrator_signs_somebody_out_everywhere(cast: Cast, desk, act: str, form: dict) -> None:
    browser = enter("clerk")
    key = User.objects.get(username="clerk").pk
    assert desk("security").post(f"/users/{key}/{act}/", form).status_code in (200, 302)
    assert browser.get("/account/").status_code == 302
    assert not UserSession.objects.filter(user_id=key).exists()


def test_an_unused_session_tells_how_long_it_lasts_and_a_long_one_ends(cast: Cast) -> None:
    browser = enter("clerk")
    assert 3500 < browser.get("/account/session/").json()["seconds"] <= 3600
    session = browser.session
    session["seen"] -= 3300
    session.save()
    assert browser.get("/account/session/").json()["seconds"] <= 300
    assert browser.post("/account/session/").json()["seconds"] > 3500
    session = browser.session
    session["began"] -= 13 * 3600
    session.save()
    assert browser.get("/account/").status_code == 302


# --- the second factor again ---

AGAIN = {
    "user-grant", "post-confirm", "post-end", "user-deactivate", "user-reset", "reset-confirm",
    "user-sessions-end", "decide-record", "batch-release", "batch-send", "batch-file",
    "roster-paper", "fund-receive", "fund-allocate", "fund-reverse", "verify", "reissue",
    "password", "second-factor", "factor-remove", "recovery-codes", "recovery-codes-file",
    "recovery-codes-renew",
}  # fmt: skip


def test_money_reveals_and_rights_ask_for_a_fresh_second_factor() -> None:
    asking = {
        route.name for route in routes() if getattr(getattr(route.callback, "guard", None), "again", False)
    }
    assert asking >= AGAIN, AGAIN - asking


def test_an_act_with_a_stale_factor_waits_for_the_code_and_goes_on_by_itself(stale_desk, cast: Cast) -> None:
    user, browser = newcomer(cast), stale_desk("security")
    address = f"/users/{user.pk}/posts/"
    asked = browser.post(address, GRANT)
    assert asked.headers["Location"].startswith("/account/proof/?kept=")
    assert posts_of_newcomer() == 0
    page = browser.get(asked.headers["Location"])
    assert "Users and posts" in text_of(page)
    key = page.context["kept"]["form"].pk
    assert browser.post("/account/proof/", {"code": "000000", "_kept": key}).status_code == 422
    sent_on = browser.post("/account/proof/", {"code": code_now(), "_kept": key})
    assert (sent_on.status_code, sent_on.headers["Location"]) == (307, address)
    done = browser.post(address, {"code": "as the browser repeats it", "_kept": key})
    assert (done.status_code, posts_of_newcomer()) == (302, 1)
    again = browser.post(address, {"_kept": key})
    assert (again.status_code, "access.nothing_kept" in text_of(again)) == (422, True)


def test_a_page_that_only_shows_asks_before_it_shows(stale_desk, cast: Cast) -> None:
    answer = stale_desk("clerk").get("/password/")
    assert answer.headers["Location"] == "/account/proof/?next=%2Fpassword%2F"


def test_the_way_back_never_leads_out_of_the_house(stale_desk, cast: Cast) -> None:
    browser = stale_desk("clerk")
    answer = browser.post("/account/proof/", {"code": code_now(), "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/account/"


# --- what came too late ---


def late(username: str, address: str, form: dict, client: Client | None = None) -> tuple[Client, str]:
    """A form sent after the session ended; the browser, and where it was sent."""
    browser = client or enter(username)
    browser.get("/account/")
    expire(browser)
    return browser, browser.post(address, form).headers["Location"]


def come_back(browser: Client, username: str) -> None:
    browser.post("/accounts/login/", {"login": username, "password": PASSWORD})
    browser.post(reverse("mfa_authenticate"), {"code": code_now()})


@pytest.fixture(autouse=True)
def one_code_many_times(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "a_code_is_good_once" not in request.node.name:
        monkeypatch.setattr("allauth.mfa.totp.internal.auth.TOTP._mark_code_used", lambda self, code: True)


def kept_for(username: str) -> list[KeptForm]:
    user = User.objects.get(username=username)
    with seen_by(user.pk):
        return list(KeptForm.objects.filter(user=user))


def test_a_form_that_comes_after_the_session_is_kept_and_carried_out_as_it_was(cast: Cast) -> None:
    user = newcomer(cast)
    address = f"/users/{user.pk}/posts/"
    browser, location = late("security", address, GRANT)
    assert location == "/accounts/login/?next=%2Faccount%2Fkept%2F"
    assert posts_of_newcomer() == 0
    come_back(browser, "security")
    (entry,) = browser.get("/account/kept/").context["listed"]
    assert browser.post(address, {"_kept": str(entry["form"].pk)}).status_code == 302
    assert posts_of_newcomer() == 1
    assert kept_for("security") == []


def test_files_outlive_the_session_too(cast: Cast) -> None:
    proof = SimpleUploadedFile("证明.pdf", b"%PDF-1.4 of a death", "application/pdf")
    form = {"identity_number": "bad", "died_on": "2022-01-01", "reason": "死亡证明", "file": proof}
    browser, _ = late("clerk", "/people/deaths/", form)
    come_back(browser, "clerk")
    (entry,) = browser.get("/account/kept/").context["listed"]
    assert (entry["form"].file_count, entry["form"].field_count) == (1, 3)
    answer = browser.post("/people/deaths/", {"_kept": str(entry["form"].pk)})
    assert answer.status_code in (302, 422)
    assert "This field is required" not in text_of(answer)
    assert answer.wsgi_request.FILES["file"].name == "证明.pdf"


def test_another_account_in_the_same_browser_sees_nothing(cast: Cast) -> None:
    user = newcomer(cast)
    address = f"/users/{user.pk}/posts/"
    browser, _ = late("security", address, GRANT)
    (kept,) = kept_for("security")
    come_back(browser, "system")
    assert browser.get("/account/kept/").context["listed"] == []
    refused = browser.post(f"/users/posts/{uuid4()}/confirm/", {"_kept": str(kept.pk)})
    assert (refused.status_code, "access.nothing_kept" in text_of(refused)) == (422, True)


def test_another_browser_of_the_same_account_sees_nothing(cast: Cast) -> None:
    user = newcomer(cast)
    late("security", f"/users/{user.pk}/posts/", GRANT)
    assert enter("security").get("/account/kept/").context["listed"] == []


def test_nothing_is_kept_for_a_stranger_or_by_an_altered_cookie(cast: Cast, client: Client) -> None:
    user = newcomer(cast)
    address = f"/users/{user.pk}/posts/"
    assert client.post(address, GRANT).headers["Location"] == "/accounts/login/?next=%2F"
    client.cookies["last_account"] = f"{User.objects.get(username='security').pk}:forged"
    client.post(address, GRANT)
    assert kept_for("security") == []


def test_passwords_are_never_kept(cast: Cast) -> None:
    late("clerk", "/password/", {"old": PASSWORD, "new": OWN, "again": OWN})
    assert kept_for("clerk") == []


def test_what_is_too_big_is_not_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nuanliu.web.kept.MOST_BYTES", 10)
    user = newcomer(cast)
    _, location = late("security", f"/users/{user.pk}/posts/", GRANT)
    assert (location, kept_for("security")) == ("/accounts/login/?next=%2F", [])


def test_the_browser_holds_a_token_and_nothing_of_the_form(cast: Cast) -> None:
    user = newcomer(cast)
    browser, _ = late("security", f"/users/{user.pk}/posts/", GRANT)
    for name in ("kept", "last_account"):
        assert (browser.cookies[name]["httponly"], browser.cookies[name]["samesite"]) == (True, "Lax")
    assert "handler" not in str(browser.cookies)


def test_a_kept_form_can_be_thrown_away(cast: Cast) -> None:
    user = newcomer(cast)
    browser, _ = late("security", f"/users/{user.pk}/posts/", GRANT)
    come_back(browser, "security")
    browser.post(f"/account/kept/{kept_for('security')[0].pk}/drop/")
    assert kept_for("security") == []


def test_a_form_with_the_token_of_an_older_session_is_kept_when_it_is_our_own_page(cast: Cast) -> None:
    user = newcomer(cast)
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = signed_in("security", proved=True).cookies
    address = f"/users/{user.pk}/posts/"
    old = {**GRANT, "csrfmiddlewaretoken": "x" * 64}
    foreign = browser.post(address, old, headers={"origin": "https://evil.example"})
    assert (foreign.status_code, kept_for("security")) == (403, [])
    assert browser.post(address, old).status_code == 403
    own = browser.post(address, old, headers={"origin": "http://testserver"})
    assert (own.headers["Location"], len(kept_for("security"))) == ("/account/kept/", 1)
    assert posts_of_newcomer() == 0


# --- the pages ---


def test_the_way_in_runs_no_inline_code(desk: Callable[[str], Client], client: Client, cast: Cast) -> None:
    for browser, address in (
        (client, "/accounts/login/"),
        (desk("clerk"), "/account/"),
        (desk("clerk"), "/account/second-factor/"),
    ):
        answer = browser.get(address)
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        page = text_of(answer)
        assert " style=" not in page
        assert not re.search(r"<script(?! src=| id=\"passkey-options\" type=\"application/json\")", page)


def test_the_first_page_tells_who_is_who_in_a_demonstration_only(
    client: Client, cast: Cast, settings
) -> None:
    told = text_of(client.get("/accounts/login/"))
    assert ("releaser" in told, PASSWORD in told) == (True, True)
    settings.NUANLIU_DEMONSTRATION = False
    silent = text_of(client.get("/accounts/login/"))
    assert ("releaser" in silent, PASSWORD in silent) == (False, False)


@pytest.mark.parametrize("address", ["/account/", "/account/kept/", "/posts/"])
def test_my_pages_cost_few_reads(desk, cast: Cast, address: str) -> None:
    browser = desk("clerk")
    browser.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200
    assert len(reads(asked)) <= 8, reads(asked)


def test_a_page_is_told_when_its_session_ends(desk, cast: Cast) -> None:
    page = text_of(desk("clerk").get("/"))
    seconds = int(re.search(r'data-seconds="(\d+)"', page)[1])
    assert 3500 < seconds <= 3600
    assert time.time() > seconds
