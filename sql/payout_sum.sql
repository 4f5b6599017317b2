--
-- payout_sum: the payout of a sum, as an aggregate
--
CREATE ROLE regress_payout_sum;
CREATE SCHEMA regress_payout_sum AUTHORIZATION regress_payout_sum;
SET ROLE regress_payout_sum;
SET search_path = regress_payout_sum, lead_ops;
\set SHOW_CONTEXT never

CREATE TABLE deal (agent text, rule tier_schedule, amount numeric, n int);
INSERT INTO deal VALUES
    ('Chen', 'marginal from 0: 3%, from 20000: 5%', 15000, 1),
    ('Chen', 'marginal from 0: 3%, from 20000: 5%', 10000.50, 2),
    ('Chen', 'marginal from 0: 3%, from 20000: 5%', -2000, 3),
    ('Li', 'whole from 0: 3%, from 20000: 5% + 500', 20000, 4),
    ('Li', 'whole from 0: 3%, from 20000: 5% + 500', NULL, 5),
    ('Wang', NULL, 100, 6),
    ('Zhao', 'whole from 0: 3%', NULL, 7),
    ('Zhou', 'whole from 0: 3%', 0, 8),
    ('Sun', 'whole from 0: 3% floor 50', -10, 9);

-- by group; no value gives NULL, a sum of 0 does not
SELECT agent, count(*), sum(amount), payout_sum(rule, amount), payout((array_agg(rule))[1], sum(amount)) AS same
  FROM deal GROUP BY agent ORDER BY agent;
SELECT payout_sum('whole from 0: 3% floor 50', amount) FROM deal WHERE false;
SELECT payout_sum(NULL, amount) FROM deal;
SELECT agent, payout_sum(rule, amount) FILTER (WHERE amount > 0) FROM deal GROUP BY agent ORDER BY agent;
SELECT payout_sum(DISTINCT 'whole from 0: 1 each'::tier_schedule, round(amount, -4)) FROM deal;

-- one schedule a group, the same however it is stored
SELECT payout_sum(rule, amount) FROM deal;
SELECT rule, payout_sum(rule, amount) FROM deal GROUP BY rule ORDER BY rule;
SELECT payout_sum(rule, amount ORDER BY n DESC) FROM deal WHERE agent IN ('Zhou', 'Sun');

-- one written in the query is for all groups; a parameter may be another at the next call
SELECT agent, payout_sum('marginal from 0: 1%', amount) FROM deal GROUP BY agent ORDER BY agent;
SET plan_cache_mode = force_generic_plan;
PREPARE pay (tier_schedule) AS
    SELECT payout_sum($1, amount), payout_sum('whole from 0: 7', amount) AS always FROM deal GROUP BY amount > 0 ORDER BY 1;
EXECUTE pay ('whole from 0: 1 each');
EXECUTE pay ('whole from 0: 2 each');
DEALLOCATE pay;
RESET plan_cache_mode;

-- no money
SELECT payout_sum('whole from 0: 3%', v) FROM unnest('{1,NaN}'::numeric[]) AS v;
SELECT payout_sum('whole from 0: 3%', v) FROM unnest('{Infinity,-Infinity}'::numeric[]) AS v;

-- any scales, sums beyond 128 bits and back, the smallest integer of all
SELECT payout_sum('marginal from 0: 100%', v) FROM unnest('{1e-40,1e30,1,1e-4,-1e30}'::numeric[]) AS v;
SELECT payout_sum('marginal from 0: 100%', v) FROM unnest('{1e-60,1e60,7,-1e60}'::numeric[]) AS v;
SELECT payout_sum('marginal from 0: 3%, from 20000: 5%', v) AS large,
       payout('marginal from 0: 3%, from 20000: 5%', sum(v)) AS same
  FROM unnest('{99999999999999999999999999999999999999,99999999999999999999999999999999999999,0.01}'::numeric[]) AS v;
SELECT payout_sum('whole from 0: 1 each signed', v)
  FROM unnest('{-170141183460469231731687303715884105727,-1}'::numeric[]) AS v;

-- moving frames: what leaves the frame is taken out again
SELECT n, amount,
       payout_sum('marginal from 0: 1 each + 10, over 5: 2 each', amount) OVER moving,
       payout('marginal from 0: 1 each + 10, over 5: 2 each', sum(amount) OVER moving) AS same
  FROM (VALUES (1, 3), (2, 4.5), (3, NULL), (4, NULL), (5, NULL), (6, 1e40), (7, -1e40), (8, 0.25), (9, 2))
       AS v (n, amount)
WINDOW moving AS (ORDER BY n ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING);
SELECT n, amount, payout_sum('whole from 0: 10%', amount) OVER (ORDER BY n) AS running,
       payout_sum('whole from 0: 10%', amount) OVER (ORDER BY n ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS rest,
       payout_sum('whole from 0: 10%', amount) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING) AS before,
       payout_sum('whole from 0: 10%', amount) OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS others
  FROM (VALUES (1, 10), (2, 20), (3, 30)) AS v (n, amount);

-- an empty frame may go on with another schedule, a filled one may not
SELECT n, rule, payout_sum(rule, n) OVER (ORDER BY n ROWS BETWEEN CURRENT ROW AND CURRENT ROW)
  FROM (VALUES (1, 'whole from 0: 1 each'::tier_schedule), (2, NULL), (3, 'whole from 0: 2 each')) AS v (n, rule);
SELECT n, rule, payout_sum(rule, n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
  FROM (VALUES (1, 'whole from 0: 1 each'::tier_schedule), (2, 'whole from 0: 2 each')) AS v (n, rule);

-- partitions are summed apart and put together, whatever their sums need
CREATE TABLE sale (branch int, amount numeric) PARTITION BY LIST (branch);
CREATE TABLE sale_1 PARTITION OF sale FOR VALUES IN (1);
CREATE TABLE sale_2 PARTITION OF sale FOR VALUES IN (2);
CREATE TABLE sale_3 PARTITION OF sale FOR VALUES IN (3);
CREATE TABLE sale_4 PARTITION OF sale FOR VALUES IN (4);
INSERT INTO sale VALUES (1, 99999999999999999999999999999999999999), (2, 99999999999999999999999999999999999999),
    (3, 1e-39), (3, -1e40), (4, NULL);
SET enable_partitionwise_aggregate = on;
EXPLAIN (COSTS OFF) SELECT payout_sum('marginal from 0: 1 each signed', amount) FROM sale WHERE branch <= 2;
SELECT branches, (SELECT payout_sum('marginal from 0: 1 each signed', amount) FROM sale WHERE branch = ANY (branches)) AS paid,
       (SELECT payout('marginal from 0: 1 each signed', sum(amount)) FROM sale WHERE branch = ANY (branches)) AS same
  FROM (VALUES ('{1,2}'::int[]), ('{1,3}'), ('{1,2,3,4}'), ('{4}')) AS b (branches);
RESET enable_partitionwise_aggregate;

-- parallel: partial sums of the workers give what one process gives
CREATE TABLE call AS
SELECT n, 'agent ' || n % 7 AS agent, CASE WHEN n % 11 <> 0 THEN (n * 7919 % 10007) / 100.0 END AS amount
  FROM generate_series(1, 20000) AS n;
INSERT INTO call VALUES (0, 'agent 0', 99999999999999999999999999999999999999), (0, 'agent 0', 99999999999999999999999999999999999999),
    (0, 'agent 1', 1e45), (0, 'agent 1', -1e45), (0, 'agent 2', 1e-30);
ALTER TABLE call SET (parallel_workers = 2);
ANALYZE call;
CREATE TABLE serial AS
SELECT agent, payout_sum('marginal from 0: 3%, over 100000: 5%, over 200000: 8% signed', amount) AS paid
  FROM call GROUP BY agent;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
SET enable_hashagg = off;
EXPLAIN (COSTS OFF)
SELECT payout_sum('marginal from 0: 3%, over 100000: 5%', amount) FROM call;
EXPLAIN (COSTS OFF)
SELECT agent, payout_sum('marginal from 0: 3%, over 100000: 5%', amount) FROM call GROUP BY agent;
SELECT count(*) AS agents, count(*) FILTER (WHERE p.paid IS DISTINCT FROM s.paid) AS differ
  FROM (SELECT agent, payout_sum('marginal from 0: 3%, over 100000: 5%, over 200000: 8% signed', amount) AS paid
          FROM call GROUP BY agent) AS p
  JOIN serial AS s USING (agent);
SELECT agent, paid, paid = (SELECT payout('marginal from 0: 3%, over 100000: 5%, over 200000: 8% signed', sum(amount))
                              FROM call AS c WHERE c.agent = s.agent) AS same
  FROM serial AS s ORDER BY agent;
SELECT payout_sum('marginal from 0: 3%, over 100000: 5%', amount) FROM call WHERE n < 0;
SELECT payout_sum('marginal from 0: 3%, over 100000: 5%', amount) FROM call WHERE amount IS NULL;
SELECT payout_sum(CASE WHEN n < 10000 THEN 'whole from 0: 1'::tier_schedule ELSE 'whole from 0: 2' END, amount) FROM call;

RESET ROLE;
DROP OWNED BY regress_payout_sum;
DROP ROLE regress_payout_sum;
