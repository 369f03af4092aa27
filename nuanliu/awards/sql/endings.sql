-- A union does not end while its lists are under way, or something granted is not yet given. Organizations lie below this package and know nothing of it, so the guard is
-- ours (docs/decisions/0014).

CREATE OR REPLACE FUNCTION awards_guard_ending() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.organizations_hold(OLD.id, true);
    IF EXISTS (
        SELECT FROM awards_roster
        WHERE organization_id = OLD.id AND state = ANY (ARRAY['received', 'checked', 'accepted', 'attached'])
    ) OR EXISTS (
        SELECT FROM awards_award
        WHERE organization_path = OLD.path AND organization_id = OLD.id
          AND state <> ALL (ARRAY['delivered', 'cancelled'])
    ) THEN
        RAISE EXCEPTION 'lists are under way there: %', OLD.path
            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_without_lists';
    END IF;
    RETURN NEW;
END
$$;
ALTER FUNCTION awards_guard_ending() OWNER TO nuanliu_matcher;
REVOKE ALL ON FUNCTION awards_guard_ending() FROM PUBLIC;

CREATE OR REPLACE TRIGGER organization_ends_without_lists BEFORE UPDATE OF valid_to ON organizations_organization
    FOR EACH ROW WHEN (NEW.valid_to IS NOT NULL AND OLD.valid_to IS NULL) EXECUTE FUNCTION awards_guard_ending();
