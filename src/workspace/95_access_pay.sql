--
-- Access to pay
--
-- Plans are told to whoever is paid; what somebody got is for the person, who
-- leads it (if the setting says so), payroll and managers.  Payroll and managers enter plans, periods
-- and draws; what is calculated, approved or closed is so by functions alone.
--

INSERT INTO access_relation (relation, kind, writes)
SELECT t.relation, k.kind,
       CASE WHEN k.kind = ANY (t.writers) THEN t.writes ELSE '{}' END
FROM (VALUES
    ('plan', '{payroll,manager}'::text[], '{INSERT,UPDATE,DELETE}'::text[]),
    ('plan_version', '{payroll,manager}',
     '{"INSERT (plan, version, valid)","UPDATE (valid)",DELETE}'),
    ('component', '{payroll,manager}', '{INSERT,UPDATE,DELETE}'),
    ('component_factor', '{payroll,manager}', '{INSERT,UPDATE,DELETE}'),
    ('component_gate', '{payroll,manager}', '{INSERT,UPDATE,DELETE}'),
    ('component_bound', '{payroll,manager}', '{INSERT,UPDATE,DELETE}'),
    ('plan_check', '{payroll,manager}', '{INSERT,UPDATE,DELETE}'),
    ('component_reference', '{}', '{}'),
    ('component_input', '{}', '{}'),
    ('pay_period', '{payroll,manager}',
     '{"INSERT (period, cycle, during)","UPDATE (period, cycle, during)",DELETE}'),
    ('award_kind', '{manager}', '{INSERT,UPDATE,DELETE}')) t (relation, writers, writes)
CROSS JOIN unnest('{agent,leader,manager,payroll}'::text[]) k (kind);

INSERT INTO access_relation (relation, kind, rows, writes)
SELECT t.relation, k.kind, k.rows,
       CASE WHEN k.kind IN ('payroll', 'manager') THEN t.writes ELSE '{}' END
FROM (VALUES ('plan_assignment', '{INSERT,UPDATE,DELETE}'::text[]),
             ('draw', '{INSERT,UPDATE,DELETE}'), ('credit', '{}'), ('award', '{}'),
             ('ledger', '{}'), ('late_item', '{}')) t (relation, writes)
CROSS JOIN (VALUES ('agent', 'agent = (SELECT my_agent())'),
                   ('leader', 'agent = ANY ((SELECT pay_seen())::text[])'),
                   ('payroll', 'true'),
                   ('manager', 'true')) k (kind, rows)
WHERE t.relation <> 'late_item' OR k.kind IN ('payroll', 'manager');

INSERT INTO access_relation (relation, kind)
SELECT t.relation, k.kind
FROM (VALUES ('statement'), ('account_balance')) t (relation)
CROSS JOIN unnest('{agent,leader,manager,payroll}'::text[]) k (kind);

INSERT INTO access_function (function, kinds, is_definer) VALUES
--  function                    who may call it                  with the owner's rights
    ('pay_seen',                '{agent,leader,payroll,manager}', true),
    ('explain_pay',             '{agent,leader,payroll,manager}', true),
    ('preview',                 '{agent,leader,payroll,manager}', true),
    ('pay_register',            '{agent,leader,payroll,manager}', true),
    ('calculate',               '{payroll,manager}',             true),
    ('verify',                  '{payroll,manager}',             true),
    ('pay_gaps',                '{payroll,manager}',             true),
    ('close_period',            '{payroll,manager}',             true),
    ('mark_paid',               '{payroll,manager}',             true),
    ('credit_sale',             '{payroll,manager}',             true),
    ('refund_sale',             '{payroll,manager}',             true),
    ('request_award',           '{leader,payroll,manager}',      true),
    ('approve_award',           '{payroll,manager}',             true),
    ('refuse_award',            '{payroll,manager}',             true),
    ('activate_plan',           '{manager}',                     true),
    ('copy_plan',               '{payroll,manager}',             false),
    ('plan_faults',             '{payroll,manager}',             false);
