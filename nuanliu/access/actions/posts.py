"""Posts: granted by one administrator, confirmed by another, ended with a reason."""

from datetime import date

from django.utils import timezone

from nuanliu.access.models import Post, User
from nuanliu.access.permissions import POLICY
from nuanliu.access.queries import clash_of
from nuanliu.access.states import Role
from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.organizations.models import Organization


@audited
def grant_post(
    user: User,
    *,
    role: str,
    organization: Organization,
    valid_from: date,
    valid_to: date | None = None,
    by: Actor | None,
) -> Post:
    """Give a user a role in an organization; it takes effect once another administrator confirms it (R-044).

    The same post again returns the same row. Refused: `permission.denied`, `access.own_post`,
    `access.incompatible_posts`, `access.union_ended` beyond the last day of a union. `by` is None for the
    posts with which an installation begins.
    """
    if by:
        POLICY.require(by, "grant_post", organization)
        refuse_if(
            by.user_id == user.pk, "access.own_post", "管理员不得给自己授予岗位。请由另一名管理员办理。"
        )
    if known := _same_post(user, role, organization, valid_from, valid_to):
        unchanged()
        return known
    refuse_if(
        not organization.stands_until(valid_to),
        "access.union_ended",
        f"“{organization.name}”已于 {organization.valid_to} 撤销，任期不得超过这一天。"
        "请填写不晚于这一天的终止日，或在接续单位、上级工会授予岗位。",
    )
    _refuse_clash(user, role, organization, valid_from, valid_to)
    post = Post.objects.create(
        user=user,
        organization=organization,
        organization_path=organization.path,
        role=role,
        valid_from=valid_from,
        valid_to=valid_to,
        granted_by_id=by.user_id if by else None,
    )
    record(
        by, post, after={"user": user.pk, "role": role, "organization": organization.pk, "from": valid_from}
    )
    return post


@audited
def confirm_post(post: Post, *, by: Actor) -> Post:
    """Confirm a post that another administrator granted, so that it takes effect.

    Refused: `permission.denied`, `access.own_post`, `access.same_administrator`, `access.post_ended`.
    """
    post = Post.objects.select_for_update().get(pk=post.pk)
    POLICY.require(by, "confirm_post", post)
    if post.confirmed_by_id or post.granted_by_id is None:
        unchanged()
        return post
    refuse_if(
        by.user_id == post.user_id, "access.own_post", "管理员不得确认自己的岗位。请由另一名管理员确认。"
    )
    refuse_if(
        by.user_id == post.granted_by_id,
        "access.same_administrator",
        "授予与确认须为两人。请由另一名管理员确认。",
    )
    refuse_if(post.ended_by_id, "access.post_ended", "岗位已终止，不能再确认。")
    post.confirmed_by_id, post.confirmed_at = by.user_id, timezone.now()
    post.save(update_fields=["confirmed_by", "confirmed_at"])
    record(by, post, before={"confirmed": False}, after={"confirmed": True})
    return post


@audited
def end_post(post: Post, *, on: date, reason: str, by: Actor) -> Post:
    """End a post; `on` is its last day. To shut somebody out at once, `deactivate_user`.

    Refused: `permission.denied`, `access.reason_missing`, `access.end_before_begin`, and `access.post_ended` where
    it has ended on another day.
    """
    post = Post.objects.select_for_update().get(pk=post.pk)
    POLICY.require(by, "end_post", post)
    refuse_if(not reason, "access.reason_missing", "终止岗位必须说明原因。")
    if post.ended_by_id:
        refuse_if(post.valid_to != on, "access.post_ended", f"岗位已于 {post.valid_to} 终止。")
        unchanged()
        return post
    refuse_if(on < post.valid_from, "access.end_before_begin", f"终止日不得早于任职首日 {post.valid_from}。")
    refuse_if(
        post.valid_to and on > post.valid_to, "access.post_ended", f"岗位的任期本到 {post.valid_to} 为止。"
    )
    before = post.valid_to
    post.valid_to, post.ended_by_id, post.end_reason = on, by.user_id, reason
    post.save(update_fields=["valid_to", "ended_by", "end_reason"])
    record(by, post, before={"valid_to": before}, after={"valid_to": on}, reason=reason)
    return post


def _same_post(
    user: User, role: str, organization: Organization, valid_from: date, valid_to: date | None
) -> Post | None:
    return Post.objects.filter(
        user=user,
        role=role,
        organization=organization,
        valid_from=valid_from,
        valid_to=valid_to,
        ended_by=None,
    ).first()


def _refuse_clash(
    user: User, role: str, organization: Organization, valid_from: date, valid_to: date | None
) -> None:
    clash = clash_of(user.pk, role, organization.pk, valid_from, valid_to)
    if clash:
        held, wanted = Role(clash.held_role).label, Role(role).label
        raise Refused(
            "access.incompatible_posts",
            f"{user}任有“{held}”岗位，不得同时任“{wanted}”：{clash.reason}。请另选人员，或先终止原岗位。",
        )
