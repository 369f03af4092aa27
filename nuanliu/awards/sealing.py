"""Values of a list made unreadable: blind indexes to find them by, and sealed bytes bound to the rows they end in."""

from collections.abc import Sequence
from uuid import UUID

import polars as pl

from nuanliu.awards.matching import Digests
from nuanliu.base.crypto import Place, blind_many, open_many, seal_many

IDENTITY = Place("people_person", "identity_sealed")
PHONE = Place("people_person", "phone_sealed")
ACCOUNT = Place("people_bankaccount", "number_sealed")
RAW = Place("awards_rosterrow", "raw_sealed")
CORRECTION = Place("awards_correction", "value_sealed")

NOT_RAW = {"row_number"}


def digests_of(rows: pl.DataFrame) -> Digests:
    """The blind indexes of good numbers and accounts."""
    return Digests(
        identity=blind_many(rows["number"].to_list(), purpose="identity"),
        account=blind_many(rows["account_number"].to_list(), purpose="account"),
    )


def tail_digests(numbers: pl.Series) -> list[bytes | None]:
    """Blind indexes of the last four characters: at most 11,000 different ones, whatever the list's length."""
    tails = numbers.str.tail(4)
    distinct = tails.drop_nulls().unique().to_list()
    known = dict(zip(distinct, blind_many(distinct, purpose="identity_tail"), strict=True))
    return [known.get(tail) for tail in tails.to_list()]  # type: ignore[arg-type]


def keys_for(values: Sequence[bytes | None], fresh: Sequence[UUID]) -> list[UUID | None]:
    """For each digest the fresh key of the first row that has it; None stays None."""
    keys: dict[bytes, UUID] = {}
    return [
        None if value is None else keys.setdefault(value, key)
        for value, key in zip(values, fresh, strict=True)
    ]


def seal_for(values: Sequence[str | None], keys: Sequence[UUID | None], place: Place) -> list[bytes | None]:
    """Seal values for the persons or accounts with these keys; None where either is missing."""
    wanted = [value if key is not None else None for value, key in zip(values, keys, strict=True)]
    return seal_many(wanted, place=place, row_keys=[key.bytes if key else b"-" for key in keys])


def raw_texts(frame: pl.DataFrame) -> pl.Series:
    """Each row as received: one JSON object of the cells that hold something, by field or column."""
    cells = [name for name in frame.columns if name not in NOT_RAW]
    return frame.select(pl.struct(cells).struct.json_encode()).to_series()


def raw_keys(roster_id: UUID, ordinals: Sequence[int], row_numbers: Sequence[int]) -> list[bytes]:
    """What binds a raw row to its place: roster, sheet and row number."""
    prefixes = {ordinal: roster_id.bytes + ordinal.to_bytes(2, "big") for ordinal in set(ordinals)}
    return [
        prefixes[ordinal] + number.to_bytes(4, "big")
        for ordinal, number in zip(ordinals, row_numbers, strict=True)
    ]


def open_raw(
    roster_id: UUID, ordinals: Sequence[int], row_numbers: Sequence[int], sealed: Sequence[bytes]
) -> list[str | None]:
    """The inverse of sealing raw texts."""
    return open_many(sealed, place=RAW, row_keys=raw_keys(roster_id, ordinals, row_numbers))
