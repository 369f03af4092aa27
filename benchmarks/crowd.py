"""A city around a district's demonstration: invented people with sealed numbers and accounts, a fifth with awards.

Their numbers pass every check and belong to nobody; the superuser copies them in with all triggers asleep, for the
actions are measured elsewhere.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from uuid import UUID

from psycopg import Connection

from benchmarks import world
from benchmarks.make_list import GIVEN, SURNAMES

CHUNK = 50_000
# Regions that no made list of the demonstration uses, so that nobody is there twice.
REGIONS = ("320102", "320205", "320411", "330106", "330203", "330402", "340202", "340604", "360103", "370202")
FIRST_BIRTHDAY = date(1950, 1, 1)
PEOPLE = (
    "id", "name", "initials", "identity_sealed", "identity_digest", "identity_tail_digest", "gender", "birth_year",
)  # fmt: skip
ACCOUNTS = (
    "id",
    "person_id",
    "holder_name",
    "bank",
    "number_sealed",
    "number_digest",
    "number_tail",
    "active",
)
TYPES = {
    "people_person": ["uuid", "text", "text", "bytea", "bytea", "bytea", "text", "int2"],
    "people_bankaccount": ["uuid", "uuid", "text", "text", "bytea", "bytea", "text", "bool"],
}
SPREAD = """
    CREATE TEMPORARY TABLE crowd AS
    SELECT person.id AS person, account.id AS account, district.id AS organization, district.path,
           row_number() OVER () AS number
    FROM people_person person
    JOIN people_bankaccount account ON account.person_id = person.id
    JOIN (SELECT id, path, row_number() OVER (ORDER BY path) - 1 AS place, count(*) OVER () AS places
          FROM organizations_organization WHERE level = 'district' AND kind = 'union') district
      ON district.place = abs(hashtext(person.id::text)) % district.places
    WHERE NOT EXISTS (SELECT FROM people_connection WHERE person_id = person.id)
"""
CONNECTIONS = "INSERT INTO people_connection (person_id, organization_path) SELECT person, path FROM crowd"
AWARDS = """
    INSERT INTO awards_award (organization_id, organization_path, campaign_id, person_id, account_id, category_id,
        tags, form, cash_fen, goods_fen, goods, fund_id, plan_id, standard_id, basis, basis_id, state, live,
        business_date, delivered_on)
    SELECT organization, path, model.campaign_id, person, account, 'C' || 1 + number % 11,
           CASE WHEN number % 10 = 0 THEN ARRAY['NEW_EMPLOYMENT_FORM'] ELSE '{}' END,
           'cash', 50000 + number % 100, 0, '', model.fund_id, model.plan_id, model.standard_id, model.basis, number,
           'delivered', true, model.business_date, model.business_date + (number % 20)::int
    FROM crowd CROSS JOIN (SELECT * FROM awards_award WHERE state = 'delivered' ORDER BY id LIMIT 1) AS model
    WHERE number % 5 = 0
"""


def gather(rows: int) -> None:
    """So many people over the districts, each with an account, every fifth with an award."""
    with world.superuser() as connection, connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for start in range(0, rows, CHUNK):
            _copy(connection, start, min(CHUNK, rows - start))
        for statement in ("ANALYZE people_person, people_bankaccount", SPREAD, CONNECTIONS, AWARDS):
            connection.execute(statement)
    with world.superuser() as connection:
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _copy(connection: Connection, start: int, count: int) -> None:
    people, accounts = zip(*_invented(start, count), strict=True)
    for table, columns, rows in (
        ("people_person", PEOPLE, people),
        ("people_bankaccount", ACCOUNTS, accounts),
    ):
        names = ", ".join(columns)
        with connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(TYPES[table])
            for row in rows:
                copy.write_row(row)


def _invented(start: int, count: int) -> Iterator[tuple[tuple, tuple]]:
    """A person and the person's account, `count` times; the same start gives the same numbers."""
    from nuanliu.base.crypto import Place, blind_many, seal_many

    random = Random(start + 7)
    numbers = [_identity(start + one) for one in range(count)]
    cards = [f"62284801{start + one:011d}" for one in range(count)]
    ids = [UUID(int=random.getrandbits(128), version=4) for _ in range(2 * count)]
    keys, account_keys = [one.bytes for one in ids[:count]], [one.bytes for one in ids[count:]]
    columns = zip(
        ids[:count],
        ids[count:],
        numbers,
        seal_many(numbers, place=Place("people_person", "identity_sealed"), row_keys=keys),
        blind_many(numbers, purpose="identity"),
        blind_many([number[-4:] for number in numbers], purpose="identity_tail"),
        cards,
        seal_many(cards, place=Place("people_bankaccount", "number_sealed"), row_keys=account_keys),
        blind_many(cards, purpose="account"),
        strict=True,
    )
    for key, account, number, sealed, digest, tail, card, card_sealed, card_digest in columns:
        name = random.choice(SURNAMES) + "".join(random.choices(GIVEN, k=2))
        gender = "M" if int(number[16]) % 2 else "F"
        yield (
            (key, name, "", sealed, digest, tail, gender, int(number[6:10])),
            (account, key, name, "上海银行", card_sealed, card_digest, card[-4:], True),
        )


def _identity(ordinal: int) -> str:
    """A number nobody else of the crowd has: ten thousand share a birthday, and differ in region and sequence."""
    from nuanliu.kernel.identity import check_character

    birthday = FIRST_BIRTHDAY + timedelta(days=ordinal // 10_000 * 179 % 18_000)
    body = f"{REGIONS[ordinal % len(REGIONS)]}{birthday:%Y%m%d}{ordinal // len(REGIONS) % 1000:03d}"
    return body + check_character(body)
