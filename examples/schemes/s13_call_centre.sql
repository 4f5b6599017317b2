-- S13  呼叫中心建设方案 (电销团队建设方案): a centre of a hundred people
--
-- Six groups sell by phone and invite to a visit; a group for quality and service
-- answers incoming calls, listens to recordings, and deals out the customers,
-- evenly.  The centre as a whole is to reach so many calls, minutes and visits a day.
--
-- Makes the schema s13; DROP SCHEMA s13 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s13') \g /dev/null
SET search_path = s13, public;
UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00';
CREATE FUNCTION answer_to(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM;
END
$$;

-- A group has at most 15 people, its supervisor among them, and so 14 specialists
-- (S13.14); the QA group 10 (S13.12).
INSERT INTO team_type (team_type, maximum_size, maximum_agents, leader_role, needs_leader)
VALUES ('group', 15, 14, 'supervisor', true), ('QA', 10, NULL, 'supervisor', true);
INSERT INTO role (role, name) VALUES
    ('agent', 'telesales specialist'), ('supervisor', 'telesales supervisor'),
    ('qa', 'QA service');
INSERT INTO agent (agent, zone)
SELECT a, 'Asia/Shanghai' FROM unnest('{manager, Q0, S16}'::text[]) a;
INSERT INTO agent (agent, zone)
SELECT format('%s%s', kind, n), 'Asia/Shanghai'
FROM (VALUES ('S', 6), ('Q', 9)) v (kind, most), generate_series(1, most) n;
INSERT INTO agent (agent, zone)
SELECT format('A%s.%s', g, n), 'Asia/Shanghai'
FROM generate_series(1, 6) g, generate_series(1, 14) n;
-- Six groups (S13.13, S13.15), and QA beside them: it reports to the manager and to
-- no supervisor (S13.2, S13.3).
INSERT INTO team (team, leader) VALUES ('centre', 'manager');
INSERT INTO team (team, parent, team_type)
SELECT format('group %s', g), 'centre', 'group' FROM generate_series(1, 6) g
UNION ALL VALUES ('QA', 'centre', 'QA');
INSERT INTO membership (agent, team, role)
VALUES ('manager', 'centre', 'manager'), ('Q0', 'QA', 'supervisor');
INSERT INTO membership (agent, team, role)
SELECT format('S%s', g), format('group %s', g), 'supervisor' FROM generate_series(1, 6) g
UNION ALL
SELECT format('A%s.%s', g, n), format('group %s', g), 'agent'
FROM generate_series(1, 6) g, generate_series(1, 14) n
UNION ALL
SELECT format('Q%s', n), 'QA', 'qa' FROM generate_series(1, 9) n;

\echo 'The centre: 10 + 6 x 15 and the manager, "about 100 people" (S13.11)'
SELECT team, people, agents, leaders, maximum_size, findings
FROM team_report('2026-03-02')
ORDER BY team;
\echo 'A sixteenth person in a group'
SELECT answer_to($$INSERT INTO membership (agent, team) VALUES ('S16', 'group 1')$$);
\echo 'Who leads the QA group'
SELECT leader, leads_over(leader, 'Q1', '2026-03-02')
FROM unnest('{manager, Q0, S1}'::text[]) leader;

-- Customers are distributed evenly (S13.7), by the QA and service role and not by
-- those who sell (S13.8).  Trust is built step by step: a customer who comes again
-- stays with the same specialist (S13.20).
INSERT INTO pool (pool, rotation, ignore_presence, sticky_for)
VALUES ('customers', 'flat', true, '90 days');
INSERT INTO pool_team (pool, team)
SELECT 'customers', format('group %s', g) FROM generate_series(1, 6) g;
SELECT enqueue_batch('customers', array_agg('lead ' || n), array_agg('customer ' || n))
FROM generate_series(1, 1000) n \g /dev/null
\echo 'A specialist tries to hand out the list; then QA does'
SELECT answer_to($$SELECT distribute_daily('customers', '2026-03-02', by => 'A1.1')$$);
SELECT distribute_daily('customers', '2026-03-02', by => 'Q1') AS dealt;
\echo '1000 = 84 x 11 + 76'
SELECT leads, count(*) AS specialists
FROM (SELECT agent, count(*) AS leads FROM assignment GROUP BY agent) a
GROUP BY leads
ORDER BY leads;
\echo 'Three more inquiries of a customer'
SELECT count(DISTINCT a.agent) AS specialists, bool_and(a.agent = first.agent) AS who_had_the_first
FROM assignment first
CROSS JOIN LATERAL assign_batch('customers', ARRAY['again 1', 'again 2', 'again 3'],
                                array_fill('customer 7'::text, '{3}')) a
WHERE first.lead = 'lead 7';

-- Calls, a visit, the contract (S13.4).  A visit takes 5 or 6 calls (S13.19), so a
-- number is given up after the sixth and not before.
INSERT INTO campaign (campaign, zone, stages, retry) VALUES
    ('invitation', 'Asia/Shanghai', 'called < visited < signed',
     'busy 30m; no_answer 2h,1d; * 1d; total 6');
\echo 'When a number that nobody answers is given up'
SELECT n AS attempts, reason
FROM campaign, generate_series(4, 6) n
CROSS JOIN LATERAL lead_ops.next_attempt(retry, array_fill('no_answer'::text, ARRAY[n]),
    ARRAY(SELECT timestamptz '2026-03-02 10:00' + d * interval '1 day'
          FROM generate_series(1, n) d));

-- Two days of calls as the telephone system logged them: a name, when, how long.
-- On Monday there are 8000, of 135 seconds on average; on Tuesday one fewer.
SELECT load_history('invitation', array_agg(c.call ORDER BY c.call),
                    array_agg(c.agent ORDER BY c.call), array_agg(c.number ORDER BY c.call),
                    array_agg(c.at ORDER BY c.call),
                    array_agg(c.at + interval '135 seconds' ORDER BY c.call),
                    array_agg('answered'::text ORDER BY c.call))
FROM (SELECT format('%s-%s', d.day, n) AS call,
             format('A%s.%s', 1 + n % 6, 1 + n / 6 % 14) AS agent,
             (15000000000 + n)::text AS number,
             d.day + time '09:00' + n * interval '3 seconds' AS at
      FROM (VALUES (date '2026-03-02', 8000), (date '2026-03-03', 7999)) d (day, calls)
      CROSS JOIN LATERAL generate_series(1, d.calls) n) c \g /dev/null
SELECT load_campaign('invitation', ARRAY(SELECT 'lead ' || n FROM generate_series(1, 30) n),
                     ARRAY(SELECT (15000000000 + n)::text FROM generate_series(1, 30) n))
\g /dev/null
CREATE TABLE visit (visit integer PRIMARY KEY, agent text, at date);
INSERT INTO visit SELECT n, format('A%s.1', 1 + n % 6), '2026-03-02' FROM generate_series(1, 22) n;

-- The capacity is owed by the centre together (S13.16, S13.17, S13.18).  "Up to 8000
-- and more" is read as 8000 at least.
INSERT INTO metric (metric, unit, source, quantity_column, item_column)
VALUES ('visits', 'visits', 'visit', NULL, 'visit');
INSERT INTO quota (team, shared, metric, period, amount) VALUES
    ('centre', true, 'attempts', 'day', 8000), ('centre', true, 'talk_time', 'day', 18000 * 60),
    ('centre', true, 'visits', 'day', 20);
\echo 'Capacity of the two days, and what it is for each specialist (talk time in minutes)'
SELECT lower(period) AS day, metric, round(quota / u.of) AS quota,
       round(actual / u.of, 2) AS actual, met,
       round(quota / u.of / (SELECT count(*) FROM membership WHERE role = 'agent'), 2) AS each
FROM (VALUES (date '2026-03-02'), ('2026-03-03')) d (day)
CROSS JOIN LATERAL team_attainment(daterange(d.day, d.day + 1),
                                   '{attempts, talk_time, visits}', '{centre}')
CROSS JOIN LATERAL (VALUES (CASE metric WHEN 'talk_time' THEN 60 ELSE 1 END)) u (of)
ORDER BY day, metric;

SELECT set_lead_stage('invitation', 'lead ' || n, stage, 'A1.1')
FROM (VALUES ('called', 30), ('visited', 22), ('signed', 4)) s (stage, leads)
CROSS JOIN LATERAL generate_series(1, leads) n \g /dev/null
\echo 'Called, visited, signed'
SELECT stage, leads, round(share, 2) AS share FROM funnel('invitation');

-- Service: customers call, write and visit the web page (S13.1, S13.6).
SELECT sign_in(agent) FROM agent WHERE agent LIKE 'Q%' \g /dev/null
SELECT record_call('Q' || n, 'invitation', '13900000001', 'consulted', 'incoming',
                   direction => 'in', channel => channel,
                   started_at => '2026-03-02 10:00', ended_at => '2026-03-02 10:05')
FROM unnest('{phone, fax, web, e-mail}'::text[]) WITH ORDINALITY c (channel, n) \g /dev/null
\echo 'What QA answered, by channel'
SELECT channel, direction, outcome, count(*)
FROM contact_history
WHERE agent LIKE 'Q%'
GROUP BY channel, direction, outcome
ORDER BY channel;

-- QA listens to recordings and finds what is common to them (S13.5).
CREATE TABLE listened (call text PRIMARY KEY, agent text, at timestamptz);
INSERT INTO listened
SELECT 'rec ' || n, format('A%s.1', 1 + n % 6),
       timestamptz '2026-03-02 09:30' + n * interval '10 min'
FROM generate_series(1, 12) n;
INSERT INTO metric (metric, unit, source, quantity_column, item_column)
VALUES ('listened', 'calls', 'listened', NULL, 'call');
INSERT INTO checklist (checklist, version) VALUES ('call', 1);
INSERT INTO checklist_version (checklist, version, active_from, pass_mark, published_by)
VALUES ('call', 1, '2026-01-01', 60, 'Q0');
INSERT INTO checklist_item (checklist, version, item, position, wording, points, defect) VALUES
    ('call', 1, 'opening', 1, 'Says who is calling and why', 1, 'opening'),
    ('call', 1, 'objections', 2, 'Answers objections', 2, 'objections'),
    ('call', 1, 'invitation', 3, 'Names a day for the visit', 2, 'closing');
SELECT review_item(agent, 'listened', call, at, 'call',
                   jsonb_build_object('opening', n % 6 <> 0, 'objections', n % 3 <> 0,
                                      'invitation', n % 2 = 0), 'Q1')
FROM (SELECT *, row_number() OVER (ORDER BY at) AS n FROM listened) l \g /dev/null
\echo 'The most frequent problems'
SELECT defect, findings, reviews, round(share, 2) AS share FROM qa_defects();

-- Calls for other companies pay a commission (S13.9), from the third year on and at a
-- rate that is still to be agreed: 8 for each order here.
CREATE TABLE client_order (id integer PRIMARY KEY, agent text, at date);
INSERT INTO client_order
SELECT n, format('A6.%s', 1 + n % 2), '2026-03-10' FROM generate_series(1, 5) n;
INSERT INTO metric (metric, unit, source, quantity_column, item_column)
VALUES ('client orders', 'orders', 'client_order', NULL, 'id');
INSERT INTO plan (plan) VALUES ('client campaigns');
INSERT INTO plan_version (plan, version, valid) VALUES ('client campaigns', 1, '[2026-01-01,)');
INSERT INTO component (plan, version, component, metric, per, schedule, on_change)
VALUES ('client campaigns', 1, 'commission', 'client orders', 'event', 'marginal from 0: 8 each',
        'by_event');
SELECT activate_plan('client campaigns', 1, 'manager') \g /dev/null
INSERT INTO plan_assignment (agent, plan)
SELECT agent, 'client campaigns' FROM membership WHERE team = 'group 6' AND role = 'agent';
INSERT INTO pay_period (period, during) VALUES ('2026-03', '[2026-03-01,2026-04-01)');
SELECT calculate('2026-03') \g /dev/null
\echo 'Commission for a client''s campaign'
SELECT agent, payout FROM statement WHERE payout <> 0 ORDER BY agent;
