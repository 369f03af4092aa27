-- A version of a table is drafted whole, signed once its totals hold, and never changes after (R-112 to R-117).
-- Refusals carry the name of the rule as their constraint; nuanliu/returns/refusals.py says them in Chinese.

REVOKE DELETE, TRUNCATE ON returns_return FROM nuanliu_app;

CREATE OR REPLACE FUNCTION returns_refuse(rule text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the return breaks %', rule USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END
$$;

-- The formulas printed on the form; a test holds them equal to nuanliu/returns/forms.
CREATE OR REPLACE FUNCTION returns_formulas(wanted_form text) RETURNS TABLE (total text, parts text[])
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT formula.total, formula.parts
    FROM (VALUES
        ('annex1_2022_festival_warmth', 'B', ARRAY['B1', 'B2', 'B3', 'B4', 'B5', 'B6']),
        ('annex1_2022_festival_warmth', 'C',
            ARRAY['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8', 'C9', 'C10', 'C11']),
        ('annex1_2022_festival_warmth', 'D',
            ARRAY['D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7', 'D8', 'D9', 'D10', 'D11']),
        ('annex1_2022_festival_warmth', 'E', ARRAY['E1', 'E2', 'E3', 'E4', 'E5']),
        ('annex1_2022_festival_warmth', 'F', ARRAY['F1', 'F2', 'F3'])
    ) AS formula (form, total, parts)
    WHERE formula.form = wanted_form
$$;

-- The totals of a table that are not the sum of their parts, or that lack a part.
CREATE OR REPLACE FUNCTION returns_broken_formulas(checked uuid, wanted_form text) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH cell AS (
        SELECT code, derived + coalesce(entered, 0) AS value FROM returns_returncell WHERE table_id = checked
    )
    SELECT coalesce(array_agg(formula.total ORDER BY formula.total), '{}')
    FROM returns_formulas(wanted_form) AS formula
    WHERE (SELECT count(*) FROM cell WHERE code = ANY (formula.parts)) <> cardinality(formula.parts)
       OR (SELECT value FROM cell WHERE code = formula.total)
          IS DISTINCT FROM (SELECT sum(value)::bigint FROM cell WHERE code = ANY (formula.parts))
$$;

CREATE OR REPLACE FUNCTION returns_guard_return() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM returns_refuse('return_version_kept');
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            PERFORM returns_refuse('return_begins_as_draft');
        END IF;
        IF NOT EXISTS (SELECT FROM organizations_organization
                       WHERE id = NEW.organization_id AND path = NEW.organization_path) THEN
            PERFORM returns_refuse('return_of_its_union');
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.form, NEW.organization_id, NEW.organization_path, NEW.campaign_id, NEW.version, NEW.as_of,
        NEW.reporter, NEW.reporter_phone, NEW.filled_on, NEW.content_digest, NEW.drafted_by_id, NEW.recorded_at)
       IS DISTINCT FROM
       (OLD.id, OLD.form, OLD.organization_id, OLD.organization_path, OLD.campaign_id, OLD.version, OLD.as_of,
        OLD.reporter, OLD.reporter_phone, OLD.filled_on, OLD.content_digest, OLD.drafted_by_id, OLD.recorded_at)
       OR (OLD.state <> 'draft'
           AND (NEW.signed_by_id, NEW.signed_on) IS DISTINCT FROM (OLD.signed_by_id, OLD.signed_on))
       OR (OLD.state <> 'signed' AND NEW.submitted_on IS DISTINCT FROM OLD.submitted_on)
       OR (OLD.state <> 'submitted'
           AND (NEW.judged_by_id, NEW.return_reason) IS DISTINCT FROM (OLD.judged_by_id, OLD.return_reason)) THEN
        PERFORM returns_refuse('return_frozen');
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
       (('draft', 'signed'), ('signed', 'submitted'), ('submitted', 'returned'), ('submitted', 'accepted')) THEN
        PERFORM returns_refuse('return_transition');
    END IF;
    IF OLD.state = 'draft' AND NEW.state = 'signed' THEN
        IF returns_broken_formulas(NEW.id, NEW.form) <> '{}' THEN
            PERFORM returns_refuse('return_formulas_hold');
        END IF;
        IF EXISTS (SELECT FROM returns_return later
                   WHERE later.organization_id = NEW.organization_id AND later.campaign_id = NEW.campaign_id
                     AND later.form = NEW.form AND later.version > NEW.version) THEN
            PERFORM returns_refuse('return_newest_signed');
        END IF;
    END IF;
    -- Who judges looks from above: the scope of the union itself ends at its own path.
    IF OLD.state = 'submitted' AND NEW.state <> OLD.state
       AND NEW.organization_path = current_setting('app.lo', true) THEN
        PERFORM returns_refuse('return_judged_from_above');
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER returns_guard BEFORE INSERT OR UPDATE OR DELETE ON returns_return
    FOR EACH ROW EXECUTE FUNCTION returns_guard_return();

-- A cell joins a draft of its own union. A foreign key alone would accept a table that the scope does not show.
CREATE OR REPLACE FUNCTION returns_guard_cells() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT table_id, organization_path FROM arrived) AS cell
        LEFT JOIN returns_return r ON r.id = cell.table_id AND r.organization_path = cell.organization_path
        WHERE r.state IS DISTINCT FROM 'draft'
    ) THEN
        PERFORM returns_refuse('return_frozen');
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER returns_cells_guard AFTER INSERT ON returns_returncell
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION returns_guard_cells();

CREATE OR REPLACE FUNCTION returns_guard_entered() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM organizations_organization
                   WHERE id = NEW.organization_id AND path = NEW.organization_path) THEN
        PERFORM returns_refuse('return_of_its_union');
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER returns_entered_guard BEFORE INSERT ON returns_enteredvalue
    FOR EACH ROW EXECUTE FUNCTION returns_guard_entered();
