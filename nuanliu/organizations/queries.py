"""Organizations by name, by path and along the tree. Whoever has a scope may read the whole tree."""

from collections.abc import Sequence

from django.db.models import QuerySet

from nuanliu.organizations.models import FormerName, Organization
from nuanliu.organizations.rules import ancestor_paths, name_key, other_keys


def find_by_name(name: str) -> Organization | None:
    """The organization that a sender means: by full name, with or without the city in front, by short or former name.

    None when nobody has the name, or several have.
    """
    key = name_key(name)
    if not key:
        return None
    return (
        _only(name_key=key)
        or _only(name_key__in=other_keys(key))
        or _only(short_name_key=key)
        or _only(short_name_key__in=other_keys(key))
        or _only(former_names__name_key=key)
    )


def by_path(path: str) -> Organization:
    """The organization at a path; Organization.DoesNotExist otherwise."""
    return Organization.objects.get(path=path)


def ancestors(organization: Organization) -> list[Organization]:
    """The bodies above, nearest first."""
    paths = ancestor_paths(organization.path)
    found = {above.path: above for above in Organization.objects.filter(path__in=paths)}
    return [found[path] for path in paths if path in found]


def nearest(organization: Organization, *levels: str) -> Organization | None:
    """The organization itself or the nearest body above it that is of one of the levels."""
    return next((body for body in [organization, *ancestors(organization)] if body.level in levels), None)


def common_superior(organizations: Sequence[Organization]) -> Organization:
    """The lowest body that is, or stands above, each of the given ones; Organization.DoesNotExist without any."""
    lineages = [
        {body.path for body in (organization, *ancestors(organization))} for organization in organizations
    ]
    return by_path(max(set.intersection(*lineages), key=len, default=""))


def children(organization: Organization) -> QuerySet[Organization]:
    """The bodies right below, in the order of their paths."""
    return Organization.objects.filter(parent=organization).order_by("path")


def search(text: str, *, below: str = "/") -> QuerySet[Organization]:
    """Bodies under a path whose name, short name, sound or initials contain the text, in the order of their sounds."""
    key = name_key(text)
    bodies = Organization.objects.filter(path__startswith=below)
    found = bodies.filter(name_key__contains=key) | bodies.filter(short_name_key__contains=key)
    if key.isascii():
        found |= bodies.filter(pinyin__contains=key.lower()) | bodies.filter(initials__contains=key.lower())
    return found.order_by("pinyin", "path")


def _only(**condition: object) -> Organization | None:
    found = list(Organization.objects.filter(**condition).distinct()[:2])
    return found[0] if len(found) == 1 else None


def names_before(organization: Organization) -> list[FormerName]:
    """The names that it bore, the latest first."""
    return list(FormerName.objects.filter(organization=organization).order_by("-valid_to", "-id"))
