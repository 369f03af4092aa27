-- What was kept of a form is its owner's alone; what has run out may be swept by whoever comes by, and opened by nobody.
ALTER TABLE access_keptform ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_keptform FORCE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_select ON access_keptform;
CREATE POLICY own_select ON access_keptform FOR SELECT TO nuanliu_app
    USING (user_id = nullif(current_setting('app.user', true), '')::uuid OR expires_at < now());
DROP POLICY IF EXISTS own_insert ON access_keptform;
CREATE POLICY own_insert ON access_keptform FOR INSERT TO nuanliu_app
    WITH CHECK (user_id = nullif(current_setting('app.user', true), '')::uuid);
DROP POLICY IF EXISTS own_delete ON access_keptform;
CREATE POLICY own_delete ON access_keptform FOR DELETE TO nuanliu_app
    USING (user_id = nullif(current_setting('app.user', true), '')::uuid OR expires_at < now());

REVOKE UPDATE, TRUNCATE ON access_keptform FROM nuanliu_app;
