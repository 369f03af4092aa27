"""The initials by which people look up a name: 张三丰 is zsf."""

import polars as pl
from pypinyin import Style, lazy_pinyin

LONGEST = 20


def initials_of(names: pl.Series) -> pl.Series:
    """The first letter of each character's commonest sound, for a column; other characters in lower case."""
    characters = names.drop_nulls().unique().str.split("").explode().unique().drop_nulls().to_list()
    letters = [
        lazy_pinyin(character, style=Style.FIRST_LETTER)[0][:1] if character else ""
        for character in characters
    ]
    return names.str.replace_many(characters, letters).str.to_lowercase().str.slice(0, LONGEST)
