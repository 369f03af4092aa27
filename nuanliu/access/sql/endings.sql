-- A union does not end while somebody holds a post there beyond its last day. Organizations lie below this package and know nothing of it, so the guard is
-- ours (docs/decisions/0014).

CREATE OR REPLACE FUNCTION access_guard_ending() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.organizations_hold(OLD.id, true);
    IF EXISTS (
        SELECT FROM access_post
        WHERE organization_id = OLD.id AND (valid_to IS NULL OR valid_to > NEW.valid_to)
    ) THEN
        RAISE EXCEPTION 'posts are held there beyond its last day: %', OLD.path
            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_without_posts';
    END IF;
    RETURN NEW;
END
$$;
ALTER FUNCTION access_guard_ending() OWNER TO nuanliu_matcher;
REVOKE ALL ON FUNCTION access_guard_ending() FROM PUBLIC;

CREATE OR REPLACE TRIGGER organization_ends_without_posts BEFORE UPDATE OF valid_to ON organizations_organization
    FOR EACH ROW WHEN (NEW.valid_to IS NOT NULL AND OLD.valid_to IS NULL) EXECUTE FUNCTION access_guard_ending();
