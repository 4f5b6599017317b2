-- Whatever is done to leads, in any order, each is in exactly one list of each
-- campaign, every open task has a time, complaints are where their events
-- say, and nothing that has happened is lost.  LEAD_OPS_SEED repeats a run.
\set QUIET on
\set ON_ERROR_STOP on
\getenv seed LEAD_OPS_SEED
\if :{?seed}
\else
SELECT floor(random() * 1000000)::int AS seed \gset
\endif
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('walk_test');
SET LOCAL search_path = walk_test, public;
SELECT plan(7);
SELECT diag('LEAD_OPS_SEED=' || :seed);
SELECT setseed(:seed / 1000000.0) \g /dev/null

INSERT INTO agent (agent, mentor) VALUES ('lea', NULL), ('ann', 'lea'), ('bob', 'lea');
SELECT sign_in(agent) FROM agent \g /dev/null
INSERT INTO campaign (campaign, retry, attempts_a_day, stages, grace) VALUES
    ('a', 'busy 1m max 2; dissatisfied 1d; no_answer 1h; * 2h; total 9', NULL, 'x < y < z', '1 hour'),
    ('b', '* 1d; total 4', 3, NULL, NULL), ('k', 'dissatisfied 1d max 2; * 1h', NULL, NULL, '0');
INSERT INTO follow_up (campaign, outcome, next_campaign, same_agent, delay)
VALUES ('a', 'success', 'b', true, '1 day'), ('b', 'opportunity', 'a', false, '0'), ('a', 'refused', 'b', false, '1 month');
SELECT load_campaign(c, ARRAY(SELECT 'L' || n FROM generate_series(1, 6) n), ARRAY(SELECT (100000 + n / 2)::text FROM generate_series(1, 6) n))
FROM unnest('{a,b}'::text[]) c \g /dev/null

CREATE FUNCTION pg_temp.one_of(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT $1[1 + floor(random() * cardinality($1))::int]
$$;
CREATE TEMP TABLE step (n int, kind text, state text);
-- a step that is refused says so by a code of ours, and changes nothing
CREATE FUNCTION pg_temp.walk(n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    kind text := pg_temp.one_of('claim', 'claim', 'finish', 'finish', 'finish', 'finish', 'release', 'record', 'book', 'transfer', 'mentor', 'off', 'stage',
                                'history', 'file', 'handled', 'handled', 'suppress', 'expire', 'later', 'later');
    campaign text := pg_temp.one_of('a', 'b', 'k');
    lead text := pg_temp.one_of('L1', 'L2', 'L3', 'L4', 'L5', 'L6');
    agent text := pg_temp.one_of('ann', 'bob', 'lea');
    outcome text := pg_temp.one_of('busy', 'no_answer', 'answered', 'refused', 'success', 'satisfied', 'satisfied', 'dissatisfied', 'dissatisfied', 'opportunity', 'unallocated');
    details jsonb := '{"intent": true, "confirmed": true, "opportunity": "more"}';
    state text := 'done';
BEGIN
    IF campaign = 'k' THEN
        lead := 'K' || right(lead, 1);
    END IF;
    BEGIN
        CASE kind
            WHEN 'claim' THEN PERFORM next_calls(agent, campaign, 2);
            WHEN 'finish' THEN PERFORM finish(t.token, outcome, details => details)
                FROM (SELECT t.token FROM task t WHERE t.token IS NOT NULL ORDER BY random() LIMIT 1) t;
            WHEN 'release' THEN PERFORM release_task(t.token)
                FROM (SELECT t.token FROM task t WHERE t.token IS NOT NULL ORDER BY random() LIMIT 1) t;
            WHEN 'record' THEN PERFORM record_call(agent, campaign, '100009', outcome, 'walk', lead, details => details);
            WHEN 'book' THEN PERFORM book_callback(lead, clock_timestamp() + interval '1 hour', agent, campaign);
            WHEN 'transfer' THEN PERFORM transfer_task(campaign, lead, agent, 'walk');
            WHEN 'mentor' THEN PERFORM transfer_to_mentor(campaign, lead, 'walk');
            WHEN 'off' THEN PERFORM hand_off(campaign, lead, pg_temp.one_of('a', 'b'), 'walk', agent);
            WHEN 'stage' THEN PERFORM set_lead_stage('a', lead, pg_temp.one_of('x', 'y', 'z'), agent);
            WHEN 'history' THEN PERFORM load_history(campaign, ARRAY[n::text], ARRAY[agent], ARRAY['100002'],
                ARRAY[clock_timestamp() - interval '1 hour'], ARRAY[clock_timestamp() - interval '59 minutes'], ARRAY[outcome], ARRAY[lead]);
            WHEN 'file' THEN PERFORM file_complaint('K' || right(lead, 1), 'k', '100003');
            WHEN 'handled' THEN PERFORM complaint_handled('K' || right(lead, 1), agent);
            WHEN 'suppress' THEN PERFORM suppress('100003', 'b', clock_timestamp() + interval '1 day');
            WHEN 'expire' THEN UPDATE task t SET next_at = clock_timestamp() - interval '1 second' WHERE t.token IS NOT NULL;
            WHEN 'later' THEN
                UPDATE task t SET next_at = clock_timestamp() - interval '1 second', anyone_at = clock_timestamp() - interval '1 second', agreed_at = NULL
                WHERE t.state = 'open' AND t.token IS NULL AND random() < 0.7;
                UPDATE contact_point SET recent = '{}' WHERE random() < 0.5;
        END CASE;
    EXCEPTION WHEN OTHERS THEN
        IF SQLSTATE NOT LIKE 'LO%' AND SQLSTATE <> '22023' THEN
            RAISE;
        END IF;
        state := SQLSTATE;
    END;
    INSERT INTO step VALUES (n, kind, state);
END
$$;
CREATE TEMP VIEW misplaced AS
SELECT t.task
FROM task t
WHERE (SELECT count(*) FROM (SELECT task FROM to_dial UNION ALL SELECT task FROM redial UNION ALL SELECT task FROM result
                             UNION ALL SELECT task FROM failed) l WHERE l.task = t.task) <> 1
   OR t.state = 'open' AND NOT (isfinite(t.next_at) AND t.anyone_at IS NOT NULL);
CREATE TEMP TABLE fault (n int, what text);
DO $$
BEGIN
    FOR n IN 1 .. 800 LOOP
        PERFORM pg_temp.walk(n);
        INSERT INTO fault SELECT n, 'list of task ' || task FROM misplaced;
        INSERT INTO fault SELECT n, 'complaint ' || c.complaint
        FROM complaint c
        WHERE c.state <> (SELECT CASE e.kind WHEN 'received' THEN 'open' WHEN 'reopened' THEN 'open' ELSE e.kind END
                          FROM complaint_event e WHERE e.complaint = c.complaint ORDER BY e.event DESC LIMIT 1);
    END LOOP;
END
$$;
SELECT is_empty('SELECT * FROM fault LIMIT 3', 'after each of 800 steps every lead is in one list, and every complaint where its events say');
SELECT set_has('SELECT kind FROM step WHERE state = ''done''', 'SELECT DISTINCT kind FROM step', 'every kind of step was taken');
SELECT cmp_ok((SELECT count(*) FROM step WHERE state <> 'done'), '>', 10::bigint, 'and some were refused');
SELECT cmp_ok((SELECT count(*) FROM task_event WHERE kind IN ('followed', 'opened')), '>', 5::bigint, 'leads went from campaign to campaign');
SELECT is((SELECT count(*) FROM task), (SELECT count(DISTINCT (campaign, lead)) FROM task), 'a lead is once in a campaign');
SELECT is_empty($$SELECT e.complaint FROM complaint_event e JOIN complaint c USING (complaint)
                   GROUP BY e.complaint, c.revisits HAVING count(*) FILTER (WHERE e.kind IN ('reopened', 'closed')) <> c.revisits$$,
    'revisits are counted');
SELECT is_empty($$SELECT FROM (SELECT e.came_from, lag(e.stage) OVER (PARTITION BY e.campaign, e.lead ORDER BY e.event) AS before FROM lead_stage_event e) s
                   WHERE came_from IS DISTINCT FROM before$$, 'stages follow one another');

SELECT * FROM finish();
ROLLBACK;
