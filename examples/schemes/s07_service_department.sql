-- S07  电销客服部组织架构及岗位职责: a service department of six people
--
-- One manager, a group for telemarketing and one for after-sales service.  Every
-- morning the customers that the market department names are dealt out and
-- called; customers are revisited before and after a sale and after a complaint,
-- until they are satisfied; recordings are sampled at random, and assessed.
--
-- Makes the schema s07; DROP SCHEMA s07 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s07') \g /dev/null
SET search_path = s07, public;
UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00';

-- A tree: business unit, department, two groups (S07.9), each with the types of
-- tasks it does (S07.10, S07.11).  The paper names six people, one of them the
-- manager (S07.6, S07.7); how five divide is not said: two and three here.  The
-- plan of heads changes with the business (S07.8).
INSERT INTO agent (agent, zone, hired_on)
SELECT a, 'Asia/Shanghai', '2026-01-05'
FROM unnest('{manager, An, Bo, Cui, Dai, Er, assessor}'::text[]) a;
INSERT INTO team (team, parent, leader, tasks) VALUES
    ('sales unit', NULL, NULL, '{}'), ('service department', 'sales unit', 'manager', '{}'),
    ('telemarketing', 'service department', NULL, '{consultation, complaint_revisit}'),
    ('after-sales', 'service department', NULL,
     '{pre_sale_revisit, after_sale_revisit, marketing, second_purchase, referral, publicity}');
INSERT INTO membership (agent, team, role) VALUES
    ('manager', 'service department', 'leader'), ('An', 'telemarketing', 'agent'),
    ('Bo', 'telemarketing', 'agent'), ('Cui', 'after-sales', 'agent'),
    ('Dai', 'after-sales', 'agent'), ('Er', 'after-sales', 'agent');
INSERT INTO headcount_plan (team, role, people, valid) VALUES
    ('service department', 'leader', 1, '[2026-01-01,)'),
    ('telemarketing', 'agent', 2, '[2026-01-01,)'),
    ('after-sales', 'agent', 3, '[2026-01-01,2026-07-01)'),
    ('after-sales', 'agent', 5, '[2026-07-01,)');

\echo 'The department in March, and what it lacks once it is to grow in July'
SELECT team, people, agents, leaders FROM team_report('2026-03-02') ORDER BY team;
SELECT team, role, planned, actual, missing FROM headcount('2026-07-01') ORDER BY team, role;

-- The list of the market department waits over night, with its source (S07.15), and
-- is dealt once each working day (S07.16).  No hour is named: whatever starts the
-- distribution says when.  Asking twice a day changes nothing.
INSERT INTO pool (pool, rotation, ignore_presence) VALUES ('market list', 'flat', true);
INSERT INTO pool_team (pool, team)
VALUES ('market list', 'telemarketing'), ('market list', 'after-sales');
SELECT enqueue_batch('market list', ARRAY(SELECT 'fair ' || n FROM generate_series(1, 13) n),
                     requested_by => 'market department') \g /dev/null
\echo 'The morning distribution of 2 March, asked for twice, and that of 3 March'
SELECT distribute_daily('market list', '2026-03-02', by => 'manager') AS dealt,
       distribute_daily('market list', '2026-03-02', by => 'manager') AS again;
SELECT enqueue_batch('market list', ARRAY(SELECT 'web ' || n FROM generate_series(1, 7) n),
                     requested_by => 'market department') \g /dev/null
SELECT distribute_daily('market list', '2026-03-03', by => 'manager') AS dealt;
SELECT agent, count(*) FILTER (WHERE lead LIKE 'fair%') AS monday,
       count(*) FILTER (WHERE lead LIKE 'web%') AS tuesday, count(*) AS both_days
FROM assignment
GROUP BY agent
ORDER BY agent;

-- One desk calls for all lines of business (S07.1).  What a call brings leads to the
-- next: intent to a revisit before the sale (S07.12, S07.26), success to one after
-- it (S07.13).
INSERT INTO campaign (campaign, task_type, retry, teams) VALUES
    ('market list', 'sale', '* 1d; total 6', NULL),
    ('pre-sale', 'pre_sale_revisit', '* 1d', '{after-sales}'),
    ('after-sale', 'after_sale_revisit', '* 1d', '{after-sales}'),
    ('complaints', 'complaint_revisit', 'dissatisfied 1d; * 4h', '{telemarketing}');
INSERT INTO follow_up (campaign, outcome, next_campaign, delay) VALUES
    ('market list', 'intent', 'pre-sale', '2 days'),
    ('market list', 'success', 'after-sale', '7 days');
SELECT sign_in(agent) FROM agent WHERE agent <> 'assessor' \g /dev/null
SELECT load_campaign('market list', array_agg(lead ORDER BY lead),
                     array_agg((13800000000 + n)::text ORDER BY lead),
                     agents => array_agg(agent ORDER BY lead), source => 'market department')
FROM (SELECT lead, agent, row_number() OVER (ORDER BY lead) AS n FROM assignment) a \g /dev/null

-- Everybody calls the own list.  Customers also call in (S07.2).
SELECT record_call(t.owner, 'market list', t.number,
                   CASE t.n % 5 WHEN 1 THEN 'intent' WHEN 2 THEN 'success' WHEN 3 THEN 'refused'
                                ELSE 'no_answer' END,
                   'entered after the day', t.lead, c.at, c.at + interval '90 seconds',
                   recording => format('rec/%s.wav', t.lead),
                   details => '{"level": "B", "intent": true, "confirmed": true}')
FROM (SELECT *, row_number() OVER (ORDER BY task) AS n FROM task ORDER BY task) t
CROSS JOIN LATERAL (VALUES (timestamptz '2026-03-02 09:00' + t.n * interval '5 min')) c (at)
\g /dev/null
SELECT record_call('An', 'market list', '13900000001', 'consulted', 'customer called',
                   direction => 'in', started_at => '2026-03-02 15:00',
                   ended_at => '2026-03-02 15:06') \g /dev/null
\echo 'The work of the day, in the hands of each group'
SELECT unit, calls, incoming, reached, talk_time
FROM activity('[2026-03-02,2026-03-03)', per => 'team')
ORDER BY unit;
\echo 'Revisits that follow from it'
SELECT campaign, count(*), min(source) AS source
FROM to_dial
WHERE campaign IN ('pre-sale', 'after-sale')
GROUP BY campaign
ORDER BY campaign;

-- A complaint is revisited once it was put right (S07.14, S07.18).  Who is not
-- satisfied opens it again for the unit responsible (S07.20); who is closes it (S07.19).
SELECT file_complaint('K1', 'complaints', '13800000002', lead => 'fair 2',
                      responsible => 'after-sales', subject => 'nobody came') \g /dev/null
SELECT complaint_handled('K1', 'Cui', 'visit on Friday') \g /dev/null
SELECT record_call('An', 'complaints', '13800000002', 'dissatisfied', 'revisit', lead => 'K1')
\g /dev/null
\echo 'Not satisfied: the complaint is open again'
SELECT complaint, responsible, state, revisits, outcome FROM open_complaint;
SELECT complaint_handled('K1', 'Cui', 'was there, apologised') \g /dev/null
SELECT record_call('An', 'complaints', '13800000002', 'satisfied', 'revisit', lead => 'K1')
\g /dev/null
\echo 'Until the customer is satisfied'
SELECT e.kind, e.by, e.note FROM complaint_event e ORDER BY event;
SELECT complaint, state, revisits FROM complaint;

-- A survey of how content customers are (S07.3), among the revisits after the sale.
SELECT publish_survey('content', '[{"question": "content", "kind": "single", "required": true,
                                    "choices": ["yes", "partly", "no"]}]') \g /dev/null
UPDATE campaign SET survey = 'content' WHERE campaign = 'after-sale';
SELECT answer_survey((a).attempt, jsonb_build_object('content', answer))
FROM (SELECT record_call('Dai', 'after-sale', number, 'answered', 'revisit', lead,
                         '2026-03-10 10:00', '2026-03-10 10:03') AS a,
             (ARRAY['yes', 'yes', 'no', 'partly'])[row_number() OVER (ORDER BY task)] AS answer
      FROM to_dial
      WHERE campaign = 'after-sale') s \g /dev/null
\echo 'How content the customers are'
SELECT choice, answers, round(share, 2) AS share
FROM survey_report('content', '[2026-03-01,2026-04-01)');

-- Recordings are sampled at random (S07.21): told by a seed, so nobody can choose, and
-- whoever draws again gets the same.  No rate is given: one in five here, and at least
-- one of each agent.
CREATE VIEW recorded AS
SELECT attempt, agent, started_at AS at, lead FROM attempt WHERE reached AND recording IS NOT NULL;
INSERT INTO metric (metric, unit, source, quantity_column, item_column)
VALUES ('recorded calls', 'calls', 'recorded', NULL, 'lead');
INSERT INTO checklist (checklist, version) VALUES ('call', 1);
INSERT INTO checklist_version (checklist, version, active_from, pass_mark, published_by)
VALUES ('call', 1, '2026-01-01', 75, 'manager');
INSERT INTO checklist_item (checklist, version, item, position, wording, points, defect) VALUES
    ('call', 1, 'greeting', 1, 'Says who is calling', 1, 'manners'),
    ('call', 1, 'need', 2, 'Asks what the customer needs', 2, 'listening'),
    ('call', 1, 'record', 3, 'Writes down all of it', 1, 'records');
SELECT sample, agent, item, at
FROM draw_sample('recorded calls', '[2026-03-01,2026-04-01)', 'March 2026', 'assessor',
                 rate => 0.2, checklist => 'call') \g /dev/null
\echo 'The calls of the sample, and as many of them as would be drawn again'
SELECT agent, item, at FROM qa_sample_item ORDER BY agent, item;
SELECT count(*) AS drawn, count(s.item) AS drawn_again
FROM qa_sample_item i
LEFT JOIN sample_items('recorded calls', '[2026-03-01,2026-04-01)', 'March 2026', rate => 0.2) s
    ON s.agent = i.agent AND s.item = i.item;

-- Each is assessed (S07.22), with a suggestion and a day to look again (S07.23).
SELECT review_sampled(sample, item, jsonb_build_object('greeting', true, 'need', agent <> 'Cui',
                                                       'record', agent <> 'Bo'), 'assessor',
                      CASE WHEN agent = 'Cui' THEN 'ask before you offer' END,
                      CASE WHEN agent = 'Cui' THEN date '2026-04-10' END)
FROM qa_sample_item
ORDER BY agent, item \g /dev/null
\echo 'What came of it'
SELECT agent, score, passed, suggestion, follow_up_on FROM qa_review ORDER BY agent;
SELECT defect, findings, reviews, round(share, 2) AS share FROM qa_defects();

-- Data of customers, analysed (S07.5).
\echo 'The customers of the market department, and how far they came'
SELECT leads, called, reached, interested, won, round(close_rate, 2) AS close_rate
FROM conversion('[2026-03-01,2026-04-01)', campaign => 'market list');
