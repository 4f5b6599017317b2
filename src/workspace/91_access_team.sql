--
-- Access to the team, its calendar, presence and attendance
--
-- Who is who, and who is in which team, everybody may know; when a colleague
-- is here, only who leads him.
--

INSERT INTO access_relation (relation, kind, rows, columns, writes)
SELECT 'agent', k.kind, 'true', k.columns, k.writes
FROM (VALUES ('agent', '{agent,name,zone,skills,mentor}'::name[], '{}'::text[]),
             ('leader', NULL, '{}'), ('qa', NULL, '{}'), ('payroll', NULL, '{}'),
             ('manager', NULL, '{INSERT,UPDATE,DELETE}')) k (kind, columns, writes);

-- read by everybody, written by managers
INSERT INTO access_relation (relation, kind, rows, writes)
SELECT t.relation, k.kind, t.rows,
       CASE WHEN k.kind = 'manager' THEN '{INSERT,UPDATE,DELETE}'::text[] ELSE '{}' END
FROM (VALUES ('team_type', NULL), ('team', NULL), ('membership', 'true'), ('calendar', NULL),
             ('setting', NULL)) t (relation, rows)
CROSS JOIN unnest('{agent,leader,manager,qa,payroll}'::text[]) k (kind);

-- read by the agent, its leaders and managers
INSERT INTO access_relation (relation, kind, rows)
SELECT t.relation, k.kind, k.rows
FROM (VALUES ('presence'), ('presence_log')) t (relation)
CROSS JOIN (VALUES ('agent', 'agent = (SELECT my_agent())'),
                   ('leader', 'agent = ANY ((SELECT visible_agents())::text[])'),
                   ('manager', 'true')) k (kind, rows);

-- and by payroll
INSERT INTO access_relation (relation, kind, rows, writes) VALUES
    ('attendance', 'agent', 'agent = (SELECT my_agent())', '{}'),
    ('attendance', 'leader', 'agent = ANY ((SELECT visible_agents())::text[])', '{}'),
    ('attendance', 'manager', 'true', '{INSERT,UPDATE,DELETE}'),
    ('attendance', 'payroll', 'true', '{INSERT,UPDATE,DELETE}');

INSERT INTO access_function (function, kinds, is_definer) VALUES
--  function             who may call it                      with the owner's rights
    ('is_employed',       '{agent,leader,manager,qa,payroll}', false),
    ('period_of',         '{agent,leader,manager,qa,payroll}', false),
    ('unknown_period',    '{agent,leader,manager,qa,payroll}', false),
    ('last_periods',      '{agent,leader,manager,qa,payroll}', false),
    ('counting_day',      '{agent,leader,manager,qa,payroll}', false),
    ('periods_in',        '{agent,leader,manager,qa,payroll}', false),
    ('working_days',      '{leader,manager,qa,payroll}',       false),
    ('is_work_day',       '{leader,manager,qa,payroll}',       false),
    ('sign_in',           '{agent,leader,manager}',            true),
    ('pause',             '{agent,leader,manager}',            true),
    ('sign_out',          '{agent,leader,manager}',            true),
    ('plan_attendance',   '{manager,payroll}',                 true),
    ('record_attendance', '{manager,payroll}',                 true);
