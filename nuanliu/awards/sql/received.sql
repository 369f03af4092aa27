-- What people receive, told in two ways: to the lists of people, which union gave to whom last (people_connection);
-- and to a reader who knows a person, what was given to that person anywhere.

-- A delivered award is final, so what is noted here is never taken back.
CREATE OR REPLACE FUNCTION awards_note_aid() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM changed WHERE state = 'delivered') THEN
        RETURN NULL;
    END IF;
    -- Planned for the rows it brings; see awards_judge_changes.
    EXECUTE $note$
    UPDATE people_connection c SET last_aid_on = given.on_day
    FROM (
        SELECT n.person_id, n.organization_path, max(n.delivered_on) AS on_day
        FROM changed n JOIN earlier o ON o.id = n.id
        WHERE n.state = 'delivered' AND o.state <> 'delivered'
        GROUP BY n.person_id, n.organization_path
    ) AS given
    WHERE c.person_id = given.person_id AND c.organization_path = given.organization_path
      AND (c.last_aid_on IS NULL OR c.last_aid_on < given.on_day)
    $note$;
    EXECUTE $note$
    UPDATE people_connection c SET is_shared = true
    FROM (SELECT DISTINCT person_id FROM changed WHERE state = 'delivered') AS given
    WHERE c.person_id = given.person_id AND c.last_aid_on IS NOT NULL AND NOT c.is_shared
      AND EXISTS (
          SELECT FROM people_connection another
          WHERE another.person_id = c.person_id AND another.organization_path <> c.organization_path
            AND another.last_aid_on IS NOT NULL
      )
    $note$;
    RETURN NULL;
END
$$;
ALTER FUNCTION awards_note_aid() OWNER TO nuanliu_matcher;
REVOKE ALL ON FUNCTION awards_note_aid() FROM PUBLIC, nuanliu_app;

CREATE OR REPLACE TRIGGER awards_noted_on_delivery AFTER UPDATE ON awards_award
    REFERENCING OLD TABLE AS earlier NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION awards_note_aid();

-- What was given to a person by unions outside of the caller's scope, to a caller whose own unions know the person.
-- Of another union's award is told: the year, the kind of aid, cash or goods, a band of the amount, and whether it was
-- in the caller's own district. Never a name, a day, an exact sum, the union, the award's number, an account, a reason.
CREATE OR REPLACE FUNCTION awards_received_elsewhere(person uuid)
RETURNS TABLE (given_in int, category text, form text, from_fen bigint, below_fen bigint, is_same_district boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM people_known_here(person);
    RETURN QUERY
    SELECT extract(year FROM a.delivered_on)::int, a.category_id::text, a.form::text, band.low, band.high,
           split_part(a.organization_path, '/', 4) <> ''
           AND split_part(a.organization_path, '/', 4) = split_part(current_setting('app.lo', true), '/', 4)
    FROM awards_award a
    JOIN (VALUES (0::bigint, 50000::bigint), (50000, 100000), (100000, 200000), (200000, 500000), (500000, 1000000),
                 (1000000, NULL)) AS band (low, high)
        ON a.cash_fen + a.goods_fen >= band.low AND (band.high IS NULL OR a.cash_fen + a.goods_fen < band.high)
    WHERE a.campaign_id IN (SELECT id FROM programmes_campaign) AND a.person_id = person
      AND a.live AND a.state = 'delivered' AND NOT people_in_scope(a.organization_path)
    ORDER BY 1 DESC, 2;
END
$$;
ALTER FUNCTION awards_received_elsewhere(uuid) OWNER TO nuanliu_matcher;
REVOKE ALL ON FUNCTION awards_received_elsewhere(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION awards_received_elsewhere(uuid) TO nuanliu_app;
GRANT SELECT ON programmes_campaign TO nuanliu_matcher;
