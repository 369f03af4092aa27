"""Registering organizations. They end by their validity; they are never moved and never removed."""

from datetime import date

from django.db import DEFAULT_DB_ALIAS

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.kernel.errors import refuse_if
from nuanliu.organizations.models import Organization
from nuanliu.organizations.reference import keys_of, plant
from nuanliu.organizations.rules import REGISTRARS, name_key, next_segment


@audited
def load_reference_tree(by: Actor | None = None) -> int:
    """Add the organizations of data/shanghai.yaml that are missing; how many. Needs a scope over the whole tree."""
    planted = plant(Organization, using=DEFAULT_DB_ALIAS)
    if planted:
        record(by, ("organizations.tree", "shanghai"), after={"planted": planted})
    else:
        unchanged()
    return planted


@audited
def register_organization(
    parent: Organization,
    *,
    name: str,
    short_name: str = "",
    level: str,
    kind: str = "union",
    legal_person: str = "union",
    division_code: str = "",
    valid_from: date,
    by: Actor | None,
) -> Organization:
    """Register a body under `parent`, which gives it the next free path; an equal name there returns the same row.

    Refused: `permission.denied` outside the actor's organization or role; `organization.name_taken` when the name,
    compared without spaces and brackets, belongs to a body elsewhere. `by` is None where the installation acts.
    """
    require_registrar(by, parent)
    # One after another below a parent: the next number is read and taken under this lock.
    parent = Organization.objects.select_for_update().get(pk=parent.pk)
    if known := _same_name(parent, name):
        unchanged()
        return known
    registered = Organization.objects.create(
        parent=parent,
        path=f"{parent.path}{next_segment(_segments_below(parent))}/",
        name=name,
        short_name=short_name or name,
        level=level,
        kind=kind,
        legal_person=legal_person,
        division_code=division_code or parent.division_code,
        valid_from=valid_from,
        **keys_of(name, short_name or name),
    )
    record(by, registered, after={"path": registered.path, "level": level, "kind": kind})
    return registered


def require_registrar(by: Actor | None, parent: Organization) -> None:
    """Refused (`permission.denied`) unless the actor keeps the tree at `parent`."""
    outside = by is not None and not (by.role in REGISTRARS and parent.path.startswith(by.organization_path))
    refuse_if(outside, "permission.denied", "只能由本组织的经办、负责或管理岗位在本组织之下登记工会。")


def _same_name(parent: Organization, name: str) -> Organization | None:
    known = Organization.objects.filter(name_key=name_key(name)).first()
    refuse_if(
        known and known.parent_id != parent.pk,
        "organization.name_taken",
        f"{name}已在别处登记。请核对名称，或在原处使用该组织。",
    )
    return known


def _segments_below(parent: Organization) -> list[str]:
    paths = Organization.objects.filter(parent=parent).values_list("path", flat=True)
    return [path.removeprefix(parent.path).rstrip("/") for path in paths]
