"""A new bank is described by one officer and confirmed by another; words of banks are explained once."""

from copy import deepcopy

import pytest

from nuanliu.kernel.errors import Refused
from nuanliu.payments import actions
from nuanliu.payments.models import BankProfile, PayerAccount, ReplyWording
from nuanliu.payments.queries import meanings_for, profiles_for
from nuanliu.payments.reference import shipped
from tests.payments.support import broken_rule, refusal, reply_to, states

SAID = {**deepcopy(shipped()["profiles"][0]), "key": "rural_bank", "bank": "上海农商银行 代发"}


def test_what_is_shipped_is_in_the_database(world):
    assert BankProfile.objects.filter(organization_path="", active=True).count() == 7
    assert ReplyWording.objects.filter(organization_path="").count() == sum(
        len(words) for words in shipped()["wordings"].values()
    )


def test_a_described_bank_is_paid_through_once_it_is_confirmed(world):
    profile = actions.describe_profile(SAID, by=world.cast.finance)
    assert refusal(lambda: world.build(profile="rural_bank")) == "payments.profile_unconfirmed"
    actions.confirm_profile(profile, by=world.releaser)
    batch = world.sent(profile="rural_bank")
    world.answer(batch, reply_to(batch))
    assert states(world) == ["delivered"] * 10


@pytest.mark.requirement("R-044")
def test_who_describes_a_bank_does_not_confirm_it(world):
    profile = actions.describe_profile(SAID, by=world.cast.finance)
    assert refusal(lambda: actions.confirm_profile(profile, by=world.cast.finance)) == "payments.same_person"
    statement = (
        "UPDATE payments_bankprofile SET active = true, confirmed_by_id = described_by_id WHERE id = %s"
    )
    assert broken_rule(statement, [profile.pk]) == "profile_two_persons"
    assert broken_rule("UPDATE payments_bankprofile SET active = true WHERE id = %s", [profile.pk]) == (
        "profile_confirmed_before_use"
    )


def test_a_confirmed_profile_cannot_be_turned_into_another(world):
    actions.confirm_profile(actions.describe_profile(SAID, by=world.cast.finance), by=world.releaser)
    assert broken_rule("UPDATE payments_bankprofile SET layout = '{}'") == "permission"
    assert broken_rule("DELETE FROM payments_bankprofile") == "permission"


def test_a_profile_with_faults_is_refused_with_a_finding_for_each(world):
    said = {**deepcopy(SAID), "key": "X Y"}
    said["layout"]["columns"][2]["value"] = "6222021234567890128"
    with pytest.raises(Refused) as caught:
        actions.describe_profile(said, by=world.cast.finance)
    assert [found.column for found in caught.value.findings] == [
        "key",
        "layout.columns[3].value",
        "layout.columns",
    ]


def test_the_same_description_twice_is_one_and_another_needs_another_key(world):
    first = actions.describe_profile(SAID, by=world.cast.finance)
    assert actions.describe_profile(SAID, by=world.cast.finance) == first
    other = deepcopy(SAID)
    other["layout"]["row_limit"] = 7
    assert refusal(lambda: actions.describe_profile(other, by=world.cast.finance)) == "profile.key_taken"


def test_a_profile_serves_its_union_and_those_below(world):
    actions.confirm_profile(actions.describe_profile(SAID, by=world.cast.finance), by=world.releaser)
    assert "rural_bank" in [profile.key for profile in profiles_for("/0/31/114/0001/")]
    assert "rural_bank" not in [profile.key for profile in profiles_for("/0/31/113/")]


def test_words_count_for_the_union_that_explained_them(world):
    batch = world.build()
    actions.map_wording("R47 处理异常", "locked", by=world.releaser)
    outsider = world.cast.outsider.__class__(**as_releaser(world.cast.outsider))
    actions.map_wording("R48", "paid", by=outsider)
    meanings = meanings_for(batch)
    assert (meanings["R47处理异常"], meanings.get("R48")) == ("locked", None)


def test_words_are_explained_once(world):
    actions.map_wording("R47", "locked", by=world.releaser)
    actions.map_wording("r47", "locked", by=world.releaser)
    assert refusal(lambda: actions.map_wording("R47", "paid", by=world.releaser)) == "wording.contradicts"
    assert ReplyWording.objects.filter(words="R47").count() == 1
    assert broken_rule("UPDATE payments_replywording SET outcome = 'paid'") == "permission"


def test_nobody_writes_words_for_everybody(world):
    statement = (
        "INSERT INTO payments_replywording (organization_path, words, outcome) VALUES ('', '失败', 'paid')"
    )
    assert broken_rule(statement) == "permission"


def test_the_paying_account_is_sealed_and_replaced(world):
    profile = world.profile("abc_list")
    for number in ("1001234567890123", "1001234567890999"):
        actions.register_payer(
            world.organization,
            profile=profile,
            holder_name="嘉定区总工会",
            bank="农业银行",
            number=number,
            by=world.cast.finance,
        )
    (active,) = PayerAccount.objects.filter(active=True)
    assert (active.number_tail, PayerAccount.objects.count()) == ("0999", 2)
    assert b"1001234567890999" not in bytes(active.number_sealed)


def as_releaser(actor):
    return {name: getattr(actor, name) for name in actor.__dataclass_fields__} | {"role": "releaser"}
