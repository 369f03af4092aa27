-- The tree: a child lies one segment below its parent, and nothing ever moves, for every row carries a path.
CREATE OR REPLACE FUNCTION organizations_check_path() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    parent_path text := '/';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.path <> OLD.path OR NEW.parent_id IS DISTINCT FROM OLD.parent_id THEN
            RAISE EXCEPTION 'an organization never moves: %', OLD.path
                USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_never_moves';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.parent_id IS NOT NULL THEN
        SELECT path INTO parent_path FROM organizations_organization WHERE id = NEW.parent_id;
    END IF;
    IF parent_path IS NULL
       OR NOT starts_with(NEW.path, parent_path)
       OR substr(NEW.path, length(parent_path) + 1) !~ '^[0-9A-Z]+/$' THEN
        RAISE EXCEPTION 'path % is not one segment below %', NEW.path, parent_path
            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_path_below_parent';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER organization_path BEFORE INSERT OR UPDATE ON organizations_organization
    FOR EACH ROW EXECUTE FUNCTION organizations_check_path();

-- An organization ends; it is never removed, for its rows stay.
REVOKE DELETE, TRUNCATE ON organizations_organization FROM nuanliu_app;

-- Migrations bring the reference tree, as the owner, on whom row-level security is forced too.
DROP POLICY IF EXISTS reference_tree ON organizations_organization;
CREATE POLICY reference_tree ON organizations_organization TO nuanliu_owner USING (true) WITH CHECK (true);
