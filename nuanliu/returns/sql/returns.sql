-- A signed version never changes: only its state moves on. Its totals hold when it is signed (R-113 to R-117).

CREATE OR REPLACE FUNCTION returns_guard_return() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'returns_version_kept: a version of a return is never removed' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> 'draft' AND
       (NEW.form, NEW.organization_id, NEW.organization_path, NEW.campaign_id, NEW.version, NEW.as_of, NEW.reporter,
        NEW.reporter_phone, NEW.content_digest, NEW.signed_by_id, NEW.signed_on)
       IS DISTINCT FROM
       (OLD.form, OLD.organization_id, OLD.organization_path, OLD.campaign_id, OLD.version, OLD.as_of, OLD.reporter,
        OLD.reporter_phone, OLD.content_digest, OLD.signed_by_id, OLD.signed_on) THEN
        RAISE EXCEPTION 'returns_signed_immutable: a signed return never changes' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
       (('draft', 'signed'), ('signed', 'submitted'), ('submitted', 'returned'), ('submitted', 'accepted')) THEN
        RAISE EXCEPTION 'returns_transition: % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'draft' AND NEW.state = 'signed' THEN
        SELECT string_agg(total.code, ', ') INTO broken
        FROM (VALUES ('B', 'B[1-6]'), ('C', 'C([1-9]|1[01])'), ('D', 'D([1-9]|1[01])'), ('E', 'E[1-5]'), ('F', 'F[1-3]'))
             AS total (code, parts)
        WHERE (SELECT coalesce(sum(coalesce(derived, 0) + coalesce(entered, 0)), 0) FROM returns_returncell
               WHERE table_id = NEW.id AND code = total.code)
           <> (SELECT coalesce(sum(coalesce(derived, 0) + coalesce(entered, 0)), 0) FROM returns_returncell
               WHERE table_id = NEW.id AND code ~ ('^' || total.parts || '$'));
        IF broken IS NOT NULL THEN
            RAISE EXCEPTION 'returns_formula: % is not the sum of its parts', broken USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER returns_guard BEFORE UPDATE OR DELETE ON returns_return
    FOR EACH ROW EXECUTE FUNCTION returns_guard_return();

CREATE OR REPLACE FUNCTION returns_guard_cell() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM returns_return
               WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.table_id ELSE OLD.table_id END AND state <> 'draft') THEN
        RAISE EXCEPTION 'returns_signed_immutable: the cells of a signed return never change'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE OR REPLACE TRIGGER returns_cell_guard BEFORE INSERT OR UPDATE OR DELETE ON returns_returncell
    FOR EACH ROW EXECUTE FUNCTION returns_guard_cell();
