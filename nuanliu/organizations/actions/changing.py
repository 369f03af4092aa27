"""A union is renamed or ends; its rows, its place and its former names stay."""

from datetime import date, timedelta

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.base.refusals import translated
from nuanliu.kernel.errors import refuse_if
from nuanliu.organizations.actions.registering import require_registrar
from nuanliu.organizations.models import FormerName, Organization
from nuanliu.organizations.queries import names_before
from nuanliu.organizations.reference import keys_of
from nuanliu.organizations.rules import name_key

TAKEN = "organization.name_taken"
# Constraints of those above too, who know what hangs on a union (docs/decisions/0014).
NOT_ENDED: dict[str, tuple[str, str]] = {
    "organization_ends_after_those_below": (
        "organization.has_children",
        "其下仍有未撤销的组织，请先逐一撤销。",
    ),
    "organization_without_posts": (
        "organization.has_posts",
        "撤销日之后该组织仍有人任职，请先由权限管理员终止这些岗位。",
    ),
    "organization_without_money": (
        "organization.has_money",
        "该组织的资金尚有余额，请先按方案使用完毕或退回。",
    ),
    "organization_without_lists": (
        "organization.has_lists",
        "该组织尚有未办结的名册或未发放的慰问，请先办结、撤回或取消。",
    ),
}


@audited
def rename_organization(
    organization: Organization, *, name: str, short_name: str = "", on: date, reason: str, by: Actor
) -> Organization:
    """Give a union another name from `on`; the name before is kept, and lists that still write it find the union.

    The same name again changes nothing. Refused: `permission.denied`, `organization.reason_missing`,
    `organization.name_taken`, and `organization.renamed_before` where it has borne its name only from that day on.
    """
    organization = _locked(organization, by, reason)
    if organization.name == name and short_name in ("", organization.short_name):
        unchanged()
        return organization
    taken = Organization.objects.filter(name_key=name_key(name)).exclude(pk=organization.pk)
    refuse_if(taken.exists(), TAKEN, f"“{name}”已是另一组织的名称，请核对。")
    before = organization.name
    if name != before:
        _keep_name(organization, until=on - timedelta(days=1), reason=reason)
    organization.name, organization.short_name = name, short_name or name
    keys = keys_of(organization.name, organization.short_name)
    for column, value in keys.items():
        setattr(organization, column, value)
    organization.save(update_fields=["name", "short_name", *keys])
    record(by, organization, before={"name": before}, after={"name": name, "from": on}, reason=reason)
    return organization


@audited
def end_organization(organization: Organization, *, on: date, reason: str, by: Actor) -> Organization:
    """Say which day of a union is its last; its rows stay. Whatever lies below ends before it, or on that day.

    Refused: `permission.denied`, also for one's own union; `organization.reason_missing`;
    `organization.ends_before_it_began`; `organization.ended` where it ended on another day;
    `organization.has_children`, `organization.has_posts`, `organization.has_money`, `organization.has_lists`.
    """
    organization = _locked(organization, by, reason)
    own = organization.pk == by.organization_id
    refuse_if(own, "permission.denied", "不得撤销本人所在的组织，请由上级工会办理。")
    if organization.valid_to:
        refuse_if(
            organization.valid_to != on, "organization.ended", f"该组织已于 {organization.valid_to} 撤销。"
        )
        unchanged()
        return organization
    refuse_if(
        on < organization.valid_from,
        "organization.ends_before_it_began",
        f"撤销日期不得早于成立日期 {organization.valid_from}。",
    )
    organization.valid_to = on
    with translated(NOT_ENDED):
        organization.save(update_fields=["valid_to"])
    record(by, organization, before={"valid_to": None}, after={"valid_to": on}, reason=reason)
    return organization


def _locked(organization: Organization, by: Actor, reason: str) -> Organization:
    require_registrar(by, organization)
    refuse_if(not reason.strip(), "organization.reason_missing", "变更组织必须说明原因。")
    return Organization.objects.select_for_update().get(pk=organization.pk)


def _keep_name(organization: Organization, *, until: date, reason: str) -> None:
    earlier = names_before(organization)
    since = (
        earlier[0].valid_to + timedelta(days=1)
        if earlier and earlier[0].valid_to
        else organization.valid_from
    )
    refuse_if(
        until < since,
        "organization.renamed_before",
        f"现名称自 {since} 起使用，更名日期须晚于这一天。",
    )
    FormerName.objects.create(
        organization=organization,
        organization_path=organization.path,
        name=organization.name,
        name_key=organization.name_key,
        valid_from=since,
        valid_to=until,
        reason=reason,
    )
