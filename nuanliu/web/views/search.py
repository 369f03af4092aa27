"""Search over everything that the reader may open: one line, for names, sounds, numbers and titles.

The form is posted. What may be somebody's number (four to eighteen characters, all digits but for a last X) is looked
up from the posted form and answered at once, so that it stands in no address, history, log of a proxy or referrer; the
look-up leaves a row in the audit. Any other text goes on to an address that can be reloaded and passed on. A number in
the address is not looked up. While somebody types, numbers are never looked up: half of one is none, and each would
leave a row.
"""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from nuanliu.web.guards import FORM, WRITING, DeskRequest, signed_in
from nuanliu.web.searching import cleaned, found_for, is_number

SHOWN = 20
SUGGESTED = 4


@signed_in(FORM)
def search(request: DeskRequest) -> HttpResponse:
    """What was found, by kind."""
    text = cleaned(request.POST.get("q", "") or request.GET.get("q", ""))
    posted = request.method == "POST"
    if posted and text and not is_number(text):
        return redirect(f"{reverse('search')}?{urlencode({'q': text})}")
    if is_number(text) and not posted:
        return redirect(f"{reverse('search')}?withheld=yes")
    groups = found_for(text, request.actor, limit=SHOWN) if text else []
    context = {
        "text": "" if is_number(text) else text,
        "tail": text[-2:] if posted else "",
        "withheld": "withheld" in request.GET,
        "asked": bool(text),
        "groups": groups,
        "shown": SHOWN,
    }
    return render(request, "web/search.html", context)


@signed_in(WRITING)
def suggest(request: DeskRequest) -> HttpResponse:
    """What comes to mind while somebody types."""
    text = cleaned(request.POST.get("q", ""))
    groups = found_for(text, request.actor, limit=SUGGESTED, people=False) if text else []
    context = {"groups": groups, "text": text, "number": is_number(text)}
    return render(request, "web/parts/suggestions.html", context)
