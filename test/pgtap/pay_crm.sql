-- Pay on a real CRM's deals, end to end: months and quarters to date, overrides,
-- a change of plan in the middle of a month, refunds after closing; everything
-- against plain SQL
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
SELECT lead_ops.create_workspace('pay_crm');
SET LOCAL search_path = pay_crm, public;

CREATE VIEW crm.won AS
SELECT sales_agent, close_date, close_value, opportunity_id FROM crm.opportunity WHERE deal_stage = 'Won';
INSERT INTO agent (agent) SELECT sales_agent FROM crm.sales_rep UNION SELECT manager FROM crm.sales_rep;
INSERT INTO team (team, leader) SELECT DISTINCT 'team of ' || manager, manager FROM crm.sales_rep;
INSERT INTO membership (agent, team) SELECT sales_agent, 'team of ' || manager FROM crm.sales_rep;
INSERT INTO metric (metric, unit, source, agent_column, at_column, quantity_column, item_column)
VALUES ('won', 'USD', 'crm.won', 'sales_agent', 'close_date', 'close_value', 'opportunity_id');
SELECT watch_events('crm.opportunity', 'sales_agent', 'close_date');

INSERT INTO plan (plan, currency) VALUES ('month', 'USD'), ('quarter', 'USD'), ('manager', 'USD');
INSERT INTO plan_version (plan, version, valid) SELECT plan, 1, '[2017-01-01,)' FROM plan;
INSERT INTO component (plan, version, component, metric, scope, per, schedule, on_change) VALUES
    ('month', 1, 'month', 'won', 'own', 'month', 'marginal from 0: 2%, over 20000: 3.5%, over 50000: 5%', 'by_event'),
    ('quarter', 1, 'quarter', 'won', 'own', 'quarter', 'marginal from 0: 2%, over 20000: 3.5%, over 50000: 5%', 'by_event'),
    ('manager', 1, 'override', 'won', 'team_without_self', 'month', 'marginal from 0: 8%', 'by_event');
INSERT INTO component_factor (plan, version, component, factor, constant) VALUES ('manager', 1, 'override', 1, 1.2);
SELECT activate_plan(plan, 1) FROM plan;
INSERT INTO plan_assignment (agent, plan)
SELECT r.sales_agent, p.plan FROM crm.sales_rep r, unnest('{month,quarter}'::text[]) p (plan)
UNION ALL SELECT DISTINCT r.manager, 'manager' FROM crm.sales_rep r;
INSERT INTO pay_period (period, during)
SELECT to_char(m, 'YYYY-MM'), daterange(m::date, (m + interval '1 month')::date)
FROM generate_series(timestamp '2017-01-01', '2017-12-01', interval '1 month') m;
-- from the middle of October on a month pays another way
SELECT copy_plan('month', 1, '[2017-10-16,)');
UPDATE component SET schedule = 'whole from 0: 2.5%, from 30000: 4%' WHERE plan = 'month' AND version = 2;
SELECT activate_plan('month', 2);

-- every month is calculated and closed before the next
CREATE FUNCTION pg_temp.run(period text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE lines integer := calculate(period);
BEGIN
    PERFORM close_period(period, 'payroll'), mark_paid(period, 'bank');
    RETURN lines;
END
$$;
SELECT pg_temp.run(format('2017-%s', lpad(n::text, 2, '0'))) FROM generate_series(1, 9) n;
\o
SELECT no_plan();

-- the same in plain SQL
CREATE FUNCTION pg_temp.tiers(won numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT 0.02 * least(won, 20000) + 0.035 * greatest(least(won, 50000) - 20000, 0) + 0.05 * greatest(won - 50000, 0)
$$;
CREATE FUNCTION pg_temp.second(won numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT won * CASE WHEN won >= 30000 THEN 0.04 ELSE 0.025 END
$$;
CREATE TEMPORARY VIEW by_month AS
SELECT w.sales_agent AS agent, to_char(w.close_date, 'YYYY-MM') AS month, to_char(w.close_date, 'YYYY-Q') AS quarter, sum(w.close_value) AS won
FROM crm.won w GROUP BY 1, 2, 3;
-- what each component earns in each month, by hand
CREATE TEMPORARY VIEW by_hand AS
SELECT m.agent, m.month, 'month' AS component,
       CASE WHEN m.month < '2017-10' THEN round(pg_temp.tiers(m.won), 2)
            WHEN m.month > '2017-10' THEN round(pg_temp.second(m.won), 2)
            ELSE (SELECT round(pg_temp.tiers(coalesce(sum(w.close_value) FILTER (WHERE w.close_date < '2017-10-16'), 0)), 2)
                         + round(pg_temp.second(coalesce(sum(w.close_value) FILTER (WHERE w.close_date >= '2017-10-16'), 0)), 2)
                  FROM crm.won w
                  WHERE w.sales_agent = m.agent AND to_char(w.close_date, 'YYYY-MM') = m.month) END AS amount
FROM by_month m
UNION ALL
SELECT m.agent, m.month, 'quarter',
       round(pg_temp.tiers(sum(m.won) OVER so_far), 2) - round(pg_temp.tiers(sum(m.won) OVER so_far - m.won), 2)
FROM by_month m
WINDOW so_far AS (PARTITION BY m.agent, m.quarter ORDER BY m.month)
UNION ALL
SELECT r.manager, to_char(w.close_date, 'YYYY-MM'), 'override', round(sum(w.close_value) * 0.08 * 1.2, 2)
FROM crm.won w JOIN crm.sales_rep r USING (sales_agent)
GROUP BY 1, 2;
CREATE TEMPORARY VIEW differs AS
SELECT coalesce(h.agent, l.agent) AS agent, coalesce(h.month, l.earned_in) AS month, coalesce(h.component, l.component) AS component, h.amount, l.posted
FROM by_hand h
FULL JOIN (SELECT l.agent, l.earned_in, l.component, sum(l.amount) AS posted FROM ledger l WHERE l.account = 'pay' GROUP BY 1, 2, 3) l
    ON (l.agent, l.earned_in, l.component) = (h.agent, h.month, h.component)
WHERE coalesce(h.amount, 0) <> coalesce(l.posted, 0);

SELECT is_empty($$SELECT * FROM differs WHERE month < '2017-10'$$, 'months, quarters to date and overrides of nine months are those of plain SQL');
SELECT is_empty($$
    SELECT e.agent, e.month, e.marginal, l.amount
    FROM jsonb_to_recordset($$ || quote_literal(:'expected') || $$::jsonb -> 'agent_month') AS e (agent text, month text, marginal numeric)
    LEFT JOIN ledger l ON l.agent = e.agent AND l.period = e.month AND l.component = 'month'
    WHERE e.month < '2017-10' AND l.amount IS DISTINCT FROM e.marginal$$, 'and those of a calculation by others, to the cent');
SELECT is((SELECT count(*) FROM statement WHERE status = 'paid'), (SELECT count(DISTINCT (agent, month)) FROM by_hand WHERE month < '2017-10' AND amount <> 0),
    'everybody has a statement for every month');

-- October has two versions, and is calculated while it goes on
\o /dev/null
SELECT calculate('2017-10');
\o
SELECT is_empty($$SELECT * FROM differs WHERE month = '2017-10'$$, 'a plan that changes in the middle of the month: each deal under the version of its day');
SELECT is((SELECT array_agg(DISTINCT during ORDER BY during) FROM ledger WHERE component = 'month' AND period = '2017-10'),
    '{"[2017-10-01,2017-10-16)","[2017-10-16,2017-11-01)"}', 'in lines of their own');

-- refunds of deals that were paid long ago
\o /dev/null
SELECT sum(payout) AS paid FROM statement WHERE status = 'paid' \gset
SELECT count(*) AS before FROM ledger \gset
UPDATE crm.opportunity SET deal_stage = 'Lost', close_value = NULL
WHERE opportunity_id IN (SELECT min(opportunity_id) FROM crm.won WHERE close_date >= '2017-03-01' AND close_date < '2017-04-01'
                         UNION ALL SELECT max(opportunity_id) FROM crm.won WHERE close_date >= '2017-08-01' AND close_date < '2017-09-01');
-- and one that is found late
INSERT INTO crm.opportunity (opportunity_id, sales_agent, product, deal_stage, engage_date, close_date, close_value)
SELECT 'LATE', sales_agent, (SELECT min(product) FROM crm.product), 'Won', '2017-06-01', '2017-06-20', 12345.67 FROM crm.sales_rep ORDER BY 1 LIMIT 1;
SELECT calculate('2017-10') AS lines \gset
\o
SELECT is_empty($$SELECT * FROM differs WHERE month <= '2017-10'$$, 'two refunds and a late deal: every month is again what plain SQL says');
SELECT cmp_ok(:lines, '<=', 16, 'by few lines');
SELECT is((SELECT sum(payout) FROM statement WHERE status = 'paid'), :paid, 'what was paid is untouched');
SELECT is_empty($$SELECT * FROM ledger WHERE earned_in <> period AND period <> '2017-10'$$, 'the differences are in the open month');
SELECT is((SELECT array_agg(DISTINCT earned_in ORDER BY earned_in) FROM ledger WHERE earned_in <> period), '{2017-03,2017-06,2017-08,2017-09}',
    'for the months they belong to, and those to date after them');
SELECT is(calculate('2017-10'), 0, 'a second run posts nothing');
\o /dev/null
SELECT pg_temp.run(format('2017-%s', n)) FROM generate_series(10, 12) n;
\o
SELECT is_empty($$SELECT * FROM differs$$, 'all of the year');
SELECT is_empty($$SELECT v.* FROM pay_period p CROSS JOIN LATERAL verify(p.period) v$$, 'which verifies');
SELECT is_empty($$SELECT g.* FROM pay_period p CROSS JOIN LATERAL pay_gaps(p.period) g$$, 'and has no gaps');
SELECT is((SELECT sum(l.amount) FROM ledger l WHERE l.component = 'override'),
    (SELECT sum(round(x.won * 0.096, 2)) FROM (SELECT r.manager, date_trunc('month', w.close_date::timestamp), sum(w.close_value) AS won
     FROM crm.won w JOIN crm.sales_rep r USING (sales_agent) GROUP BY 1, 2) x), 'overrides are 8 % x 1.2 of what the teams won');
SELECT is_empty($$
    SELECT s.agent, s.period, s.payout, e.amount
    FROM statement s
    CROSS JOIN LATERAL (SELECT sum(x.amount) AS amount FROM explain_pay(s.agent, s.period) x) e
    WHERE s.period IN ('2017-03', '2017-10') AND s.agent < 'D' AND s.payout <> e.amount$$, 'explanations add up to the payouts');

SELECT * FROM finish();
ROLLBACK;
