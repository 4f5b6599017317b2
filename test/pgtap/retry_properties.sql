-- Retry policies: next_attempt on random policies and histories against the
-- rules written in plain SQL.  LEAD_OPS_SEED repeats a run.
\set QUIET on
\set ON_ERROR_STOP on
\getenv seed LEAD_OPS_SEED
\if :{?seed}
\else
SELECT floor(random() * 1000000000)::int AS seed \gset
\endif

BEGIN;
SET LOCAL search_path = lead_ops, public;
SET LOCAL timezone = 'UTC';
SELECT setseed(:seed / 1000000000.0) IS NULL AS seeded \gset

SELECT plan(9);
SELECT diag('LEAD_OPS_SEED=' || :seed);

CREATE FUNCTION pg_temp.some(low int, high int) RETURNS int LANGUAGE sql VOLATILE AS $$
    SELECT low + floor(random() * (high - low + 1))::int
$$;

-- rules for a, b, c and (half of the time) *, of minutes
CREATE TEMP TABLE rule ON COMMIT DROP AS
SELECT policy, outcome, CASE WHEN random() < 0.1 THEN 'stop' WHEN random() < 0.03 THEN 'suppress' ELSE 'retry' END AS action,
       ARRAY(SELECT pg_temp.some(1, 3000) FROM generate_series(1, pg_temp.some(1, 3)) AS d
              WHERE outcome IS NOT NULL) AS delays,
       random() < 0.3 AS working, nullif(pg_temp.some(0, 6), 0) AS max
  FROM generate_series(1, 200) AS policy, unnest('{a,b,c,*}'::text[]) AS outcome
 WHERE outcome <> '*' OR policy % 2 = 0;
CREATE TEMP TABLE policy ON COMMIT DROP AS
SELECT p.*, (SELECT string_agg(outcome || ' ' || CASE r.action WHEN 'retry' THEN
                        (SELECT string_agg(CASE WHEN working THEN 'w' ELSE '' END || m || 'm', ',' ORDER BY n)
                           FROM unnest(delays) WITH ORDINALITY AS u (m, n)) || coalesce(' max ' || max, '')
                        ELSE r.action END, '; ' ORDER BY random())
               FROM rule AS r WHERE r.policy = p.policy)
            || coalesce('; total ' || total, '') || coalesce('; within ' || within || 'm', '')
            || coalesce('; gap ' || gap || 'm', '') AS text
  FROM (SELECT policy, nullif(pg_temp.some(0, 9), 0) AS total, CASE WHEN random() < 0.6 THEN pg_temp.some(1, 9000) END AS within,
               CASE WHEN random() < 0.5 THEN pg_temp.some(1, 500) END AS gap
          FROM generate_series(1, 200) AS policy) AS p;

SELECT is_empty('SELECT text FROM policy WHERE text::retry_policy::text::retry_policy <> text::retry_policy
                    OR text::retry_policy::jsonb::retry_policy <> text::retry_policy', 'text and jsonb give the policy back');

-- histories of up to 7 attempts, at distinct times, in any order
CREATE TEMP TABLE history ON COMMIT DROP AS
SELECT id, 1 + id % 200 AS policy, array_agg(outcome ORDER BY n) AS outcomes, array_agg(at ORDER BY n) AS attempted
  FROM (SELECT id, n, (ARRAY['a', 'a', 'b', 'c', 'd'])[pg_temp.some(1, 5)] AS outcome,
               '2026-03-01'::timestamptz + (n + 10 * pg_temp.some(0, 500)) * interval '1 minute' AS at
          FROM generate_series(1, 2500) AS id, generate_series(1, 1 + id % 7) AS n) AS a
 GROUP BY id;

-- the same in SQL; hours are those of even hours of the day, counted in UTC
CREATE FUNCTION pg_temp.even_hours() RETURNS work_hours LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(format('%s:00-%s:00', lpad(h::text, 2, '0'), lpad((h + 1)::text, 2, '0')), ',')::work_hours
      FROM generate_series(0, 22, 2) AS h
$$;
CREATE FUNCTION pg_temp.next_even(at timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN extract(hour FROM at)::int % 2 = 0 THEN at
                ELSE date_trunc('hour', at) + interval '1 hour' END
$$;
CREATE FUNCTION pg_temp.expect(which int, outcomes text[], attempted timestamptz[], with_hours boolean,
                               OUT at timestamptz, OUT reason text) LANGUAGE plpgsql AS $$
DECLARE
    p policy;
    r rule;
    first timestamptz;
    last timestamptz;
    own text;
    same int;
BEGIN
    SELECT * INTO p FROM policy WHERE policy = which;
    SELECT min(t), max(t) INTO first, last FROM unnest(attempted) AS t;
    IF EXISTS (SELECT FROM unnest(outcomes) AS o
                WHERE 'suppress' = (SELECT u.action FROM rule AS u WHERE u.policy = which AND u.outcome IN (o, '*')
                                     ORDER BY u.outcome = '*' LIMIT 1)) THEN
        reason := 'suppress';
        RETURN;
    END IF;
    own := outcomes[array_position(attempted, last)];
    SELECT * INTO r FROM rule AS u WHERE u.policy = which AND u.outcome IN (own, '*') ORDER BY u.outcome = '*' LIMIT 1;
    same := (SELECT count(*) FROM unnest(outcomes) AS o
              WHERE o = r.outcome OR (r.outcome = '*' AND NOT EXISTS (SELECT FROM rule AS u WHERE u.policy = which AND u.outcome = o)));
    reason := CASE WHEN r.policy IS NULL THEN 'no rule' WHEN r.action = 'stop' THEN 'stop'
                   WHEN same >= r.max THEN 'max' WHEN cardinality(outcomes) >= p.total THEN 'total' END;
    IF reason IS NOT NULL THEN
        RETURN;
    END IF;
    reason := 'delay';
    at := CASE WHEN r.working AND with_hours
               THEN add_work_time(pg_temp.even_hours(), last, r.delays[least(same, cardinality(r.delays))] * interval '1 minute', 'UTC')
               ELSE last + r.delays[least(same, cardinality(r.delays))] * interval '1 minute' END;
    IF at < last + p.gap * interval '1 minute' THEN
        at := last + p.gap * interval '1 minute';
        reason := 'gap';
    END IF;
    IF with_hours AND pg_temp.next_even(at) > at THEN
        at := pg_temp.next_even(at);
        reason := 'hours';
    END IF;
    IF at > first + p.within * interval '1 minute' THEN
        at := NULL;
        reason := 'within';
    END IF;
END
$$;
CREATE TEMP TABLE answer ON COMMIT DROP AS
SELECT h.id, p.text, h.outcomes, h.attempted, with_hours, n.at, n.reason, e.at AS due, e.reason AS because
  FROM history AS h JOIN policy AS p USING (policy), (VALUES (false), (true)) AS v (with_hours),
       next_attempt(p.text::retry_policy, h.outcomes, h.attempted,
           CASE WHEN with_hours THEN pg_temp.even_hours() END,
           'UTC') AS n,
       pg_temp.expect(h.policy, h.outcomes, h.attempted, with_hours) AS e;

SELECT is_empty('SELECT * FROM answer WHERE NOT with_hours AND (at, reason) IS DISTINCT FROM (due, because) LIMIT 3',
                'next_attempt follows the rules');
SELECT is_empty('SELECT * FROM answer WHERE with_hours AND (at, reason) IS DISTINCT FROM (due, because) LIMIT 3',
                'and in working hours');
SELECT set_has('SELECT reason FROM answer', $$VALUES ('delay'), ('gap'), ('hours'), ('suppress'), ('stop'), ('no rule'), ('max'), ('total'), ('within')$$,
               'every reason has come up');
SELECT is_empty($$SELECT * FROM answer WHERE (at IS NOT NULL) <> (reason IN ('delay', 'gap', 'hours'))$$,
                'there is an instant exactly where the chain goes on');
SELECT is_empty('SELECT * FROM answer WHERE at <= (SELECT max(t) FROM unnest(attempted) AS t)', 'it is after the last attempt');
SELECT is_empty('SELECT * FROM answer WHERE with_hours AND at <> pg_temp.next_even(at)', 'it is open');
SELECT is_empty($$
    SELECT id FROM answer AS a JOIN answer AS b USING (id) WHERE NOT a.with_hours AND b.with_hours AND b.at < a.at
    $$, 'hours never make it earlier');
SELECT is_empty($$
    SELECT id
      FROM answer AS a,
           LATERAL (SELECT array_agg(o ORDER BY t DESC) AS outcomes, array_agg(t ORDER BY t DESC) AS attempted
                      FROM ROWS FROM (unnest(a.outcomes), unnest(a.attempted)) AS u (o, t)) AS r,
           next_attempt(a.text::retry_policy, r.outcomes, r.attempted) AS n
     WHERE NOT with_hours AND (n.at, n.reason) IS DISTINCT FROM (a.at, a.reason)
    $$, 'the order of the arrays does not matter');

SELECT * FROM finish();
ROLLBACK;
