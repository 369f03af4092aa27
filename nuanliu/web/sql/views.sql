-- Saved views belong to one user, whatever the post: nobody else sees or changes them.
ALTER TABLE web_savedview ENABLE ROW LEVEL SECURITY;
ALTER TABLE web_savedview FORCE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS own_views ON web_savedview;
CREATE POLICY own_views ON web_savedview FOR ALL TO nuanliu_app
    USING (user_id = nullif(current_setting('app.user', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.user', true), '')::uuid);
