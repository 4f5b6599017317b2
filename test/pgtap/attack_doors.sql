-- Everything a kind may call, called for somebody else: by an agent, a leader
-- of others, QA and payroll, each in the name of people that it is not.
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\ir include/attack.sql
SELECT no_plan();
SET LOCAL search_path = attack_test, pg_temp;
INSERT INTO agent (agent) VALUES ('mallory'), ('lea'), ('quinn'), ('paula');
INSERT INTO team (team, leader) VALUES ('far', 'lea');
INSERT INTO membership (agent, team, valid)
SELECT m.agent, m.team, '[2026-03-01,)'
FROM (VALUES ('mallory', 'team 2'), ('lea', 'far'), ('quinn', 'far'), ('paula', 'far')) AS m (agent, team);
SET LOCAL ROLE NONE;
CREATE ROLE attack_agent;
CREATE ROLE attack_leader;
CREATE ROLE attack_qa;
CREATE ROLE attack_payroll;
SET LOCAL ROLE lead_ops_tester;
SELECT grant_access('attack_' || k.kind, k.kind)
FROM unnest('{agent,leader,qa,payroll}'::text[]) k (kind) \g /dev/null
SET LOCAL search_path = public, pg_catalog;

CREATE FUNCTION pg_temp.writes() RETURNS bigint LANGUAGE sql AS $$
    SELECT coalesce(sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del), 0)::bigint
    FROM pg_stat_xact_user_tables AS s WHERE s.schemaname = 'attack_test'
$$;
-- how a call by somebody ends, how many rows it gave and how many it wrote
CREATE FUNCTION pg_temp.called_by(agent text, kind text, statement text, OUT outcome text, OUT given bigint, OUT written bigint)
    LANGUAGE plpgsql
AS $$
DECLARE
    before CONSTANT bigint := pg_temp.writes();
BEGIN
    BEGIN
        SET LOCAL ROLE NONE;
        PERFORM set_config('lead_ops.agent', called_by.agent, true);
        EXECUTE format('SET LOCAL ROLE %I', 'attack_' || kind);
        EXECUTE statement INTO given;
        SET LOCAL ROLE NONE;
        written := pg_temp.writes() - before;
        RAISE SQLSTATE 'AT000';
    EXCEPTION
        WHEN SQLSTATE 'AT000' THEN
            outcome := 'done';
        WHEN OTHERS THEN
            outcome := SQLSTATE || ' ' || SQLERRM;
    END;
END
$$;

CREATE TEMPORARY TABLE caller (agent text, kind text);
INSERT INTO caller VALUES ('mallory', 'agent'), ('lea', 'leader'), ('quinn', 'qa'), ('paula', 'payroll');
CREATE FUNCTION pg_temp.evaluated(expression text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    value text;
BEGIN
    EXECUTE 'SELECT ' || expression INTO value;
    RETURN value;
END
$$;
-- arguments that come from tables are looked up by the owner
UPDATE argument SET value = $$(SELECT min(a.lead) FROM attack_test.assignment AS a WHERE a.ended_at IS NULL AND a.agent = 'agent 5')$$
WHERE name = 'lead' AND value = $$'lead 5'$$;
CREATE TEMPORARY TABLE door AS
SELECT DISTINCT c.agent, c.kind, p.oid::regprocedure AS function, p.proname, w.way,
    (SELECT format('SELECT pg_catalog.count(f) FROM attack_test.%I(%s) AS f', p.proname,
        coalesce(string_agg(format('%sCAST(%s AS %s)', a.way,
            CASE WHEN w.way = 'by' AND a.name IN ('by', 'requested_by', 'approved_by', 'approver', 'reviewer')
                    THEN quote_literal(c.agent)
                WHEN a.value ~ 'SELECT|ARRAY|\(' THEN quote_nullable(
                    pg_temp.evaluated(format('CAST(%s AS %s)::text', a.value, a.cast_to)))
                ELSE a.value END, a.cast_to), ', ' ORDER BY a.n), ''))
     FROM argument AS a
     WHERE a.function = p.oid) AS statement
FROM caller AS c
    JOIN attack_test.access_function AS f ON c.kind = ANY (f.kinds)
    JOIN pg_proc AS p ON p.pronamespace = 'attack_test'::regnamespace AND p.prorettype <> 'trigger'::regtype
        AND f.function IN (p.proname, replace(p.oid::regprocedure::text, 'attack_test.', ''))
    -- signed by another, and by the caller
    CROSS JOIN unnest('{for,by}'::text[]) AS w (way);
CREATE TEMPORARY TABLE tried AS
SELECT d.*, r.* FROM door AS d CROSS JOIN LATERAL pg_temp.called_by(d.agent, d.kind, d.statement) AS r;

SELECT cmp_ok((SELECT count(DISTINCT t.function) FROM tried AS t WHERE t.outcome ~ '^LO10[0-3]'), '>', 50::bigint,
    'doors refuse');
SELECT is_empty($$
    SELECT kind, function, way, outcome FROM tried
    WHERE outcome <> 'done' AND left(outcome, 2) <> 'LO' AND left(outcome, 5) NOT IN ('22023', '23503')
    $$, 'who may call a function may call all that it calls');

-- what each may do for anybody
CREATE TEMPORARY TABLE allowed (kind text, functions text[]);
INSERT INTO allowed VALUES
    -- the complaint is the team's
    ('agent', '{file_complaint,complaint_handled}'),
    ('leader', '{file_complaint,suppress}'),
    ('qa', '{file_complaint,answer_survey,record_conduct,draw_sample}'),
    ('payroll', '{plan_attendance,record_attendance,copy_plan,credit_sale,refund_sale,request_award,calculate,close_period}');
SELECT is_empty($$
    SELECT t.kind, t.function, t.way, t.written
    FROM tried AS t
    WHERE t.written > 0
        AND NOT EXISTS (SELECT FROM allowed AS a WHERE a.kind = t.kind AND t.proname = ANY (a.functions))
    $$, 'an agent writes nothing of colleagues, a leader nothing of others, and nobody more than it may');
SELECT is_empty($$
    SELECT t.kind, t.function, t.written
    FROM tried AS t
        JOIN argument AS a ON a.function = t.function AND a.name IN ('by', 'requested_by', 'approved_by', 'approver', 'reviewer')
    WHERE t.way = 'for' AND t.written > 0 AND t.proname <> 'file_complaint'
    $$, 'nobody writes in the name of another');

-- what an agent is told: who it is, the calendar, words; nothing of others
SELECT is_empty($$
    SELECT DISTINCT t.function
    FROM tried AS t
    WHERE t.kind = 'agent' AND t.given > 0 AND t.written = 0
        AND t.proname <> ALL ('{my_agent,caller_kinds,visible_agents,visible_teams,has_kind,sees_all,is_led_or_self,may_act_for,
            teams_led,my_offices,is_employed,period_of,counting_day,periods_in,last_periods,feasible_groups,find_role,
            missing_fields,plain_number,masked_number,elapsed,quotient,week_closes_at,my_contests,
            acting_as,check_acting_as,touch,pay_seen}'::text[])
        -- of what is not somebody's, or is all the caller's own
        AND t.proname NOT IN ('training_report', 'employment_report')
    $$, 'and an agent is told nothing of colleagues');
SELECT is((SELECT count(*) FROM tried AS t WHERE t.kind = 'agent' AND t.proname IN ('training_report', 'employment_report') AND t.given <> 1),
    0::bigint, 'but its own reports');

SELECT * FROM finish();
ROLLBACK;
