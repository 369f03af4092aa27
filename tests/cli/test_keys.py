"""Keys are made once, added and come into use while everybody works; nothing sealed before is lost or missed."""

from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connections
from typer.testing import CliRunner

from nuanliu.access.mfa import ANY_ROW, PLACE
from nuanliu.access.models import User
from nuanliu.awards.actions import accept_rows, correct_row
from nuanliu.awards.models import RosterRow
from nuanliu.base.crypto import open_, open_many, vault
from nuanliu.base.crypto.fields import sealed_fields
from nuanliu.base.crypto.resealing import SealedColumn, present_header, reseal_column, standing
from nuanliu.base.scope import Scope, scoped
from nuanliu.cli.main import app, assemble
from nuanliu.demo.cast import TOTP_SECRET
from nuanliu.evidence.models import EvidenceFile
from nuanliu.evidence.queries import content_of
from nuanliu.operations.sealed_places import ACCOUNT, IDENTITY, PHONE, columns
from nuanliu.people.models import BankAccount, Person
from tests.awards.conftest import JIADING, build_world, file_of
from tests.awards.making import People, list_of
from tests.cast import Cast
from tests.support.database import TestDatabase

SM4 = "sm4-gcm"
type Rows = Callable[..., list[tuple[Any, ...]]]

assemble()


def nuanliu(*arguments: str) -> tuple[int, str]:
    """Exit status and words of the command."""
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def own_keys(settings: Any, tmp_path: Path) -> None:
    settings.NUANLIU_KEYS_DIR = tmp_path / "keys"


@contextmanager
def sealing_with(settings: Any, cipher: str) -> Iterator[None]:
    before, settings.NUANLIU_CIPHER = settings.NUANLIU_CIPHER, cipher
    yield
    settings.NUANLIU_CIPHER = before


@pytest.fixture
def accepted(cast: Cast) -> None:
    """A list of 2,000 with a corrected phone, accepted and committed, sealed with key 1."""
    with scoped(Scope.for_path(JIADING)):
        world = build_world(cast)
        imported = world.submit(file_of("list-c-clean-2000.xlsx"))
        row = RosterRow.objects.filter(roster=imported.roster).earliest("id")
        correct_row(row, field="phone", value="13916002222", reason="核对更正", by=cast.clerk)
        accept_rows(imported.roster, by=cast.clerk)


def people_numbers() -> SealedColumn:
    return next(column for column in columns() if str(column) == "people_person.identity_sealed")


def values(as_superuser: Rows, column: SealedColumn) -> list[str | None]:
    """What the column's values open to, in the order of their rows."""
    rows = as_superuser(
        f"SELECT {column.row_key}, {column.column} FROM {column.table} WHERE {column.column} IS NOT NULL ORDER BY id"
    )
    return open_many([row[1] for row in rows], place=column.place, row_keys=[bytes(row[0]) for row in rows])


def test_keys_are_made_once(tmp_path: Path) -> None:
    assert nuanliu("keys", "create")[0] == 0
    ring = (tmp_path / "keys" / "keyring.json").read_bytes()
    signing = (tmp_path / "keys" / "audit-signing.key.pem").read_bytes()
    assert nuanliu("keys", "create")[0] == 0
    assert (tmp_path / "keys" / "keyring.json").read_bytes() == ring
    assert (tmp_path / "keys" / "audit-signing.key.pem").read_bytes() == signing


def test_an_added_key_seals_from_now_on_and_the_old_one_stays() -> None:
    nuanliu("keys", "create")
    assert present_header() == b"\x11\x00\x01"
    status, words = nuanliu("keys", "add")
    assert (status, words.startswith("Key 2 (aes-256-gcm)")) == (0, True)
    assert present_header() == b"\x11\x00\x02"
    assert sorted(vault().file.ring().data_keys) == [1, 2]


def test_a_key_for_another_cipher_waits_until_the_cipher_is_set(settings: Any) -> None:
    nuanliu("keys", "create")
    assert "NUANLIU_CIPHER=sm4-gcm" in nuanliu("keys", "add", "--cipher", SM4)[1]
    assert present_header() == b"\x11\x00\x01"
    with sealing_with(settings, SM4):
        assert present_header() == b"\x12\x00\x02"


def test_an_unknown_cipher_and_a_missing_ring_change_nothing(tmp_path: Path) -> None:
    assert nuanliu("keys", "add", "--cipher", "rot13")[0] == 2
    assert nuanliu("keys", "add")[0] == 2
    assert not (tmp_path / "keys" / "keyring.json").exists()


@pytest.mark.django_db
def test_every_sealed_column_of_the_catalogue_is_resealed(raw_sql: Rows) -> None:
    found = raw_sql(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name LIKE '%%\\_sealed' AND data_type = 'bytea'"
    )
    assert {(column.table, column.column) for column in columns()} == set(found)
    places = {(field.model._meta.db_table, field.column): field.place for field in sealed_fields()}
    assert {(column.table, column.column): column.place for column in columns()} == places


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_everything_comes_under_the_new_key_and_says_the_same(
    accepted: None, settings: Any, as_superuser: Rows
) -> None:
    before = {str(column): values(as_superuser, column) for column in columns()}
    assert len(before["people_person.identity_sealed"]) == 2000
    assert before["awards_correction.value_sealed"] == ["13916002222"]
    assert nuanliu("keys", "add", "--cipher", SM4)[0] == 0
    with sealing_with(settings, SM4):
        assert standing(people_numbers()).stale == 2000
        assert nuanliu("keys", "reseal")[0] == 0
        assert [standing(column).stale for column in columns()] == [0] * len(columns())
        assert {str(column): values(as_superuser, column) for column in columns()} == before
        with scoped(Scope.for_path("/")):
            assert [len(content_of(file)) > 0 for file in EvidenceFile.objects.all()] == [True]
        sealed = [b64decode(factor.data["secret"]) for factor in Authenticator.objects.all()]
        assert len(sealed) == User.objects.filter(is_demonstration=True).count()
        assert {secret[:3] for secret in sealed} == {present_header()}
        assert {open_(secret, place=PLACE, row_key=ANY_ROW) for secret in sealed} == {TOTP_SECRET}
        again = nuanliu("keys", "reseal")[1]
        assert all(line.split()[-2] == "0" for line in again.splitlines())


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("resealed", [True, False])
def test_numbers_staged_under_one_key_and_accepted_under_another_open(
    cast: Cast, settings: Any, resealed: bool
) -> None:
    number, account = "310114198001012445", "6222021001020003049"
    person = People()(identity_number=number, account=account, phone="13916002222")
    with scoped(Scope.for_path(JIADING)):
        roster = build_world(cast).submit(list_of(person)).roster
    nuanliu("keys", "add", "--cipher", SM4)
    with sealing_with(settings, SM4):
        if resealed:
            assert nuanliu("keys", "reseal")[0] == 0
        with scoped(Scope.for_path(JIADING)):
            assert accept_rows(roster, by=cast.clerk).rows == 1
            held, paid = Person.objects.get(), BankAccount.objects.get()
            values = (held.identity_sealed, held.phone_sealed, paid.number_sealed)
            keys = (held.pk, held.pk, paid.pk)
        assert {bytes(value)[:3] == present_header() for value in values} == {resealed}
        opened = [
            open_(value, place=place, row_key=key)
            for value, place, key in zip(values, (IDENTITY, PHONE, ACCOUNT), keys, strict=True)
        ]
        assert opened == [number, "13916002222", account]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_resealing_goes_on_where_it_was_cut(accepted: None, settings: Any) -> None:
    nuanliu("keys", "add", "--cipher", SM4)
    people = people_numbers()
    with sealing_with(settings, SM4):
        cut = reseal_column(people, batch_rows=700)
        assert next(cut) == 700
        cut.close()
        connections["owner"].close()
        assert standing(people).stale == 1300
        assert list(reseal_column(people, batch_rows=700)) == [700, 600]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_resealing_waits_for_nobody_and_returns_for_what_others_held(
    accepted: None, settings: Any, test_database: TestDatabase
) -> None:
    nuanliu("keys", "add", "--cipher", SM4)
    people = people_numbers()
    with sealing_with(settings, SM4), test_database.superuser() as other:
        with other.transaction():
            other.execute("SELECT FROM people_person ORDER BY id LIMIT 10 FOR UPDATE")
            batches = reseal_column(people)
            assert next(batches) == 1990
        assert sum(batches) == 10


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_nobody_may_change_sealed_columns_but_while_resealing(accepted: None, as_superuser: Rows) -> None:
    nuanliu("keys", "add")
    nuanliu("keys", "reseal")
    rights = as_superuser(
        "SELECT table_name, column_name FROM information_schema.column_privileges"
        " WHERE grantee = 'nuanliu_matcher' AND privilege_type = 'UPDATE' AND table_name LIKE 'awards_%'"
        " AND column_name LIKE '%_sealed'"
    )
    asleep = as_superuser("SELECT tgname FROM pg_trigger WHERE tgenabled = 'D'")
    assert (rights, asleep) == ([], [])
