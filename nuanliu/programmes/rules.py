"""What a standard allows and which goods are forbidden. Pure: plain facts in, codes out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import polars as pl

from nuanliu.kernel.text import INVISIBLE, NO_SPACES, compiled, folded
from nuanliu.programmes.states import Per


class Limit(Protocol):
    """What a line of a standard allows, in fen."""

    cash_fen: int
    goods_fen: int
    convertible: bool


@dataclass(frozen=True, slots=True)
class StandardSum:
    """The sum that one category gets. `convertible` lets cash replace goods, up to the sum."""

    cash_fen: int
    goods_fen: int = 0
    convertible: bool = False
    per: str = Per.PERSON


@dataclass(frozen=True, slots=True)
class ProhibitedWord:
    """A word that names prohibited goods, and longer words in which it means something else."""

    word: str
    exceptions: tuple[str, ...] = ()
    source: str = ""


def judge_amount(line: Limit | None, cash_fen: int, goods_fen: int) -> str | None:
    """The finding code for a gift of cash and goods under a line; None when it is as the line says.

    S2 Art. 7: 统一明确慰问标准, 不得搞特殊化慰问 (R-026). Above is refused, below is a warning. Goods may stand for
    cash; cash stands for goods only where the line is convertible.
    """
    if line is None:
        return "standard.missing"
    total, allowed = cash_fen + goods_fen, line.cash_fen + line.goods_fen
    if total > allowed or (cash_fen > line.cash_fen and not line.convertible):
        return "standard.exceeded"
    return "standard.below" if total < allowed else None


def counts_on(starts_on: date, ends_on: date, day: date) -> bool:
    """Whether a gift of this day belongs to a campaign's window, both ends included.

    The window alone tells: the day on which the notice was printed does not (R-068).
    """
    return starts_on <= day <= ends_on


def prohibited(goods: str, words: Sequence[ProhibitedWord]) -> ProhibitedWord | None:
    """The first of the words that the text names goods by (R-049); None when it names none."""
    return _first_named(_comparable(goods), words)


def prohibited_column(goods: pl.Series, words: Sequence[ProhibitedWord]) -> pl.Series:
    """`prohibited` for a column: the word found, null where there is none.

    One pass finds the texts that hold any word at all; the rule itself then judges each distinct one of them.
    """
    found = {
        text: word.word for text, tight in _suspects(goods, words) if (word := _first_named(tight, words))
    }
    if not found:
        return pl.Series(goods.name, [None] * len(goods), dtype=pl.String)
    return goods.replace_strict(list(found), list(found.values()), default=None, return_dtype=pl.String)


def _suspects(goods: pl.Series, words: Sequence[ProhibitedWord]) -> Iterator[tuple[str, str]]:
    """Distinct texts that hold a word, each with itself made comparable."""
    distinct = goods.drop_nulls().unique()
    if distinct.is_empty():
        return iter(())
    tight = distinct.str.replace_all(INVISIBLE, "").str.normalize("NFKC").str.to_uppercase()
    tight = tight.str.normalize("NFKC").str.replace_all(r"\s+", "")
    suspect = tight.str.contains_any([word.word for word in words])
    return zip(distinct.filter(suspect), tight.filter(suspect), strict=True)


def _first_named(text: str, words: Sequence[ProhibitedWord]) -> ProhibitedWord | None:
    return next((word for word in words if word.word in text and _names(text, word)), None)


def _names(text: str, word: ProhibitedWord) -> bool:
    if not word.exceptions:
        return True
    # A mark in its place: what stands on both sides of an excuse must not join to a new word.
    longest_first = sorted(word.exceptions, key=len, reverse=True)
    return word.word in compiled("|".join(map(re.escape, longest_first))).sub("|", text)


def _comparable(text: str) -> str:
    return NO_SPACES.apply(folded(text))
