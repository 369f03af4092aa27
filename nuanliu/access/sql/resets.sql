-- A reset is asked for, confirmed and carried out once; who, what and why never change, and it is never removed.
REVOKE UPDATE, DELETE, TRUNCATE ON access_reset FROM nuanliu_app;
GRANT UPDATE (confirmed_by_id, carried_out_at) ON access_reset TO nuanliu_app;

CREATE OR REPLACE FUNCTION access_keep_reset() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.carried_out_at IS NOT NULL THEN
        RAISE EXCEPTION 'a reset is carried out once'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reset_carried_out_once';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER access_reset_kept BEFORE UPDATE ON access_reset
    FOR EACH ROW EXECUTE FUNCTION access_keep_reset();
