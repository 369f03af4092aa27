-- The audit log writes itself: number, time and digest are the database's, never the application's.

-- What an entry says, as one text. The same bytes come out of nuanliu/audit/content.py; a test holds the two equal.
CREATE OR REPLACE FUNCTION audit_content(entry audit_auditentry) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT jsonb_build_array(
        entry.id,
        to_char(entry.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        entry.actor_id,
        entry.post_id,
        entry.organization_id,
        entry.organization_path,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        entry.before,
        entry.after,
        entry.reason
    )::text;
END;

CREATE OR REPLACE FUNCTION audit_digest_entry() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.digest := sha256(convert_to(audit_content(NEW), 'UTF8'));
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER audit_entry_digest BEFORE INSERT ON audit_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_digest_entry();

-- A transaction takes its own number before the entry takes one (statement triggers fire before defaults are
-- evaluated). So whoever holds an entry number at a given moment is a transaction that began before that moment,
-- and a head can wait for exactly those: see nuanliu/audit/heads.py.
CREATE OR REPLACE FUNCTION audit_number_transaction() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_current_xact_id();
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER audit_entry_after_transaction BEFORE INSERT ON audit_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_number_transaction();

ALTER TABLE audit_auditentry ALTER COLUMN id SET GENERATED ALWAYS;

REVOKE INSERT ON audit_auditentry FROM nuanliu_app;
GRANT INSERT (
    actor_id, post_id, organization_id, organization_path, action, subject_kind, subject_id, before, after, reason
) ON audit_auditentry TO nuanliu_app;

-- What the installation itself did belongs to no organization: anybody's transaction may add it, and only who looks
-- at the whole tree (scope '/') reads it.
DROP POLICY IF EXISTS installation_insert ON audit_auditentry;
CREATE POLICY installation_insert ON audit_auditentry FOR INSERT TO nuanliu_app WITH CHECK (organization_path = '');

-- Numbers and digests of all entries, for heads and proofs. Nothing of what the entries say leaves this function.
CREATE OR REPLACE FUNCTION audit_leaves(after_id bigint, last_id bigint)
RETURNS TABLE (id bigint, digest bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT entry.id, entry.digest FROM audit_auditentry AS entry
    WHERE entry.id > after_id AND entry.id <= last_id ORDER BY entry.id;
END;
GRANT SELECT ON audit_auditentry TO nuanliu_matcher;
ALTER FUNCTION audit_leaves(bigint, bigint) OWNER TO nuanliu_matcher;
