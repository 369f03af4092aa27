"""A list as a record: its steps, and what can be done with it now and why not."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nuanliu.awards.models import Roster
from nuanliu.awards.permissions import POLICY
from nuanliu.awards.queries import Summary
from nuanliu.awards.states import ROSTER_TRANSITIONS, RosterState
from nuanliu.base.actor import Actor
from nuanliu.kernel.money import yuan_text
from nuanliu.ledger.models import UsePlan
from nuanliu.programmes.queries import is_closed
from nuanliu.web.acts import Act, Needs, Step, act, life
from nuanliu.web.forms import OnForm, ReasonForm
from nuanliu.web.forms_lists import AcceptForm, AttachForm, CorrectedListsForm
from nuanliu.web.queries import business_day, draft_plans

OPEN_STATES = (RosterState.CHECKED, RosterState.ACCEPTED)


def steps_of_list(found: Roster) -> list[Step]:
    """The life of a list across the page; the signature stands between acceptance and plan."""
    road = {
        RosterState.RECEIVED: _("received"),
        RosterState.CHECKED: _("checked"),
        RosterState.ACCEPTED: _("put right and accepted"),
        RosterState.ATTACHED: _("into a plan"),
        RosterState.DECIDED: _("decided together"),
    }
    signed = (_("signed by the responsible person"), bool(found.signed_on))
    off = str(found.get_state_display()) if found.state not in road else ""
    return life(ROSTER_TRANSITIONS, road, found.state, between={RosterState.ACCEPTED: signed}, left=off)


def acts_of_list(by: Actor, found: Roster, summary: Summary, warnings: list[tuple[str, str]]) -> list[Act]:
    """What can be done with a list now, the next step first; `warnings` are those nobody has looked at, in words."""
    is_ready = found.state == RosterState.ACCEPTED and bool(found.signed_on)
    plans = draft_plans(by, found) if is_ready and POLICY.may(by, "attach_roster", found) else []
    return [
        *_accepting(by, found, summary, warnings),
        _signing(by, found),
        *_planning(by, found, plans, is_next=not summary.acceptable),
        *_taking_back(by, found),
    ]


def open_for_rows(found: Roster) -> tuple[bool, str]:
    """What is done to the rows of a list needs it open."""
    words = {
        RosterState.RECEIVED: _("It is read first."),
        RosterState.REFUSED: _("The list was refused."),
        RosterState.WITHDRAWN: _("The list is withdrawn."),
    }
    said = words.get(RosterState(found.state), _("It stands in a use plan: take it out first."))
    if found.state == RosterState.DECIDED:
        said = _("It was decided upon and stays as it is.")
    return found.state in OPEN_STATES, said


def _accepting(by: Actor, found: Roster, summary: Summary, warnings: list[tuple[str, str]]) -> list[Act]:
    address, good = reverse("accept", args=[found.pk]), summary.acceptable
    needs: Needs = [
        open_for_rows(found),
        (
            not is_closed(found.campaign, found.business_date),
            _("The campaign was closed before the list's day."),
        ),
        (found.standard_id is not None, _("No standard is in force: adopt one first.")),
        (
            good > 0,
            _("Every row is accepted.")
            if not summary.refused
            else _("No further row is ready to be accepted."),
        ),
    ]
    left = ngettext(
        "All can be accepted once %(count)s row is put right.",
        "All can be accepted once %(count)s rows are put right.",
        summary.refused,
    ) % {"count": summary.refused}
    some = ngettext("Accept only the %(count)s good row", "Accept only the %(count)s good rows", good)
    every = ngettext("Accept the %(count)s row", "Accept all %(count)s rows", good)
    whole = act(
        by, POLICY, "accept_rows", found, address=address, key="whole",
        label=every % {"count": good} if good and not summary.refused else _("Accept all"),
        form=AcceptForm(warnings=warnings, whole=True),
        is_main=not summary.refused, needs=[*needs[:3], (not summary.refused, left), *needs[3:]],
    )  # fmt: skip
    if not summary.refused:
        return [whole]
    good_rows = act(
        by, POLICY, "accept_rows", found, address=address, key="good", label=some % {"count": good}, is_main=True,
        form=AcceptForm(warnings=warnings), needs=needs,
    )  # fmt: skip
    return [good_rows, whole]


def _signing(by: Actor, found: Roster) -> Act:
    return act(
        by, POLICY, "sign_roster", found, label=_("Sign the list"), address=reverse("sign", args=[found.pk]),
        form=OnForm(initial={"on": business_day(found.campaign)}, prefix="sign"), is_main=True,
        help=ngettext("%(count)s row, %(sum)s yuan.", "%(count)s rows, %(sum)s yuan.", found.rows_accepted)
        % {"count": found.rows_accepted, "sum": yuan_text(found.accepted_fen)},
        needs=[
            (not found.signed_on, _("It is signed already.")),
            (found.state != RosterState.CHECKED, _("No row is accepted yet.")),
            open_for_rows(found),
            (found.handler_id != by.user_id, _("Another person than who handles it signs.")),
        ],
    )  # fmt: skip


def _planning(by: Actor, found: Roster, plans: list[UsePlan], *, is_next: bool) -> list[Act]:
    in_plan = found.state in (RosterState.ATTACHED, RosterState.DECIDED)
    return [
        act(
            by, POLICY, "attach_roster", found, label=_("Attach to a plan"), key="to",
            address=reverse("attach", args=[found.pk]), form=AttachForm(plans=plans), is_main=is_next,
            needs=[
                (not in_plan, _("It stands in a use plan.")),
                open_for_rows(found),
                (bool(found.signed_on), _("It is signed first.")),
                (bool(plans), _("There is no use plan in draft: draft one in the campaign.")),
            ],
        ),
        act(
            by, POLICY, "attach_roster", found, label=_("Take out of the plan"), key="out",
            address=reverse("detach", args=[found.pk]), form=ReasonForm(prefix="detach"), danger=True,
            help=_("The list can then be put right; it is signed and attached again. A plan under approval is "
                   "withdrawn first."),
            needs=[
                (found.state != RosterState.DECIDED, _("It was decided upon and stays as it is.")),
                (found.state == RosterState.ATTACHED, _("It stands in no plan.")),
            ],
        ),
        act(
            by, POLICY, "record_handout", found, label=_("Record a hand-out"), is_link=True,
            address=reverse("handout", args=[found.pk]), help=_("Goods given against signatures."),
            needs=[(found.state == RosterState.DECIDED, _("Its plan is decided upon first."))],
        ),
    ]  # fmt: skip


def _taking_back(by: Actor, found: Roster) -> list[Act]:
    legal = RosterState.WITHDRAWN in ROSTER_TRANSITIONS[RosterState(found.state)]
    return [
        act(
            by, POLICY, "import_roster", found, label=_("Replace by a corrected list"), needs=[open_for_rows(found)],
            address=reverse("replace", args=[found.pk]), form=CorrectedListsForm(prefix="replace"),
            help=_("The marked-up workbook put right, or your own files again."),
        ),
        act(
            by, POLICY, "map_heading", found, label=_("What the headings mean"), is_link=True,
            address=reverse("headings", args=[found.pk]),
        ),
        act(
            by, POLICY, "withdraw_roster", found, label=_("Withdraw the list"), danger=True,
            address=reverse("withdraw", args=[found.pk]), form=ReasonForm(prefix="withdraw"),
            needs=[(legal, open_for_rows(found)[1])],
        ),
    ]  # fmt: skip
