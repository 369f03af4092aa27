"""An account changed between the decision and the first batch: somebody else confirms the new one."""

from datetime import date

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.awards.models import AccountConfirmation, Award
from nuanliu.awards.permissions import POLICY
from nuanliu.awards.states import AwardState
from nuanliu.base.actor import Actor
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.people.models import BankAccount


@audited
def confirm_account(award: Award, *, on: date, by: Actor, reason: str) -> Award:
    """Let an approved award go to the person's present account in the place of the one decided upon (R-044, R-054).

    `reason` says how it was confirmed with the person. An award whose account is the active one changes nothing.
    Refused: `permission.denied`, `award.state` unless it is approved, `award.reason_missing`, `account.missing` where
    the person has no active account under the own name, `account.same_person` for whom gave it, by hand or by a list.
    """
    award = Award.objects.select_for_update(of=("self",)).select_related("person").get(pk=award.pk)
    POLICY.require(by, "confirm_account", award)
    refuse_if(award.state != AwardState.APPROVED, "award.state", "只有已审批、尚未付款的慰问可以确认新账户")
    refuse_if(not reason.strip(), "award.reason_missing", "确认账户须写明核实方式，例如与本人电话核对尾号")
    present = BankAccount.objects.filter(person=award.person_id, active=True).first()
    if present is None or present.holder_name != award.person.name:
        raise Refused("account.missing", "本人名下没有有效账户，请先登记本人账户（实施办法第十六条）")
    if present.pk == award.account_id:
        unchanged()
        return award
    refuse_if(present.given_by_id == by.user_id, "account.same_person", "账户由您变更，须由另一人确认。")
    AccountConfirmation.objects.create(
        organization_path=award.organization_path,
        award=award,
        account=present,
        given_by_id=present.given_by_id,
        confirmed_by_id=by.user_id,
        confirmed_on=on,
        reason=reason.strip(),
    )
    before = award.account_id
    award.account = present
    award.save(update_fields=["account"])
    after = {"account": present.pk, "tail": present.number_tail, "on": on.isoformat()}
    record(by, award, before={"account": before}, after=after, reason=reason)
    return award
