-- A filled workspace and calls of all its functions, whichever they are: for
-- each argument a value that fits by its name and type, any of which can be
-- exchanged for another text.  Everything is written with its schema and no
-- operator is used, so that a call means the same under any search_path.
SELECT lead_ops.create_workspace('attack_test');
SET LOCAL search_path = attack_test, pg_temp;
\o /dev/null
\ir ../../tap/fill_workspace.sql
\o
SET LOCAL search_path = public, pg_catalog;

-- what fits an argument: of the function, its name and type; the most exact wins
CREATE TEMPORARY TABLE fitting (function text, name text, type text, value text NOT NULL);
INSERT INTO fitting VALUES
    (NULL, NULL, 'text', $$'agent 2'$$),
    (NULL, NULL, 'text[]', $$'{agent 2,agent 5}'$$),
    (NULL, NULL, 'bigint', '3'),
    (NULL, NULL, 'integer', '3'),
    (NULL, NULL, 'smallint', '1'),
    (NULL, NULL, 'numeric', '1'),
    (NULL, NULL, 'boolean', 'true'),
    (NULL, NULL, 'date', $$'2026-02-10'$$),
    (NULL, NULL, 'interval', $$'1 hour'$$),
    (NULL, NULL, 'jsonb', $$'{}'$$),
    (NULL, NULL, 'daterange', $$'[2026-01-01,2026-02-01)'$$),
    (NULL, NULL, 'tstzrange', $$'[2020-01-01,2100-01-01)'$$),
    (NULL, NULL, 'timestamp with time zone', $$'2026-02-10 10:00+00'$$),
    (NULL, NULL, 'numeric[]', $$'{1,2}'$$),
    (NULL, NULL, 'bigint[]', $$'{1,2}'$$),
    (NULL, NULL, 'integer[]', $$'{1,2}'$$),
    (NULL, NULL, 'date[]', $$'{2026-01-01,2026-02-10}'$$),
    (NULL, NULL, 'daterange[]', $$ARRAY['[2026-01-01,2026-02-01)'::pg_catalog.daterange]$$),
    (NULL, NULL, 'interval[]', $$'{1 hour,1 day}'$$),
    (NULL, NULL, 'timestamp with time zone[]',
        $$'{2026-02-01 10:00+00,2026-02-10 10:00+00}'$$),
    (NULL, NULL, 'datemultirange', $$'{[2026-01-01,2026-01-03)}'$$),
    (NULL, NULL, 'regclass', $$'crm.lead'$$),
    (NULL, NULL, 'lead_ops.rotation', $$lead_ops.rotation('{agent 1,agent 2}', '{1,1}')$$),
    (NULL, NULL, 'lead_ops.rotation[]',
        $$ARRAY[lead_ops.rotation('{agent 1,agent 2}', '{1,1}')]$$),
    (NULL, NULL, 'lead_ops.work_hours', $$'Mo-Fr 09:00-18:00'$$),
    (NULL, NULL, 'lead_ops.work_calendar', $$'2026-01-01 holiday'$$),
    (NULL, NULL, 'lead_ops.ladder', $$'a < b'$$),
    (NULL, 'by', NULL, $$'agent 1'$$),
    (NULL, 'leader', NULL, $$'agent 1'$$),
    (NULL, 'approver', NULL, $$'agent 1'$$),
    (NULL, 'approved_by', NULL, $$'agent 1'$$),
    (NULL, 'pool', 'text', $$'flat'$$),
    (NULL, 'lead', 'text', $$'lead 5'$$),
    (NULL, 'leads', 'text[]', $$'{fresh 1,fresh 2}'$$),
    (NULL, 'customers', 'text[]', $$'{customer 1,customer 2}'$$),
    (NULL, 'requires', 'text[]', 'NULL'),
    (NULL, 'requires', 'jsonb', 'NULL'),
    (NULL, 'team', 'text', $$'team 2'$$),
    (NULL, 'teams', 'text[]', $$'{team 2}'$$),
    (NULL, 'campaign', 'text', $$'visits'$$),
    (NULL, 'next_campaign', 'text', $$'visits'$$),
    (NULL, 'metric', 'text', $$'leads_received'$$),
    (NULL, 'metrics', 'text[]', $$'{leads_received,reached_share}'$$),
    (NULL, 'source', 'text', $$'crm'$$),
    (NULL, 'scorecard', 'text', $$'card "1"'$$),
    (NULL, 'contest', 'text', $$'pk "1"'$$),
    (NULL, 'survey', 'text', $$'none'$$),
    (NULL, 'ladder', 'text', $$'sales'$$),
    (NULL, 'plan', 'text', $$'plan "A"'$$),
    (NULL, 'period', 'text', $$'2026 "02"'$$),
    (NULL, 'period_kind', 'text', $$'month'$$),
    (NULL, 'kind', 'text', $$'month'$$),
    (NULL, 'per', 'text', $$'agent'$$),
    (NULL, 'role', 'text', $$'agent'$$),
    (NULL, 'sale', 'text', $$'sale "1"'$$),
    (NULL, 'checklist', 'text', $$'list "1"'$$),
    (NULL, 'training', 'text', $$'drill'$$),
    (NULL, 'stage', 'text', $$'probation'$$),
    (NULL, 'outcome', 'text', $$'busy'$$),
    (NULL, 'channel', 'text', $$'phone'$$),
    (NULL, 'direction', 'text', $$'out'$$),
    (NULL, 'number', 'text', $$'+86105550200'$$),
    (NULL, 'numbers', 'text[]', $$'{+86105550298,+86105550299}'$$),
    (NULL, 'override', 'text', $$'line was down'$$),
    (NULL, 'grade', 'text', $$'trainee'$$),
    (NULL, 'method', 'text', $$'equal'$$),
    (NULL, 'token', 'bigint', '(SELECT pg_catalog.max(t.token) FROM attack_test.task AS t)'),
    (NULL, 'requested_by', 'text', $$'agent 6'$$),
    (NULL, 'version', 'integer', '1'),
    (NULL, 'max', 'integer', '2'),
    (NULL, 'requests', 'integer', '2'),
    (NULL, 'attempt', 'bigint', '(SELECT pg_catalog.min(a.attempt) FROM attack_test.attempt AS a)'),
    (NULL, 'relation', 'regclass', $$'crm.lead'$$),
    ('finish', 'callback_at', NULL, 'NULL'),
    ('finish', 'started_at', NULL, 'NULL'),
    ('finish', 'ended_at', NULL, 'NULL'),
    ('finish', 'token', NULL, $$(SELECT pg_catalog.max(t.token) FROM attack_test.task AS t)$$),
    ('record_call', 'started_at', NULL, 'NULL'),
    ('record_call', 'ended_at', NULL, 'NULL'),
    ('record_call', 'callback_at', NULL, 'NULL'),
    ('finish_unheard', 'at', NULL, 'pg_catalog.clock_timestamp()'),
    ('book_callback', 'lead', NULL, $$'desk 298'$$),
    ('book_callback', 'at', NULL, $$'2099-01-01 10:00+08'$$),
    ('lock_lead', 'lead', NULL, $$'desk 298'$$),
    ('transfer_task', 'lead', NULL, $$'desk 298'$$),
    ('transfer_to_mentor', 'lead', NULL, $$'desk 298'$$),
    ('set_lead_stage', 'lead', NULL, $$'desk 298'$$),
    ('set_lead_stage', 'stage', NULL, $$'a'$$),
    ('hand_off', 'lead', NULL, $$'desk 298'$$),
    ('hand_off', 'to', NULL, $$'spring "26"'$$),
    ('hand_off', 'next_campaign', NULL, $$'spring "26"'$$),
    ('next_calls', 'campaign', NULL, $$'spring "26"'$$),
    ('claim_due', 'campaign', NULL, $$'spring "26"'$$),
    ('file_complaint', 'responsible', NULL, $$'team 2'$$),
    ('complaint_handled', 'complaint', NULL, $$'K 1'$$),
    ('apply_rule', 'rule', NULL, $$'us_debt'$$),
    ('suggest_quota', 'method', NULL, $$'median'$$),
    ('suggest_quota', 'period', NULL, $$'month'$$),
    ('sample_items', 'rate', NULL, 'NULL'),
    ('draw_sample', 'rate', NULL, 'NULL'),
    ('publish_checklist', 'items', NULL, $$'[{"item": "a"}]'$$),
    ('publish_survey', 'questions', NULL, $$'[{"question": "n", "kind": "number"}]'$$),
    ('report_units', 'per', NULL, $$'team'$$),
    ('input_window', 'per', NULL, $$'month'$$),
    ('decide', 'how', NULL, $$'dealt'$$),
    ('deal_lead', 'how', NULL, $$'dealt'$$),
    ('request_award', 'kind', NULL, $$'reward'$$),
    ('request_award', 'currency', NULL, $$'CNY'$$),
    ('request_award', 'at', NULL, 'NULL'),
    ('set_presence', 'state', NULL, $$'paused'$$),
    ('record_training', 'trainer', NULL, $$'agent 1'$$),
    ('copy_plan', 'to_plan', NULL, $$'plan "A"'$$),
    ('copy_plan', 'valid', NULL, $$'[2027-01-01,)'$$),
    ('check_statement', 'statement', NULL, $$'SELECT'$$),
    ('column_type', 'name', NULL, $$'id'$$),
    ('watch_events', 'relation', NULL, $$'attack_test.lead_event'$$),
    ('watch_events', 'agent_column', NULL, $$'agent'$$),
    ('watch_events', 'at_column', NULL, $$'at'$$),
    ('watch_events', 'zone', NULL, $$'UTC'$$),
    ('refuse_grade', 'code', NULL, $$'LO055'$$),
    ('make_ring', 'ledger', NULL,
        $$(SELECT l FROM attack_test.pool_ledger AS l WHERE l.pool OPERATOR(pg_catalog.=) 'ring')$$),
    ('settle_ring', 'ledger', NULL,
        $$(SELECT l FROM attack_test.pool_ledger AS l WHERE l.pool OPERATOR(pg_catalog.=) 'ring')$$),
    ('merge_lead', 'into_lead', NULL, $$'lead 20'$$),
    ('pick', 'lead', NULL, $$(SELECT w.lead FROM attack_test.waiting AS w WHERE w.is_public LIMIT 1)$$),
    ('enter_stage', 'stage', NULL, $$'regular'$$),
    ('set_ladder', 'rungs', NULL, $$'trainee < "sales, junior" < senior'$$),
    ('set_grade', 'agent', NULL, $$'agent 20'$$),
    ('set_grade', 'was', NULL, 'NULL'),
    ('revoke_appointment', 'role', NULL, $$'leader'$$),
    ('revoke_appointment', 'from_day', NULL, $$'2021-01-01'$$),
    ('credit_sale', 'sale', NULL, $$'sale 2'$$),
    ('credit_sale', 'shares', NULL, $$'{50,50}'$$),
    ('refund_sale', 'kind', NULL, $$'sale'$$),
    ('refund_sale', 'quantity', NULL, '1'),
    ('rank_agents', 'tie_metric', NULL, 'NULL'),
    ('metric_type', 'column_name', NULL, $$'agent'$$),
    ('metric_type', 'allowed', NULL, 'NULL'),
    ('acknowledge_quota', 'quota', NULL, $$(SELECT pg_catalog.min(q.quota) FROM attack_test.quota AS q)$$),
    ('acknowledge_quota', 'agent', NULL, $$'agent 1'$$),
    ('approve_scorecard', 'version', NULL, '3'),
    ('investigate_appeal', 'appeal', NULL, '1'),
    ('decide_appeal', 'appeal', NULL, '1'),
    ('escalate_appeal', 'appeal', NULL, '2'),
    ('escalate_appeal', 'by', NULL, $$'agent 5'$$),
    ('rule_on_appeal', 'appeal', NULL, '1'),
    ('locked_appeal', 'appeal', NULL, '1'),
    ('review_item', 'metric', NULL, $$'leads_received'$$),
    ('decide_request', 'request', NULL, '2'),
    ('record_conduct', 'rule', NULL, $$'a "call"'$$),
    ('decide_conduct', 'conduct', NULL, '1'),
    ('publish_checklist', 'checklist', NULL, $$'list 2'$$),
    ('review_item', 'at', NULL, 'pg_catalog.clock_timestamp()'),
    ('review_item', 'answers', NULL, $$'{"a": true, "b": true}'$$),
    ('review_sampled', 'answers', NULL, $$'{"a": true, "b": true}'$$),
    ('review_sampled', 'sample', NULL, '1'),
    ('review_sampled', 'item', NULL, $$(SELECT i.item FROM attack_test.qa_sample_item AS i LIMIT 1)$$),
    ('load_history', 'calls', NULL, $$'{call 1,call 2}'$$),
    ('load_history', 'outcomes', NULL, $$'{answered,busy}'$$),
    ('load_history', 'directions', NULL, $$'{out,in}'$$),
    ('load_history', 'recordings', NULL, 'NULL'),
    ('turns_in_room', 'teams', NULL, $$'{a}'$$),
    ('report_units', 'allowed', NULL, $$'{agent,team}'$$),
    ('transfer_to_mentor', 'agent', NULL, $$'agent 5'$$),
    ('set_grade', 'kind', NULL, $$'promote'$$),
    ('refuse_closed', 'days', NULL, $$'{[2026-03-01,2026-03-03)}'$$),
    ('review_assessment', 'assessment', NULL, '2'),
    ('publish_assessment', 'assessment', NULL, '2'),
    ('locked_assessment', 'assessment', NULL, '1'),
    ('note_assessment', 'assessment', NULL, '1'),
    ('file_appeal', 'appellant', NULL, $$'agent 5'$$),
    ('file_appeal', 'grounds', NULL, $$'objection'$$),
    ('file_appeal', 'assessment', NULL, 'NULL'),
    ('file_appeal', 'conduct', NULL, '1'),
    ('measure_statement', 'metrics', NULL, $$ARRAY(SELECT m FROM attack_test.metric AS m WHERE m.kind OPERATOR(pg_catalog.=) 'flow' LIMIT 1)$$);

-- the value that fits, as a parameter of the whole call
CREATE FUNCTION pg_temp.fits(function text, name text, type oid) RETURNS text
    LANGUAGE sql
AS $$
    SELECT coalesce(
        (SELECT f.value
         FROM pg_temp.fitting AS f
         WHERE coalesce(f.function = fits.function, true)
             AND coalesce(f.name = fits.name, true)
             AND coalesce(f.type = format_type(fits.type, NULL), true)
         ORDER BY f.function, f.name, f.type
         LIMIT 1),
        (SELECT format('(SELECT t FROM %s AS t LIMIT 1)', t.typrelid::regclass)
         FROM pg_type AS t JOIN pg_class AS c ON c.oid = t.typrelid
         WHERE t.oid = fits.type AND c.relkind IN ('r', 'v')),
        'NULL')
$$;

-- every argument a function takes, in their order
CREATE TEMPORARY TABLE argument AS
SELECT p.oid AS function, p.proname, a.n, a.name, format_type(a.type, NULL) AS type,
    CASE WHEN p.provariadic <> 0 AND a.n = p.pronargs THEN 'VARIADIC ' ELSE '' END AS way,
    format('%I.%I', t.typnamespace::regnamespace, t.typname) AS cast_to,
    pg_temp.fits(p.proname, a.name, a.type) AS value
FROM pg_proc AS p
    CROSS JOIN LATERAL unnest(p.proargtypes::oid[], p.proargnames[1:p.pronargs])
        WITH ORDINALITY AS a (type, name, n)
    JOIN pg_type AS t ON t.oid = a.type
WHERE p.pronamespace = 'attack_test'::regnamespace AND p.prorettype <> 'trigger'::regtype;

-- a call with an argument exchanged, place 0: with none
CREATE FUNCTION pg_temp.call_of(function oid, place bigint, other text) RETURNS text
    LANGUAGE sql
AS $$
    SELECT format('SELECT pg_catalog.count(f) FROM attack_test.%I(%s) AS f',
        (SELECT p.proname FROM pg_proc AS p WHERE p.oid = call_of.function),
        (SELECT string_agg(format('%sCAST(%s AS %s)', a.way,
                    CASE WHEN a.n = call_of.place THEN call_of.other ELSE a.value END, a.cast_to),
                ', ' ORDER BY a.n)
         FROM pg_temp.argument AS a
         WHERE a.function = call_of.function))
$$;

-- Runs a statement and takes back what it did; how it ended.
CREATE FUNCTION pg_temp.outcome_of(statement text) RETURNS text
    LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE statement;
    RAISE SQLSTATE 'AT000';
EXCEPTION
    WHEN SQLSTATE 'AT000' THEN
        RETURN 'done';
    WHEN OTHERS THEN
        RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
