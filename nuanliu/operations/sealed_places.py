"""Every column that holds sealed values, with the key that binds each value to its row. A test compares it with the
catalogue."""

from nuanliu.base.crypto import Place
from nuanliu.base.crypto.resealing import SealedColumn

IDENTITY = Place("people_person", "identity_sealed")
PHONE = Place("people_person", "phone_sealed")
ACCOUNT = Place("people_bankaccount", "number_sealed")

# As nuanliu.awards.sealing.raw_keys: roster, sheet, row number.
PLACE_IN_LIST = "uuid_send(roster_id) || int2send(sheet_ordinal::smallint) || int4send(row_number)"


def columns() -> tuple[SealedColumn, ...]:
    """All sealed columns, the smaller tables first."""
    return (
        SealedColumn("access_keptform", "body_sealed"),
        SealedColumn("access_keptform", "body_sealed"),
        SealedColumn("payments_payeraccount", "number_sealed"),
        SealedColumn("payments_accountcorrection", "number_sealed", guards=("correction_guarded",)),
        SealedColumn("awards_correction", "value_sealed", guards=("append_only_rows",)),
        SealedColumn("people_person", "identity_sealed"),
        SealedColumn("people_person", "phone_sealed"),
        SealedColumn("people_formerphone", "number_sealed", "uuid_send(person_id)", PHONE),
        SealedColumn("people_bankaccount", "number_sealed"),
        SealedColumn("awards_rosterrow", "raw_sealed", PLACE_IN_LIST),
        # Staged for the rows that they end in, so that accepting is one INSERT … SELECT.
        SealedColumn("awards_rosterrow", "identity_sealed", "uuid_send(person_key)", IDENTITY),
        SealedColumn("awards_rosterrow", "phone_sealed", "uuid_send(person_key)", PHONE),
        SealedColumn("awards_rosterrow", "account_sealed", "uuid_send(account_key)", ACCOUNT),
    )
