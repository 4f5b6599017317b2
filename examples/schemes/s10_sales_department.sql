-- S10  组建电话销售部门的方案 (电话营销部组建方案): a new department for telephone sales
--
-- The head of the department has five functions below.  Telesales finds customers
-- who intend to buy and prepares the sale; negotiations are mostly led by the
-- market department, which takes the customer over, while it stays known who
-- found him.
--
-- Makes the schema s10; DROP SCHEMA s10 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s10') \g /dev/null
SET search_path = s10, public;
UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00';
-- The message that a command is refused with.
CREATE FUNCTION answer_to(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM;
END
$$;

-- The head and five functions (S10.2); those who call are in "promotion".
INSERT INTO agent (agent, zone)
SELECT a, 'Asia/Shanghai' FROM unnest('{head, An, Bo, Mei, Ning}'::text[]) a;
INSERT INTO team (team, parent, leader) VALUES
    ('telesales', NULL, 'head'), ('planning', 'telesales', NULL), ('promotion', 'telesales', NULL),
    ('organisation', 'telesales', NULL), ('evaluation', 'telesales', NULL),
    ('market support', 'telesales', NULL), ('market', NULL, 'Mei');
INSERT INTO membership (agent, team)
VALUES ('An', 'promotion'), ('Bo', 'promotion'), ('Mei', 'market'), ('Ning', 'market');
\echo 'The functions below the head'
SELECT team, leads_over('head', 'An', '2026-03-02') AND people > 0 AS has_people
FROM team_report('2026-03-02')
JOIN team USING (team)
WHERE parent = 'telesales'
ORDER BY team;

-- A lead goes through six stages, from its reception to the signature (S10.8).
INSERT INTO campaign (campaign, stages) VALUES
    ('spring', 'received < presented < negotiating < closed < paid < signed'), ('market', NULL);
SELECT sign_in(a) FROM unnest('{An, Bo, Mei}'::text[]) a \g /dev/null
SELECT load_campaign('spring', ARRAY(SELECT 'L' || n FROM generate_series(1, 8) n),
                     ARRAY(SELECT (13800000000 + n)::text FROM generate_series(1, 8) n))
\g /dev/null
-- The leads are dealt to those who call (S10.6).
INSERT INTO pool (pool, ignore_presence) VALUES ('telesales', true), ('market', true);
INSERT INTO pool_team (pool, team) VALUES ('telesales', 'promotion'), ('market', 'market');
SELECT assign_batch('telesales', ARRAY(SELECT lead FROM to_dial ORDER BY task)) \g /dev/null

-- Customers who intend to buy are screened (S10.4): intent is an outcome, and has a
-- level.  Which levels there are is not said: A and B here.
\echo 'Intent without a level'
SELECT answer_to($$SELECT record_call('An', 'spring', '13800000001', 'intent', 'typed')$$);
SELECT record_call(a.agent, 'spring', t.number, v.outcome, 'entered after the day', t.lead,
                   v.at, v.at + interval '4 min', details => jsonb_build_object('level', v.level))
FROM (SELECT 'L' || n AS lead,
             (ARRAY['intent', 'no_answer', 'intent', 'refused'])[1 + n % 4] AS outcome,
             CASE WHEN n % 4 = 0 THEN 'A' ELSE 'B' END AS level,
             timestamptz '2026-03-02 09:00' + n * interval '10 min' AS at
      FROM generate_series(1, 8) n) v
JOIN task t USING (lead)
JOIN assignment a USING (lead) \g /dev/null
\echo 'Customers with intent, by level'
SELECT details ->> 'level' AS level, string_agg(lead, ', ' ORDER BY lead) AS leads
FROM contact_history
WHERE outcome = 'intent'
GROUP BY level
ORDER BY level;

-- Telesales brings them towards the deal (S10.7); who is of level A goes to the market
-- department (S10.5, S10.9).  The reading: it owns the lead from then on, and who had
-- it before stays in the record, for the commission.
SELECT set_lead_stage('spring', h.lead, s.stage, h.agent)
FROM (VALUES (1, 'received'), (2, 'presented')) s (n, stage)
JOIN contact_history h ON h.outcome = 'intent'
ORDER BY h.lead, s.n \g /dev/null
SELECT transfer(h.lead, 'market', 'negotiation', by => h.agent),
       hand_off('spring', h.lead, 'market', 'negotiation', h.agent)
FROM contact_history h
WHERE h.details ->> 'level' = 'A' AND h.outcome = 'intent'
ORDER BY h.lead \g /dev/null
\echo 'Who had each customer, who has it, and that the hand-over has a time'
SELECT a.lead,
       string_agg(format('%s of %s', a.agent, a.team), ', then ' ORDER BY a.assigned_at) AS agents,
       count(a.ended_at) AS handed_over
FROM assignment a
GROUP BY a.lead
HAVING count(*) > 1
ORDER BY a.lead;
SELECT set_lead_stage('spring', a.lead, s.stage, a.agent)
FROM (VALUES (1, 'negotiating', 2), (2, 'closed', 1), (3, 'paid', 1),
             (4, 'signed', 1)) s (n, stage, leads)
CROSS JOIN LATERAL (SELECT * FROM assignment WHERE pool = 'market' ORDER BY lead LIMIT s.leads) a
ORDER BY s.n \g /dev/null
\echo 'The way to the signature'
SELECT stage, leads, round(share, 2) AS share FROM funnel('spring');

\echo 'The report to the company (S10.12), and what the operation had for effect (S10.13)'
SELECT unit, calls, reached, talk_time
FROM activity('[2026-03-01,2026-04-01)', 'month', 'team')
WHERE calls > 0
ORDER BY unit;
SELECT class, calls, round(share, 2) AS share
FROM outcome_shares('[2026-03-01,2026-04-01)')
ORDER BY class;
\echo 'Who brought the signed one to each stage: for the commission of who began and who closed'
SELECT lead, stage, agent
FROM lead_stage_event
WHERE lead IN (SELECT lead FROM lead_stage WHERE stage = 'signed')
ORDER BY event;
