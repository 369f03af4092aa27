-- The life of a batch, as the database holds it. The functions belong to the matcher: a scope decides what one may
-- write, not what is true.

GRANT SELECT ON payments_paymentbatch, payments_paymentorder, payments_receipt, payments_bankprofile,
    payments_accountcorrection, payments_payeraccount TO nuanliu_matcher;
GRANT SELECT ON awards_award, awards_cashexception, ledger_transfer, ledger_account, ledger_useplan, ledger_useplanline,
    people_person, people_bankaccount, evidence_evidencefile TO nuanliu_matcher;

REVOKE DELETE, TRUNCATE ON payments_paymentbatch, payments_bankprofile, payments_payeraccount FROM nuanliu_app;
REVOKE UPDATE ON payments_paymentbatch FROM nuanliu_app;
GRANT UPDATE (state, released_by_id, released_at, released_count, released_fen, release_number, file_id, file_sha256,
    sent_at) ON payments_paymentbatch TO nuanliu_app;
GRANT UPDATE (orders_digest) ON payments_paymentbatch TO nuanliu_matcher;

CREATE SEQUENCE IF NOT EXISTS payments_batch_sequence;

CREATE OR REPLACE FUNCTION payments_refuse(rule text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF rule IS NOT NULL THEN
        RAISE EXCEPTION 'the payment breaks %', rule USING ERRCODE = 'check_violation', CONSTRAINT = rule;
    END IF;
END
$$;

-- The digest over the payees of a batch as frozen. It is computed twice: when the batch is built, and when it is
-- released, after the bank's file was made of the same orders.
CREATE OR REPLACE FUNCTION payments_orders_digest(wanted uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT sha256(convert_to(string_agg(ROW(
        ordinal, award_id, account_id, encode(account_digest, 'hex'), number_tail, amount_fen, payee_name, bank,
        idempotency_key, reservation_id)::text, E'\n' ORDER BY ordinal), 'UTF8'))
    FROM payments_paymentorder WHERE batch_id = wanted
$$;

-- Freeze the orders of new batches of the caller's scope. The digest is computed here and written by nobody else, so it
-- is never compared with itself; the guard counts what is frozen.
CREATE OR REPLACE FUNCTION payments_freeze_orders(wanted uuid[]) RETURNS TABLE (batch uuid, digest bytea)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE payments_paymentbatch SET orders_digest = payments_orders_digest(id)
    WHERE id = ANY (wanted) AND orders_digest IS NULL
      AND organization_path >= nullif(current_setting('app.lo', true), '')
      AND organization_path < nullif(current_setting('app.hi', true), '')
    RETURNING id, orders_digest
$$;

-- How far this installation has gone, over all unions: the number of its last release. And which database it is, so
-- that a mark left by another one on the same machine says nothing about it.
CREATE OR REPLACE FUNCTION payments_last_release() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(max(release_number), 0) FROM payments_paymentbatch
$$;

CREATE OR REPLACE FUNCTION payments_database_identity() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (SELECT system_identifier FROM pg_control_system()) || ':' || oid
    FROM pg_database WHERE datname = current_database()
$$;

CREATE OR REPLACE FUNCTION payments_guard_new_batch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM payments_refuse(CASE
        WHEN NEW.state <> 'built' OR NEW.orders_digest IS NOT NULL OR NEW.released_by_id IS NOT NULL
            OR NEW.file_id IS NOT NULL OR NEW.sent_at IS NOT NULL THEN 'batch_begins_built'
        -- R-034: nothing is paid before the collective decision.
        WHEN NOT EXISTS (
            SELECT FROM ledger_useplan plan
            WHERE plan.id = NEW.plan_id AND plan.state = 'approved' AND plan.decided_on <= NEW.business_date
              AND plan.organization_id = NEW.organization_id AND plan.organization_path = NEW.organization_path
        ) THEN 'batch_of_approved_plan'
        -- R-053: from a fund that the plan names, and in all never more than the plan gives from it.
        WHEN coalesce((
            SELECT sum(line.amount_fen) FROM ledger_useplanline line
            WHERE line.plan_id = NEW.plan_id AND line.fund_id = NEW.fund_id
        ), 0) < NEW.declared_fen THEN 'batch_within_plan'
        WHEN NOT EXISTS (
            SELECT FROM payments_bankprofile profile
            WHERE profile.id = NEW.profile_id AND profile.active
              AND starts_with(NEW.organization_path, profile.organization_path)
        ) THEN 'batch_profile_confirmed'
        END);
    RETURN NULL;
END
$$;

-- What of a batch may change, and when; nuanliu/payments/states.py holds the same table, and a test walks both.
CREATE OR REPLACE FUNCTION payments_guard_batch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM payments_refuse(CASE
        WHEN (NEW.id, NEW.organization_id, NEW.organization_path, NEW.number, NEW.plan_id, NEW.fund_id, NEW.profile_id,
              NEW.business_date, NEW.due_on, NEW.declared_count, NEW.declared_fen, NEW.built_by_id, NEW.recorded_at)
             IS DISTINCT FROM
             (OLD.id, OLD.organization_id, OLD.organization_path, OLD.number, OLD.plan_id, OLD.fund_id, OLD.profile_id,
              OLD.business_date, OLD.due_on, OLD.declared_count, OLD.declared_fen, OLD.built_by_id, OLD.recorded_at)
            OR OLD.orders_digest IS NOT NULL AND NEW.orders_digest IS DISTINCT FROM OLD.orders_digest
            OR NOT (OLD.state = 'built' AND NEW.state = 'released')
               AND (NEW.released_by_id, NEW.released_at, NEW.released_count, NEW.released_fen, NEW.release_number,
                    NEW.file_id, NEW.file_sha256)
                   IS DISTINCT FROM
                   (OLD.released_by_id, OLD.released_at, OLD.released_count, OLD.released_fen, OLD.release_number,
                    OLD.file_id, OLD.file_sha256)
            OR NOT (OLD.state = 'released' AND NEW.state = 'sent') AND NEW.sent_at IS DISTINCT FROM OLD.sent_at
            THEN 'batch_frozen'
        WHEN NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
            ('built', 'released'), ('built', 'cancelled'), ('released', 'sent'), ('released', 'cancelled'),
            ('sent', 'reconciled'), ('reconciled', 'closed')
        ) THEN 'batch_transition'
        WHEN NEW.orders_digest IS DISTINCT FROM OLD.orders_digest AND OLD.orders_digest IS NULL
            THEN payments_orders_fault(NEW)
        WHEN NEW.state = 'released' AND OLD.state = 'built' THEN payments_release_fault(NEW)
        WHEN NEW.state IN ('reconciled', 'closed') AND NEW.state <> OLD.state THEN payments_settled_fault(NEW)
        END);
    RETURN NULL;
END
$$;

-- The orders are those declared: as many, as much.
CREATE OR REPLACE FUNCTION payments_orders_fault(batch payments_paymentbatch) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN (count(*), coalesce(sum(amount_fen), 0)) IS DISTINCT FROM
             (batch.declared_count::bigint, batch.declared_fen::numeric) THEN 'batch_as_declared'
        END
    FROM payments_paymentorder WHERE batch_id = batch.id
$$;

CREATE OR REPLACE FUNCTION payments_release_fault(batch payments_paymentbatch) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN payments_orders_digest(batch.id) IS DISTINCT FROM batch.orders_digest THEN 'batch_digest'
        WHEN (SELECT (count(*), coalesce(sum(amount_fen), 0)) FROM payments_paymentorder
              WHERE batch_id = batch.id AND live)
             IS DISTINCT FROM (batch.released_count::bigint, batch.released_fen::numeric) THEN 'batch_as_released'
        -- A row that is no longer the payee's own, active account under his own name (R-054).
        WHEN EXISTS (
            SELECT FROM payments_paymentorder o
            JOIN people_bankaccount account ON account.id = o.account_id
            JOIN people_person person ON person.id = account.person_id
            WHERE o.batch_id = batch.id AND o.live
              AND (NOT account.active OR account.number_digest <> o.account_digest
                   OR account.holder_name <> person.name OR o.payee_name <> person.name
                   OR person.deceased_on IS NOT NULL)
        ) THEN 'order_to_own_account'
        WHEN NOT EXISTS (
            SELECT FROM evidence_evidencefile file
            WHERE file.id = batch.file_id AND file.sha256 = batch.file_sha256 AND file.kind = 'bank_file'
              AND file.organization_id = batch.organization_id
        ) THEN 'batch_file_archived'
        END
$$;

-- Reconciled: no outcome is unknown. Closed: the bank's receipt is archived too (R-037).
CREATE OR REPLACE FUNCTION payments_settled_fault(batch payments_paymentbatch) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN EXISTS (SELECT FROM payments_paymentorder WHERE batch_id = batch.id AND state IN ('built', 'sent'))
            THEN 'batch_settled'
        WHEN batch.state = 'closed' AND NOT EXISTS (
            SELECT FROM payments_receipt receipt
            JOIN evidence_evidencefile file ON file.id = receipt.file_id
            WHERE receipt.batch_id = batch.id AND file.organization_id = batch.organization_id
        ) THEN 'batch_closed_with_receipt'
        END
$$;

-- A correction is completed once, by somebody else, with an account of the very person the money is for.
REVOKE UPDATE, DELETE ON payments_accountcorrection FROM nuanliu_app;
GRANT UPDATE (account_id, verified_by_id, verified_on) ON payments_accountcorrection TO nuanliu_app;

CREATE OR REPLACE FUNCTION payments_guard_correction() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM payments_refuse(CASE
        WHEN TG_OP = 'INSERT' AND NEW.verified_by_id IS NOT NULL THEN 'correction_verified_by_another'
        WHEN TG_OP = 'UPDATE' AND (OLD.verified_by_id IS NOT NULL OR
            (NEW.id, NEW.order_id, NEW.number_digest, NEW.holder_name, NEW.reason, NEW.corrected_by_id)
            IS DISTINCT FROM
            (OLD.id, OLD.order_id, OLD.number_digest, OLD.holder_name, OLD.reason, OLD.corrected_by_id))
            THEN 'correction_frozen'
        WHEN NEW.account_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM payments_paymentorder o
            JOIN awards_award award ON award.id = o.award_id
            JOIN people_bankaccount account ON account.id = NEW.account_id AND account.person_id = award.person_id
            WHERE o.id = NEW.order_id AND account.number_digest = NEW.number_digest
              AND account.holder_name = NEW.holder_name
        ) THEN 'order_to_own_account'
        END);
    RETURN NULL;
END
$$;

-- A shipped or confirmed profile stays what it is; a new bank is a new profile.
REVOKE UPDATE ON payments_bankprofile, payments_payeraccount FROM nuanliu_app;
GRANT UPDATE (active, confirmed_by_id) ON payments_bankprofile TO nuanliu_app;
GRANT UPDATE (active) ON payments_payeraccount TO nuanliu_app;

DO $$
DECLARE
    helper text;
BEGIN
    FOREACH helper IN ARRAY ARRAY[
        'payments_refuse(text)', 'payments_orders_digest(uuid)', 'payments_freeze_orders(uuid[])',
        'payments_last_release()',
        'payments_database_identity()', 'payments_guard_new_batch()', 'payments_guard_batch()',
        'payments_orders_fault(payments_paymentbatch)', 'payments_release_fault(payments_paymentbatch)',
        'payments_settled_fault(payments_paymentbatch)', 'payments_guard_correction()'
    ] LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO nuanliu_matcher', helper);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', helper);
    END LOOP;
    GRANT EXECUTE ON FUNCTION payments_freeze_orders(uuid[]), payments_last_release(), payments_database_identity()
        TO nuanliu_app;
END
$$;

CREATE OR REPLACE TRIGGER batch_begins AFTER INSERT ON payments_paymentbatch
    FOR EACH ROW EXECUTE FUNCTION payments_guard_new_batch();
CREATE OR REPLACE TRIGGER batch_guarded AFTER UPDATE ON payments_paymentbatch
    FOR EACH ROW EXECUTE FUNCTION payments_guard_batch();
CREATE OR REPLACE TRIGGER correction_guarded AFTER INSERT OR UPDATE ON payments_accountcorrection
    FOR EACH ROW EXECUTE FUNCTION payments_guard_correction();
