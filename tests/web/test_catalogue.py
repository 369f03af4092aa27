"""Both languages are whole."""

from collections import Counter

import pytest
from django.utils.translation import override

from nuanliu.web.catalogue import FOLDER, PLURAL, compiled, messages_of_all, read_messages
from tests.web import msgids


@pytest.fixture(scope="module")
def catalogue() -> dict[str, str]:
    return messages_of_all()


def test_every_message_has_its_chinese(catalogue: dict[str, str]) -> None:
    with override("en"):
        asked = msgids.of_code() | msgids.of_templates()
    assert sorted(asked - {key for key, value in catalogue.items() if value}) == []


def test_nothing_is_translated_that_nobody_asks_for(catalogue: dict[str, str]) -> None:
    with override("en"):
        asked = msgids.of_code() | msgids.of_templates()
    assert sorted(catalogue.keys() - asked - {""}) == []


def test_a_message_is_translated_in_one_place() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.po")]
    found = Counter(key for text in texts for key in read_messages(text) if key)
    assert [key for key, count in found.items() if count > 1] == []


def test_what_django_reads_is_what_people_wrote(catalogue: dict[str, str]) -> None:
    assert (FOLDER / "django.mo").read_bytes() == compiled(catalogue)


def test_a_translation_keeps_the_placeholders(catalogue: dict[str, str]) -> None:
    def placeholders(text: str) -> set[str]:
        return {part.split(")")[0] for part in text.split("%(")[1:]}

    changed = {
        key
        for key, value in catalogue.items()
        if key and placeholders(key.split(PLURAL)[-1]) != placeholders(value)
    }
    assert changed == set()
