-- The demo's steps on the data that it generates
\set QUIET on
\set ON_ERROR_STOP on

BEGIN;
SET LOCAL client_min_messages = warning;
\o /dev/null
\ir ../../examples/demo/00_crm.sql
\ir ../../examples/demo/10_generate.sql
ALTER SCHEMA crm RENAME TO crm_before;
\ir ../../examples/demo/00_crm.sql
\ir ../../examples/demo/10_generate.sql
\ir ../../examples/demo/15_show_crm.sql
\ir ../../examples/demo/20_team.sql
\ir ../../examples/demo/30_allocate.sql
\set exported false
\ir ../../examples/demo/35_call.sql
\ir ../../examples/demo/40_commission.sql
CREATE TABLE crm.paid AS SELECT m.* FROM crm.agent_month m;
CREATE TABLE crm.paid_on AS SELECT m.* FROM crm.manager_month m;
\ir ../../examples/demo/42_grade.sql
\ir ../../examples/demo/45_quota.sql
\ir ../../examples/demo/50_pay.sql
\ir ../../examples/demo/60_review.sql
\ir ../../examples/demo/70_report.sql
UPDATE crm_before.opportunity SET deal_stage = 'Lost' WHERE opportunity_id = :'refunded';
\o
SET LOCAL search_path = sales, public;
SELECT plan(22);

-- the data

SELECT results_eq(
    $$SELECT (SELECT count(*) FROM crm.opportunity), count(*), count(DISTINCT r.manager),
             count(DISTINCT r.share)
      FROM crm.sales_rep r$$,
    $$VALUES (20000::bigint, 100::bigint, 6::bigint, 3::bigint)$$,
    'generated: 20,000 leads, 100 agents with three different weights, 6 managers');
SELECT results_eq(
    $$SELECT o::text FROM crm.opportunity o ORDER BY o.opportunity_id COLLATE "C"$$,
    $$SELECT o::text FROM crm_before.opportunity o ORDER BY o.opportunity_id COLLATE "C"$$,
    'the seed gives the same leads every time');
SELECT results_eq(
    $$SELECT r::text FROM crm.sales_rep r ORDER BY r.sales_agent COLLATE "C"$$,
    $$SELECT r::text FROM crm_before.sales_rep r ORDER BY r.sales_agent COLLATE "C"$$,
    'and the same agents');
SELECT is(
    (SELECT count(DISTINCT lead_ops.tier_of(:'agent_pay', m.won)) FROM crm.agent_month m), 3::bigint,
    'agents reach all three tiers of their commission');

-- allocation

SELECT results_eq(
    $$SELECT a.lead COLLATE "C" FROM assignment a ORDER BY 1$$,
    $$SELECT o.opportunity_id COLLATE "C" FROM crm.opportunity o ORDER BY 1$$,
    'every lead is dealt exactly once');
SELECT is_empty('SELECT * FROM waiting', 'none waits');
-- entitlements add up to the leads dealt, so the last of 6 decimals may be one off
SELECT is_empty(
    $$SELECT f.team, f.entitled, e.entitled
      FROM (SELECT * FROM fairness('leads') WHERE agent IS NULL) f
      FULL JOIN (SELECT r.manager AS team,
                        20000 * sum(r.share) / (SELECT sum(s.share) FROM crm.sales_rep s) AS entitled
                 FROM crm.sales_rep r GROUP BY r.manager) e USING (team)
      WHERE coalesce(abs(f.entitled - e.entitled) >= 0.000001, true)$$,
    'a team is entitled by the sum of its agents'' weights');
SELECT is_empty(
    $$SELECT f.agent, f.entitled, e.entitled
      FROM (SELECT * FROM fairness('leads') WHERE agent IS NOT NULL) f
      FULL JOIN (SELECT r.sales_agent AS agent, t.leads * r.share / t.weights AS entitled
                 FROM crm.sales_rep r
                 JOIN (SELECT s.manager, sum(s.share) AS weights,
                              (SELECT count(*) FROM assignment a WHERE a.team = s.manager) AS leads
                       FROM crm.sales_rep s GROUP BY s.manager) t USING (manager)) e USING (agent)
      WHERE coalesce(abs(f.entitled - e.entitled) >= 0.000001, true)$$,
    'an agent is entitled by weight within the team');
SELECT is_empty(
    $$SELECT * FROM (SELECT f.*, count(*) OVER (PARTITION BY f.agent IS NULL,
                                   CASE WHEN f.agent IS NOT NULL THEN f.team END) AS n
                     FROM fairness('leads') f) f
      WHERE f.balance < -(1 - 1.0 / f.n)
         OR f.balance > (SELECT sum(1.0 / k) FROM generate_series(2, f.n) k)$$,
    'nobody is a full lead ahead of the share, or further behind than 1/2 + 1/3 + ... + 1/n');

-- commission

SELECT results_eq(
    $$SELECT m.sales_agent, m.month, m.deals, m.won, m.commission
      FROM crm.agent_month m ORDER BY m.sales_agent COLLATE "C", m.month$$,
    $$SELECT s.sales_agent, date '2026-09-01', s.deals, s.won,
             round(0.02 * least(s.won, 20000)
                   + 0.035 * greatest(least(s.won, 50000) - 20000, 0)
                   + 0.05 * greatest(s.won - 50000, 0), 2)
      FROM (SELECT o.sales_agent, count(*) AS deals, sum(o.close_value) AS won
            FROM crm.opportunity o WHERE o.deal_stage = 'Won' GROUP BY o.sales_agent) s
      ORDER BY s.sales_agent COLLATE "C"$$,
    'every agent''s commission is what plain SQL makes of the month''s sum');
SELECT is_empty(
    $$SELECT p.sales_agent, sum(p.part), m.commission
      FROM crm.deal_part p JOIN crm.agent_month m USING (sales_agent, month)
      GROUP BY p.sales_agent, m.commission
      HAVING round(sum(p.part), 2) <> m.commission$$,
    'the parts of single deals add up to it');
SELECT results_eq(
    $$SELECT m.manager, m.override FROM crm.manager_month m ORDER BY m.manager COLLATE "C"$$,
    $$SELECT r.manager, round(sum(o.close_value) * 8 / 100, 2)
      FROM crm.opportunity o JOIN crm.sales_rep r USING (sales_agent)
      WHERE o.deal_stage = 'Won'
      GROUP BY r.manager ORDER BY r.manager COLLATE "C"$$,
    'a manager''s override is 8 % of what the team has won');

-- calls and callbacks

SELECT is((SELECT count(*) FROM attempt a WHERE a.campaign = 'month'), (SELECT count(*) FROM call),
    'all calls of the log are taken over');
SELECT results_eq(
    $$SELECT lead FROM (SELECT lead FROM to_dial WHERE campaign = 'win back'
                        UNION ALL SELECT lead FROM redial WHERE campaign = 'win back'
                        UNION ALL SELECT lead FROM result WHERE campaign = 'win back'
                        UNION ALL SELECT lead FROM failed WHERE campaign = 'win back') l
      ORDER BY lead COLLATE "C"$$,
    $$SELECT c.opportunity_id FROM (SELECT * FROM call WHERE outcome = 'refused' ORDER BY call DESC LIMIT 400) c
      ORDER BY c.opportunity_id COLLATE "C"$$,
    'every lead that is called back is in exactly one list');
SELECT is((SELECT count(*) FROM attempt a WHERE a.campaign = 'win back'), 216::bigint,
    '12 agents have called 18 each');

-- quotas

SELECT is_empty(
    $$SELECT a.agent, a.actual, c.calls
      FROM attainment('[2026-09-01, 2026-10-01)', '{valid calls}') a
      FULL JOIN (SELECT agent, count(*) AS calls FROM attempt WHERE valid AND started_at >= '2026-09-01+00' AND started_at < '2026-10-01+00' GROUP BY agent) c USING (agent)
      WHERE a.actual IS DISTINCT FROM coalesce(c.calls, 0)
         OR a.quota IS DISTINCT FROM 198 * (a.agent NOT IN (SELECT manager FROM crm.sales_rep))::integer$$,
    'valid calls are owed on each of 22 working days, and counted');
SELECT is_empty(
    $$SELECT a.agent, a.actual, m.won
      FROM attainment('[2026-09-01, 2026-10-01)', '{won}') a
      FULL JOIN crm.agent_month m ON m.sales_agent = a.agent AND m.month = '2026-09-01'
      WHERE a.actual IS DISTINCT FROM coalesce(m.won, 0)
         OR a.met IS DISTINCT FROM CASE WHEN a.quota = 28000 THEN a.actual >= 28000 END$$,
    'what was won is that of the CRM');

-- pay and grades

SELECT is_empty(
    $$SELECT p.sales_agent, p.commission, s.payout
      FROM crm.paid p
      FULL JOIN (SELECT * FROM statement WHERE period = '2026-09' AND agent NOT IN (SELECT manager FROM crm.sales_rep)) s
          ON s.agent = p.sales_agent
      WHERE s.payout IS DISTINCT FROM 1200 + coalesce(p.commission, 0) + CASE WHEN p.won >= 28000 THEN 300 ELSE 0 END$$,
    'agents are paid base pay, commission and bonus');
SELECT is_empty(
    $$SELECT p.manager, p.override, s.payout
      FROM crm.paid_on p
      FULL JOIN (SELECT * FROM statement WHERE period = '2026-09' AND agent IN (SELECT manager FROM crm.sales_rep)) s
          ON s.agent = p.manager
      WHERE s.payout IS DISTINCT FROM 2000 + p.override$$,
    'managers are paid base pay and override');
SELECT results_eq(
    $$SELECT l.agent, l.component, l.amount FROM ledger l WHERE l.period = '2026-10' AND l.earned_in = '2026-09' ORDER BY l.component$$,
    $$SELECT m.sales_agent, 'commission', m.commission - p.commission
      FROM crm.agent_month m JOIN crm.paid p USING (sales_agent, month) WHERE m.commission <> p.commission
      UNION ALL
      SELECT m.manager, 'override', m.override - p.override
      FROM crm.manager_month m JOIN crm.paid_on p USING (manager, month) WHERE m.override <> p.override
      ORDER BY 2$$,
    'a deal that is taken back goes off in the next month');
SELECT is_empty($$SELECT * FROM verify('2026-09') UNION ALL SELECT * FROM verify('2026-10')$$, 'the ledger is right');
SELECT is_empty(
    $$SELECT a.agent, a.ratio, p.kind
      FROM attainment('[2026-09-01, 2026-10-01)', '{won}') a
      FULL JOIN proposal p USING (agent)
      WHERE p.kind IS DISTINCT FROM CASE WHEN a.ratio >= 1.5 THEN 'promote'
                                         WHEN a.ratio < 0.25 THEN CASE p.from_grade WHEN 'junior' THEN 'release' ELSE 'demote' END END
        AND a.agent <> (SELECT agent FROM ledger WHERE period = '2026-10' AND component = 'commission')$$,
    'who is promoted, demoted and let go follows from the quota');

SELECT finish();
ROLLBACK;
