-- S15  电话销售岗位说明书: description of a telesales job
--
-- Sale by phone, with web, fax, SMS and mail as aids: introduction, consultation,
-- quotation, and the confirmation of the terms of a deal.  The job is to win new
-- customers by phone and direct mail, to revisit and survey those there are, and to
-- analyse what is known of them.  The deputy general manager directs it.
--
-- (The rest of the text is of other trades.)  Makes the schema s15; DROP SCHEMA s15
-- CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s15') \g /dev/null
SET search_path = s15, public;

-- The deputy general manager leads the department (S15.9).
UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00';
INSERT INTO agent (agent, zone) VALUES
    ('deputy', 'Asia/Shanghai'), ('An', 'Asia/Shanghai'), ('Bo', 'Asia/Shanghai');
INSERT INTO team (team, leader) VALUES ('telesales', 'deputy');
INSERT INTO membership (agent, team) VALUES ('An', 'telesales'), ('Bo', 'telesales');
SELECT sign_in('An'), sign_in('Bo') \g /dev/null
\echo 'Who directs whom'
SELECT agent, leads_over('deputy', agent, '2026-03-02') AS by_deputy
FROM agent
WHERE agent <> 'deputy'
ORDER BY agent;

-- New customers (S15.5) and revisits (S15.6) are campaigns.  Calls are made from a
-- number of the company's (S15.2).  The four steps of a sale (S15.4) are a ladder.
INSERT INTO campaign (campaign, task_type, zone, caller_number, stages, retry) VALUES
    ('new customers', 'sale', 'Asia/Shanghai', '4008000015',
     'introduction < consultation < quotation < terms confirmed', '* 1d; total 6'),
    ('revisits', 'revisit', 'Asia/Shanghai', '4008000016', NULL, '* 1d; total 3');
-- A survey goes with the revisits.
SELECT publish_survey('customers', '[
    {"question": "content", "kind": "single", "required": true,
     "choices": ["yes", "partly", "no"]},
    {"question": "size", "kind": "number", "lowest": 1}]') \g /dev/null
UPDATE campaign SET survey = 'customers' WHERE campaign = 'revisits';
SELECT load_campaign('new customers', '{N1, N2, N3, N4, N5, N6}',
                     ARRAY(SELECT '1380000500' || n FROM generate_series(1, 6) n),
                     ARRAY(SELECT 'customer ' || n FROM generate_series(1, 6) n),
                     source => 'trade directory'),
       load_campaign('revisits', '{R1, R2, R3}', '{13800006001, 13800006002, 13800006003}',
                     '{customer 11, customer 12, customer 13}') \g /dev/null

-- A week of March, entered afterwards.  What is done over another channel than the
-- phone (S15.1) is a contact like any other, and moves the lead as well.
CREATE TABLE diary (n integer GENERATED ALWAYS AS IDENTITY, agent text, campaign text, lead text,
                    at timestamptz, minutes integer, channel text, outcome text, stage text);
INSERT INTO diary (agent, campaign, lead, at, minutes, channel, outcome, stage) VALUES
    ('An', 'new customers', 'N1', '2026-03-02 09:00', 4, 'phone', 'answered', 'introduction'),
    ('An', 'new customers', 'N2', '2026-03-02 09:10', 1, 'phone', 'no_answer', NULL),
    ('An', 'new customers', 'N2', '2026-03-02 09:20', 0, 'mail', 'answered', 'introduction'),
    ('Bo', 'new customers', 'N3', '2026-03-02 10:00', 6, 'phone', 'answered', 'consultation'),
    ('Bo', 'new customers', 'N4', '2026-03-02 10:30', 2, 'phone', 'refused', NULL),
    ('Bo', 'new customers', 'N5', '2026-03-02 11:00', 5, 'phone', 'answered', 'introduction'),
    ('An', 'new customers', 'N1', '2026-03-03 09:00', 7, 'phone', 'answered', 'consultation'),
    ('An', 'new customers', 'N1', '2026-03-04 09:00', 0, 'fax', 'answered', 'quotation'),
    ('Bo', 'new customers', 'N3', '2026-03-04 10:00', 0, 'web', 'answered', 'quotation'),
    ('An', 'new customers', 'N1', '2026-03-05 09:00', 0, 'sms', 'success', 'terms confirmed'),
    ('Bo', 'revisits', 'R1', '2026-03-05 14:00', 3, 'phone', 'satisfied', NULL),
    ('Bo', 'revisits', 'R2', '2026-03-05 14:10', 4, 'phone', 'dissatisfied', NULL),
    ('An', 'revisits', 'R3', '2026-03-06 14:00', 3, 'phone', 'satisfied', NULL);
CREATE TABLE entered AS
SELECT d.n, d.stage, a.*
FROM (SELECT diary.*, number FROM diary JOIN task USING (campaign, lead) ORDER BY n) d
CROSS JOIN LATERAL record_call(d.agent, d.campaign, d.number, d.outcome, 'entered after the week',
    d.lead, d.at, d.at + d.minutes * interval '1 min', channel => d.channel,
    details => '{"intent": true, "confirmed": true}') a;
SELECT set_lead_stage(campaign, lead, stage, agent, attempt)
FROM (SELECT * FROM entered WHERE stage IS NOT NULL ORDER BY n) e \g /dev/null

\echo 'Contacts by channel; only calls have a number that they were made from'
SELECT channel, count(*) AS contacts, count(DISTINCT customer) AS customers,
       sum(ended_at - started_at) AS time
FROM attempt
GROUP BY channel
ORDER BY channel;
SELECT campaign, caller_number, count(*) AS calls
FROM attempt
WHERE channel = 'phone'
GROUP BY campaign, caller_number
ORDER BY campaign;

\echo 'How far the new customers have come, and each of them'
SELECT stage, leads, round(share, 2) AS share FROM funnel('new customers');
SELECT lead, stage, agent FROM lead_stage ORDER BY rung DESC, lead;
\echo 'The way of N1'
SELECT h.started_at, h.channel, e.stage
FROM contact_history h
LEFT JOIN lead_stage_event e USING (attempt)
WHERE h.lead = 'N1'
ORDER BY h.started_at;
\echo 'Not called yet'
SELECT campaign, lead, customer, source FROM to_dial ORDER BY lead;

-- The survey, of those who were revisited.
SELECT answer_survey(attempt, v.answers::jsonb)
FROM (VALUES ('R1', '{"content": "yes", "size": 40}'), ('R2', '{"content": "no", "size": 12}'))
    v (lead, answers)
JOIN entered USING (lead) \g /dev/null
\echo 'Revisited customers, as they answered; and who was not asked'
SELECT question, choice, answers, round(share, 2) AS share, round(average, 1) AS average
FROM survey_report('customers', '[2026-03-01,2026-04-01)');
SELECT lead, agent FROM survey_missing;

-- Analysis of customer data (S15.7): by customer, by outcome, by week and agent.
\echo 'Customers, those with most contacts first'
SELECT customer, contacts, reached, talk_time, agents, last_outcome, last_agent
FROM customer_report('[2026-03-01,2026-04-01)');
\echo 'What the calls by phone brought, week by week'
SELECT lower(period) AS week, outcome, calls, round(share, 2) AS share
FROM outcome_shares('[2026-03-02,2026-03-16)', 'week')
ORDER BY week, outcome;
SELECT unit AS agent, calls, reached, valid, talk_time
FROM activity('[2026-03-01,2026-04-01)', 'month')
ORDER BY agent;
