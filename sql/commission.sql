--
-- commission() OVER: each row's own part of the running payout
--
CREATE ROLE regress_commission;
SET ROLE regress_commission;
SET search_path = lead_ops, public;
\set SHOW_CONTEXT never

CREATE TEMP TABLE deal (deal int PRIMARY KEY, agent text, month date, closed_on date, amount numeric);
INSERT INTO deal VALUES
    (1, 'Chen', '2026-01-01', '2026-01-05', 12000),
    (2, 'Chen', '2026-01-01', '2026-01-12', 12000.50),
    (3, 'Chen', '2026-01-01', '2026-01-12', 30000),
    (4, 'Chen', '2026-01-01', '2026-01-20', NULL),
    (5, 'Chen', '2026-01-01', '2026-01-28', -24000),
    (6, 'Chen', '2026-02-01', '2026-02-03', 25000),
    (7, 'Li', '2026-01-01', '2026-01-07', 50000),
    (8, 'Li', '2026-01-01', '2026-01-09', 1),
    (9, 'Wu', '2026-01-01', '2026-01-09', NULL);

-- every deal's own part; the parts of a period add up to its payout
SELECT agent, month, deal, amount,
       commission('marginal from 0: 3%, from 20000: 5%', amount) OVER period AS part,
       payout('marginal from 0: 3%, from 20000: 5%', sum(amount) OVER period) AS paid_so_far
  FROM deal
WINDOW period AS (PARTITION BY agent, month ORDER BY closed_on, deal)
 ORDER BY agent, month, deal;
SELECT agent, month, sum(part), payout_sum('marginal from 0: 3%, from 20000: 5%', amount) AS same
  FROM (SELECT *, commission('marginal from 0: 3%, from 20000: 5%', amount)
                  OVER (PARTITION BY agent, month ORDER BY closed_on) AS part FROM deal) AS d
 GROUP BY agent, month ORDER BY agent, month;

-- peers come one after the other, in the order of the sort; each still gets its own part
SELECT closed_on, sum(part) AS of_the_day, count(part)
  FROM (SELECT closed_on, commission('marginal from 0: 3%, from 20000: 5%', amount) OVER (ORDER BY closed_on) AS part
          FROM deal WHERE agent = 'Chen' AND month = '2026-01-01') AS d
 GROUP BY closed_on ORDER BY closed_on;

-- the frame plays no part, the partition does
SELECT deal, commission('marginal over 5: 1 each', deal) OVER (ORDER BY deal) AS running,
       commission('marginal over 5: 1 each', deal) OVER (ORDER BY deal ROWS BETWEEN CURRENT ROW AND CURRENT ROW) AS frame,
       commission('marginal over 5: 1 each', deal) OVER (ORDER BY deal DESC) AS from_the_end,
       commission('marginal over 5: 1 each', deal) OVER (PARTITION BY deal) AS alone
  FROM deal WHERE deal <= 4 ORDER BY deal;

-- whole schedules: a row that lifts the total to the next tier gets what that adds to all before it
SELECT deal, amount, commission('whole from 0: 3%, from 20000: 5% + 200', amount) OVER (ORDER BY deal) AS part
  FROM deal WHERE agent = 'Chen' AND month = '2026-01-01' ORDER BY deal;

-- an amount at 0 and a floor come with the first row
SELECT n, commission('whole from 0: 100', 0) OVER (ORDER BY n) AS flat,
       commission('marginal from 10: 3 floor 7', n) OVER (ORDER BY n) AS floor,
       commission('marginal from 0: 1 each cap 4', n) OVER (ORDER BY n) AS cap,
       commission('marginal from 0: 1 each signed', -n) OVER (ORDER BY n) AS signed,
       commission('interpolated from 0: 0, from 3: 1', n) OVER (ORDER BY n) AS line
  FROM generate_series(1, 4) AS n ORDER BY n;

-- NULL in, NULL out, and the sum goes on
SELECT n, commission(CASE WHEN n <> 2 THEN 'marginal from 0: 1 each, from 3: 2 each'::tier_schedule END,
                     CASE WHEN n <> 3 THEN n END) OVER (ORDER BY n) AS part
  FROM generate_series(1, 5) AS n ORDER BY n;

-- mixed scales, beyond 128 bits and back
SELECT n, amount, commission('marginal from 0: 1 each, from 5: 2 each', amount) OVER (ORDER BY n) AS part
  FROM unnest('{3,0.0000000001,1e-38,4.5,1e-50,-1e-50,10}'::numeric[]) WITH ORDINALITY AS v (amount, n) ORDER BY n;
SELECT n, amount, commission('marginal from 0: 1%, from 5: 2%', amount) OVER (ORDER BY n) AS part
  FROM unnest('{99999999999999999999999999999999999999,1e40,-1e40,-99999999999999999999999999999999999998,1}'::numeric[])
       WITH ORDINALITY AS v (amount, n) ORDER BY n;
SELECT n, commission('whole from 0: 1 each signed', amount) OVER (ORDER BY n) AS part
  FROM unnest('{-170141183460469231731687303715884105727,-1,1}'::numeric[]) WITH ORDINALITY AS v (amount, n) ORDER BY n;

-- partitions do not disturb each other, even when one of them needs more digits
SELECT p, n, commission('marginal from 0: 3%, from 5: 5%', CASE WHEN p = 2 THEN 1e-42 ELSE 4 END)
             OVER (PARTITION BY p ORDER BY n) AS part
  FROM generate_series(1, 3) AS p, generate_series(1, 2) AS n ORDER BY p, n;

-- a schedule for every partition, but only one
SELECT agent, deal, commission(CASE agent WHEN 'Chen' THEN 'marginal from 0: 3%' ELSE 'whole from 0: 10' END::tier_schedule, amount)
              OVER (PARTITION BY agent ORDER BY deal) AS part
  FROM deal ORDER BY deal;
SELECT n, commission(CASE WHEN n < 3 THEN 'marginal from 0: 3%'::tier_schedule ELSE 'marginal from 0: 5%' END, n)
          OVER (ORDER BY n)
  FROM generate_series(1, 3) AS n;

SET plan_cache_mode = force_generic_plan;
PREPARE pay (tier_schedule) AS SELECT n, commission($1, n) OVER (ORDER BY n) FROM generate_series(1, 2) AS n;
EXECUTE pay ('marginal from 0: 1 each');
EXECUTE pay ('marginal from 0: 2 each');
DEALLOCATE pay;
RESET plan_cache_mode;

-- many rows in one partition, and no schedule
SELECT sum(part) FROM (SELECT commission('marginal from 0: 1 each, from 1000: 2 each', 1) OVER () AS part FROM generate_series(1, 3000)) AS d;
SELECT commission(NULL, n) OVER () AS part FROM generate_series(1, 2) AS n;

-- no money, and no window
SELECT commission('marginal from 0: 3%', 'NaN') OVER ();
SELECT commission('marginal from 0: 3%', v) OVER () FROM unnest('{1,Infinity}'::numeric[]) AS v;
SELECT commission('marginal from 0: 3%', 1);
SELECT commission('marginal from 0: 3%', 1) FILTER (WHERE true) OVER ();

-- one pass over an index that has the order; since 18 a plan also names the window
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF line !~ '^ *Window:' THEN
            RETURN NEXT line;
        END IF;
    END LOOP;
END
$$;
CREATE INDEX deal_period ON deal (agent, month, closed_on) INCLUDE (amount);
INSERT INTO deal SELECT n, 'agent ' || n % 10, '2026-03-01', '2026-03-01'::date + n % 31, n % 997 FROM generate_series(100, 3000) AS n;
VACUUM ANALYZE deal;
SET enable_sort = off;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT * FROM pg_temp.plan($$
    SELECT commission('marginal from 0: 3%, from 20000: 5%', amount)
           OVER (PARTITION BY agent, month ORDER BY closed_on) FROM deal
$$);
SELECT count(*), count(*) FILTER (WHERE sum_of_parts IS DISTINCT FROM paid) AS differ
  FROM (SELECT agent, sum(part) AS sum_of_parts, payout_sum('marginal from 0: 3%, from 20000: 5%', amount) AS paid
          FROM (SELECT agent, month, amount, commission('marginal from 0: 3%, from 20000: 5%', amount)
                                             OVER (PARTITION BY agent, month ORDER BY closed_on) AS part FROM deal) AS d
         GROUP BY agent, month) AS period;

RESET ROLE;
DROP OWNED BY regress_commission;
DROP ROLE regress_commission;
