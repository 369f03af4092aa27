-- The controls of collective approval, held by the database whatever the application says.
-- The functions belong to the matcher: a scope must not decide whether a signature counts.

GRANT SELECT ON approvals_approvalround, approvals_proposal, approvals_collectivedecision, approvals_vote,
    access_post TO nuanliu_matcher;
-- Only to lock the round while one of its steps is written.
GRANT UPDATE (state) ON approvals_approvalround TO nuanliu_matcher;

REVOKE DELETE, TRUNCATE ON approvals_approvalround FROM nuanliu_app;

CREATE OR REPLACE FUNCTION approvals_refuse(code text, message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: %', code, message USING ERRCODE = 'check_violation';
END
$$;

CREATE OR REPLACE FUNCTION approvals_proposing_roles(legal_person text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE legal_person WHEN 'union' THEN ARRAY['rights_officer', 'finance_officer']
                             WHEN 'foundation' THEN ARRAY['foundation_officer', 'foundation_finance'] END
$$;

CREATE OR REPLACE FUNCTION approvals_deciding_role(legal_person text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE legal_person WHEN 'union' THEN 'leader' WHEN 'foundation' THEN 'council_member' END
$$;

-- Whether a user held a role in an organization on a day, by a post that two administrators gave (or the installation
-- began with).
CREATE OR REPLACE FUNCTION approvals_held_post(holder uuid, held_role text, organization uuid, on_day date)
    RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM access_post AS post
        WHERE post.user_id = holder AND post.role = held_role AND post.organization_id = organization
          AND (post.confirmed_by_id IS NOT NULL OR post.granted_by_id IS NULL)
          AND post.valid_from <= on_day AND (post.valid_to IS NULL OR on_day <= post.valid_to))
$$;

-- R-195: whether any of these users has signed or voted on the same case for another legal person.
CREATE OR REPLACE FUNCTION approvals_acted_for_other_legal_person(wanted_case text, own text, users uuid[])
    RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM approvals_approvalround AS other
        WHERE other.case_key = wanted_case AND other.legal_person <> own AND other.state <> 'withdrawn'
          AND (EXISTS (SELECT FROM approvals_proposal AS signature
                       WHERE signature.round_id = other.id AND signature.user_id = ANY (users))
               OR EXISTS (SELECT FROM approvals_collectivedecision AS decision
                          JOIN approvals_vote AS vote ON vote.decision_id = decision.id
                          WHERE decision.round_id = other.id AND vote.user_id = ANY (users))))
$$;

-- R-034: whether exactly this content was approved; for the triggers of packages that release money.
CREATE OR REPLACE FUNCTION approvals_granted(wanted_kind text, wanted_subject uuid, wanted_digest bytea)
    RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM approvals_approvalround
        WHERE subject_kind = wanted_kind AND subject_id = wanted_subject AND subject_digest = wanted_digest
          AND state = 'approved')
$$;

-- R-033: each proposing department signs once, by somebody who holds its post.
CREATE OR REPLACE FUNCTION approvals_check_proposal() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    subject approvals_approvalround;
BEGIN
    SELECT * INTO STRICT subject FROM approvals_approvalround WHERE id = NEW.round_id FOR UPDATE;
    IF NEW.organization_path <> subject.organization_path THEN
        PERFORM approvals_refuse('approvals.path', 'a signature belongs to its round''s organization');
    END IF;
    IF subject.state <> 'open' THEN
        PERFORM approvals_refuse('approvals.round_state', 'only an open round takes signatures');
    END IF;
    IF NOT NEW.role = ANY (approvals_proposing_roles(subject.legal_person))
       OR NOT approvals_held_post(NEW.user_id, NEW.role, subject.organization_id, NEW.proposed_on) THEN
        PERFORM approvals_refuse('approvals.proposing_role', 'the two departments of the organization propose');
    END IF;
    PERFORM approvals_keep_legal_persons_apart(subject.case_key, subject.legal_person, NEW.user_id);
    RETURN NEW;
END
$$;

-- The lock makes two sessions that act for two legal persons at once wait for each other.
CREATE OR REPLACE FUNCTION approvals_keep_legal_persons_apart(wanted_case text, own text, actor uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(wanted_case || actor::text, 195));
    IF approvals_acted_for_other_legal_person(wanted_case, own, ARRAY[actor]) THEN
        PERFORM approvals_refuse('approvals.two_legal_persons', 'one person acts on a case for one legal person');
    END IF;
END
$$;

-- R-034: a decision is about a proposed round, about the very content that was proposed, and not before it.
CREATE OR REPLACE FUNCTION approvals_check_decision() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    subject approvals_approvalround;
BEGIN
    SELECT * INTO STRICT subject FROM approvals_approvalround WHERE id = NEW.round_id FOR UPDATE;
    IF NEW.organization_path <> subject.organization_path THEN
        PERFORM approvals_refuse('approvals.path', 'a decision belongs to its round''s organization');
    END IF;
    IF subject.state <> 'proposed' THEN
        PERFORM approvals_refuse('approvals.round_state', 'only a proposed round is decided');
    END IF;
    IF NEW.subject_digest <> subject.subject_digest THEN
        PERFORM approvals_refuse('approvals.content_changed', 'the content is not the one proposed');
    END IF;
    IF NEW.held_on < (SELECT max(proposed_on) FROM approvals_proposal WHERE round_id = NEW.round_id) THEN
        PERFORM approvals_refuse('approvals.before_proposal', 'the meeting was before the proposal');
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION approvals_check_vote() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    meeting approvals_collectivedecision;
    subject approvals_approvalround;
BEGIN
    SELECT * INTO STRICT meeting FROM approvals_collectivedecision WHERE id = NEW.decision_id;
    SELECT * INTO STRICT subject FROM approvals_approvalround WHERE id = meeting.round_id FOR UPDATE;
    IF NEW.organization_path <> subject.organization_path THEN
        PERFORM approvals_refuse('approvals.path', 'a vote belongs to its round''s organization');
    END IF;
    IF subject.state <> 'proposed' THEN
        PERFORM approvals_refuse('approvals.round_state', 'the votes are counted');
    END IF;
    IF EXISTS (SELECT FROM approvals_proposal WHERE round_id = subject.id AND user_id = NEW.user_id) THEN
        PERFORM approvals_refuse('approvals.proposer_votes', 'who proposed does not vote');
    END IF;
    IF NOT approvals_held_post(NEW.user_id, approvals_deciding_role(subject.legal_person), subject.organization_id,
                               meeting.held_on) THEN
        PERFORM approvals_refuse('approvals.no_leader', 'who votes held a leader''s post on the day of the meeting');
    END IF;
    PERFORM approvals_keep_legal_persons_apart(subject.case_key, subject.legal_person, NEW.user_id);
    RETURN NEW;
END
$$;

-- The outcome is what the votes amount to, not what somebody writes.
CREATE OR REPLACE FUNCTION approvals_check_outcome(subject uuid, claimed text) RETURNS void
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    meeting approvals_collectivedecision;
    present integer;
    in_favour integer;
BEGIN
    SELECT * INTO meeting FROM approvals_collectivedecision WHERE round_id = subject;
    SELECT count(*), count(*) FILTER (WHERE ballot = 'for') INTO present, in_favour
        FROM approvals_vote WHERE decision_id = meeting.id;
    IF meeting.id IS NULL OR present < 3 THEN
        PERFORM approvals_refuse('approvals.quorum', 'a collective decision has at least three present');
    END IF;
    IF NOT EXISTS (SELECT FROM approvals_vote WHERE decision_id = meeting.id AND user_id = meeting.recorded_by_id) THEN
        PERFORM approvals_refuse('approvals.recorder_absent', 'who records the decision was present');
    END IF;
    IF claimed <> (CASE WHEN 2 * in_favour > present THEN 'approved' ELSE 'rejected' END)
       OR meeting.outcome <> claimed THEN
        PERFORM approvals_refuse('approvals.outcome', 'the outcome is not what the votes amount to');
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION approvals_check_round() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            PERFORM approvals_refuse('approvals.round_state', 'a round begins open');
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.organization_id, NEW.organization_path, NEW.legal_person, NEW.subject_kind, NEW.subject_id,
        NEW.subject_digest, NEW.case_key, NEW.recorded_at)
       IS DISTINCT FROM
       (OLD.id, OLD.organization_id, OLD.organization_path, OLD.legal_person, OLD.subject_kind, OLD.subject_id,
        OLD.subject_digest, OLD.case_key, OLD.recorded_at) THEN
        PERFORM approvals_refuse('approvals.round_fixed', 'another content needs another round');
    END IF;
    IF (OLD.state, NEW.state) NOT IN (('open', 'proposed'), ('open', 'withdrawn'), ('proposed', 'approved'),
        ('proposed', 'rejected'), ('proposed', 'withdrawn')) THEN
        PERFORM approvals_refuse('approvals.round_state', format('from %s to %s', OLD.state, NEW.state));
    END IF;
    IF NEW.state = 'proposed' AND 2 <> (SELECT count(*) FROM approvals_proposal WHERE round_id = NEW.id) THEN
        PERFORM approvals_refuse('approvals.two_departments', 'both departments propose');
    END IF;
    IF NEW.state IN ('approved', 'rejected') THEN
        PERFORM approvals_check_outcome(NEW.id, NEW.state);
    END IF;
    IF NEW.state = 'withdrawn' AND EXISTS (SELECT FROM approvals_collectivedecision WHERE round_id = NEW.id) THEN
        PERFORM approvals_refuse('approvals.round_state', 'a decided round is not withdrawn');
    END IF;
    RETURN NEW;
END
$$;

-- At commit: no decision without the round it decided.
CREATE OR REPLACE FUNCTION approvals_check_decided() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NEW.outcome <> (SELECT state FROM approvals_approvalround WHERE id = NEW.round_id) THEN
        PERFORM approvals_refuse('approvals.undecided', 'a decision is written whole: votes, outcome and round');
    END IF;
    RETURN NULL;
END
$$;

ALTER FUNCTION approvals_held_post(uuid, text, uuid, date) OWNER TO nuanliu_matcher;
ALTER FUNCTION approvals_acted_for_other_legal_person(text, text, uuid[]) OWNER TO nuanliu_matcher;
ALTER FUNCTION approvals_granted(text, uuid, bytea) OWNER TO nuanliu_matcher;
ALTER FUNCTION approvals_keep_legal_persons_apart(text, text, uuid) OWNER TO nuanliu_matcher;
ALTER FUNCTION approvals_refuse(text, text) OWNER TO nuanliu_matcher;
ALTER FUNCTION approvals_proposing_roles(text) OWNER TO nuanliu_matcher;
ALTER FUNCTION approvals_deciding_role(text) OWNER TO nuanliu_matcher;
ALTER FUNCTION approvals_check_outcome(uuid, text) OWNER TO nuanliu_matcher;
ALTER FUNCTION approvals_check_proposal() OWNER TO nuanliu_matcher;
ALTER FUNCTION approvals_check_decision() OWNER TO nuanliu_matcher;
ALTER FUNCTION approvals_check_vote() OWNER TO nuanliu_matcher;
ALTER FUNCTION approvals_check_round() OWNER TO nuanliu_matcher;
ALTER FUNCTION approvals_check_decided() OWNER TO nuanliu_matcher;

CREATE OR REPLACE TRIGGER approvals_check_round BEFORE INSERT OR UPDATE ON approvals_approvalround
    FOR EACH ROW EXECUTE FUNCTION approvals_check_round();
CREATE OR REPLACE TRIGGER approvals_check_proposal BEFORE INSERT ON approvals_proposal
    FOR EACH ROW EXECUTE FUNCTION approvals_check_proposal();
CREATE OR REPLACE TRIGGER approvals_check_decision BEFORE INSERT ON approvals_collectivedecision
    FOR EACH ROW EXECUTE FUNCTION approvals_check_decision();
CREATE OR REPLACE TRIGGER approvals_check_vote BEFORE INSERT ON approvals_vote
    FOR EACH ROW EXECUTE FUNCTION approvals_check_vote();

DROP TRIGGER IF EXISTS approvals_check_decided ON approvals_collectivedecision;
CREATE CONSTRAINT TRIGGER approvals_check_decided AFTER INSERT ON approvals_collectivedecision
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION approvals_check_decided();
