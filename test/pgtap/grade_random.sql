-- Random decisions on grades: what is refused leaves nothing, what is recorded
-- keeps every rule, and days and events say the same
\set QUIET on
\set ON_ERROR_STOP on
\getenv seed LEAD_OPS_SEED
\if :{?seed}
\else
SELECT floor(random() * 1000000000)::int AS seed \gset
\endif
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('random_grade_test');
SET LOCAL search_path = random_grade_test, public;
SELECT setseed(:seed / 1000000000.0) IS NULL AS seeded \gset
SELECT no_plan();
SELECT diag('LEAD_OPS_SEED=' || :seed);

INSERT INTO agent (agent) SELECT 'a' || n FROM generate_series(1, 8) n UNION ALL VALUES ('boss'), ('colleague');
INSERT INTO team (team, leader) VALUES ('t', 'boss');
INSERT INTO membership (agent, team) SELECT agent, 't' FROM agent WHERE agent <> 'boss';
SELECT set_ladder('l', 'g1 < g2 < g3 < g4'), set_ladder('m', 'h1 < h2');
UPDATE grade SET minimum_time = '20 days', protection = '15 days' WHERE ladder = 'l';
UPDATE grade SET certificates = '{c}' WHERE grade = 'g3';
INSERT INTO certificate (agent, certificate, valid) SELECT 'a' || n, 'c', daterange(date '2025-01-01' + 30 * n, date '2025-01-01' + 30 * n + 200) FROM generate_series(1, 8) n;
INSERT INTO grade_rule (rule, kind, ladder, from_grade, to_grade) VALUES ('leap', 'demote', 'l', 'g4', 'g1');

CREATE FUNCTION pg_temp.one_of(choices text[]) RETURNS text LANGUAGE sql VOLATILE AS $$SELECT choices[1 + floor(random() * cardinality(choices))::int]$$;
CREATE TEMP TABLE result (code text, n int);
DO $$
DECLARE
    who text; day date; code text; present text; events bigint;
BEGIN
    FOR i IN 1 .. 800 LOOP
        who := 'a' || 1 + floor(random() * 8)::int;
        day := date '2025-01-01' + i / 2 + floor(random() * 60)::int - 20;
        SELECT a.grade INTO present FROM grade_assignment a WHERE a.agent = who AND upper_inf(valid);
        SELECT count(*) INTO events FROM grade_event;
        BEGIN
            IF random() < 0.5 THEN
                PERFORM set_grade(who, pg_temp.one_of('{g1,g2,g2,g3,g3,g4,h1,h2,NULL}'), day,
                    CASE WHEN random() < 0.9 THEN present ELSE 'g1' END, pg_temp.one_of('{boss,boss,boss,boss,colleague,NULL}'),
                    kind => CASE WHEN random() < 0.1 THEN pg_temp.one_of('{correct,keep,import,start,promote,demote,end,transfer}') END);
            ELSE
                INSERT INTO grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from, approved_by)
                SELECT who, pg_temp.one_of('{start,promote,promote,demote,demote,keep,correct}'), CASE WHEN present LIKE 'g%' THEN 'l' WHEN present LIKE 'h%' THEN 'm' END, present,
                    CASE WHEN t.grade LIKE 'g%' THEN 'l' ELSE 'm' END, t.grade, day, 'boss'
                FROM (SELECT pg_temp.one_of('{g1,g2,g2,g3,g3,g4,h1,h2}') AS grade) t;
            END IF;
            code := 'done';
        EXCEPTION WHEN OTHERS THEN
            code := SQLSTATE;
            IF (SELECT count(*) FROM grade_event) <> events THEN
                RAISE;
            END IF;
        END;
        INSERT INTO result VALUES (code, i);
    END LOOP;
END $$;
SELECT cmp_ok((SELECT count(*) FROM result WHERE code = 'done'), '>', 40::bigint, 'some are allowed');
SELECT cmp_ok((SELECT count(DISTINCT code) FROM result), '>', 7::bigint, 'others refused for many reasons');
SELECT is_empty($$SELECT code, count(*) FROM result WHERE code NOT LIKE 'LO%' AND code NOT IN ('done', '23514') GROUP BY code$$, 'always for one of ours, or a kind that makes no sense');
SELECT is((SELECT count(*) FROM result WHERE code = 'done'), (SELECT count(*) FROM grade_event), 'each that is allowed is recorded, and nothing else');
SELECT is_empty($$SELECT a.agent, a.valid FROM grade_assignment a JOIN grade_event e USING (event) WHERE a.valid <> days_of(e) OR (a.agent, a.ladder, a.grade) <> (e.agent, e.ladder, e.grade)
    UNION ALL SELECT e.agent, days_of(e) FROM grade_event e LEFT JOIN grade_assignment a USING (event) WHERE a.event IS NULL AND NOT isempty(days_of(e))$$, 'days and events say the same');
-- the events that hold, one after another
CREATE TEMP VIEW held AS
SELECT a.agent, a.ladder, a.grade, lower(a.valid) AS since, e.kind, e.approved_by,
    lag(a.ladder) OVER w AS before_ladder, lag(a.grade) OVER w AS before, lag(lower(a.valid)) OVER w AS before_since, lag(upper(a.valid)) OVER w AS before_until
FROM grade_assignment a JOIN grade_event e USING (event)
WINDOW w AS (PARTITION BY a.agent ORDER BY a.valid);
CREATE TEMP VIEW moved AS
SELECT h.*, s.steps FROM held h JOIN ladder l USING (ladder), LATERAL (SELECT lead_ops.steps(l.rungs, h.before, h.grade)) s (steps)
WHERE h.ladder = h.before_ladder AND h.since = h.before_until AND h.kind <> 'import';
SELECT is_empty($$SELECT * FROM moved WHERE abs(steps) <> 1 AND (before, grade) <> ('g4', 'g1')$$, 'nobody skips a rung but by a rule');
SELECT is_empty($$SELECT * FROM moved WHERE steps > 0 AND ladder = 'l' AND since < before_since + 20$$, 'nobody is promoted before the minimum time');
SELECT is_empty($$SELECT * FROM moved m WHERE steps < 0 AND ladder = 'l' AND since < greatest(before_since, (
    SELECT max(e.effective_from) FROM grade_event e WHERE e.agent = m.agent AND e.kind = 'keep' AND e.effective_from < m.since)) + 15$$, 'nor demoted under protection');
SELECT is_empty($$SELECT h.* FROM held h WHERE grade = 'g3' AND kind NOT IN ('import', 'demote') AND NOT holds_certificate(agent, 'c', since)
    AND NOT EXISTS (SELECT FROM moved m WHERE m.agent = h.agent AND m.since = h.since AND m.steps < 0)$$, 'nor without the certificate');
SELECT is_empty($$SELECT * FROM grade_event e WHERE approved_by = agent
    OR approved_by IS DISTINCT FROM 'boss' AND kind <> 'import' AND EXISTS (SELECT FROM grade_event x WHERE x.agent = e.agent AND x.event < e.event)$$,
    'and all but first starts by who may decide');

SELECT * FROM finish();
ROLLBACK;
