-- Tier arithmetic against published cases: tier_cases.json in the folder that
-- LEAD_OPS_SHARED names (../shared).  Its tiers reach from a bound, exclusive,
-- to the next, inclusive: "over", save for a first one due at 0 itself.
\set QUIET on
\set ON_ERROR_STOP on
\getenv shared LEAD_OPS_SHARED
\if :{?shared}
\else
\set shared ../shared
\endif
\set file :shared '/cases/tier_cases.json'
\set content `cat :'file' 2>/dev/null || true`
SELECT :'content' = '' AS absent \gset
\if :absent
\echo '1..0 # SKIP there is no' :file
\quit
\endif

BEGIN;
SET LOCAL search_path = lead_ops, public;

-- amounts and rates of one tier each
CREATE FUNCTION pg_temp.tiers(tiers jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s: %s each + %s',
                             CASE WHEN n = 1 AND (t ->> 'from')::numeric = 0 THEN 'from' ELSE 'over' END,
                             t ->> 'from', t ->> 'rate', t ->> 'flat'),
                      ', ' ORDER BY n)
      FROM jsonb_array_elements(tiers) WITH ORDINALITY AS e (t, n)
$$;

-- a last tier with a top pays nothing for what is above it
CREATE FUNCTION pg_temp.top(tiers jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN tiers -> -1 ->> 'to' IS NULL THEN '' ELSE format(', over %s: 0', tiers -> -1 ->> 'to') END
$$;

-- a price for each block; a tier is so many blocks wide
CREATE FUNCTION pg_temp.blocks(tiers jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('over %s: %s per %s', bound, t ->> 'price', t ->> 'size'), ', ' ORDER BY n)
      FROM (SELECT t, n, coalesce(sum((t ->> 'max')::numeric * (t ->> 'size')::numeric)
                                  OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bound
              FROM jsonb_array_elements(tiers) WITH ORDINALITY AS e (t, n)) AS t
$$;

-- the amount of a tier is what a full one adds
CREATE FUNCTION pg_temp.line(tiers jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT 'from 0: 0, ' || string_agg(format('from %s: %s', t ->> 'to', due), ', ' ORDER BY n)
      FROM (SELECT t, n, sum((t ->> 'amount')::numeric) OVER (ORDER BY n) AS due
              FROM jsonb_array_elements(tiers) WITH ORDINALITY AS e (t, n)) AS t
$$;

CREATE TEMP TABLE published ON COMMIT DROP AS
SELECT c ->> 'id' AS id, c ->> 'mode' AS mode, c -> 'input' AS input, c -> 'expected' AS expected,
       (c #>> '{rounding,scale}')::int AS places,
       CASE WHEN c ? 'tiers_limits' THEN 'the minimum is due in the last run only, not in each'
            WHEN c ->> 'mode' = 'draw_recoverable' THEN 'a draw and its balance are no tiers'
       END AS beyond,
       CASE c ->> 'mode'
           WHEN 'marginal' THEN 'marginal ' || pg_temp.tiers(c -> 'tiers') || pg_temp.top(c -> 'tiers')
           WHEN 'marginal_delta_sequence' THEN 'marginal ' || pg_temp.tiers(c -> 'tiers')
           WHEN 'whole' THEN 'whole ' || pg_temp.tiers(c -> 'tiers')
           WHEN 'whole_delta_sequence' THEN 'whole ' || pg_temp.tiers(c -> 'tiers')
           WHEN 'marginal_blocks' THEN 'marginal ' || pg_temp.blocks(c -> 'tiers')
           WHEN 'whole_blocks' THEN 'whole ' || pg_temp.blocks(c -> 'tiers')
           WHEN 'interpolated' THEN 'interpolated ' || pg_temp.line(c -> 'tiers')
           WHEN 'package' THEN format('marginal over %s: %s per %s', coalesce(c #>> '{tiers,free}', '0'),
                                      c #>> '{tiers,amount}', c #>> '{tiers,size}')
           WHEN 'package_delta_sequence' THEN format('marginal over 0: %s per %s',
                                                     c #>> '{tiers,amount}', c #>> '{tiers,size}')
       END || coalesce(' cap ' || (c #>> '{input,max}'), '') || coalesce(' floor ' || (c #>> '{input,min}'), '') AS schedule
  FROM jsonb_array_elements((:'content'::jsonb) -> 'cases') AS c;

SELECT plan((SELECT count(*)::int + 1 FROM published WHERE beyond IS NULL));

SELECT is((SELECT count(*) FROM published WHERE beyond IS NOT NULL OR schedule IS NOT NULL),
          ((:'content'::jsonb) ->> 'count')::bigint, 'every case is expressed or listed');
SELECT diag(format('not expressed: %s: %s', id, beyond)) FROM published WHERE beyond IS NOT NULL ORDER BY id;

-- one value, by a prior one or by a selector where the case has it
SELECT is(CASE WHEN places IS NULL THEN paid ELSE round(paid, places) END, (expected #>> '{}')::numeric,
          format('%s: %s pays %s', id, schedule, input))
  FROM published,
       LATERAL (SELECT (input ->> 'value')::numeric AS value, (input ->> 'prior')::numeric AS prior,
                       (input ->> 'select')::numeric AS selector) AS i,
       LATERAL (SELECT CASE WHEN prior IS NOT NULL THEN payout(schedule::tier_schedule, prior, value)
                            WHEN selector IS NOT NULL THEN payout_by(schedule::tier_schedule, selector, value)
                            ELSE payout(schedule::tier_schedule, value) END AS paid) AS p
 WHERE beyond IS NULL AND mode !~ 'sequence' ORDER BY id;

-- a row of cumulative totals, what each adds
SELECT is(array_agg(part ORDER BY n), array_agg(due ORDER BY n), format('%s: %s pays %s', id, schedule, input))
  FROM (SELECT id, schedule, input, n, due,
               commission(schedule::tier_schedule, total - before) OVER (PARTITION BY id ORDER BY n) AS part
          FROM (SELECT id, schedule, input, n, due, total,
                       lag(total, 1, 0::numeric) OVER (PARTITION BY id ORDER BY n) AS before
                  FROM published,
                       ROWS FROM (jsonb_array_elements_text(input -> 'cumulative'), jsonb_array_elements_text(expected))
                           WITH ORDINALITY AS run (total_text, due_text, n),
                       LATERAL (SELECT total_text::numeric AS total, due_text::numeric AS due) AS r
                 WHERE beyond IS NULL AND mode ~ 'sequence') AS total) AS part
 GROUP BY id, schedule, input ORDER BY id;

SELECT * FROM finish();
ROLLBACK;
