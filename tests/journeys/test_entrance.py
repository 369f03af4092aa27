"""Coming in with a real browser: a passkey on a virtual authenticator, the code asked again, a form over a time-out."""

import pytest
from playwright.sync_api import Browser, Page

from nuanliu.access.actions import create_user
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.cast import PASSWORD
from tests.cast import Cast
from tests.journeys.conftest import Desks
from tests.web.test_sign_in import code_now

pytestmark = pytest.mark.django_db(transaction=True)

OWN = "a phrase of my own, 42"


def with_authenticator(browser: Browser, desks: Desks) -> Page:
    """A window of a computer with a fingerprint reader, in Chinese."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
    page.on("console", desks._heard)
    page.on("pageerror", lambda error: desks.faults.append(f"script: {error}"))
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return page


def test_somebody_new_comes_in_by_a_passkey_and_later_by_it_alone(
    cast: Cast, desks: Desks, browser: Browser
) -> None:
    with scoped(Scope.for_path("/0/")):
        create_user(username="newcomer", display_name="新来", password=OWN, by=cast.security)
    # A passkey belongs to a name, never to a number.
    desks.address = desks.address.replace("127.0.0.1", "localhost")
    page = with_authenticator(browser, desks)
    page.goto(f"{desks.address}/accounts/login/")
    page.fill("#id_login", "newcomer")
    page.fill("#id_password", OWN)
    page.click("form.form button.main")
    desks.look(page)
    page.fill("#id_old", OWN)
    page.fill("#id_new", "gonghui2026")
    page.wait_for_selector("#strength meter")
    desks.look(page)
    for field in ("#id_new", "#id_again"):
        page.fill(field, f"{OWN}!")
    page.click("form.form button.main")
    page.wait_for_url("**/account/second-factor/")
    desks.look(page)
    page.fill("#id_name", "办公室电脑")
    page.click("form[data-passkey=add] button")
    page.wait_for_url("**/account/recovery-codes/")
    desks.look(page)
    assert page.locator(".codes li").count() == 10
    page.click("form.form button.main")
    page.wait_for_url("**/posts/")
    page.goto(f"{desks.address}/account/")
    desks.look(page)
    assert "办公室电脑" in page.locator("main").inner_text()
    page.context.clear_cookies()
    page.goto(f"{desks.address}/accounts/login/?next=/account/")
    page.click("form[data-passkey=sign-in] button")
    page.wait_for_url(f"{desks.address}/account/")
    assert "新来" in page.locator("main").inner_text()
    page.context.close()
    assert desks.faults == []


def test_a_form_over_a_time_out_is_carried_out_after_signing_in_again(
    cast: Cast, desks: Desks, browser: Browser
) -> None:
    with scoped(Scope.for_path("/0/")):
        user = create_user(username="newcomer", display_name="新来", password=OWN, by=cast.security)
    page = desks.at("security")
    desks.open(page, f"/users/{user.pk}/")
    page.fill("[name='post-organization']", "嘉定区总工会")
    page.context.clear_cookies(name="sessionid")
    page.locator(f"form[action='/users/{user.pk}/posts/'] button").click()
    page.wait_for_url("**/accounts/login/**")
    page.fill("#id_login", "security")
    page.fill("#id_password", PASSWORD)
    page.click("form.form button.main")
    desks.look(page)
    used = page.locator("#id_code")
    used.fill(code_now())
    page.click("form.form button.main")
    if "second-factor" in page.url:  # each code is good once: wait for the next
        page.wait_for_timeout(31_000)
        page.fill("#id_code", code_now())
        page.click("form.form button.main")
    page.wait_for_url("**/account/kept/")
    desks.look(page)
    desks.press(page, ".kept button.main")
    assert "嘉定区总工会" in page.locator("main").inner_text()
    faults = [fault for fault in desks.faults if "422" not in fault]
    assert faults == []
