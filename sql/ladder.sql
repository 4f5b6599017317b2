--
-- ladder: text, order, indexes, jsonb, bytes, grades and rungs
--
CREATE ROLE regress_ladder;
SET ROLE regress_ladder;
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
SELECT input, input::ladder AS output,
       input::ladder::text::ladder::text = input::ladder::text AS fixed_point
  FROM unnest(ARRAY[
    'MO1',
    'ungraded < trainee MO1 < trainee MO2 < MO1 < MO2',
    'ungraded<trainee MO1<MO1',
    E' \t ungraded\n<  trainee \t\n  MO1 \x0b\f\r<MO1 ',
    'mo1 < MO1 < Mo1',
    '"MO1" < "trainee MO1"',
    E'" MO1" < "MO1 " < "trainee  MO1" < "\t"',
    '"a < b" < "say ""hi""" < """"',
    'to < or < by < any',
    'a,b < c;d < e:f < (g) < ''h'' < 50% < -1 < a\b',
    '见习客户经理MO1 < 客户经理MO1 < 高级客户经理MO1 < 资深客户经理MO1',
    '1 < 2 < 3'
  ]) AS input;

-- what is refused, and where
SELECT input, state, message, detail
  FROM unnest(ARRAY[
    '',
    '   ',
    '<',
    'MO1 <',
    '< MO1',
    'MO1 < < MO2',
    '""',
    'MO1 < "" < MO2',
    '"MO1',
    'MO1 < "MO2""',
    'MO1 "x" < MO2',
    '"MO1" x < MO2',
    '"MO1" "MO2"',
    'MO1 < MO2 < MO1',
    'MO1 < "MO1"',
    'trainee MO1 < trainee  MO1',
    '见习 < 客户经理 < 见习'
  ]) AS input, pg_temp.outcome(format('SELECT %L::ladder', input));

-- at most 200 grades of 1 to 255 bytes
SELECT n, state, length(message), detail
  FROM unnest('{200, 201, 100000}'::int[]) AS n,
       LATERAL (SELECT string_agg('g' || i, ' < ' ORDER BY i) AS input FROM generate_series(1, n) AS i) AS l,
       pg_temp.outcome(format('SELECT %L::ladder', input));
SELECT bytes, state, length(message), detail
  FROM unnest('{255, 256, 1000000}'::int[]) AS bytes,
       pg_temp.outcome(format('SELECT %L::ladder', 'a < ' || repeat('x', bytes)));

\pset format aligned

-- errors as a client sees them
SELECT 'MO1 < MO2 < MO1'::ladder;

-- NULL
SELECT NULL::ladder IS NULL AS cast_null, NULL::ladder = 'a' AS eq, rung(NULL, 'a') AS of_null,
       rung('a', NULL) AS rung_of, grade_at('a', NULL) AS at_null, steps('a < b', 'a', NULL) AS steps,
       grades(NULL) AS grades, NULL::ladder::jsonb AS to_jsonb, NULL::jsonb::ladder AS from_jsonb;

-- grades and rungs
SELECT grade, rung(l, grade), grade_at(l, rung(l, grade)) AS back, steps(l, 'MO1', grade)
  FROM (VALUES ('ungraded < trainee MO1 < trainee MO2 < MO1 < MO2'::ladder)) AS v (l),
       unnest(grades(l) || '{mo1,trainee,"MO1 ",""}') AS grade;
SELECT n, grade_at('ungraded < trainee MO1 < MO1', n)
  FROM unnest('{-2147483648, -1, 0, 1, 3, 4, 2147483647}'::int[]) AS n;
SELECT from_grade, to_grade, steps('a < b < c', from_grade, to_grade)
  FROM unnest('{a, c, x}'::text[]) AS from_grade, unnest('{a, c, x}'::text[]) AS to_grade;

-- order, hash, indexes
CREATE TEMP TABLE scale (name text, ladder ladder);
INSERT INTO scale VALUES ('a', 'a < b'), ('b', ' a<b'), ('c', 'b < a'), ('d', 'a'), ('e', 'a < b < c'), ('f', 'A < b'), ('g', NULL);
SELECT name, ladder, rank() OVER (ORDER BY ladder) FROM scale ORDER BY ladder, name;
SELECT ladder, count(*) FROM scale GROUP BY ladder HAVING count(*) > 1;
SELECT bool_and((a.ladder < b.ladder) = (c < 0)) AS lt, bool_and((a.ladder <= b.ladder) = (c <= 0)) AS le,
       bool_and((a.ladder = b.ladder) = (c = 0)) AS eq, bool_and((a.ladder <> b.ladder) = (c <> 0)) AS ne,
       bool_and((a.ladder >= b.ladder) = (c >= 0)) AS ge, bool_and((a.ladder > b.ladder) = (c > 0)) AS gt,
       bool_and(c = -ladder_cmp(b.ladder, a.ladder)) AS antisymmetric,
       bool_and(c <> 0 OR ladder_hash(a.ladder) = ladder_hash(b.ladder)) AS hash,
       bool_and(c <> 0 OR ladder_hash_extended(a.ladder, 7) = ladder_hash_extended(b.ladder, 7)) AS hash_extended
  FROM scale AS a, scale AS b, LATERAL ladder_cmp(a.ladder, b.ladder) AS c
 WHERE a.ladder IS NOT NULL AND b.ladder IS NOT NULL;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
CREATE INDEX scale_ladder ON scale (ladder);
EXPLAIN (COSTS OFF) SELECT name FROM scale WHERE ladder = 'a<b';
SELECT name FROM scale WHERE ladder = 'a<b' ORDER BY name;
DROP INDEX scale_ladder;
CREATE INDEX scale_ladder ON scale USING hash (ladder);
EXPLAIN (COSTS OFF) SELECT name FROM scale WHERE ladder = 'a<b';
SELECT name FROM scale WHERE ladder = 'a<b' ORDER BY name;
RESET enable_seqscan;
RESET enable_bitmapscan;

-- a check, and a generated column; long ladders are compressed
CREATE TEMP TABLE person (
    name text,
    grade text CHECK (rung('ungraded < MO1 < MO2', grade) IS NOT NULL),
    rung int GENERATED ALWAYS AS (rung('ungraded < MO1 < MO2', grade)) STORED
);
INSERT INTO person VALUES ('ann', 'MO2');
INSERT INTO person VALUES ('bob', 'MO3');
SELECT * FROM person;
CREATE TEMP TABLE long_ladder AS
SELECT string_agg(repeat(md5(n::text), 7) || n, '<' ORDER BY n)::ladder AS ladder FROM generate_series(1, 200) AS n;
SELECT ladder = ladder::text::ladder AS same, rung(ladder, grade_at(ladder, 200)), cardinality(grades(ladder)) FROM long_ladder;

-- jsonb, both ways
\pset format unaligned
SELECT ladder, ladder::ladder::jsonb AS as_jsonb, ladder::ladder::jsonb::ladder::text = ladder AS back
  FROM unnest(ARRAY['MO1', 'ungraded < trainee MO1 < " x" < "a < b" < "say ""hi"""', '见习 < 客户经理']) AS ladder;
SELECT input, state, message, detail
  FROM unnest(ARRAY[
    '["a", " b ", "c < d"]',
    '[]',
    '{}',
    '"a < b"',
    'null',
    '{"grades": ["a"]}',
    '["a", null]',
    '["a", 1]',
    '["a", ["b"]]',
    '["a", {"b": 1}]',
    '["a", ""]',
    '["a", "b", "a"]'
  ]) AS input, pg_temp.outcome(format('SELECT %L::jsonb::ladder', input));
SELECT n, state, length(message), detail
  FROM unnest('{200, 201}'::int[]) AS n,
       LATERAL (SELECT jsonb_agg('g' || i) AS input FROM generate_series(1, n) AS i) AS l,
       pg_temp.outcome(format('SELECT %L::jsonb::ladder', input));
SELECT state, message, detail
  FROM pg_temp.outcome(format('SELECT %L::jsonb::ladder', jsonb_build_array(repeat('x', 256))));
\pset format aligned

-- the moves that a rule allows
SELECT * FROM ladder_moves('a < b < c < d', 'up 1, down any');
SELECT * FROM ladder_moves('a < b < c < d', 'Up Any, FLOOR b, down 1 By hr');
SELECT * FROM ladder_moves('a < b < c', 'jump a to c by hr or "HR 2", jump any to a, jump any to a by boss');
SELECT * FROM ladder_moves('a < b < c', 'start a or b by hr or boss, start any by boss or hr, leave by boss, leave by hr');
SELECT * FROM ladder_moves('a < b', 'start a');
SELECT * FROM ladder_moves('a < b', 'floor a');
SELECT * FROM ladder_moves('a < b < c', 'jump any to any, leave, start any');
SELECT * FROM ladder_moves('"any" < to the top < "trainee by day" < up-to-date < "x,y"',
    'start "any", jump "any" to "to the top", jump "to the top" to "trainee by day", jump "trainee by day" to up-to-date, jump up-to-date to "x,y" by the  boss');
SELECT count(*) FROM ladder_moves(NULL, 'up 1');
SELECT count(*) FROM ladder_moves('a', NULL);

-- rules that are refused, and where
\pset format unaligned
SELECT rule, state, message, detail
  FROM unnest(ARRAY[
    '',
    'up',
    'up 0',
    'up -1',
    'up 1.5',
    'up 201',
    'up 99999999999999999999999999999999999999999',
    'up none',
    'up 1,',
    'up 1 down 1',
    'up 1; down 1',
    'up 1 by',
    'up 1 by hr or',
    'up 1 by hr, by boss',
    'up 1 by ""',
    'up 1 by "hr',
    'sideways 1',
    'upward 1',
    'floor',
    'floor x',
    'floor any',
    'floor a, floor b',
    'floor a by hr',
    'start',
    'start x',
    'start a or x',
    'start a b',
    'jump',
    'jump a',
    'jump a to',
    'jump to b',
    'jump a to x',
    'jump a or b to a',
    'jump 见习 to 客户',
    'leave a',
    'leave by hr by boss'
  ]) AS rule, pg_temp.outcome(format('SELECT count(*) FROM ladder_moves(''a < b < 见习'', %L)', rule));
SELECT parts, state, detail
  FROM unnest('{200, 201}'::int[]) AS parts,
       pg_temp.outcome(format('SELECT count(*) FROM ladder_moves(''a < b'', %L)', repeat('up 1,', parts - 1) || 'up 1'));
SELECT roles, state, detail
  FROM unnest('{200, 201}'::int[]) AS roles,
       pg_temp.outcome(format('SELECT cardinality(roles) FROM ladder_moves(''a < b'', %L)',
                              'up 1 by ' || (SELECT string_agg('r' || i, ' or ') FROM generate_series(1, roles) AS i)));
\pset format aligned

-- bytes: the same from COPY BINARY and back
SELECT name, ladder_send(ladder) FROM scale ORDER BY name;
\getenv abs_builddir PG_ABS_BUILDDIR
\cd :abs_builddir
CREATE TEMP TABLE received (LIKE scale);
INSERT INTO scale SELECT 'long', ladder FROM long_ladder;
\copy scale TO 'results/ladder.bin' (FORMAT binary)
\copy received FROM 'results/ladder.bin' (FORMAT binary)
SELECT count(*), count(ladder) FROM received;
SELECT count(*) AS differences
  FROM (SELECT name, ladder::text FROM received EXCEPT ALL SELECT name, ladder::text FROM scale) AS d;

-- hand-made bytes: a binary COPY file with one row of one column
CREATE FUNCTION pg_temp.copy_file(image bytea) RETURNS oid LANGUAGE sql AS $$
    SELECT lo_from_bytea(0,
        '\x5047434f50590aff0d0a00' || int4send(0) || int4send(0)
        || int2send(1::int2) || int4send(length(image)) || image || int2send(-1::int2))
$$;
CREATE TEMP TABLE bytes (ladder ladder);
\set SHOW_CONTEXT never

-- good: a < b
SELECT pg_temp.copy_file('\x010201610162') AS image \gset
\lo_export :image 'results/ladder.bin'
\copy bytes FROM 'results/ladder.bin' (FORMAT binary)

-- empty
SELECT pg_temp.copy_file('\x') AS image \gset
\lo_export :image 'results/ladder.bin'
\copy bytes FROM 'results/ladder.bin' (FORMAT binary)

-- another version
SELECT pg_temp.copy_file('\x02010161') AS image \gset
\lo_export :image 'results/ladder.bin'
\copy bytes FROM 'results/ladder.bin' (FORMAT binary)

-- no grades
SELECT pg_temp.copy_file('\x0100') AS image \gset
\lo_export :image 'results/ladder.bin'
\copy bytes FROM 'results/ladder.bin' (FORMAT binary)

-- 201 grades
SELECT pg_temp.copy_file('\x01c9') AS image \gset
\lo_export :image 'results/ladder.bin'
\copy bytes FROM 'results/ladder.bin' (FORMAT binary)

-- a grade missing
SELECT pg_temp.copy_file('\x01020161') AS image \gset
\lo_export :image 'results/ladder.bin'
\copy bytes FROM 'results/ladder.bin' (FORMAT binary)

-- a grade cut short
SELECT pg_temp.copy_file('\x01010261') AS image \gset
\lo_export :image 'results/ladder.bin'
\copy bytes FROM 'results/ladder.bin' (FORMAT binary)

-- bytes at the end
SELECT pg_temp.copy_file('\x0101016162') AS image \gset
\lo_export :image 'results/ladder.bin'
\copy bytes FROM 'results/ladder.bin' (FORMAT binary)

-- a grade without a name
SELECT pg_temp.copy_file('\x010100') AS image \gset
\lo_export :image 'results/ladder.bin'
\copy bytes FROM 'results/ladder.bin' (FORMAT binary)

-- a grade twice
SELECT pg_temp.copy_file('\x010201610161') AS image \gset
\lo_export :image 'results/ladder.bin'
\copy bytes FROM 'results/ladder.bin' (FORMAT binary)

-- not in the encoding
SELECT pg_temp.copy_file('\x010102c328') AS image \gset
\lo_export :image 'results/ladder.bin'
\copy bytes FROM 'results/ladder.bin' (FORMAT binary)

-- a zero byte
SELECT pg_temp.copy_file('\x01010100') AS image \gset
\lo_export :image 'results/ladder.bin'
\copy bytes FROM 'results/ladder.bin' (FORMAT binary)

SELECT * FROM bytes;
SELECT count(lo_unlink(oid)) > 0 AS tidied FROM pg_largeobject_metadata WHERE lomowner = 'regress_ladder'::regrole;

RESET ROLE;
DROP OWNED BY regress_ladder;
DROP ROLE regress_ladder;
