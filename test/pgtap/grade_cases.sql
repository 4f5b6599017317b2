-- Grades against the published tests of a ladder enforced by code:
-- grade_cases.json in the folder that LEAD_OPS_SHARED names (../shared).  Its
-- clock counts days here, rank n is grade rn.
--
-- There, ranks are given by another module, and a person with a rank may not
-- be tracked yet; here a grade is an event or does not exist.  So left out are
-- what happens to those with a rank and no record (promote: NotTracked; import:
-- Unranked; approve before import), and offboarding is one step where that has
-- two (offboard of who still has a rank: Ranked).  A day has one decision on a
-- grade: what follows one at the same time is done on the day after.
\set QUIET on
\set ON_ERROR_STOP on
\getenv shared LEAD_OPS_SHARED
\if :{?shared}
\else
\set shared ../shared
\endif
\set file :shared '/cases/grade_cases.json'
\set content `cat :'file' 2>/dev/null || true`
SELECT :'content' = '' AS absent \gset
\if :absent
\echo '1..0 # SKIP there is no' :file
\quit
\endif

BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('grade_case_test');
SET LOCAL search_path = grade_case_test, public;
SELECT no_plan();

SELECT set_ladder('ranks', 'r0 < r1 < r2 < r3 < r4 < r5 < r6 < r7 < r8 < r9');
CREATE TEMP TABLE cases AS
SELECT c ->> 'id' AS id, c -> 'params' AS params, c -> 'setup' AS setup, c -> 'steps' AS steps
FROM jsonb_array_elements(:'content'::jsonb -> 'cases') c;
SELECT is(count(DISTINCT params), 1::bigint, 'all cases have the same periods') FROM cases;
UPDATE grade SET
    minimum_time = make_interval(days => (p.params #>> ARRAY['min_promotion_period', substr(grade, 2)])::int),
    protection = make_interval(days => (p.params #>> ARRAY['demotion_period', (substr(grade, 2)::int - 1)::text])::int)
FROM (SELECT params FROM cases LIMIT 1) p WHERE grade <> 'r9' AND grade <> 'r0' OR p.params IS NULL;
UPDATE grade SET minimum_time = make_interval(days => (p.params #>> '{min_promotion_period,0}')::int)
FROM (SELECT params FROM cases LIMIT 1) p WHERE grade = 'r0';
-- who promotes to a grade or confirms it has it himself, and after the period anybody may demote
INSERT INTO grade_rule (rule, kind, ladder, from_grade, approver_grade) SELECT 'up to ' || n + 1, 'promote', 'ranks', 'r' || n, 'r' || n + 1 FROM generate_series(0, 8) n;
INSERT INTO grade_rule (rule, kind, ladder, from_grade, approver_grade) SELECT 'keep ' || n, 'keep', 'ranks', 'r' || n, 'r' || n FROM generate_series(1, 9) n;
INSERT INTO grade_rule (rule, kind, ladder, is_automatic) VALUES ('bump', 'demote', 'ranks', true);
INSERT INTO agent (agent) SELECT 'rank ' || n FROM generate_series(0, 9) n;
SELECT count(set_grade('rank ' || n, 'r' || n, '2020-01-01')) FROM generate_series(0, 9) n;
INSERT INTO agent (agent)
SELECT DISTINCT id || '/' || who FROM cases, LATERAL (
    SELECT s ->> 'who' AS who FROM jsonb_array_elements(steps) s UNION SELECT s ->> 'by' FROM jsonb_array_elements(steps) s
    UNION SELECT jsonb_object_keys(setup -> 'members')) w WHERE who IS NOT NULL;
SELECT count(set_grade(id || '/' || m.key, 'r' || m.value, date '2025-01-01' + 1))
FROM cases, jsonb_each_text(setup -> 'members') m;

CREATE FUNCTION pg_temp.step(who text, s jsonb, clock int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    day CONSTANT date := (SELECT greatest(date '2025-01-01' + clock, max(e.effective_from) + 1) FROM grade_event e WHERE e.agent = who);
    approver CONSTANT text := coalesce(split_part(who, '/', 1) || '/' || (s ->> 'by'), 'rank ' || (s ->> 'by_max_rank'));
    present text := (SELECT grade FROM grade_assignment a WHERE a.agent = who AND upper_inf(valid));
BEGIN
    CASE s ->> 'op'
        WHEN 'induct' THEN PERFORM set_grade(who, 'r0', day);
        WHEN 'import' THEN PERFORM set_grade(who, 'r1', day, kind => 'import');
        WHEN 'promote' THEN PERFORM set_grade(who, 'r' || (s ->> 'to'), day, present, approver, kind => 'promote');
        WHEN 'approve' THEN PERFORM set_grade(who, 'r' || (s ->> 'at'), day, 'r' || (s ->> 'at'), approver);
        WHEN 'bump' THEN PERFORM set_grade(who, 'r' || coalesce(substr(present, 2)::int - 1, 0), day, coalesce(present, 'r1'));
        WHEN 'offboard' THEN PERFORM set_grade(who, NULL, day, coalesce(present, 'r0'), 'boss');
    END CASE;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    IF SQLSTATE NOT LIKE 'LO%' THEN
        RAISE;
    END IF;
    RETURN SQLSTATE;
END $$;
INSERT INTO agent (agent) VALUES ('boss');
INSERT INTO team (team, leader) VALUES ('all', 'boss');
INSERT INTO membership (agent, team) SELECT agent, 'all' FROM agent WHERE agent LIKE 'g__/%';
-- what the errors there are here
CREATE TEMP TABLE means (error text, op text, code text);
INSERT INTO means VALUES ('ok', NULL, 'ok'), ('Unranked', 'promote', 'LO051'), ('BadOrigin', NULL, 'LO059'), ('NoPermission', NULL, 'LO053'),
    ('UnexpectedRank', 'promote', 'LO051'), ('UnexpectedRank', 'approve', 'LO055'), ('TooSoon', NULL, 'LO054'),
    ('NothingDoing', NULL, 'LO056'), ('NotTracked', 'offboard', 'LO055'), ('NotTracked', 'bump', 'LO055'), ('AlreadyInducted', NULL, 'LO055');

CREATE FUNCTION pg_temp.replay() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    c record; s record; clock int; who text; until date;
BEGIN
    FOR c IN SELECT * FROM cases ORDER BY id LOOP
        clock := 1;
        FOR s IN SELECT x.step, x.n, x.step ->> 'op' AS op, x.step ->> 'expect' AS expect FROM jsonb_array_elements(c.steps) WITH ORDINALITY x (step, n) LOOP
            clock := coalesce((s.step ->> 'clock')::int, clock);
            who := c.id || '/' || (s.step ->> 'who');
            -- left out, see above
            CONTINUE WHEN s.op IS NULL
                OR (s.op, s.expect) IN (('promote', 'NotTracked'), ('import', 'Unranked'), ('offboard', 'Ranked'))
                OR c.id = 'g09' AND s.op = 'import';
            RETURN NEXT is(pg_temp.step(who, s.step, clock), m.code, format('%s step %s: %s: %s', c.id, s.n, s.op, s.expect))
            FROM means m WHERE m.error = s.expect AND coalesce(m.op, s.op) = s.op;
            IF s.step ? 'rank_after' THEN
                RETURN NEXT is(grade_of(who, date '2025-01-01' + clock), 'r' || (s.step ->> 'rank_after'), format('%s step %s: rank after', c.id, s.n));
            END IF;
            IF s.step ? 'next_demotion' THEN
                until := date '2025-01-01' + (s.step ->> 'next_demotion')::int;
                RETURN NEXT is((SELECT array_agg(g.ok ORDER BY d) FROM unnest(ARRAY[until - 1, until]) d,
                                    LATERAL grade_check(who, 'r' || substr(grade_of(who, until), 2)::int - 1, d) g WHERE g.rule = 'protection'),
                    '{f,t}', format('%s step %s: next demotion at %s', c.id, s.n, s.step ->> 'next_demotion'));
            END IF;
        END LOOP;
    END LOOP;
END $$;
SELECT * FROM pg_temp.replay();

SELECT * FROM finish();
ROLLBACK;
