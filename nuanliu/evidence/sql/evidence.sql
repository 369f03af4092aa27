-- A requested file keeps who asked for what; only its state and its result move, and only as states.py says.
CREATE OR REPLACE FUNCTION evidence_request_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'asked' THEN
            RAISE EXCEPTION 'evidence.request_state: a request begins as asked' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.organization_id, NEW.organization_path, NEW.kind, NEW.parameters, NEW.reason,
        NEW.requested_by_id, NEW.post_id, NEW.recorded_at)
       IS DISTINCT FROM
       (OLD.id, OLD.organization_id, OLD.organization_path, OLD.kind, OLD.parameters, OLD.reason,
        OLD.requested_by_id, OLD.post_id, OLD.recorded_at) THEN
        RAISE EXCEPTION 'evidence.request_fixed: what was asked is not changed' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = OLD.state OR (OLD.state, NEW.state) NOT IN (
        ('asked', 'running'), ('asked', 'deleted'), ('running', 'ready'), ('running', 'failed'),
        ('ready', 'deleted'), ('failed', 'asked'), ('failed', 'deleted')) THEN
        RAISE EXCEPTION 'evidence.request_state: from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER evidence_request_moves BEFORE INSERT OR UPDATE ON evidence_filerequest
    FOR EACH ROW EXECUTE FUNCTION evidence_request_moves();

REVOKE DELETE, TRUNCATE ON evidence_filerequest FROM nuanliu_app;

ALTER TABLE evidence_evidencefile DROP CONSTRAINT IF EXISTS evidence_file_digest;
ALTER TABLE evidence_evidencefile ADD CONSTRAINT evidence_file_digest CHECK (octet_length(sha256) = 32);

-- Which of these storage names are in use, by whomever: the sweep must not take another union's file for an orphan.
CREATE OR REPLACE FUNCTION evidence_known_storage_names(names text[]) RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$ SELECT storage_name::text FROM evidence_evidencefile WHERE storage_name = ANY (names) $$;

GRANT SELECT ON evidence_evidencefile TO nuanliu_matcher;
ALTER FUNCTION evidence_known_storage_names(text[]) OWNER TO nuanliu_matcher;
