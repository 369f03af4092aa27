-- What the database holds of lists and awards, whoever writes. Each guard runs once a statement: a row trigger or a
-- foreign key would be asked a hundred thousand times for a list that belongs to one roster, campaign and standard.

-- Nobody deletes what awards point at.
REVOKE DELETE ON awards_roster, awards_rostersheet, awards_rosterrow, awards_award, awards_recusal,
    awards_cashexception, programmes_campaign, programmes_standard, programmes_category FROM nuanliu_app;
REVOKE UPDATE ON awards_rostersheet, awards_recusal FROM nuanliu_app;
GRANT UPDATE (file_id, sheet, headings, heading_row, header) ON awards_rostersheet TO nuanliu_app;
GRANT SELECT ON awards_roster, awards_rosterrow, awards_award, awards_cashexception TO nuanliu_matcher;
GRANT SELECT ON organizations_organization, programmes_campaign, programmes_standard, programmes_standardline,
    programmes_category, programmes_prohibitedgoods, ledger_useplan, ledger_useplanline TO nuanliu_matcher;
GRANT EXECUTE ON FUNCTION programmes_prohibited_word(text, date) TO nuanliu_matcher;

-- An award changes its state four times; with room on its page no index needs to know.
ALTER TABLE awards_award SET (fillfactor = 50);
ALTER TABLE awards_rosterrow SET (fillfactor = 90);

CREATE OR REPLACE FUNCTION awards_guard_staged() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT roster_id, organization_path FROM arrived) AS staged
        LEFT JOIN awards_roster r ON r.id = staged.roster_id AND r.organization_path = staged.organization_path
        WHERE r.id IS NULL
    ) THEN
        RAISE EXCEPTION 'a row belongs to a roster of its own organization'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'staged_in_roster';
    END IF;
    RETURN NULL;
END
$$;
-- No list of a day after the last one of a campaign that was closed early: none is begun, and none takes new rows;
-- nor of a day on which its union was no longer there. One of an earlier day that comes after the closing is taken, for
-- every use of money is entered, and carries how many days late it came, whatever the writer said (R-105).
CREATE OR REPLACE FUNCTION awards_guard_new_roster() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM programmes_campaign WHERE id = NEW.campaign_id AND closed_on < NEW.business_date) THEN
        RAISE EXCEPTION 'the campaign was closed before this day'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'roster_campaign_open';
    END IF;
    PERFORM organizations_hold(NEW.organization_id, false);
    IF EXISTS (
        SELECT FROM organizations_organization WHERE id = NEW.organization_id AND valid_to < NEW.business_date
    ) THEN
        RAISE EXCEPTION 'the union had ended before this day: %', NEW.organization_path
            USING ERRCODE = 'check_violation', CONSTRAINT = 'roster_of_standing_union';
    END IF;
    NEW.days_late := coalesce((
        SELECT greatest(0, (statement_timestamp() AT TIME ZONE 'Asia/Shanghai')::date - closed_on)
        FROM programmes_campaign WHERE id = NEW.campaign_id
    ), 0);
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER roster_begins BEFORE INSERT ON awards_roster
    FOR EACH ROW EXECUTE FUNCTION awards_guard_new_roster();

CREATE OR REPLACE FUNCTION awards_guard_new_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT roster_id FROM arrived) AS staged
        JOIN awards_roster r ON r.id = staged.roster_id
        JOIN programmes_campaign c ON c.id = r.campaign_id AND c.closed_on < r.business_date
    ) THEN
        RAISE EXCEPTION 'the campaign was closed before the day of the list'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'roster_campaign_open';
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER rows_in_open_campaign AFTER INSERT ON awards_rosterrow
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION awards_guard_new_rows();

CREATE OR REPLACE TRIGGER staged_in_roster AFTER INSERT ON awards_rosterrow
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION awards_guard_staged();
CREATE OR REPLACE TRIGGER staged_in_roster AFTER INSERT ON awards_rosterfinding
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION awards_guard_staged();

-- The life of a roster; nuanliu/awards/states.py holds the same table, and a test walks both.
CREATE OR REPLACE FUNCTION awards_guard_roster() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('received', 'checked'), ('received', 'refused'), ('received', 'withdrawn'),
        ('checked', 'accepted'), ('checked', 'refused'), ('checked', 'withdrawn'),
        ('accepted', 'attached'), ('accepted', 'withdrawn'),
        ('attached', 'decided'), ('attached', 'accepted')
    ) THEN
        RAISE EXCEPTION 'a roster does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'roster_transition';
    END IF;
    IF (NEW.organization_id, NEW.organization_path, NEW.campaign_id, NEW.handler_id, NEW.days_late)
       IS DISTINCT FROM
       (OLD.organization_id, OLD.organization_path, OLD.campaign_id, OLD.handler_id, OLD.days_late)
       OR OLD.state IN ('attached', 'decided') AND NEW.state <> 'accepted'
          AND (NEW.content_digest, NEW.rows_accepted, NEW.accepted_fen, NEW.plan_id)
              IS DISTINCT FROM (OLD.content_digest, OLD.rows_accepted, OLD.accepted_fen, OLD.plan_id)
    THEN
        RAISE EXCEPTION 'a roster is frozen once it is attached to a plan'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'roster_frozen';
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER roster_guarded BEFORE UPDATE ON awards_roster
    FOR EACH ROW EXECUTE FUNCTION awards_guard_roster();

-- R-049: of these goods those that nobody may be given on a day. Each wording is looked at once, however many have it.
CREATE OR REPLACE FUNCTION awards_prohibited(goods text[], on_day date) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT array_agg(told.goods) FROM (SELECT DISTINCT unnest(goods) AS goods OFFSET 0) AS told
    WHERE programmes_prohibited_word(told.goods, on_day) IS NOT NULL
$$;

CREATE OR REPLACE FUNCTION awards_refuse(rule text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF rule IS NOT NULL THEN
        RAISE EXCEPTION 'the award breaks %', rule USING ERRCODE = 'check_violation', CONSTRAINT = rule;
    END IF;
END
$$;

-- New awards: judged once for each combination of campaign, standard and category, then persons and accounts at once.
CREATE OR REPLACE FUNCTION awards_judge_arrivals() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    arrivals bigint;
    with_account bigint;
    excepted bigint;
    with_goods bigint;
BEGIN
    SELECT count(*), count(account_id), count(cash_exception_id), count(nullif(goods, ''))
        INTO arrivals, with_account, excepted, with_goods FROM arrived;
    IF arrivals = 0 THEN
        RETURN NULL;
    END IF;
    PERFORM awards_refuse(CASE
        WHEN g.states <> 'proposed' OR g.planned THEN 'award_begins_proposed'
        WHEN o.id IS NULL THEN 'award_organization'
        WHEN c.id IS NULL OR NOT starts_with(g.organization_path, c.organization_path) THEN 'award_campaign'
        WHEN c.closed_on < g.business_date THEN 'award_campaign_open'
        WHEN g.roster_id IS NOT NULL AND r.id IS NULL THEN 'award_roster'
        WHEN NOT coalesce(starts_with(g.organization_path, s.organization_path), false)
            OR NOT programmes_standard_usable(s.id, g.business_date) THEN 'award_standard_in_force'
        WHEN l.id IS NULL THEN 'award_standard_covers_category'
        WHEN g.cash_fen > l.cash_fen AND NOT l.convertible OR g.total_fen > l.cash_fen + l.goods_fen
            THEN 'award_within_standard'
        END)
    FROM (
        SELECT organization_id, organization_path, campaign_id, roster_id, standard_id, category_id, business_date,
               max(cash_fen) AS cash_fen, max(cash_fen + goods_fen) AS total_fen,
               max(state) AS states, bool_or(plan_id IS NOT NULL OR fund_id IS NOT NULL OR state <> 'proposed') AS planned
        FROM arrived
        GROUP BY organization_id, organization_path, campaign_id, roster_id, standard_id, category_id, business_date
    ) AS g
    LEFT JOIN organizations_organization o ON o.id = g.organization_id AND o.path = g.organization_path
    LEFT JOIN programmes_campaign c ON c.id = g.campaign_id
    LEFT JOIN awards_roster r ON r.id = g.roster_id AND r.campaign_id = g.campaign_id
        AND r.organization_path = g.organization_path AND r.state IN ('checked', 'accepted')
    LEFT JOIN programmes_standard s ON s.id = g.standard_id
    LEFT JOIN programmes_standardline l ON l.standard_id = g.standard_id AND l.category_id = g.category_id;

    IF arrivals <> (
        SELECT count(*) FROM arrived a JOIN people_person p ON p.id = a.person_id WHERE p.deceased_on IS NULL
    ) THEN
        PERFORM awards_refuse('award_to_living_person');
    END IF;
    IF with_account <> (
        SELECT count(*) FROM arrived a JOIN people_bankaccount b ON b.id = a.account_id AND b.person_id = a.person_id
    ) THEN
        PERFORM awards_refuse('award_to_own_account');
    END IF;
    IF excepted > 0 AND excepted <> (
        SELECT count(*) FROM arrived a
        JOIN people_person p ON p.id = a.person_id
        JOIN awards_cashexception e ON e.id = a.cash_exception_id AND e.approved_by_id IS NOT NULL
            AND e.campaign_id = a.campaign_id AND e.identity_digest = p.identity_digest
    ) THEN
        PERFORM awards_refuse('award_cash_exception_approved');
    END IF;
    IF with_goods > 0 AND EXISTS (
        SELECT FROM (
            SELECT business_date, array_agg(DISTINCT goods) AS goods FROM arrived WHERE goods <> '' GROUP BY business_date
        ) AS told
        WHERE awards_prohibited(told.goods, told.business_date) IS NOT NULL
    ) THEN
        PERFORM awards_refuse('award_goods_allowed');
    END IF;
    RETURN NULL;
END
$$;

-- Changed awards: only along the transitions of nuanliu/awards/states.py (a test walks both), never in what was given
-- to whom; and approved only under the approved plan of their list, whose line gives this fund to this category.
CREATE OR REPLACE FUNCTION awards_judge_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken boolean;
BEGIN
    -- Each statement is planned for the rows it brings: a plan kept from one award compares 10,000 with each other.
    EXECUTE $judge$
    SELECT awards_refuse(min(CASE
        WHEN o.id IS NULL
            OR (n.organization_id, n.organization_path, n.campaign_id, n.person_id, n.category_id, n.standard_id,
                n.cash_fen, n.goods_fen, n.goods, n.form, n.basis, n.basis_id, n.business_date)
               IS DISTINCT FROM
               (o.organization_id, o.organization_path, o.campaign_id, o.person_id, o.category_id, o.standard_id,
                o.cash_fen, o.goods_fen, o.goods, o.form, o.basis, o.basis_id, o.business_date)
            OR n.roster_id IS DISTINCT FROM o.roster_id
            OR (n.account_id IS DISTINCT FROM o.account_id AND o.state <> ALL (ARRAY['approved', 'failed']))
            OR ((n.plan_id IS DISTINCT FROM o.plan_id OR n.fund_id IS DISTINCT FROM o.fund_id)
                AND NOT (o.state = 'proposed' AND n.state = 'approved'))
            THEN 'award_frozen'
        WHEN n.state <> o.state AND (o.state, n.state) NOT IN (
            ('proposed', 'approved'), ('proposed', 'cancelled'),
            ('approved', 'in_payment'), ('approved', 'in_handout'), ('approved', 'cancelled'),
            ('in_payment', 'delivered'), ('in_payment', 'failed'), ('in_payment', 'approved'),
            ('in_handout', 'delivered'), ('in_handout', 'failed'),
            ('failed', 'approved'), ('failed', 'cancelled')
        ) THEN 'award_transition'
        END))
    FROM changed n LEFT JOIN earlier o ON o.id = n.id
    $judge$;

    EXECUTE $judge$
    SELECT awards_refuse(min(CASE
        WHEN p.id IS NULL OR p.state <> ALL (ARRAY['approved', 'closed']) OR p.campaign_id <> g.campaign_id
            OR NOT starts_with(g.organization_path, p.organization_path) THEN 'award_under_approved_plan'
        WHEN r.plan_id IS DISTINCT FROM g.plan_id AND g.roster_id IS NOT NULL OR NOT EXISTS (
            SELECT FROM ledger_useplanline l
            WHERE l.plan_id = p.id AND l.fund_id = g.fund_id AND g.category_id = ANY (l.categories)
        ) THEN 'award_within_plan'
        END))
    FROM (
        SELECT DISTINCT organization_path, campaign_id, roster_id, plan_id, fund_id, category_id
        FROM changed WHERE state <> ALL (ARRAY['proposed', 'cancelled'])
    ) AS g
    LEFT JOIN ledger_useplan p ON p.id = g.plan_id
    LEFT JOIN awards_roster r ON r.id = g.roster_id
    $judge$;

    EXECUTE $judge$
    SELECT awards_refuse(min(CASE
        WHEN b.id IS NULL THEN 'award_to_own_account'
        -- Another account than the decided one: confirmed with the person by somebody else than who gave it.
        WHEN c.id IS NULL THEN 'award_account_confirmed'
        END))
    FROM changed n JOIN earlier o ON o.id = n.id AND o.account_id IS DISTINCT FROM n.account_id
    LEFT JOIN people_bankaccount b ON b.id = n.account_id AND b.person_id = n.person_id
    LEFT JOIN awards_accountconfirmation c ON c.award_id = n.id AND c.account_id = n.account_id
        AND c.given_by_id IS NOT DISTINCT FROM b.given_by_id
    $judge$;
    -- What was handed out is proved by the signed list, and cash by the recipient's own receipt (R-036, R-037).
    EXECUTE $judge$
    SELECT EXISTS (
        SELECT FROM changed n
        JOIN earlier o ON o.id = n.id AND o.state = 'in_handout' AND n.state = 'delivered'
        LEFT JOIN awards_roster r ON r.id = n.roster_id
        LEFT JOIN awards_cashexception e ON e.id = n.cash_exception_id
        WHERE r.signed_file_id IS NULL OR n.cash_exception_id IS NOT NULL AND e.signature_file_id IS NULL
    )
    $judge$ INTO broken;
    IF broken THEN
        PERFORM awards_refuse('award_handout_signed');
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER awards_judged_on_arrival AFTER INSERT ON awards_award
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION awards_judge_arrivals();
CREATE OR REPLACE TRIGGER awards_judged_on_change AFTER UPDATE ON awards_award
    REFERENCING OLD TABLE AS earlier NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION awards_judge_changes();

-- What the record has against each of pg_temp.people_arrivals in a campaign. An award of another union is told by its
-- category alone; the number of an award is told only within the caller's own scope.
CREATE OR REPLACE FUNCTION awards_find_arrivals(in_campaign uuid, on_day date)
RETURNS TABLE (
    arrival bigint, name_differs boolean, deceased boolean, account_of_another boolean, household_id uuid,
    category text, by_housemate boolean, award_id bigint
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT k.arrival, k.name_differs, k.deceased, k.account_of_another, m.household_id,
           given.category_id::text, given.person_id <> k.person_id,
           CASE WHEN people_in_scope(given.organization_path) THEN given.id END
    FROM people_find_arrivals() k
    LEFT JOIN people_householdmember m
        ON m.person_id = k.person_id AND m.valid_from <= on_day AND (m.valid_to IS NULL OR m.valid_to >= on_day)
    LEFT JOIN LATERAL (
        SELECT a.id, a.person_id, a.category_id, a.organization_path
        FROM awards_award a
        WHERE a.campaign_id = in_campaign AND a.person_id = k.person_id AND a.live
        UNION ALL
        SELECT a.id, a.person_id, a.category_id, a.organization_path
        FROM people_householdmember other
        JOIN awards_award a ON a.person_id = other.person_id AND a.campaign_id = in_campaign AND a.live
        WHERE other.household_id = m.household_id AND other.person_id <> k.person_id
          AND other.valid_from <= on_day AND (other.valid_to IS NULL OR other.valid_to >= on_day)
    ) AS given ON true
    WHERE k.name_differs OR k.deceased OR k.account_of_another OR m.household_id IS NOT NULL OR given.id IS NOT NULL
    ORDER BY k.arrival, given.id;
END
$$;

DO $$
DECLARE
    helper text;
BEGIN
    FOREACH helper IN ARRAY ARRAY[
        'awards_judge_arrivals()', 'awards_judge_changes()', 'awards_find_arrivals(uuid, date)',
        'awards_refuse(text)', 'awards_prohibited(text[], date)', 'awards_guard_new_roster()', 'awards_guard_new_rows()'
    ] LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO nuanliu_matcher', helper);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', helper);
    END LOOP;
    GRANT EXECUTE ON FUNCTION awards_find_arrivals(uuid, date), awards_prohibited(text[], date) TO nuanliu_app;
END
$$;
