"""Where the money of each fund is, for the workbench: funds and balances in one statement."""

from dataclasses import dataclass
from uuid import UUID

from nuanliu.base.actor import Actor
from nuanliu.base.bulk import rows_of
from nuanliu.base.scope import Scope


@dataclass(frozen=True, slots=True)
class FundMoney:
    """One fund in fen: received = given + reserved + left."""

    fund_id: UUID
    name: str
    organization: str
    source_class: str
    received_fen: int
    reserved_fen: int
    given_fen: int
    left_fen: int
    funds: int


FUNDS = """
SELECT fund.id, fund.name, union_.short_name, fund.source_class,
       holding.credits_posted_fen - holding.debits_posted_fen + given.credits_posted_fen - given.debits_posted_fen
           AS received_fen,
       holding.debits_pending_fen,
       given.credits_posted_fen - given.debits_posted_fen,
       holding.credits_posted_fen - holding.debits_posted_fen - holding.debits_pending_fen AS left_fen,
       count(*) OVER ()
FROM ledger_fund fund
JOIN organizations_organization union_ ON union_.id = fund.organization_id
JOIN ledger_account holding ON holding.fund_id = fund.id AND holding.kind = 'holding'
JOIN ledger_account given ON given.fund_id = fund.id AND given.kind = 'given'
WHERE fund.organization_path >= %(low)s AND fund.organization_path < %(high)s AND holding.credits_posted_fen > 0
ORDER BY fund.organization_id = %(union)s DESC, 8 DESC, fund.id
LIMIT %(shown)s
"""


def money_by_fund(by: Actor, shown: int) -> list[FundMoney]:
    """Funds that hold or held money, the actor's own union's first, then the largest; `funds` says how many in all."""
    scope = Scope.for_path(by.organization_path)
    wanted = {"low": scope.path_low, "high": scope.path_high, "union": by.organization_id, "shown": shown}
    return [FundMoney(*row) for row in rows_of(FUNDS, wanted)]
