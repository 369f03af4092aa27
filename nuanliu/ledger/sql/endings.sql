-- A union does not end while money lies in its funds. Organizations lie below this package and know nothing of it, so the guard is
-- ours (docs/decisions/0014).

CREATE OR REPLACE FUNCTION ledger_guard_ending() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.organizations_hold(OLD.id, true);
    IF EXISTS (
        SELECT FROM ledger_account account JOIN ledger_fund fund ON fund.id = account.fund_id
        WHERE fund.organization_id = OLD.id AND account.kind = 'holding'
          AND account.credits_posted_fen > account.debits_posted_fen
    ) THEN
        RAISE EXCEPTION 'money lies in its funds: %', OLD.path
            USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_without_money';
    END IF;
    RETURN NEW;
END
$$;
ALTER FUNCTION ledger_guard_ending() OWNER TO nuanliu_matcher;
REVOKE ALL ON FUNCTION ledger_guard_ending() FROM PUBLIC;

CREATE OR REPLACE TRIGGER organization_ends_without_money BEFORE UPDATE OF valid_to ON organizations_organization
    FOR EACH ROW WHEN (NEW.valid_to IS NOT NULL AND OLD.valid_to IS NULL) EXECUTE FUNCTION ledger_guard_ending();
