"""Named reads of rosters, findings and awards; pages by key, never by offset."""


from django.db.models import Count, QuerySet

from nuanliu.awards.models import Award, Roster, RosterFinding


def finding_counts(roster: Roster) -> dict[str, int]:
    """How often each code was found in a roster."""
    counted = (
        RosterFinding.objects.filter(roster=roster)
        .values("code")
        .annotate(count=Count("id"))
        .order_by("code")
    )
    return {row["code"]: row["count"] for row in counted}


def awards_of_roster(roster: Roster) -> QuerySet[Award]:
    """The awards that came of a roster, in the order of its rows."""
    return Award.objects.filter(roster=roster).order_by("id")
