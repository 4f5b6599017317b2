-- Constant weights give the order of nginx's smooth weighted round-robin with
-- its members listed by falling weight; and no number of leads rounds anything.
\set QUIET on
\set ON_ERROR_STOP on

BEGIN;
SET LOCAL search_path = lead_ops, public;
SET LOCAL client_min_messages = warning;

SELECT plan(13);

-- Its algorithm: every current weight rises by the weight, the first of the
-- highest is chosen and falls by the sum of all weights.
CREATE FUNCTION pg_temp.nginx(weights int[], leads int) RETURNS int[] LANGUAGE plpgsql AS $$
DECLARE
    current int[] := array_fill(0, ARRAY[cardinality(weights)]);
    total int := (SELECT sum(w) FROM unnest(weights) w);
    served int[] := array_fill(0, ARRAY[leads]);
    best int;
BEGIN
    FOR n IN 1..leads LOOP
        best := 1;
        FOR k IN 1..cardinality(weights) LOOP
            current[k] := current[k] + weights[k];
            IF current[k] > current[best] THEN
                best := k;
            END IF;
        END LOOP;
        current[best] := current[best] - total;
        served[n] := best;
    END LOOP;
    RETURN served;
END
$$;

-- members are named so that their order is that of the list
CREATE FUNCTION pg_temp.ours(weights int[], leads int) RETURNS int[] LANGUAGE sql AS $$
    SELECT array_agg(d.member::int ORDER BY d.n)
    FROM deal(ARRAY(SELECT to_char(k, 'FM0000') FROM generate_series(1, cardinality(weights)) k),
              weights::numeric[], leads) d
$$;

SELECT ok(pg_temp.ours(weights, leads) = pg_temp.nginx(weights, leads), format('%s leads by weights %s', leads, name))
FROM (VALUES
    ('5,1,1', '{5,1,1}'::int[], 20000),
    ('1', '{1}', 100),
    ('equal', array_fill(1, ARRAY[13]), 20000),
    ('7,5,3,2', '{7,5,3,2}', 20000),
    ('9 to 1', '{9,8,7,6,5,4,3,2,1}', 20000),
    ('30 to 1', ARRAY(SELECT 31 - k FROM generate_series(1, 30) k), 10000),
    ('97,53,53,11,1', '{97,53,53,11,1}', 20000),
    ('1000000 to 1', '{1000000,999999,3,2,1}', 20000),
    ('90 members in 5 grades', ARRAY(SELECT 5 - k / 18 FROM generate_series(0, 89) k), 5000)
) v (name, weights, leads);

-- After any number of whole cycles everybody has exactly its share and every
-- balance is 0, so the order begins anew.
SELECT ok(dealt.turns = 10000000 AND exact,
          format('10,000,000 leads, %s members: counts exact, balances 0', cardinality(weights)))
FROM (VALUES ('{5,1,1,1}'::numeric[]), ('{0.5,0.25,0.125,0.0625,0.0625}'), ('{41,13,9,1,36}')) v (weights),
    LATERAL (SELECT sum(m.received) AS turns, bool_and(m.balance = 0 AND m.received = 10000000 * m.weight / t.total) AS exact
             FROM (SELECT sum(w) AS total FROM unnest(weights) w) t,
                  rotation_members(dealt(rotation(ARRAY(SELECT 'a' || k FROM generate_series(1, cardinality(weights)) k),
                                                  weights), 10000000)) m) dealt;
SELECT is((SELECT string_agg(member, ' ' ORDER BY n) FROM deal(dealt(rotation('{a,b,c}', '{5,1,1}'), 7 * 1428572), 7)),
          'a a b a c a a', 'after 10,000,004 leads the order is that of the first seven');

SELECT * FROM finish();
ROLLBACK;
