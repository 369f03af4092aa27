"""Good rows become awards, set-based, in one statement for each table; the others stay open."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.awards.actions.locking import locked_roster, refuse_closed
from nuanliu.awards.checking.findings import notes_of
from nuanliu.awards.matching import MATCHER
from nuanliu.awards.models import Roster, RosterFinding, RosterRow
from nuanliu.awards.permissions import POLICY
from nuanliu.awards.sealing import PHONE
from nuanliu.awards.staging import stage_findings
from nuanliu.awards.states import RosterState
from nuanliu.base.actor import Actor
from nuanliu.base.bulk import copy_columns, create_temp, drop_temp, share_temp
from nuanliu.base.crypto import open_many, seal_many
from nuanliu.base.statistics import refresh_statistics
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.kernel.phones import check_phone


@dataclass(frozen=True, slots=True)
class Accepted:
    """What one acceptance brought: rows, distinct persons, and the sum in fen."""

    rows: int
    people: int
    amount_fen: int


@audited
def accept_rows(
    roster: Roster, *, by: Actor, whole: bool = False, acknowledge: Iterable[str] = ()
) -> Accepted:
    """Make awards of all open rows without an error, and leave the others open.

    `acknowledge` names the warning codes that the actor accepts; a row with any other warning stays open. `whole`
    refuses (`roster.has_errors`) as long as any row carries an error. What the record has learnt since the check is
    asked again: a row that clashes now is told so and stays open. A person who was known already gets the phone of the
    latest list; the one before is kept. Run again without new good rows it does nothing.
    Refused: `permission.denied`, `roster.not_open`, `campaign.closed`, `roster.no_standard`.
    """
    roster = locked_roster(roster)
    POLICY.require(by, "accept_rows", roster)
    refuse_if(roster.state not in OPEN_STATES, "roster.not_open", "名册已列入使用方案或已撤回，不能再接收")
    refuse_closed(roster)
    refuse_if(
        whole and _has_errors(roster),
        "roster.has_errors",
        "名册中仍有错误，整册接收前请先更正或改为只接收无误的行",
    )
    _acknowledge(roster, acknowledge, by)
    with connection.cursor() as cursor:
        arriving = _gather(cursor, roster)
        if arriving:
            _refuse_late_clashes(cursor, roster)
            cursor.execute("SELECT people_register_arrivals()")
            phones = _renew_phones(cursor)
            accepted = _award(cursor, roster)
            _count(cursor, roster)
    if not arriving or not accepted.rows:
        unchanged()
        return Accepted(0, 0, 0)
    record(by, roster, after={**_summary(roster, accepted), "phones_renewed": phones})
    refresh_statistics(accepted.rows, *FILLED)
    return accepted


FILLED = ("awards_award", "people_person", "people_connection", "people_bankaccount")


OPEN_STATES = (RosterState.CHECKED, RosterState.ACCEPTED)


def _has_errors(roster: Roster) -> bool:
    return RosterFinding.objects.filter(roster=roster, severity="error").exists()


def _acknowledge(roster: Roster, codes: Iterable[str], by: Actor) -> None:
    warnings = RosterFinding.objects.filter(roster=roster, severity="warning", acknowledged_by=None)
    warnings.filter(code__in=list(codes)).update(acknowledged_by_id=by.user_id)


GATHER = """
CREATE TEMPORARY TABLE people_arrivals ON COMMIT DROP AS
SELECT row.id AS arrival, row.organization_path, row.name, row.initials, row.bank, row.gender, row.birth_year,
       row.person_key, row.identity_sealed, row.identity_digest, row.identity_tail_digest, row.phone_sealed,
       row.phone_digest, row.account_key, row.account_sealed, row.account_digest, row.account_tail,
       row.category_code, row.tags, row.cash_fen, row.goods_fen, row.goods, row.person_key AS own_key,
       %(on)s::date AS told_on
FROM awards_rosterrow row
WHERE row.roster_id = %(roster)s AND row.state = 'open' AND NOT row.blocked
  AND NOT EXISTS (SELECT FROM awards_award award WHERE award.roster_id = %(roster)s AND award.basis_id = row.id)
  AND NOT EXISTS (
      SELECT FROM awards_rosterfinding finding
      WHERE finding.roster_id = %(roster)s AND finding.severity = 'warning' AND finding.acknowledged_by_id IS NULL
        AND finding.sheet_ordinal = row.sheet_ordinal AND finding.row_number = row.row_number
  )
ORDER BY row.id
"""


def _gather(cursor: Any, roster: Roster) -> int:
    drop_temp(cursor, "people_arrivals")
    cursor.execute(GATHER, {"roster": roster.pk, "on": roster.business_date})
    arriving: int = cursor.rowcount
    share_temp(cursor, "people_arrivals", [MATCHER])
    return arriving


# Whose key is not the row's own was known already; only those can have another phone. OFFSET 0: each person is asked
# for by key, else the server may read all persons of a city.
TOLD_PHONES = """
SELECT DISTINCT ON (a.person_key) a.person_key, a.own_key, a.phone_sealed, a.phone_digest, a.told_on
FROM pg_temp.people_arrivals a
CROSS JOIN LATERAL (SELECT phone_digest FROM people_person WHERE id = a.person_key OFFSET 0) p
WHERE a.person_key <> a.own_key AND a.phone_digest IS NOT NULL AND p.phone_digest IS DISTINCT FROM a.phone_digest
ORDER BY a.person_key, a.arrival DESC
"""
PHONES = {"person_id": "uuid", "sealed": "bytea", "digest": "bytea", "told_on": "date"}


def _renew_phones(cursor: Any) -> int:
    """Give persons who were known the phone that the list tells; how many got another. One of odd form is left out."""
    cursor.execute(TOLD_PHONES)
    told = cursor.fetchall()
    if not told:
        return 0
    people, rows, sealed, digests, days = zip(*told, strict=True)
    # Sealed for the row's key when the list came; now for the person's own.
    plain = open_many(sealed, place=PHONE, row_keys=[key.bytes for key in rows])
    good = [value if value and check_phone(value) is None else None for value in plain]
    values = seal_many(good, place=PHONE, row_keys=[key.bytes for key in people])
    kept = [number for number, value in enumerate(good) if value]
    columns = {"person_id": people, "sealed": values, "digest": digests, "told_on": days}
    create_temp(cursor, "people_phones", PHONES, readers=[MATCHER])
    copy_columns(
        cursor,
        "people_phones",
        {name: [column[number] for number in kept] for name, column in columns.items()},
        PHONES,
    )
    cursor.execute("SELECT people_renew_phones()")
    renewed: int = cursor.fetchone()[0]
    return renewed


AWARD = """
INSERT INTO awards_award (
    organization_id, organization_path, campaign_id, roster_id, person_id, account_id, household_id, category_id, tags,
    form, cash_fen, goods_fen, goods, standard_id, cash_exception_id, basis, basis_id, state, live, business_date
)
SELECT %(organization)s, a.organization_path, %(campaign)s, %(roster)s, a.person_key,
       CASE WHEN a.account_digest IS NOT NULL THEN a.account_key END,
       h.household_id, a.category_code, a.tags,
       CASE WHEN a.goods_fen = 0 THEN 'cash' WHEN a.cash_fen = 0 THEN 'goods' ELSE 'both' END,
       a.cash_fen, a.goods_fen, a.goods, %(standard)s,
       CASE WHEN a.account_digest IS NULL AND a.cash_fen > 0 THEN e.id END,
       'roster_row', a.arrival, 'proposed', true, %(on)s
FROM pg_temp.people_arrivals a
LEFT JOIN awards_cashexception e
    ON a.account_digest IS NULL AND e.identity_digest = a.identity_digest AND e.campaign_id = %(campaign)s
   AND e.approved_by_id IS NOT NULL
LEFT JOIN programmes_standardline l
    ON l.standard_id = %(standard)s AND l.category_id = a.category_code AND l.per = 'household'
LEFT JOIN people_householdmember h
    ON l.id IS NOT NULL AND h.person_id = a.person_key AND h.valid_from <= %(on)s
   AND (h.valid_to IS NULL OR h.valid_to >= %(on)s)
ORDER BY a.arrival
"""


def _award(cursor: Any, roster: Roster) -> Accepted:
    refuse_if(
        roster.standard_id is None, "roster.no_standard", "没有适用的慰问标准，请先录入经民主程序通过的标准"
    )
    parameters = {
        "organization": roster.organization_id,
        "campaign": roster.campaign_id,
        "roster": roster.pk,
        "standard": roster.standard_id,
        "on": roster.business_date,
    }
    try:
        cursor.execute(AWARD, parameters)
    except IntegrityError as clash:
        raise Refused(
            "roster.changed_meanwhile", "接收期间其他单位登记了相同人员或账号，请重新接收"
        ) from clash
    cursor.execute(
        "SELECT count(*), count(DISTINCT person_key), coalesce(sum(cash_fen + goods_fen), 0)::bigint"
        " FROM pg_temp.people_arrivals"
    )
    return Accepted(*cursor.fetchone())


# What a plan freezes: every award of the roster with person, account and sums, in order.
COUNT = """
UPDATE awards_roster roster
SET state = 'accepted', rows_accepted = counted.rows, accepted_fen = counted.fen, content_digest = counted.digest
FROM (
    SELECT count(*) AS rows, coalesce(sum(cash_fen + goods_fen), 0)::bigint AS fen,
           sha256(coalesce(string_agg(
               sha256(convert_to(
                   concat_ws('|', id, person_id, account_id, category_id, cash_fen, goods_fen, goods), 'UTF8')),
               ''::bytea ORDER BY id), ''::bytea)) AS digest
    FROM awards_award WHERE roster_id = %(roster)s AND live
) AS counted
WHERE roster.id = %(roster)s
"""


def _count(cursor: Any, roster: Roster) -> None:
    cursor.execute(COUNT, {"roster": roster.pk})
    roster.refresh_from_db()


LATE = """
SELECT arrival, name_differs, deceased, account_of_another, known.category = a.category_code AND NOT by_housemate
FROM awards_find_arrivals(%s, %s) known JOIN pg_temp.people_arrivals a USING (arrival)
WHERE name_differs OR deceased OR account_of_another OR known.category = a.category_code
ORDER BY arrival
"""
LATE_CODES = ("identity.name_conflict", "person.deceased", "account.shared", "duplicate.in_programme")
# The list of prohibited goods may have grown.
LATE_GOODS = """
SELECT arrival FROM pg_temp.people_arrivals WHERE goods = ANY (
    SELECT unnest(awards_prohibited(array_agg(DISTINCT goods), %s)) FROM pg_temp.people_arrivals WHERE goods <> ''
)
ORDER BY arrival
"""


def _late_clashes(cursor: Any, roster: Roster) -> dict[int, list[str]]:
    """What is now against each row of `pg_temp.people_arrivals` that has something against it."""
    clashing: dict[int, list[str]] = defaultdict(list)
    cursor.execute(LATE, [roster.campaign_id, roster.business_date])
    for arrival, *found in cursor.fetchall():
        clashing[arrival] += [code for code, is_so in zip(LATE_CODES, found, strict=True) if is_so]
    cursor.execute(LATE_GOODS, [roster.business_date])
    for (arrival,) in cursor.fetchall():
        clashing[arrival].append("goods.prohibited")
    return {arrival: list(dict.fromkeys(codes)) for arrival, codes in clashing.items() if codes}


def _refuse_late_clashes(cursor: Any, roster: Roster) -> None:
    """Rows that clash with what others have recorded since the check become open rows with an error."""
    clashing = _late_clashes(cursor, roster)
    if not clashing:
        return
    cursor.execute("DELETE FROM pg_temp.people_arrivals WHERE arrival = ANY(%s)", [list(clashing)])
    rows = RosterRow.objects.filter(pk__in=clashing)
    places = [
        (row.sheet_ordinal, row.row_number, "", code, "接收时发现")
        for row in rows
        for code in clashing[row.pk]
    ]
    stage_findings(roster, notes_of(places))
    rows.update(blocked=True)


def _summary(roster: Roster, accepted: Accepted) -> Mapping[str, object]:
    return {
        "state": str(roster.state),
        "rows": accepted.rows,
        "people": accepted.people,
        "amount_fen": accepted.amount_fen,
        "content": roster.content_hex,
    }
