-- A union may be renamed and may end, with its history; what it is (kind, level, legal person, place) never changes.

REVOKE UPDATE ON organizations_organization FROM nuanliu_app;
GRANT UPDATE (name, short_name, name_key, short_name_key, pinyin, initials, credit_code, valid_to)
    ON organizations_organization TO nuanliu_app;

-- Whoever ends a union waits for whoever begins something there, and the other way round, or neither would see the other.
CREATE OR REPLACE FUNCTION organizations_hold(union_id uuid, ending boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    key bigint := hashtextextended('organization ends ' || union_id, 0);
BEGIN
    IF ending THEN
        PERFORM pg_advisory_xact_lock(key);
    ELSE
        PERFORM pg_advisory_xact_lock_shared(key);
    END IF;
END
$$;

GRANT EXECUTE ON FUNCTION organizations_hold(uuid, boolean) TO nuanliu_app, nuanliu_matcher;

CREATE OR REPLACE FUNCTION organizations_check_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.name <> OLD.name AND NOT EXISTS (
        SELECT FROM organizations_formername WHERE organization_id = OLD.id AND name = OLD.name
    ) THEN
        RAISE EXCEPTION 'the name before is not kept: %', OLD.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_keeps_former_name';
    END IF;
    IF NEW.valid_to IS DISTINCT FROM OLD.valid_to AND OLD.valid_to IS NOT NULL THEN
        RAISE EXCEPTION 'an organization ends once: %', OLD.path
            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_ends_once';
    END IF;
    IF NEW.valid_to IS NOT NULL AND OLD.valid_to IS NULL AND EXISTS (
        SELECT FROM organizations_organization
        WHERE parent_id = OLD.id AND (valid_to IS NULL OR valid_to > NEW.valid_to)
    ) THEN
        RAISE EXCEPTION 'what lies below has not ended: %', OLD.path
            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_ends_after_those_below';
    END IF;
    RETURN NEW;
END
$$;
GRANT SELECT ON organizations_organization, organizations_formername TO nuanliu_matcher;
ALTER FUNCTION organizations_check_history() OWNER TO nuanliu_matcher;

CREATE OR REPLACE TRIGGER organization_history BEFORE UPDATE ON organizations_organization
    FOR EACH ROW EXECUTE FUNCTION organizations_check_history();
