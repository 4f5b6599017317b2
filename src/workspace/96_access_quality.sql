--
-- Access to assessments, conduct, appeals, quality, contests and requests
--
-- Who is assessed or reported sees what was published, not what is being
-- prepared.  Assessors see what they assess; offices, teams that decide, what
-- they decide on; QA its samples and reviews.  Nobody writes but by functions,
-- except what people file: entries of assessors and requests.
--

INSERT INTO access_relation (relation, kind, writes)
SELECT t.relation, k.kind, CASE WHEN k.kind = 'manager' THEN t.writes ELSE '{}' END
FROM (VALUES
    ('scorecard', '{INSERT,UPDATE,DELETE}'::text[]),
    ('scorecard_version',
     '{"INSERT (scorecard, version, valid, term)","UPDATE (valid, term)",DELETE}'),
    ('scorecard_indicator', '{INSERT,UPDATE,DELETE}'),
    ('scorecard_assessor', '{INSERT,UPDATE,DELETE}'),
    ('conduct_rule', '{INSERT,UPDATE,DELETE}'),
    ('checklist', '{}'), ('checklist_version', '{}'), ('checklist_item', '{}'),
    ('contest',
     '{"INSERT (contest, name, kind, team, during, prizes, currency, ties, per_head, award_kind)","UPDATE (contest, name, kind, team, during, prizes, currency, ties, per_head, award_kind)",DELETE}'),
    ('contest_metric', '{INSERT,UPDATE,DELETE}'),
    ('contest_entrant', '{INSERT,UPDATE,DELETE}'),
    ('request_kind', '{INSERT,UPDATE,DELETE}')) t (relation, writes)
CROSS JOIN unnest('{agent,leader,manager,qa,payroll}'::text[]) k (kind);

-- Assessments: one's own, and of a team one's own if one leads it, once they are
-- published; those of others whom one leads, is to assess, or hears the appeal of.
INSERT INTO access_relation (relation, kind, rows)
SELECT 'assessment', k.kind, concat_ws(' OR ', k.rows, CASE WHEN k.kind <> 'manager' THEN
    '(scorecard, version) IN (SELECT s.scorecard, s.version FROM scorecard_assessor s '
        'WHERE s.assessor = (SELECT my_agent())) '
    'AND agent IS DISTINCT FROM (SELECT my_agent()) '
    'AND (team IS NULL OR team NOT IN '
        '(SELECT t.team FROM team t WHERE t.leader = (SELECT my_agent())))' END,
    CASE WHEN k.kind IN ('leader', 'qa', 'payroll')
         THEN 'assessment IN (SELECT a.assessment FROM appeal a)' END)
FROM (VALUES
    ('agent', 'status IN (''published'', ''discussed'') AND (agent = (SELECT my_agent()) '
        'OR team IN (SELECT t.team FROM team t WHERE t.leader = (SELECT my_agent())))'),
    ('leader', '(agent = ANY ((SELECT visible_agents())::text[]) '
            'OR team = ANY ((SELECT teams_led())::text[])) '
        'AND (status IN (''published'', ''discussed'') '
            'OR agent <> (SELECT my_agent()) OR team IS NOT NULL AND team NOT IN '
                '(SELECT t.team FROM team t WHERE t.leader = (SELECT my_agent())))'),
    ('qa', NULL), ('payroll', NULL),
    ('manager', 'true')) k (kind, rows);

INSERT INTO access_relation (relation, kind, rows, writes)
SELECT t.relation, k.kind,
       CASE k.kind WHEN 'manager' THEN 'true'
                   ELSE 'assessment IN (SELECT a.assessment FROM assessment a)' END, t.writes
FROM (VALUES ('assessment_event', '{}'::text[]), ('assessment_score', '{}'),
             ('assessment_result', '{}'),
             ('assessment_entry', '{"INSERT (assessment, indicator, assessor, figure, note)"}'))
    t (relation, writes)
CROSS JOIN unnest('{agent,leader,qa,payroll,manager}'::text[]) k (kind);

INSERT INTO access_relation (relation, kind, rows, writes) VALUES
    ('assessment_task', 'agent', 'owner = (SELECT my_agent())', '{}'),
    ('assessment_task', 'leader', 'owner = ANY ((SELECT visible_agents())::text[])', '{}'),
    ('assessment_task', 'qa', 'owner = (SELECT my_agent())', '{}'),
    ('assessment_task', 'manager', 'true', '{INSERT,UPDATE,DELETE}');

-- Conduct is told to the person when it is confirmed; who reports, decides or
-- hears the appeal knows before.
INSERT INTO access_relation (relation, kind, rows)
SELECT 'conduct', k.kind, concat_ws(' OR ', k.rows, CASE WHEN k.kind IN ('leader', 'qa', 'payroll')
    THEN 'agent <> (SELECT my_agent()) AND (recorded_by = (SELECT my_agent()) '
         'OR rule IN (SELECT r.rule FROM conduct_rule r '
             'WHERE r.office = ANY ((SELECT my_offices())::text[])) '
         'OR conduct IN (SELECT a.conduct FROM appeal a))' END)
FROM (VALUES
    ('agent', 'agent = (SELECT my_agent()) AND status IN (''confirmed'', ''revoked'')'),
    ('leader', 'agent = ANY ((SELECT visible_agents())::text[]) '
        'AND (agent <> (SELECT my_agent()) OR status IN (''confirmed'', ''revoked''))'),
    ('qa', NULL), ('payroll', NULL),
    ('manager', 'true')) k (kind, rows);

INSERT INTO access_relation (relation, kind, rows)
SELECT 'appeal', k.kind, concat_ws(' OR ', k.rows, CASE WHEN k.kind IN ('leader', 'qa', 'payroll')
    THEN 'appellant <> (SELECT my_agent()) AND (SELECT ARRAY[s.appeal_team, s.ruling_team] '
         'FROM setting s) && (SELECT my_offices())::text[]' END)
FROM (VALUES
    ('agent', 'appellant = (SELECT my_agent())'),
    ('leader', 'appellant = ANY ((SELECT visible_agents())::text[])'),
    ('qa', NULL), ('payroll', NULL),
    ('manager', 'true')) k (kind, rows);
INSERT INTO access_relation (relation, kind, rows)
SELECT 'appeal_event', k.kind,
       CASE k.kind WHEN 'manager' THEN 'true' ELSE 'appeal IN (SELECT a.appeal FROM appeal a)' END
FROM unnest('{agent,leader,manager,qa,payroll}'::text[]) k (kind);

INSERT INTO access_relation (relation, kind, rows) VALUES
    ('qa_sample', 'qa', 'true'), ('qa_sample', 'manager', 'true'),
    ('qa_sample_item', 'qa', 'true'), ('qa_sample_item', 'manager', 'true'),
    ('qa_review', 'agent', 'agent = (SELECT my_agent())'),
    ('qa_review', 'leader', 'agent = ANY ((SELECT visible_agents())::text[])'),
    ('qa_review', 'qa', 'true'), ('qa_review', 'manager', 'true'),
    ('qa_finding', 'agent', 'review IN (SELECT r.review FROM qa_review r)'),
    ('qa_finding', 'leader', 'review IN (SELECT r.review FROM qa_review r)'),
    ('qa_finding', 'qa', 'true'), ('qa_finding', 'manager', 'true');

-- How a contest ended is for those who took part.
INSERT INTO access_relation (relation, kind, rows) VALUES
    ('contest_result', 'agent', 'contest IN (SELECT c.* FROM my_contests() c)'),
    ('contest_result', 'leader', 'contest IN (SELECT c.* FROM my_contests() c)'),
    ('contest_result', 'payroll', 'true'), ('contest_result', 'manager', 'true'),
    ('contest_prize', 'agent', 'agent = (SELECT my_agent())'),
    ('contest_prize', 'leader', 'agent = ANY ((SELECT pay_seen())::text[])'),
    ('contest_prize', 'payroll', 'true'), ('contest_prize', 'manager', 'true');

INSERT INTO access_relation (relation, kind, rows, writes)
SELECT 'request', k.kind, concat_ws(' OR ', k.rows, CASE WHEN k.kind IN ('leader', 'qa', 'payroll')
    THEN 'agent <> (SELECT my_agent()) AND kind IN (SELECT k.kind FROM request_kind k '
         'WHERE k.office = ANY ((SELECT my_offices())::text[]))' END),
       CASE WHEN k.kind IN ('agent', 'leader', 'manager')
            THEN '{"INSERT (agent, kind, detail, during, happened_at)"}'::text[] ELSE '{}' END
FROM (VALUES
    ('agent', 'agent = (SELECT my_agent())'),
    ('leader', 'agent = ANY ((SELECT visible_agents())::text[])'),
    ('qa', NULL), ('payroll', NULL),
    ('manager', 'true')) k (kind, rows);

-- Of an item that several agents were reviewed for, the last review is not
-- everybody's to see: qa_result and what is to review are QA's.
INSERT INTO access_relation (relation, kind)
SELECT t.relation, k.kind
FROM (VALUES ('assessment_sheet', '{agent,leader,qa,payroll,manager}'::text[]),
             ('published_score', '{agent,leader,manager}'),
             ('conduct_record', '{agent,leader,manager}'),
             ('qa_result', '{qa,manager}'),
             ('qa_to_review', '{qa,manager}'),
             ('qa_follow_up', '{agent,leader,qa,manager}'),
             ('recorded_call', '{agent,leader,qa,manager}')) t (relation, kinds)
CROSS JOIN unnest(t.kinds) k (kind);

INSERT INTO access_function (function, kinds, is_definer) VALUES
--  function                    who may call it                  with the owner's rights
    ('scorecard_faults',        '{manager}',                     false),
    ('approve_scorecard',       '{manager}',                     true),
    ('copy_scorecard',          '{manager}',                     false),
    ('open_assessments',        '{manager}',                     true),
    ('score_assessments',       '{manager}',                     true),
    ('note_assessment',         '{leader,manager}',              true),
    ('review_assessment',       '{manager}',                     true),
    ('publish_assessment',      '{manager}',                     true),
    ('record_conduct',          '{leader,qa,manager}',           true),
    ('decide_conduct',          '{leader,qa,payroll,manager}',   true),
    ('file_appeal',             '{agent,leader,manager}',        true),
    ('investigate_appeal',      '{leader,qa,payroll,manager}',   true),
    ('decide_appeal',           '{leader,qa,payroll,manager}',   true),
    ('escalate_appeal',         '{agent,leader,manager}',        true),
    ('rule_on_appeal',          '{leader,qa,payroll,manager}',   true),
    ('publish_checklist',       '{qa,manager}',                  true),
    ('checklist_at',            '{agent,leader,qa,payroll,manager}', false),
    ('sample_items',            '{qa,manager}',                  true),
    ('draw_sample',             '{qa,manager}',                  true),
    ('review_item',             '{qa,manager}',                  true),
    ('review_sampled',          '{qa,manager}',                  true),
    ('qa_defects',              '{agent,leader,qa,manager}',     true),
    ('contest_standing',        '{agent,leader,payroll,manager}', true),
    ('decide_contest',          '{manager}',                     true),
    ('my_contests',             '{agent,leader,payroll,manager}', true),
    ('is_superior',             '{leader,manager}',              true),
    ('decide_request',          '{leader,qa,payroll,manager}',   true);
