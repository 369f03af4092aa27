"""Files handed to the browser, whole from memory: a stream would run after the transaction and see nothing."""

from urllib.parse import quote

from django.http import HttpResponse


def attachment(content: bytes, name: str, media_type: str) -> HttpResponse:
    """A file to be saved under its name; never shown inside the page, never kept by a cache."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "no-store"
    return response
