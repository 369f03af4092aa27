"""What the ledger's SQL offers to the packages above it."""

import pytest

from nuanliu.ledger.sources import source_rules
from tests.ledger.conftest import World


@pytest.mark.requirement("R-055", "R-176")
@pytest.mark.parametrize(
    ("allowed", "tag", "region", "reached"),
    [
        (None, "", "", True),
        (["C1", "C2"], "", "", True),
        (["C2"], "", "", False),
        (None, "NEW_EMPLOYMENT_FORM", "", True),
        (None, "EPIDEMIC_FRONTLINE", "", False),
        (None, "", "/0/31/114/", True),
        (None, "", "/0/31/113/", False),
    ],
)
def test_a_funds_restrictions_decide_whom_it_reaches(raw_sql, allowed, tag, region, reached) -> None:
    recipient = ["C1", ["NEW_EMPLOYMENT_FORM"], "/0/31/114/0001/"]
    statement = "SELECT ledger_fund_reaches(%s::varchar[], %s, %s, %s, %s::varchar[], %s)"
    assert raw_sql(statement, [allowed, tag, region, *recipient]) == [(reached,)]


def test_the_triggers_see_the_same_rules_of_sources_as_the_actions(world: World, raw_sql) -> None:
    rows = raw_sql(
        "SELECT source_class, annex1, annex2, fiscal, categories, passes_down_as FROM ledger_source_rule"
    )
    seen = {row[0]: (*row[1:4], row[4] and frozenset(row[4]), row[5]) for row in rows}
    assert seen == {
        name: (rule.annex1, rule.annex2, rule.fiscal, rule.categories, rule.passes_down_as)
        for name, rule in source_rules().items()
    }
