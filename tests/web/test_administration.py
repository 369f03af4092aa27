"""Accounts, posts and unions at the administrators' desks; a temporary password opens nothing but its own change."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nuanliu.access.actions import create_user
from nuanliu.access.models import Post, User
from nuanliu.base.scope import Scope, scoped
from nuanliu.organizations.models import Organization
from tests.awards.conftest import JIADING
from tests.cast import Cast
from tests.web.conftest import reads, text_of

pytestmark = pytest.mark.django_db

OWN = "a phrase of my own, 42"


def opened(desk) -> tuple[User, str]:
    answer = desk("system").post("/users/new/", {"username": "newcomer", "display_name": "新来"})
    return User.objects.get(username="newcomer"), answer.context["password"]


def test_a_new_account_has_a_temporary_password_shown_once(desk, cast: Cast) -> None:
    user, password = opened(desk)
    assert user.check_password(password)
    again = desk("system").post("/users/new/", {"username": "newcomer", "display_name": "新来"})
    assert (again.context["password"], password in text_of(again)) == ("", False)
    assert password not in text_of(desk("system").get(f"/users/{user.pk}/"))


def test_a_temporary_password_is_changed_before_anything_else(desk, cast: Cast, client: Client) -> None:
    user, password = opened(desk)
    give(desk, user)
    inside = client.post("/accounts/login/", {"login": "newcomer", "password": password}, follow=True)
    assert inside.redirect_chain[-1][0] == "/password/"
    assert client.get("/lists/").headers["Location"] == "/password/"
    form = {"old": password, "new": OWN, "again": OWN}
    assert client.post("/password/", {**form, "again": "another"}).status_code == 422
    assert "access.wrong_password" in text_of(client.post("/password/", {**form, "old": "guessed"}))
    for weak in ("12", "gonghui2026", "newcomer-2026"):
        assert client.post("/password/", {**form, "new": weak, "again": weak}).status_code == 422
    assert client.post("/password/", form).headers["Location"] == "/"
    assert client.get("/lists/").headers["Location"] == "/account/second-factor/"
    user.refresh_from_db()
    assert (user.must_change_password, user.check_password(OWN)) == (False, True)


def give(desk, user: User, role: str = "handler") -> Post:
    form = {"post-role": role, "post-organization": "嘉定区总工会", "post-valid_from": "2021-01-01"}
    desk("security").post(f"/users/{user.pk}/posts/", form)
    with scoped(Scope.for_path("/0/")):
        post = Post.objects.get(user=user, role=role)
    desk("system").post(f"/users/posts/{post.pk}/confirm/")
    return post


@pytest.mark.requirement("R-044")
def test_a_post_granted_by_one_is_confirmed_by_the_other(desk, cast: Cast) -> None:
    user, _ = opened(desk)
    form = {"post-role": "handler", "post-organization": "嘉定区总工会", "post-valid_from": "2021-01-01"}
    assert desk("security").post(f"/users/{user.pk}/posts/", form).status_code == 302
    (waiting,) = desk("system").get("/users/").context["waiting"]
    refused = desk("security").post(f"/users/posts/{waiting.pk}/confirm/")
    assert (refused.status_code, "access.same_administrator" in text_of(refused)) == (422, True)
    assert desk("system").post(f"/users/posts/{waiting.pk}/confirm/").status_code == 302
    assert desk("system").get("/users/").context["waiting"] == []


def test_a_post_is_ended_and_an_account_shut(desk, cast: Cast) -> None:
    user, _ = opened(desk)
    post = give(desk, user)
    desk("security").post(f"/users/posts/{post.pk}/end/", {"on": "2022-01-31", "reason": "调离"})
    with scoped(Scope.for_path("/0/")):
        assert str(Post.objects.get(pk=post.pk).valid_to) == "2022-01-31"
    desk("security").post(f"/users/{user.pk}/deactivate/", {"deactivate-reason": "离职"})
    user.refresh_from_db()
    assert user.is_active is False


def test_a_union_is_found_by_sound_and_registered_below_another(desk, cast: Cast) -> None:
    browser = desk("system")
    assert "嘉定区总工会" in text_of(browser.get("/unions/?q=jiading"))
    form = {"parent": "嘉定区总工会", "name": "上海新厂有限公司工会", "level": "grassroots"}
    assert browser.post("/unions/new/", {**form, "valid_from": "2022-01-01"}).status_code == 302
    with scoped(Scope.for_path("/")):
        assert Organization.objects.get(name="上海新厂有限公司工会").path.startswith(JIADING)
    elsewhere = {**form, "parent": "没有这个工会", "valid_from": "2022-01-01"}
    assert browser.post("/unions/new/", elsewhere).status_code == 422


def test_the_lists_cost_a_fixed_number_of_reads_and_only_administrators_write(desk, cast: Cast) -> None:
    for address in ("/users/", "/unions/"):
        browser = desk("system")
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        assert len(reads(asked)) <= 8, reads(asked)
    assert desk("clerk").get("/users/").status_code == 403
    assert desk("auditor").get("/users/").status_code == 200
    assert desk("auditor").get("/users/new/").status_code == 403


def test_nobody_changes_a_password_without_a_session(client: Client, cast: Cast) -> None:
    assert client.get("/password/").headers["Location"].startswith("/accounts/login/")


def test_who_has_no_post_may_still_change_the_password(desk, cast: Cast) -> None:
    with scoped(Scope.for_path("/0/")):
        create_user(username="newcomer", display_name="新来", password=OWN, by=cast.security)
    browser = desk("newcomer")
    form = {"old": OWN, "new": f"{OWN}!", "again": f"{OWN}!"}
    assert browser.post("/password/", form).headers["Location"] == "/"
    assert browser.get("/").headers["Location"] == "/posts/"


# --- the tree of unions ---


def union_of(name: str) -> Organization:
    with scoped(Scope.for_path("/0/")):
        return Organization.objects.get(name=name)


def test_a_union_is_opened_renamed_and_ended_with_its_history(desk, cast: Cast) -> None:
    system, union = desk("system"), union_of("上海嘉源医疗有限公司工会")
    address = f"/unions/{union.pk}/"
    shown = text_of(system.get(address))
    assert "沈佳" in shown
    assert "Posts are still held there" in shown
    form = {"rename-name": "上海嘉源康复有限公司工会", "rename-on": "2022-03-01", "rename-reason": "企业更名"}
    assert system.post(f"{address}rename/", form).status_code == 302
    assert "Former name" in text_of(system.get(address))
    again = {**form, "rename-name": "上海市嘉定区总工会"}
    assert "organization.name_taken" in text_of(system.post(f"{address}rename/", again))
    new = {"parent": "嘉定区总工会", "name": "短命工会", "level": "grassroots", "valid_from": "2022-01-01"}
    made = system.post("/unions/new/", new).headers["Location"]
    assert system.post(f"{made}end/", {"end-on": "2022-02-01", "end-reason": ""}).status_code == 302
    assert union_of("短命工会").valid_to is None
    system.post(f"{made}end/", {"end-on": "2022-02-01", "end-reason": "并入他厂"})
    assert str(union_of("短命工会").valid_to) == "2022-02-01"
    told = system.get(f"/history/organizations.organization/{union_of('短命工会').pk}/")
    assert "并入他厂" in text_of(told)


@pytest.mark.parametrize("route", ["", "rename/", "end/"])
def test_a_union_elsewhere_is_not_found(desk, cast: Cast, route: str) -> None:
    address = f"/unions/{union_of('上海嘉源医疗有限公司工会').pk}/{route}"
    outsider = desk("outsider")
    assert (
        outsider.get(address).status_code in (404, 405),
        outsider.post(address).status_code in (404, 405),
    ) == (
        True,
        True,
    )


def test_a_sheet_of_unions_is_read_on_screen(desk, cast: Cast) -> None:
    system = desk("system")
    template = system.get("/unions/import/sheet/")
    assert template.status_code == 200

    def read(content: bytes):
        sheet = SimpleUploadedFile("unions.csv", content)
        form = {"file": sheet, "parent": "嘉定区总工会", "valid_from": "2022-01-01"}
        return system.post("/unions/import/", form)

    wrong = read("工会全称,上级工会\n甲厂工会,\n乙厂工会,无此工会\n".encode())
    assert (wrong.status_code, wrong.context["result"].faults[0].row) == (422, 3)
    assert (
        read("工会全称,上级工会\n甲厂工会,\n乙厂工会,甲厂工会\n".encode()).context["result"].registered == 2
    )
    assert union_of("乙厂工会").parent_id == union_of("甲厂工会").pk
    assert read(b"\x00\x01").status_code == 422


@pytest.mark.parametrize("page", ["/unions/", "/unions/new/", "/unions/import/"])
def test_pages_of_unions_cost_few_reads(desk, cast: Cast, page: str) -> None:
    browser = desk("system")
    browser.get(page)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(page).status_code == 200
    assert len(reads(queries)) <= 8, "\n".join(reads(queries))


def test_the_page_of_a_union_costs_few_reads(desk, cast: Cast) -> None:
    browser = desk("system")
    address = f"/unions/{union_of('上海市嘉定区总工会').pk}/"
    browser.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200
    assert len(reads(queries)) <= 10, "\n".join(reads(queries))
