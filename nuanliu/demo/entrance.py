"""Who is who in the demonstration, for somebody who has just come in."""

from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanliu.access.states import Role
from nuanliu.demo.cast import MEMBERS, PASSWORD, TOTP_SECRET

# In the order in which the money goes.
CHAPTERS: tuple[tuple[Promise, dict[str, Promise]], ...] = (
    (
        _("From a list to the people: Jiading district union"),
        {
            "clerk": _("Drops the list of people in difficulty, mends its rows, hands it in"),
            "head": _("Signs the list for the union, and the return at the end"),
            "rights": _("Draws up the plan for the money with the finance officer, and drafts Annex 1"),
            "finance": _("Opens funds, books what comes in, proposes the plan too"),
            "leader1": _("Decides on the plan in a meeting, with minutes"),
            "leader2": _("Votes"),
            "leader3": _("Votes"),
            "cashier": _("Makes payment batches, and pays again what came back"),
            "releaser": _("Releases batches, takes the bank's file and its reply"),
        },
    ),
    (
        _("Around it"),
        {
            "base": _("Hands in the list of a company's union"),
            "base-head": _("Signs for that union"),
            "city": _("Accepts or returns the districts' Annex 1"),
            "auditor": _("Sees everything, changes nothing"),
            "outsider": _("Works for another district: finds nothing of Jiading"),
            "security": _("Opens accounts, grants posts, shuts accounts"),
            "system": _("Confirms posts, registers unions, looks after the server"),
        },
    ),
)


def guide() -> dict[str, Any]:
    """Password and present code of all accounts, and the cast by chapters."""
    members = {member.username: member for member in MEMBERS}
    return {
        "password": PASSWORD,
        "code": code_now(),
        "chapters": [
            {
                "title": title,
                "members": [
                    {
                        "username": username,
                        "name": members[username].name,
                        "role": Role(members[username].role).label,
                        "does": does,
                    }
                    for username, does in cast.items()
                ],
            }
            for title, cast in CHAPTERS
        ],
    }


def code_now() -> str:
    """What an authenticator app with the cast's secret shows now."""
    return str(format_hotp_value(hotp_value(TOTP_SECRET, next(yield_hotp_counters_from_time()))))
