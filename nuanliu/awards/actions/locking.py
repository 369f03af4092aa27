"""Rows held until the transaction ends."""

from nuanliu.awards.models import Roster


def locked_roster(roster: Roster) -> Roster:
    """The roster as it is now, locked; the caller's own object tells the new state too."""
    fresh = Roster.objects.select_for_update(of=("self",)).get(pk=roster.pk)
    roster.__dict__.update({name: value for name, value in fresh.__dict__.items() if name != "_state"})
    return roster
