-- Fill a workspace with something in every table; search_path is set to it.
INSERT INTO agent (agent, name, zone, skills, hired_on, left_on, mentor)
SELECT 'agent ' || n, 'Agent "' || n || E'"\t\\.', CASE n % 3 WHEN 0 THEN 'Asia/Shanghai' ELSE 'UTC' END,
    CASE n % 4 WHEN 0 THEN '{fr}'::text[] ELSE '{}' END, date '2020-01-01' + n,
    -- these rows could not be entered in this order, nor the mentor be set, by
    -- a check that looks at today
    CASE WHEN n % 20 = 0 THEN date '2024-01-01' END, CASE WHEN n > 1 THEN 'agent ' || n - 1 END
FROM generate_series(1, 40) AS n;
INSERT INTO team (team, name, parent, leader)
SELECT 'team ' || n, NULL, CASE WHEN n > 1 THEN 'team 1' END, 'agent ' || n
FROM generate_series(1, 5) AS n;
INSERT INTO membership (agent, team, valid)
SELECT 'agent ' || n, 'team ' || 2 + n % 4, daterange(date '2020-01-01' + n, '2021-01-01')
FROM generate_series(1, 40) AS n
UNION ALL
SELECT 'agent ' || n, 'team ' || 2 + (n + 1) % 4, daterange('2021-01-01', NULL)
FROM generate_series(1, 40) AS n;
INSERT INTO pool (pool, rotation) VALUES ('levels', 'levels'), ('flat', 'flat'), ('nobody', 'levels');
INSERT INTO pool_team (pool, team, weight)
SELECT p.pool, 'team ' || n, CASE n WHEN 2 THEN 2.5 END
FROM pool AS p, generate_series(2, 5) AS n
WHERE p.pool <> 'nobody';
INSERT INTO pool_seat (pool, agent, weight)
SELECT 'levels', 'agent ' || n, 1 + n % 3
FROM generate_series(1, 40) AS n;
SELECT count(*) FROM assign_batch('levels', ARRAY(SELECT 'lead ' || n FROM generate_series(1, 1001) AS n));
INSERT INTO pool (pool, mode) VALUES ('ring', 'ring');
INSERT INTO pool_team (pool, team) VALUES ('ring', 'team 2'), ('ring', 'team 3');
SELECT count(*) FROM generate_series(1, 20) AS n, LATERAL assign('ring', 'ring ' || n) AS a;
SELECT count(*) FROM assign_batch('flat', ARRAY(SELECT 'flat ' || n FROM generate_series(1, 97) AS n));
SELECT count(*)
FROM generate_series(1, 20) AS n,
    LATERAL assign('levels', 'single ' || n, 'customer ' || n, requires => '{fr}') AS a;
SELECT count(*) FROM generate_series(1, 3) AS n, LATERAL assign('nobody', 'waiting ' || n) AS a;
-- what happens to leads afterwards; agent 1 leads the team above all others
SELECT sign_in('agent 2'), pause('agent 3'), sign_out('agent 4');
SELECT touch('lead 5'), close_lead('lead 6', 'won'), release('lead 8', 'no time'),
    reassign('lead 9', 'agent 9', 'knows the customer', 'agent 1'),
    merge_lead('lead 12', 'lead 13', 'agent 1');
SELECT credit_back(a, 'number does not exist', 'agent 1')
FROM assignment AS a
WHERE a.lead = 'lead 10';
SELECT redistribute('agent 11', 'leaves', 'agent 1');
UPDATE pool_seat SET per_day = 30 WHERE agent = 'agent 13';
UPDATE pool SET recycle_after = interval '1 microsecond' WHERE pool = 'flat';
SELECT recycle('flat') > 0, pick('agent 12', 'flat 50');
SELECT enqueue('nobody', 'queued'), distribute_daily('nobody', '2026-01-01');
-- a ring in use
SELECT count(*) FROM generate_series(21, 30) AS n, LATERAL assign('ring', 'ring ' || n) AS a;
-- leaves a note for the pools
UPDATE agent SET left_on = '2024-06-01' WHERE agent = 'agent 7';
-- a table of the CRM, which two workspaces may share
CREATE SCHEMA IF NOT EXISTS crm;
CREATE TABLE IF NOT EXISTS crm.lead (id integer PRIMARY KEY, owner text);
INSERT INTO source (source, relation, key_column, owner_column, nobody, alive)
VALUES ('crm', 'crm.lead', 'id', 'owner', '{"", "-\\"}', 'lead.id > 0');
SELECT attach('crm', 'nobody');
-- the calendar and what holds for the whole organisation
INSERT INTO calendar (calendar, days)
VALUES ('cal "1"', '2026-01-01 holiday, 2026-01-04 Mo known from 2020-01-01 to 2030-12-31');
UPDATE setting SET zone = 'Asia/Shanghai', calendar = 'cal "1"', hours = 'Mo-Sa 08:00-17:00; PH off';
-- grades, with history that later rules would refuse
SELECT set_ladder('sales', 'trainee < "sales, junior" < senior');
SELECT set_grade('agent ' || n, 'trainee', '2021-01-01')
FROM generate_series(1, 9) AS n;
SELECT set_grade('agent ' || n, 'sales, junior', '2021-02-01', 'trainee', by => 'agent 1')
FROM generate_series(3, 6) AS n;
SELECT set_grade('agent 4', 'senior', '2021-03-01', 'sales, junior', by => 'agent 1');
UPDATE grade SET minimum_time = '1 year', protection = '6 months', certificates = '{sales}';
-- metrics and attendance
SELECT plan_attendance('[2026-01-01,2026-01-08)', '{agent 1,agent 2}');
INSERT INTO metric (metric, unit, source, at_column, quantity_column, item_column)
VALUES ('given "back"', E'\t', 'lead_event'::regclass, 'at', NULL, 'lead');
-- team rules; the limits hold for what comes, not for what was
INSERT INTO team_type (team_type, minimum_size, maximum_size) VALUES ('small "team"', 1, 60);
UPDATE team SET team_type = 'small "team"', tasks = '{"a, b"}' WHERE team = 'team 2';
INSERT INTO headcount_plan (team, role, people) VALUES ('team 2', 'agent', 12);
INSERT INTO certificate (agent, certificate, valid) VALUES ('agent 4', 'sales', '[2020-01-01,2026-01-01)');
INSERT INTO training (training, place, within) VALUES ('drill', 1, '7 days');
SELECT record_training('agent 2', 'drill', '2020-01-05', passed => true);
INSERT INTO stage (stage, place, longest) VALUES ('probation', 1, '3 months'), ('regular', 2, NULL);
SELECT enter_stage('agent 2', 'probation', '2020-01-03', 'agent 1', contract => 'B'),
    enter_stage('agent 2', 'regular', '2020-04-03', 'agent 1');
UPDATE stage SET trainings = '{drill}', certificates = '{sales}' WHERE stage = 'regular';
INSERT INTO role (role, name, aliases) VALUES ('agent', 'Agent', '{"seat, service"}');
INSERT INTO appointment (agent, role, team, valid) VALUES ('agent 2', 'leader', 'team 2', '[2021-01-01,2021-04-01)');
-- the contact desk; who signs in here is not in the pools
INSERT INTO calendar (calendar, days)
SELECT 'desk', lead_ops.known_within('2026-10-01 holiday', '[2020-01-01,2100-01-01)')
WHERE NOT EXISTS (SELECT FROM calendar WHERE calendar = 'desk');
SELECT publish_survey('none', '[{"question": "a \"b\"", "kind": "multiple", "choices": ["x, y", "{\\"]},
    {"question": "n", "kind": "number", "lowest": 0.5}]');
INSERT INTO campaign (campaign, task_type, hours, zone, calendar, attempts_a_day, survey, valid_outcomes)
VALUES ('spring "26"', 'revisit', '24/7', 'Asia/Shanghai', 'desk', 2, 'none', '{"a, b"}');
SELECT load_campaign('spring "26"', ARRAY(SELECT 'desk ' || n FROM generate_series(1, 300) n) || ARRAY['bad'],
    ARRAY(SELECT '+8610' || 5550000 + n FROM generate_series(1, 300) n) || ARRAY['1 \'], source => E'\t');
SELECT suppress('+86105550300', source => 'register');
SELECT count(*) FROM next_calls('agent 2', 'spring "26"', 5);
SELECT confirm_dial((SELECT min(token) FROM task)), renew((SELECT max(token) FROM task), '1 hour'),
    finish((SELECT min(token) FROM task), 'busy', E'"note"\\', details => '{"a": "\\"}');
SELECT record_call('agent 2', 'spring "26"', '+86105550299', 'refused', 'line was down', lead => 'desk 299');
SELECT book_callback('desk 200', '2099-01-01 10:00+08', 'agent 5', note => 'about "it"');
SELECT answer_survey(max(attempt), '{"a \"b\"": ["x, y", "{\\"], "n": 0.50}') FROM attempt;
-- quotas
INSERT INTO quota (agent, metric, period, amount, valid)
VALUES ('agent 1', 'leads_received', 'month', 100, '[2020-02-01,)'), ('agent 1', 'leads_received', 'month', 50.5, '(,2020-02-01)');
INSERT INTO quota (team, shared, metric, period, amount, ramp) VALUES ('team 2', true, 'leads_received', 'day', 7, '{0.5,0.75}');
SELECT acknowledge_quota(q.quota, 'agent 1') IS NOT NULL FROM quota AS q WHERE q.amount = 100;
INSERT INTO improvement_plan (agent, metric, period, plan, written_by)
VALUES ('agent 1', 'leads_received', '[2026-01-01,2026-02-01)', E'"call\t\\more"', 'agent 2');
-- what follows calls
INSERT INTO campaign (campaign, stages, retry) VALUES ('visits', 'a < b', 'dissatisfied 1d; * 1d');
INSERT INTO follow_up (campaign, outcome, next_campaign, delay) VALUES ('spring "26"', 'consulted', 'visits', '1 month');
SELECT record_call('agent 2', 'spring "26"', '+86105550298', 'consulted', 'line was down', lead => 'desk 298');
SELECT set_lead_stage('visits', 'desk 298', 'b', 'agent 3', note => E'"\\'), transfer_to_mentor('spring "26"', 'desk 200', 'too hard'),
    hand_off('spring "26"', 'desk 299', 'visits', 'asked for it', 'agent 2');
SELECT file_complaint('K 1', 'visits', '+86105550297', responsible => 'team 2', subject => 'late'), complaint_handled('K 1', 'agent 3');
SELECT load_history('visits', ARRAY['pbx "1"'], ARRAY['agent 4'], ARRAY['+86105550296'], ARRAY[timestamptz '2026-03-01 10:00+00'],
    ARRAY[timestamptz '2026-03-01 10:01+00'], ARRAY['answered']);
SELECT count(*) FROM remind_callbacks('100 years');
SELECT apply_rule('visits', 'us_debt', 'agent 3');
UPDATE campaign SET teams = '{"team 2"}' WHERE campaign = 'visits';
INSERT INTO make_up (agent, metric, day, missing, due_on, note) VALUES ('agent 1', 'leads_received', '2026-03-04', 1.50, '2026-03-07', '\');
-- pay: two months, the first closed, with late items, awards, draws and shared sales
INSERT INTO plan (plan, name) VALUES ('plan "A"', E'with\ttab\\'), ('leaders', NULL);
INSERT INTO plan_version (plan, version, valid) VALUES ('plan "A"', 1, '[2026-01-01,)'), ('leaders', 1, '[2026-01-01,)');
CREATE VIEW sale AS SELECT agent, at, quantity, sale AS item FROM credit WHERE kind = 'sale';
INSERT INTO metric (metric, unit, source, item_column) VALUES ('sale', 'CNY', 'sale', 'item');
INSERT INTO component (plan, version, component, position, metric, total_of, scope, per, basis, schedule, on_change) VALUES
    ('plan "A"', 1, 'base', 1, NULL, NULL, 'own', 'month', 'sum', 'whole from 0: 1400', 'latest'),
    ('plan "A"', 1, 'each sale', 2, 'sale', NULL, 'own', 'event', 'sum', 'marginal from 0: 3% signed', 'by_event'),
    ('plan "A"', 1, 'quarter', 3, 'sale', NULL, 'own', 'quarter', 'sum', 'whole from 0: 0, from 1000: 1%', 'prorate'),
    ('plan "A"', 1, 'fine', 4, NULL, NULL, 'own', 'month', 'sum', 'whole from 0: -2000', 'latest'),
    ('leaders', 1, 'override', 1, NULL, '{each sale}', 'team_without_self', 'month', 'sum', 'marginal from 0: 10% signed', 'latest');
INSERT INTO component_factor (plan, version, component, factor, constant) VALUES ('leaders', 1, 'override', 1, 1.2);
INSERT INTO component_gate (plan, version, component, gate, metric, threshold) VALUES ('plan "A"', 1, 'fine', 1, 'sale', 1);
INSERT INTO component_bound (plan, version, component, side, per, amount, carries)
VALUES ('plan "A"', 1, 'each sale', 'maximum', 'period', 25, true);
INSERT INTO plan_check (plan, version, component, of_component, ratio) VALUES ('plan "A"', 1, 'base', 'fine', 0.5);
SELECT activate_plan('plan "A"', 1, 'agent 1'), activate_plan('leaders', 1);
SELECT copy_plan('plan "A"', 1, '[2027-01-01,)');
INSERT INTO plan_assignment (agent, plan, valid)
SELECT 'agent ' || n, 'plan "A"', daterange('2026-01-01', NULL) FROM generate_series(5, 12) AS n
UNION ALL SELECT 'agent 3', 'leaders', '(,)';
INSERT INTO draw (agent, valid, amount, recovery) VALUES ('agent 6', '[2026-01-01,)', 1500.50, 0.5);
INSERT INTO pay_period (period, during) VALUES ('2026-01', '[2026-01-01,2026-02-01)'), ('2026 "02"', '[2026-02-01,2026-03-01)');
SELECT count(*) FROM credit_sale('sale "1"', 1000, '2026-01-10 10:00Z', '{agent 5,agent 6,agent 8}', '{33.33,33.33,33.34}');
INSERT INTO award_kind (kind, effect, least) VALUES ('reward', 'pay', NULL), ('deposit', 'withhold', 0);
SELECT approve_award(request_award('agent 5', 'reward', 99.5, '2026-01', E'"good"\\', 'agent 6'), 'agent 1'),
    approve_award(request_award('agent 8', 'deposit', 10, '2026 "02"', 'risk', 'agent 6'), 'agent 1'),
    refuse_award(request_award('agent 8', 'reward', 1000, '2026-01', 'more', 'agent 8'), 'agent 1');
SELECT calculate('2026-01') > 0, close_period('2026-01', 'agent 1', despite_gaps => true), mark_paid('2026-01');
SELECT count(*) FROM refund_sale('sale "1"', 400, 'returned');
SELECT calculate('2026 "02"') > 0;
SELECT count(*) FROM refund_sale('sale "1"', 100, 'more of it');
-- rules on grades
INSERT INTO grade_rule (rule, kind, ladder, from_grade, period_kind) VALUES ('too "long"', 'demote', 'sales', 'senior', 'month');
INSERT INTO grade_condition (rule, condition, test, time) VALUES ('too "long"', 1, 'time_in_grade', '3 years');
SELECT count(*) FROM review_grades('[2025-01-01,2025-02-01)');
-- a scorecard, of which one version follows another, with results and a correction to come
INSERT INTO scorecard (scorecard, name, roles) VALUES ('card "1"', E'with\ttab\\', '{agent,"a, b"}');
INSERT INTO scorecard_version (scorecard, version, valid) VALUES ('card "1"', 1, '[2024-01-01,)');
INSERT INTO scorecard_indicator (scorecard, version, indicator, weight, metric, rubric, target, scoring, schedule) VALUES
    ('card "1"', 1, 'leads', 60, 'leads_received', NULL, 10, 'schedule', 'whole from 0: 0, from 0.5: 1'),
    ('card "1"', 1, 'zeal', 40, NULL, E'"1"\\', NULL, 'proportional', NULL);
INSERT INTO scorecard_assessor (scorecard, version, assessor, weight) VALUES ('card "1"', 1, 'agent 1', 2.5);
SELECT approve_scorecard('card "1"', 1, 'agent 1');
SELECT copy_scorecard('card "1"', 1, '[2024-06-01,)');
SELECT approve_scorecard('card "1"', 2, 'agent 1', E'new\t"law"\\');
SELECT count(*) FROM open_assessments('card "1"', '[2026-01-01,2026-02-01)', 'agent 1', '{agent 5,agent 6,agent 8}');
INSERT INTO assessment_entry (assessment, indicator, assessor, figure, note)
SELECT a.assessment, 'zeal', 'agent 1', 1.50, '\' FROM assessment AS a;
UPDATE scorecard_indicator SET target = 2 WHERE version = 2 AND indicator = 'zeal';
SELECT count(*) FROM score_assessments('card "1"', '[2026-01-01,2026-02-01)', 'agent 2', '{agent 5,agent 6}');
SELECT review_assessment(a.assessment, 'agent 1') IS NOT NULL, publish_assessment(a.assessment, 'agent 1') IS NOT NULL
FROM assessment AS a WHERE a.agent = 'agent 5';
-- appeals, conduct, quality, contests and requests
INSERT INTO conduct_rule (rule, amounts, within, dismissal_from) VALUES ('a "call"', '{0.50,100}', '1 year', 2);
SELECT decide_conduct((record_conduct('agent 5', 'a "call"', d, E'"\\', 'agent 2')).conduct, true, 'agent 1') IS NOT NULL
FROM unnest('{2026-02-03,2026-02-04}'::date[]) AS d;
SELECT file_appeal('agent 5', 'objection', E'no\t"\\', conduct => max(conduct)) IS NOT NULL FROM conduct;
SELECT file_appeal('agent 5', 'unclear', 'why?', assessment => a.assessment) IS NOT NULL FROM assessment AS a WHERE a.agent = 'agent 5';
SELECT investigate_appeal(a.appeal, 'he said "no"', '\', 'agent 1') IS NOT NULL FROM appeal AS a;
SELECT decide_appeal(a.appeal, 'granted', 'so', 'agent 1', CASE WHEN a.assessment IS NOT NULL THEN '{"zeal": 40}'::jsonb END, CASE WHEN a.conduct IS NOT NULL THEN 10 END) IS NOT NULL
FROM appeal AS a;
SELECT escalate_appeal(a.appeal, 'more', 'agent 5') IS NOT NULL FROM appeal AS a WHERE a.conduct IS NOT NULL;
SELECT publish_checklist('list "1"', '[{"item": "a", "defect": "\\"}, {"item": "b", "critical": true}]', 'agent 1', script => E'\t"');
SELECT publish_checklist('list "1"', '[{"item": "a"}]', 'agent 1', '2099-01-01', 50);
SELECT count(*) > 0 FROM draw_sample('leads_received', daterange('2020-01-01', '2100-01-01'), 'seed "1"', 'agent 1', rate => 0.01, checklist => 'list "1"');
SELECT review_item('agent 5', 'leads_received', 'lead 1', clock_timestamp(), 'list "1"', '{"a": {"ok": false, "note": "\\"}, "b": null}', 'agent 1',
    suggestion => '"', follow_up_on => '2026-03-03') IS NOT NULL;
INSERT INTO contest (contest, during, prizes, ties) VALUES ('pk "1"', '[2020-01-01,2026-02-01)', '{500.05,100}', 'earliest');
INSERT INTO contest_metric (contest, metric, weight) VALUES ('pk "1"', 'sale', 0.5), ('pk "1"', 'attempts_valid', 1.50);
INSERT INTO contest_entrant (contest, team) VALUES ('pk "1"', 'team 2'), ('pk "1"', 'team 3');
SELECT count(*) FROM decide_contest('pk "1"', 'agent 1');
INSERT INTO request_kind (kind, within) VALUES ('over "time"', '2 hours');
INSERT INTO request (agent, kind, detail, during) VALUES ('agent 8', 'over "time"', '\', '[2026-03-28 09:00+00,)'), ('agent 5', 'over "time"', 'x', NULL);
SELECT decide_request(r.request, true, 'agent 1') IS NOT NULL FROM request AS r WHERE r.agent = 'agent 8';
INSERT INTO assessment_task (scorecard, during, task, owner, due_on) VALUES ('card "1"', '[2026-01-01,2026-02-01)', 'a "b"', 'agent 2', '2026-02-03');
-- access for a role that is there in every cluster
SELECT grant_access('pg_monitor', 'qa');
