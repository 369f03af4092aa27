"""The auditor's room: what matters over all unions below, every act with its proof, the seals, a random sample."""

import secrets
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from nuanliu.access.models import User
from nuanliu.access.permissions import POLICY
from nuanliu.access.queries import hasty_posts
from nuanliu.audit.actions import take_proof
from nuanliu.audit.models import AuditEntry, AuditHead
from nuanliu.audit.queries import Wanted, busy_days, consistency, counts_of, entries_of, grew, proof_of
from nuanliu.awards.actions import export_sample
from nuanliu.awards.permissions import POLICY as AWARDS
from nuanliu.awards.queries import sample_of
from nuanliu.operations.permissions import POLICY as OPERATIONS
from nuanliu.organizations.queries import search
from nuanliu.people.rules import REVEALS_A_DAY
from nuanliu.web.audit_words import ACTS, KINDS
from nuanliu.web.downloads import attachment
from nuanliu.web.forms_people import SampleForm
from nuanliu.web.guards import FORM, DeskRequest, page, signed_in
from nuanliu.web.paging import newest_first
from nuanliu.web.queries import campaigns_for, record_or_404, user_names
from nuanliu.web.reading import act_words, changes_of, kind_words, page_of_record

SINCE = timedelta(days=365)
CAMPAIGNS_SHOWN = 8
# A post granted and confirmed in one go, or while the house is dark, was hardly looked at by two.
NIGHT = (22, 6)

# What an auditor counts first: name, acts of the log, what it is called.
COUNTED: tuple[tuple[str, tuple[str, ...], Any], ...] = (
    ("reveals", ("people.reveal",), _("values looked at in full")),
    ("exports", ("evidence.ask_file",), _("files asked for")),
    ("reversals", ("ledger.reverse",), _("bookings reversed")),
    ("accounts", ("payments.correct_account", "people.change_account"), _("accounts changed")),
    ("reissues", ("payments.reissue",), _("payments issued anew")),
    ("rejected", ("ledger.mark_rejected",), _("plans rejected")),
    ("cash", ("awards.approve_cash_exception",), _("cash approved")),
    ("posts", ("access.grant_post",), _("posts granted")),
)


@page(POLICY, "read_log")
def audit(request: DeskRequest) -> HttpResponse:
    """What matters over all unions below; each number opens its rows."""
    since = timezone.localdate() - SINCE
    counts = counts_of([act for _name, acts, _label in COUNTED for act in acts], since=since)
    busy = busy_days("people.reveal", more_than=REVEALS_A_DAY, since=since)
    names = user_names(day.actor_id for day in busy)
    campaigns = list(campaigns_for(request.actor))
    first = min(_number(request.GET.get("campaigns", "")), len(campaigns))
    context = {
        "since": since,
        "figures": [
            {
                "label": label,
                "count": sum(counts.get(act, 0) for act in acts),
                "address": _rows_of(acts[0], since),
            }
            for _name, acts, label in COUNTED
        ],
        "busy": [
            {"day": one, "name": names.get(one.actor_id, ""), "address": _reveals_on(one.actor_id, one.day)}
            for one in busy
        ],
        "usual": REVEALS_A_DAY,
        "campaigns": campaigns[first : first + CAMPAIGNS_SHOWN],
        "campaigns_first": first + 1,
        "campaigns_last": min(first + CAMPAIGNS_SHOWN, len(campaigns)),
        "campaigns_all": len(campaigns),
        "earlier": first + CAMPAIGNS_SHOWN if first + CAMPAIGNS_SHOWN < len(campaigns) else None,
        "later": max(first - CAMPAIGNS_SHOWN, 0) if first else None,
        "hasty": hasty_posts(since=since, night=NIGHT),
        "can_verify": OPERATIONS.may(request.actor, "verify_log"),
        "head": AuditHead.objects.order_by("-size").first(),
    }
    return render(request, "web/audit.html", context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _rows_of(action: str, since: date) -> str:
    return f"{reverse('audit-entries')}?{urlencode({'action': action, 'from': since.isoformat()})}"


def _reveals_on(actor_id: UUID, day: date) -> str:
    asked = {
        "action": "people.reveal",
        "actor": str(actor_id),
        "from": day.isoformat(),
        "to": day.isoformat(),
    }
    return f"{reverse('audit-entries')}?{urlencode(asked)}"


# --- the log ---


@page(POLICY, "read_log")
def entries(request: DeskRequest) -> HttpResponse:
    """Who did what to what, the latest first; the filters stand in the address."""
    asked = {
        name: request.GET.get(name, "").strip()
        for name in ("who", "actor", "action", "kind", "union", "from", "to", "key")
    }
    found = newest_first(entries_of(_wanted(asked)), request.GET.get("after"))
    context = {
        "asked": asked,
        "page": found,
        "rows": rows_of(found.rows),
        "acts": sorted(((name, str(label)) for name, label in ACTS.items()), key=lambda pair: pair[1]),
        "kinds": sorted(((name, str(label)) for name, label in KINDS.items()), key=lambda pair: pair[1]),
        "is_narrowed": any(asked.values()),
    }
    return render(request, "web/audit_entries.html", context)


def _wanted(asked: dict[str, str]) -> Wanted:
    return Wanted(
        actor_id=_actor(asked),
        action=asked["action"][:80],
        kind=asked["kind"][:40],
        key=asked["key"][:40],
        path=_path(asked["union"]),
        first_day=_day(asked["from"]),
        last_day=_day(asked["to"]),
    )


NOBODY = UUID(int=0)


def _actor(asked: dict[str, str]) -> UUID | None:
    """Somebody by key, account or name; nobody's key where there is none."""
    if asked["actor"]:
        try:
            return UUID(asked["actor"])
        except ValueError:
            raise Http404 from None
    if not asked["who"]:
        return None
    named = User.objects.filter(username=asked["who"]) | User.objects.filter(display_name=asked["who"])
    return named.values_list("pk", flat=True).first() or NOBODY


def _path(union: str) -> str:
    """The path of a union by its name; one that does not exist where none has it."""
    found = list(search(union))[:1] if union else []
    return found[0].path if found else "/-/" if union else ""


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def rows_of(found: list[AuditEntry]) -> list[dict[str, Any]]:
    """Entries in words, with the names of who acted."""
    names = user_names(entry.actor_id for entry in found)
    return [
        {
            "entry": entry,
            "actor": names.get(entry.actor_id, ""),
            "act": act_words(entry.action),
            "kind": kind_words(entry.subject_kind),
            "address": page_of_record(entry.subject_kind, entry.subject_id),
            "changes": changes_of(entry),
        }
        for entry in found
    ]


# --- one row and its proof ---


@signed_in()
def entry(request: DeskRequest, key: int) -> HttpResponse:
    """One act, and the proof that its row stands as it was written, step by step."""
    found = record_or_404(AuditEntry, key)
    context = {"row": rows_of([found])[0], "entry": found, "proof": proof_of(found)}
    return render(request, "web/audit_entry.html", context)


@signed_in()
def proof(request: DeskRequest, key: int) -> HttpResponse:
    """The proof as a small file that a third party can check without us; who took it is noted."""
    made = take_proof(record_or_404(AuditEntry, key), by=request.actor)
    if made is None:
        raise Http404
    answer = JsonResponse(made.as_data(), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="audit-{key}.json"'
    return answer


# --- seals ---


@page(POLICY, "read_log")
def heads(request: DeskRequest) -> HttpResponse:
    """The signed heads, the latest first, and the proof that the log only grew between two."""
    after = request.GET.get("after", "")
    found = AuditHead.objects.order_by("-size")
    found = found.filter(size__lt=int(after)) if after.isdigit() else found
    rows = list(found[:51])
    context = {
        "heads": rows[:50],
        "next": rows[49].size if len(rows) > 50 else "",
        "growth": _growth(request.GET.get("from", ""), request.GET.get("to", "")),
        "asked": request.GET,
    }
    return render(request, "web/audit_heads.html", context)


def _growth(first: str, last: str) -> dict[str, Any] | None:
    """The proof between two heads, named by their sizes."""
    if not (first.isdigit() and last.isdigit()):
        return None
    sizes = sorted((int(first), int(last)))
    earlier, later = (get_object_or_404(AuditHead, size=size) for size in sizes)
    proof = consistency(earlier, later)
    return {"earlier": earlier, "later": later, "proof": proof, "holds": grew(earlier, later, proof)}


# --- a random sample ---

SAMPLE_COUNT = 25


@page(AWARDS, "sample", FORM)
def sample(request: DeskRequest) -> HttpResponse:
    """Awards chosen by a seed, shown masked with what proves them; posting the form takes the list with it."""
    asked = request.POST if request.method == "POST" else request.GET
    form = SampleForm(asked or None, campaigns=campaigns_for(request.actor), initial=_usual())
    if not form.is_valid():
        return render(request, "web/audit_sample.html", {"form": form}, status=422 if form.is_bound else 200)
    wanted = form.cleaned_data
    if request.method == "POST":
        content = export_sample(**wanted, by=request.actor)
        return attachment(content, f"审计样本-{wanted['seed']}.csv", "text/csv; charset=utf-8")
    drawn = sample_of(wanted["campaign"], count=wanted["count"], seed=wanted["seed"])
    context = {"form": form, "sample": drawn, "campaign": wanted["campaign"], "wanted": wanted}
    return render(request, "web/audit_sample.html", context)


def _usual() -> dict[str, Any]:
    return {"count": SAMPLE_COUNT, "seed": secrets.token_hex(4)}
