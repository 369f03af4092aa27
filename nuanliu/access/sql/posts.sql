-- The role that stands against a new post, looked for among all posts of the user, in whatever organization.
CREATE OR REPLACE FUNCTION access_post_clash(
    holder uuid, new_role text, new_organization uuid, first_day date, last_day date
) RETURNS TABLE (held_role text, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT held.role, pair.reason
    FROM access_post AS held
    JOIN access_incompatiblepair AS pair
      ON (pair.first_role = held.role AND pair.second_role = new_role)
      OR (pair.second_role = held.role AND pair.first_role = new_role)
    WHERE held.user_id = holder
      AND (pair.anywhere OR held.organization_id = new_organization)
      AND daterange(held.valid_from, held.valid_to, '[]') && daterange(first_day, last_day, '[]')
    UNION ALL
    SELECT held.role, '已任此岗'
    FROM access_post AS held
    WHERE held.user_id = holder AND held.role = new_role AND held.organization_id = new_organization
      AND daterange(held.valid_from, held.valid_to, '[]') && daterange(first_day, last_day, '[]')
    LIMIT 1;
END;

-- Posts that nobody granted: the demonstration cast, and the first holder of each administrator's role.
CREATE OR REPLACE FUNCTION access_may_begin(holder uuid, new_role text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM access_user AS person WHERE person.id = holder AND person.is_demonstration)
        OR new_role IN ('security_administrator', 'system_administrator')
           AND NOT EXISTS (SELECT FROM access_post AS held WHERE held.role = new_role);
END;

GRANT SELECT ON access_post, access_incompatiblepair TO nuanliu_matcher;
ALTER FUNCTION access_post_clash(uuid, text, uuid, date, date) OWNER TO nuanliu_matcher;
ALTER FUNCTION access_may_begin(uuid, text) OWNER TO nuanliu_matcher;

CREATE OR REPLACE FUNCTION access_check_new_post() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    clash record;
BEGIN
    -- Two grants to one user wait for each other, or neither would see the other's post.
    PERFORM pg_advisory_xact_lock(hashtextextended('access_post ' || NEW.user_id, 0));
    IF NOT EXISTS (
        SELECT FROM organizations_organization WHERE id = NEW.organization_id AND path = NEW.organization_path
    ) THEN
        RAISE EXCEPTION 'the path of a post is that of its organization'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'post_path_of_organization';
    END IF;
    PERFORM organizations_hold(NEW.organization_id, false);
    PERFORM FROM organizations_organization
    WHERE id = NEW.organization_id AND valid_to IS NOT NULL AND (NEW.valid_to IS NULL OR NEW.valid_to > valid_to);
    IF FOUND THEN
        RAISE EXCEPTION 'the union ends before the post does: %', NEW.organization_path
            USING ERRCODE = 'check_violation', CONSTRAINT = 'post_within_union';
    END IF;
    IF NEW.granted_by_id IS NULL AND NOT access_may_begin(NEW.user_id, NEW.role) THEN
        RAISE EXCEPTION 'a post is granted by an administrator'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'post_granted_by_somebody';
    END IF;
    SELECT * INTO clash
    FROM access_post_clash(NEW.user_id, NEW.role, NEW.organization_id, NEW.valid_from, NEW.valid_to);
    IF FOUND THEN
        RAISE EXCEPTION 'posts % and % are incompatible', clash.held_role, NEW.role
            USING ERRCODE = 'check_violation', CONSTRAINT = 'post_incompatible';
    END IF;
    IF NEW.confirmed_by_id IS NOT NULL OR NEW.ended_by_id IS NOT NULL THEN
        RAISE EXCEPTION 'a new post is neither confirmed nor ended'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'post_begins_unconfirmed';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER access_new_post BEFORE INSERT ON access_post
    FOR EACH ROW EXECUTE FUNCTION access_check_new_post();

-- A post is confirmed once and ended once; nothing else about it ever changes.
CREATE OR REPLACE FUNCTION access_keep_post() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (OLD.confirmed_by_id IS NOT NULL
            AND (NEW.confirmed_by_id, NEW.confirmed_at) IS DISTINCT FROM (OLD.confirmed_by_id, OLD.confirmed_at))
       OR (OLD.ended_by_id IS NOT NULL
            AND (NEW.confirmed_by_id, NEW.ended_by_id, NEW.valid_to, NEW.end_reason)
                IS DISTINCT FROM (OLD.confirmed_by_id, OLD.ended_by_id, OLD.valid_to, OLD.end_reason))
       OR NEW.valid_to IS NULL AND OLD.valid_to IS NOT NULL
       OR NEW.valid_to > OLD.valid_to THEN
        RAISE EXCEPTION 'a post is confirmed once and ended once'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'post_kept';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER access_post_kept BEFORE UPDATE ON access_post
    FOR EACH ROW EXECUTE FUNCTION access_keep_post();

REVOKE UPDATE, DELETE, TRUNCATE ON access_post FROM nuanliu_app;
GRANT UPDATE (confirmed_by_id, confirmed_at, valid_to, ended_by_id, end_reason) ON access_post TO nuanliu_app;
