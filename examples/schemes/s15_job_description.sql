-- S15  电话销售岗位说明书: the job of selling by phone
--
-- A job description.  Telephone sales use the web, fax, short messages and mail as
-- aids, from one number in the company's name; a sale goes through four steps;
-- customers are revisited and asked, and what is known of them is analysed.
--
-- Makes the schema s15; DROP SCHEMA s15 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s15') \g /dev/null
SET search_path = s15, public;
UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00';

-- The deputy general manager directs (S15.9), at whatever depth.
INSERT INTO agent (agent, zone)
SELECT a, 'Asia/Shanghai' FROM unnest('{deputy, An, Bo}'::text[]) a;
INSERT INTO team (team, parent, leader) VALUES ('sales', NULL, 'deputy'), ('phone', 'sales', NULL);
INSERT INTO membership (agent, team) VALUES ('An', 'phone'), ('Bo', 'phone');
\echo 'Who is directed by the deputy'
SELECT agent, leads_over('deputy', agent, '2026-03-02') FROM agent ORDER BY agent;

-- A number for marketing, in the company's name (S15.2); a process of four steps (S15.4).
INSERT INTO campaign (campaign, task_type, caller_number, stages) VALUES
    ('new customers', 'sale', '4008001234',
     'introduction < consultation < quotation < confirmation'),
    ('revisits', 'revisit', '4008001234', NULL);
SELECT sign_in(a) FROM unnest('{An, Bo}'::text[]) a \g /dev/null
SELECT load_campaign('new customers', ARRAY(SELECT 'N' || n FROM generate_series(1, 6) n),
                     ARRAY(SELECT (13800000000 + n)::text FROM generate_series(1, 6) n),
                     ARRAY(SELECT 'company ' || n FROM generate_series(1, 6) n)) \g /dev/null

-- New customers are developed by phone and by mail (S15.5); each contact has its
-- channel, of which there are five (S15.1).
SELECT record_call(c.agent, 'new customers', t.number, c.outcome, 'entered after the day', t.lead,
                   c.at, c.at + interval '5 min', channel => c.channel,
                   details => '{"intent": true, "confirmed": true}')
FROM (VALUES (1, 'An', 'N1', 'mail', 'answered'), (2, 'An', 'N1', 'phone', 'answered'),
             (3, 'An', 'N2', 'sms', 'answered'), (4, 'Bo', 'N3', 'web', 'answered'),
             (5, 'Bo', 'N4', 'fax', 'answered'), (6, 'Bo', 'N3', 'phone', 'answered'),
             (7, 'An', 'N1', 'phone', 'success'), (8, 'Bo', 'N4', 'phone', 'refused')
     ) v (n, agent, lead, channel, outcome)
CROSS JOIN LATERAL (VALUES (v.agent, v.channel, v.outcome,
                            timestamptz '2026-03-02 09:00' + v.n * interval '1 day')
                   ) c (agent, channel, outcome, at)
JOIN task t USING (lead)
ORDER BY v.n \g /dev/null
\echo 'Contacts by channel, and the number that calls were made from'
SELECT channel, count(*), string_agg(DISTINCT caller_number, ', ') AS caller_number
FROM attempt
GROUP BY channel
ORDER BY channel;
\echo 'All that happened with one company'
SELECT started_at, channel, agent, outcome
FROM contact_history
WHERE lead = 'N1'
ORDER BY started_at;

SELECT set_lead_stage('new customers', v.lead, s.stage, v.agent)
FROM (VALUES ('N1', 'An', 4), ('N3', 'Bo', 3), ('N4', 'Bo', 1)) v (lead, agent, steps)
CROSS JOIN LATERAL unnest('{introduction, consultation, quotation, confirmation}'::text[])
    WITH ORDINALITY s (stage, n)
WHERE s.n <= v.steps
ORDER BY v.lead, s.n \g /dev/null
\echo 'The four steps'
SELECT stage, leads, round(share, 2) AS share FROM funnel('new customers');

-- Customers are revisited and asked (S15.6).
SELECT publish_survey('needs', '[
    {"question": "content", "kind": "single", "choices": ["yes", "no"], "required": true},
    {"question": "wants", "kind": "multiple", "choices": ["advice", "price", "service"]}]')
\g /dev/null
UPDATE campaign SET survey = 'needs' WHERE campaign = 'revisits';
SELECT answer_survey((c).attempt, v.answers::jsonb)
FROM (VALUES ('13800000001', '{"content": "yes", "wants": ["advice", "price"]}'),
             ('13800000003', '{"content": "yes", "wants": ["price"]}'),
             ('13800000004', '{"content": "no"}')) v (number, answers)
CROSS JOIN LATERAL record_call('Bo', 'revisits', v.number, 'answered', 'revisit',
                               started_at => '2026-03-20 10:00', ended_at => '2026-03-20 10:04') c
\g /dev/null
\echo 'What the revisited customers say'
SELECT question, choice, answers, respondents, round(share, 2) AS share
FROM survey_report('needs', '[2026-03-01,2026-04-01)');

-- What is known of the customers, analysed (S15.7).
\echo 'The customers by the number of contacts'
SELECT customer, contacts, reached, talk_time, agents, last_outcome, last_agent
FROM customer_report('[2026-03-01,2026-04-01)', 'new customers')
ORDER BY contacts DESC, customer;
