-- Each type's text, binary and jsonb input on values that were damaged at
-- random: refused with an error that says so, or taken as a value that can be
-- worked with.  LEAD_OPS_SEED repeats a run that is not cut short by the clock,
-- LEAD_OPS_MUTATION_SECONDS (15) is the time for all of them.
\set QUIET on
\set ON_ERROR_STOP on
\getenv seed LEAD_OPS_SEED
\if :{?seed}
\else
SELECT floor(random() * 1000000000)::int AS seed \gset
\endif
\getenv seconds LEAD_OPS_MUTATION_SECONDS
\if :{?seconds}
\else
\set seconds 15
\endif
-- for the files that COPY reads; in memory, a disk would be waited for
\set memory `test -w /dev/shm && echo /dev/shm || echo /tmp`
\set files `d=$(mktemp -d -p :memory) && chmod 777 "$d" && echo "$d"`

BEGIN;
-- COPY reads a file of the server
SET LOCAL ROLE NONE;
SET LOCAL search_path = lead_ops, public;
SET LOCAL timezone = 'UTC';
SELECT setseed(:seed / 1000000000.0) IS NULL AS seeded \gset

SELECT plan(36);
SELECT diag('LEAD_OPS_SEED=' || :seed);

-- good values to begin with
CREATE TEMP TABLE seed (type text, value text) ON COMMIT DROP;
INSERT INTO seed VALUES
    ('tier_schedule', 'marginal from 0: 3%, from 20000: 5%'),
    ('tier_schedule', 'whole from 80%: 3% + 500, from 100%: 5% + 2000 cap 30000'),
    ('tier_schedule', 'interpolated from 0: -500, from 1: 0, over 5.25: 12.125 signed floor -100'),
    ('tier_schedule', 'whole from 0: 1 + 2% + 3 each + 10 per 5 cap 10 floor 1 signed'),
    ('rotation', 'seq 0:'),
    ('rotation', '"ann", "bob" weight 2, "d,e ""早""" weight 0.333333 away'),
    ('rotation', 'seq 7 round 7: "a" weight 5 got 5 received 5 last 7, "b" got 1 received 1 last 3, "c" got 1 received 1 last 5'),
    ('rotation', 'seq 2 round 1: "a" carried -100000 received 1 last 1, "b" carried 199999/2 got 0, "c" carried 1/2 got 1 received 1 last 2'),
    ('work_hours', 'Mo-Fr 08:30-12:00,13:30-17:30; PH off'),
    ('work_hours', '22:00-02:00; Sa,Su off; We 23:15-31:45'),
    ('work_hours', '24/7; Mo 15:00-16:00 off'),
    ('work_hours', 'Mo-Fr 09:00-18:00; 2026 Dec 24 09:00-12:00; 2026 Dec 25-26 off'),
    ('work_calendar', 'none known from 2026-01-01 to 2026-12-31'),
    ('work_calendar', '2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo known from 2026-01-01 to 2026-12-31'),
    ('work_calendar', '2024-02-29 holiday, 2000-02-29 holiday, 1600-02-29 Su'),
    ('retry_policy', 'busy 5m,15m,1h max 4; refused stop; do_not_call suppress; * 1d,w36h max 3; total 8; within 30d; gap 2h'),
    ('retry_policy', '"no answer" 1d1h1m1s,w90m; "a;b ""早""" stop'),
    ('ladder', 'ungraded < trainee MO1 < MO1 < MO2'),
    ('ladder', '"a < b" < "say ""早""" < c');

CREATE FUNCTION pg_temp.some(low int, high int) RETURNS int LANGUAGE sql VOLATILE AS $$
    SELECT low + floor(random() * (high - low + 1))::int
$$;

CREATE FUNCTION pg_temp.one_of(list anyarray) RETURNS anyelement LANGUAGE sql VOLATILE AS $$
    SELECT list[pg_temp.some(1, cardinality(list))]
$$;

-- A list with one to four changes: an element replaced, left out or put in, a
-- part repeated or left out, or the end taken from another.
CREATE FUNCTION pg_temp.damaged(list anyarray, other anyarray, words anyarray) RETURNS anyarray
    LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    at int;
    upto int;
BEGIN
    FOR change IN 1..ceil(4 * random() ^ 3) LOOP
        at := pg_temp.some(1, cardinality(list) + 1);
        upto := at + floor(8 * random() ^ 2)::int;
        list := CASE pg_temp.some(1, 6)
            WHEN 1 THEN list[:at - 1] || pg_temp.one_of(words) || list[at + 1:]
            WHEN 2 THEN list[:at - 1] || list[at + 1:]
            WHEN 3 THEN list[:at - 1] || pg_temp.one_of(words) || list[at:]
            WHEN 4 THEN list[:upto] || list[at:]
            WHEN 5 THEN list[:at - 1] || list[upto:]
            ELSE list[:at - 1] || other[pg_temp.some(1, cardinality(other)):]
        END;
    END LOOP;
    RETURN list;
END
$$;

-- A text of JSON with one or two of its values or keys replaced.
CREATE FUNCTION pg_temp.replaced(tokens text[], words text[]) RETURNS text[]
    LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    places int[] := ARRAY(
        SELECT i FROM generate_subscripts(tokens, 1) AS i WHERE tokens[i] ~ '^["[:alnum:]]');
BEGIN
    FOR change IN 1..pg_temp.some(1, 2) LOOP
        tokens[pg_temp.one_of(places)] := pg_temp.one_of(words);
    END LOOP;
    RETURN tokens;
END
$$;

-- words, numbers, signs; in jsonb strings as well
CREATE FUNCTION pg_temp.tokens(text text) RETURNS text[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(m[1]), '{}')
    FROM regexp_matches(text, '"(?:[^"\\]|\\.)*"|[[:alpha:]_]+|[0-9.]+|.', 'g') AS m
$$;

CREATE FUNCTION pg_temp.bytes(image bytea) RETURNS int[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(get_byte(image, i) ORDER BY i), '{}')
    FROM generate_series(0, length(image) - 1) AS i
$$;

CREATE FUNCTION pg_temp.image(bytes int[]) RETURNS bytea LANGUAGE sql AS $$
    SELECT decode(coalesce(string_agg(lpad(to_hex(b), 2, '0'), '' ORDER BY i), ''), 'hex')
    FROM unnest(bytes) WITH ORDINALITY AS u (b, i)
$$;

-- The file of a binary COPY of one value.
CREATE FUNCTION pg_temp.copied(image bytea) RETURNS bytea LANGUAGE sql AS $$
    SELECT '\x5047434f50590aff0d0a00'::bytea || int4send(0) || int4send(0)
        || int2send(1::int2) || int4send(length(image)) || image || int2send(-1::int2)
$$;

-- What is wrong with a value, beside another one; NULL: nothing.
DO $do$
DECLARE
    type text;
BEGIN
    FOR type IN SELECT DISTINCT s.type FROM seed AS s LOOP
        EXECUTE format($sql$
            CREATE TEMP TABLE mutant_%1$s (v %1$s) ON COMMIT DROP;

            CREATE FUNCTION pg_temp.trouble(v %1$s, w %1$s) RETURNS text LANGUAGE sql AS $$
                SELECT CASE
                    WHEN %1$s_send(v::text::%1$s) <> %1$s_send(v) THEN 'not what its text says'
                    WHEN %1$s_send(v::jsonb::%1$s) <> %1$s_send(v) THEN 'not what its jsonb says'
                    WHEN v <> v OR v < v OR v > v OR NOT v = v OR NOT v <= v OR NOT v >= v
                        OR %1$s_cmp(v, v) <> 0 THEN 'not equal to itself'
                    WHEN (v < w) <> (w > v) OR (v <= w) <> (w >= v) OR (v = w) <> (w = v)
                        OR (v < w)::int + (v = w)::int + (v > w)::int <> 1
                        OR (v <= w) <> (NOT v > w) OR (v <> w) <> (NOT v = w)
                        OR sign(%1$s_cmp(v, w)) <> (v > w)::int - (v < w)::int
                        THEN 'without an order'
                    WHEN v = w AND (%1$s_hash(v) <> %1$s_hash(w)
                        OR %1$s_hash_extended(v, 7) <> %1$s_hash_extended(w, 7))
                        THEN 'equal with another hash'
                END
            $$;
            $sql$, type);
    END LOOP;
END
$do$;

-- What else is done with values; called for its errors.
CREATE FUNCTION pg_temp.work(v tier_schedule) RETURNS text LANGUAGE sql AS $$
    SELECT concat(payout(v, 12345.67), payout(v, 90, 110.5), payout_by(v, 1.1, -3), tier_of(v, 5),
        next_tier(v, 0.5), value_for(v, 300),
        (SELECT count(*) FROM payout_lines(v, 25000)), scale_bounds(v, 0.37))
$$;
CREATE FUNCTION pg_temp.work(v rotation) RETURNS text LANGUAGE sql AS $$
    SELECT concat(dealt(v, 5), (SELECT count(balance) FROM rotation_members(v)),
        with_members(v, '{ann,zed}', '{1,0.5}'), deal_to(v, next_member(v)))
$$;
CREATE FUNCTION pg_temp.work(v work_hours) RETURNS text LANGUAGE sql AS $$
    SELECT concat(is_open(v, '2026-03-29 01:30Z', 'Europe/Berlin'),
        work_time_between(v, '2026-03-01', '2026-04-03', 'Asia/Shanghai'),
        (SELECT count(*) FROM open_ranges(v, '[2026-10-20,2026-11-03)', 'America/New_York')),
        work_days(v, '[2026-01-01,2027-01-01)', '2026-10-01 to 2026-10-07 holiday, 2026-10-10 Mo'),
        next_open(v, '2026-03-29', 'Europe/Berlin'))
$$;
CREATE FUNCTION pg_temp.work(v work_calendar) RETURNS text LANGUAGE sql AS $$
    SELECT concat(known_within(v, '[2026-02-01,2026-12-01)'),
        work_days('Mo-Fr 09:00-18:00; PH off', '[2026-09-20,2026-10-20)', v),
        next_open('Mo-Fr 09:00-18:00; PH off', '2026-10-01', 'Asia/Shanghai', v))
$$;
CREATE FUNCTION pg_temp.work(v retry_policy) RETURNS text LANGUAGE sql AS $$
    SELECT concat(next_attempt(v, '{busy,x,busy}', '{2026-03-02,2026-03-03,2026-03-04}'),
        next_attempt(v, '{no answer}', '{2026-03-02}', 'Mo-Fr 09:00-18:00', 'Asia/Shanghai'))
$$;
CREATE FUNCTION pg_temp.work(v ladder) RETURNS text LANGUAGE sql AS $$
    SELECT concat(rung(v, (grades(v))[1]), grade_at(v, 2),
        steps(v, grade_at(v, 1), grade_at(v, 2)),
        (SELECT count(*) FROM ladder_moves(v, 'start any, up 1, down any, leave')))
$$;

CREATE TEMP TABLE result (
    type text, form text, tried int, taken int, trouble text[]
) ON COMMIT DROP;

-- Damages values of a type in one form until the time is up.  Those that are
-- taken nevertheless are damaged further.
CREATE FUNCTION pg_temp.damage(type text, form text, seconds float8, files text) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    -- as the documentation of each form has them
    refusals CONSTANT text[] := CASE damage.form
        WHEN 'text' THEN '{22P02}'
        WHEN 'binary' THEN '{22P03}'
        ELSE '{22023,22P02,54000}'
    END;
    soft CONSTANT boolean := current_setting('server_version_num')::int >= 160000;
    value CONSTANT text := CASE damage.form
        WHEN 'binary' THEN format('(SELECT v FROM mutant_%s)', type)
        ELSE format('$1::%s::%s', form, type)
    END;
    start CONSTANT timestamptz := clock_timestamp();
    pool text[];
    other text;
    words text[];
    input text;
    image bytea;
    tried int := 0;
    taken int := 0;
    trouble text[] := '{}';
    state text;
    message text;
    detail text;
    found text;
    step text;
BEGIN
    SELECT array_agg(s.value) INTO pool FROM seed AS s WHERE s.type = damage.type;
    -- of all types, and what is near a limit
    SELECT array_agg(DISTINCT word) INTO words
    FROM seed AS s, unnest(pg_temp.tokens(s.value)) AS word;
    words := words || ARRAY['"', ',', '-', '0', '1e9', 'NaN', '00', '24:00', '48:01', '9999-12-31',
        '2026-02-29', '5874897-01-01', '1000001', '0.0000001', repeat('9', 20), repeat('9', 41),
        repeat('x', 255), repeat('早', 86), E'\x01', E'\u3000', E'\u200b', '''', '\'];
    IF form = 'jsonb' THEN
        words := ARRAY(SELECT to_json(word)::text FROM unnest(words) AS word)
            || ARRAY['{}', '[]', 'null', 'true', 'false', '0', '-1', '7', '1e400', '1e-20',
                '[[[]]]', '{"a": 1}'];
    END IF;

    WHILE clock_timestamp() < start + seconds * interval '1 second' LOOP
        input := pg_temp.one_of(pool);
        other := pg_temp.one_of(pool);
        BEGIN
            step := 'damage';
            CASE form
                WHEN 'text' THEN
                    input := array_to_string(pg_temp.damaged(
                        pg_temp.tokens(input), pg_temp.tokens(other), words), '');
                WHEN 'jsonb' THEN
                    EXECUTE format('SELECT $1::%1$s::jsonb, $2::%1$s::jsonb', type)
                        INTO input, other USING input, other;
                    input := array_to_string(CASE
                        WHEN random() < 0.3
                            THEN pg_temp.damaged(
                                pg_temp.tokens(input), pg_temp.tokens(other), words)
                        ELSE pg_temp.replaced(pg_temp.tokens(input), words)
                    END, '')::jsonb;
                ELSE
                    EXECUTE format('SELECT %1$s_send($1::%1$s), %1$s_send($2::%1$s)', type)
                        INTO input, other USING input, other;
                    image := pg_temp.image(pg_temp.damaged(
                        pg_temp.bytes(input::bytea), pg_temp.bytes(other::bytea),
                        ARRAY[0, 1, 2, 127, 128, 255, pg_temp.some(0, 255),
                            pg_temp.some(32, 126)]));
                    -- and single bits
                    IF random() < 0.5 AND length(image) > 0 THEN
                        image := set_bit(image, b, 1 - get_bit(image, b))
                            FROM pg_temp.some(0, 8 * length(image) - 1) AS b;
                    END IF;
                    input := image;
            END CASE;
            tried := tried + 1;

            step := 'input';
            IF form = 'binary' THEN
                PERFORM lo_from_bytea(9, pg_temp.copied(image));
                PERFORM lo_export(9, files || '/' || tried);
                PERFORM lo_unlink(9);
                EXECUTE format('COPY mutant_%s FROM %L (FORMAT binary)',
                    type, files || '/' || tried);
            END IF;
            EXECUTE format('SELECT %s', value) INTO other USING input;
            taken := taken + 1;

            step := 'check';
            EXECUTE format('SELECT pg_temp.trouble(%s, $2::%s)', value, type)
                INTO found USING input, pg_temp.one_of(pool);
            IF found IS NULL AND form = 'binary' THEN
                EXECUTE format('SELECT ''not what was sent'' WHERE %s_send(%s) <> $1', type, value)
                    INTO found USING image;
                EXECUTE format('TRUNCATE mutant_%s', type);
            END IF;
            IF length(other) < 1000 THEN
                pool[least(cardinality(pool) + 1, pg_temp.some(20, 200))] := other;
            END IF;

            step := 'work';
            EXECUTE format('SELECT pg_temp.work($1::%s)', type) USING other;
            state := NULL;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
                message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
            found := CASE step
                WHEN 'damage' THEN NULL
                WHEN 'input' THEN
                    CASE WHEN state <> ALL (refusals) THEN 'refused: ' || message END
                WHEN 'check' THEN 'cannot be compared: ' || message
                WHEN 'work' THEN
                    CASE WHEN state !~ '^(22|54|0A|LO)' THEN 'cannot be worked with: ' || message END
            END;
        END;
        -- nothing else is said where errors are soft
        IF soft AND form = 'text' AND found IS NULL THEN
            EXECUTE $sql$
                SELECT 'soft error differs' FROM pg_input_error_info($1, $2) AS e
                WHERE (e.sql_error_code, e.message, e.detail) IS DISTINCT FROM ($3, $4, $5)
                $sql$ INTO found
                USING input, type, CASE step WHEN 'input' THEN state END,
                    CASE step WHEN 'input' THEN message END,
                    CASE step WHEN 'input' THEN nullif(detail, '') END;
        END IF;
        IF found IS NOT NULL AND cardinality(trouble) < 5 THEN
            trouble := trouble || format('%s (%s): %s', found, state, input);
        END IF;
    END LOOP;
    INSERT INTO result VALUES (type, form, tried, taken, trouble);
END
$$;

SELECT pg_temp.damage(type, form, :seconds / 18.0, :'files')
FROM (SELECT DISTINCT type FROM seed) AS t, unnest('{text,binary,jsonb}'::text[]) AS form
ORDER BY type, form \g /dev/null
\set removed `rm -rf :'files'`

SELECT diag(format('%s in %s: %s tried, %s taken', type, form, tried, taken))
FROM result ORDER BY type, form;
SELECT is(trouble, '{}', format('%s: damaged %s is refused, or as good as any', type, form))
FROM result ORDER BY type, form;
SELECT ok(taken > 0 AND taken < tried, format('%s: damaged %s is refused at times', type, form))
FROM result ORDER BY type, form;

SELECT finish();
ROLLBACK;
