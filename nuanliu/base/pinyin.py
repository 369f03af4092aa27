"""The sounds of Chinese characters, alone and in context: 行 is xing, but 行业 is hangye.

The dictionary of phrases takes 42 MB; it is loaded when somebody first asks for sounds in context.
"""

import os
from collections.abc import Iterable
from functools import cache, lru_cache

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin import Style, lazy_pinyin, load_phrases_dict, pinyin
from pypinyin.seg.simpleseg import seg


def first_letters(characters: Iterable[str]) -> list[str]:
    """The first letter of each character's commonest sound; of what is no Chinese character, its first character."""
    return [
        lazy_pinyin(character, style=Style.FIRST_LETTER)[0][:1] if character else ""
        for character in characters
    ]


def sounds(text: str) -> list[str]:
    """The syllables of a text, each as it sounds in its phrase."""
    return _by_phrases(text, Style.NORMAL)


def readings(text: str) -> list[list[str]]:
    """All sounds of each character by itself, without the dictionary of phrases: 单 is dan, shan and chan."""
    return [list(sounds) for sounds in pinyin(text, style=Style.NORMAL, heteronym=True)]


def initials(text: str) -> list[str]:
    """The first letters of a text's syllables, each as it sounds in its phrase."""
    return _by_phrases(text, Style.FIRST_LETTER)


def _by_phrases(text: str, style: Style) -> list[str]:
    """The same few phrases come again and again in the names of unions: each is looked up once."""
    _learn_phrases()
    return [sound for phrase in seg(text) for sound in _sounds_of(phrase, style)]


@lru_cache(maxsize=20_000)
def _sounds_of(phrase: str, style: Style) -> tuple[str, ...]:
    return tuple(lazy_pinyin(phrase, style=style))


@cache
def _learn_phrases() -> None:
    from pypinyin.phrases_dict import phrases_dict

    load_phrases_dict(phrases_dict)
