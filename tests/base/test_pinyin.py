"""Sounds of characters, alone and in context, and the memory that only context costs."""

import subprocess
import sys

from nuanliu.base.pinyin import first_letters, initials, sounds


def test_a_character_alone_has_its_commonest_sound() -> None:
    assert first_letters(["张", "行", "A", "·", ""]) == ["z", "x", "A", "·", ""]


def test_in_a_phrase_a_character_has_the_sound_of_the_phrase() -> None:
    assert sounds("行业工会") == ["hang", "ye", "gong", "hui"]
    assert "".join(initials("重庆银行")) == "cqyh"


def test_who_asks_for_no_phrase_loads_none() -> None:
    script = (
        "import sys; from nuanliu.base.pinyin import first_letters, sounds; first_letters('行')\n"
        "assert 'pypinyin.phrases_dict' not in sys.modules\n"
        "print(*sounds('行业'))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "hang ye\n"
