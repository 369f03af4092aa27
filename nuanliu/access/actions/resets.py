"""What an administrator sets back for somebody who cannot sign in any more."""

from allauth.mfa.models import Authenticator
from django.utils import timezone

from nuanliu.access.actions.accounts import end_all_sessions
from nuanliu.access.models import Reset, User
from nuanliu.access.passwords import temporary_password
from nuanliu.access.permissions import POLICY
from nuanliu.access.queries import is_administrator, who_may_confirm
from nuanliu.access.states import ResetKind
from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.kernel.errors import refuse_if


@audited
def ask_reset(user: User, *, kind: str, reason: str, by: Actor) -> tuple[Reset, str]:
    """Take password or second factor from an account, with the temporary password where one was made.

    Carried out at once, all its sessions ended; for an administrator's account it waits for a second administrator, and
    asked twice it is the same reset. Refused: `permission.denied`, `access.own_account`, `access.reason_missing`,
    `access.user_shut`.
    """
    POLICY.require(by, "reset_account")
    refuse_if(by.user_id == user.pk, "access.own_account", "管理员不得重置自己的账号。请由另一名管理员办理。")
    refuse_if(not reason, "access.reason_missing", "重置账号必须说明原因。")
    user = User.objects.select_for_update().get(pk=user.pk)
    refuse_if(not user.is_active, "access.user_shut", "账号已停用，不能重置。")
    if waiting := Reset.objects.filter(user=user, kind=kind, carried_out_at=None).first():
        unchanged()
        return waiting, ""
    reset = Reset.objects.create(user=user, kind=ResetKind(kind), reason=reason, asked_by_id=by.user_id)
    waits = is_administrator(user.pk)
    password = "" if waits else _carry_out(reset, user)
    record(by, user, after={"reset": kind, "waits": waits}, reason=reason)
    return reset, password


@audited
def confirm_reset(reset: Reset, *, by: Actor) -> str:
    """Carry out what another administrator asked for; the temporary password, or nothing.

    Refused: `permission.denied`, `access.own_account`, `access.same_administrator`.
    """
    POLICY.require(by, "reset_account")
    reset = Reset.objects.select_for_update().get(pk=reset.pk)
    if reset.carried_out_at:
        unchanged()
        return ""
    refuse_if(by.user_id == reset.user_id, "access.own_account", "管理员不得确认自己账号的重置。")
    refuse_if(
        by.user_id == reset.asked_by_id,
        "access.same_administrator",
        "申请与确认须为两人。请由另一名管理员确认。",
    )
    user = User.objects.select_for_update().get(pk=reset.user_id)
    reset.confirmed_by_id = by.user_id
    password = _carry_out(reset, user)
    record(by, user, after={"reset": reset.kind}, reason=reset.reason)
    return password


@audited
def confirm_as_operator(reset: Reset, *, operator: str) -> str:
    """Carry out what an administrator asked for where no other administrator is left to confirm it: whoever runs the
    server does, by name. The temporary password, or nothing.

    One asks on screen, another confirms, as always; the log names both. Refused: `access.operator_unnamed`,
    `access.user_shut`, `access.administrator_confirms` while an administrator can.
    """
    refuse_if(not operator.strip(), "access.operator_unnamed", "请写明运维人员的姓名，确认会记入日志。")
    reset = Reset.objects.select_for_update().get(pk=reset.pk)
    if reset.carried_out_at:
        unchanged()
        return ""
    others = "、".join(user.username for user in who_may_confirm(reset, timezone.localdate()))
    refuse_if(
        others,
        "access.administrator_confirms",
        f"尚有其他管理员可以确认（{others}），请由其登录后在“用户与岗位”中办理。",
    )
    user = User.objects.select_for_update().get(pk=reset.user_id)
    refuse_if(not user.is_active, "access.user_shut", "账号已停用，不能重置。")
    password = _carry_out(reset, user)
    record(None, user, after={"reset": reset.kind, "operator": operator.strip()}, reason=reset.reason)
    return password


def _carry_out(reset: Reset, user: User) -> str:
    password = ""
    if reset.kind == ResetKind.PASSWORD:
        password = temporary_password()
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
    else:
        Authenticator.objects.filter(user=user).delete()
    end_all_sessions(user)
    reset.carried_out_at = timezone.now()
    reset.save(update_fields=["confirmed_by", "carried_out_at"])
    return password
