-- Commission on a real CRM's deals, by the views that the demo shows
\set QUIET on
\set ON_ERROR_STOP on
\ir include/find_crm.sql
\if :crm_found
\else
    \echo 1..0 # SKIP there is no CRM export in :crm
    \quit
\endif
\set expected `cat "$LEAD_OPS_SHARED/cases/crm_commission_expected.json"`

BEGIN;
SET LOCAL client_min_messages = warning;
\o /dev/null
\ir ../../examples/demo/00_crm.sql
\ir ../../examples/demo/10_load_crm.sql
\ir ../../examples/demo/15_show_crm.sql
\ir ../../examples/demo/40_commission.sql
\o
SELECT plan(18);

CREATE TEMPORARY TABLE expected ON COMMIT DROP AS
SELECT e.*
FROM jsonb_to_recordset(:'expected'::jsonb -> 'agent_month')
     AS e (agent text, month text, deals bigint, won numeric, marginal numeric, whole numeric);

-- The same pay schemes in plain SQL, written as tiers are worked out by hand.
CREATE FUNCTION pg_temp.by_hand(won numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT 0.02 * least(won, 20000)
           + 0.035 * greatest(least(won, 50000) - 20000, 0)
           + 0.05 * greatest(won - 50000, 0)
$$;
CREATE FUNCTION pg_temp.whole_by_hand(won numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT won * CASE WHEN won > 50000 THEN 0.05 WHEN won > 20000 THEN 0.035 ELSE 0.02 END
$$;

CREATE TEMPORARY VIEW whole_month AS
SELECT d.sales_agent, d.month, sum(d.close_value) AS won,
       round(lead_ops.payout_sum('whole from 0: 2%, over 20000: 3.5%, over 50000: 5%',
                                 d.close_value), 2) AS commission
FROM crm.won_deal d
GROUP BY d.sales_agent, d.month;

-- A quarter's pay, posted month by month: what the month adds to the quarter so far.
CREATE TEMPORARY VIEW quarter_month AS
SELECT m.*, date_trunc('quarter', m.month::timestamp) AS quarter,
       sum(m.won) OVER so_far - m.won AS prior,
       lead_ops.payout(:'agent_pay', sum(m.won) OVER so_far - m.won, m.won) AS delta
FROM crm.agent_month m
WINDOW so_far AS (PARTITION BY m.sales_agent, date_trunc('quarter', m.month::timestamp)
                  ORDER BY m.month);

-- what was loaded

SELECT results_eq(
    $$SELECT (SELECT count(*) FROM crm.opportunity), (SELECT count(*) FROM crm.sales_rep),
             (SELECT count(*) FROM crm.account), (SELECT count(*) FROM crm.product)$$,
    $$VALUES (8800::bigint, 35::bigint, 85::bigint, 7::bigint)$$,
    'the whole export is loaded');
SELECT results_eq(
    $$SELECT count(*) FILTER (WHERE o.product <> p.product), count(*) FILTER (WHERE o.account IS NULL),
             count(*) FILTER (WHERE o.engage_date IS NULL)
      FROM crm.opportunity o JOIN crm.product p USING (product_key)$$,
    $$VALUES (1480::bigint, 1425::bigint, 500::bigint)$$,
    'misspelt products find theirs, empty accounts and dates are NULL');

-- the figures of the expected file

SELECT is((SELECT count(*) FROM expected), 30::bigint, 'the file has 30 agent-months');
SELECT results_eq(
    $$SELECT m.sales_agent, to_char(m.month, 'YYYY-MM'), m.deals, m.won
      FROM crm.agent_month m
      WHERE m.sales_agent IN (SELECT e.agent FROM expected e)
      ORDER BY m.sales_agent COLLATE "C", m.month$$,
    $$SELECT e.agent, e.month, e.deals, e.won FROM expected e
      ORDER BY e.agent COLLATE "C", e.month$$,
    'its agents have the deals and the won value of the file in every month');
SELECT results_eq(
    $$SELECT m.sales_agent, to_char(m.month, 'YYYY-MM'), m.commission
      FROM crm.agent_month m
      WHERE m.sales_agent IN (SELECT e.agent FROM expected e)
      ORDER BY m.sales_agent COLLATE "C", m.month$$,
    $$SELECT e.agent, e.month, e.marginal FROM expected e ORDER BY e.agent COLLATE "C", e.month$$,
    'marginal: the commissions are those of the file, to the cent');
SELECT results_eq(
    $$SELECT w.sales_agent, to_char(w.month, 'YYYY-MM'), w.commission
      FROM whole_month w
      WHERE w.sales_agent IN (SELECT e.agent FROM expected e)
      ORDER BY w.sales_agent COLLATE "C", w.month$$,
    $$SELECT e.agent, e.month, e.whole FROM expected e ORDER BY e.agent COLLATE "C", e.month$$,
    'whole: the commissions are those of the file, to the cent');

-- all agents and months, against plain SQL

SELECT results_eq(
    $$SELECT count(*), sum(m.deals), sum(m.won) FROM crm.agent_month m$$,
    $$SELECT 300::bigint, count(*)::numeric, sum(o.close_value)
      FROM crm.opportunity o WHERE o.deal_stage = 'Won'$$,
    'there are 300 agent-months, which hold every won deal once');
SELECT is_empty(
    $$SELECT m.*, pg_temp.by_hand(m.won) FROM crm.agent_month m
      WHERE m.commission IS DISTINCT FROM round(pg_temp.by_hand(m.won), 2)$$,
    'marginal: all 300 are what plain SQL makes of the month''s sum');
SELECT is_empty(
    $$SELECT w.*, pg_temp.whole_by_hand(w.won) FROM whole_month w
      WHERE w.commission IS DISTINCT FROM round(pg_temp.whole_by_hand(w.won), 2)$$,
    'whole: all 300 are what plain SQL makes of the month''s sum');
SELECT ok(
    (SELECT count(DISTINCT lead_ops.tier_of(:'agent_pay', m.won)) = 3 FROM crm.agent_month m),
    'all three tiers occur in them');

-- single deals

SELECT is((SELECT count(*) FROM crm.deal_part), 4238::bigint, 'each of the 4,238 won deals has its part');
SELECT is_empty(
    $$SELECT * FROM (
          SELECT p.*, sum(p.close_value) OVER so_far AS running
          FROM crm.deal_part p
          WINDOW so_far AS (PARTITION BY p.sales_agent, p.month
                            ORDER BY p.close_date, p.opportunity_id COLLATE "C")) r
      WHERE r.part IS DISTINCT FROM pg_temp.by_hand(r.running) - pg_temp.by_hand(r.running - r.close_value)$$,
    'a deal''s part is what it adds to the month so far');
SELECT is_empty(
    $$SELECT p.sales_agent, p.month, sum(p.part), m.commission
      FROM crm.deal_part p JOIN crm.agent_month m USING (sales_agent, month)
      GROUP BY p.sales_agent, p.month, m.won, m.commission
      HAVING sum(p.part) <> pg_temp.by_hand(m.won) OR round(sum(p.part), 2) <> m.commission$$,
    'the parts add up to the month''s commission exactly, and rounded once to its cents');

-- quarter to date

SELECT is_empty(
    $$SELECT q.* FROM quarter_month q
      WHERE q.delta IS DISTINCT FROM pg_temp.by_hand(q.prior + q.won) - pg_temp.by_hand(q.prior)$$,
    'quarter to date: each of 300 months adds what plain SQL makes of the quarter with and without it');
SELECT is_empty(
    $$SELECT q.sales_agent, q.quarter, sum(q.delta) FROM quarter_month q
      GROUP BY q.sales_agent, q.quarter
      HAVING sum(q.delta) <> pg_temp.by_hand(sum(q.won))$$,
    'quarter to date: the months add up to what the quarter''s sum pays');

-- managers

SELECT results_eq(
    $$SELECT count(*), sum(m.deals), sum(m.won) FROM crm.manager_month m$$,
    $$SELECT 60::bigint, 4238::numeric, sum(a.won) FROM crm.agent_month a$$,
    'managers: there are 60 manager-months, which hold every won deal once');
SELECT results_eq(
    $$SELECT m.manager, m.month, m.won, m.override FROM crm.manager_month m
      ORDER BY m.manager COLLATE "C", m.month$$,
    $$SELECT r.manager, a.month, sum(a.won), round(sum(a.won) * 8 / 100, 2)
      FROM crm.agent_month a JOIN crm.sales_rep r USING (sales_agent)
      GROUP BY r.manager, a.month
      ORDER BY r.manager COLLATE "C", a.month$$,
    'managers: the override is 8 % of what the agents of the team have won, rounded once');
SELECT is_empty(
    $$SELECT o.* FROM crm.opportunity o JOIN crm.sales_rep r ON r.manager = o.sales_agent$$,
    'managers: none of them sells, so no deal counts twice');

SELECT finish();
ROLLBACK;
