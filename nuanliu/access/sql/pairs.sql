-- Who applies, who decides, who pays, who watches and who administers are different people (R-044). Reference data:
-- the application reads it and cannot change it.
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON access_incompatiblepair FROM nuanliu_app;

INSERT INTO access_incompatiblepair (first_role, second_role, anywhere, reason)
SELECT first_role, second_role, anywhere, reason
FROM (
    VALUES
        (ARRAY['handler'], ARRAY['responsible'], false, '经办人不得签批自己经办的名册'),
        (ARRAY['rights_officer'], ARRAY['finance_officer'], false, '使用方案由权益与财务两人共同提出'),
        (ARRAY['handler', 'rights_officer', 'finance_officer'], ARRAY['leader'], false, '提出与审批分离'),
        (ARRAY['handler', 'rights_officer', 'finance_officer'], ARRAY['cashier', 'releaser'], false, '提出与支付分离'),
        (ARRAY['leader'], ARRAY['cashier', 'releaser'], false, '审批与支付分离'),
        (ARRAY['cashier'], ARRAY['releaser'], false, '制单与放行分离'),
        (ARRAY['foundation_officer'], ARRAY['foundation_finance'], false, '项目与财务分离'),
        (ARRAY['foundation_officer', 'foundation_finance'], ARRAY['council_member'], false, '提出与审批分离'),
        (ARRAY['security_administrator'], ARRAY['system_administrator'], true, '安全管理与系统管理分离'),
        (
            ARRAY['auditor'],
            ARRAY['handler', 'responsible', 'rights_officer', 'finance_officer', 'leader', 'cashier', 'releaser',
                  'centre_officer', 'liaison', 'keeper', 'foundation_officer', 'foundation_finance',
                  'council_member'],
            true,
            '经审人员不得从事被审计的业务'
        ),
        (
            ARRAY['security_administrator', 'system_administrator'],
            ARRAY['handler', 'responsible', 'rights_officer', 'finance_officer', 'leader', 'cashier', 'releaser',
                  'centre_officer', 'liaison', 'keeper', 'foundation_officer', 'foundation_finance',
                  'council_member', 'auditor'],
            true,
            '管理员不得兼任业务或审计岗位'
        )
) AS rule (first_roles, second_roles, anywhere, reason),
    unnest(first_roles) AS first_role,
    unnest(second_roles) AS second_role
ON CONFLICT (first_role, second_role) DO UPDATE SET anywhere = excluded.anywhere, reason = excluded.reason;
