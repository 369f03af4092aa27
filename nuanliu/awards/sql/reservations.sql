-- R-039: money is set aside for an award that stands in the lists, and for nothing else: of its own sum at most, from
-- the fund that its plan gives to its category. What is given resolves such a reservation, so nothing is given that has
-- no entry. The ledger knows no awards; so this guard is ours, and runs behind the ledger's own.

CREATE OR REPLACE FUNCTION awards_judge_reservations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM arrived t
        JOIN ledger_useplanline l ON l.id = t.plan_line_id
        LEFT JOIN awards_award a
            ON a.id = t.subject_id AND a.state = 'approved' AND a.plan_id = l.plan_id AND a.fund_id = l.fund_id
           AND a.category_id = ANY (l.categories) AND starts_with(a.organization_path, t.organization_path)
           AND t.amount_fen <= a.cash_fen + a.goods_fen
        WHERE t.kind = 'reserve' AND t.subject_kind = 'award' AND a.id IS NULL
    ) THEN
        RAISE EXCEPTION 'a reservation without an approved award of this plan, fund and sum'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reserve_for_award';
    END IF;
    RETURN NULL;
END
$$;
ALTER FUNCTION awards_judge_reservations() OWNER TO nuanliu_matcher;
REVOKE ALL ON FUNCTION awards_judge_reservations() FROM PUBLIC;

CREATE OR REPLACE TRIGGER book_7_awards AFTER INSERT ON ledger_transfer
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION awards_judge_reservations();
