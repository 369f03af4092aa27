-- R-044, R-054: an account that was changed after the decision is paid to only when another person has confirmed it.

GRANT SELECT ON awards_accountconfirmation TO nuanliu_matcher;

-- What is confirmed is what the record says now: the approved award, the person's one active account, who gave it.
CREATE OR REPLACE FUNCTION awards_guard_confirmation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM awards_award a
        JOIN people_person p ON p.id = a.person_id
        JOIN people_bankaccount b ON b.id = NEW.account_id AND b.person_id = a.person_id AND b.active
            AND b.holder_name = p.name AND b.given_by_id IS NOT DISTINCT FROM NEW.given_by_id
        WHERE a.id = NEW.award_id AND a.state = 'approved' AND a.organization_path = NEW.organization_path
    ) THEN
        PERFORM awards_refuse('account_confirmation_true');
    END IF;
    RETURN NULL;
END
$$;
ALTER FUNCTION awards_guard_confirmation() OWNER TO nuanliu_matcher;
REVOKE ALL ON FUNCTION awards_guard_confirmation() FROM PUBLIC;

CREATE OR REPLACE TRIGGER confirmation_guarded AFTER INSERT ON awards_accountconfirmation
    FOR EACH ROW EXECUTE FUNCTION awards_guard_confirmation();
