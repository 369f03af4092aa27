"""What is recorded of persons beside lists: a death, another account, a household, and who saw a value in full."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.base.crypto import Place, blind, open_, seal
from nuanliu.base.keys import uuid7
from nuanliu.kernel.cards import check_account
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.kernel.text import normalize_code, normalize_name
from nuanliu.organizations.models import Organization
from nuanliu.people.models import BankAccount, Household, HouseholdMember, Person
from nuanliu.people.permissions import POLICY
from nuanliu.people.queries import people_numbered
from nuanliu.people.rules import Field, Ground, holds

ACCOUNT = Place("people_bankaccount", "number_sealed")


@audited
def record_death(person: Person, *, died_on: date, reason: str, by: Actor) -> Person:
    """Record that a person has died; from then on nothing is given to the person (R-054). Once; later days are ignored.

    Refused: `permission.denied`, `person.reason_missing`, `person.unknown` outside of the scope.
    """
    POLICY.require(by, "record_death")
    refuse_if(not reason.strip(), "person.reason_missing", "登记去世须说明依据")
    fresh = _ask("SELECT people_record_death(%s, %s)", [person.pk, died_on])
    if not fresh:
        unchanged()
        return person
    person.deceased_on = died_on
    record(by, person, after={"deceased_on": died_on}, reason=reason)
    return person


@audited
def look_up(number: str, *, limit: int, by: Actor) -> list[Person]:
    """The people in scope whom a number names: identity number, its last four characters, or phone.

    Whoever can try numbers can learn whom the unions help: so each try stays in the log, with how many it found and
    never the number. Refused: `permission.denied`.
    """
    POLICY.require(by, "look_up")
    found = people_numbered(number, limit)
    subject = found[0] if len(found) == 1 else ("people.look_up", f"{len(number)} 位")
    record(by, subject, after={"found": len(found), "characters": len(number)})
    return found


@audited
def change_account(
    person: Person, *, number: str, bank: str, holder_name: str, by: Actor, reason: str = ""
) -> BankAccount:
    """Give a person another account, which becomes the one active; the former stays on record (R-054).

    Refused: `permission.denied`, `account.format`, `account.name_conflict`, `account.shared` where the
    number is somebody else's.
    """
    POLICY.require(by, "change_account")
    number = normalize_code(number)
    refuse_if(check_account(number) == "account.format", "account.format", "银行账号应为8至32位数字，请更正")
    other = normalize_name(holder_name) != person.name
    refuse_if(other, "account.name_conflict", "户名与本人姓名不符，慰问金须发到本人账户（实施办法第十六条）")
    key = uuid7()
    sealed = seal(number, place=ACCOUNT, row_key=key)
    digest = blind(number, "account")
    try:
        with transaction.atomic():
            kept = _ask(
                "SELECT people_change_account(%s, %s, %s, %s, %s, %s, %s, %s)",
                [person.pk, key, person.name, bank, sealed, digest, number[-4:], by.user_id],
            )
    except IntegrityError as clash:
        raise Refused(
            "account.shared", "该账号已登记为他人账户，请提供本人账号（实施办法第十六条）"
        ) from clash
    account = BankAccount.objects.get(pk=kept)
    record(by, person, after={"account": account.pk, "tail": account.number_tail}, reason=reason)
    return account


@audited
def form_household(
    organization: Organization, *, name: str, members: Sequence[tuple[Person, str]], on: date, by: Actor
) -> Household:
    """People who live from one purse, from a day on: each with the relation to the head (GB/T 4761, 01 is the head).

    A person belongs to one household at a time: an earlier membership ends the day before. Refused:
    `permission.denied`, `household.empty`.
    """
    household = Household(organization_path=organization.path, name=name)
    POLICY.require(by, "form_household", household)
    refuse_if(not members, "household.empty", "家庭至少有一名成员")
    household.save(force_insert=True)
    people = [person for person, _ in members]
    HouseholdMember.objects.filter(person__in=people, valid_to=None).update(valid_to=on - timedelta(days=1))
    HouseholdMember.objects.bulk_create(
        HouseholdMember(
            household=household,
            organization_path=organization.path,
            person=person,
            relation=relation,
            valid_from=on,
        )
        for person, relation in members
    )
    record(by, household, after={"members": len(members)})
    return household


@audited
def reveal(
    person: Person, field: str, *, ground: str, reason: str, by: Actor, account: BankAccount | None = None
) -> str:
    """One value of a person in full, for who says why; '' where the record has none.

    The entry tells who saw which field of whom, and why; never the value. Refused: `permission.denied`,
    `person.reason_missing`, `person.reason_tells_value`, `person.unknown_field`.
    """
    refuse_if(field not in Field.values, "person.unknown_field", "没有这一项信息")
    POLICY.require(by, f"reveal_{field}")
    refuse_if(
        ground not in Ground.values or not reason.strip(),
        "person.reason_missing",
        "查看完整信息须选择用途并写明理由",
    )
    value = _opened(person, field, account)
    refuse_if(
        holds(reason, value),
        "person.reason_tells_value",
        "理由中不要写号码：理由会永久保存，请删去号码后重试",
    )
    shown = {"field": field, "ground": ground}
    record(by, person, after={**shown, "account": account.pk} if account else shown, reason=reason.strip())
    return value


def _opened(person: Person, field: str, account: BankAccount | None) -> str:
    if field == Field.ACCOUNT:
        known = account is not None and account.person_id == person.pk
        refuse_if(not known, "person.unknown_field", "此人没有这个账户")
        return open_(account.number_sealed, place=ACCOUNT, row_key=account.pk)  # type: ignore[union-attr]
    sealed = person.identity_sealed if field == Field.IDENTITY else person.phone_sealed
    place = Place("people_person", f"{field}_sealed")
    return open_(sealed, place=place, row_key=person.pk) if sealed else ""


def _ask(statement: str, parameters: Sequence[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]
