-- Heads hold roots and signatures, nothing of anybody: every role may read them, none may change them.

ALTER TABLE audit_audithead ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_audithead FORCE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS everybody_select ON audit_audithead;
CREATE POLICY everybody_select ON audit_audithead FOR SELECT TO nuanliu_app, nuanliu_auditor USING (true);
DROP POLICY IF EXISTS sealer_insert ON audit_audithead;
CREATE POLICY sealer_insert ON audit_audithead FOR INSERT TO nuanliu_app WITH CHECK (true);
