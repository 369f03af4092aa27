"""Characters that the typeface lacks are found before they print as empty boxes."""

from nuanliu.base.documents import unprintable


def test_common_and_rare_characters_of_names_can_be_printed() -> None:
    assert (
        unprintable(["王秀英", "䶮㛃龘丂", "买买提·吐尔逊", "C1-C11（元）￥①", "a\u200bb", ""]) == frozenset()
    )


def test_what_would_be_an_empty_box_is_named() -> None:
    assert unprintable(["𠮷野", "王🙂", "甲\x01乙"]) == {"𠮷", "🙂", "\x01"}
