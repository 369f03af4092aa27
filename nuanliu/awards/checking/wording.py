"""What the words of a row mean: category, tags, goods that may not be bought, and phone numbers."""

from collections.abc import Callable, Mapping

import polars as pl

from nuanliu.awards.checking.facts import Fault, found
from nuanliu.kernel.phones import check_phone
from nuanliu.kernel.text import normalize_label

PLAIN_MOBILE = "^1[3-9][0-9]{9}$"
SHOWN = 40
# Seven digits and more, whatever stands between them.
LONG_NUMBER = r"[0-9](?:[ \-]?[0-9]){5,}[0-9Xx]"
TAG_COLUMNS = ("tags", "reason", "category", "remark")


def check_categories(
    rows: pl.DataFrame, by_wording: Mapping[str, str]
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The rows with `category_code`, null where missing or unknown; and what was found."""
    rows = rows.with_columns(
        _mapped(rows["category"], lambda text: normalize_label(text) or None).alias("category_label"),
        _mapped(rows["category"], lambda text: by_wording.get(normalize_label(text))).alias("category_code"),
    )
    label = pl.col("category_label")
    unknown = label.is_not_null() & pl.col("category_code").is_null()
    return rows, found(
        rows,
        Fault(label.is_null(), "category", "category.missing"),
        Fault(unknown, "category", "category.unknown", "所填为“" + shown("category") + "”"),
    )


def read_tags(rows: pl.DataFrame, by_wording: Mapping[str, str]) -> pl.Series:
    """The codes of the key groups that tags, reason, category or remark name; a list for each row."""
    text = rows.select(pl.concat_str(TAG_COLUMNS, separator="|", ignore_nulls=True)).to_series().fill_null("")
    distinct = text.unique()
    codes = pl.DataFrame(
        {"text": distinct, "tag_codes": [tags_of(value, by_wording) for value in distinct]},
        schema={"text": pl.String, "tag_codes": pl.List(pl.String)},
    )
    return text.to_frame("text").join(codes, on="text", how="left", maintain_order="left")["tag_codes"]


def tags_of(text: str, by_wording: Mapping[str, str]) -> list[str]:
    """The codes whose wordings stand in the text, in alphabetical order."""
    label = normalize_label(text)
    return sorted({code for wording, code in by_wording.items() if wording in label})


def check_goods(rows: pl.DataFrame, forbidden: Callable[[pl.Series], pl.Series]) -> pl.DataFrame:
    """Goods that no warmth money may buy."""
    named = rows.with_columns(forbidden(rows["goods"]).alias("forbidden"))
    detail = pl.format("“{}”含“{}”", shown("goods"), pl.col("forbidden"))
    return found(named, Fault(pl.col("forbidden").is_not_null(), "goods", "goods.prohibited", detail))[0]


def shown(column: str) -> pl.Expr:
    """What stands in a cell, for a message: shortened, and without a number that a person may have put there."""
    text = pl.col(column).str.normalize("NFKC").str.slice(0, SHOWN)
    return text.str.replace_all(LONG_NUMBER, "***")


def check_phones(rows: pl.DataFrame) -> pl.DataFrame:
    """Phones that are neither mobile nor landline numbers."""
    phone = rows["phone"]
    unusual = phone.filter(~phone.str.contains(PLAIN_MOBILE)).unique()
    wrong = [value for value in unusual.drop_nulls() if check_phone(value)]
    return found(rows, Fault(pl.col("phone").is_in(wrong), "phone", "phone.format"))[0]


def _mapped(values: pl.Series, read: Callable[[str], str | None]) -> pl.Series:
    """A function of the text, computed once for each distinct value."""
    distinct = values.drop_nulls().unique()
    return values.replace_strict(
        distinct, [read(value) for value in distinct], default=None, return_dtype=pl.String
    )
