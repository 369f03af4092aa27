-- Use plans: within what the funds hold and allow, frozen once proposed, approved only by a collective decision.

-- Of a plan the matcher changes nothing: a column's UPDATE is what it takes to lock the row.
GRANT SELECT, UPDATE (state) ON public.ledger_useplan TO nuanliu_matcher;
GRANT SELECT, UPDATE (reserved_fen) ON public.ledger_useplanline TO nuanliu_matcher;
GRANT SELECT ON public.approvals_approvalround TO nuanliu_matcher;
REVOKE DELETE ON public.ledger_useplan FROM nuanliu_app;
REVOKE UPDATE ON public.ledger_useplanline FROM nuanliu_app;

-- What a fund holds and nobody has planned, reserved or given yet. Never below zero (R-031).
CREATE OR REPLACE FUNCTION public.ledger_free_fen(fund uuid) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT holding.credits_posted_fen - holding.debits_posted_fen - holding.debits_pending_fen
        - coalesce((
            SELECT sum(line.amount_fen - line.reserved_fen)
            FROM public.ledger_useplanline line
            JOIN public.ledger_useplan plan ON plan.id = line.plan_id
            WHERE line.fund_id = fund AND plan.state IN ('proposed', 'approved')
        ), 0)::bigint
    FROM public.ledger_account holding
    WHERE holding.fund_id = fund AND holding.kind = 'holding'
$$;

-- The first thing that stands between a plan and one of its funds, as the name of the broken rule; NULL if none does.
-- Every rule set applies; what is not said is not restricted, so a NULL comparison refuses nothing.
CREATE OR REPLACE FUNCTION public.ledger_plan_fault(plan_key uuid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT fault FROM (
        SELECT CASE
            WHEN fund.legal_person <> plan.legal_person THEN 'plan_line_legal_person'
            WHEN fund.organization_id <> plan.organization_id THEN 'plan_line_own_fund'
            WHEN line.organization_path <> plan.organization_path THEN 'plan_line_own_fund'
            WHEN fund.member_welfare THEN 'plan_line_member_welfare'
            WHEN purpose.allowed IS NOT TRUE THEN 'plan_line_purpose_allowed'
            WHEN fund.purpose_id <> plan.purpose_id THEN 'plan_line_purpose'
            WHEN fund.campaign_id <> plan.campaign_id THEN 'plan_line_campaign'
            WHEN array_position(line.categories, NULL) IS NOT NULL THEN 'plan_line_categories'
            WHEN NOT line.categories <@ fund.allowed_categories THEN 'plan_line_categories'
            WHEN source.source_class IS NULL THEN 'plan_line_source'
            WHEN NOT line.categories <@ source.categories THEN 'plan_line_source_categories'
            WHEN EXISTS (
                SELECT FROM public.ledger_useplanline other
                WHERE other.plan_id = line.plan_id AND other.fund_id = line.fund_id
                  AND other.id <> line.id AND other.categories && line.categories
            ) THEN 'plan_line_category_once'
        END AS fault
        FROM public.ledger_useplan plan
        JOIN public.ledger_useplanline line ON line.plan_id = plan.id
        JOIN public.ledger_fund fund ON fund.id = line.fund_id
        LEFT JOIN public.programmes_purpose purpose ON purpose.code = plan.purpose_id
        LEFT JOIN public.ledger_source_rule source ON source.source_class = fund.source_class
        WHERE plan.id = plan_key
    ) faults
    WHERE fault IS NOT NULL
    ORDER BY fault
    LIMIT 1
$$;

CREATE OR REPLACE FUNCTION public.ledger_refuse_plan_fault(plan_key uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    fault text := public.ledger_plan_fault(plan_key);
BEGIN
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'the plan breaks %', fault USING ERRCODE = 'check_violation', CONSTRAINT = fault;
    END IF;
END
$$;

-- What is read after a lock must be what is true then; a snapshot taken before the lock would show a plan as it was.
CREATE OR REPLACE FUNCTION public.ledger_require_read_committed() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'money moves in read-committed transactions only'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_read_committed';
    END IF;
END
$$;

-- These three look across scopes on behalf of the triggers, and answer nobody else.
REVOKE ALL ON FUNCTION public.ledger_free_fen(uuid), public.ledger_plan_fault(uuid),
    public.ledger_refuse_plan_fault(uuid) FROM PUBLIC, nuanliu_app, nuanliu_auditor;
GRANT EXECUTE ON FUNCTION public.ledger_free_fen(uuid), public.ledger_plan_fault(uuid),
    public.ledger_refuse_plan_fault(uuid), public.ledger_require_read_committed() TO nuanliu_matcher;

CREATE OR REPLACE FUNCTION public.ledger_guard_plan_line() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    plan_state text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.plan_id, NEW.ordinal, NEW.organization_path, NEW.fund_id, NEW.categories, NEW.amount_fen)
           IS DISTINCT FROM
           (OLD.id, OLD.plan_id, OLD.ordinal, OLD.organization_path, OLD.fund_id, OLD.categories, OLD.amount_fen) THEN
            RAISE EXCEPTION 'a line is replaced, never changed'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_line_frozen';
        END IF;
        RETURN NULL;
    END IF;
    -- The lock keeps the plan from being proposed while its lines change.
    SELECT plan.state INTO plan_state FROM public.ledger_useplan plan
    WHERE plan.id = CASE TG_OP WHEN 'INSERT' THEN NEW.plan_id ELSE OLD.plan_id END FOR UPDATE;
    IF plan_state IS DISTINCT FROM 'draft' THEN
        RAISE EXCEPTION 'lines are frozen once the plan is proposed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_line_frozen';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.reserved_fen <> 0 THEN
            RAISE EXCEPTION 'only the ledger reserves'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_line_within_sum';
        END IF;
        PERFORM public.ledger_refuse_plan_fault(NEW.plan_id);
    END IF;
    RETURN NULL;
END
$$;
ALTER FUNCTION public.ledger_guard_plan_line() OWNER TO nuanliu_matcher;

CREATE OR REPLACE TRIGGER plan_line_guarded AFTER INSERT OR UPDATE OR DELETE ON public.ledger_useplanline
    FOR EACH ROW EXECUTE FUNCTION public.ledger_guard_plan_line();

CREATE OR REPLACE FUNCTION public.ledger_guard_new_plan() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.state <> 'draft' OR NEW.content_digest IS NOT NULL THEN
        RAISE EXCEPTION 'a plan begins as a draft'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_begins_as_draft';
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.organizations_organization owner
        WHERE owner.id = NEW.organization_id AND owner.path = NEW.organization_path
          AND owner.legal_person = NEW.legal_person
    ) THEN
        RAISE EXCEPTION 'the plan belongs to another union or legal person'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_owner';
    END IF;
    RETURN NULL;
END
$$;
ALTER FUNCTION public.ledger_guard_new_plan() OWNER TO nuanliu_matcher;

CREATE OR REPLACE TRIGGER plan_begins AFTER INSERT ON public.ledger_useplan
    FOR EACH ROW EXECUTE FUNCTION public.ledger_guard_new_plan();

-- What of a plan may change, and when. nuanliu/ledger/states.py holds the same table of transitions; a test walks both.
CREATE OR REPLACE FUNCTION public.ledger_guard_plan_content() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.organization_id, NEW.organization_path, NEW.legal_person, NEW.created_by_id, NEW.recorded_at)
       IS DISTINCT FROM
       (OLD.id, OLD.organization_id, OLD.organization_path, OLD.legal_person, OLD.created_by_id, OLD.recorded_at)
    THEN
        RAISE EXCEPTION 'a plan stays with its owner' USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_owner';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'proposed'), ('draft', 'withdrawn'),
        ('proposed', 'approved'), ('proposed', 'rejected'), ('proposed', 'withdrawn'),
        ('rejected', 'draft'), ('rejected', 'withdrawn'),
        ('approved', 'closed')
    ) THEN
        RAISE EXCEPTION 'a plan does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_transition';
    END IF;
    IF OLD.state <> 'draft'
       AND (NEW.title, NEW.purpose_id, NEW.campaign_id, NEW.year, NEW.case_key) IS DISTINCT FROM
           (OLD.title, OLD.purpose_id, OLD.campaign_id, OLD.year, OLD.case_key)
       OR NEW.content_digest IS DISTINCT FROM OLD.content_digest
          AND NOT (OLD.state = 'draft' AND NEW.state = 'proposed')
          AND NOT (OLD.state = 'rejected' AND NEW.state = 'draft' AND NEW.content_digest IS NULL)
       OR NEW.decided_on IS DISTINCT FROM OLD.decided_on
          AND NOT (OLD.state = 'proposed' AND NEW.state = 'approved')
    THEN
        RAISE EXCEPTION 'a plan is frozen once it is proposed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_frozen';
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER plan_1_content AFTER UPDATE ON public.ledger_useplan
    FOR EACH ROW EXECUTE FUNCTION public.ledger_guard_plan_content();

CREATE OR REPLACE FUNCTION public.ledger_guard_plan_money() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    short_fund uuid;
BEGIN
    PERFORM public.ledger_require_read_committed();
    -- Plan first, then accounts in key order: the same order in which transfers lock them. Closing waits here for
    -- reservations under way, and a reservation that comes later sees the plan closed.
    PERFORM FROM public.ledger_account account
    WHERE account.kind = 'holding'
      AND account.fund_id IN (SELECT line.fund_id FROM public.ledger_useplanline line WHERE line.plan_id = NEW.id)
    ORDER BY account.id FOR UPDATE;
    IF NEW.state NOT IN ('proposed', 'approved') THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (SELECT FROM public.ledger_useplanline line WHERE line.plan_id = NEW.id) THEN
        RAISE EXCEPTION 'a plan has lines' USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_has_lines';
    END IF;
    PERFORM public.ledger_refuse_plan_fault(NEW.id);
    SELECT line.fund_id INTO short_fund FROM public.ledger_useplanline line
    WHERE line.plan_id = NEW.id AND public.ledger_free_fen(line.fund_id) < 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'fund % does not hold what is planned', short_fund
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_within_fund';
    END IF;
    RETURN NULL;
END
$$;
ALTER FUNCTION public.ledger_guard_plan_money() OWNER TO nuanliu_matcher;

CREATE OR REPLACE TRIGGER plan_2_money AFTER UPDATE OF state ON public.ledger_useplan
    FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION public.ledger_guard_plan_money();

CREATE OR REPLACE FUNCTION public.ledger_guard_plan_decision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.approvals_approvalround round
        WHERE round.subject_kind = 'use_plan' AND round.subject_id = NEW.id AND round.state = 'approved'
          AND round.subject_digest = NEW.content_digest AND round.legal_person = NEW.legal_person
          AND round.organization_id = NEW.organization_id
    ) THEN
        RAISE EXCEPTION 'no collective decision has approved this content'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_collectively_decided';
    END IF;
    RETURN NULL;
END
$$;
ALTER FUNCTION public.ledger_guard_plan_decision() OWNER TO nuanliu_matcher;

CREATE OR REPLACE TRIGGER plan_3_decision AFTER UPDATE OF state ON public.ledger_useplan
    FOR EACH ROW WHEN (NEW.state = 'approved' AND OLD.state <> 'approved')
    EXECUTE FUNCTION public.ledger_guard_plan_decision();

CREATE OR REPLACE TRIGGER plan_kept BEFORE DELETE ON public.ledger_useplan
    FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
