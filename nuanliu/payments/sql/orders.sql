-- Orders, judged a statement at a time: a hundred thousand come and go together.
--
-- The judgements are EXECUTEd, so that each statement is planned for the rows it brings. A plan that was kept from a
-- statement of one row joins the old and the new rows of a hundred thousand in a nested loop.

-- An order changes its state three times; with room on its page no index needs to know.
ALTER TABLE payments_paymentorder SET (fillfactor = 50);

REVOKE UPDATE, DELETE, TRUNCATE ON payments_paymentorder FROM nuanliu_app;
GRANT UPDATE (state, live, outcome, bank_words, bank_reference, settled_on) ON payments_paymentorder TO nuanliu_app;

-- A new order pays what was decided, to whom it was decided, from the money set aside for it.
CREATE OR REPLACE FUNCTION payments_judge_new_orders() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE $judge$ SELECT payments_refuse(min(CASE
        WHEN batch.id IS NULL OR batch.state <> 'built' OR batch.orders_digest IS NOT NULL
            OR NOT starts_with(o.organization_path, batch.organization_path) THEN 'order_in_built_batch'
        WHEN o.state <> 'built' THEN 'order_begins_built'
        -- R-034, R-053: under the batch's plan and from the batch's fund.
        WHEN award.id IS NULL OR award.state <> 'approved' OR award.plan_id IS DISTINCT FROM batch.plan_id
            OR award.organization_path <> o.organization_path THEN 'order_of_approved_award'
        WHEN award.fund_id IS DISTINCT FROM batch.fund_id OR source.fund_id IS DISTINCT FROM batch.fund_id
            THEN 'order_from_fund'
        -- R-236: the full amount.
        WHEN o.amount_fen <> award.cash_fen THEN 'order_pays_award'
        WHEN reservation.id IS NULL OR reservation.kind <> 'reserve' OR reservation.subject_kind <> 'award'
            OR reservation.subject_id <> o.award_id OR line.plan_id IS DISTINCT FROM batch.plan_id
            OR reservation.amount_fen NOT IN (award.cash_fen, award.cash_fen + award.goods_fen)
            OR EXISTS (SELECT FROM ledger_transfer outcome WHERE outcome.resolves_id = reservation.id)
            THEN 'order_has_reservation'
        -- R-054, R-104: to the recipient's own, active account under the recipient's own name.
        WHEN account.id IS NULL OR account.person_id <> award.person_id OR NOT account.active
            OR account.number_digest <> o.account_digest OR account.number_tail <> o.number_tail
            OR account.holder_name <> person.name OR o.payee_name <> person.name OR person.deceased_on IS NOT NULL
            THEN 'order_to_own_account'
        -- Another account than the decided one needs a correction that somebody else has verified.
        WHEN o.account_id IS DISTINCT FROM award.account_id AND NOT EXISTS (
            SELECT FROM payments_accountcorrection correction
            JOIN payments_paymentorder corrected ON corrected.id = correction.order_id
            WHERE corrected.award_id = o.award_id AND correction.account_id = o.account_id
              AND correction.verified_by_id IS NOT NULL
        ) THEN 'order_account_verified'
        END))
    FROM arrived o
    LEFT JOIN payments_paymentbatch batch ON batch.id = o.batch_id
    LEFT JOIN awards_award award ON award.id = o.award_id
    LEFT JOIN ledger_transfer reservation ON reservation.id = o.reservation_id
    LEFT JOIN ledger_account source ON source.id = reservation.debit_account_id
    LEFT JOIN ledger_useplanline line ON line.id = reservation.plan_line_id
    LEFT JOIN people_bankaccount account ON account.id = o.account_id
    LEFT JOIN people_person person ON person.id = account.person_id $judge$;

    -- After a failure for the account's sake the same award is paid again only upon a verified correction.
    EXECUTE $judge$ SELECT payments_refuse(min(CASE WHEN correction.id IS NULL THEN 'order_reissue_verified' END))
    FROM (
        SELECT DISTINCT ON (failed.award_id) failed.id, failed.outcome, o.account_id
        FROM arrived o
        JOIN payments_paymentorder failed ON failed.award_id = o.award_id AND NOT failed.live AND failed.state = 'failed'
        ORDER BY failed.award_id, failed.id DESC
    ) AS last
    LEFT JOIN payments_accountcorrection correction ON correction.order_id = last.id
        AND correction.verified_by_id IS NOT NULL AND correction.account_id = last.account_id
    WHERE last.outcome IN ('wrong_account', 'wrong_name', 'closed', 'locked') $judge$;
    RETURN NULL;
END
$$;

-- Only state and outcome of an order move, along the transitions of nuanliu/payments/states.py (a test walks both);
-- paid or failed only when the ledger has given or released its reservation.
CREATE OR REPLACE FUNCTION payments_judge_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE $judge$ SELECT payments_refuse(min(CASE
        WHEN o.id IS NULL
            OR (n.batch_id, n.organization_path, n.ordinal, n.award_id, n.account_id, n.amount_fen, n.payee_name,
                n.bank, n.account_digest, n.number_tail, n.idempotency_key, n.reservation_id)
               IS DISTINCT FROM
               (o.batch_id, o.organization_path, o.ordinal, o.award_id, o.account_id, o.amount_fen, o.payee_name,
                o.bank, o.account_digest, o.number_tail, o.idempotency_key, o.reservation_id)
            OR o.state NOT IN ('built', 'sent')
            THEN 'order_frozen'
        WHEN n.state <> o.state AND (o.state, n.state) NOT IN (
            ('built', 'sent'), ('built', 'void'), ('sent', 'paid'), ('sent', 'failed')
        ) THEN 'order_transition'
        WHEN n.state IN ('sent', 'paid', 'failed') AND batch.state <> 'sent' THEN 'order_of_sent_batch'
        WHEN n.state = 'void' AND batch.state NOT IN ('built', 'cancelled') THEN 'order_void_before_sent'
        END))
    FROM changed n
    LEFT JOIN earlier o ON o.id = n.id
    LEFT JOIN payments_paymentbatch batch ON batch.id = n.batch_id $judge$;

    EXECUTE $judge$ SELECT payments_refuse(min(CASE
        WHEN outcome.kind IS DISTINCT FROM CASE n.state WHEN 'paid' THEN 'post' ELSE 'void' END
            OR outcome.occurred_on <> n.settled_on THEN 'order_settled_in_ledger'
        END))
    FROM changed n
    LEFT JOIN ledger_transfer outcome ON outcome.resolves_id = n.reservation_id
    WHERE n.state IN ('paid', 'failed') $judge$;
    RETURN NULL;
END
$$;

-- R-037, R-036: cash is delivered when the bank has said so, or when an approved exception was signed for.
CREATE OR REPLACE FUNCTION payments_prove_delivery() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE $judge$ SELECT payments_refuse(min('award_delivered_with_proof'))
    FROM changed n
    LEFT JOIN payments_paymentorder paid ON paid.award_id = n.id AND paid.live AND paid.state = 'paid'
    LEFT JOIN awards_cashexception exception ON exception.id = n.cash_exception_id AND n.account_id IS NULL
        AND exception.approved_by_id IS NOT NULL AND exception.signature_file_id IS NOT NULL
    WHERE n.state = 'delivered' AND n.cash_fen > 0 AND paid.id IS NULL AND exception.id IS NULL $judge$;
    RETURN NULL;
END
$$;

-- Money whose outcome is still open at the bank does not become free because a term has ended.
CREATE OR REPLACE FUNCTION payments_keep_reservations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE $judge$ SELECT payments_refuse(min('reservation_kept_while_paying'))
    FROM arrived transfer
    JOIN payments_paymentorder o ON o.award_id = transfer.subject_id AND o.live
        AND o.reservation_id = transfer.resolves_id AND o.state IN ('built', 'sent')
    WHERE transfer.kind = 'expire' AND transfer.subject_kind = 'award' $judge$;
    RETURN NULL;
END
$$;

DO $$
DECLARE
    helper text;
BEGIN
    FOREACH helper IN ARRAY ARRAY[
        'payments_judge_new_orders()', 'payments_judge_changes()', 'payments_prove_delivery()',
        'payments_keep_reservations()'
    ] LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO nuanliu_matcher', helper);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', helper);
    END LOOP;
END
$$;

CREATE OR REPLACE TRIGGER orders_judged_on_arrival AFTER INSERT ON payments_paymentorder
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION payments_judge_new_orders();
CREATE OR REPLACE TRIGGER orders_judged_on_change AFTER UPDATE ON payments_paymentorder
    REFERENCING OLD TABLE AS earlier NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION payments_judge_changes();
CREATE OR REPLACE TRIGGER payments_prove_delivery AFTER UPDATE ON awards_award
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION payments_prove_delivery();
CREATE OR REPLACE TRIGGER payments_keep_reservations AFTER INSERT ON ledger_transfer
    REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION payments_keep_reservations();
