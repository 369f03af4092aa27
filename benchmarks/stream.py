"""A stream of awards that nobody gave: a fixture for reads, filled in by the superuser with nearly all triggers asleep.

Thirty of them are of C6 and thirty carry the tag of J1: what is rare in a city is what a page is longest in finding.
"""

from benchmarks import world

UNIONS = 1_000
SEALED = "decode(repeat('11', 40), 'hex')"

PERSONS = f"""
    INSERT INTO people_person (id, name, initials, identity_sealed, identity_digest, identity_tail_digest, gender,
        birth_year)
    SELECT md5('person' || number)::uuid, '张' || number, 'Z', {SEALED}, sha256(('p' || number)::bytea),
           sha256((number %% 10000)::text::bytea), 'M', 1970
    FROM generate_series(1, %(rows)s) number
"""
CONNECTIONS = """
    INSERT INTO people_connection (person_id, organization_path)
    SELECT md5('person' || number)::uuid, '/0/31/' || lpad((101 + number %% 16)::text, 3, '0') || '/'
    FROM generate_series(1, %(rows)s) number
"""
AWARDS = """
    INSERT INTO awards_award (organization_id, organization_path, campaign_id, roster_id, person_id, account_id,
        category_id, tags, form, cash_fen, goods_fen, goods, fund_id, plan_id, standard_id, basis, basis_id,
        state, live, business_date, delivered_on)
    SELECT district.id,
           format('/0/31/%%s/%%s/', 101 + number %% 16, lpad((number %% %(unions)s)::text, 4, '0')),
           campaign.id, md5('roster' || number %% %(unions)s)::uuid, md5('person' || number)::uuid,
           md5('account' || number)::uuid,
           CASE WHEN number %% 11 = 5 AND number > 330 THEN 'C7' ELSE 'C' || 1 + number %% 11 END,
           CASE WHEN number %% 10 = 0 THEN ARRAY['NEW_EMPLOYMENT_FORM']
                WHEN number %% 100 = 7 AND number < 3000 THEN ARRAY['EPIDEMIC_FRONTLINE'] ELSE '{}' END,
           'cash', 50000 + number %% 100, 0, '', campaign.id, campaign.id, campaign.id, 'roster_row', number,
           'delivered', true, campaign.starts_on + 20, campaign.starts_on + 20 + (number %% 20)::int
    FROM generate_series(1, %(rows)s) number
    CROSS JOIN (SELECT id, starts_on FROM programmes_campaign LIMIT 1) AS campaign
    CROSS JOIN (SELECT id FROM organizations_organization WHERE path = '/0/31/114/') AS district
"""


def fill(rows: int) -> None:
    """So many awards over sixteen districts and a thousand unions, delivered, one for each person."""
    world.fresh()
    with world.superuser() as connection, connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        for statement in (PERSONS, CONNECTIONS, AWARDS):
            connection.execute(statement, {"rows": rows, "unions": UNIONS})
    with world.superuser() as connection:
        connection.execute("VACUUM ANALYZE awards_award, people_person, people_connection")
