"""What binds money to its purpose, judged without a database."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanliu.ledger.rules import (
    AskedFacts,
    FundFacts,
    LineFacts,
    UseFacts,
    allocation_findings,
    fund_findings,
    overspending,
    shares,
    terms_findings,
)
from nuanliu.ledger.sources import source_rules
from nuanliu.ledger.states import SourceClass

FUND = FundFacts("市补助", "union", "/0/31/114/", "union_budget", "WARMTH_VISIT")
USE = UseFacts(
    "union",
    "/0/31/114/",
    "WARMTH_VISIT",
    "两节",
    frozenset({"C1"}),
    tags=frozenset({"NEW_EMPLOYMENT_FORM"}),
    recipient_path="/0/31/114/0001/",
    on=date(2022, 1, 10),
)
NEEDY = frozenset({"C1", "C2", "C3", "C4", "C11"})


def codes(fund: FundFacts, use: UseFacts = USE) -> list[str]:
    return [found.code for found in fund_findings(fund, use)]


def test_a_fund_that_restricts_nothing_may_be_used() -> None:
    assert fund_findings(FUND, USE) == ()


@pytest.mark.requirement("R-029", "R-051", "R-053", "R-055", "R-085", "R-175", "R-176", "R-195")
@pytest.mark.parametrize(
    ("restriction", "code"),
    [
        ({"legal_person": "foundation"}, "fund.legal_person"),
        ({"organization_path": "/0/31/113/"}, "fund.other_union"),
        ({"member_welfare": True}, "fund.member_welfare"),
        ({"purpose_allowed": False}, "fund.purpose_not_allowed"),
        ({"purpose": "REGULAR_AID"}, "fund.purpose"),
        ({"campaign": "夏送清凉"}, "fund.campaign"),
        ({"allowed_categories": frozenset({"C2"})}, "fund.category"),
        ({"source_categories": frozenset({"C2"})}, "fund.fiscal"),
        ({"required_tag": "EPIDEMIC_FRONTLINE"}, "fund.tag"),
        ({"region_path": "/0/31/113/"}, "fund.region"),
        ({"valid_from": date(2022, 1, 11)}, "fund.term"),
        ({"valid_to": date(2022, 1, 9)}, "fund.term"),
    ],
)
def test_each_restriction_refuses_the_use_it_excludes(restriction: dict[str, object], code: str) -> None:
    assert codes(replace(FUND, **restriction)) == [code]


@pytest.mark.parametrize(
    "restriction",
    [
        {"campaign": "两节"},
        {"allowed_categories": frozenset({"C1", "C2"})},
        {"required_tag": "NEW_EMPLOYMENT_FORM"},
        {"region_path": "/0/31/114/"},
        {"valid_from": date(2022, 1, 10), "valid_to": date(2022, 1, 10)},
    ],
)
def test_each_restriction_admits_the_use_it_names(restriction: dict[str, object]) -> None:
    assert codes(replace(FUND, **restriction)) == []


@pytest.mark.requirement("R-027", "R-028")
def test_fiscal_money_at_the_festival_answers_to_the_fiscal_rules_as_well() -> None:
    fiscal = replace(FUND, source_class="central_finance", source_categories=NEEDY)
    model_workers = replace(USE, categories=frozenset({"C7"}))
    assert codes(fiscal) == []
    assert codes(fiscal, model_workers) == ["fund.fiscal"]
    assert codes(replace(fiscal, allowed_categories=frozenset({"C2"})), model_workers) == [
        "fund.category",
        "fund.fiscal",
    ]


RESTRICTIONS = st.fixed_dictionaries(
    {},
    optional={
        "campaign": st.sampled_from(["两节", "夏送清凉"]),
        "allowed_categories": st.frozensets(st.sampled_from(["C1", "C2", "C7"]), min_size=1),
        "source_categories": st.frozensets(st.sampled_from(["C1", "C2", "C7"]), min_size=1),
        "required_tag": st.sampled_from(["NEW_EMPLOYMENT_FORM", "EPIDEMIC_FRONTLINE"]),
        "region_path": st.sampled_from(["/0/31/", "/0/31/113/"]),
        "valid_to": st.dates(date(2022, 1, 1), date(2022, 1, 20)),
        "member_welfare": st.booleans(),
    },
)


@pytest.mark.requirement("R-027")
@given(RESTRICTIONS, RESTRICTIONS)
def test_no_restriction_lifts_another(some: dict[str, object], more: dict[str, object]) -> None:
    alone = set(codes(replace(FUND, **some)))
    together = set(codes(replace(FUND, **{**more, **some})))
    assert alone <= together


@pytest.mark.requirement("R-016", "R-017")
def test_donated_money_states_the_donors_will_and_other_money_its_legal_basis() -> None:
    donated, other = replace(FUND, source_class="social_donation"), replace(FUND, source_class="other")
    assert [found.code for found in terms_findings(donated)] == ["fund.donor_intent"]
    assert [found.code for found in terms_findings(other)] == ["fund.legal_basis"]
    assert terms_findings(replace(donated, donor_intent="用于环卫工人")) == ()
    assert terms_findings(replace(other, legal_basis="区政府专题会议纪要")) == ()


def test_a_fund_is_not_opened_for_whom_its_source_may_not_reach() -> None:
    fiscal = replace(FUND, source_categories=NEEDY, allowed_categories=frozenset({"C1", "C7"}))
    assert [found.code for found in terms_findings(fiscal)] == ["fund.fiscal"]


CHILD = replace(FUND, name="区补助", organization_path="/0/31/114/", source_class="superior_subsidy")
CITY = replace(FUND, name="市经费", organization_path="/0/31/")


def test_money_goes_down_into_a_fund_bound_as_strictly() -> None:
    assert allocation_findings(CITY, CHILD, "superior_subsidy") == ()
    narrower = replace(
        CHILD, allowed_categories=frozenset({"C1"}), valid_to=date(2022, 3, 1), campaign="两节"
    )
    assert allocation_findings(CITY, narrower, "superior_subsidy") == ()


@pytest.mark.requirement("R-013", "R-029", "R-195")
@pytest.mark.parametrize(
    ("giver", "taker", "lost"),
    [
        ({}, {"legal_person": "foundation"}, "法人"),
        ({}, {"organization_path": "/0/31/"}, "上下级关系"),
        ({}, {"organization_path": "/F31/"}, "上下级关系"),
        ({}, {"source_class": "union_budget"}, "资金来源"),
        ({}, {"purpose": "REGULAR_AID"}, "用途"),
        ({}, {"member_welfare": True}, "会员福利性质"),
        ({"campaign": "两节"}, {}, "活动"),
        ({"allowed_categories": frozenset({"C1"})}, {}, "对象类别"),
        (
            {"allowed_categories": frozenset({"C1"})},
            {"allowed_categories": frozenset({"C1", "C2"})},
            "对象类别",
        ),
        ({"required_tag": "NEW_EMPLOYMENT_FORM"}, {}, "重点人群"),
        ({"region_path": "/0/31/114/"}, {}, "地区"),
        ({"valid_to": date(2024, 12, 31)}, {}, "使用期限"),
        ({"donor_intent": "用于环卫工人"}, {}, "捐赠意愿"),
    ],
)
def test_a_restriction_lost_on_the_way_down_is_named(
    giver: dict[str, object], taker: dict[str, object], lost: str
) -> None:
    (found,) = allocation_findings(replace(CITY, **giver), replace(CHILD, **taker), "superior_subsidy")
    assert f"的{lost}与之不符" in found.message


@pytest.mark.requirement("R-031")
def test_overspending_names_what_is_free_what_is_wanted_and_what_is_beyond() -> None:
    assert overspending("市补助", 100_00, 100_00) == ()
    (found,) = overspending("市补助", 1_500_00, 1_000_00)
    assert found.message == "“市补助”可安排1,000.00元，方案列支1,500.00元，超出500.00元。"


@pytest.mark.requirement("R-011", "R-012", "R-013", "R-014", "R-015", "R-016", "R-017")
def test_every_lawful_source_has_its_article_and_its_line_in_both_annexes() -> None:
    lines = {name: (rule.article, rule.annex1, rule.annex2) for name, rule in source_rules().items()}
    assert lines == {
        SourceClass.CENTRAL_FINANCE: ("第四条（一）", "B1", "E1"),
        SourceClass.LOCAL_FINANCE: ("第四条（一）", "B2", "E2"),
        SourceClass.WELFARE_LOTTERY: ("第四条（二）", "B2", "E2"),
        SourceClass.SUPERIOR_SUBSIDY: ("第四条（三）", "B3", "E3"),
        SourceClass.ADMINISTRATION: ("第四条（四）", "B5", "E5"),
        SourceClass.UNION_BUDGET: ("第四条（五）", "B3", "E3"),
        SourceClass.SOCIAL_DONATION: ("第四条（六）", "B4", "E4"),
        SourceClass.OTHER: ("第四条（七）", "B6", "E5"),
    }
    assert source_rules()["central_finance"].categories == NEEDY


def test_a_category_is_paid_by_the_lists_own_fund_else_by_the_first_that_names_it() -> None:
    lines = [LineFacts("a", frozenset({"C1"}), 100), LineFacts("b", frozenset({"C1", "C3"}), 50)]
    asked = [AskedFacts("C1", None, 120), AskedFacts("C1", "b", 30), AskedFacts("C3", "a", 10)]
    assert shares(lines, asked) == ([120, 40], {}, [20, 0])


def test_what_no_line_names_is_not_covered() -> None:
    lines = [LineFacts("a", frozenset({"C1"}), 100)]
    assert shares(lines, [AskedFacts("C2", None, 5), AskedFacts("C2", "a", 6)]) == ([0], {"C2": 11}, [0])
