"""Both languages are whole."""

import pytest
from django.utils.translation import override

from nuanliu.web.catalogue import FOLDER, PLURAL, compiled, read_messages
from tests.web import msgids


@pytest.fixture(scope="module")
def catalogue() -> dict[str, str]:
    return read_messages((FOLDER / "django.po").read_text(encoding="utf-8"))


def test_every_message_has_its_chinese(catalogue: dict[str, str]) -> None:
    with override("en"):
        asked = msgids.of_code() | msgids.of_templates()
    assert sorted(asked - {key for key, value in catalogue.items() if value}) == []


def test_nothing_is_translated_that_nobody_asks_for(catalogue: dict[str, str]) -> None:
    with override("en"):
        asked = msgids.of_code() | msgids.of_templates()
    assert sorted(catalogue.keys() - asked - {""}) == []


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
