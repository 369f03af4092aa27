-- Persons and accounts belong to no union. The application sees those whom its subtree has filed or given to
-- (people_connection), and writes them through the functions below alone. The functions belong to the matcher, who
-- sees everybody; they return keys and yes or no, never a personal value.

-- Each connection is changed once, when the person is given something.
ALTER TABLE people_connection SET (fillfactor = 55);

REVOKE INSERT, UPDATE, DELETE ON people_person, people_bankaccount, people_connection, people_formerphone FROM nuanliu_app;
REVOKE DELETE ON people_household, people_householdmember FROM nuanliu_app;
GRANT SELECT, INSERT, UPDATE ON people_person, people_bankaccount TO nuanliu_matcher;
GRANT SELECT, INSERT, UPDATE ON people_connection TO nuanliu_matcher;
GRANT INSERT ON people_formerphone TO nuanliu_matcher;
GRANT SELECT ON people_household, people_householdmember TO nuanliu_matcher;

-- The caller's question table is read and completed with the matcher's rights, so it must be a plain temporary table
-- of built-in types: a view, a trigger, a check, an index on an expression, a generated column or a type with casts of
-- its own would run the caller's code as the matcher.
CREATE OR REPLACE FUNCTION people_plain_table(wanted text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    question oid := to_regclass('pg_temp.' || quote_ident(wanted));
BEGIN
    IF question IS NULL OR NOT EXISTS (
        SELECT FROM pg_class
        WHERE oid = question AND relkind = 'r' AND relpersistence = 't' AND relchecks = 0
          AND NOT (relhassubclass OR relhasrules OR relhastriggers OR relhasindex OR relrowsecurity)
    ) OR EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = question AND attnum > 0 AND NOT attisdropped AND (atttypid >= 16384 OR attgenerated <> '')
    ) THEN
        RAISE EXCEPTION 'pg_temp.% is not a plain temporary table', wanted USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION people_in_scope(path text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(
        path COLLATE "C" >= nullif(current_setting('app.lo', true), '')
        AND path COLLATE "C" < nullif(current_setting('app.hi', true), ''), false)
$$;

-- The user for whom the scope was opened; none where the installation acts.
CREATE OR REPLACE FUNCTION people_who_asks() RETURNS uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT nullif(current_setting('app.user', true), '')::uuid
$$;

-- Whom of pg_temp.people_arrivals (arrival, identity_digest, account_digest, name) the record knows, and what it
-- has against them. Rows with nothing to tell are left out.
CREATE OR REPLACE FUNCTION people_find_arrivals()
RETURNS TABLE (arrival bigint, person_id uuid, name_differs boolean, deceased boolean, account_of_another boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM people_plain_table('people_arrivals');
    RETURN QUERY
    SELECT a.arrival::bigint, p.id,
           p.id IS NOT NULL AND a.name IS NOT NULL AND a.name <> p.name,
           p.deceased_on IS NOT NULL,
           b.id IS NOT NULL AND b.person_id IS DISTINCT FROM p.id
    FROM pg_temp.people_arrivals a
    LEFT JOIN people_person p ON p.identity_digest = a.identity_digest
    LEFT JOIN people_bankaccount b ON b.number_digest = a.account_digest
    WHERE p.id IS NOT NULL OR b.id IS NOT NULL;
END
$$;

-- Writes the persons, connections and accounts of pg_temp.people_arrivals that are not there yet, and puts the keys
-- of those that are into its columns person_key and account_key. The account a person gives last is the active one.
-- Mostly everybody on a list is new: then plain inserts do, at half the price of ON CONFLICT, and the first known
-- person or account turns to the way that asks for each.
CREATE OR REPLACE FUNCTION people_register_arrivals() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM people_plain_table('people_arrivals');
    IF EXISTS (
        -- OFFSET 0: each path is asked once, not each row.
        SELECT FROM (SELECT DISTINCT organization_path FROM pg_temp.people_arrivals OFFSET 0) AS arriving
        WHERE NOT people_in_scope(arriving.organization_path)
    ) THEN
        RAISE EXCEPTION 'arrivals outside of the scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    BEGIN
        PERFORM people_register_strangers();
    EXCEPTION WHEN unique_violation THEN
        PERFORM people_register_anybody();
    END;
END
$$;

CREATE OR REPLACE FUNCTION people_register_strangers() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Nothing is written in vain where a look shows that somebody is known.
    IF EXISTS (
        SELECT FROM pg_temp.people_arrivals a JOIN people_person p ON p.identity_digest = a.identity_digest
    ) THEN
        RAISE unique_violation;
    END IF;
    INSERT INTO people_person (id, name, initials, identity_sealed, identity_digest, identity_tail_digest,
                               phone_sealed, phone_digest, phone_told_on, gender, birth_year)
    SELECT person_key, name, initials, identity_sealed, identity_digest, identity_tail_digest,
           phone_sealed, phone_digest, told_on, gender, birth_year
    FROM pg_temp.people_arrivals;
    INSERT INTO people_connection (person_id, organization_path)
    SELECT person_key, organization_path FROM pg_temp.people_arrivals;
    INSERT INTO people_bankaccount (id, person_id, holder_name, bank, number_sealed, number_digest, number_tail, active,
                                    given_by_id)
    SELECT account_key, person_key, name, bank, account_sealed, account_digest, account_tail, true,
           (SELECT people_who_asks())
    FROM pg_temp.people_arrivals
    WHERE account_digest IS NOT NULL;
END
$$;

CREATE OR REPLACE FUNCTION people_register_anybody() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    with_account bigint;
    fresh bigint;
BEGIN
    INSERT INTO people_person (id, name, initials, identity_sealed, identity_digest, identity_tail_digest,
                               phone_sealed, phone_digest, phone_told_on, gender, birth_year)
    SELECT person_key, name, initials, identity_sealed, identity_digest, identity_tail_digest,
           phone_sealed, phone_digest, told_on, gender, birth_year
    FROM pg_temp.people_arrivals
    ON CONFLICT DO NOTHING;
    UPDATE pg_temp.people_arrivals a SET person_key = p.id
    FROM people_person p
    WHERE p.identity_digest = a.identity_digest AND p.id <> a.person_key;
    UPDATE people_bankaccount b SET active = false
    FROM pg_temp.people_arrivals a
    WHERE b.person_id = a.person_key AND b.active AND b.number_digest <> a.account_digest;

    INSERT INTO people_connection (person_id, organization_path)
    SELECT DISTINCT person_key, organization_path FROM pg_temp.people_arrivals
    ON CONFLICT (person_id, organization_path) DO UPDATE SET named_on = excluded.named_on
    WHERE people_connection.named_on < excluded.named_on;

    INSERT INTO people_bankaccount (id, person_id, holder_name, bank, number_sealed, number_digest, number_tail, active,
                                    given_by_id)
    SELECT account_key, person_key, name, bank, account_sealed, account_digest, account_tail, true,
           (SELECT people_who_asks())
    FROM pg_temp.people_arrivals
    WHERE account_digest IS NOT NULL
    ORDER BY arrival DESC
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS fresh = ROW_COUNT;
    SELECT count(account_digest) INTO with_account FROM pg_temp.people_arrivals;
    IF fresh <> with_account THEN
        PERFORM people_complete_accounts();
    END IF;
END
$$;

-- A person who gave two accounts keeps both, one active; an account that was there already keeps its key.
CREATE OR REPLACE FUNCTION people_complete_accounts() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO people_bankaccount (id, person_id, holder_name, bank, number_sealed, number_digest, number_tail, active,
                                    given_by_id)
    SELECT account_key, person_key, name, bank, account_sealed, account_digest, account_tail, false,
           (SELECT people_who_asks())
    FROM pg_temp.people_arrivals
    WHERE account_digest IS NOT NULL
    ON CONFLICT DO NOTHING;
    UPDATE pg_temp.people_arrivals a SET account_key = b.id
    FROM people_bankaccount b
    WHERE b.number_digest = a.account_digest AND b.id <> a.account_key;
    UPDATE people_bankaccount b SET active = true, given_by_id = (SELECT people_who_asks())
    FROM (
        SELECT DISTINCT ON (person_key) person_key, account_key
        FROM pg_temp.people_arrivals
        WHERE account_digest IS NOT NULL
        ORDER BY person_key, arrival DESC
    ) AS latest
    WHERE b.id = latest.account_key AND b.person_id = latest.person_key AND NOT b.active
      AND NOT EXISTS (SELECT FROM people_bankaccount o WHERE o.person_id = b.person_id AND o.active);
END
$$;

-- Another phone for persons known here, from pg_temp.people_phones (person_id, sealed, digest, told_on): the one of the
-- latest list stands, and the one before is kept. How many there were. A value is sealed for its person, so only who
-- holds the keys can write one that opens.
CREATE OR REPLACE FUNCTION people_renew_phones() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    renewed bigint;
BEGIN
    PERFORM people_plain_table('people_phones');
    PERFORM people_known_here(told.person_id) FROM pg_temp.people_phones told;
    WITH before AS (
        SELECT p.id, p.phone_sealed, p.phone_told_on, told.sealed, told.digest, told.told_on
        FROM pg_temp.people_phones told JOIN people_person p ON p.id = told.person_id
        WHERE p.phone_digest IS DISTINCT FROM told.digest AND coalesce(p.phone_told_on <= told.told_on, true)
        FOR UPDATE OF p
    ), kept AS (
        INSERT INTO people_formerphone (person_id, number_sealed, told_on, replaced_by_id)
        SELECT id, phone_sealed, phone_told_on, people_who_asks() FROM before WHERE phone_sealed IS NOT NULL
    )
    UPDATE people_person p
    SET phone_sealed = before.sealed, phone_digest = before.digest, phone_told_on = before.told_on
    FROM before WHERE p.id = before.id;
    GET DIAGNOSTICS renewed = ROW_COUNT;
    RETURN renewed;
END
$$;

-- Death is recorded once and by whoever has business with the person; it is taken back by nobody.
CREATE OR REPLACE FUNCTION people_record_death(person uuid, died_on date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM people_known_here(person);
    UPDATE people_person SET deceased_on = died_on WHERE id = person AND deceased_on IS NULL;
    RETURN FOUND;
END
$$;

-- Another account for a person: the number must be nobody else's; it becomes the active one, and who made it so is kept.
-- The function of seven arguments kept nobody.
DROP FUNCTION IF EXISTS people_change_account(uuid, uuid, text, text, bytea, bytea, text);
CREATE OR REPLACE FUNCTION people_change_account(
    person uuid, account uuid, holder text, bank_name text, sealed bytea, digest bytea, tail text, changed_by uuid
) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    kept uuid;
    owner uuid;
BEGIN
    PERFORM people_known_here(person);
    SELECT id, person_id INTO kept, owner FROM people_bankaccount WHERE number_digest = digest FOR UPDATE;
    IF owner IS DISTINCT FROM person AND owner IS NOT NULL THEN
        RAISE EXCEPTION 'the account belongs to another person' USING ERRCODE = 'unique_violation';
    END IF;
    UPDATE people_bankaccount SET active = false
    WHERE person_id = person AND active AND number_digest <> digest;
    INSERT INTO people_bankaccount (id, person_id, holder_name, bank, number_sealed, number_digest, number_tail, active,
                                    given_by_id)
    VALUES (account, person, holder, bank_name, sealed, digest, tail, true, changed_by)
    ON CONFLICT (number_digest) DO UPDATE SET active = true, bank = excluded.bank,
        given_by_id = CASE WHEN people_bankaccount.active THEN people_bankaccount.given_by_id ELSE changed_by END
    RETURNING id INTO kept;
    RETURN kept;
END
$$;

CREATE OR REPLACE FUNCTION people_known_here(person uuid) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM people_connection c WHERE c.person_id = person AND people_in_scope(c.organization_path)
    ) THEN
        RAISE EXCEPTION 'person unknown in this scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;

DO $$
DECLARE
    helper text;
BEGIN
    FOREACH helper IN ARRAY ARRAY[
        'people_plain_table(text)', 'people_in_scope(text)', 'people_complete_accounts()', 'people_known_here(uuid)',
        'people_register_strangers()', 'people_register_anybody()',
        'people_find_arrivals()', 'people_register_arrivals()', 'people_renew_phones()', 'people_record_death(uuid, date)',
        'people_change_account(uuid, uuid, text, text, bytea, bytea, text, uuid)', 'people_who_asks()'
    ] LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO nuanliu_matcher', helper);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', helper);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO nuanliu_app', helper);
    END LOOP;
END
$$;

-- Who is seen, and whose accounts: read by key, one probe of the connection's primary key each. OFFSET 0: else the
-- server reads all connections of a city beforehand, for a page of fifty.
DO $$
DECLARE
    seen record;
BEGIN
    FOR seen IN SELECT * FROM (VALUES ('people_person', 'id'), ('people_bankaccount', 'person_id'), ('people_formerphone', 'person_id')) AS t (name, key) LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', seen.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', seen.name);
        EXECUTE format('DROP POLICY IF EXISTS connected ON %I', seen.name);
        EXECUTE format($policy$
            CREATE POLICY connected ON %1$I FOR SELECT TO nuanliu_app, nuanliu_auditor USING (EXISTS (
                SELECT FROM people_connection c
                WHERE c.person_id = %1$I.%2$I
                  AND c.organization_path >= nullif(current_setting('app.lo', true), '')
                  AND c.organization_path < nullif(current_setting('app.hi', true), '')
                OFFSET 0
            ))$policy$, seen.name, seen.key);
    END LOOP;
END
$$;
