-- A workspace for tests of pay: events of any metric in one table, pay periods
-- of 2020, and short words for what the tests do again and again.  March has 22
-- work days.
SELECT lead_ops.create_workspace('pay_test');
SET LOCAL search_path = pay_test, public;

CREATE TABLE fact (
    fact bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    metric text NOT NULL,
    agent text NOT NULL,
    at timestamptz NOT NULL,
    quantity numeric NOT NULL
);
INSERT INTO team (team) VALUES ('desk');
INSERT INTO pay_period (period, during)
SELECT to_char(m, 'YYYY-MM'), daterange(m::date, (m + interval '1 month')::date)
FROM generate_series(timestamp '2020-01-01', '2020-12-01', interval '1 month') m;

CREATE FUNCTION add_metric(metric text, unit text DEFAULT NULL, kind text DEFAULT 'flow',
                           direction text DEFAULT 'higher')
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE VIEW %I AS SELECT fact, agent, at, quantity FROM fact WHERE metric = %L',
                   'fact ' || metric, metric);
    INSERT INTO metric (metric, unit, kind, direction, source, item_column)
    VALUES (metric, unit, kind, direction, format('%I', 'fact ' || metric)::regclass, 'fact');
END
$$;

CREATE FUNCTION hire(agent text, plan text DEFAULT NULL, team text DEFAULT 'desk',
                     role text DEFAULT 'agent')
    RETURNS void LANGUAGE sql AS $$
    INSERT INTO agent (agent) VALUES (hire.agent);
    INSERT INTO membership (agent, team, role)
    SELECT hire.agent, hire.team, hire.role WHERE hire.team IS NOT NULL;
    INSERT INTO plan_assignment (agent, plan) SELECT hire.agent, hire.plan WHERE hire.plan IS NOT NULL;
$$;

-- an event each of these quantities
CREATE FUNCTION did(agent text, metric text, quantities numeric[], day date DEFAULT '2020-03-10')
    RETURNS void LANGUAGE sql AS $$
    INSERT INTO fact (metric, agent, at, quantity)
    SELECT did.metric, did.agent, (did.day + time '10:00') AT TIME ZONE 'UTC', q.quantity
    FROM unnest(did.quantities) q (quantity);
$$;
CREATE FUNCTION did(agent text, metric text, quantity numeric, day date DEFAULT '2020-03-10')
    RETURNS void LANGUAGE sql AS $$
    SELECT did(did.agent, did.metric, ARRAY[did.quantity], did.day);
$$;

CREATE FUNCTION attend(agent text, worked numeric, due integer DEFAULT 22)
    RETURNS void LANGUAGE sql AS $$
    INSERT INTO attendance (agent, day, due, worked)
    SELECT attend.agent, date '2020-03-01' + n, (n <= attend.due)::integer,
           least(1, greatest(0, attend.worked - n + 1))
    FROM generate_series(1, greatest(attend.due, ceil(attend.worked)::integer)) n;
$$;

CREATE FUNCTION new_plan(plan text, valid daterange DEFAULT '[2020-01-01,)')
    RETURNS void LANGUAGE sql AS $$
    INSERT INTO plan (plan) VALUES (new_plan.plan);
    INSERT INTO plan_version (plan, version, valid) VALUES (new_plan.plan, 1, new_plan.valid);
$$;

CREATE FUNCTION payout(agent text, period text DEFAULT '2020-03') RETURNS numeric
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(s.payout), 0) FROM statement s
    WHERE s.agent = payout.agent AND s.period = payout.period;
$$;
CREATE FUNCTION paid(agent text, component text, period text DEFAULT '2020-03') RETURNS numeric
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(l.amount), 0) FROM ledger l
    WHERE l.agent = paid.agent AND l.component = paid.component AND l.period = paid.period
      AND l.account = 'pay';
$$;

-- how a statement ends
CREATE FUNCTION refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
