-- Who is told when something happened to a record: written with the log row itself, so that no action can forget it.
-- The words of each act stand in nuanliu/desk/states.py; a test holds the two lists together.

ALTER TABLE desk_notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE desk_notice FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_select ON desk_notice;
CREATE POLICY own_select ON desk_notice FOR SELECT TO nuanliu_app
    USING (user_id = nullif(current_setting('app.user', true), '')::uuid);
DROP POLICY IF EXISTS own_update ON desk_notice;
CREATE POLICY own_update ON desk_notice FOR UPDATE TO nuanliu_app
    USING (user_id = nullif(current_setting('app.user', true), '')::uuid);
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON desk_notice FROM nuanliu_app;
GRANT UPDATE (seen_at) ON desk_notice TO nuanliu_app;

GRANT INSERT ON desk_notice TO nuanliu_matcher;
GRANT SELECT ON awards_roster, awards_cashexception, ledger_useplan, approvals_approvalround, approvals_proposal,
    payments_paymentbatch, payments_accountcorrection, returns_return, programmes_campaign, evidence_filerequest,
    organizations_organization, access_post TO nuanliu_matcher;

-- Whom a record concerns, and what it is called.
CREATE OR REPLACE FUNCTION desk_concerned(kind text, key text, act text)
RETURNS TABLE (user_id uuid, title text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF kind = 'awards.roster' THEN
        RETURN QUERY SELECT who, o.name::text FROM awards_roster r
            JOIN organizations_organization o ON o.id = r.organization_id
            CROSS JOIN unnest(ARRAY[r.handler_id, r.responsible_id]) AS who
            WHERE r.id = key::uuid;
    ELSIF kind = 'ledger.useplan' THEN
        RETURN QUERY SELECT who, p.title::text FROM ledger_useplan p CROSS JOIN LATERAL (
                SELECT p.created_by_id
                UNION SELECT s.user_id FROM approvals_proposal s JOIN approvals_approvalround a ON a.id = s.round_id
                    WHERE a.subject_kind = 'use_plan' AND a.subject_id = p.id
                UNION SELECT who FROM awards_roster r CROSS JOIN unnest(ARRAY[r.handler_id, r.responsible_id]) AS who
                    WHERE r.plan_id = p.id AND act <> 'awards.propose_plan'
            ) AS concerned (who)
            WHERE p.id = key::uuid;
    ELSIF kind = 'awards.cashexception' THEN
        RETURN QUERY SELECT e.requested_by_id, c.name::text FROM awards_cashexception e
            JOIN programmes_campaign c ON c.id = e.campaign_id WHERE e.id = key::uuid;
    ELSIF kind = 'payments.paymentbatch' THEN
        RETURN QUERY SELECT who, b.number::text FROM payments_paymentbatch b CROSS JOIN LATERAL (
                SELECT b.built_by_id UNION SELECT b.released_by_id
                UNION SELECT r.handler_id FROM awards_roster r
                    WHERE r.plan_id = b.plan_id AND act = 'payments.record_replies'
            ) AS concerned (who)
            WHERE b.id = key::uuid;
    ELSIF kind = 'payments.accountcorrection' THEN
        RETURN QUERY SELECT a.corrected_by_id, '****' || a.number_tail FROM payments_accountcorrection a
            WHERE a.id = key::uuid;
    ELSIF kind = 'returns.return' THEN
        RETURN QUERY SELECT who, o.name || ' · ' || c.name FROM returns_return t
            JOIN organizations_organization o ON o.id = t.organization_id
            JOIN programmes_campaign c ON c.id = t.campaign_id
            CROSS JOIN unnest(ARRAY[t.drafted_by_id, t.signed_by_id]) AS who
            WHERE t.id = key::uuid;
    ELSIF kind = 'evidence.filerequest' THEN
        RETURN QUERY SELECT f.requested_by_id, ''::text FROM evidence_filerequest f WHERE f.id = key::uuid;
    ELSIF kind = 'access.post' THEN
        RETURN QUERY SELECT p.user_id, o.name::text FROM access_post p
            JOIN organizations_organization o ON o.id = p.organization_id WHERE p.id = key::uuid;
    ELSIF kind = 'access.user' THEN
        RETURN QUERY SELECT key::uuid, ''::text;
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION desk_tell() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO desk_notice (user_id, actor_id, action, subject_kind, subject_id, title, outcome, reason)
    SELECT DISTINCT concerned.user_id, NEW.actor_id, NEW.action, NEW.subject_kind, NEW.subject_id,
           left(concerned.title, 200), left(coalesce(NEW.after ->> 'state', NEW.after ->> 'failed', ''), 20), NEW.reason
    FROM desk_concerned(NEW.subject_kind, NEW.subject_id, NEW.action) AS concerned
    -- What an installation begins with is no news.
    WHERE concerned.user_id IS NOT NULL AND NOT (NEW.actor_id IS NULL AND NEW.subject_kind LIKE 'access.%')
      AND (concerned.user_id IS DISTINCT FROM NEW.actor_id OR NEW.action = ANY (ARRAY[
          'access.change_password', 'access.add_passkey', 'access.add_authenticator_app', 'access.remove_factor',
          'access.end_sessions', 'evidence.finish_file'
      ]));
    RETURN NULL;
END
$$;
ALTER FUNCTION desk_concerned(text, text, text) OWNER TO nuanliu_matcher;
ALTER FUNCTION desk_tell() OWNER TO nuanliu_matcher;
REVOKE ALL ON FUNCTION desk_concerned(text, text, text), desk_tell() FROM PUBLIC;

CREATE OR REPLACE TRIGGER desk_told AFTER INSERT ON audit_auditentry
    FOR EACH ROW WHEN (NEW.action IN (
        'awards.sign_roster', 'awards.attach_roster', 'awards.detach_roster', 'awards.withdraw_roster',
        'awards.record_handout', 'awards.propose_plan', 'awards.decide_plan', 'awards.approve_cash_exception',
        'payments.build_batches', 'payments.release_batch', 'payments.cancel_batch', 'payments.record_replies',
        'payments.close_batch', 'payments.verify_correction',
        'returns.sign_return', 'returns.submit_return', 'returns.return_return', 'returns.accept_return',
        'evidence.finish_file', 'evidence.fail_file', 'access.grant_post', 'access.confirm_post', 'access.end_post',
        'access.change_password', 'access.add_passkey', 'access.add_authenticator_app', 'access.remove_factor',
        'access.end_sessions'
    )) EXECUTE FUNCTION desk_tell();

-- Long work has no row in the log; its end is told all the same.
CREATE OR REPLACE FUNCTION desk_tell_end() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO desk_notice (user_id, action, subject_kind, subject_id, title, outcome, reason)
    VALUES (NEW.user_id, 'job.' || NEW.state, 'base.jobrun', NEW.id::text, '', '', NEW.message);
    RETURN NULL;
END
$$;
ALTER FUNCTION desk_tell_end() OWNER TO nuanliu_matcher;
REVOKE ALL ON FUNCTION desk_tell_end() FROM PUBLIC;

CREATE OR REPLACE TRIGGER desk_told_end AFTER UPDATE OF state ON base_jobrun
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state IN ('done', 'refused', 'failed'))
    EXECUTE FUNCTION desk_tell_end();
