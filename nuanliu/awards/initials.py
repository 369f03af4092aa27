"""The initials by which people look up a name: 张三丰 is zsf."""

import polars as pl

from nuanliu.base.pinyin import first_letters

LONGEST = 20


def initials_of(names: pl.Series) -> pl.Series:
    """The first letter of each character's commonest sound, for a column; other characters in lower case."""
    characters = names.drop_nulls().unique().str.split("").explode().unique().drop_nulls().to_list()
    return (
        names.str.replace_many(characters, first_letters(characters)).str.to_lowercase().str.slice(0, LONGEST)
    )
