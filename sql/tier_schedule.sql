--
-- tier_schedule: text, order, indexes, jsonb, bytes
--
CREATE ROLE regress_tier_schedule;
SET ROLE regress_tier_schedule;
SET search_path = lead_ops, public;

-- What a statement gives, or how it is refused.
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

CREATE FUNCTION pg_temp.read(input text, OUT state text, OUT message text, OUT detail text)
    LANGUAGE sql AS $$
    SELECT * FROM pg_temp.outcome(format('SELECT %L::tier_schedule', input))
$$;

\pset format unaligned

-- canonical text
SELECT input, input::tier_schedule AS output,
       input::tier_schedule::text::tier_schedule::text = input::tier_schedule::text AS fixed_point
  FROM unnest(ARRAY[
    'marginal from 0: 3%, from 20000: 5%',
    'whole over 30000: 300',
    'interpolated from 0: -500, from 1: 0',
    'MARGINAL From 0:3%,OVER 20000:5% Cap 10 FLOOR 1 Signed',
    E'\t marginal\n from\r 0 : \f 3 % , \x0b over 5 : 2 each ',
    'marginal from 0:1each+2per 3',
    'whole from 80%: 3% + 500, from 100%: 5% + 2000, from 120%: 8% cap 30000',
    'whole from 0: 15 per 10',
    'whole from 0: 0.150 per 10.0',
    'whole from 0: 500 + 3%',
    'whole from 0: 1 + 1% + 2 each + 10 per 5 + 2 + 2% + 3 each + 20 per 5.0',
    'whole from 0: 1% + 2%',
    'whole from 0: 1% + 2 each',
    'whole from 0: 1% + -1%',
    'whole from 0: 5 per 10 + -5 per 10',
    'whole from 0: 0 per 10',
    'whole from 0: 0 + 0% + 0 each',
    'whole from 0: -3%',
    'whole from -100: 3%, from -0.50: 2%, from -0: 1%',
    'whole from 00010.500: 007.10',
    'whole from .5: .25',
    'whole from 0%: 1',
    'whole from 0.0: 1 cap -5 floor -5.0',
    'whole from 0: 1 signed floor 0 cap 10',
    'whole from 99999999999999999999999999999999999999: 0.00000000000000000000000000000000000001',
    'whole from -0.99999999999999999999999999999999999999: -99999999999999999999999999999999999999',
    'whole from 0.000000000000000000000000000000000001%: 999999999999999999999999999999999999.99%'
  ]) AS input;

-- what is refused, and where
SELECT input, state, detail
  FROM unnest(ARRAY[
    '',
    '   ',
    'marginal',
    'marginally from 0: 3%',
    'whole',
    'whole from',
    'whole from 0',
    'whole from 0:',
    'whole from 0: 3%,',
    'whole from 0: 3% +',
    'whole 0: 3%',
    'whole to 0: 3%',
    'whole from 0; 3%',
    'whole fromage 0: 3%',
    'whole from 0: 3% from 5: 2%',
    'whole from 0: 3%; from 5: 2%',
    'whole from 0: 3% each',
    'whole from 0: 3 % %',
    'whole from 0: 3 eachway',
    'whole from 0: 3 per',
    'whole from 0: 3 per 0',
    'whole from 0: 3 per -10',
    'whole from 0: 3 per 10%',
    'whole from 0: 3 per 10 + 2 per 5',
    'whole from 0: three',
    'whole from NaN: 3%',
    'whole from 0: NaN',
    'whole from Infinity: 3%',
    'whole from 0: -Infinity',
    'whole from 1e400: 3%',
    'whole from 0: 1e2',
    'whole from 0: 0x10',
    'whole from 0: 1_000',
    'whole from 0: +3',
    'whole from 0: - 3',
    'whole from 0: 3.',
    'whole from 0: .',
    'whole from 0: 1.2.3',
    'whole from 0: 3%, from 0: 5%',
    'whole from 0: 3%, over 0: 5%',
    'whole from 20000: 3%, from 10000: 5%',
    'whole from 100%: 3%, from 1.0: 5%',
    'whole from 0: 3%, from -5: 5%',
    'whole from 100000000000000000000000000000000000000: 1',
    'whole from 0: 0.000000000000000000000000000000000000001',
    'whole from 0: 0.0000000000000000000000000000000000001%',
    'whole from 0: 99999999999999999999999999999999999999 + 1',
    'whole from 0: 1 + 0.00000000000000000000000000000000000001',
    'whole from 99999999999999999999999999999999999999%: 1, from 5: 1',
    'interpolated from 0: 3%',
    'interpolated from 0: 0, from 10: 2 each',
    'interpolated from 0: 0, from 10: 15 per 10',
    'whole from 0: 3% cap',
    'whole from 0: 3% cap 5%',
    'whole from 0: 3% cap x',
    'whole from 0: 3% cap 5 cap 6',
    'whole from 0: 3% floor 1 floor 1',
    'whole from 0: 3% signed signed',
    'whole from 0: 3% cap 5 floor 6',
    'whole from 0: 3% floor 6 cap 5',
    'whole from 0: 3% unsigned',
    'whole from -1: 3%, from 5: 4% signed',
    'whole from 0: 3% cap 5, from 10: 5%',
    'whole from 0: 3%)'
  ]) AS input, pg_temp.read(input);

-- the position counts characters, not bytes
SELECT input, state, message, detail
  FROM unnest(ARRAY['提成 from 0: 3%', 'whole from 0: 3%　', 'whole from 0: 3% 封顶 5', 'whole from 0：3%']) AS input,
       pg_temp.read(input);

-- a long text is quoted up to a whole character
SELECT state, message, detail
  FROM pg_temp.read('whole from 0: 3% ' || repeat('额', 100));
SELECT state, message, detail
  FROM pg_temp.read(repeat(' ', 100) || 'whole from 0: x');

-- 1,000 tiers are the most
SELECT tiers, state, message = input AS same, length(message), detail
  FROM (VALUES (1000), (1001), (70000)) AS size (tiers),
       LATERAL (SELECT 'marginal ' || string_agg(format('from %s: %s%%', i, i), ', ' ORDER BY i) AS input
                  FROM generate_series(1, tiers) AS i) AS text,
       pg_temp.read(input);

-- ten megabytes of it
SELECT what, state, length(message), detail
  FROM (VALUES
    ('digits', 'whole from 0: ' || repeat('7', 10000000)),
    ('zeros', 'whole from 0: ' || repeat('0', 10000000) || '7'),
    ('spaces', 'whole from 0: 7' || repeat(' ', 10000000)),
    ('terms', 'whole from 0: 1' || repeat(' + 1', 2500000)),
    ('tiers', 'whole from 0: 1' || repeat(', from 1: 1', 1000000)),
    ('commas', 'whole from 0: 1' || repeat(',', 10000000)),
    ('no schedule', repeat('x', 10000000)),
    ('characters', 'whole from 0: 1 ' || repeat('多', 3333333))
  ) AS input (what, input), pg_temp.read(input);

\pset format aligned

-- errors as a client sees them
SELECT 'whole from 0: 3%, from 0: 5%'::tier_schedule;
SELECT 'whole from 0: 3% 提成'::tier_schedule;

-- NULL
SELECT NULL::tier_schedule IS NULL AS cast_null,
       NULL::tier_schedule = 'whole from 0: 1' AS eq,
       NULL::tier_schedule < 'whole from 0: 1' AS lt,
       scale_bounds(NULL, 2) AS scaled,
       scale_bounds('whole from 0: 1', NULL) AS by_null,
       NULL::tier_schedule::jsonb AS to_jsonb,
       NULL::jsonb::tier_schedule AS from_jsonb;

-- equality goes by meaning, not by how a number is written
SELECT a, b, a::tier_schedule = b::tier_schedule AS eq, a::tier_schedule <> b::tier_schedule AS ne,
       tier_schedule_hash(a::tier_schedule) = tier_schedule_hash(b::tier_schedule)
       AND tier_schedule_hash_extended(a::tier_schedule, 7) = tier_schedule_hash_extended(b::tier_schedule, 7) AS hash
  FROM (VALUES
    ('whole from 0.8: 0.03 each', 'whole from 80%: 3%'),
    ('whole from 0.80: 3.0%', 'WHOLE FROM .8 : 3%'),
    ('whole from 0: 1% + 2%', 'whole from 0: 3%'),
    ('whole from 0: 0 per 10', 'whole from 0: 0'),
    ('whole from 0: 1 cap 5 signed', 'whole from 0: 1 signed cap 5.0'),
    ('whole from 0: 1', 'whole over 0: 1'),
    ('whole from 0: 1', 'marginal from 0: 1'),
    ('whole from 0: 1', 'whole from 0: 1 signed'),
    ('whole from 0: 1', 'whole from 0: 1 cap 0'),
    ('whole from 0: 1', 'whole from 0: 1 floor 0'),
    ('whole from 0: 1 floor 0', 'whole from 0: 1 cap 0'),
    ('whole from 0: 1', 'whole from 0: 1 each'),
    ('whole from 0: 1', 'whole from 0: 1 per 1'),
    ('whole from 0: 1 per 1', 'whole from 0: 1 per 2'),
    ('whole from 0: 1', 'whole from 0: 1, from 1: 1')
  ) AS pair (a, b);

CREATE TEMP TABLE scheme (name text, rule tier_schedule);
INSERT INTO scheme VALUES
    ('a', 'whole from 0: 3%'),
    ('b', 'whole from 0: 0.03 each'),
    ('c', 'marginal from 0: 3%'),
    ('d', 'interpolated from 0: 3'),
    ('e', 'whole from 0: 3%, from 5: 4%'),
    ('f', 'whole over 0: 3%'),
    ('g', 'whole from 0: 3% + 1'),
    ('h', 'whole from 0: 3% cap 5'),
    ('i', 'whole from 0: 3% floor 5'),
    ('j', 'whole from 0: 3% signed'),
    ('k', 'whole from -1: 3%'),
    ('l', 'whole from 0: 3% + 2 per 10'),
    ('m', NULL);
SELECT name, rule, rank() OVER (ORDER BY rule) FROM scheme ORDER BY rule, name;
SELECT rule, count(*) FROM scheme GROUP BY rule HAVING count(*) > 1;

-- all six operators agree with the order of the btree
SELECT bool_and((a.rule < b.rule) = (c < 0)) AS lt, bool_and((a.rule <= b.rule) = (c <= 0)) AS le,
       bool_and((a.rule = b.rule) = (c = 0)) AS eq, bool_and((a.rule <> b.rule) = (c <> 0)) AS ne,
       bool_and((a.rule >= b.rule) = (c >= 0)) AS ge, bool_and((a.rule > b.rule) = (c > 0)) AS gt,
       bool_and(c = -tier_schedule_cmp(b.rule, a.rule)) AS antisymmetric
  FROM scheme AS a, scheme AS b, LATERAL tier_schedule_cmp(a.rule, b.rule) AS c
 WHERE a.rule IS NOT NULL AND b.rule IS NOT NULL;

-- indexes
INSERT INTO scheme
SELECT 'bulk', format('marginal from 0: %s%%, from %s: 50%%', i, i * 100)::tier_schedule
  FROM generate_series(1, 2000) AS i;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
CREATE UNIQUE INDEX scheme_name_rule ON scheme (rule, name);
EXPLAIN (COSTS OFF) SELECT name FROM scheme WHERE rule = 'marginal from 0: 0.07 each, from 700: 0.5 each';
SELECT name, rule FROM scheme WHERE rule = 'marginal from 0: 0.07 each, from 700: 0.5 each';
EXPLAIN (COSTS OFF) SELECT rule FROM scheme WHERE rule >= 'whole from 0: 0' ORDER BY rule DESC LIMIT 2;
SELECT rule FROM scheme WHERE rule >= 'whole from 0: 0' ORDER BY rule DESC LIMIT 2;
DROP INDEX scheme_name_rule;
CREATE INDEX scheme_rule ON scheme USING hash (rule);
EXPLAIN (COSTS OFF) SELECT name FROM scheme WHERE rule = 'whole from 0.0: 3%';
SELECT name, rule FROM scheme WHERE rule = 'whole from 0.0: 3%' ORDER BY name;
RESET enable_seqscan;
RESET enable_bitmapscan;

-- joins by hash and by merge
SET enable_nestloop = off;
SET enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM scheme AS a JOIN scheme AS b USING (rule);
SELECT count(*) FROM scheme AS a JOIN scheme AS b USING (rule);
SET enable_mergejoin = on;
SET enable_hashjoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM scheme AS a JOIN scheme AS b USING (rule);
SELECT count(*) FROM scheme AS a JOIN scheme AS b USING (rule);
RESET enable_nestloop;
RESET enable_hashjoin;

-- a key, a default, a check and a generated column
CREATE TEMP TABLE plan (
    rule tier_schedule PRIMARY KEY DEFAULT 'marginal from 0: 3%' CHECK (payout(rule, 0) >= 0),
    at_quota numeric GENERATED ALWAYS AS (payout(rule, 100)) STORED
);
INSERT INTO plan DEFAULT VALUES;
INSERT INTO plan VALUES ('marginal from 0: 0.03 each');
INSERT INTO plan VALUES ('whole from 0: -1');
SELECT * FROM plan;

-- long schedules are compressed or moved out of line, and come back
CREATE TEMP TABLE long_rule AS
SELECT ('marginal ' || string_agg(format('from %s: %s', i, md5_number), ', ' ORDER BY i))::tier_schedule AS rule
  FROM generate_series(1, 1000) AS i,
       LATERAL (SELECT ('x' || substr(md5(i::text), 1, 12))::bit(48)::bigint AS md5_number) AS m;
SELECT rule = rule::text::tier_schedule AS same, payout(rule, 1) AS first, payout(rule, 2.5) AS third,
       tier_of(rule, 1e30), length(rule::text) FROM long_rule;
SELECT sum(payout(rule, n)), payout_sum(rule, n) FROM long_rule, generate_series(1, 3) AS n;

-- jsonb, both ways
\pset format unaligned
SELECT rule, rule::tier_schedule::jsonb AS as_jsonb, rule::tier_schedule::jsonb::tier_schedule::text = rule AS back
  FROM unnest(ARRAY[
    'marginal from 0: 3%, over 20000: 5%',
    'whole from 80%: 2 each + 15 per 10 + 300, over 100%: -7%',
    'interpolated from -5.25: -500, from 1: 0',
    'whole from 0: 0 cap 30000 floor -10.5 signed',
    'whole from 0.12345678901234567890123456789012345678: -9999999999999999999999999999999999999.9',
    'whole from 0: 12345678901234567890.12345 each'
  ]) AS rule;

SELECT input, state, message, detail
  FROM unnest(ARRAY[
    '{"mode": "whole", "tiers": [{"from": 0}]}',
    '{"mode": "whole", "tiers": [{"from": "80%", "rate": "3%", "flat": 1.50}], "cap": 1e2, "floor": 0, "signed": false}',
    '{"mode": "whole", "tiers": [{"over": 0, "per": {"amount": 0, "size": 5}}], "signed": true}',
    '{"mode": "whole", "tiers": [{"from": "0%", "rate": "0%"}]}',
    '{}',
    '[]',
    '"whole from 0: 1"',
    'null',
    '{"tiers": [{"from": 0}]}',
    '{"mode": "whole"}',
    '{"mode": "whole", "tiers": []}',
    '{"mode": "whole", "tiers": {}}',
    '{"mode": "whole", "tiers": [1]}',
    '{"mode": "whole", "tiers": [[]]}',
    '{"mode": "whole", "tiers": [{}]}',
    '{"mode": "sliding", "tiers": [{"from": 0}]}',
    '{"mode": 1, "tiers": [{"from": 0}]}',
    '{"mode": null, "tiers": [{"from": 0}]}',
    '{"mode": "whole", "tiers": [{"from": 0, "over": 0}]}',
    '{"mode": "whole", "tiers": [{"from": null}]}',
    '{"mode": "whole", "tiers": [{"from": "80"}]}',
    '{"mode": "whole", "tiers": [{"from": "NaN%"}]}',
    '{"mode": "whole", "tiers": [{"from": "%"}]}',
    '{"mode": "whole", "tiers": [{"from": 0, "rate": true}]}',
    '{"mode": "whole", "tiers": [{"from": 0, "flat": "3%"}]}',
    '{"mode": "whole", "tiers": [{"from": 0, "bonus": 3}]}',
    '{"mode": "whole", "tiers": [{"from": 0, "per": 3}]}',
    '{"mode": "whole", "tiers": [{"from": 0, "per": []}]}',
    '{"mode": "whole", "tiers": [{"from": 0, "per": {"amount": 3}}]}',
    '{"mode": "whole", "tiers": [{"from": 0, "per": {"amount": 3, "size": -1}}]}',
    '{"mode": "whole", "tiers": [{"from": 0, "per": {"amount": 0, "size": -1}}]}',
    '{"mode": "whole", "tiers": [{"from": 0, "per": {"amount": 3, "size": 1, "of": 2}}]}',
    '{"mode": "whole", "tiers": [{"from": 5}, {"from": 5}]}',
    '{"mode": "whole", "tiers": [{"from": 1e400}]}',
    '{"mode": "whole", "tiers": [{"from": 1e-39}]}',
    '{"mode": "whole", "tiers": [{"from": 1e38}]}',
    '{"mode": "interpolated", "tiers": [{"from": 0, "rate": 1}]}',
    '{"mode": "whole", "tiers": [{"from": -1}], "signed": true}',
    '{"mode": "whole", "tiers": [{"from": 0}], "cap": 1, "floor": 2}',
    '{"mode": "whole", "tiers": [{"from": 0}], "cap": "5"}',
    '{"mode": "whole", "tiers": [{"from": 0}], "signed": "yes"}',
    '{"mode": "whole", "tiers": [{"from": 0}], "note": "x"}'
  ]) AS input, pg_temp.outcome(format('SELECT %L::jsonb::tier_schedule', input));
SELECT tiers, state, detail
  FROM (VALUES (1000), (1001)) AS size (tiers),
       LATERAL (SELECT jsonb_build_object('mode', 'whole', 'tiers', jsonb_agg(jsonb_build_object('from', i))) AS input
                  FROM generate_series(1, tiers) AS i) AS object,
       pg_temp.outcome(format('SELECT tier_of(%L::jsonb::tier_schedule, 1e9)', input));
\pset format aligned

-- the casts are explicit
INSERT INTO scheme (rule) VALUES ('{}'::jsonb);

-- all bounds times a factor
SELECT scale_bounds(rule, factor)
  FROM (VALUES
    ('marginal from 0: 3%, over 20000: 5% cap 1000'::tier_schedule, 0.5),
    ('whole from 80%: 3%, from 100%: 15 per 10 floor 1', 1.5),
    ('interpolated from -10: 1, from 0: 5', 0.000001),
    ('whole from 12345678901234567890123456789012345.678: 1', 1.0)
  ) AS v (rule, factor);
\pset format unaligned
SELECT command, state, message, detail
  FROM unnest(ARRAY[
    $$SELECT scale_bounds('whole from 22000: 1', 18.0 / 22)$$,
    $$SELECT scale_bounds('whole from 1: 1', 0)$$,
    $$SELECT scale_bounds('whole from 1: 1', -1)$$,
    $$SELECT scale_bounds('whole from 1: 1', 'NaN')$$,
    $$SELECT scale_bounds('whole from 1: 1', 'Infinity')$$,
    $$SELECT scale_bounds('whole from 1: 1', 1e38)$$,
    $$SELECT scale_bounds('whole from 0: 1, from 1: 1', 1e-39)$$,
    $$SELECT scale_bounds('whole from 1%: 1', 1e37)$$,
    $$SELECT scale_bounds('whole from 123%: 1', 1e36)$$
  ]) AS command, pg_temp.outcome(command);
\pset format aligned

-- bytes: the same from COPY BINARY and back
SELECT name, tier_schedule_send(rule) FROM scheme WHERE name < 'n' AND name <> 'bulk' ORDER BY name;
SELECT tier_schedule_send('whole over 80%: 2.5 each + 15 per 10 + -300 cap 1000 floor -50 signed');

\getenv abs_builddir PG_ABS_BUILDDIR
\cd :abs_builddir
CREATE TEMP TABLE received (LIKE scheme);
INSERT INTO scheme SELECT 'long', rule FROM long_rule;
\copy scheme TO 'results/tier_schedule.bin' (FORMAT binary)
\copy received FROM 'results/tier_schedule.bin' (FORMAT binary)
SELECT count(*), count(rule) FROM received;
SELECT count(*) AS differences
  FROM (SELECT name, rule::text FROM received EXCEPT ALL SELECT name, rule::text FROM scheme) AS d;

-- hand-made bytes: a binary COPY file with one row of one column
CREATE FUNCTION pg_temp.copy_file(image bytea) RETURNS oid LANGUAGE sql AS $$
    SELECT lo_from_bytea(0,
        '\x5047434f50590aff0d0a00' || int4send(0) || int4send(0)
        || int2send(1::int2) || int4send(length(image)) || image || int2send(-1::int2))
$$;
CREATE TEMP TABLE bytes (rule tier_schedule);
\set SHOW_CONTEXT never

-- good: whole from 0: 3%
SELECT pg_temp.copy_file('\x01770000010c0000020103') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- good: cap, floor, signed
SELECT pg_temp.copy_file('\x016d070001110000000105000201000000') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- empty
SELECT pg_temp.copy_file('\x') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- header cut short
SELECT pg_temp.copy_file('\x01770000') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- another version
SELECT pg_temp.copy_file('\x0277000001100000000105') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- no tiers
SELECT pg_temp.copy_file('\x0177000000') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- 1,001 tiers
SELECT pg_temp.copy_file('\x01770003e9') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- no such mode
SELECT pg_temp.copy_file('\x0178000001100000000105') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- no such option
SELECT pg_temp.copy_file('\x0177080001100000000105') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- fewer tiers than said
SELECT pg_temp.copy_file('\x0177000002100000000105') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- no such part
SELECT pg_temp.copy_file('\x0177000001500000000105') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- number cut short
SELECT pg_temp.copy_file('\x0177000001100000000205') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- scale beyond 38
SELECT pg_temp.copy_file('\x0177000001100000270105') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- 17 bytes
SELECT pg_temp.copy_file('\x017700000110000000110000000000000000000000000000000005') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- more than 38 digits
SELECT pg_temp.copy_file('\x017700000110000000107fffffffffffffffffffffffffffffff') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- trailing zero: 5.0
SELECT pg_temp.copy_file('\x0177000001100000010132') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- needless byte
SELECT pg_temp.copy_file('\x017700000110000000020005') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- part that is zero
SELECT pg_temp.copy_file('\x01770000011000000000') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- zero in percent
SELECT pg_temp.copy_file('\x0177000001120000000105') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- bounds that fall
SELECT pg_temp.copy_file('\x01770000020000010500000104') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- bounds that stay
SELECT pg_temp.copy_file('\x01770000020000010501000105') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- block of size -1
SELECT pg_temp.copy_file('\x01770000012000000001050001ff') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- interpolated with a rate
SELECT pg_temp.copy_file('\x0169000001080000000105') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- signed below 0
SELECT pg_temp.copy_file('\x0177010001000001ff') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- floor above cap
SELECT pg_temp.copy_file('\x0177060001000000000105000106') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

-- bytes after the end
SELECT pg_temp.copy_file('\x017700000100000000') AS image \gset
\lo_export :image 'results/tier_schedule.bin'
\copy bytes FROM 'results/tier_schedule.bin' (FORMAT binary)

SELECT * FROM bytes ORDER BY rule;
SELECT count(lo_unlink(oid)) > 0 AS tidied FROM pg_largeobject_metadata WHERE lomowner = 'regress_tier_schedule'::regrole;

RESET ROLE;
DROP OWNED BY regress_tier_schedule;
DROP ROLE regress_tier_schedule;
