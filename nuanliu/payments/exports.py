"""The real-name roster as given: one row per award with its proof, for the paper to be signed and archived."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import polars as pl
from django.db import connection

from nuanliu.base.crypto import Place, open_many

_PERSON_IDENTITY = Place("people_person", "identity_sealed")
_PERSON_PHONE = Place("people_person", "phone_sealed")
_ACCOUNT_NUMBER = Place("people_bankaccount", "number_sealed")

# One row per award of the list in the order of the sheet; the proof is the paid order's reference, or the signature.
_SQL = """
SELECT person.name, person.gender, row.employer, award.category_id, row.reason, award.cash_fen, award.goods,
       award.goods_fen, coalesce(row.bank, ''), award.delivered_on,
       CASE WHEN award.state <> 'delivered' THEN '未发放'
            WHEN award.cash_fen > 0 THEN coalesce(paid.bank_reference, '') ELSE '本人签收' END,
       fund.name, person.id, person.identity_sealed, person.phone_sealed, account.id, account.number_sealed
FROM awards_rosterrow row
JOIN awards_award award ON award.basis = 'roster_row' AND award.basis_id = row.id
JOIN people_person person ON person.id = award.person_id
LEFT JOIN people_bankaccount account ON account.id = award.account_id
LEFT JOIN ledger_fund fund ON fund.id = award.fund_id
LEFT JOIN payments_paymentorder paid ON paid.award_id = award.id AND paid.live AND paid.state = 'paid'
WHERE row.roster_id = %s
ORDER BY row.sheet_ordinal, row.row_number
"""

_TEXTS = (
    "name",
    "gender",
    "employer",
    "category",
    "reason",
    "cash",
    "goods",
    "goods_value",
    "bank",
    "pay_date",
    "receipt_ref",
    "fund_source",
)
_GENDERS = {"M": "男", "F": "女", "男": "男", "女": "女"}


def roster_rows(roster_id: UUID) -> pl.DataFrame:
    """The awards of a roster with full numbers, keyed as the roster form's columns; sums in fen.

    Opens sealed values: the caller writes the paper, records who asked, and shows none of it on a screen.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [roster_id])
        columns = list(zip(*cursor.fetchall(), strict=True)) or [()] * 17
    plain: dict[str, Sequence[Any]] = dict(zip(_TEXTS, columns[: len(_TEXTS)], strict=True))
    plain["gender"] = [_GENDERS.get(gender, "") for gender in plain["gender"]]
    people, identities, phones, accounts, numbers = columns[len(_TEXTS) :]
    plain["id_number"] = _opened(identities, _PERSON_IDENTITY, people)
    plain["phone"] = _opened(phones, _PERSON_PHONE, people)
    plain["account"] = _opened(numbers, _ACCOUNT_NUMBER, accounts)
    return _as_form(plain)


def _opened(sealed: Sequence[Any], place: Place, keys: Sequence[Any]) -> list[str | None]:
    return open_many(sealed, place=place, row_keys=[key.bytes if key else b"-" for key in keys])


def _as_form(columns: dict[str, Sequence[Any]]) -> pl.DataFrame:
    frame = pl.DataFrame({name: list(values) for name, values in columns.items()}, infer_schema_length=None)
    return frame.with_row_index("seq", offset=1).select(
        pl.col("seq").cast(pl.Int64),
        pl.col("name", "gender", "id_number", "employer", "phone", "category", "reason").cast(pl.String),
        pl.col("cash").cast(pl.Int64),
        pl.col("goods").cast(pl.String),
        pl.col("goods_value").cast(pl.Int64),
        (pl.col("cash") + pl.col("goods_value")).cast(pl.Int64).alias("total"),
        pl.col("bank", "account").cast(pl.String),
        pl.col("pay_date").cast(pl.Date),
        pl.col("receipt_ref", "fund_source").cast(pl.String),
        pl.lit(None, pl.String).alias("remark"),
    )
