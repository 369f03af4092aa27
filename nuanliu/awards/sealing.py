"""Values of a list made unreadable: blind indexes to find them by, and sealed bytes bound to the rows they end in."""

from collections.abc import Sequence
from os import urandom
from time import time_ns
from uuid import UUID

import polars as pl

from nuanliu.awards.matching import Digests
from nuanliu.base.bulk import COPY_ROWS
from nuanliu.base.crypto import Place, blind_many, open_many, seal_many

IDENTITY = Place("people_person", "identity_sealed")
PHONE = Place("people_person", "phone_sealed")
ACCOUNT = Place("people_bankaccount", "number_sealed")
RAW = Place("awards_rosterrow", "raw_sealed")
CORRECTION = Place("awards_correction", "value_sealed")

NOT_RAW = {"row_number"}


VARIANT = bytes(0x80 | byte & 0x3F for byte in range(256))


def fresh_keys(count: int) -> list[bytes]:
    """`count` UUIDv7 of this moment as bytes, sorted in runs of 4096 (see `nuanliu.base.keys`).

    A hundred thousand `UUID` objects would cost as much as sealing a column.
    """
    milliseconds = time_ns() // 1_000_000
    noise = bytearray(urandom(8 * count))
    noise[::8] = noise[::8].translate(VARIANT)
    tails = bytes(noise)
    return [
        (milliseconds + index // 4096 << 16 | 0x7000 | index % 4096).to_bytes(8, "big")
        + tails[8 * index : 8 * index + 8]
        for index in range(count)
    ]


def digests_of(rows: pl.DataFrame) -> Digests:
    """The blind indexes of good numbers and accounts."""
    return Digests(
        identity=_blinded(rows["number"], "identity"), account=_blinded(rows["account_number"], "account")
    )


def _blinded(values: pl.Series, purpose: str) -> pl.Series:
    # Part by part: as a list of Python objects the digests of a long list take three times the memory.
    parts = (values[start : start + COPY_ROWS].to_list() for start in range(0, len(values), COPY_ROWS))
    digests = [pl.Series(blind_many(part, purpose=purpose), dtype=pl.Binary) for part in parts]
    return pl.concat(digests, rechunk=True) if digests else pl.Series(dtype=pl.Binary)


def tail_digests(numbers: pl.Series) -> pl.Series:
    """Blind indexes of the last four characters: at most 11,000 different ones, whatever the list's length."""
    tails = numbers.str.tail(4)
    distinct = tails.drop_nulls().unique()
    known = pl.Series(blind_many(distinct.to_list(), purpose="identity_tail"), dtype=pl.Binary)
    return tails.replace_strict(distinct, known, default=None, return_dtype=pl.Binary)


def first_rows(digests: pl.Series) -> pl.Series:
    """For each row the first row with the same digest, which lends its key; null stays null."""
    rows = digests.to_frame("digest").with_columns(row=pl.int_range(pl.len(), dtype=pl.UInt32))
    first = pl.col("row").min().over("digest")
    return rows.select(pl.when(pl.col("digest").is_not_null()).then(first)).to_series()


def seal_for(values: Sequence[str | None], keys: Sequence[bytes | None], place: Place) -> list[bytes | None]:
    """Seal values for the persons or accounts with these keys; None where either is missing."""
    wanted = [value if key is not None else None for value, key in zip(values, keys, strict=True)]
    return seal_many(wanted, place=place, row_keys=[key or b"-" for key in keys])


def raw_texts(frame: pl.DataFrame) -> pl.Series:
    """Each row as received: one JSON object of the cells that hold something, by field or column."""
    cells = [name for name in frame.columns if name not in NOT_RAW]
    return frame.select(pl.struct(cells).struct.json_encode()).to_series()


class Received:
    """The rows of a submission as received, one text each, made part by part: all of them would double the memory."""

    def __init__(self, frames: Sequence[pl.DataFrame]) -> None:
        self._frames = frames

    def texts(self, start: int, stop: int) -> list[str]:
        """The rows from `start` up to `stop`, counted over all tables in order."""
        texts: list[str] = []
        for frame in self._frames:
            if start < frame.height and stop > 0:
                first = max(start, 0)
                texts += raw_texts(frame[first : min(stop, frame.height)]).to_list()
            start, stop = start - frame.height, stop - frame.height
        return texts


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
