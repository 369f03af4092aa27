"""Forms that come when the session has ended, or when the second factor is due: kept, and sent again as they were.

The browser holds a random token and nothing of the form. Sending again is a POST to the same address with the key of
what was kept; the guard then puts the kept fields and files in its place, and the view never knows.
"""

import base64
import io
import secrets
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.datastructures import MultiValueDict

from nuanliu.access.actions import keep_form, take_form
from nuanliu.access.models import KeptForm
from nuanliu.kernel.errors import Refused
from nuanliu.web.presence import last_account

BROWSER_COOKIE = "kept"
FIELD = "_kept"
COOKIE_SECONDS = 12 * 60 * 60
MOST_BYTES = 20 * 1024 * 1024
NEVER_KEPT = {"csrfmiddlewaretoken", FIELD}


def owner_of(request: HttpRequest) -> str:
    """For whom a form may be kept: who is signed in, else who sat at this browser last."""
    return str(request.user.pk) if request.user.is_authenticated else last_account(request)


def keep(request: Any) -> KeptForm | None:
    """Keep what was sent; nothing where nobody knows whose it is, or it is too big."""
    owner = owner_of(request)
    if not owner or not _bearable(request):
        return None
    request.kept_browser = browser_of(request) or secrets.token_urlsafe(32)
    return keep_form(
        UUID(owner),
        browser=request.kept_browser,
        address=request.get_full_path(),
        body=_body(request),
        by=request.actor,
    )


def remember(request: Any, response: HttpResponse) -> HttpResponse:
    """Give the browser its token, where something was kept for it."""
    if token := getattr(request, "kept_browser", ""):
        response.set_cookie(
            BROWSER_COOKIE,
            token,
            max_age=COOKIE_SECONDS,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
    return response


def browser_of(request: HttpRequest) -> str:
    """The token of this browser, if it has one."""
    return str(request.COOKIES.get(BROWSER_COOKIE, ""))


def named_in(request: HttpRequest) -> UUID | None:
    """The kept form that a request asks to send again."""
    try:
        return UUID(request.POST[FIELD]) if FIELD in request.POST else None
    except ValueError:
        return None


def restore(request: Any, key: UUID) -> None:
    """Put the kept fields and files into the request. Refused: `access.nothing_kept`."""
    body = take_form(
        key,
        user_id=request.user.pk,
        browser=browser_of(request),
        address=request.get_full_path(),
        by=request.actor,
    )
    fields = QueryDict(mutable=True)
    for name, values in body["fields"]:
        fields.setlist(name, values)
    files: MultiValueDict[str, UploadedFile] = MultiValueDict()
    for name, file in body["files"]:
        files.appendlist(name, _file(name, file))
    request._post, request._files = fields, files  # noqa: SLF001  where Django keeps what it has read


def too_big() -> Refused:
    """Why a form could not be kept."""
    return Refused(
        "access.not_kept", "所填内容过大，无法暂存，本次未办理。请先在“我的账号”中验证身份，再重新提交。"
    )


def _bearable(request: Any) -> bool:
    return int(request.META.get("CONTENT_LENGTH") or 0) <= MOST_BYTES and len(request.get_full_path()) <= 500


def _body(request: HttpRequest) -> dict[str, Any]:
    fields = [[name, values] for name, values in request.POST.lists() if name not in NEVER_KEPT]
    files = [[name, _content(file)] for name, sent in request.FILES.lists() for file in sent]
    return {"fields": fields, "files": files}


def _content(file: Any) -> dict[str, str]:
    return {
        "name": file.name,
        "type": file.content_type or "",
        "content": base64.b64encode(file.read()).decode(),
    }


def _file(field: str, kept: dict[str, str]) -> InMemoryUploadedFile:
    content = base64.b64decode(kept["content"])
    return InMemoryUploadedFile(io.BytesIO(content), field, kept["name"], kept["type"], len(content), None)
