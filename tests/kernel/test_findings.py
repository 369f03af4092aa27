"""The list of codes is the contract's, each with its rule and remedy."""

import dataclasses
import pickle

import pytest

from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.kernel.findings import CODES, Finding, Severity, finding, refusals

CONTRACT = {
    Severity.ERROR: {
        "file": "unreadable password too_large too_many_rows",
        "sheet": "no_table",
        "name": "missing",
        "identity": "missing format checksum name_conflict",
        "duplicate": "in_list in_programme",
        "household": "duplicate",
        "category": "missing unknown",
        "amount": "missing format not_positive",
        "standard": "exceeded missing",
        "account": "missing format shared name_conflict",
        "person": "deceased",
        "goods": "prohibited",
        "conflict": "handler",
        "replies": "unknown_order duplicate amount_differs out_of_order",
    },
    Severity.WARNING: {
        "column": "unmapped",
        "duplicate": "other_category",
        "standard": "below",
        "account": "checksum",
        "phone": "format",
        "programme": "same_amount_to_all late_entry",
        "replies": "replayed unmapped_words",
    },
    Severity.NOTE: {"row": "total hidden", "cell": "formula"},
}


def test_every_code_of_the_contract_and_no_other_with_its_severity():
    assert {code: info.severity for code, info in CODES.items()} == {
        f"{subject}.{matter}": severity
        for severity, subjects in CONTRACT.items()
        for subject, matters in subjects.items()
        for matter in matters.split()
    }


@pytest.mark.parametrize("code", CODES)
def test_every_code_names_rule_title_and_remedy(code):
    info = CODES[code]
    assert info.rule
    assert info.title_zh
    assert info.remedy_zh
    assert not info.title_zh.endswith("。")


def test_a_finding_takes_severity_and_rule_from_the_list():
    found = finding(
        "account.shared", "第386行与第21行共用账号****3593", sheet="实名制汇总表", row=386, column="银行账号"
    )
    assert found == Finding(
        "account.shared",
        Severity.ERROR,
        "第386行与第21行共用账号****3593",
        "沪工总权〔2020〕178号 第十一条；沪工总权〔2020〕178号 第十六条",
        "实名制汇总表",
        386,
        "银行账号",
    )


def test_without_words_of_its_own_a_finding_says_title_and_remedy():
    assert finding("name.missing").message == "缺少姓名。慰问须实名，请补填姓名"


def test_an_unknown_code_cannot_be_found():
    with pytest.raises(KeyError):
        finding("identity.region")


def test_only_errors_refuse():
    found = [finding("name.missing"), finding("standard.below"), finding("row.hidden")]
    assert refusals(found) == (found[0],)


def test_a_finding_does_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        finding("name.missing").code = "row.total"


def test_a_refusal_carries_code_words_and_findings():
    found = finding("identity.missing", row=7)
    with pytest.raises(Refused) as refused:
        refuse_if(True, "awards.open_errors", "名册尚有错误，不能接受", [found])
    assert refused.value.code == "awards.open_errors"
    assert refused.value.message == "名册尚有错误，不能接受"
    assert refused.value.findings == (found,)
    assert str(refused.value) == "名册尚有错误，不能接受（awards.open_errors）"


def test_nothing_is_refused_when_the_condition_does_not_hold():
    refuse_if([], "awards.open_errors", "名册尚有错误，不能接受")


def test_a_refusal_survives_a_journey_between_processes():
    refused = Refused("payments.same_person", "编制与放行须为两人", [finding("name.missing")])
    again = pickle.loads(pickle.dumps(refused))
    assert (again.code, again.message, again.findings) == (refused.code, refused.message, refused.findings)
