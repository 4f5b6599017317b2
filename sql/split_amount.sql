--
-- split_amount: an amount in parts by weight, largest remainder
--
CREATE ROLE regress_split_amount;
SET ROLE regress_split_amount;
SET search_path = lead_ops, public;

CREATE FUNCTION pg_temp.outcome(command text, OUT state text, OUT message text)
    LANGUAGE plpgsql AS $$
BEGIN
    state := 'ok';
    EXECUTE command INTO message;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
END
$$;

-- the parts add up exactly; what is left over goes to the largest remainders, the earlier of equal ones
SELECT total, weights, places, parts, (SELECT sum(p) FROM unnest(parts) AS p) = total AS exact
  FROM (VALUES
    (100, '{1,1,1}'::numeric[], 2),
    (100, '{1,1,1}', 0),
    (-100, '{1,1,1}', 2),
    (0.02, '{1,1,1}', 2),
    (0, '{1,2}', 2),
    (10, '{1}', 2),
    (1000, '{50,30,20}', 2),
    (10, '{0.5,0.25,0.25}', 0),
    (10, '{0,3,0}', 2),
    (0.05, '{3,3,1,0}', 2),
    (100, '{70,20,10,0.001}', 2),
    (7, '{1,2,3,4}', 0),
    (100.10, '{1,1}', 1),
    (100.1, '{1,1,1}', 4),
    (1e40, '{1,1,1}', 0),
    (1, '{1e40,1e-40}', 2),
    (99999999999999999999999999999999999999.99, '{99999999999999999999999999999999999999,0.00000000000000000000000000000000000001,1}', 2)
  ) AS v (total, weights, places), LATERAL split_amount(total, weights, places) AS parts;

-- two places unless said
SELECT split_amount(100, '{1,1,1}'), split_amount(total => 1, weights => '{1,2}', places => 5);

-- an array with other lower bounds, and many parts
SELECT split_amount(1, '[0:2]={1,1,2}'::numeric[]);
SELECT count(*), sum(part), min(part), max(part)
  FROM unnest(split_amount(100000, (SELECT array_agg(n % 7) FROM generate_series(1, 5000) AS n))) AS part;

-- no order of the weights changes the sum or moves a part by more than the last place
SELECT max(abs(a.part - b.part)) AS moved
  FROM unnest(split_amount(1234.56, '{5,3,8,1,9,2}')) WITH ORDINALITY AS a (part, n)
  JOIN unnest(split_amount(1234.56, '{2,9,1,8,3,5}')) WITH ORDINALITY AS b (part, n) ON a.n = 7 - b.n;

-- NULL, and what cannot be split
SELECT split_amount(NULL, '{1}') IS NULL AS total, split_amount(1, NULL) IS NULL AS weights,
       split_amount(1, '{1}', NULL) IS NULL AS places;
SELECT command, state, message
  FROM unnest(ARRAY[
    $$SELECT split_amount(1, '{}')$$,
    $$SELECT split_amount(1, '{0,0}')$$,
    $$SELECT split_amount(1, '{1,NULL}')$$,
    $$SELECT split_amount(1, '{1,-1}')$$,
    $$SELECT split_amount(1, '{1,NaN}')$$,
    $$SELECT split_amount(1, '{1,Infinity}')$$,
    $$SELECT split_amount(1, '{{1,1},{1,1}}')$$,
    $$SELECT split_amount('NaN', '{1}')$$,
    $$SELECT split_amount('-Infinity', '{1}')$$,
    $$SELECT split_amount(0.005, '{1}')$$,
    $$SELECT split_amount(0.5, '{1,1}', 0)$$,
    $$SELECT split_amount(1, '{1}', -1)$$,
    $$SELECT split_amount(1, '{1}', 101)$$,
    $$SELECT split_amount(1e-100, '{1,0}', 100) = ARRAY[1e-100, 0]$$
  ]) AS command, pg_temp.outcome(command);

RESET ROLE;
DROP OWNED BY regress_split_amount;
DROP ROLE regress_split_amount;
