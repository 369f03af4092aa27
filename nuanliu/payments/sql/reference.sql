-- What is shipped belongs to nobody (path ''): only migrations write it. FORCE binds the owner too, so it needs leave.
DO $$
DECLARE
    shipped text;
BEGIN
    FOREACH shipped IN ARRAY ARRAY['payments_bankprofile', 'payments_replywording'] LOOP
        EXECUTE format('DROP POLICY IF EXISTS shipped ON %I', shipped);
        EXECUTE format(
            'CREATE POLICY shipped ON %I TO nuanliu_owner USING (organization_path = '''')'
            ' WITH CHECK (organization_path = '''')', shipped);
    END LOOP;
END
$$;

-- A reply is received once and kept; only how many of its rows were applied may still grow.
REVOKE UPDATE, DELETE, TRUNCATE ON payments_replyfile FROM nuanliu_app;
GRANT UPDATE (applied_count) ON payments_replyfile TO nuanliu_app;
