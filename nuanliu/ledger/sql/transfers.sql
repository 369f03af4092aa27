-- Transfers are only ever added. Triggers judge each statement's transfers together and keep the sums of accounts and
-- plan lines: six short steps, run in the order of their names, however many rows came.
--
-- They run as the matcher, who sees across scopes: what the application may add is bounded by its policy, what is true
-- of an account is not. Names are written with their schema, and pg_temp comes last: a temporary table called like one
-- of ours deceives nobody.

REVOKE INSERT, UPDATE, DELETE ON public.ledger_transfer FROM nuanliu_app;
GRANT INSERT (organization_path, kind, debit_account_id, credit_account_id, amount_fen, resolves_id, plan_line_id,
    subject_kind, subject_id, attempt, occurred_on, evidence, reason, idempotency_key)
    ON public.ledger_transfer TO nuanliu_app;
GRANT SELECT ON public.ledger_transfer TO nuanliu_matcher;

-- 1. One lock for each account, in key order: whoever comes second waits, and nobody waits in a circle.
CREATE OR REPLACE FUNCTION public.ledger_book_1_lock() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM public.ledger_require_read_committed();
    PERFORM FROM public.ledger_account account
    WHERE account.id IN (SELECT debit_account_id FROM arrived UNION SELECT credit_account_id FROM arrived)
    ORDER BY account.id FOR UPDATE;
    RETURN NULL;
END
$$;

-- 2. The kind says which two accounts; both belong to one legal person (R-195), and to one fund unless money goes down
--    the tree. An unknown account makes the comparison NULL, which is no yes.
CREATE OR REPLACE FUNCTION public.ledger_book_2_accounts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (
            SELECT DISTINCT kind, debit_account_id, credit_account_id, organization_path FROM arrived
        ) transfer
        LEFT JOIN public.ledger_account debit ON debit.id = transfer.debit_account_id
        LEFT JOIN public.ledger_account credit ON credit.id = transfer.credit_account_id
        WHERE (
            debit.legal_person = credit.legal_person
            AND transfer.organization_path = CASE
                WHEN length(debit.organization_path) > length(credit.organization_path) THEN debit.organization_path
                ELSE credit.organization_path
            END
            AND CASE transfer.kind
                WHEN 'receive' THEN debit.fund_id = credit.fund_id AND (debit.kind, credit.kind) = ('source', 'holding')
                WHEN 'allocate' THEN (debit.kind, credit.kind) = ('holding', 'holding')
                    AND debit.organization_path <> credit.organization_path
                    AND starts_with(credit.organization_path, debit.organization_path)
                WHEN 'reverse' THEN (debit.fund_id = credit.fund_id
                        AND (debit.kind, credit.kind) IN (('holding', 'source'), ('given', 'holding')))
                    OR (debit.kind, credit.kind) = ('holding', 'holding')
                ELSE debit.fund_id = credit.fund_id AND (debit.kind, credit.kind) = ('holding', 'given')
            END
        ) IS NOT TRUE
    ) THEN
        RAISE EXCEPTION 'these two accounts cannot stand together in a transfer of this kind'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_accounts_by_kind';
    END IF;
    RETURN NULL;
END
$$;

-- 3. What resolves a transfer repeats it: amount, accounts (swapped when it reverses), line, subject. That each is
--    resolved at most once is a unique key.
CREATE OR REPLACE FUNCTION public.ledger_book_3_resolutions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM arrived transfer
        LEFT JOIN public.ledger_transfer resolved ON resolved.id = transfer.resolves_id
        WHERE transfer.resolves_id IS NOT NULL AND (
            transfer.amount_fen = resolved.amount_fen
            AND transfer.organization_path = resolved.organization_path
            AND transfer.plan_line_id IS NOT DISTINCT FROM resolved.plan_line_id
            AND transfer.subject_kind = resolved.subject_kind
            AND transfer.subject_id IS NOT DISTINCT FROM resolved.subject_id
            AND transfer.occurred_on >= resolved.occurred_on
            AND CASE transfer.kind
                WHEN 'reverse' THEN resolved.kind IN ('receive', 'allocate', 'post')
                    AND transfer.debit_account_id = resolved.credit_account_id
                    AND transfer.credit_account_id = resolved.debit_account_id
                ELSE resolved.kind = 'reserve'
                    AND transfer.debit_account_id = resolved.debit_account_id
                    AND transfer.credit_account_id = resolved.credit_account_id
            END
        ) IS NOT TRUE
    ) THEN
        RAISE EXCEPTION 'a resolution repeats what it resolves'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_repeats_resolved';
    END IF;
    RETURN NULL;
END
$$;

-- 4. Reservations: on a line of a plan that is approved, from that line's fund, within its term, and once for each
--    subject unless the money came back.
CREATE OR REPLACE FUNCTION public.ledger_book_4_reservations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    fault text;
    reserved_plan uuid;
    wanted bigint;
    booked bigint;
BEGIN
    SELECT CASE
            WHEN plan.state IS DISTINCT FROM 'approved' OR plan.decided_on > batch.first_day
                THEN 'reserve_plan_approved'
            WHEN line.fund_id IS DISTINCT FROM account.fund_id
                OR line.organization_path IS DISTINCT FROM account.organization_path THEN 'reserve_fund_of_line'
            WHEN fund.valid_from > batch.first_day OR fund.valid_to < batch.last_day THEN 'reserve_within_term'
        END AS fault
        INTO fault
    FROM (
        SELECT plan_line_id, debit_account_id, min(occurred_on) AS first_day, max(occurred_on) AS last_day
        FROM arrived WHERE kind = 'reserve' GROUP BY plan_line_id, debit_account_id
    ) batch
    LEFT JOIN public.ledger_useplanline line ON line.id = batch.plan_line_id
    LEFT JOIN public.ledger_useplan plan ON plan.id = line.plan_id
    LEFT JOIN public.ledger_account account ON account.id = batch.debit_account_id
    LEFT JOIN public.ledger_fund fund ON fund.id = account.fund_id
    ORDER BY 1 NULLS LAST LIMIT 1;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'the reservation breaks %', fault USING ERRCODE = 'check_violation', CONSTRAINT = fault;
    END IF;
    FOR reserved_plan IN
        SELECT DISTINCT line.plan_id FROM public.ledger_useplanline line
        WHERE line.id IN (SELECT plan_line_id FROM arrived WHERE kind = 'reserve')
    LOOP
        PERFORM public.ledger_refuse_plan_fault(reserved_plan);
    END LOOP;
    IF EXISTS (
        SELECT FROM arrived transfer
        WHERE transfer.kind = 'reserve' AND transfer.attempt > 1 AND NOT EXISTS (
            SELECT FROM public.ledger_transfer earlier
            JOIN public.ledger_transfer outcome ON outcome.resolves_id = earlier.id
            WHERE earlier.kind = 'reserve' AND earlier.subject_kind = transfer.subject_kind
              AND earlier.subject_id = transfer.subject_id AND earlier.attempt = transfer.attempt - 1
              AND (outcome.kind IN ('void', 'expire')
                   OR EXISTS (SELECT FROM public.ledger_transfer back WHERE back.resolves_id = outcome.id))
        )
    ) THEN
        RAISE EXCEPTION 'an earlier reservation for the same subject is open or was given'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'transfer_reserved_once';
    END IF;
    -- Lines need no lock of their own: who changes the sum of a line holds the lock on its fund's account.
    WITH changes AS (
        SELECT plan_line_id, sum(CASE kind WHEN 'reserve' THEN amount_fen ELSE -amount_fen END)::bigint AS change_fen
        FROM arrived WHERE plan_line_id IS NOT NULL AND kind <> 'post' GROUP BY plan_line_id
    ), updated AS (
        UPDATE public.ledger_useplanline line SET reserved_fen = line.reserved_fen + changes.change_fen
        FROM changes WHERE line.id = changes.plan_line_id RETURNING line.id
    )
    SELECT (SELECT count(*) FROM changes), (SELECT count(*) FROM updated) INTO wanted, booked;
    IF wanted <> booked THEN
        RAISE EXCEPTION '% plan lines to change, % found', wanted, booked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reserve_fund_of_line';
    END IF;
    RETURN NULL;
END
$$;

-- 5. Money passed down keeps every restriction it came with, and its source (union money arrives as a subsidy).
CREATE OR REPLACE FUNCTION public.ledger_book_5_allocations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM arrived transfer
        JOIN public.ledger_account debit ON debit.id = transfer.debit_account_id
        JOIN public.ledger_account credit ON credit.id = transfer.credit_account_id
        JOIN public.ledger_fund giver ON giver.id = debit.fund_id
        JOIN public.ledger_fund taker ON taker.id = credit.fund_id
        LEFT JOIN public.ledger_source_rule source ON source.source_class = giver.source_class
        WHERE transfer.kind = 'allocate' AND (
            taker.source_class = source.passes_down_as
            AND taker.purpose_id = giver.purpose_id
            AND taker.member_welfare = giver.member_welfare
            AND (giver.campaign_id IS NULL OR taker.campaign_id IS NOT DISTINCT FROM giver.campaign_id)
            AND (giver.allowed_categories IS NULL
                 OR taker.allowed_categories IS NOT NULL AND taker.allowed_categories <@ giver.allowed_categories)
            AND (giver.required_tag = '' OR taker.required_tag = giver.required_tag)
            AND starts_with(taker.region_path, giver.region_path)
            AND (giver.valid_from IS NULL OR taker.valid_from IS NOT NULL AND taker.valid_from >= giver.valid_from)
            AND (giver.valid_to IS NULL OR taker.valid_to IS NOT NULL AND taker.valid_to <= giver.valid_to)
            AND (giver.donor_intent = '' OR taker.donor_intent = giver.donor_intent)
        ) IS NOT TRUE
    ) THEN
        RAISE EXCEPTION 'the receiving fund is bound less strictly than the giving one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_keeps_restrictions';
    END IF;
    RETURN NULL;
END
$$;

-- 6. The sums, in one update. The account's own constraints refuse what goes below zero.
CREATE OR REPLACE FUNCTION public.ledger_book_6_sums() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted bigint;
    booked bigint;
    short_fund uuid;
BEGIN
    WITH by_pair AS (
        SELECT debit_account_id, credit_account_id,
            coalesce(sum(amount_fen) FILTER (WHERE kind IN ('receive', 'allocate', 'post', 'reverse')), 0) AS posted,
            coalesce(sum(CASE kind WHEN 'reserve' THEN amount_fen ELSE -amount_fen END)
                FILTER (WHERE kind IN ('reserve', 'post', 'void', 'expire')), 0) AS pending
        FROM arrived GROUP BY debit_account_id, credit_account_id
    ), by_account AS (
        SELECT account_id, sum(debit_posted)::bigint AS debit_posted, sum(credit_posted)::bigint AS credit_posted,
            sum(debit_pending)::bigint AS debit_pending, sum(credit_pending)::bigint AS credit_pending
        FROM (
            SELECT debit_account_id AS account_id, posted AS debit_posted, 0 AS credit_posted,
                pending AS debit_pending, 0 AS credit_pending FROM by_pair
            UNION ALL
            SELECT credit_account_id, 0, posted, 0, pending FROM by_pair
        ) sides GROUP BY account_id
    ), updated AS (
        UPDATE public.ledger_account account SET
            debits_posted_fen = account.debits_posted_fen + by_account.debit_posted,
            credits_posted_fen = account.credits_posted_fen + by_account.credit_posted,
            debits_pending_fen = account.debits_pending_fen + by_account.debit_pending,
            credits_pending_fen = account.credits_pending_fen + by_account.credit_pending
        FROM by_account WHERE account.id = by_account.account_id RETURNING account.id
    )
    SELECT (SELECT count(*) FROM by_account), (SELECT count(*) FROM updated) INTO wanted, booked;
    IF wanted <> booked THEN
        RAISE EXCEPTION '% accounts to change, % found', wanted, booked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_accounts_by_kind';
    END IF;
    -- What an approved or proposed plan counts on is neither passed down nor taken back (R-031).
    SELECT account.fund_id INTO short_fund FROM public.ledger_account account
    WHERE account.kind = 'holding'
      AND account.id IN (SELECT debit_account_id FROM arrived WHERE kind IN ('allocate', 'reverse'))
      AND public.ledger_free_fen(account.fund_id) < 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'fund % is planned for', short_fund
            USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_within_fund';
    END IF;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.ledger_book_1_lock() OWNER TO nuanliu_matcher;
ALTER FUNCTION public.ledger_book_2_accounts() OWNER TO nuanliu_matcher;
ALTER FUNCTION public.ledger_book_3_resolutions() OWNER TO nuanliu_matcher;
ALTER FUNCTION public.ledger_book_4_reservations() OWNER TO nuanliu_matcher;
ALTER FUNCTION public.ledger_book_5_allocations() OWNER TO nuanliu_matcher;
ALTER FUNCTION public.ledger_book_6_sums() OWNER TO nuanliu_matcher;

CREATE OR REPLACE TRIGGER book_1_lock AFTER INSERT ON public.ledger_transfer
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_book_1_lock();
CREATE OR REPLACE TRIGGER book_2_accounts AFTER INSERT ON public.ledger_transfer
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_book_2_accounts();
CREATE OR REPLACE TRIGGER book_3_resolutions AFTER INSERT ON public.ledger_transfer
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_book_3_resolutions();
CREATE OR REPLACE TRIGGER book_4_reservations AFTER INSERT ON public.ledger_transfer
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_book_4_reservations();
CREATE OR REPLACE TRIGGER book_5_allocations AFTER INSERT ON public.ledger_transfer
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_book_5_allocations();
CREATE OR REPLACE TRIGGER book_6_sums AFTER INSERT ON public.ledger_transfer
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_book_6_sums();
