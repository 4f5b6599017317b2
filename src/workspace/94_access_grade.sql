--
-- Access to grades, entry, posts and headcount
--
-- What ladders and rules say everybody may know.  What became of somebody is
-- for the person, who leads it, payroll (grades are pay) and managers; what is
-- only proposed, not for the person.
--

INSERT INTO access_relation (relation, kind, writes)
SELECT t.relation, k.kind,
       CASE WHEN k.kind = 'manager' AND t.is_written THEN '{INSERT,UPDATE,DELETE}'::text[]
            ELSE '{}' END
FROM (VALUES ('ladder', true), ('grade', true), ('grade_rule', true), ('grade_condition', true),
             ('headcount_plan', true), ('training', true), ('stage', true), ('role', true),
             ('leadership', false)) t (relation, is_written)
CROSS JOIN unnest('{agent,leader,manager,qa,payroll}'::text[]) k (kind);

INSERT INTO access_relation (relation, kind, rows, writes)
SELECT t.relation, k.kind, k.rows,
       CASE WHEN k.kind = 'manager' THEN t.writes ELSE '{}' END
FROM (VALUES ('grade_event', true, '{}'::text[]), ('grade_assignment', true, '{}'),
             ('employment', true, '{}'), ('training_result', false, '{}'),
             ('certificate', true, '{INSERT,UPDATE,DELETE}'),
             ('appointment', true, '{INSERT,UPDATE,DELETE}')) t (relation, for_payroll, writes)
CROSS JOIN (VALUES ('agent', 'agent = (SELECT my_agent())'),
                   ('leader', 'agent = ANY ((SELECT visible_agents())::text[])'),
                   ('payroll', 'true'),
                   ('manager', 'true')) k (kind, rows)
WHERE k.kind <> 'payroll' OR t.for_payroll;

INSERT INTO access_relation (relation, kind, rows) VALUES
    ('proposal', 'agent', 'agent = (SELECT my_agent()) AND status <> ''open'''),
    ('proposal', 'leader', 'agent = ANY ((SELECT visible_agents())::text[]) '
        'AND (agent <> (SELECT my_agent()) OR status <> ''open'')'),
    ('proposal', 'payroll', 'true'),
    ('proposal', 'manager', 'true');

INSERT INTO access_function (function, kinds, is_definer) VALUES
--  function                    who may call it                  with the owner's rights
    ('grade_check',             '{agent,leader,manager}',        true),
    ('set_grade',               '{leader,manager}',              true),
    -- not the one of allocation
    ('decide(bigint,boolean,text,text)', '{leader,manager}',     true),
    ('propose',                 '{manager}',                     true),
    ('review_grades',           '{manager}',                     true),
    ('rule_outcomes',           '{manager}',                     true),
    ('set_ladder',              '{manager}',                     false),
    ('is_new_recruit',          '{manager}',                     false),
    ('grade_of',                '{payroll,manager}',             false),
    ('entry_check',             '{agent,leader,manager}',        true),
    ('enter_stage',             '{leader,manager}',              true),
    ('record_training',         '{leader,manager}',              true),
    ('training_report',         '{agent,leader,manager}',        true),
    ('employment_report',       '{agent,leader,payroll,manager}', true),
    ('has_passed',              '{manager}',                     false),
    ('holds_certificate',       '{payroll,manager}',             false),
    ('revoke_appointment',      '{leader,manager}',              true),
    ('leads_over',              '{payroll,manager}',             false),
    ('teams_above',             '{payroll,manager}',             false),
    ('has_role',                '{payroll,manager}',             false),
    ('find_role',               '{agent,leader,qa,payroll,manager}', false),
    ('headcount',               '{leader,payroll,manager}',      true),
    ('team_report',             '{leader,payroll,manager}',      true),
    ('feasible_groups',         '{agent,leader,qa,payroll,manager}', false),
    ('check_sees_all',          '{agent,leader,qa,payroll,manager}', false),
    ('teams_led',               '{agent,leader,qa,payroll,manager}', true),
    ('my_offices',              '{agent,leader,qa,payroll,manager}', true);
