--
-- payout and what explains it: payout_by, payout_lines, tier_of, next_tier,
-- value_for
--
CREATE ROLE regress_payout;
SET ROLE regress_payout;
SET search_path = lead_ops, public;

CREATE FUNCTION pg_temp.outcome(command text, OUT state text, OUT message text, OUT detail text)
    LANGUAGE plpgsql AS $$
BEGIN
    state := 'ok';
    EXECUTE command INTO message;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
        message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END
$$;

-- marginal: each rate on its own part
SELECT value, payout('marginal from 0: 3%, from 20000: 5%, from 50000: 8%', value),
       payout('marginal over 0: 3%, over 20000: 5%, over 50000: 8%', value) AS over,
       tier_of('marginal from 0: 3%, from 20000: 5%, from 50000: 8%', value),
       tier_of('marginal over 0: 3%, over 20000: 5%, over 50000: 8%', value) AS over_tier
  FROM unnest('{-1,0,0.01,100,19999.99,20000,20000.01,50000,50000.01,1000000}'::numeric[]) AS value;

-- amounts and blocks of a tier come with its first value; a full tier has no block begun beyond it
SELECT value, payout('marginal from 0: 2 each + 10, from 10: 1 each + 100', value) AS from_flat,
       payout('marginal over 0: 2 each + 10, over 10: 1 each + 100', value) AS over_flat,
       payout('marginal from 0: 15 per 10, from 25: 7 per 10', value) AS from_block,
       payout('marginal over 0: 15 per 10, over 25: 7 per 10', value) AS over_block
  FROM unnest('{0,0.5,10,10.1,20,20.1,25,25.1,35,35.1}'::numeric[]) AS value;

-- whole: the tier that holds the value, on all of it
SELECT value, payout('whole from 0: 3%, from 30000: 5% + 200', value) AS from,
       payout('whole over 0: 3%, over 30000: 5% + 200', value) AS over,
       payout('whole from 0: 100, from 5: 15 per 10', value) AS blocks
  FROM unnest('{-5,0,5,10,10.01,29999.99,30000,30000.01}'::numeric[]) AS value;

-- interpolated: linear between the bounds, level above the last; not ending decimals at 20 places
SELECT value, payout('interpolated from 0: -500, from 1: 0', value),
       payout('interpolated over 0: 10, over 3: 20, over 10: -1', value) AS three
  FROM unnest('{-1,0,0.5,0.857142857,1,2,3,4,10,11}'::numeric[]) AS value;

-- below the first bound, and values below 0
SELECT value, payout('marginal from 10: 1 each + 5', value) AS marginal,
       payout('marginal from -10: 1 each', value) AS from_below,
       payout('whole from -10: 1 each + 5 per 3', value) AS whole_below,
       payout('marginal from 0: 1 each signed', value) AS signed,
       payout('whole over 10: 2 each + 1 signed', value) AS whole_signed,
       payout('interpolated from 0: 1, from 10: 2 signed', value) AS line_signed
  FROM unnest('{-20,-10.5,-10,-9.5,-0.5,0,0.5,10,20}'::numeric[]) AS value;

-- cap and floor bound the result, also below the first bound and before the sign
SELECT value, payout('marginal from 10: 10% cap 50', value) AS cap,
       payout('marginal from 10: 10% floor 5', value) AS floor,
       payout('marginal from 10: 10% cap -5', value) AS cap_below,
       payout('marginal from 0: 10% cap 50 floor 5 signed', value) AS signed
  FROM unnest('{-1000,-100,-1,0,1,5,100,1000}'::numeric[]) AS value;

-- rules as schemes write them
SELECT rule, value, payout(rule::tier_schedule, value)
  FROM (VALUES
    ('base pay times attendance', 'whole from 0: 1400', 0.95),
    ('wage by assets', 'whole from 0: 1500, from 500000: 2500', 500000),
    ('piece rate above 30', 'marginal over 30: 0.2 each', 46),
    ('prize at five customers', 'whole from 5: 300', 5),
    ('prize for each further one', 'marginal over 5: 200 each', 8),
    ('100 off for each missing', 'marginal from 0: -100 each', 3),
    ('100 off for a week under 90 %', 'whole from 0: -100, from 0.9: 0', 0.899),
    ('100 off for a week under 90 %', 'whole from 0: -100, from 0.9: 0', 0.9),
    ('base pay cut with missing calls', 'interpolated from 0: -500, from 1: 0', 0.75),
    ('income tax on a bonus', 'marginal from 0: 3%, over 36000: 10%, over 144000: 20%', 219000)
  ) AS scheme (what, rule, value);

-- no rounding and no trailing zeros, at any size
SELECT payout('marginal from 0: 3.5%', 0.333) AS small,
       payout('marginal from 0: 3%', 100.00) AS trimmed,
       payout('marginal from 0: 3%', 0.000) AS zero,
       payout('marginal from 0: 0.5 each', 99999999999999999999999999999999999999) AS digits_38;
SELECT payout('marginal from 0: 3%, from 20000: 5%', 1e40 + 0.01) AS beyond_128_bits,
       payout('marginal from 0: 99999999999999999999999999999999999999 each', 99999999999999999999999999999999999999) AS square,
       length(payout('marginal from 0: 3%, from 20000: 5%', 1e1000)::text) AS thousand_digits,
       payout('marginal from 0: 100%', 1e-50) AS many_decimals;

SELECT payout('marginal from 0: 99999999999999999999999999999999999999, from 1: 99999999999999999999999999999999999999', 1) AS flats,
       payout('interpolated from 0: -1500000000000000000, from 3: 1500000000000000000', 1) AS line;
SELECT payout(format('marginal from 0: %s each', rate)::tier_schedule, 1e-38)
  FROM unnest('{1e-38,-0.00000000000000000000000000000000000123}'::numeric[]) AS rate;

-- one call in a plan: values of few and of many decimals, in any order
SELECT value, payout('marginal from 0: 1 each', value), tier_of('marginal from 0: 1 each', value)
  FROM (VALUES (1, 3::numeric), (2, 1e-37), (3, 3), (4, 0), (5, 1e-60), (6, 3), (7, 1e30), (8, 1e-4)) AS v (n, value)
 ORDER BY n;
SELECT payout('marginal from 0.00000000000000000000000000000000000001: 100%', 1);

-- a schedule for every row
SELECT payout(format('marginal from 0: %s%%, from %s: %s each', i, i * 10, i)::tier_schedule, 50) AS amount
  FROM generate_series(1, 8) AS i;

-- a parameter may be another schedule at the next call
SET plan_cache_mode = force_generic_plan;
PREPARE pay (tier_schedule) AS SELECT payout($1, 100), payout($1, 100, 100), payout_by($1, 1, 100), tier_of($1, 100);
EXECUTE pay ('whole from 0: 3%');
EXECUTE pay ('whole over 100: 5%');
DEALLOCATE pay;
RESET plan_cache_mode;

-- NULL
SELECT payout(NULL, 1) AS schedule, payout('whole from 0: 1', NULL) AS value,
       payout('whole from 0: 1', NULL, 1) AS prior, payout('whole from 0: 1', 1, NULL) AS after,
       payout_by('whole from 0: 1', NULL, 1) AS selector, tier_of('whole from 0: 1', NULL) AS tier,
       next_tier('whole from 0: 1', NULL) AS next, value_for('whole from 0: 1', NULL) AS value_for;
SELECT * FROM payout_lines('whole from 0: 1', NULL);

-- not a number of money
SELECT command, state, message, detail
  FROM unnest(ARRAY[
    $$SELECT payout('whole from 0: 1', 'NaN')$$,
    $$SELECT payout('whole from 0: 1', 'Infinity')$$,
    $$SELECT payout('whole from 0: 1', '-Infinity')$$,
    $$SELECT payout('whole from 0: 1', 'NaN', 1)$$,
    $$SELECT payout('whole from 0: 1', 1, 'Infinity')$$,
    $$SELECT payout('whole from 0: 1', 'Infinity', '-Infinity')$$,
    $$SELECT payout_by('whole from 0: 1', 'NaN', 1)$$,
    $$SELECT payout_by('whole from 0: 1', 1, 'Infinity')$$,
    $$SELECT payout_lines('whole from 0: 1', 'NaN')$$,
    $$SELECT tier_of('whole from 0: 1', 'Infinity')$$,
    $$SELECT next_tier('whole from 0: 1', 'NaN')$$,
    $$SELECT value_for('whole from 0: 1', 'Infinity')$$,
    $$SELECT value_for('whole from 0: 1', 1, -1)$$,
    $$SELECT value_for('whole from 0: 1', 1, 101)$$,
    $$SELECT value_for('whole from 0: 1 each + -3 per 10', 50)$$,
    $$SELECT payout_by('marginal from 0: 3%', 1, 1)$$,
    $$SELECT payout_by('interpolated from 0: 3', 1, 1)$$,
    $$SELECT payout('whole from 0: 3%, from 0: 5%', 1)$$
  ]) AS command, pg_temp.outcome(command);

-- what a value adds after a prior one
SELECT prior, value, payout('marginal from 0: 100, over 5: 50, over 10: 10 each, over 15: 5 each', prior, value)
  FROM (VALUES (12, 8), (6, 1), (0, 22), (22, -10), (-5, 10), (0, 0), (1e40, 1)) AS v (prior, value);

-- tier by attainment, rate on money
SELECT attainment, payout_by('whole from 0: 0, from 80%: 3% + 500, from 100%: 5% + 2000 cap 6000', attainment, 80000),
       payout_by('whole from 80%: 3% signed', -attainment, -100) AS signed,
       payout_by('whole from 80%: 3%', attainment, 1e40) AS large
  FROM unnest('{0,0.79999,0.8,0.99,1,1.5}'::numeric[]) AS attainment;
SELECT payout_by('whole from 0: 1%, from 0.5: 2%', 0.5000000000000000000000001, 100) AS fine_selector,
       payout_by('whole from 0: 1%, from 0.5: 2%', 0.5, 0.0000000000000000000000001) AS fine_value,
       payout_by('whole from 0: 1%, from 0.5: 2%', 1e50, 100) AS large_selector;

-- the pieces of a payout
SELECT l.* FROM payout_lines('marginal from 0: 3% + 10, over 20000: 5%, over 50000: 8%', 60000.5) AS l;
SELECT l.* FROM payout_lines('marginal over 0: 15 per 10, over 25: 2 each', 30) AS l;
SELECT l.* FROM payout_lines('whole from 0: 3%, from 30000: 5% + 200 + 1 per 10000', 40000) AS l;
SELECT l.* FROM payout_lines('interpolated from 0: 10, from 3: 20', 1) AS l;
SELECT l.* FROM payout_lines('interpolated from 0: 10, from 3: 20', 5) AS l;
-- below all, at a limit, below 0
SELECT l.* FROM payout_lines('marginal from 10: 3%', 5) AS l;
SELECT l.* FROM payout_lines('marginal from 10: 3% floor 50', 5) AS l;
SELECT l.* FROM payout_lines('marginal from 0: 3%, from 100: 5% cap 4', 200) AS l;
SELECT l.* FROM payout_lines('marginal from 0: 3% + 1, from 100: 5% cap 7.5 signed', -200) AS l;
SELECT l.* FROM payout_lines('whole from 0: 3% + 1 signed', 0) AS l;
SELECT count(*), sum(amount) = payout('marginal from 0: 3%, from 20000: 5%', 1e60) AS exact
  FROM payout_lines('marginal from 0: 3%, from 20000: 5%', 1e60);
SELECT d.value, l.tier, l.amount
  FROM (VALUES (15000), (25000)) AS d (value), payout_lines('marginal from 0: 3%, from 20000: 5%', d.value) AS l
 ORDER BY d.value, l.tier;

-- how far to the next tier, and what it adds
SELECT value, (next_tier('marginal from 0: 3%, from 20000: 5% + 500, over 50000: 8% + 1000', value)).*
  FROM unnest('{-10,0,19000,19999.99,20000,49999,50000,50000.01}'::numeric[]) AS value;
SELECT value, (next_tier('whole over 0: 3%, over 30000: 5% cap 1200', value)).*
  FROM unnest('{0,29000,30000,30001}'::numeric[]) AS value;
SELECT value, (next_tier('interpolated from 0: -500, from 1: 0', value)).*
  FROM unnest('{-1,0,0.9,1}'::numeric[]) AS value;
SELECT value, (next_tier('whole from 0: 5 per 10 + 1 signed', value)).* FROM unnest('{-5,0,5}'::numeric[]) AS value;
SELECT (next_tier('marginal over 0: 0, over 10: 15 per 10', 7)).*;

-- the smallest value that pays an amount
SELECT rule, amount, value, payout(rule::tier_schedule, value) AS pays
  FROM (VALUES
    ('marginal from 0: 3%, from 20000: 5%', 0),
    ('marginal from 0: 3%, from 20000: 5%', 599.97),
    ('marginal from 0: 3%, from 20000: 5%', 1000),
    ('marginal from 0: 3%, from 20000: 5%', -5),
    ('marginal from 0: 3 each', 1),
    ('marginal from 0: 3% cap 1000', 1000),
    ('marginal from 0: 3% cap 1000', 1000.01),
    ('marginal from 0: 3% floor 50', 50),
    ('marginal from 0: 100, over 5: 50', 101),
    ('marginal from 0: 15 per 10', 31),
    ('whole from 0: 3%, from 30000: 5% + 200', 1000),
    ('whole from 0: 300, from 5: 200', 300),
    ('whole from 0: 100, from 5: 200, from 9: 150', 160),
    ('whole from 0: -100, from 0.9: 0', 0),
    ('whole from 0: 1, from 5: -1 each', 2),
    ('interpolated from 0: -500, from 1: 0', -250),
    ('interpolated from 0: 0, from 3: 1', 1e-10),
    ('interpolated from 0: 0, from 3: 1', 1.5),
    ('marginal from -10: 1 each', 3),
    ('marginal over 0: 1 each + 100 signed', 50),
    ('marginal over 0: 1 each signed', -7),
    ('marginal from 0: 0.00000000000000000001 each', 1e20)
  ) AS v (rule, amount), value_for(rule::tier_schedule, amount) AS value;
SELECT places, value_for('marginal from 0: 3%', 1, places), value_for('whole over 2.5: 7', 7, places) AS just_over
  FROM unnest('{0,1,2,20}'::int[]) AS places;

-- constants are computed once, when the query is planned
EXPLAIN (VERBOSE, COSTS OFF) SELECT payout('marginal from 0: 3%', 100) + n FROM generate_series(1, 3) AS n;

-- an index on what a deal pays
CREATE TEMP TABLE deal AS SELECT n AS deal, n * 37 % 1009 AS amount FROM generate_series(1, 1000) AS n;
CREATE INDEX deal_pay ON deal (payout('marginal from 0: 3%, from 500: 5%', amount));
ANALYZE deal;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT deal FROM deal WHERE payout('marginal from 0: 3%, from 500: 5%', amount) > 40;
SELECT count(*), min(amount) FROM deal WHERE payout('marginal from 0: 3%, from 500: 5%', amount) > 40;

RESET ROLE;
DROP OWNED BY regress_payout;
DROP ROLE regress_payout;
