-- A workspace, the tables of a CRM, and a load of everything that a sales team
-- does, for tests that break something in the middle of it.  search_path is
-- set to the workspace, which has just been created.
--
-- Pay is that of 2022 and 2023, grades are reviewed for 2024, so that both are
-- history whatever the clock says.

--
-- The team
--
INSERT INTO agent (agent, hired_on) VALUES ('boss', '2020-01-01'), ('vice', '2020-01-01');
INSERT INTO agent (agent, hired_on, mentor, skills)
SELECT 'agent ' || n, '2020-01-01', 'vice', CASE WHEN n % 3 = 0 THEN '{fr}' ELSE '{}' END::text[]
FROM generate_series(1, 16) AS n;
INSERT INTO team (team, parent, leader)
VALUES ('sales', NULL, 'boss'), ('north', 'sales', 'vice'), ('south', 'sales', 'vice'),
    ('west', 'sales', 'vice');
INSERT INTO membership (agent, team, valid)
SELECT 'agent ' || n, (ARRAY['north', 'south', 'west'])[1 + n % 3], '[2020-01-01,)'
FROM generate_series(1, 16) AS n;
SELECT count(sign_in(agent)) FROM agent;

--
-- Pools, and tables of a CRM whose leads they deal
--
INSERT INTO pool (pool, rotation, mode, sticky_for, recycle_after, recycle_to, credits_a_month) VALUES
    ('plain', 'levels', 'exact', NULL, NULL, 'public', 100000),
    ('capped', 'levels', 'exact', NULL, '1 ms', 'pool', 100000),
    ('flat', 'flat', 'exact', '1 day', '1 ms', 'public', 100000),
    ('ring', 'levels', 'ring', NULL, NULL, 'public', 100000),
    ('ring capped', 'levels', 'ring', NULL, '1 ms', 'public', 100000);
INSERT INTO pool_team (pool, team)
SELECT p.pool, t.team FROM pool AS p, team AS t WHERE t.team <> 'sales';
INSERT INTO pool_seat (pool, agent, weight) VALUES
    ('plain', 'agent 1', 3), ('plain', 'agent 5', 0.7), ('flat', 'agent 2', 2),
    ('ring', 'agent 1', 3), ('ring', 'agent 2', 1);
INSERT INTO pool_seat (pool, agent, open_leads)
SELECT p.pool, 'agent ' || n, 20 + n FROM generate_series(1, 16) AS n,
    unnest('{capped,ring capped}'::text[]) AS p (pool);
CREATE TABLE crm.lead (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner text);
CREATE TABLE crm.enquiry (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner text);
INSERT INTO source (source, relation, key_column, owner_column, prefix, pool, on_insert) VALUES
    ('lead', 'crm.lead', 'id', 'owner', 'crm lead ', 'plain', 'deal'),
    ('enquiry', 'crm.enquiry', 'id', 'owner', 'crm enquiry ', 'flat', 'enqueue');
SELECT attach('lead', 'plain');

--
-- Campaigns
--
INSERT INTO campaign (campaign, retry) VALUES ('calls', '* 1s; total 6'), ('visits', '* 1s; total 3');
INSERT INTO campaign (campaign, retry, attempts_in_window, attempt_window)
VALUES ('careful', '* 1s; total 9', '{3}', '{1 day}');
INSERT INTO follow_up (campaign, outcome, next_campaign) VALUES ('calls', 'consulted', 'visits');

--
-- Pay and grades
--
CREATE VIEW sale AS SELECT agent, at, quantity, sale AS item FROM credit WHERE kind = 'sale';
INSERT INTO metric (metric, unit, source, item_column) VALUES ('sale', 'CNY', 'sale', 'item');
INSERT INTO plan (plan) VALUES ('agents'), ('leaders');
INSERT INTO plan_version (plan, version, valid) VALUES ('agents', 1, '(,)'), ('leaders', 1, '(,)');
INSERT INTO component (plan, version, component, position, metric, total_of, scope, per, schedule, on_change) VALUES
    ('agents', 1, 'base', 1, NULL, NULL, 'own', 'month', 'whole from 0: 1400', 'latest'),
    ('agents', 1, 'each sale', 2, 'sale', NULL, 'own', 'event', 'marginal from 0: 3% signed', 'by_event'),
    ('agents', 1, 'quarter', 3, 'sale', NULL, 'own', 'quarter', 'whole from 0: 0, from 1000: 1%', 'prorate'),
    ('leaders', 1, 'override', 1, NULL, '{each sale}', 'reports', 'month', 'marginal from 0: 10% signed', 'latest');
SELECT activate_plan('agents', 1), activate_plan('leaders', 1);
INSERT INTO plan_assignment (agent, plan, valid)
SELECT a.agent, CASE WHEN a.agent LIKE 'agent%' THEN 'agents' ELSE 'leaders' END, '[2020-01-01,)'
FROM agent AS a;
INSERT INTO draw (agent, valid, amount, recovery) VALUES ('agent 6', '[2022-01-01,)', 1500, 0.5);
INSERT INTO award_kind (kind, effect) VALUES ('reward', 'pay'), ('deposit', 'withhold');
INSERT INTO conduct_rule (rule, amounts) VALUES ('rude', '{10,100}');
INSERT INTO pay_period (period, during)
SELECT to_char(m, 'YYYY-MM'), daterange(m::date, (m + interval '1 month')::date)
FROM generate_series(timestamp '2022-01-01', '2023-12-01', '1 month') AS m;
SELECT set_ladder('sales', 'trainee < agent < senior < expert');
SELECT count(set_grade(a.agent, 'trainee', '2023-12-31')) FROM agent AS a WHERE a.agent LIKE 'agent%';
SELECT count(set_grade(a.agent, 'expert', '2023-12-31')) FROM agent AS a WHERE a.agent IN ('boss', 'vice');
INSERT INTO quota (agent, metric, period, amount, valid)
SELECT a.agent, 'sale', 'month', 500, '[2024-01-01,)' FROM agent AS a;
INSERT INTO grade_rule (rule, kind, ladder, from_grade, to_grade, period_kind, is_automatic) VALUES
    ('good', 'promote', 'sales', 'trainee', 'agent', 'month', true),
    ('better', 'promote', 'sales', 'agent', 'senior', 'month', false),
    ('bad', 'demote', 'sales', 'senior', 'agent', 'month', true);
INSERT INTO grade_condition (rule, condition, test, metric, comparison, threshold) VALUES
    ('good', 1, 'attainment', 'sale', '>=', 1), ('better', 1, 'attainment', 'sale', '>=', 1),
    ('bad', 1, 'attainment', 'sale', '<', 1);
SELECT count(c) FROM agent AS a, generate_series(1, 4) AS m,
    credit_sale(a.agent || ' in ' || m, 900, make_timestamptz(2024, m, 15, 12, 0, 0, 'UTC'),
                ARRAY[a.agent, 'boss', 'vice'], '{33.33,33.33,33.34}') AS c
WHERE a.agent LIKE 'agent%';
UPDATE quota SET amount = 250;

--
-- What is done.  Each statement is a transaction of its own; what the random
-- ones ask for may be refused.
--
CREATE TABLE load.action (
    action text PRIMARY KEY,
    kind text NOT NULL,
    weight integer NOT NULL,
    statement text NOT NULL
);
CREATE TABLE load.done (
    done bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker text NOT NULL,
    pid integer NOT NULL DEFAULT pg_backend_pid(),
    action text NOT NULL,
    code text NOT NULL,
    message text,
    began timestamptz NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Leads that were handed over in a transaction which committed.
CREATE TABLE load.given (lead text PRIMARY KEY);

CREATE FUNCTION load.one_of(n integer, what text DEFAULT 'agent ') RETURNS text
    LANGUAGE sql VOLATILE
    RETURN what || 1 + floor(random() * n)::integer;
-- the same few leads are wanted by many
CREATE FUNCTION load.a_lead() RETURNS text
    LANGUAGE sql VOLATILE
    RETURN load.one_of(3000, 'lead ');
CREATE FUNCTION load.a_pool() RETURNS text
    LANGUAGE sql VOLATILE
    RETURN (ARRAY['plain', 'capped', 'flat', 'ring', 'ring capped'])[1 + floor(random() * 5)::integer];
CREATE FUNCTION load.some_leads(n integer) RETURNS text[]
    LANGUAGE sql VOLATILE
    RETURN ARRAY(SELECT DISTINCT load.a_lead() FROM generate_series(1, n) ORDER BY 1);
CREATE FUNCTION load.held() RETURNS assignment
    LANGUAGE sql VOLATILE
BEGIN ATOMIC
    SELECT a FROM assignment a WHERE a.ended_at IS NULL ORDER BY random() LIMIT 1;
END;
CREATE FUNCTION load.token() RETURNS task
    LANGUAGE sql VOLATILE
BEGIN ATOMIC
    SELECT t FROM task t WHERE t.token IS NOT NULL
    ORDER BY t.next_at < clock_timestamp() AND random() < 0.9, random() LIMIT 1;
END;
CREATE FUNCTION load.listed() RETURNS text
    LANGUAGE sql VOLATILE
BEGIN ATOMIC
    SELECT t.lead FROM task t WHERE t.campaign = 'calls' ORDER BY random() LIMIT 1;
END;
-- the month that is worked on: the first that is not closed, the last one for ever
CREATE FUNCTION load.month() RETURNS text
    LANGUAGE sql VOLATILE
BEGIN ATOMIC
    SELECT coalesce(min(p.period), '2023-12') FROM pay_period p WHERE p.status NOT IN ('closed', 'paid');
END;
CREATE FUNCTION load.close_month() RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    month text := load.month();
BEGIN
    IF month < '2023-12' THEN
        PERFORM calculate(month);
        PERFORM close_period(month, 'boss', despite_gaps => true);
    END IF;
END
$$;
-- a call from the claim to its end; a part of them is never heard of again
CREATE FUNCTION load.call(campaign text) RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    who text := load.one_of(16);
    fate double precision := random();
    claimed bigint;
BEGIN
    SELECT c.token INTO claimed FROM next_calls(who, call.campaign, lease => '2 s') c;
    IF claimed IS NULL OR fate < 0.1 THEN
        RETURN;
    ELSIF fate < 0.2 THEN
        PERFORM release_task(claimed);
        RETURN;
    ELSIF fate < 0.8 THEN
        PERFORM confirm_dial(claimed);
    END IF;
    IF fate > 0.3 THEN
        PERFORM finish(claimed, (ARRAY['busy', 'no_answer', 'answered', 'refused', 'consulted',
                                       'do_not_call'])[1 + floor(random() * 6)::integer]);
    END IF;
END
$$;

INSERT INTO load.action (action, kind, weight, statement) VALUES
    ('assign', 'lead', 12, $$SELECT assign(load.a_pool(), load.a_lead())$$),
    ('assign new', 'lead', 12, $$
        WITH n AS (INSERT INTO load.given SELECT gen_random_uuid() RETURNING lead)
        SELECT assign(load.a_pool(), n.lead) FROM n$$),
    ('assign sticky', 'lead', 3, $$
        SELECT assign('flat', load.a_lead(), load.one_of(50, 'customer '))$$),
    ('assign with skills', 'lead', 3, $$
        SELECT assign(load.a_pool(), load.a_lead(), requires => '{fr}')$$),
    ('assign_batch', 'lead', 6, $$
        SELECT count(*) FROM assign_batch(load.a_pool(), load.some_leads(20))$$),
    ('assign_batch of many', 'lead', 1, $$
        WITH n AS (INSERT INTO load.given SELECT gen_random_uuid() FROM generate_series(1, 500)
                   RETURNING lead)
        SELECT count(*) FROM assign_batch(load.a_pool(), ARRAY(SELECT n.lead FROM n))$$),
    ('ring', 'lead', 12, $$
        WITH n AS (INSERT INTO load.given SELECT gen_random_uuid() RETURNING lead)
        SELECT assign('ring', n.lead) FROM n$$),
    ('enqueue', 'lead', 4, $$SELECT enqueue(load.a_pool(), load.a_lead())$$),
    ('enqueue_batch', 'lead', 3, $$SELECT enqueue_batch(load.a_pool(), load.some_leads(20))$$),
    ('drain', 'lead', 4, $$SELECT drain(load.a_pool(), 50)$$),
    ('touch', 'lead', 3, $$SELECT touch((load.held()).lead)$$),
    ('close_lead', 'lead', 8, $$SELECT close_lead((load.held()).lead, 'won')$$),
    ('release', 'lead', 3, $$SELECT release((load.held()).lead, 'busy')$$),
    ('reassign', 'lead', 3, $$
        SELECT reassign((load.held()).lead, load.one_of(16), 'better', 'vice')$$),
    ('transfer', 'lead', 3, $$
        SELECT transfer((load.held()).lead, load.a_pool(), 'better there', 'boss')$$),
    ('redistribute', 'lead', 1, $$SELECT redistribute(load.one_of(16), 'ill', 'boss')$$),
    ('rebalance', 'lead', 1, $$SELECT rebalance(load.a_pool(), 'boss')$$),
    ('recycle', 'lead', 2, $$
        SELECT recycle((ARRAY['capped', 'flat', 'ring capped'])[1 + floor(random() * 3)::integer])$$),
    ('pick', 'lead', 4, $$
        SELECT pick(load.one_of(16), (SELECT w.lead FROM waiting w WHERE w.is_public
                                      ORDER BY random() LIMIT 1))$$),
    ('merge_lead', 'lead', 1, $$SELECT merge_lead((load.held()).lead, (load.held()).lead)$$),
    ('credit_back', 'lead', 2, $$SELECT credit_back(load.held(), 'no such number', 'boss')$$),
    ('crm insert', 'lead', 3, $$
        INSERT INTO crm.lead (owner)
        SELECT NULL FROM generate_series(1, 1 + floor(random() * 4)::integer)$$),
    ('crm enquiry', 'lead', 2, $$INSERT INTO crm.enquiry (owner) VALUES (NULL)$$),
    ('deal_source', 'lead', 2, $$SELECT deal_source('enquiry')$$),
    ('explain', 'lead', 1, $$SELECT count(*) FROM explain(load.held())$$),
    ('simulate', 'lead', 1, $$SELECT count(*) FROM simulate(load.a_pool(), 50)$$),
    ('sign in', 'team', 10, $$SELECT sign_in(load.one_of(16))$$),
    ('pause', 'team', 1, $$SELECT pause(load.one_of(16))$$),
    ('sign out', 'team', 1, $$SELECT sign_out(load.one_of(16))$$),
    ('seat', 'team', 2, $$
        UPDATE pool_seat SET weight = 1 + floor(random() * 5) WHERE agent = load.one_of(16)$$),
    ('change of team', 'team', 2, $$
        WITH old AS (
            UPDATE membership m
            SET valid = daterange(lower(m.valid), greatest(lower(m.valid) + 1, '2025-01-01'))
            WHERE m.agent = (SELECT load.one_of(16)) AND upper_inf(m.valid)
            RETURNING m.agent, upper(m.valid) AS day)
        INSERT INTO membership (agent, team, valid)
        SELECT o.agent, (ARRAY['north', 'south', 'west'])[1 + floor(random() * 3)::integer],
               daterange(o.day, NULL)
        FROM old o$$),
    ('load_campaign', 'desk', 2, $$
        SELECT load_campaign(r.c, array_agg('lead ' || n), array_agg((1000000 + n)::text))
        FROM (SELECT (ARRAY['calls', 'careful'])[1 + floor(random() * 2)::integer] AS c,
                     floor(random() * 100)::integer * 100 AS k) r,
            generate_series(r.k, r.k + 150) n
        GROUP BY r.c$$),
    ('load_campaign of many', 'desk', 1, $$
        SELECT load_campaign('calls', array_agg(n.lead),
                             array_agg((3000000 + floor(random() * 1000000))::text))
        FROM (SELECT gen_random_uuid()::text AS lead FROM generate_series(1, 400)) n$$),
    ('call', 'desk', 30, $$
        SELECT load.call((ARRAY['calls', 'careful', 'visits'])[1 + floor(random() * 3)::integer])$$),
    ('next_calls', 'desk', 3, $$
        SELECT count(*) FROM next_calls(load.one_of(16), 'calls', 10, '20 s')$$),
    ('finish late', 'desk', 4, $$SELECT finish((load.token()).token, 'busy')$$),
    ('renew', 'desk', 2, $$SELECT renew((load.token()).token, '2 s')$$),
    ('book_callback', 'desk', 3, $$
        SELECT book_callback(load.listed(), clock_timestamp() + random() * interval '3 s',
                             load.one_of(16))$$),
    ('record_call', 'desk', 2, $$
        SELECT record_call(load.one_of(16), 'calls', 1000000 + n::text::integer || '', 'answered',
                           'called us', lead => 'lead ' || n, direction => 'in')
        FROM load.one_of(10000, '') n$$),
    ('transfer_task', 'desk', 2, $$
        SELECT transfer_task('calls', load.listed(), load.one_of(16), 'speaks French')$$),
    ('hand_off', 'desk', 1, $$
        SELECT hand_off('calls', load.listed(), 'visits', 'wants it', 'boss')$$),
    ('suppress', 'desk', 1, $$SELECT suppress(load.one_of(999, '1005'))$$),
    ('remind_callbacks', 'desk', 1, $$SELECT count(*) FROM remind_callbacks()$$),
    ('credit_sale', 'pay', 20, $$
        SELECT count(*) FROM credit_sale(
            gen_random_uuid()::text, floor(random() * 1000)::integer + 1,
            timestamptz '2022-01-01 00:00+00' + random() * interval '1090 days',
            ARRAY[load.one_of(8), 'boss', 'vice'], '{33.33,33.33,33.34}')$$),
    ('refund_sale', 'pay', 4, $$
        SELECT count(*) FROM refund_sale((SELECT c.sale FROM credit c ORDER BY random() LIMIT 1))$$),
    ('calculate', 'pay', 3, $$SELECT calculate(load.month())$$),
    ('close_period', 'pay', 1, $$SELECT load.close_month()$$),
    ('mark_paid', 'pay', 1, $$
        SELECT mark_paid((SELECT min(p.period) FROM pay_period p WHERE p.status = 'closed'))$$),
    ('award', 'pay', 4, $$
        SELECT approve_award(request_award(load.one_of(16),
                                 (ARRAY['reward', 'deposit'])[1 + floor(random() * 2)::integer],
                                 10, load.month(), 'good', 'vice'), 'boss')$$),
    ('conduct', 'pay', 2, $$
        SELECT decide_conduct((record_conduct(load.one_of(16), 'rude', '2024-01-05',
                                              'to a customer', 'vice')).conduct,
                              true, 'boss', load.month())$$),
    ('verify', 'pay', 1, $$SELECT count(*) FROM verify(load.month())$$),
    ('review_grades', 'grade', 4, $$
        SELECT count(*)
        FROM (SELECT (date '2024-01-01'
                      + make_interval(months => floor(random() * least(12, 1 + (
                            SELECT count(DISTINCT p.period) FROM proposal p)))::integer))::date AS m) r,
            review_grades(daterange(r.m, (r.m + interval '1 month')::date))$$),
    ('decide', 'grade', 6, $$
        SELECT decide((SELECT p.proposal FROM proposal p WHERE p.status = 'open'
                       ORDER BY random() LIMIT 1), random() < 0.7, 'boss')$$),
    ('set_grade', 'grade', 6, $$
        SELECT set_grade(g.agent, (ARRAY['trainee', 'agent', 'senior'])[1 + floor(random() * 3)::integer],
                         greatest(lower(g.valid) + floor(random() * 20)::integer, '2024-01-02'),
                         g.grade, by => 'boss')
        FROM (SELECT g.* FROM grade_assignment g
              WHERE upper_inf(g.valid) AND g.agent LIKE 'agent %'
              ORDER BY random() LIMIT 1) g$$),
    ('attainment', 'grade', 1, $$SELECT count(*) FROM attainment('[2024-01-01,2024-02-01)')$$);

-- Works until the time has come: a transaction for each action, of which one in
-- twenty is rolled back.
CREATE PROCEDURE load.work(worker text, until timestamptz, kinds text[])
    LANGUAGE plpgsql
AS $$
DECLARE
    statements text[];
    actions text[];
    n integer;
    code text;
    message text;
    detail text;
    context text;
    began timestamptz;
BEGIN
    SELECT array_agg(a.action), array_agg(a.statement)
    INTO actions, statements
    FROM load.action a, generate_series(1, a.weight)
    WHERE a.kind = ANY (kinds);
    COMMIT;
    WHILE clock_timestamp() < until LOOP
        n := 1 + floor(random() * cardinality(actions));
        began := clock_timestamp();
        code := '00000';
        message := NULL;
        BEGIN
            EXECUTE statements[n];
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
                detail = PG_EXCEPTION_DETAIL, context = PG_EXCEPTION_CONTEXT;
            message := concat_ws(E'\n', message, detail, context);
        END;
        IF random() < 0.05 THEN
            ROLLBACK;
        ELSE
            INSERT INTO load.done (worker, action, code, message, began)
            VALUES (work.worker, actions[n], code, message, began);
            COMMIT;
        END IF;
    END LOOP;
END
$$;

-- What waits to be caught up with: leads in line, and pay that came late.
CREATE PROCEDURE load.catch_up()
    LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM sign_in(a.agent) FROM agent a;
    PERFORM drain(p.pool, 100000), sweep_line(p.pool, true) FROM pool p;
    -- a pool without anybody to deal to leaves its line for the next time
    PERFORM still_waiting(array_agg(h.line)) FROM (SELECT w AS line FROM waiting w FOR UPDATE) h;
    PERFORM calculate(load.month());
END
$$;
