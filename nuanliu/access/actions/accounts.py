"""Accounts: opened, shut, with a password of one's own; and how an installation gets its first two."""

from datetime import date

from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError

from nuanliu.access.actions.posts import grant_post
from nuanliu.access.models import Post, Relative, User
from nuanliu.access.passwords import temporary_password
from nuanliu.access.permissions import POLICY
from nuanliu.access.queries import seen_by
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
    end_all_sessions(user)
    record(by, user, before={"is_active": True}, after={"is_active": False}, reason=reason)
    return user


@audited
def end_sessions(user: User, *, reason: str, by: Actor) -> int:
    """Sign an account out everywhere at once; how many sessions that were.

    Refused: `permission.denied`, `access.reason_missing`.
    """
    POLICY.require(by, "end_sessions")
    refuse_if(not reason, "access.reason_missing", "结束他人的登录必须说明原因。")
    ended = end_all_sessions(user)
    record(by, user, after={"sessions_ended": ended}, reason=reason)
    return ended


@audited
def end_own_sessions(user: User, *, here: str, key: int | None, by: Actor | None) -> int:
    """End one of one's own sessions by its key, or all but the one with the session key `here`; how many."""
    ended = end_all_sessions(user, but=here, key=key)
    if not ended:
        unchanged()
        return 0
    record(by, user, after={"sessions_ended": ended})
    return ended


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


def end_all_sessions(user: User, *, but: str = "", key: int | None = None) -> int:
    """End the sessions of an account, all `but` one, or the one with a `key`; how many. Part of other acts."""
    ended = UserSession.objects.filter(user=user).exclude(session_key=but)
    if key is not None:
        ended = ended.filter(pk=key)
    keys = list(ended.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    ended.delete()
    return len(keys)


def _set_password(user: User, password: str | None) -> None:
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise Refused("access.weak_password", "密码不符合要求：" + "；".join(weak.messages)) from None
    user.set_password(password)
