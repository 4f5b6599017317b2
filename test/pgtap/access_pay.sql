-- Access to grades, pay, measures, assessments, conduct and quality: what each
-- kind sees of every table; anna sells in the east, which lena leads, and nils
-- in the north, below it, which nora leads; bert sells in the west
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\o /dev/null
\ir include/access.sql
\ir include/access_pay.sql
SELECT no_plan();

-- by whom: own, led (own too), all, none; of these relations a column says whose
-- a row is
CREATE TABLE public.whose (relation text, who text, agent text, leader text, payroll text, qa text);
INSERT INTO public.whose VALUES
    ('certificate',           'agent',     'own', 'led', 'all',  'none'),
    ('training_result',       'agent',     'own', 'led', 'none', 'none'),
    ('employment',            'agent',     'own', 'led', 'all',  'none'),
    ('appointment',           'agent',     'own', 'led', 'all',  'none'),
    ('grade_event',           'agent',     'own', 'led', 'all',  'none'),
    ('grade_assignment',      'agent',     'own', 'led', 'all',  'none'),
    ('plan_assignment',       'agent',     'own', 'led', 'all',  'none'),
    ('draw',                  'agent',     'own', 'led', 'all',  'none'),
    ('credit',                'agent',     'own', 'led', 'all',  'none'),
    ('award',                 'agent',     'own', 'led', 'all',  'none'),
    ('ledger',                'agent',     'own', 'led', 'all',  'none'),
    ('statement',             'agent',     'own', 'led', 'all',  'none'),
    ('account_balance',       'agent',     'own', 'led', 'all',  'none'),
    ('late_item',             'agent',     'none', 'none', 'all', 'none'),
    ('quota_acknowledgement', 'agent',     'own', 'led', 'all',  'none'),
    ('improvement_plan',      'agent',     'own', 'led', 'none', 'none'),
    ('make_up',               'agent',     'own', 'led', 'all',  'none'),
    ('assessment_task',       'owner',     'own', 'led', 'none', 'own'),
    ('conduct_record',        'agent',     'own', 'led', 'none', 'none'),
    ('qa_sample_item',        'agent',     'none', 'none', 'none', 'all'),
    ('qa_review',             'agent',     'own', 'led', 'none', 'all'),
    ('qa_result',             'agent',     'none', 'none', 'none', 'all'),
    ('qa_to_review',          'agent',     'none', 'none', 'none', 'all'),
    ('qa_follow_up',          'agent',     'own', 'led', 'none', 'all'),
    ('contest_prize',         'agent',     'own', 'led', 'all',  'none');
CREATE FUNCTION public.condition(who text, what text, VARIADIC people text[]) RETURNS text
    LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE what WHEN 'all' THEN 'true' WHEN 'own' THEN format('r ->> %L = %L', who, people[1])
                     WHEN 'led' THEN format('r ->> %L = ANY (%L)', who, people) END
$$;
\o
SELECT is_empty($$
    SELECT w.relation, s.n FROM public.whose w
    CROSS JOIN LATERAL (SELECT count(*) AS n, count(DISTINCT s.r ->> w.who) AS people
                        FROM public.seen_before s WHERE s.relation = w.relation) s
    WHERE s.n = 0 OR s.people < 2
    $$, 'every table has rows of several people');
SELECT shows(w.relation, 'anna', 'agent', condition(w.who, w.agent, 'anna')) FROM public.whose w;
SELECT shows(w.relation, 'lena', 'leader', condition(w.who, w.leader, 'lena', 'anna', 'abel', 'nora', 'nils')) FROM public.whose w;
SELECT shows(w.relation, 'nora', 'leader', condition(w.who, w.leader, 'nora', 'nils')) FROM public.whose w;
SELECT shows(w.relation, 'lena', 'agent', condition(w.who, w.agent, 'lena')) FROM public.whose w;
SELECT shows(w.relation, 'paula', 'payroll', condition(w.who, w.payroll, 'paula')) FROM public.whose w;
SELECT shows(w.relation, 'quinn', 'qa', condition(w.who, w.qa, 'quinn')) FROM public.whose w;
SELECT shows(w.relation, 'mona', 'manager', 'true') FROM public.whose w;
SELECT shows(w.relation, NULL, 'agent', CASE WHEN w.agent <> 'none' THEN 'false' END) FROM public.whose w;
SELECT shows(w.relation, NULL, 'leader', CASE WHEN w.leader <> 'none' THEN 'false' END) FROM public.whose w;

--
-- Tables of which not only the person decides
--
SELECT shows('quota', 'anna', 'agent', $$r ->> 'agent' IS NULL OR r ->> 'agent' = 'anna'$$);
SELECT shows('quota', 'nora', 'leader', $$r ->> 'agent' IS NULL OR r ->> 'agent' IN ('nora', 'nils')$$);
SELECT shows('quota', 'paula', 'payroll', 'true');
SELECT shows('quota', 'quinn', 'qa', NULL);

-- what is only proposed is not the person's to know
SELECT is((SELECT count(*) FROM proposal p WHERE p.status = 'open' AND p.agent IN ('anna', 'bert')), 2::bigint, 'anna and bert are proposed');
SELECT shows('proposal', 'anna', 'agent', 'false');
SELECT shows('proposal', 'lena', 'leader', $$r ->> 'agent' IN ('anna', 'abel', 'nils')$$);
SELECT shows('proposal', 'paula', 'payroll', 'true');
SELECT shows('proposal', 'quinn', 'qa', NULL);
SELECT shows('proposal', 'mona', 'manager', 'true');

-- assessments: abel assesses by the card "listed"
SELECT shows('assessment', 'anna', 'agent', $$r ->> 'agent' = 'anna' AND r ->> 'scorecard' = 'card' AND r ->> 'during' = '[2026-01-01,2026-02-01)'$$);
SELECT shows('assessment', 'nils', 'agent', 'false');
SELECT shows('assessment', 'abel', 'agent', $$r ->> 'agent' = 'abel' AND r ->> 'scorecard' = 'card' AND r ->> 'status' = 'published'
    OR r ->> 'scorecard' = 'listed' AND r ->> 'agent' <> 'abel'$$);
SELECT shows('assessment', 'nora', 'agent', $$r ->> 'status' = 'published' AND 'nora' = r ->> 'agent' OR r ->> 'status' = 'published' AND r ->> 'team' = 'north'$$);
SELECT shows('assessment', 'lena', 'leader', $$r ->> 'agent' IN ('anna', 'abel', 'nora', 'nils') OR r ->> 'team' = 'north'
    OR r ->> 'agent' = 'lena' AND r ->> 'status' = 'published' OR r ->> 'team' = 'east' AND r ->> 'status' = 'published'$$);
SELECT shows('assessment', 'nora', 'leader', $$r ->> 'agent' = 'nils' OR r ->> 'agent' = 'nora' AND r ->> 'status' = 'published'
    OR r ->> 'team' = 'north' AND r ->> 'status' = 'published'$$);
SELECT shows('assessment', 'quinn', 'qa', 'false');
SELECT shows('assessment', 'paula', 'payroll', 'false');
SELECT shows('assessment', 'mona', 'manager', 'true');
SELECT shows(t, v.agent, v.kind, v.condition)
FROM unnest('{assessment_event,assessment_entry,assessment_score,assessment_result,assessment_sheet}'::text[]) t,
    (VALUES ('anna', 'agent', 'a.agent = ''anna'' AND a.status = ''published'''),
            ('nora', 'leader', 'a.agent = ''nils'' OR a.status = ''published'' AND (a.agent = ''nora'' OR a.team = ''north'')'),
            ('abel', 'agent', 'a.agent = ''abel'' AND a.status = ''published'' OR a.scorecard = ''listed'' AND a.agent <> ''abel'''),
            ('mona', 'manager', 'true')) a (agent, kind, condition),
    LATERAL (SELECT a.agent, a.kind, format('(r ->> ''assessment'')::bigint IN (SELECT a.assessment FROM assessment a WHERE %s)', a.condition)) v (agent, kind, condition);
SELECT shows(t, 'paula', 'payroll', 'false')
FROM unnest('{assessment_event,assessment_entry,assessment_score,assessment_result,assessment_sheet}'::text[]) t;
SELECT shows('published_score', 'anna', 'agent', $$r ->> 'agent' = 'anna'$$);
SELECT shows('published_score', 'nora', 'leader', $$r ->> 'agent' IN ('nora', 'nils')$$);

-- conduct is told when it is confirmed; who reports it and the office see it before
SELECT shows('conduct', 'anna', 'agent', $$r ->> 'agent' = 'anna' AND r ->> 'rule' = 'late'$$);
SELECT shows('conduct', 'lena', 'agent', 'false');
SELECT shows('conduct', 'lena', 'leader', $$r ->> 'agent' = 'anna'$$);
SELECT shows('conduct', 'wim', 'leader', $$r ->> 'agent' = 'bert'$$);
SELECT shows('conduct', 'quinn', 'qa', $$r ->> 'rule' = 'leak' OR r ->> 'status' = 'confirmed'$$);
SELECT shows('conduct', 'paula', 'payroll', $$r ->> 'rule' = 'leak' OR r ->> 'status' = 'confirmed'$$);
SELECT shows('conduct', 'mona', 'manager', 'true');

-- appeals are heard by the office
SELECT shows('appeal', 'anna', 'agent', $$r ->> 'appellant' = 'anna'$$);
SELECT shows('appeal', 'lena', 'leader', $$r ->> 'appellant' = 'anna'$$);
SELECT shows('appeal', 'quinn', 'qa', 'true');
SELECT shows('appeal', 'paula', 'payroll', 'true');
SELECT shows('appeal_event', 'anna', 'agent', $$(r ->> 'appeal')::bigint IN (SELECT a.appeal FROM appeal a WHERE a.appellant = 'anna')$$);
SELECT shows('appeal_event', 'paula', 'payroll', 'true');
SELECT shows('appeal', 'mona', 'manager', 'true');
-- and who hears one sees what it is against
SELECT file_appeal('anna', 'unclear', 'why', a.assessment) FROM assessment a WHERE a.agent = 'anna' AND a.status = 'published' \g /dev/null
SELECT shows('assessment', 'paula', 'payroll', $$r ->> 'agent' = 'anna' AND r ->> 'status' = 'published'$$);
SELECT shows('assessment_sheet', 'quinn', 'qa', $$r ->> 'subject' = 'anna' AND r ->> 'status' = 'published'$$);
UPDATE setting SET appeal_team = NULL;
SELECT shows('appeal', 'quinn', 'qa', 'false');
SELECT shows('assessment', 'quinn', 'qa', 'false');
SELECT shows('conduct', 'quinn', 'qa', $$r ->> 'rule' = 'leak'$$);
UPDATE setting SET appeal_team = 'office';

SELECT shows('qa_sample', 'anna', 'agent', NULL);
SELECT shows('qa_sample', 'quinn', 'qa', 'true');
SELECT shows('qa_finding', 'anna', 'agent', $$(r ->> 'review')::bigint IN (SELECT q.review FROM qa_review q WHERE q.agent = 'anna')$$);
SELECT shows('qa_finding', 'nora', 'leader', $$(r ->> 'review')::bigint IN (SELECT q.review FROM qa_review q WHERE q.agent = 'nils')$$);
SELECT shows('qa_finding', 'quinn', 'qa', 'true');
SELECT shows('qa_finding', 'paula', 'payroll', NULL);

-- how a contest ended is for those who took part, and who leads them
SELECT shows('contest_result', 'anna', 'agent', 'true');
SELECT shows('contest_result', 'nora', 'leader', 'true');
SELECT shows('contest_result', 'bert', 'agent', 'false');
SELECT shows('contest_result', 'paula', 'payroll', 'true');
SELECT shows('contest_result', 'quinn', 'qa', NULL);

-- requests: those of a kind with an office are seen in it, too
SELECT shows('request', 'anna', 'agent', $$r ->> 'agent' = 'anna'$$);
SELECT shows('request', 'lena', 'leader', $$r ->> 'agent' IN ('anna', 'nils')$$);
SELECT shows('request', 'quinn', 'qa', $$r ->> 'kind' = 'exception'$$);
SELECT shows('request', 'paula', 'payroll', $$r ->> 'kind' = 'exception'$$);

-- what everybody knows who is paid or assessed
SELECT shows(t, v.agent, v.kind, v.condition)
FROM unnest('{plan,plan_version,component,component_factor,component_gate,component_bound,plan_check,pay_period,award_kind,
              component_reference,component_input}'::text[]) t,
    (VALUES ('anna', 'agent', 'true'), ('lena', 'leader', 'true'), ('paula', 'payroll', 'true'), ('quinn', 'qa', NULL)) v (agent, kind, condition);
SELECT shows(t, v.agent, v.kind, 'true')
FROM unnest('{ladder,grade,grade_rule,grade_condition,training,stage,role,metric,leadership,scorecard,scorecard_version,
              scorecard_indicator,scorecard_assessor,conduct_rule,checklist,checklist_version,checklist_item,contest,
              contest_metric,contest_entrant,request_kind,headcount_plan}'::text[]) t,
    (VALUES ('anna', 'agent'), ('lena', 'leader'), ('paula', 'payroll'), ('quinn', 'qa'), ('mona', 'manager')) v (agent, kind);
-- a role without a kind sees nothing of anybody, whatever it was granted by hand
SELECT shows(w.relation, 'anna', 'nobody', 'false') FROM public.whose w;
SELECT shows(t, 'anna', 'nobody', 'false')
FROM unnest('{quota,proposal,assessment,assessment_event,assessment_entry,assessment_score,assessment_result,conduct,appeal,
              appeal_event,qa_sample,qa_finding,contest_result,request}'::text[]) t;

SELECT * FROM finish();
ROLLBACK;
