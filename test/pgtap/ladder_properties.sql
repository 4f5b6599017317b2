-- Ladders: what holds for every ladder and every rule, on random ones, and
-- that the trigger does what ladder_moves says.  LEAD_OPS_SEED repeats a run.
\set QUIET on
\set ON_ERROR_STOP on
\getenv seed LEAD_OPS_SEED
\if :{?seed}
\else
SELECT floor(random() * 1000000000)::int AS seed \gset
\endif

BEGIN;
SET LOCAL search_path = lead_ops, public;
SET LOCAL client_min_messages = warning;
SELECT setseed(:seed / 1000000000.0) IS NULL AS seeded \gset

SELECT plan(9);
SELECT diag('LEAD_OPS_SEED=' || :seed);

CREATE FUNCTION pg_temp.some(low int, high int) RETURNS int LANGUAGE sql VOLATILE AS $$
    SELECT low + floor(random() * (high - low + 1))::int
$$;

-- names of odd characters, in quotes
CREATE TEMP TABLE scale ON COMMIT DROP AS
SELECT id, grades, (SELECT string_agg(format('"%s"', replace(g, '"', '""')), '<' ORDER BY n)
                      FROM unnest(grades) WITH ORDINALITY AS u (g, n))::ladder AS ladder
  FROM (SELECT id, ARRAY(SELECT DISTINCT translate(md5(id || '/' || n || random()), '0123456789', ' <" ') || n
                           FROM generate_series(1, pg_temp.some(1, 12)) AS n) AS grades
          FROM generate_series(1, 300) AS id) AS s;

SELECT is_empty('SELECT * FROM scale WHERE grades(ladder) IS DISTINCT FROM grades', 'the grades come back');
SELECT is_empty($$
    SELECT * FROM scale
     WHERE ladder::text::ladder <> ladder OR ladder::text::ladder::text <> ladder::text OR ladder::jsonb::ladder <> ladder
    $$, 'text and jsonb give the ladder back');
SELECT is_empty($$
    SELECT * FROM scale, unnest(grades) WITH ORDINALITY AS u (g, n)
     WHERE rung(ladder, g) IS DISTINCT FROM n::int OR grade_at(ladder, n::int) IS DISTINCT FROM g
    $$, 'rung and grade_at are inverse');
SELECT is_empty($$
    SELECT * FROM scale, unnest(grades) AS a, unnest(grades) AS b
     WHERE steps(ladder, a, b) <> rung(ladder, b) - rung(ladder, a)
        OR steps(ladder, a, b) <> -steps(ladder, b, a)
    $$, 'steps are differences of rungs');

-- random rules as rows, as text, and what they mean in plain SQL; the first one
-- always allows something
CREATE TEMP TABLE part ON COMMIT DROP AS
SELECT rule, n,
       CASE WHEN rule = 1 THEN 'up'
            ELSE (ARRAY['up', 'down', 'jump', 'start', 'leave'])[pg_temp.some(1, 5)] END AS kind,
       pg_temp.some(1, 5) AS steps,
       nullif(pg_temp.some(0, 5), 0) AS a, nullif(pg_temp.some(0, 5), 0) AS b,
       CASE WHEN rule > 1 AND random() < 0.4 THEN 'somebody' END AS role
  FROM generate_series(1, 60) AS rule, generate_series(1, pg_temp.some(1, 5)) AS n;
CREATE TEMP TABLE rule ON COMMIT DROP AS
SELECT rule, floor, string_agg(
           CASE kind
               WHEN 'up' THEN 'up ' || CASE steps WHEN 5 THEN 'any' ELSE steps::text END
               WHEN 'down' THEN 'down ' || CASE steps WHEN 5 THEN 'any' ELSE steps::text END
               WHEN 'jump' THEN format('jump %s to %s', coalesce('g' || a, 'any'), coalesce('g' || b, 'any'))
               WHEN 'start' THEN 'start ' || coalesce('g' || b, 'any')
               ELSE 'leave' END || coalesce(' by ' || role, ''), ', ' ORDER BY n)
           || coalesce(', floor g' || floor, '') AS text
  FROM part JOIN (SELECT rule, CASE WHEN rule > 1 THEN nullif(pg_temp.some(-3, 5), 0) END AS floor FROM generate_series(1, 60) AS rule) AS f USING (rule)
 WHERE floor IS NULL OR floor > 0
 GROUP BY rule, floor;
CREATE TEMP TABLE meant ON COMMIT DROP AS
SELECT rule, f AS from_rung, t AS to_rung,
       bool_or(role IS NULL) AS everybody
  FROM rule JOIN part USING (rule),
       (SELECT generate_series(1, 5) UNION ALL SELECT NULL) AS f (f),
       (SELECT generate_series(1, 5) UNION ALL SELECT NULL) AS t (t)
 WHERE CASE kind
           WHEN 'up' THEN t - f BETWEEN 1 AND steps
           WHEN 'down' THEN f - t BETWEEN 1 AND steps AND t >= coalesce(floor, 1)
           WHEN 'jump' THEN f <> t AND coalesce(a, f) = f AND coalesce(b, t) = t
           WHEN 'start' THEN f IS NULL AND coalesce(b, t) = t
           ELSE f IS NOT NULL AND t IS NULL END
 GROUP BY rule, f, t
 UNION ALL
SELECT rule, NULL, t, true FROM rule, generate_series(1, 5) AS t
 WHERE NOT EXISTS (SELECT FROM part WHERE part.rule = rule.rule AND kind = 'start');
CREATE TEMP TABLE listed ON COMMIT DROP AS
SELECT rule, rung('g1 < g2 < g3 < g4 < g5', from_grade) AS from_rung,
       rung('g1 < g2 < g3 < g4 < g5', to_grade) AS to_rung, roles IS NULL AS everybody
  FROM rule, ladder_moves('g1 < g2 < g3 < g4 < g5', text);
SELECT cmp_ok((SELECT count(*) FROM listed), '>', 100::bigint, 'the rules allow something');
SELECT set_eq('TABLE listed', 'TABLE meant', 'ladder_moves lists what the parts of a rule say');

-- every move of every rule, through a trigger
CREATE TEMP TABLE person (before text, grade text) ON COMMIT DROP;
CREATE FUNCTION pg_temp.try(timing text, rule int, text text, before int, after int) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    state text := 'ok';
BEGIN
    TRUNCATE person;
    IF before IS NOT NULL THEN
        INSERT INTO person VALUES ('x', 'g' || before);
    END IF;
    EXECUTE format('CREATE TRIGGER kept %s INSERT OR UPDATE ON person FOR EACH ROW
        EXECUTE FUNCTION lead_ops.enforce_ladder(''grade'', ''g1 < g2 < g3 < g4 < g5'', %L)', timing, text);
    BEGIN
        IF before IS NULL THEN
            INSERT INTO person VALUES ('x', 'g' || after);
        ELSE
            UPDATE person SET grade = 'g' || after;
        END IF;
    EXCEPTION WHEN OTHERS THEN
        state := SQLSTATE;
    END;
    DROP TRIGGER kept ON person;
    RETURN state;
END
$$;
CREATE TEMP TABLE tried ON COMMIT DROP AS
SELECT rule, f, t, text, timing, pg_temp.try(timing, rule, text, f, t) AS state
  FROM rule, (VALUES ('BEFORE'), ('AFTER')) AS v (timing),
       (SELECT generate_series(1, 5) UNION ALL SELECT NULL) AS f (f),
       (SELECT generate_series(1, 5) UNION ALL SELECT NULL) AS t (t)
 WHERE rule <= 15;
SELECT is_empty($$
    SELECT text, timing, f, t, state FROM tried LEFT JOIN meant ON meant.rule = tried.rule AND from_rung IS NOT DISTINCT FROM f AND to_rung IS NOT DISTINCT FROM t
     WHERE state <> CASE WHEN f IS NOT DISTINCT FROM t OR everybody THEN 'ok'
                         WHEN everybody IS FALSE THEN 'LO053'
                         WHEN f IS NULL THEN 'LO052' ELSE 'LO051' END
    $$, 'the trigger allows these moves and refuses all others, each with its code');
SELECT cmp_ok((SELECT count(*) FROM tried WHERE state = 'ok' AND f <> t), '>', 0::bigint, 'some moves are made');
SELECT cmp_ok((SELECT count(*) FROM tried WHERE state <> 'ok'), '>', 0::bigint, 'some are refused');

SELECT * FROM finish();
ROLLBACK;
