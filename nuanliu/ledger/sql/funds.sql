-- A fund belongs to whom it says, to a union that does not end, has a purpose that is allowed, and opens its three accounts; nobody else opens any.

GRANT SELECT ON public.ledger_fund, public.organizations_organization, public.programmes_purpose,
    public.ledger_source_rule TO nuanliu_matcher;
GRANT SELECT, INSERT, UPDATE (debits_posted_fen, credits_posted_fen, debits_pending_fen, credits_pending_fen)
    ON public.ledger_account TO nuanliu_matcher;
REVOKE INSERT, UPDATE, DELETE ON public.ledger_account FROM nuanliu_app;

CREATE OR REPLACE FUNCTION public.ledger_open_accounts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.organizations_organization owner
        WHERE owner.id = NEW.organization_id AND owner.path = NEW.organization_path
          AND owner.legal_person = NEW.legal_person
    ) THEN
        RAISE EXCEPTION 'the fund belongs to another union or legal person'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'fund_owner';
    END IF;
    PERFORM public.organizations_hold(NEW.organization_id, false);
    IF EXISTS (
        SELECT FROM public.organizations_organization WHERE id = NEW.organization_id AND valid_to IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'the union ends: %', NEW.organization_path
            USING ERRCODE = 'check_violation', CONSTRAINT = 'fund_of_standing_union';
    END IF;
    -- Gifts to members are no warmth money, and may be kept apart in a fund of their own (R-085).
    IF NOT NEW.member_welfare
       AND NOT EXISTS (SELECT FROM public.programmes_purpose WHERE code = NEW.purpose_id AND allowed) THEN
        RAISE EXCEPTION 'money may not be used for %', NEW.purpose_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'fund_purpose_allowed';
    END IF;
    INSERT INTO public.ledger_account (fund_id, organization_path, legal_person, kind, limited,
        debits_posted_fen, credits_posted_fen, debits_pending_fen, credits_pending_fen)
    SELECT NEW.id, NEW.organization_path, NEW.legal_person, kind, kind <> 'source', 0, 0, 0, 0
    FROM unnest(ARRAY['source', 'holding', 'given']) AS kind;
    RETURN NULL;
END
$$;
ALTER FUNCTION public.ledger_open_accounts() OWNER TO nuanliu_matcher;

CREATE OR REPLACE TRIGGER fund_opens_accounts AFTER INSERT ON public.ledger_fund
    FOR EACH ROW EXECUTE FUNCTION public.ledger_open_accounts();

-- Whether a fund's own restrictions let it reach one recipient; for triggers of the packages above, over whole joins.
CREATE OR REPLACE FUNCTION public.ledger_fund_reaches(
    allowed_categories varchar[], required_tag text, region_path text,
    category text, tags varchar[], recipient_path text
) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT (allowed_categories IS NULL OR category = ANY (allowed_categories))
        AND (required_tag = '' OR required_tag = ANY (tags))
        AND (region_path = '' OR starts_with(recipient_path, region_path))
$$;
