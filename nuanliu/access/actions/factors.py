"""One's own second factors: authenticator app, passkeys, recovery codes; and the link to an identity provider."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, validate_totp_code
from allauth.mfa.webauthn.internal.auth import WebAuthn
from allauth.socialaccount.models import SocialAccount

from nuanliu.access.models import User
from nuanliu.access.queries import second_factors
from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.kernel.errors import refuse_if


@audited
def add_authenticator_app(user: User, *, secret: str, code: str, by: Actor | None) -> Authenticator:
    """An authenticator app, proved by a code that it shows now; kept sealed. The first factor brings recovery codes.

    Refused: `access.wrong_code`, `access.app_known` where one is in use: it has to be removed first.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    known = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    refuse_if(known, "access.app_known", "已绑定身份验证器。如需更换，请先移除原有的。")
    refuse_if(
        not validate_totp_code(secret, code),
        "access.wrong_code",
        "验证码不正确或已过期，请输入当前显示的六位数字。",
    )
    added: Authenticator = TOTP.activate(user, secret).instance
    RecoveryCodes.activate(user)
    record(by, user, after={"second_factor": added.type})
    return added


@audited
def add_passkey(user: User, *, name: str, credential: dict[str, Any], by: Actor | None) -> Authenticator:
    """A passkey whose credential has been verified. The first factor brings recovery codes."""
    user = User.objects.select_for_update().get(pk=user.pk)
    added: Authenticator = WebAuthn.add(user, name, credential).instance
    RecoveryCodes.activate(user)
    record(by, user, after={"second_factor": added.type})
    return added


@audited
def remove_factor(user: User, key: int, *, by: Actor | None) -> None:
    """Take away one of one's own factors. Refused: `access.last_factor`, `access.unknown_factor`."""
    user = User.objects.select_for_update().get(pk=user.pk)
    held = {factor.pk: factor for factor in second_factors(user.pk)}
    refuse_if(key not in held, "access.unknown_factor", "没有这个验证方式，可能已被移除。")
    refuse_if(len(held) == 1, "access.last_factor", "这是唯一的第二验证方式，请先添加另一个再移除。")
    record(by, user, before={"second_factor": held[key].type})
    held[key].delete()


@audited
def renew_recovery_codes(user: User, *, by: Actor | None) -> Authenticator:
    """Ten new recovery codes, not shown yet; the old ones are void. Refused: `access.no_factor`."""
    user = User.objects.select_for_update().get(pk=user.pk)
    refuse_if(not second_factors(user.pk), "access.no_factor", "请先添加身份验证器或通行密钥，再生成恢复码。")
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    made: Authenticator = RecoveryCodes.activate(user).instance
    record(by, user, after={"recovery_codes": "made anew"})
    return made


@audited
def acknowledge_recovery_codes(user: User, *, by: Actor | None) -> None:
    """Its holder has kept the recovery codes: they are never shown again."""
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    if codes is None or codes.wrap().did_view:
        unchanged()
        return
    codes.wrap().mark_as_viewed()
    record(by, user, after={"recovery_codes": "kept by their holder"})


@audited
def link_identity(user: User, *, provider: str, subject: str) -> SocialAccount:
    """Bind an account to the subject that the identity provider knows its holder by.

    Refused: `access.identity_linked` where either is bound already.
    """
    linked = SocialAccount.objects.filter(provider=provider)
    taken = linked.filter(user=user).exists() or linked.filter(uid=subject).exists()
    refuse_if(taken, "access.identity_linked", "该账号已与统一身份认证中的另一身份绑定。请联系管理员核实。")
    made = SocialAccount.objects.create(user=user, provider=provider, uid=subject)
    record(None, user, after={"identity_provider": provider})
    return made
