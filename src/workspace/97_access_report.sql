--
-- Access to measures, quotas and reports
--
-- Everybody may know what is measured; only the owner says so, for reports read
-- the source of a metric with the owner's rights.  They are worked out over all,
-- whom the caller sees or not, and show of it what is for the caller.  What they
-- are made of, measure and the like, is the owner's, and reads a source with the
-- rights of who asks.
--

INSERT INTO access_relation (relation, kind)
SELECT 'metric', k.kind FROM unnest('{agent,leader,manager,qa,payroll}'::text[]) k (kind);

INSERT INTO access_relation (relation, kind, rows, writes) VALUES
    ('quota', 'agent', 'agent IS NULL OR agent = (SELECT my_agent())', '{}'),
    ('quota', 'leader', 'agent IS NULL OR agent = ANY ((SELECT visible_agents())::text[])', '{}'),
    ('quota', 'payroll', 'true', '{}'),
    ('quota', 'manager', 'true', '{INSERT,UPDATE,DELETE}');

INSERT INTO access_relation (relation, kind, rows, writes)
SELECT t.relation, k.kind, k.rows,
       CASE WHEN k.kind = 'manager' THEN t.writes
            WHEN t.relation = 'improvement_plan' THEN '{INSERT}' ELSE '{}' END
FROM (VALUES ('quota_acknowledgement', '{}'::text[]),
             ('improvement_plan', '{INSERT,UPDATE,DELETE}'),
             ('make_up', '{UPDATE,DELETE}')) t (relation, writes)
CROSS JOIN (VALUES ('agent', 'agent = (SELECT my_agent())'),
                   ('leader', 'agent = ANY ((SELECT visible_agents())::text[])'),
                   ('payroll', 'true'),
                   ('manager', 'true')) k (kind, rows)
WHERE k.kind <> 'payroll' OR t.relation <> 'improvement_plan';

INSERT INTO access_relation (relation, kind)
SELECT t.relation, k.kind
FROM (VALUES ('outbound_call'), ('contact_record')) t (relation)
CROSS JOIN unnest('{agent,leader,manager,qa}'::text[]) k (kind);

INSERT INTO access_function (function, kinds, is_definer) VALUES
--  function                    who may call it                  with the owner's rights
    ('quotas_for',              '{payroll,manager}',             false),
    ('acknowledge_quota',       '{agent,leader,manager}',        true),
    ('suggest_quota',           '{leader,payroll,manager}',      true),
    ('attainment',              '{agent,leader,payroll,manager}', true),
    ('attainment_by',           '{agent,leader,payroll,manager}', true),
    ('attainment_history',      '{agent,leader,payroll,manager}', true),
    ('team_attainment',         '{leader,payroll,manager}',      true),
    ('quota_gaps',              '{agent,leader,payroll,manager}', true),
    ('quota_progress',          '{agent,leader,payroll,manager}', true),
    ('targets',                 '{agent,leader,payroll,manager}', true),
    ('early_leave',             '{agent,leader,payroll,manager}', true),
    ('unmet',                   '{agent,leader,manager}',        true),
    ('schedule_make_up',        '{manager}',                     true),
    ('check_make_up',           '{manager}',                     true),
    ('activity',                '{agent,leader,manager}',        true),
    ('outcome_shares',          '{agent,leader,qa,manager}',     true),
    ('conversion',              '{agent,leader,qa,manager}',     true),
    ('leaderboard',             '{agent,leader,manager}',        true),
    ('records_in_time',         '{agent,leader,qa,manager}',     true),
    ('repeat_calls',            '{agent,leader,qa,manager}',     true),
    ('week_closes_at',          '{agent,leader,qa,manager}',     true),
    ('survey_report',           '{qa,manager}',                  true),
    ('customer_report',         '{manager}',                     true),
    ('staffing',                '{leader,payroll,manager}',      true),
    ('score_summary',           '{manager}',                     true),
    ('quotient',                '{agent,leader,qa,payroll,manager}', false);
