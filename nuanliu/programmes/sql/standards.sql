-- A standard counts only when it was adopted and, where it must be, filed; from its adoption on it never changes.
-- The functions belong to the matcher: a scope must not decide what a standard is.

GRANT SELECT ON programmes_standard, programmes_standardline, organizations_organization TO nuanliu_matcher;
-- Only to lock the standard while one of its lines is written.
GRANT UPDATE (state) ON programmes_standard TO nuanliu_matcher;
REVOKE DELETE, TRUNCATE ON programmes_standard, programmes_programme, programmes_campaign FROM nuanliu_app;
REVOKE TRUNCATE ON programmes_standardline FROM nuanliu_app;

CREATE OR REPLACE FUNCTION programmes_refuse(code text, message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: %', code, message USING ERRCODE = 'check_violation';
END
$$;

-- R-025, R-062: how a standard moves, and what stays as it was adopted.
CREATE OR REPLACE FUNCTION programmes_check_standard() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    maker organizations_organization;
    superior_path text;
BEGIN
    SELECT * INTO STRICT maker FROM organizations_organization WHERE id = NEW.organization_id;
    IF NEW.organization_path <> maker.path OR NEW.needs_filing <> (maker.level = 'grassroots') THEN
        PERFORM programmes_refuse('standard.maker', 'path and need of filing follow from the union that made it');
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            PERFORM programmes_refuse('standard.state', 'a standard begins as a draft');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.organization_id <> OLD.organization_id OR NEW.id <> OLD.id THEN
        PERFORM programmes_refuse('standard.fixed', 'a standard stays its union''s');
    END IF;
    IF OLD.state = NEW.state AND OLD.state <> 'draft' OR OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'adopted'), ('draft', 'withdrawn'), ('adopted', 'filed'), ('adopted', 'withdrawn'),
        ('filed', 'withdrawn')) THEN
        PERFORM programmes_refuse('standard.state', format('from %s to %s', OLD.state, NEW.state));
    END IF;
    IF OLD.state <> 'draft' AND
       (NEW.document, NEW.valid_from, NEW.valid_to, NEW.procedure, NEW.adopted_on, NEW.minutes, NEW.minutes_file_id,
        NEW.basis_id, NEW.content_digest, NEW.recorded_at)
       IS DISTINCT FROM
       (OLD.document, OLD.valid_from, OLD.valid_to, OLD.procedure, OLD.adopted_on, OLD.minutes, OLD.minutes_file_id,
        OLD.basis_id, OLD.content_digest, OLD.recorded_at) THEN
        PERFORM programmes_refuse('standard.fixed', 'an adopted standard never changes');
    END IF;
    IF NEW.state <> 'filed' AND (NEW.filed_with_id, NEW.filed_on) IS DISTINCT FROM (OLD.filed_with_id, OLD.filed_on)
       OR NEW.state <> 'withdrawn' AND NEW.withdrawn_on IS NOT NULL
       OR NEW.state = 'withdrawn' AND NEW.withdrawn_on IS NULL THEN
        PERFORM programmes_refuse('standard.fixed', 'filing and withdrawal are written when they happen');
    END IF;
    IF NEW.state = 'adopted' AND NOT EXISTS (SELECT FROM programmes_standardline WHERE standard_id = NEW.id) THEN
        PERFORM programmes_refuse('standard.lines', 'a standard without sums is none');
    END IF;
    IF NEW.state = 'filed' THEN
        SELECT path INTO superior_path FROM organizations_organization WHERE id = NEW.filed_with_id;
        IF superior_path IS NULL OR superior_path = NEW.organization_path
           OR NOT starts_with(NEW.organization_path, superior_path) THEN
            PERFORM programmes_refuse('standard.filed_with', 'a standard is filed with a superior union');
        END IF;
    END IF;
    RETURN NEW;
END
$$;

-- R-026: nobody raises the sum for one person by touching the standard.
CREATE OR REPLACE FUNCTION programmes_check_line() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    touched uuid;
    parent programmes_standard;
BEGIN
    FOREACH touched IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.standard_id]
                                        WHEN 'DELETE' THEN ARRAY[OLD.standard_id]
                                        ELSE ARRAY[OLD.standard_id, NEW.standard_id] END LOOP
        SELECT * INTO STRICT parent FROM programmes_standard WHERE id = touched FOR SHARE;
        IF parent.state <> 'draft' THEN
            PERFORM programmes_refuse('standard.fixed', 'the sums of an adopted standard never change');
        END IF;
    END LOOP;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.organization_path <> parent.organization_path THEN
        PERFORM programmes_refuse('standard.maker', 'a line belongs to its standard''s union');
    END IF;
    RETURN NEW;
END
$$;

-- Whether a standard may be used on a day: what queries.standard_in_force asks, for the triggers of packages above.
CREATE OR REPLACE FUNCTION programmes_standard_usable(wanted uuid, on_day date) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM programmes_standard
        WHERE id = wanted AND valid_from <= on_day AND (valid_to IS NULL OR on_day <= valid_to)
          AND adopted_on <= on_day AND (NOT needs_filing OR filed_on <= on_day)
          AND (withdrawn_on IS NULL OR on_day < withdrawn_on))
$$;

-- R-092, R-102: a campaign belongs below its programme's union and rests on a rule that its window meets.
CREATE OR REPLACE FUNCTION programmes_check_campaign() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM programmes_programme WHERE id = NEW.programme_id
                   AND starts_with(NEW.organization_path, organization_path))
       OR NOT EXISTS (SELECT FROM organizations_organization WHERE id = NEW.organization_id
                      AND path = NEW.organization_path) THEN
        PERFORM programmes_refuse('campaign.outside_programme', 'a campaign lies below its programme');
    END IF;
    IF NOT EXISTS (SELECT FROM programmes_ruledocument WHERE id = NEW.basis_id AND effective_from <= NEW.ends_on
                   AND (effective_to IS NULL OR effective_to >= NEW.starts_on)) THEN
        PERFORM programmes_refuse('campaign.rule_not_in_force', 'the rule is not in force in the window');
    END IF;
    RETURN NEW;
END
$$;

GRANT SELECT ON programmes_programme, programmes_ruledocument TO nuanliu_matcher;

ALTER FUNCTION programmes_refuse(text, text) OWNER TO nuanliu_matcher;
ALTER FUNCTION programmes_check_standard() OWNER TO nuanliu_matcher;
ALTER FUNCTION programmes_check_line() OWNER TO nuanliu_matcher;
ALTER FUNCTION programmes_check_campaign() OWNER TO nuanliu_matcher;
ALTER FUNCTION programmes_standard_usable(uuid, date) OWNER TO nuanliu_matcher;

CREATE OR REPLACE TRIGGER programmes_check_standard BEFORE INSERT OR UPDATE ON programmes_standard
    FOR EACH ROW EXECUTE FUNCTION programmes_check_standard();
CREATE OR REPLACE TRIGGER programmes_check_line BEFORE INSERT OR UPDATE OR DELETE ON programmes_standardline
    FOR EACH ROW EXECUTE FUNCTION programmes_check_line();
CREATE OR REPLACE TRIGGER programmes_check_campaign BEFORE INSERT OR UPDATE ON programmes_campaign
    FOR EACH ROW EXECUTE FUNCTION programmes_check_campaign();
