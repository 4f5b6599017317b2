-- Reports: they agree with the rows and with each other, in every zone
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SELECT lead_ops.create_workspace('report_test');
CREATE SCHEMA report_crm;
SET LOCAL search_path = report_test, report_crm, public;
SET LOCAL TimeZone = 'Pacific/Kiritimati';
SET LOCAL jit = off;
SELECT no_plan();
-- as set_eq, but with duplicates, and columns may be without names
CREATE FUNCTION pg_temp.same(text, text, text) RETURNS text LANGUAGE sql AS $$
    SELECT is_empty(format('((%1$s) EXCEPT ALL (%2$s)) UNION ALL ((%2$s) EXCEPT ALL (%1$s))', $1, $2), $3)
$$;

--
-- Two months of random calls, leads and deals, in zones on both sides of the
-- date line, over the changes of the clock of autumn and spring
--
SELECT coalesce(current_setting('lead_ops.seed', true), '0.4082') AS seed \gset
SELECT setseed(:seed) \gset
SELECT diag('seed ' || :'seed');
UPDATE setting SET zone = 'Europe/Berlin';
INSERT INTO team (team, name, parent) VALUES ('company', NULL, NULL), ('north', 'The north', 'company'),
    ('south', NULL, 'company'), ('far south', NULL, 'south'), ('empty', NULL, NULL);
INSERT INTO agent (agent, name, zone, hired_on, left_on)
SELECT 'a' || n, 'Agent ' || n,
       (string_to_array('Europe/Berlin America/New_York Asia/Shanghai Pacific/Kiritimati Pacific/Pago_Pago', ' '))[1 + n % 5],
       CASE WHEN n % 6 = 0 THEN date '2026-10-20' END, CASE WHEN n % 7 = 0 THEN date '2026-11-10' END
FROM generate_series(1, 14) n;
INSERT INTO membership (agent, team, valid)
SELECT 'a' || n, (ARRAY['north', 'south', 'far south', 'company'])[1 + n % 4], daterange(NULL, date '2026-10-14' + n)
FROM generate_series(1, 12) n
UNION ALL
SELECT 'a' || n, (ARRAY['far south', 'north', 'south', 'company'])[1 + n % 4], daterange(date '2026-10-14' + n, NULL)
FROM generate_series(1, 12) n;
INSERT INTO campaign (campaign) VALUES ('c1'), ('c2');
INSERT INTO attempt (campaign, lead, customer, number, agent, direction, channel, started_at, ended_at, outcome, reached, valid,
                     manual_reason, recorded_at)
SELECT d.campaign, d.lead, 'customer ' || length(d.lead), '+49' || coalesce(right(d.lead, 3), '0'), d.agent, d.direction, d.channel, d.at,
       d.at + d.talk, o.outcome, o.reached, o.valid AND d.talk > '1 min', 'test', d.at + d.talk + d.delay
FROM (SELECT 'a' || 1 + floor(14 * random()) AS agent, 'c' || 1 + floor(2 * random()) AS campaign,
             nullif('lead ' || floor(300 * random()), 'lead 7') AS lead,
             timestamptz '2026-09-27 00:00Z' + random() * interval '68 days' AS at,
             random() * interval '5 minutes' AS talk, CASE WHEN random() < 0.1 THEN 'in' ELSE 'out' END AS direction,
             CASE WHEN random() < 0.1 THEN 'mail' ELSE 'phone' END AS channel,
             1 + floor(24 * random())::integer AS nth,
             CASE WHEN random() < 0.5 THEN '0' ELSE random() * interval '6 days' END::interval AS delay
      FROM generate_series(1, 6000)) d
JOIN (SELECT *, row_number() OVER (ORDER BY outcome)::integer AS nth FROM outcome) o USING (nth);
INSERT INTO pool (pool) VALUES ('p');
INSERT INTO assignment (pool, seq, lead, team, agent, roster, assigned_at, touched_at, ended_at, ended_because)
SELECT 'p', n, 'lead ' || n, 'north', d.agent, 1, d.at, CASE WHEN (d.at + d.wait < d.ended_at) IS NOT FALSE THEN d.at + d.wait END,
       d.ended_at, CASE WHEN d.ended_at IS NOT NULL THEN 'closed' END
FROM (SELECT n, 'a' || 1 + floor(14 * random()) AS agent, timestamptz '2026-08-20 00:00Z' + random() * interval '110 days' AS at,
             CASE WHEN random() < 0.6 THEN random() * interval '5 days' END AS wait, random() AS ends, random() AS length
      FROM generate_series(1, 900) n) r
CROSS JOIN LATERAL (SELECT r.agent, r.at, r.wait, CASE WHEN r.ends < 0.7 THEN r.at + r.length * interval '40 days' END AS ended_at) d;
CREATE TABLE report_crm.deal (agent text, at timestamptz, quantity numeric);
INSERT INTO report_crm.deal
SELECT 'a' || 1 + floor(13 * random()), timestamptz '2026-09-27 00:00Z' + random() * interval '68 days', round((1000 * random())::numeric)
FROM generate_series(1, 500);
INSERT INTO metric (metric, unit, source) VALUES ('deals', 'EUR', 'report_crm.deal');

--
-- Activity
--
-- each row's own day, without slices
CREATE TEMPORARY TABLE own AS
SELECT t.*, (t.started_at AT TIME ZONE a.zone)::date AS day FROM attempt t JOIN agent a USING (agent);
CREATE FUNCTION pg_temp.kinds() RETURNS TABLE (kind text, during daterange) LANGUAGE sql AS $$
    VALUES ('day', '[2026-10-01,2026-12-01)'::daterange), ('week', '[2026-10-05,2026-11-30)'), ('month', '[2026-10-01,2026-12-01)'),
           ('quarter', '[2026-10-01,2027-01-01)'), ('year', '[2026-01-01,2027-01-01)'), (NULL, '[2026-10-25,2026-10-26)'),
           (NULL, '[2026-11-01,2026-11-02)')
$$;
SELECT pg_temp.same(
    format('SELECT period, unit, calls, incoming, reached, valid, talk_time FROM activity(%L, %L) WHERE calls > 0', k.during, k.kind),
    format($$SELECT coalesce(period_of(%1$L, day), %2$L), agent, count(*), count(*) FILTER (WHERE direction = 'in'),
                    count(*) FILTER (WHERE reached), count(*) FILTER (WHERE valid),
                    coalesce(sum(ended_at - started_at) FILTER (WHERE reached), '0')
             FROM own WHERE channel = 'phone' AND day <@ %2$L::daterange GROUP BY 1, 2$$, k.kind, k.during),
    format('calls of each agent by %s of %s are those of the days of the agent''s zone', coalesce(k.kind, 'range'), k.during))
FROM pg_temp.kinds() k;
SELECT pg_temp.same(
    format('SELECT period, unit, leads_received, leads_touched FROM activity(%L, %L) WHERE leads_received + leads_touched > 0', k.during, k.kind),
    format($$SELECT coalesce(period_of(%1$L, e.day), %2$L), e.agent, sum(e.received)::bigint, sum(e.touched)::bigint
             FROM (SELECT s.agent, (s.assigned_at AT TIME ZONE a.zone)::date AS day, 1 AS received, 0 AS touched FROM assignment s JOIN agent a USING (agent)
                   UNION ALL
                   SELECT s.agent, (s.touched_at AT TIME ZONE a.zone)::date, 0, 1 FROM assignment s JOIN agent a USING (agent)) e
             WHERE e.day <@ %2$L::daterange GROUP BY 1, 2$$, k.kind, k.during),
    format('leads by %s of %s likewise', coalesce(k.kind, 'range'), k.during))
FROM pg_temp.kinds() k;
SELECT pg_temp.same(
    format('SELECT period, unit, leads_held FROM activity(%L, %L) WHERE leads_held > 0', k.during, k.kind),
    format($$SELECT p.period, s.agent, count(*) FROM report_periods(%2$L, %1$L) p
             JOIN assignment s ON true JOIN agent a USING (agent)
             WHERE s.assigned_at < upper(p.period)::timestamp AT TIME ZONE a.zone
               AND (s.ended_at >= upper(p.period)::timestamp AT TIME ZONE a.zone) IS NOT FALSE
             GROUP BY 1, 2$$, k.kind, k.during),
    format('held is what an agent has when the %s of %s ends', coalesce(k.kind, 'range'), k.during))
FROM pg_temp.kinds() k;
SELECT pg_temp.same($$SELECT period, unit, deals, deal_value FROM activity('[2026-10-01,2026-12-01)', 'month', metric => 'deals') WHERE deals > 0$$,
    $$SELECT p.period, t.agent, t.events, t.quantity FROM periods_in('month', '[2026-10-01,2026-12-01)') p (period)
      CROSS JOIN LATERAL measure_total('{deals}', p.period) t$$, 'deals are those of the metric');
SELECT pg_temp.same(
    format($$SELECT unit, sum(calls), sum(leads_received), sum(leads_touched), sum(deals), sum(deal_value), sum(talk_time)
             FROM activity('[2026-10-05,2026-11-30)', %L, %L, 'deals') GROUP BY unit$$, k, p),
    format($$SELECT unit, calls::numeric, leads_received::numeric, leads_touched::numeric, deals::numeric, deal_value, talk_time
             FROM activity('[2026-10-05,2026-11-30)', NULL, %L, 'deals')$$, p),
    format('per %s the %ss add up to the range', p, k))
FROM unnest('{day,week}'::text[]) k, unnest('{agent,team,all}'::text[]) p;
SELECT pg_temp.same(
    $$SELECT period, unit, calls::numeric, reached::numeric, talk_time, leads_received::numeric, leads_held::numeric, deals::numeric, deal_value
      FROM activity('[2026-10-05,2026-11-30)', 'day', 'team', 'deals')$$,
    $$SELECT d.period, b.team, sum(d.calls), sum(d.reached), sum(d.talk_time), sum(d.leads_received), sum(d.leads_held), sum(d.deals), sum(d.deal_value)
      FROM activity('[2026-10-05,2026-11-30)', 'day', 'agent', 'deals') d
      JOIN membership m ON m.agent = d.unit AND m.valid @> lower(d.period)
      JOIN teams_below() b ON b.below = m.team GROUP BY 1, 2$$,
    'a team is the sum of those who are in it or below it on the day');
SELECT pg_temp.same($$SELECT period, calls::numeric, leads_held::numeric, deal_value FROM activity('[2026-10-01,2026-12-01)', 'month', 'all', 'deals')$$,
    $$SELECT period, sum(calls), sum(leads_held), sum(deal_value) FROM activity('[2026-10-01,2026-12-01)', 'month', 'agent', 'deals') GROUP BY period$$,
    'all is the sum of the agents, also of those without a team');
SELECT pg_temp.same($$SELECT unit FROM activity('[2026-10-01,2026-10-02)')$$,
    $$SELECT agent FROM agent WHERE (hired_on <= '2026-10-01') IS NOT FALSE
      UNION SELECT s.agent FROM assignment s JOIN agent a USING (agent)
      WHERE s.assigned_at < '2026-10-02'::timestamp AT TIME ZONE a.zone AND (s.ended_at >= '2026-10-02'::timestamp AT TIME ZONE a.zone) IS NOT FALSE
      UNION SELECT agent FROM own WHERE day = '2026-10-01' AND channel = 'phone'
      UNION SELECT s.agent FROM assignment s JOIN agent a USING (agent)
      WHERE '2026-10-01' IN ((s.assigned_at AT TIME ZONE a.zone)::date, (s.touched_at AT TIME ZONE a.zone)::date)$$,
    'who is employed, holds or has done something has a row');
SELECT pg_temp.same($$SELECT * FROM activity('[2026-10-01,2026-12-01)', 'week', agents => '{a1,a5}')$$,
    $$SELECT * FROM activity('[2026-10-01,2026-12-01)', 'week') WHERE unit IN ('a1', 'a5')$$, 'some agents are some of the rows');
SELECT is_empty($$SELECT * FROM activity('empty')$$, 'no days, no rows');
SELECT throws_ok($$SELECT * FROM activity('[2026-10-01,)')$$, '22023', NULL, 'days without an end are refused');
SELECT throws_ok($$SELECT * FROM activity('[2026-10-01,2026-10-02)', 'fortnight')$$, '22023', NULL, 'as are periods that are none');
SELECT throws_ok($$SELECT * FROM activity('[2026-10-01,2026-10-02)', per => 'campaign')$$, '22023',
    'there is no such report per "campaign"', 'leads are of no campaign');
SELECT throws_ok($$SELECT * FROM activity('[2026-10-01,2026-10-02)', per => NULL)$$, '22023', NULL, 'nor is a report per nothing');
SELECT throws_ok($$SELECT * FROM activity('[2026-10-01,2026-10-02)', metric => 'none')$$, 'LO085', NULL, 'a metric must exist');

--
-- Outcomes
--
SELECT pg_temp.same(
    format($$SELECT period, unit, sum(calls) FROM outcome_shares('[2026-10-01,2026-12-01)', 'week', %L) GROUP BY 1, 2$$, p),
    format($$SELECT period, unit, calls::numeric FROM activity('[2026-10-01,2026-12-01)', 'week', %L) WHERE calls > 0$$, p),
    format('outcomes per %s add up to the calls', p))
FROM unnest('{agent,team,all}'::text[]) p;
SELECT pg_temp.same($$SELECT unit, outcome, calls FROM outcome_shares('[2026-10-01,2026-12-01)', per => 'campaign')$$,
    $$SELECT campaign, outcome, count(*) FROM own WHERE channel = 'phone' AND day <@ '[2026-10-01,2026-12-01)'::daterange GROUP BY 1, 2$$,
    'by campaign they are those of its rows');
SELECT pg_temp.same($$SELECT unit, outcome, calls, share FROM outcome_shares('[2026-10-01,2026-12-01)', per => 'campaign') WHERE unit = 'c1'$$,
    $$SELECT 'c1', outcome, calls, share FROM outcome_shares('[2026-10-01,2026-12-01)', campaign => 'c1')$$,
    'one campaign''s are those of the campaign');
SELECT is_empty($$SELECT period, unit FROM outcome_shares('[2026-10-01,2026-12-01)', 'week', 'agent') GROUP BY 1, 2 HAVING abs(sum(share) - 1) > 1e-15$$,
    'shares add up to 1');

--
-- Conversion
--
INSERT INTO contact_point (number) VALUES ('+491');
INSERT INTO task (campaign, lead, number, next_at, loaded_at)
SELECT 'c1', 'lead ' || n, '+491', '2027-01-01', timestamptz '2026-10-01 00:00Z' + n * interval '3 hours' FROM generate_series(200, 400) n;
CREATE TEMPORARY TABLE step AS
SELECT o.agent, o.day, o.campaign, o.lead,
       CASE WHEN u.class = 'success' THEN 5 WHEN o.outcome = 'intent' THEN 4 WHEN o.reached THEN 3 ELSE 2 END AS step
FROM own o JOIN outcome u USING (outcome) WHERE o.channel = 'phone' AND o.lead IS NOT NULL
UNION ALL
SELECT s.agent, (s.assigned_at AT TIME ZONE a.zone)::date, NULL, s.lead, 1 FROM assignment s JOIN agent a USING (agent)
UNION ALL
SELECT NULL, (t.loaded_at AT TIME ZONE 'Europe/Berlin')::date, t.campaign, t.lead, 1 FROM task t;
SELECT pg_temp.same(
    format($$SELECT period, unit, leads, called, reached, interested, won FROM conversion('[2026-10-05,2026-11-30)', 'week', %L)$$, p.per),
    format($$SELECT period_of('week', s.day), %s, count(DISTINCT s.lead), count(DISTINCT s.lead) FILTER (WHERE s.step >= 2),
                    count(DISTINCT s.lead) FILTER (WHERE s.step >= 3), count(DISTINCT s.lead) FILTER (WHERE s.step >= 4),
                    count(DISTINCT s.lead) FILTER (WHERE s.step >= 5)
             FROM step s %s WHERE s.day <@ '[2026-10-05,2026-11-30)'::daterange AND %s GROUP BY 1, 2$$, p.expression, p.join, p.condition),
    format('conversion per %s is what the rows say', p.per))
FROM (VALUES ('all', 'NULL::text', '', 'true'), ('agent', 's.agent', '', 's.agent IS NOT NULL'),
             ('campaign', 's.campaign', '', 's.campaign IS NOT NULL'),
             ('team', 'b.team', 'JOIN membership m ON m.agent = s.agent AND m.valid @> s.day JOIN teams_below() b ON b.below = m.team', 'true'))
     p (per, expression, "join", condition);
SELECT is_empty($$SELECT * FROM conversion('[2026-10-01,2026-12-01)', 'day', 'agent') WHERE NOT (leads >= called AND called >= reached AND reached >= interested AND interested >= won)$$,
    'no step has more than the one before');
SELECT pg_temp.same($$SELECT leads, called, won, called_share, close_rate FROM conversion('[2026-10-01,2026-12-01)', campaign => 'c1')$$,
    $$SELECT leads, called, won, quotient(called, leads), quotient(won, leads) FROM conversion('[2026-10-01,2026-12-01)', per => 'campaign') WHERE unit = 'c1'$$,
    'one campaign''s is that of the campaign; shares are of the step before, the close rate is of all');
SELECT cmp_ok((SELECT sum(interested) FROM conversion('[2026-10-01,2026-12-01)', 'day', intent => '{intent,callback,answered}')), '>',
    (SELECT sum(interested) FROM conversion('[2026-10-01,2026-12-01)', 'day')), 'what shows an interest can be said');

--
-- Leaderboard
--
SELECT pg_temp.same($$SELECT unit, figure, place FROM leaderboard('deals', '[2026-10-01,2026-12-01)')$$,
    $$SELECT agent, quantity, rank() OVER (ORDER BY quantity DESC) FROM measure_total('{deals}', '[2026-10-01,2026-12-01)')$$,
    'places are by the metric''s total');
SELECT pg_temp.same($$SELECT period, unit, figure FROM leaderboard('deals', '[2026-10-01,2026-12-01)', 'month', 'team')$$,
    $$SELECT period, unit, deal_value FROM activity('[2026-10-01,2026-12-01)', 'month', 'team', 'deals') WHERE deals > 0$$,
    'those of teams by what activity says');
SELECT pg_temp.same($$SELECT unit, figure FROM leaderboard('reached_share', '[2026-10-01,2026-12-01)')$$,
    $$SELECT agent, quantity FROM measure_total('{reached_share}', '[2026-10-01,2026-12-01)') WHERE quantity IS NOT NULL$$,
    'a ratio is that of the sums');
CREATE TABLE report_crm.level (agent text, at timestamptz, quantity numeric);
INSERT INTO report_crm.level VALUES ('a1', '2026-10-01 12:00Z', 9), ('a1', '2026-10-02 12:00Z', 5), ('a2', '2026-10-01 12:00Z', 5),
    ('a3', '2026-10-03 12:00Z', 7), ('a4', '2026-10-03 12:00Z', 1), ('a5', '2026-10-04 12:00Z', NULL);
INSERT INTO metric (metric, source, kind, direction) VALUES ('assets', 'report_crm.level', 'stock', 'higher'), ('debt', 'report_crm.level', 'stock', 'lower');
SELECT results_eq($$SELECT place, unit, figure, behind FROM leaderboard('assets', '[2026-10-01,2026-11-01)')$$,
    $$VALUES (1::bigint, 'a3', 7.0, NULL::numeric), (2, 'a1', 5, 2), (2, 'a2', 5, 2), (4, 'a4', 1, 4)$$,
    'equal figures share a place and the next is left out; behind is to the next better');
SELECT results_eq($$SELECT place, unit, figure, behind FROM leaderboard('debt', '[2026-10-01,2026-11-01)', top => 2)$$,
    $$VALUES (1::bigint, 'a4', 1.0, NULL::numeric), (2, 'a1', 5, 4), (2, 'a2', 5, 4)$$,
    'less is better where the metric says so; the last place may be shared');
SELECT throws_ok($$SELECT * FROM leaderboard('none', '[2026-10-01,2026-11-01)')$$, 'LO085', NULL, 'of no metric there is no leaderboard');

--
-- Quotas
--
INSERT INTO quota (team, metric, period, amount) VALUES ('company', 'deals', 'month', 4400), ('company', 'attempts', 'day', 4);
INSERT INTO metric (metric, source, direction) VALUES ('cost', 'report_crm.deal', 'lower');
INSERT INTO quota (agent, metric, period, amount) VALUES ('a1', 'cost', 'month', 1000);
SELECT pg_temp.same($$SELECT agent, metric, period, quota, actual, ratio, met FROM quota_progress('[2026-10-01,2026-12-01)', 'month')$$,
    $$SELECT * FROM attainment_by('month', '[2026-10-01,2026-12-01)') WHERE quota IS NOT NULL$$, 'progress is attainment where something is owed');
SELECT pg_temp.same($$SELECT agent, metric, so_far FROM quota_progress('[2026-10-01,2026-11-01)', on_day => '2026-10-15') WHERE so_far <> 0$$,
    $$SELECT agent, metric, quota FROM attainment('[2026-10-01,2026-10-16)') WHERE quota IS NOT NULL$$,
    'so far is what the days until then owe');
SELECT pg_temp.same($$SELECT agent, metric, missing, ahead FROM quota_progress('[2026-10-01,2026-11-01)', on_day => '2026-12-15')$$,
    $$SELECT agent, metric, CASE WHEN metric <> 'cost' THEN greatest(quota - actual, 0) END,
             CASE metric WHEN 'cost' THEN quota - actual ELSE actual - quota END
      FROM attainment('[2026-10-01,2026-11-01)') WHERE quota IS NOT NULL$$,
    'once the period is over that is all of it');
SELECT is_empty($$SELECT * FROM quota_progress('[2026-10-01,2026-11-01)', on_day => '2026-09-30') WHERE so_far <> 0$$, 'and before it nothing');

--
-- Surveys
--
SELECT publish_survey('s', '[{"question": "ok", "kind": "single", "choices": ["yes", "no"]}, {"question": "score", "kind": "number"}]');
SELECT count(answer_survey(o.attempt, jsonb_build_object('ok', CASE WHEN random() < 0.6 THEN 'yes' ELSE 'no' END, 'score', floor(10 * random())), 's'))
FROM own o CROSS JOIN generate_series(1, 2) WHERE o.reached AND o.day <@ '[2026-10-01,2026-10-20)'::daterange AND o.agent = 'a5';
SELECT pg_temp.same($$SELECT version, question, choice, answers, respondents, round(share, 12), round(average, 12) FROM survey_report('s', '[2026-10-01,2026-11-01)')$$,
    $$SELECT version, question, choice, answers, respondents, round(share, 12), round(average, 12) FROM survey_shares('s')$$,
    'a survey''s report is its shares, without corrected answers');
SELECT pg_temp.same($$SELECT question, choice, sum(answers) FROM survey_report('s', '[2026-10-01,2026-11-01)', 'day') GROUP BY 1, 2$$,
    $$SELECT question, choice, answers::numeric FROM survey_report('s', '[2026-10-01,2026-11-01)')$$, 'days add up');

--
-- People, pay, records, repeats, customers
--
SELECT is_empty(format($$SELECT * FROM staffing('[2026-10-01,2026-12-01)', %L) WHERE at_beginning + joined - gone <> at_end$$, k),
    format('who was there, came and went by %s makes who is there', k))
FROM unnest('{day,week,month}'::text[]) k;
INSERT INTO headcount_plan (team, role, people) VALUES ('north', 'agent', 5), ('empty', 'agent', 2);
SELECT pg_temp.same(format($$SELECT team, role, planned, at_end, missing FROM staffing(%L) WHERE planned + at_end > 0$$, daterange('2026-10-01', d + 1)),
    format('SELECT * FROM headcount(%L)', d), format('the end on %s is the headcount', d))
FROM unnest('{2026-10-15,2026-10-31,2026-11-12}'::date[]) d;
SELECT pg_temp.same($$SELECT sum(at_beginning), sum(joined), sum(gone), sum(at_end) FROM staffing('[2026-10-01,2026-12-01)')
                WHERE team <> 'empty'$$,
    $$SELECT * FROM (SELECT count(*) FILTER (WHERE (a.hired_on > '2026-09-30') IS NOT TRUE)::numeric,
                 (count(*) FILTER (WHERE a.hired_on > '2026-09-30') + count(*) FILTER (WHERE moved))::numeric,
                 (count(*) FILTER (WHERE a.left_on > '2026-09-30') + count(*) FILTER (WHERE moved))::numeric,
                 count(*) FILTER (WHERE a.left_on IS NULL)::numeric
          FROM agent a
          CROSS JOIN LATERAL (SELECT (SELECT count(DISTINCT m.team) = 2 FROM membership m
                                      WHERE m.agent = a.agent AND NOT isempty(m.valid * daterange(a.hired_on, a.left_on))) AS moved) m
          WHERE EXISTS (SELECT FROM membership m WHERE m.agent = a.agent)) x$$,
    'who moves goes and comes, who stays in two memberships does not');

INSERT INTO plan (plan, currency) VALUES ('base', 'EUR');
INSERT INTO plan_version (plan, version, valid) VALUES ('base', 1, '(,)');
INSERT INTO component (plan, version, component, position, metric, scope, basis, schedule, on_change)
VALUES ('base', 1, 'pay', 1, NULL, 'own', 'sum', 'whole from 0: 1000', 'latest'), ('base', 1, 'deals', 2, 'deals', 'own', 'sum', 'marginal from 0: 1%', 'latest');
SELECT activate_plan('base', 1);
INSERT INTO plan_assignment (agent, plan) SELECT agent, 'base' FROM agent;
INSERT INTO pay_period (period, during) VALUES ('2026-10', '[2026-10-01,2026-11-01)'), ('2026-11', '[2026-11-01,2026-12-01)');
SELECT calculate('2026-10'), calculate('2026-11');
SELECT close_period('2026-10', despite_gaps => true);
SELECT pg_temp.same($$SELECT unit, earned, payout, is_final FROM pay_register('[2026-10-01,2026-11-01)')$$,
    $$SELECT agent, earned, payout, true FROM statement WHERE period = '2026-10'$$, 'the register of a month is its statements');
SELECT pg_temp.same($$SELECT unit, sum(payout) FROM pay_register('[2026-01-01,2027-01-01)', 'month', 'team') GROUP BY unit$$,
    $$SELECT unit, payout FROM pay_register('[2026-01-01,2027-01-01)', 'year', 'team')$$, 'months of teams add up to their year');
SELECT results_eq($$SELECT sum(payout), bool_or(is_final), max(people) FROM pay_register('[2026-01-01,2027-01-01)', per => 'all')$$,
    $$SELECT sum(payout), false, count(DISTINCT agent) FROM statement$$, 'and all of it to the ledger''s; final once all is closed');
SELECT pg_temp.same($$SELECT unit, payout FROM pay_register('[2026-10-01,2026-11-01)', per => 'team')$$,
    $$SELECT b.team, sum(s.payout) FROM statement s JOIN membership m ON m.agent = s.agent AND m.valid @> date '2026-10-31'
      JOIN teams_below() b ON b.below = m.team WHERE s.period = '2026-10' GROUP BY 1$$, 'a team is paid who is in it on the last day');

SELECT is(week_closes_at('a5', '2026-10-24'), timestamptz '2026-10-23 18:00 Europe/Berlin', 'a week closes with its last work day');
SELECT is(week_closes_at('a5', '2026-10-26'), timestamptz '2026-10-30 18:00 Europe/Berlin', 'in winter time as in summer time');
UPDATE agent SET hours = '2026 Oct 01 09:00-12:00' WHERE agent = 'a5';
SELECT is(week_closes_at('a5', '2026-10-24'), timestamptz '2026-10-26 00:00 Europe/Berlin', 'one without work days with its end');
UPDATE agent SET hours = NULL WHERE agent = 'a5';
SELECT pg_temp.same($$SELECT unit, records, same_day, in_time, late FROM records_in_time('[2026-10-05,2026-11-30)')$$,
    $$SELECT r.agent, count(*), count(*) FILTER (WHERE r.same_day), count(*) FILTER (WHERE r.same_day OR r.recorded_at <= r.friday),
             count(*) FILTER (WHERE NOT (r.same_day OR r.recorded_at <= r.friday))
      FROM (SELECT o.agent, o.recorded_at, (o.recorded_at AT TIME ZONE a.zone)::date = o.day AS same_day,
                   (date_trunc('week', o.day::timestamp) + interval '4 days 18 hours') AT TIME ZONE a.zone AS friday
            FROM own o JOIN agent a USING (agent) WHERE o.day <@ '[2026-10-05,2026-11-30)'::daterange) r GROUP BY 1$$,
    'records are in time on the same day or before the end of work on Friday');
SELECT pg_temp.same($$SELECT unit, calls, repeated FROM repeat_calls('[2026-10-05,2026-11-30)', within => '3 days')$$,
    $$SELECT o.agent, count(*), count(*) FILTER (WHERE EXISTS (
          SELECT FROM own b JOIN outcome u USING (outcome)
          WHERE b.number = o.number AND b.channel = 'phone' AND b.direction = 'out' AND b.reached AND u.class <> 'callback'
            AND b.started_at < o.started_at AND b.ended_at > o.started_at - interval '3 days'))
      FROM own o WHERE o.channel = 'phone' AND o.direction = 'out' AND o.day <@ '[2026-10-05,2026-11-30)'::daterange GROUP BY 1$$,
    'a call is a repeat where somebody was reached shortly before');
SELECT pg_temp.same($$SELECT customer, leads, contacts, reached, agents, last_agent, last_outcome FROM customer_report('[2026-10-05,2026-11-30)')$$,
    $$SELECT o.customer, count(DISTINCT o.lead), count(*), count(*) FILTER (WHERE o.reached), count(DISTINCT o.agent),
             (SELECT l.agent FROM own l WHERE l.customer = o.customer AND l.day <@ '[2026-10-05,2026-11-30)'::daterange ORDER BY l.started_at DESC LIMIT 1),
             (SELECT l.outcome FROM own l WHERE l.customer = o.customer AND l.day <@ '[2026-10-05,2026-11-30)'::daterange ORDER BY l.started_at DESC LIMIT 1)
      FROM own o WHERE o.customer IS NOT NULL AND o.day <@ '[2026-10-05,2026-11-30)'::daterange GROUP BY 1$$,
    'customers are reported with all contacts');

-- a day in which the clock goes back has 25 hours, one in which it goes on 23
INSERT INTO agent (agent, zone) VALUES ('dst', 'Europe/Berlin');
INSERT INTO attempt (campaign, number, agent, started_at, ended_at, outcome, reached, valid, manual_reason)
SELECT 'c1', '+1', 'dst', at, at, 'answered', true, true, 'test'
FROM generate_series(timestamptz '2026-10-24 12:30Z', '2026-10-27 12:30Z', '1 hour') at
UNION ALL
SELECT 'c1', '+1', 'dst', at, at, 'answered', true, true, 'test'
FROM generate_series(timestamptz '2026-03-28 12:30Z', '2026-03-30 12:30Z', '1 hour') at;
SELECT results_eq($$SELECT calls FROM activity('[2026-10-25,2026-10-27)', 'day', agents => '{dst}')$$, $$VALUES (25::bigint), (24)$$,
    'the day on which the clock goes back has 25 hours');
SELECT results_eq($$SELECT calls FROM activity('[2026-03-29,2026-03-30)', 'day', agents => '{dst}')$$, $$VALUES (23::bigint)$$,
    'that on which it goes forward 23');

SELECT * FROM finish();
ROLLBACK;
