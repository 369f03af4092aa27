"""What every answer tells the browser: nothing kept, nothing foreign, nothing told to others."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from nuanliu.demo.cast import PASSWORD
from tests.cast import Cast
from tests.web.job import Job

pytestmark = pytest.mark.django_db

PAGES = ("/", "/lists/", "/people/", "/campaigns/", "/account/", "/rules/")


def test_no_page_stays_behind_in_a_browser(job: Job) -> None:
    for page in PAGES:
        assert "no-store" in job.at("clerk").get(page).headers["Cache-Control"], page


def test_after_signing_out_no_page_opens_again(desk: Callable[[str], Client], job: Job) -> None:
    browser = desk("clerk")
    assert browser.get("/lists/").status_code == 200
    browser.post("/accounts/logout/")
    assert browser.get("/lists/").headers["Location"].startswith("/accounts/login/")


def test_a_refusal_and_a_missing_page_are_not_kept_either(job: Job) -> None:
    for page in ("/lists/00000000-0000-0000-0000-000000000000/", "/funds/new/", "/nowhere/"):
        answer = job.at("clerk").get(page)
        assert answer.status_code in (403, 404)
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("page", [*PAGES, "/accounts/login/", "/nowhere/"])
def test_the_policy_allows_nothing_inline_and_nothing_foreign(job: Job, page: str) -> None:
    headers = job.at("clerk").get(page).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_scripts_read_no_cookie_of_ours(client: Client, cast: Cast) -> None:
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "clerk", "password": PASSWORD})
    client.post("/language/", {"language": "en", "next": "/"})
    for name in ("sessionid", "csrftoken", "django_language"):
        assert client.cookies[name]["httponly"], name
        assert client.cookies[name]["samesite"] == "Lax", name


def test_a_real_installation_speaks_https_alone() -> None:
    """The settings are read anew, as a production start reads them."""
    told = (
        "import json; from nuanliu.config import settings as s;"
        " print(json.dumps([s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, s.SESSION_COOKIE_SECURE,"
        " s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE, s.ALLOWED_HOSTS, s.DEBUG]))"
    )
    surroundings = {
        **os.environ,
        "NUANLIU_DEMONSTRATION": "no",
        "DATABASE_URL": "postgresql://nuanliu_app@db.example/nuanliu",
        "NUANLIU_SECRET_KEY": "x" * 60,
        "NUANLIU_HOSTS": "warm.example",
    }
    surroundings.pop("DJANGO_SETTINGS_MODULE", None)
    project = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=project, env=surroundings, capture_output=True, check=True
    )
    assert json.loads(done.stdout) == [True, 31_536_000, True, True, True, ["warm.example"], False]
