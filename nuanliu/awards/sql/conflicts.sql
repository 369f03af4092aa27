-- R-056: nobody who handled, answers for, proposed or voted on a list is given something by it, nor a relative, unless
-- another user has recorded a recusal. Judged when awards become approved: then all these users are known.

GRANT SELECT ON awards_recusal, approvals_approvalround, approvals_proposal, approvals_collectivedecision,
    approvals_vote TO nuanliu_matcher;

CREATE OR REPLACE FUNCTION awards_answerable_users(plans uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH rounds AS (
        SELECT id FROM approvals_approvalround
        WHERE subject_kind = 'use_plan' AND subject_id = ANY (plans) AND state = 'approved'
    ), answerable (user_id) AS (
        SELECT handler_id FROM awards_roster WHERE plan_id = ANY (plans)
        UNION SELECT responsible_id FROM awards_roster WHERE plan_id = ANY (plans)
        UNION SELECT user_id FROM approvals_proposal WHERE round_id IN (SELECT id FROM rounds)
        UNION SELECT vote.user_id FROM approvals_vote vote
            JOIN approvals_collectivedecision decision ON decision.id = vote.decision_id
            WHERE decision.round_id IN (SELECT id FROM rounds)
    )
    SELECT array_agg(user_id) FROM answerable WHERE user_id IS NOT NULL
$$;

CREATE OR REPLACE FUNCTION awards_judge_conflicts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    plans uuid[] := (SELECT array_agg(DISTINCT plan_id) FROM changed WHERE state = 'approved');
    broken boolean;
BEGIN
    IF plans IS NULL THEN
        RETURN NULL;
    END IF;
    -- Planned for the rows it brings; see awards_judge_changes.
    EXECUTE $judge$
    SELECT EXISTS (
        SELECT FROM access_conflict_digests(awards_answerable_users($1)) c
        JOIN people_person p ON p.identity_digest = c.identity_digest
        JOIN changed n ON n.person_id = p.id AND n.state = 'approved'
        JOIN earlier o ON o.id = n.id AND o.state = 'proposed'
        WHERE NOT EXISTS (
            SELECT FROM awards_recusal r
            WHERE r.campaign_id = n.campaign_id AND r.user_id = c.user_id AND r.identity_digest = c.identity_digest
        )
    )
    $judge$ INTO broken USING plans;
    IF broken THEN
        PERFORM awards_refuse('award_without_conflict');
    END IF;
    RETURN NULL;
END
$$;

ALTER FUNCTION awards_answerable_users(uuid[]) OWNER TO nuanliu_matcher;
ALTER FUNCTION awards_judge_conflicts() OWNER TO nuanliu_matcher;
REVOKE ALL ON FUNCTION awards_answerable_users(uuid[]), awards_judge_conflicts() FROM PUBLIC, nuanliu_app;

CREATE OR REPLACE TRIGGER awards_judged_on_conflicts AFTER UPDATE ON awards_award
    REFERENCING OLD TABLE AS earlier NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION awards_judge_conflicts();
