"""Accounts and posts: who may act, given by one administrator and confirmed by another."""

from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from nuanliu.access.models import Post, Relative, User
from nuanliu.access.passwords import temporary_password
from nuanliu.access.permissions import POLICY
from nuanliu.access.queries import clash_of, seen_by
from nuanliu.access.states import Role
from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.base.crypto import blind
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.kernel.identity import check_identity
from nuanliu.organizations.models import Organization


@audited
def create_user(
    *,
    username: str,
    display_name: str,
    by: Actor | None,
    password: str | None = None,
    email: str = "",
    identity_digest: bytes | None = None,
    is_demonstration: bool = False,
) -> User:
    """An account without any post; the same name and person again returns the same account.

    Without a password nobody signs in until one is set. Refused: `permission.denied`, `access.username_taken`,
    `access.weak_password`. `by` is None where the installation begins.
    """
    if by:
        POLICY.require(by, "create_user")
    if known := User.objects.filter(username=username).first():
        refuse_if(
            known.display_name != display_name, "access.username_taken", f"账号名 {username} 已被使用。"
        )
        unchanged()
        return known
    user = User(
        username=username,
        display_name=display_name,
        email=email,
        identity_digest=identity_digest,
        is_demonstration=is_demonstration,
        must_change_password=password is not None and not is_demonstration,
    )
    _set_password(user, password)
    user.save(force_insert=True)
    record(by, user, after={"username": username, "is_demonstration": is_demonstration})
    return user


@audited
def change_password(user: User, *, old: str, new: str, by: Actor | None) -> User:
    """One's own password, changed by whoever knows the present one; a temporary one is thereby used up.

    Refused: `access.wrong_password`, `access.same_password`, `access.weak_password`. `by` is None without a post.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    refuse_if(not user.check_password(old), "access.wrong_password", "现用密码不正确，请重新输入。")
    refuse_if(old == new, "access.same_password", "新密码与现用密码相同，请另设一个。")
    _set_password(user, new)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    record(by, user, after={"password": "changed by its holder"})
    return user


@audited
def begin_installation(
    organization: Organization,
    *,
    security: tuple[str, str],
    system: tuple[str, str],
    on: date,
) -> list[tuple[User, str]]:
    """The first security and the first system administrator (account name, person's name) of a new installation.

    Given by nobody, in `organization`, from `on`; each with a temporary password. Needs a scope over the whole tree.
    Refused: `access.already_begun` where there are administrators, `access.own_post` for one person in both posts.
    """
    held = Post.objects.filter(role__in=[Role.SECURITY_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR])
    refuse_if(held.exists(), "access.already_begun", "已有管理员。其他管理员由现任管理员授予并经另一人确认。")
    refuse_if(security[0] == system[0], "access.own_post", "安全管理员与系统管理员须为两人。")
    begun = []
    for role, (username, display_name) in (
        (Role.SECURITY_ADMINISTRATOR, security),
        (Role.SYSTEM_ADMINISTRATOR, system),
    ):
        taken = User.objects.filter(username=username).exists()
        refuse_if(taken, "access.username_taken", f"账号名 {username} 已被使用。")
        password = temporary_password()
        user = create_user(username=username, display_name=display_name, password=password, by=None)
        grant_post(user, role=role, organization=organization, valid_from=on, by=None)
        begun.append((user, password))
    record(None, organization, after={"administrators": [user.pk for user, _ in begun]})
    return begun


@audited
def deactivate_user(user: User, *, reason: str, by: Actor) -> User:
    """Shut an account at once; its posts no longer count."""
    POLICY.require(by, "deactivate_user")
    refuse_if(not reason, "access.reason_missing", "停用账号必须说明原因。")
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        unchanged()
        return user
    user.is_active = False
    user.save(update_fields=["is_active"])
    record(by, user, before={"is_active": True}, after={"is_active": False}, reason=reason)
    return user


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
    `access.incompatible_posts`. `by` is None for the posts with which an installation begins.
    """
    if by:
        POLICY.require(by, "grant_post", organization)
        refuse_if(
            by.user_id == user.pk, "access.own_post", "管理员不得给自己授予岗位。请由另一名管理员办理。"
        )
    if known := _same_post(user, role, organization, valid_from, valid_to):
        unchanged()
        return known
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


@audited
def declare_relative(*, relation: str, identity_number: str, on: date, by: Actor) -> Relative:
    """Declare one's own relative, so that nothing is given to that person without a recusal (R-056).

    Kept as a blind index only. Refused: `access.identity_unreadable`. The same person again returns the same row.
    """
    POLICY.require(by, "declare_relative")
    read = check_identity(identity_number, on)
    refuse_if(read.code, "access.identity_unreadable", "亲属的身份证号有误，请核对后重新申报。")
    digest = blind(read.number, "identity")
    with seen_by(by.user_id):
        relative, is_new = Relative.objects.get_or_create(
            user_id=by.user_id, identity_digest=digest, defaults={"relation": relation}
        )
        if is_new:
            record(by, relative, after={"relation": relation})
        else:
            unchanged()
    return relative


def _set_password(user: User, password: str | None) -> None:
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise Refused("access.weak_password", "密码不符合要求：" + "；".join(weak.messages)) from None
    user.set_password(password)


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
