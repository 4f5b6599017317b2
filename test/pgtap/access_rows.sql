-- Access: of every table of team, allocation and desk with personal data each
-- kind sees the rows that a condition written here, apart from the policies,
-- says; over a workspace with something in every table.  access_pay.sql does so
-- for the others.
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL ROLE NONE;
CREATE ROLE access_agent;
CREATE ROLE access_leader;
CREATE ROLE access_manager;
CREATE ROLE access_qa;
CREATE ROLE access_payroll;
CREATE ROLE access_nobody;
SET LOCAL ROLE lead_ops_tester;
SELECT lead_ops.create_workspace('access_test');
SET LOCAL search_path = access_test, public;
\o /dev/null
\ir ../tap/fill_workspace.sql
\o
SELECT grant_access('access_' || k.kind, k.kind)
FROM unnest('{agent,leader,manager,qa,payroll}'::text[]) k (kind);
GRANT USAGE ON SCHEMA access_test TO access_nobody;
GRANT SELECT ON ALL TABLES IN SCHEMA access_test TO access_nobody;
SELECT no_plan();

-- rows of several people where the script has few
INSERT INTO turn_credit (pool, seq, agent, reason, approved_by)
SELECT a.pool, a.seq, a.agent, 'bad number', CASE a.agent WHEN 'agent 1' THEN 'agent 2' ELSE 'agent 1' END
FROM assignment a WHERE a.pool = 'flat'
ON CONFLICT DO NOTHING;
UPDATE task SET owner = 'agent ' || 1 + task % 12;
INSERT INTO callback_reminder (task, agreed_at, level)
SELECT t.task, now(), 7 FROM task t WHERE t.task % 5 > 0;
INSERT INTO lead_stage_event (campaign, lead, stage, agent)
SELECT t.campaign, t.lead, 'interested', 'agent 1' FROM task t WHERE t.task % 5 > 0;
INSERT INTO attempt (task, campaign, lead, number, agent, started_at, ended_at, outcome, reached,
                     valid, manual_reason)
SELECT t.task, t.campaign, t.lead, t.number, t.owner, now(), now(), o.outcome, false, false, 'test'
FROM task t, (SELECT min(o.outcome) AS outcome FROM outcome o) o;
WITH response AS (
    INSERT INTO survey_response (attempt, survey, version)
    SELECT a.attempt, q.survey, q.version
    FROM attempt a, (SELECT q.survey, q.version FROM survey_question q LIMIT 1) q
    RETURNING response, survey, version)
INSERT INTO survey_answer (response, question, survey, version, text)
SELECT r.response, q.question, r.survey, r.version, 'text'
FROM response r JOIN survey_question q USING (survey, version);
INSERT INTO complaint (complaint, campaign, number, responsible)
SELECT 'of ' || t.team, c.campaign, c.number, t.team
FROM team t, (SELECT k.campaign, k.number FROM task k LIMIT 1) c;
INSERT INTO complaint_event (complaint, kind) SELECT c.complaint, 'received' FROM complaint c;

-- Tables whose rows are somebody's, and on which condition a person sees one as
-- an agent or leader; "people" are these and "teams" theirs.  NULL: not at all.
CREATE TEMPORARY TABLE expected (relation text, rows text, all_rows_for text[]);
INSERT INTO expected VALUES
    ('agent', 'true', '{manager,qa,payroll}'),
    ('membership', 'true', '{manager,qa,payroll}'),
    ('presence', 'x.agent = ANY (people)', '{manager}'),
    ('presence_log', 'x.agent = ANY (people)', '{manager}'),
    ('attendance', 'x.agent = ANY (people)', '{manager,payroll}'),
    ('pool_seat', 'x.agent = ANY (people)', '{manager}'),
    ('assignment', 'x.agent = ANY (people)', '{manager}'),
    ('turn_credit', 'x.agent = ANY (people)', '{manager}'),
    ('lead_event', 'x.agent = ANY (people) OR x.by = ANY (people)', '{manager}'),
    ('waiting', 'kind = ''leader'' AND x.pool IN (SELECT pt.pool FROM pool_team pt WHERE pt.team = ANY (teams))',
     '{manager}'),
    ('pool_ledger', NULL, '{manager}'),
    ('team_ledger', NULL, '{manager}'),
    ('pool_ring', NULL, '{manager}'),
    ('ring_turns', NULL, '{manager}'),
    ('pool_roster', NULL, '{manager}'),
    ('daily_distribution', NULL, '{manager}'),
    ('task', 'x.owner = ANY (people) OR x.agent = ANY (people)', '{manager}'),
    ('task_event',
     'x.task IN (SELECT t.task FROM task t WHERE t.owner = ANY (people) OR t.agent = ANY (people))',
     '{manager}'),
    ('callback_reminder',
     'x.task IN (SELECT t.task FROM task t WHERE t.owner = ANY (people) OR t.agent = ANY (people))',
     '{manager}'),
    ('lead_stage_event',
     '(x.campaign, x.lead) IN (SELECT t.campaign, t.lead FROM task t WHERE t.owner = ANY (people) OR t.agent = ANY (people))',
     '{manager}'),
    ('contact_point',
     'x.number IN (SELECT t.number FROM task t WHERE t.owner = ANY (people) OR t.agent = ANY (people))',
     '{manager}'),
    ('suppression', NULL, '{manager}'),
    ('refused_number', NULL, '{manager}'),
    ('attempt', 'x.agent = ANY (people)', '{manager,qa}'),
    ('survey_response',
     'x.attempt IN (SELECT a.attempt FROM attempt a WHERE a.agent = ANY (people))', '{manager,qa}'),
    ('survey_answer',
     'x.response IN (SELECT r.response FROM survey_response r JOIN attempt a USING (attempt) WHERE a.agent = ANY (people))',
     '{manager,qa}'),
    ('complaint', 'x.responsible = ANY (teams)', '{manager,qa}'),
    ('complaint_event',
     'x.complaint IN (SELECT c.complaint FROM complaint c WHERE c.responsible = ANY (teams))',
     '{manager,qa}');

-- Who looks: people of all ranks.  Agent n leads team n, and team 1 is above the
-- others.
CREATE TEMPORARY TABLE viewer AS
SELECT k.kind, a.agent,
       ARRAY (SELECT a.agent
              UNION
              SELECT m.agent FROM membership m
              WHERE k.kind = 'leader' AND m.valid @> current_date
                AND (a.agent = 'agent 1' OR a.agent = replace(m.team, 'team', 'agent')
                     OR EXISTS (SELECT FROM team t
                                WHERE t.team = m.team AND t.leader = a.agent))) AS people,
       ARRAY (SELECT m.team FROM membership m
              WHERE m.agent = a.agent AND m.valid @> current_date
              UNION
              SELECT t.team FROM team t
              WHERE k.kind = 'leader' AND (a.agent = 'agent 1' OR t.leader = a.agent)) AS teams
FROM (SELECT 'agent ' || n AS agent FROM generate_series(1, 12) n) a
CROSS JOIN (VALUES ('agent'), ('leader')) k (kind);

CREATE FUNCTION pg_temp.count_as(role text, agent text, statement text) RETURNS bigint
    LANGUAGE plpgsql AS $$
DECLARE
    rows bigint;
BEGIN
    SET LOCAL ROLE NONE;
    PERFORM set_config('lead_ops.agent', coalesce(agent, ''), true);
    EXECUTE format('SET LOCAL ROLE %I', role);
    BEGIN
        EXECUTE statement INTO rows;
    EXCEPTION WHEN insufficient_privilege THEN
        rows := 0;
    END;
    SET LOCAL ROLE NONE;
    SET LOCAL ROLE lead_ops_tester;
    RETURN rows;
END
$$;
CREATE FUNCTION pg_temp.count_expected(v viewer, e expected) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    rows bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %I x, (SELECT $1::text[] AS people, $2::text[] AS teams, $3::text AS kind) v WHERE %s',
                   e.relation, coalesce(e.rows, 'false'))
    INTO rows
    USING v.people, v.teams, v.kind;
    RETURN rows;
END
$$;

SELECT is_empty($$
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'access_test'::regnamespace AND c.relrowsecurity
      AND c.relname NOT LIKE 'access%'
    EXCEPT
    SELECT e.relation FROM expected e
    EXCEPT
    -- these by access_pay.sql
    SELECT unnest('{appeal,appeal_event,appointment,assessment,assessment_entry,assessment_event,
        assessment_result,assessment_score,assessment_task,award,certificate,conduct,
        contest_prize,contest_result,credit,draw,employment,grade_assignment,grade_event,
        improvement_plan,late_item,ledger,make_up,plan_assignment,proposal,qa_finding,qa_review,
        qa_sample,qa_sample_item,quota,quota_acknowledgement,request,training_result}'::name[])
    $$, 'every table with row security is looked at');
SELECT is_empty($$
    SELECT e.relation FROM expected e
    EXCEPT
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'access_test'::regnamespace AND c.relrowsecurity
    $$, 'and has it');

CREATE TEMPORARY TABLE seen AS
SELECT e.relation, v.kind, v.agent,
       pg_temp.count_as('access_' || v.kind, v.agent,
                        format('SELECT count(*) FROM %I', e.relation)) AS rows,
       pg_temp.count_expected(v, e) AS expected
FROM expected e, viewer v;
SELECT is((SELECT string_agg(format('%s sees %s instead of %s', s.agent, s.rows, s.expected), ', '
                             ORDER BY s.agent)
           FROM seen s
           WHERE s.relation = e.relation AND s.kind = k.kind AND s.rows <> s.expected),
          NULL, format('kind %s sees of %s what it may', k.kind, e.relation))
FROM expected e
CROSS JOIN (VALUES ('agent'), ('leader')) k (kind)
ORDER BY e.relation, k.kind;
SELECT is(pg_temp.count_as('access_' || k.kind, NULL, format('SELECT count(*) FROM %I', e.relation)),
          CASE WHEN k.kind = ANY (e.all_rows_for)
               THEN pg_temp.count_as('lead_ops_tester', NULL, format('SELECT count(*) FROM %I', e.relation))
               ELSE 0 END,
          format('kind %s sees of %s %s', k.kind, e.relation,
                 CASE WHEN k.kind = ANY (e.all_rows_for) THEN 'all' ELSE 'nothing' END))
FROM expected e
CROSS JOIN (VALUES ('manager'), ('qa'), ('payroll')) k (kind)
ORDER BY e.relation, k.kind;
SELECT is(pg_temp.count_as('access_nobody', 'agent 1', format('SELECT count(*) FROM %I', e.relation)),
          0::bigint, format('a role without a kind sees nothing of %s', e.relation))
FROM expected e
ORDER BY e.relation;

-- the test itself can tell: some see something, and not everything
SELECT is_empty($$
    SELECT e.relation
    FROM expected e
    WHERE e.rows IS NOT NULL AND e.rows <> 'true'
      AND NOT EXISTS (SELECT FROM seen s
                      WHERE s.relation = e.relation AND s.rows > 0
                        AND s.rows < pg_temp.count_as('lead_ops_tester', NULL,
                                                      format('SELECT count(*) FROM %I', e.relation)))
    $$, 'of every table somebody sees a part');

SELECT * FROM finish();
ROLLBACK;
