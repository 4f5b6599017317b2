--
-- rotation: text, making and changing ledgers, one lead, order, jsonb, bytes
--
CREATE ROLE regress_rotation;
SET ROLE regress_rotation;
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

\pset format unaligned

-- canonical text
SELECT input, input::rotation AS output,
       input::rotation::text::rotation::text = input::rotation::text AS fixed_point
FROM unnest(ARRAY[
    'seq 0:',
    'SEQ 0 Round 0 :',
    '"ann"',
    '"bob" weight 2, "ann"',
    E'\t"bob"\nWeight 0.5\r, \f"ann" \x0b WEIGHT 1000000.000000 Away ',
    '"a ""quoted"" one", "comma, colon: ", "ä", "早"',
    '"a" weight 0.000001',
    '"a" weight 3.10',
    'seq 7 round 7: "a" weight 5 got 5 received 5 last 7, "b" got 1 received 1 last 3, "c" got 1 received 1 last 5',
    'seq 3: "a" carried 1/2 received 2 last 3, "b" carried -3/6 received 1 last 2',
    'seq 2: "a" carried -1 received 2 last 2 away, "b" carried 1',
    'seq 2 round 1: "a" carried -100000 received 1 last 1, "b" carried 199999/2 got 0, "c" carried 1/2 got 1 received 1 last 2',
    'seq 1: "a" carried 1/442720643463713815200 received 1 last 1, "b" carried -1/442720643463713815200',
    'seq 1000000000000000000: "a" received 1000000000000000000 last 1000000000000000000',
    '{}',
    '{bob,ann}',
    ' { "b \"x" , c\,d ,"e\"f\\", "NULL", two words } ',
    '"' || repeat('x', 255) || '"'
]) AS input;

-- what is refused, and where
SELECT left(input, 60) AS input, o.state, o.detail
FROM unnest(ARRAY[
    '', '  ', 'ann', '"ann', '""', '"a" "b"', '"a",', '"a",,"b"', ',', '"a" x',
    'seq', 'seq x:', 'seq 1', 'seq 1.5:', 'seq -1:', 'seq 1000000000000000001: "a"', 'seq 2 round:', 'seq 2 round 1 "a"',
    '"a" weight', '"a" weight 0', '"a" weight -1', '"a" weight 1000000.000001', '"a" weight 0.0000001',
    '"a" weight NaN', '"a" weight 1e3', '"a" weight ' || repeat('9', 39),
    '"a" away weight 2', '"a" weight 2 weight 2', '"a", "b", "a"',
    '"a" carried', '"a" carried 1', '"a" carried 1/0', '"a" carried 1/53, "b" carried -1/53', '"a" carried 1.5', '"a" carried 1/-2',
    '"a" carried 100001, "b" carried -100001', '"a" carried ' || repeat('9', 38), '"a" carried ' || repeat('9', 39),
    'seq 1: "a"', 'seq 1: "a" received 1', 'seq 1: "a" received 1 last 2', 'seq 1: "a" received 2 last 1',
    'seq 2: "a" received 2 last 1', 'seq 1: "a" received 0 last 1, "b" received 1 last 1', 'seq 1: "a" last 1',
    '"a" got 0', '"a" got 1', 'seq 1: "a" got 1 received 1 last 1', 'seq 1 round 2: "a" got 1 received 1 last 1',
    'seq 1 round 1: "a" received 1 last 1', 'seq 2 round 1: "a" got 1 received 2 last 1',
    'seq 2 round 1: "a" got 0 received 1 last 2, "b" got 1 received 1 last 2', 'seq 2 round 2: "a" got 1 received 1 last 1, "b" received 1 last 2',
    'seq 1 round 1: "a" weight 1000000 got 1 received 1 last 1, "b" weight 0.000001 got 0',
    'seq 900000 round 900000: "a" got 0, "b" got 900000 received 900000 last 900000',
    '"' || repeat('x', 256) || '"',
    '{', '{a', '{a,', '{,a}', '{a,}', '{a}}', '{a} b', '{"a}', '{"a"b}', '{a"b}', '{{a}}', '{NULL}', '{a,null}', '{a,a}', '{""}', '{a\'
]) AS input,
    pg_temp.outcome(format('SELECT %L::rotation', input)) AS o;

-- making a ledger
SELECT rotation(ARRAY['cy', 'ann', 'bob']);
SELECT rotation(ARRAY['cy', 'ann', 'bob'], ARRAY[1.5, 2.000000000, 1000000]);
SELECT rotation('{cy,ann,bob}'), rotation('{cy,ann,bob}', '{1,2,3}');
SELECT rotation('{}'), rotation('{}', '{}'), rotation(NULL::text[]) IS NULL AS null_members;
SELECT rotation('{a,b}', NULL);

SELECT command, o.*
FROM unnest(ARRAY[
    $$rotation('{a,b}', '{1}')$$,
    $$rotation('{a,b}', '{}')$$,
    $$rotation('{a,b}', '{1,0}')$$,
    $$rotation('{a,b}', '{-1,1}')$$,
    $$rotation('{a,b}', '{1,NULL}')$$,
    $$rotation('{a,b}', '{1,NaN}')$$,
    $$rotation('{a,b}', '{Infinity,1}')$$,
    $$rotation('{a,b}', '{1,1000000.1}')$$,
    $$rotation('{a,b}', '{1,0.0000001}')$$,
    $$rotation('{a,b}', '{1,1e400}')$$,
    $$rotation(ARRAY['a', NULL])$$,
    $$rotation(ARRAY['a', ''])$$,
    $$rotation(ARRAY['b', 'a', 'c', 'a'])$$,
    $$rotation(ARRAY['a', repeat('x', 256)])$$,
    $$rotation(ARRAY[['a'], ['b']])$$,
    $$rotation('{a}', ARRAY[[1]])$$,
    $$rotation(ARRAY(SELECT n::text FROM generate_series(1, 100001) n))$$
]) AS command,
    pg_temp.outcome('SELECT ' || command) AS o;
SELECT count(*) FROM rotation_members(rotation(ARRAY(SELECT n::text FROM generate_series(1, 100000) n)));

-- who is present
CREATE TEMP TABLE step (n int GENERATED ALWAYS AS IDENTITY, ledger rotation);
INSERT INTO step (ledger) VALUES (dealt(rotation('{ann,bob,cy}', '{5,1,1.5}'), 6));
INSERT INTO step (ledger) SELECT with_members(ledger, '{ann,dee}') FROM step WHERE n = 1;
INSERT INTO step (ledger) SELECT with_members(ledger, '{ann,dee,bob,cy}') FROM step WHERE n = 2;
INSERT INTO step (ledger) SELECT with_members(ledger, '{ann,bob,cy}', '{5,2,1.5}') FROM step WHERE n = 1;
INSERT INTO step (ledger) SELECT with_members(ledger, '{}') FROM step WHERE n = 1;
SELECT * FROM step ORDER BY n;
SELECT with_members(ledger, '{cy,ann,bob}') = ledger AS same,
       with_members(ledger, '{cy,ann,bob}', '{1.5,5,1}') = ledger AS same_weights,
       with_members(ledger, '{cy,ann,bob}', '{1.5,5,1.000001}') = ledger AS other_weight,
       with_members(ledger, NULL) IS NULL AS null_members,
       with_members(NULL, '{a}') IS NULL AS null_ledger
FROM step WHERE n = 1;
SELECT next_member(ledger) IS NULL AS nobody FROM step WHERE n = 5;
SELECT (pg_temp.outcome($$SELECT with_members(rotation('{a}'), '{b,b}')$$)).*;
SELECT (pg_temp.outcome($$SELECT with_members(rotation('{a}'), '{b}', '{0}')$$)).*;

-- balances: in the round, carried, and after coming back
SELECT n, m.* FROM step, rotation_members(ledger) m ORDER BY n, member;
SELECT * FROM rotation_members(rotation('{}'));
SELECT member, balance FROM rotation_members(dealt(rotation('{a,b,c}'), 1));
SELECT member, balance FROM rotation_members('seq 1: "a" carried 1/442720643463713815200 received 1 last 1, "b" carried -1/442720643463713815200');
SELECT member, balance FROM rotation_members('"a" carried 200000/2, "b" carried -299999/3, "c" carried -1/3');

-- one lead
WITH l (ledger) AS (VALUES (rotation('{ann,bob,cy}', '{5,1,1.5}')))
SELECT next_member(ledger) AS all_present,
       next_member(ledger, NULL) AS no_list,
       next_member(ledger, '{cy,bob}') AS two,
       next_member(ledger, ARRAY['bob', NULL, 'zoe', 'bob']) AS one_known,
       next_member(ledger, '{zoe}') AS unknown,
       next_member(ledger, '{}') AS nobody,
       next_member(with_members(ledger, '{bob}'), '{ann,cy}') AS away,
       next_member(rotation('{}')) AS no_members,
       next_member(NULL) AS no_ledger
FROM l;
SELECT deal_to(rotation('{ann,bob,cy}', '{5,1,1.5}'), 'bob');
SELECT deal_to(rotation('{ann,bob,cy}', '{5,1,1.5}'), 'bob', '{cy,bob}');
SELECT deal_to(deal_to(rotation('{ann,bob,cy}', '{5,1,1.5}'), 'bob', '{cy,bob}'), 'bob', '{bob}');
SELECT deal_to(NULL, 'bob') IS NULL AS no_ledger;
-- the same leads in any order leave the same ledger
SELECT dealt_to(rotation('{ann,bob,cy}', '{5,1,1.5}'), '{bob,ann}', '{1,2}');
SELECT dealt_to(rotation('{ann,bob,cy}', '{5,1,1.5}'), '{bob,ann}', '{1,2}')
     = deal_to(deal_to(deal_to(rotation('{ann,bob,cy}', '{5,1,1.5}'), 'ann'), 'bob'), 'ann') AS same;
SELECT dealt_to(rotation('{ann}'), '{}', '{}');
SELECT command, o.*
FROM unnest(ARRAY[
    $$deal_to(rotation('{ann,bob}'), 'zoe')$$,
    $$deal_to(rotation('{ann,bob}'), 'bob', '{ann}')$$,
    $$deal_to(rotation('{ann,bob}'), 'bob', '{}')$$,
    $$deal_to(with_members(rotation('{ann,bob}'), '{ann}'), 'bob', '{ann,bob}')$$,
    $$deal_to(rotation('{ann,bob}'), NULL)$$,
    $$dealt_to(rotation('{ann,bob}'), '{ann,zoe}', '{1,1}')$$,
    $$dealt_to(with_members(rotation('{ann,bob}'), '{ann}'), '{bob}', '{1}')$$,
    $$dealt_to(rotation('{ann,bob}'), '{ann,ann}', '{1,1}')$$,
    $$dealt_to(rotation('{ann,bob}'), '{ann}', '{0}')$$,
    $$dealt_to(rotation('{ann,bob}'), '{ann,NULL}', '{1,1}')$$,
    $$dealt_to(rotation('{ann,bob}'), '{ann,bob}', '{1}')$$,
    $$dealt_to(rotation('{ann,bob}'), '{ann,bob}', '{1000000000000000000,1}')$$,
    $$dealt_to(rotation('{ann,bob}'), '{ann}', '{1000000}')$$,
    $$next_member(rotation('{a,b}', '{1000000,0.000001}'))$$,
    $$deal_to(rotation('{a,b}', '{1000000,0.000001}'), 'a', '{a}')$$,
    $$deal_to('seq 1000000000000000000: "a" received 1000000000000000000 last 1000000000000000000', 'a')$$
]) AS command,
    pg_temp.outcome('SELECT ' || command) AS o;

-- ties: the larger weight, then least recently served, then name order
SELECT next_member('"a" weight 1 carried 1/2, "b" weight 2 carried 1/6, "c" weight 3 carried -2/3', '{a,b}') AS larger_weight;
SELECT next_member('seq 2: "a" received 1 last 2, "b" received 1 last 1, "c"', '{a,b}') AS served_before,
       next_member('seq 2: "a" received 1 last 2, "b" received 1 last 1, "c"') AS never_served,
       next_member(rotation('{c,b,a}')) AS by_name,
       next_member(rotation('{"b","B","ä","a b"}')) AS by_bytes;

-- order, hash, indexes
CREATE TEMP TABLE pool (name text, ledger rotation);
INSERT INTO pool
SELECT 'p' || k, dealt(rotation('{ann,bob,cy}', '{5,1,1.5}'), k % 10) FROM generate_series(1, 200) k;
SELECT count(DISTINCT ledger) FROM pool;
SELECT count(*) FROM (SELECT 1 FROM pool GROUP BY ledger) g;
SELECT a.ledger < b.ledger AS lt, a.ledger <= b.ledger AS le, a.ledger = b.ledger AS eq,
       a.ledger <> b.ledger AS ne, a.ledger >= b.ledger AS ge, a.ledger > b.ledger AS gt,
       rotation_cmp(a.ledger, b.ledger) AS cmp, rotation_hash(a.ledger) = rotation_hash(b.ledger) AS hash,
       rotation_hash_extended(a.ledger, 7) = rotation_hash_extended(b.ledger, 7) AS extended
FROM pool a, pool b
WHERE (a.name, b.name) IN (('p1', 'p2'), ('p2', 'p1'), ('p1', 'p11')) ORDER BY a.name, b.name;
CREATE INDEX ON pool (ledger);
CREATE INDEX ON pool USING hash (ledger);
ANALYZE pool;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT name FROM pool WHERE ledger = rotation('{ann,bob,cy}', '{5,1,1.5}');
SELECT count(*) FROM pool WHERE ledger = rotation('{ann,bob,cy}', '{5,1,1.5}');
RESET enable_seqscan;
RESET enable_bitmapscan;
SET enable_hashjoin = off;
SELECT count(*) FROM pool a JOIN pool b USING (ledger);
RESET enable_hashjoin;
SET enable_mergejoin = off;
SELECT count(*) FROM pool a JOIN pool b USING (ledger);
RESET enable_mergejoin;

-- jsonb
SELECT n, ledger::jsonb, ledger::jsonb::rotation = ledger AS same FROM step ORDER BY n;
SELECT deal_to(ledger, 'dee')::jsonb, deal_to(ledger, 'dee')::jsonb::rotation = deal_to(ledger, 'dee') AS same
FROM step WHERE n = 3;
SELECT rotation('{}')::jsonb, '{"members": []}'::jsonb::rotation,
       '{"members": [{"name": "b"}, {"away": false, "name": "a", "weight": 2.50}]}'::jsonb::rotation;
SELECT command, o.*
FROM unnest(ARRAY[
    '[]', '1', '{}', '{"members": 1}', '{"members": [1]}', '{"members": [{}]}', '{"members": [{"name": 1}]}',
    '{"members": [{"name": ""}]}', '{"members": [{"name": "a"}, {"name": "a"}]}',
    '{"members": [{"name": "a", "weight": "1"}]}', '{"members": [{"name": "a", "weight": 0}]}',
    '{"members": [{"name": "a", "weight": 0.0000001}]}', '{"members": [{"name": "a", "weight": 1e30}]}',
    '{"members": [{"name": "a", "carried": 1}]}', '{"members": [{"name": "a", "carried": ""}]}',
    '{"members": [{"name": "a", "carried": "1/2 "}]}', '{"members": [{"name": "a", "carried": "1/2"}]}',
    '{"members": [{"name": "a", "got": 0}]}', '{"members": [{"name": "a", "got": 1.5}]}',
    '{"members": [{"name": "a", "received": null}]}', '{"members": [{"name": "a", "away": 1}]}',
    '{"members": [{"name": "a", "extra": 1}]}', '{"members": [], "extra": 1}', '{"seq": 1, "members": []}',
    '{"seq": -1, "members": []}', '{"seq": "1", "members": []}', '{"round": 1, "members": []}'
]) AS command,
    pg_temp.outcome(format('SELECT %L::jsonb::rotation', command)) AS o;

-- bytes: the same from COPY BINARY and back
SELECT n, rotation_send(ledger) FROM step ORDER BY n;
SELECT rotation_send('seq 1: "a" carried 1/442720643463713815200 received 1 last 1, "b" carried -1/442720643463713815200');

\getenv abs_builddir PG_ABS_BUILDDIR
\cd :abs_builddir
INSERT INTO step (ledger)
SELECT dealt(with_members(dealt(rotation(array_agg(format('agent %s', k)), array_agg(1 + k % 3)), 12345),
                          array_agg(format('agent %s', k)) FILTER (WHERE k % 7 > 0)), 54321)
FROM generate_series(1, 1000) k;
CREATE TEMP TABLE received (LIKE step);
\copy step TO 'results/rotation.bin' (FORMAT binary)
\copy received FROM 'results/rotation.bin' (FORMAT binary)
SELECT count(*) AS differences
FROM (SELECT n, ledger::text FROM received EXCEPT ALL SELECT n, ledger::text FROM step) AS d;

-- hand-made bytes: a binary COPY file with one row of one column
CREATE FUNCTION pg_temp.copy_file(image bytea) RETURNS oid LANGUAGE sql AS $$
    SELECT lo_from_bytea(0,
        '\x5047434f50590aff0d0a00' || int4send(0) || int4send(0)
        || int2send(1::int2) || int4send(length(image)) || image || int2send(-1::int2))
$$;
CREATE TEMP TABLE bytes (ledger rotation);
\set SHOW_CONTEXT never

-- good: "ann", and "bob" of weight 2 who is away
SELECT pg_temp.copy_file('\x010200000003616e6e0503626f6204') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- good: one lead in the round
SELECT pg_temp.copy_file('\x0102010112016101000002016200') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- good: half a lead carried
SELECT pg_temp.copy_file('\x0102010018016109a07a068398affbff170100080162099f7a068398affbff17') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- empty
SELECT pg_temp.copy_file('\x') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- another version
SELECT pg_temp.copy_file('\x02000000') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- header cut short
SELECT pg_temp.copy_file('\x010200') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- more members than bytes
SELECT pg_temp.copy_file('\x01a08d060000') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- more than 100000 members
SELECT pg_temp.copy_file('\x01a18d060000') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- bytes left over
SELECT pg_temp.copy_file('\x0100000000') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- a superfluous byte in a number
SELECT pg_temp.copy_file('\x0100800000') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- a sequence beyond 10^18
SELECT pg_temp.copy_file('\x0100818090bbbad6adf00d00') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- a number of 64 bits
SELECT pg_temp.copy_file('\x0100ffffffffffffffffff0100') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- no such part
SELECT pg_temp.copy_file('\x01010000200161') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- empty name
SELECT pg_temp.copy_file('\x010200000000000161') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- name cut short
SELECT pg_temp.copy_file('\x010100000004616263') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- name with a zero byte
SELECT pg_temp.copy_file('\x0101000000026100') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- name in another encoding
SELECT pg_temp.copy_file('\x01010000000261ff') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- names out of order
SELECT pg_temp.copy_file('\x01020000000162000161') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- a name twice
SELECT pg_temp.copy_file('\x01020000000161000161') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- weight 0
SELECT pg_temp.copy_file('\x0101000004016100') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- the weight of the one before, written again
SELECT pg_temp.copy_file('\x0101000004016102') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- a whole weight in millionths
SELECT pg_temp.copy_file('\x010100000401618192f401') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- weight 1000001
SELECT pg_temp.copy_file('\x0101000004016182897a') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- a balance of 0, written
SELECT pg_temp.copy_file('\x0101000008016100') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- a superfluous byte in a balance
SELECT pg_temp.copy_file('\x010200000801610202000801620101') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- a balance of 17 bytes
SELECT pg_temp.copy_file('\x010200000801611102000000000000000000000000000000010801620101') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- balances that do not add up
SELECT pg_temp.copy_file('\x0102000008016101020801620103') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- balances too large
SELECT pg_temp.copy_file('\x010200000801610f0200000000000000000000000000010801620f010000000000000000000000000001') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- leads that do not add up
SELECT pg_temp.copy_file('\x010202001001610100000162') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- last lead beyond the sequence
SELECT pg_temp.copy_file('\x010101001001610102') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- served, but never
SELECT pg_temp.copy_file('\x010101001001610101') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- a round without members
SELECT pg_temp.copy_file('\x010101011001610100') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- members of no round
SELECT pg_temp.copy_file('\x0101000002016100') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

-- more in the round than its leads
SELECT pg_temp.copy_file('\x01010201120161020000') AS image \gset
\lo_export :image 'results/rotation.bin'
\copy bytes FROM 'results/rotation.bin' (FORMAT binary)

SELECT ledger FROM bytes ORDER BY ledger;
SELECT count(lo_unlink(oid)) > 0 AS tidied FROM pg_largeobject_metadata WHERE lomowner = 'regress_rotation'::regrole;

RESET ROLE;
DROP OWNED BY regress_rotation;
DROP ROLE regress_rotation;
