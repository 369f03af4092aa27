-- Users are read at sign-in, before any scope: no policy. What identifies an account never changes, whoever asks.
CREATE OR REPLACE FUNCTION access_keep_user() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.username <> OLD.username
       OR NEW.is_demonstration <> OLD.is_demonstration
       OR (OLD.identity_digest IS NOT NULL AND NEW.identity_digest IS DISTINCT FROM OLD.identity_digest) THEN
        RAISE EXCEPTION 'name, kind and identity of an account are never changed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'user_identity_kept';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER access_user_kept BEFORE UPDATE ON access_user
    FOR EACH ROW EXECUTE FUNCTION access_keep_user();

REVOKE DELETE, TRUNCATE ON access_user FROM nuanliu_app;

-- Relatives: each user sees and adds one's own. Others learn only whether a digest clashes, by the function below.
ALTER TABLE access_relative ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_relative FORCE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_select ON access_relative;
CREATE POLICY own_select ON access_relative FOR SELECT TO nuanliu_app
    USING (user_id = nullif(current_setting('app.user', true), '')::uuid);
DROP POLICY IF EXISTS own_insert ON access_relative;
CREATE POLICY own_insert ON access_relative FOR INSERT TO nuanliu_app
    WITH CHECK (user_id = nullif(current_setting('app.user', true), '')::uuid);

REVOKE UPDATE, DELETE, TRUNCATE ON access_relative FROM nuanliu_app;

-- Blind indexes of the users themselves and of their relatives: keyed digests, no personal value.
CREATE OR REPLACE FUNCTION access_conflict_digests(wanted uuid[])
RETURNS TABLE (user_id uuid, identity_digest bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT person.id, person.identity_digest FROM access_user AS person
    WHERE person.id = ANY (wanted) AND person.identity_digest IS NOT NULL
    UNION
    SELECT relative.user_id, relative.identity_digest FROM access_relative AS relative
    WHERE relative.user_id = ANY (wanted);
END;
GRANT SELECT (id, identity_digest, is_demonstration) ON access_user TO nuanliu_matcher;
GRANT SELECT ON access_relative TO nuanliu_matcher;
ALTER FUNCTION access_conflict_digests(uuid[]) OWNER TO nuanliu_matcher;
