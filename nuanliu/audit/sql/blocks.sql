-- Blocks hold digests of digests, nothing of anybody: every role may read them, none may change them.

ALTER TABLE audit_auditblock ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_auditblock FORCE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS everybody_select ON audit_auditblock;
CREATE POLICY everybody_select ON audit_auditblock FOR SELECT TO nuanliu_app, nuanliu_auditor USING (true);
DROP POLICY IF EXISTS sealer_insert ON audit_auditblock;
CREATE POLICY sealer_insert ON audit_auditblock FOR INSERT TO nuanliu_app WITH CHECK (true);
