-- Pay on random histories: sales, refunds, calculations and closing in any
-- order end in the same ledger.  LEAD_OPS_SEED repeats a run.
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
\getenv seed LEAD_OPS_SEED
\if :{?seed}
\else
SELECT floor(random() * 1000000000)::int AS seed \gset
\endif
BEGIN;
\o /dev/null
\ir include/pay.sql
SELECT setseed(:seed / 1000000000.0);
\o
SELECT no_plan();
SELECT diag('LEAD_OPS_SEED=' || :seed);
\o /dev/null

CREATE VIEW sale AS SELECT agent, at, quantity, sale FROM credit;
INSERT INTO metric (metric, unit, source, item_column) VALUES ('sale', 'CNY', 'sale', 'sale');
SELECT new_plan('p'), new_plan('leaders'), new_plan('capped');
INSERT INTO component (plan, version, component, position, metric, total_of, scope, per, schedule, on_change) VALUES
    ('p', 1, 'each', 1, 'sale', NULL, 'own', 'event', 'marginal from 0: 3.33%', 'by_event'),
    ('p', 1, 'day', 2, 'sale', NULL, 'own', 'day', 'whole from 0: 0, over 500: 1%', 'by_event'),
    ('p', 1, 'month', 3, 'sale', NULL, 'own', 'month', 'marginal from 0: 1%, over 1000: 2.5%, from 3000: 5%', 'latest'),
    ('p', 1, 'quarter', 4, 'sale', NULL, 'own', 'quarter', 'whole from 0: 1%, from 2000: 2%, from 9000: 4%', 'by_event'),
    ('p', 1, 'back', 5, NULL, '{each,month}', 'own', 'month', 'marginal from 0: 10% signed', 'latest'),
    ('leaders', 1, 'override', 1, NULL, '{each,quarter}', 'team_without_self', 'month', 'marginal from 0: 7% signed', 'by_event'),
    ('capped', 1, 'capped', 1, 'sale', NULL, 'own', 'month', 'marginal from 0: 5%', 'latest');
INSERT INTO component_factor (plan, version, component, factor, constant) VALUES ('p', 1, 'back', 1, -1);
INSERT INTO component_bound (plan, version, component, side, per, amount, carries) VALUES ('capped', 1, 'capped', 'maximum', 'period', 60, true);
SELECT activate_plan(plan, 1) FROM plan;
SELECT hire('lead', NULL, 'desk', 'leader'), hire('a', 'p'), hire('b', 'p'), hire('c', 'p');
INSERT INTO plan_assignment (agent, plan) VALUES ('lead', 'p'), ('lead', 'leaders'), ('c', 'capped');
INSERT INTO draw (agent, valid, amount, recovery) VALUES ('b', '[2020-01-01,2020-03-01)', 150, 0.5);

-- A history: each step sells, gives back, calculates, or closes the month.
CREATE FUNCTION step(n integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    what text := (ARRAY['sell', 'sell', 'sell', 'refund', 'refund all', 'calculate', 'close'])[1 + floor(random() * 7)];
    present text := (SELECT min(period) FROM pay_period WHERE status IN ('open', 'calculating'));
    sold text := (SELECT sale FROM credit GROUP BY sale HAVING sum(quantity) > 1 ORDER BY random() LIMIT 1);
    names text[] := ARRAY(SELECT a FROM unnest('{a,b,c,lead}'::text[]) a ORDER BY random() LIMIT 1 + floor(random() * 3));
BEGIN
    CASE what
        WHEN 'sell' THEN
            PERFORM credit_sale('S' || n, round((2000 * random() ^ 2)::numeric, 2) + 0.01,
                                timestamptz '2020-01-01 00:00Z' + random() * interval '120 days', names);
        WHEN 'refund' THEN
            PERFORM refund_sale(sold, round((SELECT sum(quantity) FROM credit WHERE sale = sold) * random()::numeric / 2, 2) + 0.01) WHERE sold IS NOT NULL;
        WHEN 'refund all' THEN
            PERFORM refund_sale(sold) WHERE sold IS NOT NULL;
        WHEN 'calculate' THEN
            PERFORM calculate(present);
        ELSE
            IF present < '2020-05' THEN
                PERFORM calculate(present), close_period(present);
            END IF;
    END CASE;
    RETURN what;
END
$$;
CREATE TABLE history AS SELECT n, step(n) FROM generate_series(1, 70) n;
-- all months to the end
CREATE FUNCTION finish_all() RETURNS void LANGUAGE plpgsql AS $$
DECLARE present text;
BEGIN
    FOR present IN SELECT period FROM pay_period WHERE status IN ('open', 'calculating') AND period < '2020-07' ORDER BY period LOOP
        PERFORM calculate(present), close_period(present);
    END LOOP;
END
$$;
SELECT finish_all();
\o
SELECT diag((SELECT string_agg(step || ' ' || count, ', ') FROM (SELECT step, count(*) FROM history GROUP BY step ORDER BY step) h));

SELECT is_empty($$SELECT p.period, v.* FROM pay_period p CROSS JOIN LATERAL verify(p.period) v WHERE p.status = 'closed'$$, 'after a random history everything verifies');
SELECT is((SELECT count(*) FROM late_item), 0::bigint, 'nothing is left to come');

-- independent of all that: the sums by hand
CREATE TEMPORARY VIEW sold AS
SELECT agent, sale, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, to_char(at AT TIME ZONE 'UTC', 'YYYY-Q') AS quarter, (at AT TIME ZONE 'UTC')::date AS day, sum(quantity) AS q
FROM credit GROUP BY 1, 2, 3, 4, 5;
CREATE TEMPORARY VIEW by_hand AS
SELECT agent, 'each' AS component, sum(round(q * 0.0333, 2)) AS amount FROM sold GROUP BY agent
UNION ALL SELECT agent, 'day', sum(CASE WHEN q > 500 THEN round(q * 0.01, 2) ELSE 0 END) FROM (SELECT agent, day, sum(q) AS q FROM sold GROUP BY 1, 2) d GROUP BY agent
UNION ALL SELECT agent, 'month', sum(round(0.01 * least(q, 1000) + 0.025 * greatest(least(q, 3000) - 1000, 0) + 0.05 * greatest(q - 3000, 0), 2))
    FROM (SELECT agent, month, sum(q) AS q FROM sold GROUP BY 1, 2) m GROUP BY agent
UNION ALL SELECT agent, 'quarter', sum(round(q * CASE WHEN q >= 9000 THEN 0.04 WHEN q >= 2000 THEN 0.02 ELSE 0.01 END, 2))
    FROM (SELECT agent, quarter, sum(q) AS q FROM sold GROUP BY 1, 2) m GROUP BY agent;
SELECT is_empty($$SELECT h.*, l.posted FROM by_hand h
    LEFT JOIN (SELECT agent, component, sum(amount) AS posted FROM ledger WHERE kind = 'earning' GROUP BY 1, 2) l USING (agent, component)
    WHERE h.amount <> coalesce(l.posted, 0)$$, 'windows of each kind are what plain SQL makes of the sales that are left');
SELECT is_empty($$SELECT * FROM (
    SELECT earned_in, sum(amount) FILTER (WHERE component = 'override') AS override,
           round(0.07 * sum(amount) FILTER (WHERE component IN ('each', 'quarter') AND agent <> 'lead'), 2) AS by_hand
    FROM ledger WHERE kind = 'earning' GROUP BY earned_in) o WHERE coalesce(override, 0) <> coalesce(by_hand, 0)$$, 'overrides are of what was posted for the others');
SELECT is_empty($$SELECT * FROM statement WHERE payout < 0$$, 'no payout is below 0');
SELECT is_empty($$SELECT agent, earned_in FROM ledger WHERE component = 'capped' AND account = 'pay' GROUP BY 1, 2 HAVING sum(amount) > 60$$, 'no cap is passed');
SELECT is((SELECT sum(l.amount) FROM ledger l WHERE l.account IN ('pay', 'cap', 'draw', 'carry')), (SELECT sum(amount) FROM ledger WHERE kind = 'earning' OR kind = 'guarantee'),
    'all accounts together hold what was earned, to the cent');

-- The same sales in another order, all at once, in a month that never closed.
\o /dev/null
CREATE TABLE first AS SELECT agent, component, sum(amount) AS amount FROM ledger WHERE kind = 'earning' GROUP BY 1, 2;
CREATE TABLE sales AS SELECT sale, agent, at, quantity, share, row_number() OVER (ORDER BY random()) AS n FROM credit;
SELECT lead_ops.create_workspace('pay_again');
SET LOCAL search_path = pay_again, public;
INSERT INTO agent SELECT * FROM pay_test.agent;
INSERT INTO team (team) SELECT team FROM pay_test.team;
INSERT INTO membership SELECT * FROM pay_test.membership;
CREATE VIEW sale AS SELECT agent, at, quantity, sale FROM credit;
INSERT INTO metric (metric, unit, source, item_column) VALUES ('sale', 'CNY', 'sale', 'sale');
INSERT INTO plan SELECT * FROM pay_test.plan;
INSERT INTO plan_version (plan, version, valid) SELECT plan, version, valid FROM pay_test.plan_version;
INSERT INTO component SELECT * FROM pay_test.component;
INSERT INTO component_factor SELECT * FROM pay_test.component_factor;
INSERT INTO component_bound SELECT * FROM pay_test.component_bound;
SELECT activate_plan(plan, 1) FROM plan;
INSERT INTO plan_assignment SELECT * FROM pay_test.plan_assignment;
INSERT INTO pay_period (period, during) SELECT period, during FROM pay_test.pay_period;
INSERT INTO credit (sale, agent, at, quantity, share) SELECT sale, agent, at, quantity, share FROM pay_test.sales ORDER BY n;
SELECT calculate(period) FROM pay_period WHERE period < '2020-07' ORDER BY period;
\o
SELECT is_empty($$SELECT coalesce(f.agent, s.agent), coalesce(f.component, s.component), f.amount, s.amount FROM pay_test.first f
    FULL JOIN (SELECT agent, component, sum(amount) AS amount FROM ledger WHERE kind = 'earning' GROUP BY 1, 2) s USING (agent, component)
    WHERE coalesce(f.amount, 0) <> coalesce(s.amount, 0)$$, 'sale by sale is the same as all at once, in any order');

-- and all of it given back
\o /dev/null
SELECT count(*) FROM (SELECT DISTINCT sale FROM credit) s CROSS JOIN LATERAL refund_sale(s.sale)
WHERE (SELECT sum(quantity) FROM credit c WHERE c.sale = s.sale) > 0;
SELECT calculate(period) FROM pay_period WHERE period < '2020-07' ORDER BY period;
\o
SELECT is_empty($$SELECT agent, component, sum(amount) FROM ledger WHERE kind = 'earning' GROUP BY 1, 2 HAVING sum(amount) <> 0$$, 'what is given back entirely pays nothing');
SELECT * FROM finish();
ROLLBACK;
