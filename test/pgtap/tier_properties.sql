-- Tier schedules: what holds for every schedule and every value, on random
-- ones.  LEAD_OPS_SEED repeats a run.
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

SELECT plan(28);
SELECT diag('LEAD_OPS_SEED=' || :seed);

--
-- random schedules, as jsonb
--
CREATE FUNCTION pg_temp.some(low int, high int) RETURNS int LANGUAGE sql VOLATILE AS $$
    SELECT low + floor(random() * (high - low + 1))::int
$$;

CREATE FUNCTION pg_temp.chance(of numeric) RETURNS boolean LANGUAGE sql VOLATILE AS $$
    SELECT random() < of
$$;

-- size 1: money, 2: up to 18 digits, 3: up to 38 digits
CREATE FUNCTION pg_temp.number(size int) RETURNS numeric LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    digits int := pg_temp.some(1, (ARRAY[6, 18, 38])[size]);
    places int := pg_temp.some(0, (ARRAY[4, 12, 38])[size]);
    text text := '';
BEGIN
    IF size < 3 OR pg_temp.chance(0.5) THEN
        places := least(places, digits);
    END IF;
    FOR i IN 1..digits LOOP
        text := text || pg_temp.some(0, 9);
    END LOOP;
    RETURN text::numeric * ('1e-' || places)::numeric;
END
$$;

CREATE FUNCTION pg_temp.number_or_percent(number numeric, size int) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN size < 3 AND pg_temp.chance(0.4) THEN to_jsonb(number || '%') ELSE to_jsonb(number) END
$$;

CREATE FUNCTION pg_temp.value_of(number jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE jsonb_typeof(number) WHEN 'string' THEN rtrim(number #>> '{}', '%')::numeric * 0.01
                                     ELSE (number #>> '{}')::numeric END
$$;

-- A third of the schedules never falls.
CREATE FUNCTION pg_temp.form(id int) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    mode text := (ARRAY['marginal', 'whole', 'interpolated'])[pg_temp.some(1, 3)];
    size int := (ARRAY[1, 1, 2, 3])[pg_temp.some(1, 4)];
    is_signed boolean := pg_temp.chance(0.25);
    rising boolean := id % 3 = 0;
    number numeric;
    form jsonb := jsonb_build_object('mode', mode);
    tiers jsonb := '[]';
    tier jsonb;
    flat numeric := 0;
    sign int;
BEGIN
    FOR number IN
        SELECT CASE WHEN is_signed OR pg_temp.chance(0.8) THEN v ELSE -v END
          FROM (SELECT DISTINCT CASE WHEN n = 1 AND pg_temp.chance(0.6) THEN 0 ELSE pg_temp.number(size) END AS v
                  FROM generate_series(1, CASE WHEN pg_temp.chance(0.1) THEN 40 ELSE pg_temp.some(1, 6) END) AS n) AS d
         ORDER BY 1
    LOOP
        CONTINUE WHEN jsonb_array_length(tiers) > 0 AND number <= pg_temp.value_of(coalesce(tier -> 'from', tier -> 'over'));
        tier := jsonb_build_object(CASE WHEN pg_temp.chance(0.5) THEN 'from' ELSE 'over' END, number);
        sign := CASE WHEN rising OR pg_temp.chance(0.75) THEN 1 ELSE -1 END;
        IF mode = 'interpolated' THEN
            -- sums that stay within 38 digits
            flat := CASE WHEN rising AND size < 3 THEN flat + pg_temp.number(size)
                         WHEN rising THEN flat + pg_temp.some(0, 9)
                         ELSE sign * pg_temp.number(size) END;
            tier := tier || jsonb_build_object('flat', flat);
        ELSE
            IF pg_temp.chance(0.8) THEN
                tier := tier || jsonb_build_object('rate', pg_temp.number_or_percent(sign * pg_temp.number(size), size));
            END IF;
            IF pg_temp.chance(0.3) THEN
                tier := tier || jsonb_build_object('flat', sign * pg_temp.number(size));
            END IF;
            IF pg_temp.chance(0.3) THEN
                tier := tier || jsonb_build_object('per', jsonb_build_object(
                    'amount', sign * pg_temp.number(size), 'size', pg_temp.number(size) + 0.5));
            END IF;
        END IF;
        tiers := tiers || tier;
    END LOOP;
    form := form || jsonb_build_object('tiers', tiers);

    -- 0.5 more of 38 digits may be 39: then without blocks
    SELECT form || jsonb_build_object('tiers', jsonb_agg(
               CASE WHEN length(translate(trim_scale((t #>> '{per,size}')::numeric)::text, '-.', '')) > 37
                    THEN t - 'per' ELSE t END ORDER BY n))
      INTO form
      FROM jsonb_array_elements(tiers) WITH ORDINALITY AS e (t, n);
    IF pg_temp.chance(0.2) THEN
        form := form || jsonb_build_object('cap', pg_temp.number(size));
    END IF;
    IF pg_temp.chance(0.2) THEN
        form := form || jsonb_build_object('floor', least(-pg_temp.number(size), (form ->> 'cap')::numeric));
    END IF;
    IF is_signed THEN
        form := form || '{"signed": true}';
    END IF;
    RETURN form;
END
$$;

-- The same as text, in an order, a case and with the spaces of chance; a
-- percentage may become a plain number.
CREATE FUNCTION pg_temp.spelled(form jsonb) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    tier jsonb;
    tiers text[] := '{}';
    terms text[];
    spelled text;
BEGIN
    FOR tier IN SELECT t FROM jsonb_array_elements(form -> 'tiers') WITH ORDINALITY AS e (t, n) ORDER BY n LOOP
        terms := ARRAY[
            CASE WHEN jsonb_typeof(tier -> 'rate') = 'string' AND pg_temp.chance(0.5) THEN tier ->> 'rate'
                 ELSE pg_temp.value_of(tier -> 'rate') || ' each' END,
            tier ->> 'flat',
            format('%s per %s', tier #>> '{per,amount}', tier #>> '{per,size}')];
        IF NOT tier ? 'per' THEN
            terms := terms[1:2];
        END IF;
        SELECT coalesce(string_agg(t, ' + ' ORDER BY random()), '0') INTO spelled FROM unnest(terms) AS t WHERE t IS NOT NULL;
        tiers := tiers || format('%s %s : %s', CASE WHEN tier ? 'from' THEN 'from' ELSE 'over' END,
                                 coalesce(tier ->> 'from', tier ->> 'over'), spelled);
    END LOOP;
    SELECT form ->> 'mode' || ' ' || array_to_string(tiers, ' , ') || ' ' || coalesce(string_agg(o, ' ' ORDER BY random()), '')
      INTO spelled
      FROM unnest(ARRAY['cap ' || (form ->> 'cap'), 'floor ' || (form ->> 'floor'),
                        CASE WHEN form ? 'signed' THEN 'signed' END]) AS o
     WHERE o IS NOT NULL;
    IF pg_temp.chance(0.3) THEN
        spelled := upper(spelled);
    END IF;
    RETURN replace(spelled, ' ', (ARRAY[' ', '  ', E'\n', E'\t '])[pg_temp.some(1, 4)]);
END
$$;

-- Values worth trying: at the bounds and close to them, none, some, very large, very small.
CREATE FUNCTION pg_temp.points(form jsonb) RETURNS SETOF numeric LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    bound numeric;
BEGIN
    FOR bound IN SELECT pg_temp.value_of(coalesce(t -> 'from', t -> 'over'))
                   FROM jsonb_array_elements(form -> 'tiers') AS t ORDER BY random() LIMIT 3
    LOOP
        RETURN NEXT bound;
        RETURN NEXT bound + (ARRAY[1, -1, 0.01, -0.0001, 1e-12])[pg_temp.some(1, 5)];
    END LOOP;
    FOR size IN 1..3 LOOP
        RETURN NEXT pg_temp.number(size);
        RETURN NEXT -pg_temp.number(size);
    END LOOP;
    RETURN NEXT (ARRAY[0, 0.000, 1e-38, -1e-45, 1e38, -1e45, 170141183460469231731687303715884105727])[pg_temp.some(1, 7)];
    RETURN NEXT pg_temp.number(1);
END
$$;

--
-- the meaning of a schedule, in plain numeric
--
CREATE FUNCTION pg_temp.started_blocks(portion numeric, size numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT div(portion, size) + CASE WHEN div(portion, size) * size < portion THEN 1 ELSE 0 END
$$;

-- a / b to so many places, half away from zero
CREATE FUNCTION pg_temp.ratio(a numeric, b numeric, places int) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT sign(a) * div(2 * abs(a) * ('1e' || places)::numeric + b, 2 * b) * ('1e-' || places)::numeric
$$;

CREATE FUNCTION pg_temp.reference(form jsonb, value numeric, selector numeric, OUT tier int, OUT paid numeric)
    LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    is_negative boolean := form ? 'signed' AND value < 0;
    bounds numeric[] := '{}';
    tiers jsonb[] := '{}';
    t jsonb;
    places int;
    portion numeric;
BEGIN
    IF form ? 'signed' THEN
        value := abs(value);
        selector := abs(selector);
    END IF;
    FOR t IN SELECT e FROM jsonb_array_elements(form -> 'tiers') AS e LOOP
        tiers := tiers || t;
        bounds := bounds || pg_temp.value_of(coalesce(t -> 'from', t -> 'over'));
        IF selector > bounds[cardinality(bounds)] OR (selector = bounds[cardinality(bounds)] AND t ? 'from') THEN
            tier := cardinality(bounds);
        END IF;
    END LOOP;

    paid := 0;
    IF form ->> 'mode' = 'interpolated' AND tier = cardinality(bounds) THEN
        paid := (tiers[tier] ->> 'flat')::numeric;
    ELSIF form ->> 'mode' = 'interpolated' AND tier IS NOT NULL THEN
        SELECT (greatest(20, max(min_scale(n))) + 3) / 4 * 4 INTO places
          FROM (SELECT (e ->> 'flat')::numeric FROM unnest(tiers) AS e
                UNION ALL VALUES ((form ->> 'cap')::numeric), ((form ->> 'floor')::numeric)) AS amount (n);
        paid := (tiers[tier] ->> 'flat')::numeric
            + pg_temp.ratio(((tiers[tier + 1] ->> 'flat')::numeric - (tiers[tier] ->> 'flat')::numeric)
                            * (value - bounds[tier]), bounds[tier + 1] - bounds[tier], places);
    ELSIF tier IS NOT NULL THEN
        FOR k IN CASE WHEN form ->> 'mode' = 'whole' THEN tier ELSE 1 END .. tier LOOP
            portion := CASE WHEN form ->> 'mode' = 'whole' THEN value
                            ELSE CASE WHEN k < tier THEN bounds[k + 1] ELSE value END - bounds[k] END;
            paid := paid + coalesce(pg_temp.value_of(tiers[k] -> 'rate'), 0) * portion
                + coalesce((tiers[k] ->> 'flat')::numeric, 0)
                + coalesce((tiers[k] #>> '{per,amount}')::numeric
                           * pg_temp.started_blocks(portion, (tiers[k] #>> '{per,size}')::numeric), 0);
        END LOOP;
    END IF;
    paid := greatest(least(paid, (form ->> 'cap')::numeric), (form ->> 'floor')::numeric);
    IF form ? 'signed' AND value = 0 THEN
        paid := 0;
    END IF;
    paid := trim_scale(CASE WHEN is_negative THEN -paid ELSE paid END);
END
$$;

CREATE TEMP TABLE scheme ON COMMIT DROP AS
SELECT id, form, form::tier_schedule AS rule, pg_temp.spelled(form) AS spelled,
       (SELECT min(pg_temp.value_of(coalesce(t -> 'from', t -> 'over'))) FROM jsonb_array_elements(form -> 'tiers') AS t) AS first_bound
  FROM (SELECT id, pg_temp.form(id) AS form FROM generate_series(1, 1000) AS id) AS f;

CREATE TEMP TABLE point ON COMMIT DROP AS
SELECT row_number() OVER () AS n, id, value, payout(rule, value) AS paid, r.tier, r.paid AS due
  FROM (SELECT id, form, rule, pg_temp.points(form) AS value FROM scheme) AS p,
       LATERAL pg_temp.reference(form, value, value) AS r;
CREATE INDEX ON point (id, value);
ANALYZE scheme, point;

SELECT cmp_ok((SELECT count(DISTINCT (form ->> 'mode', form ? 'signed', form ? 'cap', form ? 'floor')) FROM scheme),
              '>', 15::bigint, 'schedules of many kinds');
SELECT cmp_ok((SELECT count(*) FROM point), '>=', 10000::bigint, 'and many values');

-- spelling
SELECT is_empty($$SELECT id, rule FROM scheme WHERE rule::text::tier_schedule::text <> rule::text$$,
    'text in and out is a fixed point');
SELECT is_empty($$SELECT id, rule, spelled FROM scheme WHERE spelled::tier_schedule <> rule$$,
    'order, case, spaces and percent signs do not change a schedule');
SELECT is_empty($$SELECT id, rule FROM scheme WHERE rule::jsonb::tier_schedule::text <> rule::text$$,
    'through jsonb and back is the same');
SELECT is_empty($$SELECT id, rule FROM scheme WHERE spelled::tier_schedule::jsonb::tier_schedule <> rule$$,
    'jsonb of another spelling is the same schedule');

-- payouts
SELECT is_empty($$
    SELECT rule, value, paid, due FROM point JOIN scheme USING (id) WHERE paid::text IS DISTINCT FROM due::text
$$, 'payout is what the rules say, digit for digit');
SELECT is_empty($$
    SELECT rule, value, due FROM scheme JOIN (SELECT * FROM point ORDER BY random()) AS p USING (id)
     WHERE payout(rule, value)::text IS DISTINCT FROM due::text
$$, 'also when the schedule changes from row to row');
SELECT is_empty($$
    SELECT rule, value, tier FROM point JOIN scheme USING (id) WHERE tier_of(rule, value) IS DISTINCT FROM tier
$$, 'tier_of finds the tier');
SELECT is_empty($$
    SELECT rule, a.value, b.value, r.paid
      FROM scheme JOIN point AS a USING (id) JOIN point AS b USING (id),
           LATERAL pg_temp.reference(form, b.value, a.value) AS r
     WHERE form ->> 'mode' = 'whole' AND (a.n + b.n) % 5 = 0
       AND payout_by(rule, a.value, b.value)::text IS DISTINCT FROM
           CASE WHEN form ? 'signed' AND b.value = 0 THEN 0 ELSE r.paid END::text
$$, 'payout_by chooses the tier by the selector');
SELECT is_empty($$
    SELECT rule, a.value, b.value
      FROM scheme JOIN point AS a USING (id) JOIN point AS b USING (id)
     WHERE (a.n + b.n) % 4 = 0
       AND payout(rule, a.value, b.value) <> payout(rule, a.value + b.value) - a.paid
$$, 'payout after a prior value is the difference');
SELECT is_empty($$
    SELECT rule, value FROM point JOIN scheme USING (id) WHERE form ? 'signed' AND payout(rule, -value) <> -paid
$$, 'signed: f(-x) = -f(x)');
SELECT is_empty($$
    SELECT * FROM (
        SELECT rule, value, paid, lag(paid) OVER (PARTITION BY id ORDER BY value) AS before
          FROM point JOIN scheme USING (id)
         WHERE id % 3 = 0 AND form ->> 'mode' <> 'whole' AND (first_bound >= 0 OR form ->> 'mode' = 'marginal')
           AND NOT (form ? 'floor' AND form ? 'signed')) AS p
     WHERE paid < before
$$, 'where nothing is negative, more never pays less');

-- explanations
SELECT is_empty($$
    SELECT rule, value, paid FROM point JOIN scheme USING (id)
     WHERE paid <> (SELECT sum(amount) FROM payout_lines(rule, value))
$$, 'the lines add up to the payout');
SELECT is_empty($$
    SELECT rule, value, l FROM point JOIN scheme USING (id), payout_lines(rule, value) AS l
     WHERE rate IS NOT NULL AND amount <> portion * rate + flat
        OR rate IS NULL AND form ->> 'mode' <> 'interpolated'
$$, 'a line is its portion at its rate and what is flat');
SELECT is_empty($$
    SELECT rule, value FROM point JOIN scheme USING (id)
     WHERE form ->> 'mode' = 'marginal' AND tier IS NOT NULL AND NOT (form ? 'signed' AND value = 0)
       AND (SELECT sum(portion) FROM payout_lines(rule, value))
           <> CASE WHEN form ? 'signed' THEN sign(value) * (abs(value) - first_bound) ELSE value - first_bound END
$$, 'the portions of a marginal schedule add up to the value above its first bound');
SELECT is_empty($$
    SELECT rule, value, missing, gain
      FROM point JOIN scheme USING (id), next_tier(rule, value) AS next,
           LATERAL (SELECT form -> 'tiers' -> coalesce(tier, 0) AS t) AS n
     WHERE NOT (form ? 'signed' AND value < 0)
       AND (missing IS NULL) <> (tier IS NOT DISTINCT FROM jsonb_array_length(form -> 'tiers'))
        OR NOT (form ? 'signed' AND value < 0)
       AND missing <> pg_temp.value_of(coalesce(t -> 'from', t -> 'over')) - value
$$, 'next_tier says what is missing to the next bound');
-- a bound that is over begins just above it: so little more changes next to nothing
SELECT is_empty($$
    SELECT rule, value, missing, gain
      FROM point JOIN scheme USING (id), next_tier(rule, value) AS next,
           LATERAL (SELECT form -> 'tiers' -> coalesce(tier, 0) AS t, form -> 'tiers' -> (coalesce(tier, 0) + 1) AS after) AS n,
           LATERAL (SELECT CASE WHEN t ? 'over' OR form ? 'signed' AND value + missing = 0 THEN 1e-60 ELSE 0 END AS more) AS m
     WHERE NOT (form ? 'signed' AND value < 0)
       AND abs(payout(rule, value + missing + more) - paid - gain)
           > more * coalesce(abs(pg_temp.value_of(t -> 'rate')), 0)
             + CASE WHEN more = 0 OR form ->> 'mode' <> 'interpolated' THEN 0
                    ELSE 1e-18 + coalesce(more * abs((after ->> 'flat')::numeric - (t ->> 'flat')::numeric)
                                          / (pg_temp.value_of(coalesce(after -> 'from', after -> 'over')) - value - missing), 0)
               END
$$, 'and what reaching it adds');

-- value_for: of the values with so many places, the smallest that pays the amount
CREATE TEMP TABLE wish ON COMMIT DROP AS
SELECT id, rule, form, places, amount, least(0, first_bound) AS start, value_for(rule, amount, places) AS value,
       ('1e-' || places)::numeric AS step
  FROM (SELECT id, rule, form, first_bound, pg_temp.some(0, 12) AS places, paid + pg_temp.some(-1, 1) * 0.01 AS amount
          FROM point JOIN scheme USING (id) WHERE n % 6 = 0) AS w;
SELECT cmp_ok((SELECT count(value) FROM wish), '>', 300::bigint, 'value_for finds values');
SELECT is_empty($$
    SELECT rule, amount, places, value FROM wish
     WHERE payout(rule, value) < amount OR min_scale(value) > places
$$, 'they pay the amount');
SELECT is_empty($$
    SELECT rule, amount, places, value FROM wish
     WHERE value - step >= start AND payout(rule, value - step) >= amount
$$, 'one step less does not');
SELECT is_empty($$
    SELECT rule, amount, places, w.value, p.value, paid FROM wish AS w JOIN point AS p USING (id)
     WHERE paid >= amount AND p.value >= start AND min_scale(p.value) <= places
       AND (w.value IS NULL OR p.value < w.value)
$$, 'and no smaller value does, nor any where none was found');

-- many rows
SELECT is_empty($$
    SELECT * FROM (
        SELECT id, rule, n, value, sum(part) OVER so_far AS parts, payout(rule, sum(value) OVER so_far) AS due
          FROM (SELECT id, n, rule, value, commission(rule, value) OVER (PARTITION BY id ORDER BY n) AS part
                  FROM point JOIN scheme USING (id)) AS c
        WINDOW so_far AS (PARTITION BY id ORDER BY n)) AS r
     WHERE parts <> due
$$, 'at every row the commissions so far add up to the payout of the sum');
SELECT is_empty($$
    SELECT id FROM point JOIN scheme USING (id)
     GROUP BY id, rule HAVING payout_sum(rule, value)::text <> payout(rule, sum(value))::text
$$, 'payout_sum is the payout of the sum');
SELECT is_empty($$
    SELECT * FROM (
        SELECT rule, n, payout_sum(rule, value) OVER moving AS paid, payout(rule, sum(value) OVER moving) AS due
          FROM (SELECT id, n, CASE WHEN n % 7 <> 0 THEN value END AS value FROM point) AS p JOIN scheme USING (id)
        WINDOW moving AS (PARTITION BY id ORDER BY n ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING)) AS r
     WHERE paid::text IS DISTINCT FROM due::text
$$, 'also in moving frames');

-- order: all pairs of a sorted list stand in order
SELECT is_empty($$
    WITH sorted AS MATERIALIZED (
        SELECT rule, row_number() OVER (ORDER BY rule) AS place
          FROM (SELECT rule FROM scheme WHERE id <= 150 UNION ALL
                SELECT spelled::tier_schedule FROM scheme WHERE id <= 50) AS r)
    SELECT a.rule, b.rule, c
      FROM sorted AS a JOIN sorted AS b ON a.place <= b.place, LATERAL tier_schedule_cmp(a.rule, b.rule) AS c
     WHERE c > 0 OR sign(c) <> -sign(tier_schedule_cmp(b.rule, a.rule))
        OR (c = 0) <> (tier_schedule_hash_extended(a.rule, 0) = tier_schedule_hash_extended(b.rule, 0))
        OR c = 0 AND tier_schedule_hash(a.rule) <> tier_schedule_hash(b.rule)
$$, 'schedules have a total order, and equal ones the same hash');

-- bounds and values scaled alike: the same tier
SELECT is_empty($$
    SELECT rule, value, factor
      FROM point JOIN scheme USING (id), LATERAL (SELECT (ARRAY[0.5, 3, 0.25, 1.01])[n % 4 + 1] AS factor) AS f
     WHERE (SELECT max(length(pg_temp.value_of(coalesce(t -> 'from', t -> 'over'))::text)) FROM jsonb_array_elements(form -> 'tiers') AS t) < 30
       AND tier_of(scale_bounds(rule, factor), value * factor) IS DISTINCT FROM tier
$$, 'scale_bounds scales the bounds');

-- shares
CREATE FUNCTION pg_temp.weights(size int) RETURNS numeric[] LANGUAGE sql VOLATILE AS $$
    SELECT array_agg(CASE WHEN n = 1 OR pg_temp.chance(0.8) THEN pg_temp.number(size) + 0.1 ELSE 0 END ORDER BY random())
      FROM generate_series(1, pg_temp.some(1, 12)) AS n
$$;
SELECT is_empty($$
    SELECT total, places, weights, parts
      FROM (SELECT places, pg_temp.some(-1, 1) * round(pg_temp.number(size), places) AS total, pg_temp.weights(size) AS weights
              FROM (SELECT pg_temp.some(0, 6) AS places, pg_temp.some(1, 3) AS size FROM generate_series(1, 1000)) AS s) AS v,
           LATERAL split_amount(total, weights, places) AS parts,
           LATERAL (SELECT sum(weight) FROM unnest(weights) AS weight) AS w (all_weights)
     WHERE cardinality(parts) <> cardinality(weights)
        OR total <> (SELECT sum(part) FROM unnest(parts) AS part)
        OR EXISTS (SELECT FROM unnest(parts, weights) AS u (part, weight)
                    WHERE abs(part * all_weights - total * weight) >= all_weights * ('1e-' || places)::numeric)
$$, 'parts add up exactly, each within one unit of its share');

SELECT * FROM finish();
ROLLBACK;
