"""Sealed columns are marked, can be listed, and take nothing that is not sealed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from nuanliu.base.crypto import Place, SealBroken, open_, seal
from nuanliu.base.crypto.configuration import configuration
from nuanliu.base.crypto.fields import SealedField, sealed_fields

ROW = b"row-of-wang-xiu0"

type Sql = Callable[..., list[tuple[Any, ...]]]


def field_of(model: str, name: str) -> SealedField:
    field = apps.get_model(model)._meta.get_field(name)
    assert isinstance(field, SealedField)
    return field


def test_the_sealed_columns_are_listed_with_their_places() -> None:
    places = {str(field.place) for field in sealed_fields()}
    assert {"people_person.identity_sealed", "people_person.phone_sealed"} <= places
    assert not any(field.editable for field in sealed_fields())


def test_a_staged_column_is_sealed_for_the_column_its_values_end_in() -> None:
    field = SealedField(null=True, sealed_for="people_person.identity_sealed")
    assert field.place == Place("people_person", "identity_sealed")
    _, path, args, kwargs = field.deconstruct()
    assert path == "nuanliu.base.crypto.fields.SealedField"
    assert SealedField(*args, **kwargs).place == field.place
    assert SealedField(*args, **kwargs).null is True


def test_the_functions_of_the_package_use_the_keys_of_the_settings(settings: Any) -> None:
    place = field_of("people.Person", "identity_sealed").place
    sealed = seal("310101198001011234", place=place, row_key=ROW)
    assert open_(sealed, place=place, row_key=ROW) == "310101198001011234"
    assert (configuration().keys_dir / "keyring.json").exists()
    with pytest.raises(SealBroken):
        open_(sealed, place=field_of("people.Person", "phone_sealed").place, row_key=ROW)


@pytest.mark.django_db
def test_every_sealed_column_is_checked_by_the_database(raw_sql: Sql) -> None:
    rows = raw_sql(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'"
    )
    for field in sealed_fields():
        table = field.model._meta.db_table
        definitions = [
            text for owner, text in rows if owner == table and f"get_byte({field.column}, 0)" in text
        ]
        assert len(definitions) == 1, f"{table}.{field.column}"


@pytest.mark.django_db
@pytest.mark.parametrize("plain", ["310101198001011234", "", "3" * 60, "\x11" + "3" * 10])
def test_plain_text_does_not_pass_the_check_and_a_sealed_value_does(raw_sql: Sql, plain: str) -> None:
    field = field_of("people.Person", "identity_sealed")
    statement = f"SELECT {field.db_check(connection)} FROM (VALUES (%s::bytea)) AS row (identity_sealed)"
    assert raw_sql(statement, [plain.encode()]) == [(False,)]
    assert raw_sql(statement, [seal(plain, place=field.place, row_key=ROW)]) == [(True,)]
    assert raw_sql(statement, [None]) == [(None,)]
