-- Access to pay, grades, measures, assessments and conduct: what functions answer
-- each kind, and what they refuse it; the people are those of access_pay.sql
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\o /dev/null
\ir include/access.sql
\ir include/access_pay.sql
SELECT no_plan();

-- gives the same answer as the owner's query
CREATE FUNCTION public.same(agent text, kind text, query text, whole text, description text) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    wanted text[] := answer(NULL, NULL, whole);
BEGIN
    IF coalesce(cardinality(wanted), 0) = 0 THEN
        RETURN fail(description || ': nothing to compare with');
    END IF;
    RETURN is(answer(same.agent, same.kind, query), wanted, description);
END
$$;
CREATE FUNCTION public.refuses(agent text, kind text, statement text, code text, description text) RETURNS text
    LANGUAGE sql AS $$
    SELECT is((answer(refuses.agent, refuses.kind, refuses.statement))[1], refuses.code, refuses.description);
$$;
CREATE FUNCTION public.does(agent text, kind text, statement text, description text) RETURNS text
    LANGUAGE sql AS $$
    SELECT is(CASE WHEN a.answer[1] ~ '^[0-9A-Z]{5}$' THEN a.answer END, NULL::text[], does.description)
    FROM answer(does.agent, does.kind, does.statement) a (answer);
$$;
-- two statements end with the same error, but for the key that was asked for
CREATE FUNCTION public.alike(agent text, kind text, one text, other text, description text) RETURNS text
    LANGUAGE sql AS $$
    SELECT CASE WHEN a.one[1] ~ '^(LO|[0-9])' THEN
        is(regexp_replace(array_to_string(a.one, ' '), '\d+|"\w+"', '?', 'g'), regexp_replace(array_to_string(a.other, ' '), '\d+|"\w+"', '?', 'g'), description)
        ELSE fail(description) END
    FROM (SELECT answer(alike.agent, alike.kind, alike.one) AS one, answer(alike.agent, alike.kind, alike.other) AS other) a;
$$;
\o

--
-- Pay
--
SELECT same('anna', 'agent', $$SELECT * FROM explain_pay('anna', '2026-03')$$, $$SELECT * FROM explain_pay('anna', '2026-03')$$,
    'an agent''s pay is explained as it is, a rank among all included');
SELECT same('nils', 'agent', $$SELECT * FROM preview('nils', '2026-03')$$, $$SELECT * FROM preview('nils', '2026-03')$$, 'and previewed');
SELECT same('lena', 'agent', $$SELECT * FROM explain_pay('lena', '2026-03')$$, $$SELECT * FROM explain_pay('lena', '2026-03')$$,
    'what a leader earns by the team is explained though the role of an agent does not see the team');
SELECT same('lena', 'leader', $$SELECT * FROM explain_pay('nils', '2026-03')$$, $$SELECT * FROM explain_pay('nils', '2026-03')$$, 'a leader may ask for the team''s');
SELECT same('paula', 'payroll', $$SELECT * FROM preview('bert', '2026-03', '{"add": {"sold": 100}}')$$,
    $$SELECT * FROM preview('bert', '2026-03', '{"add": {"sold": 100}}')$$, 'payroll for everybody''s');
SELECT refuses('anna', 'agent', $$SELECT * FROM preview('abel', '2026-03', '{"add": {"sold": 100}}')$$, 'LO100', 'what if is not for a colleague');
SELECT refuses('lena', 'leader', $$SELECT * FROM explain_pay('bert', '2026-03')$$, 'LO100', 'nor for another team');
SELECT alike('anna', 'agent', $$SELECT * FROM explain_pay('abel', '2026-03')$$, $$SELECT * FROM explain_pay('nobody', '2026-03')$$,
    'whether there is such an agent is not told');
SELECT refuses('quinn', 'qa', $$SELECT * FROM explain_pay('quinn', '2026-03')$$, '42501', 'QA is told no pay');
SELECT same('anna', 'agent', $$SELECT * FROM pay_register('[2026-03-01,2026-04-01)')$$,
    $$SELECT * FROM pay_register('[2026-03-01,2026-04-01)') WHERE unit = 'anna'$$, 'the register has an agent''s own line');
SELECT same('lena', 'leader', $$SELECT * FROM pay_register('[2026-03-01,2026-04-01)', NULL, 'team')$$,
    $$SELECT * FROM pay_register('[2026-03-01,2026-04-01)', NULL, 'team') WHERE unit IN ('east', 'north')$$, 'and for a leader those of the teams');
SELECT refuses('anna', 'agent', $$SELECT * FROM pay_register('[2026-03-01,2026-04-01)', NULL, 'team')$$, 'LO103', 'a team''s pay is not its agents'' to see');
SELECT refuses('lena', 'leader', $$SELECT * FROM pay_register('[2026-03-01,2026-04-01)', NULL, 'all')$$, 'LO103', 'nor that of all a leader''s');
SELECT same('paula', 'payroll', $$SELECT * FROM pay_register('[2026-03-01,2026-04-01)', NULL, 'all')$$,
    $$SELECT * FROM pay_register('[2026-03-01,2026-04-01)', NULL, 'all')$$, 'payroll sees it');

SELECT is(answer('lena', 'leader', $$SELECT a.asked_by FROM award a WHERE a.award = request_award('anna', 'prize', 1, '2026-03', 'again', NULL)$$),
    '{}', 'a leader asks for an award');
SELECT is((SELECT (a.agent, a.asked_by, a.status)::text FROM award a ORDER BY a.award DESC LIMIT 1), '(anna,lena,requested)', 'and is who asks');
SELECT refuses('lena', 'leader', $$SELECT request_award('anna', 'prize', 1, '2026-03', 'again', 'wim')$$, 'LO101', 'nobody asks in another''s name');
SELECT refuses('lena', 'leader', $$SELECT request_award('bert', 'prize', 1, '2026-03', 'again', 'lena')$$, 'LO100', 'nor for another team');
SELECT refuses('anna', 'agent', $$SELECT request_award('anna', 'prize', 1, '2026-03', 'again', 'anna')$$, '42501', 'an agent does not ask');
SELECT refuses('lena', 'leader', $$SELECT approve_award(1, 'lena')$$, '42501', 'a leader does not approve');
SELECT refuses('paula', 'payroll', format('SELECT approve_award(%s, %L)', (SELECT max(award) FROM award), 'mona'), 'LO101', 'payroll does not approve in another''s name');
SELECT does('paula', 'payroll', format('SELECT approve_award(%s, NULL)', (SELECT max(award) FROM award)), 'payroll approves');
SELECT is((SELECT a.decided_by FROM award a ORDER BY a.award DESC LIMIT 1), 'paula', 'and is who approves');
SELECT is((SELECT l.explanation ->> 'approved_by' FROM ledger l ORDER BY l.line DESC LIMIT 1), 'paula', 'also in the ledger');
SELECT does('paula', 'payroll', $$SELECT request_award('bert', 'prize', 2, '2026-03', 'why not', NULL)$$, 'payroll asks for awards');
SELECT refuses('paula', 'payroll', format('SELECT approve_award(%s, NULL)', (SELECT max(award) FROM award)), 'LO059', 'nobody approves what he has asked for');
SELECT refuses(NULL, 'payroll', format('SELECT approve_award(%s, %L)', (SELECT max(award) FROM award), 'mona'), 'LO101', 'nor is anybody taken at his word');
SELECT does('mona', 'manager', format('SELECT approve_award(%s, NULL)', (SELECT max(award) FROM award)), 'somebody else does');

SELECT does('paula', 'payroll', $$SELECT calculate('2026-03')$$, 'payroll calculates');
SELECT is(calculate('2026-03'), 0, 'and finds what the owner finds');
SELECT refuses('lena', 'leader', $$SELECT calculate('2026-03')$$, '42501', 'a leader does not');
SELECT refuses(p, k, $$INSERT INTO ledger (period, earned_in, agent, kind, amount, currency) VALUES ('2026-03', '2026-03', 'anna', 'carry', 1, 'CNY')$$,
    '42501', format('%s does not write the ledger', k)) FROM (VALUES ('paula', 'payroll'), ('mona', 'manager'), ('anna', 'agent')) v (p, k);
SELECT refuses(p, k, $$UPDATE pay_period SET status = 'closed'$$, '42501', format('%s closes no period by hand', k))
FROM (VALUES ('paula', 'payroll'), ('mona', 'manager')) v (p, k);
SELECT is(answer('paula', 'payroll', $$INSERT INTO pay_period (period, during) VALUES ('2026-05', '[2026-05-01,2026-06-01)')$$), '{(1)}', 'payroll enters periods');
SELECT does('paula', 'payroll', $$SELECT close_period(p) FROM unnest('{2026-01,2026-02}'::text[]) p WHERE calculate(p) IS NOT NULL$$, 'and closes them');
SELECT is((SELECT DISTINCT p.closed_by FROM pay_period p WHERE p.status = 'closed'), 'paula', 'as who closes');
SELECT refuses('paula', 'payroll', $$INSERT INTO draw (agent, valid, amount) VALUES ('nils', '[2026-01-01,2026-02-01)', 1)$$, 'LO064',
    'what is closed stays for those who write by hand');
SELECT is(answer('paula', 'payroll', $$INSERT INTO draw (agent, valid, amount) VALUES ('nils', '[2026-04-01,2026-05-01)', 1)$$), '{(1)}', 'what is open may be entered');
SELECT refuses('paula', 'payroll', $$UPDATE plan_version SET status = 'active', activated_by = 'mona'$$, '42501', 'no plan is put in force by hand');
SELECT is(answer('paula', 'payroll', $$SELECT copy_plan('seller', 1, '[2027-01-01,)')$$), '{(2)}', 'payroll prepares plans');
SELECT is(answer('paula', 'payroll', $$UPDATE component SET schedule = 'whole from 0: 11%' WHERE plan = 'seller' AND version = 2 AND component = 'rate'$$), '{(1)}', 'and changes drafts');
SELECT refuses('paula', 'payroll', $$UPDATE component SET schedule = 'whole from 0: 99%' WHERE plan = 'seller' AND version = 1$$, 'LO060', 'but not what is in force');
SELECT refuses('paula', 'payroll', $$SELECT activate_plan('seller', 2)$$, '42501', 'nor puts in force');
SELECT does('mona', 'manager', $$SELECT activate_plan('seller', 2)$$, 'which a manager does');
SELECT is((SELECT v.activated_by FROM plan_version v WHERE v.plan = 'seller' AND v.version = 2), 'mona', 'as who does');
SELECT is(answer('paula', 'payroll', $$SELECT c.agent, c.by FROM credit_sale('deal 2', 10, '2026-03-12 10:00Z', '{nils}') c$$), '{"(nils,paula)"}', 'payroll credits sales');
SELECT refuses('anna', 'agent', $$SELECT credit_sale('deal 3', 10, '2026-03-12 10:00Z', '{anna}')$$, '42501', 'agents do not credit themselves');

--
-- Ranks, attainment and reports
--
SELECT same('anna', 'agent', $$SELECT * FROM leaderboard('sold', '[2026-03-01,2026-04-01)')$$,
    $$SELECT * FROM leaderboard('sold', '[2026-03-01,2026-04-01)') WHERE unit = 'anna'$$, 'an agent is told the place among all, and no other''s figure');
SELECT same('lena', 'leader', $$SELECT * FROM leaderboard('sold', '[2026-03-01,2026-04-01)')$$,
    $$SELECT * FROM leaderboard('sold', '[2026-03-01,2026-04-01)') WHERE unit IN ('lena', 'anna', 'abel', 'nora', 'nils')$$, 'a leader those of the team');
SELECT is(answer('lena', 'leader', $$SELECT unit, figure FROM leaderboard('sold', '[2026-03-01,2026-04-01)', NULL, 'team')$$),
    '{"(east,70)","(north,31)"}', 'a team''s figure has all who were in it, seen or not');
SELECT refuses('anna', 'agent', $$SELECT * FROM leaderboard('sold', '[2026-03-01,2026-04-01)', NULL, 'team')$$, 'LO103', 'teams are not an agent''s to compare');
SELECT same('anna', 'agent', $$SELECT * FROM attainment('[2026-03-01,2026-04-01)')$$,
    $$SELECT * FROM attainment('[2026-03-01,2026-04-01)', NULL, '{anna}')$$, 'S17.14: an agent is told how far its own target is');
SELECT same('nora', 'leader', $$SELECT * FROM attainment('[2026-03-01,2026-04-01)')$$,
    $$SELECT * FROM attainment('[2026-03-01,2026-04-01)', NULL, '{nora,nils}')$$, 'a leader that of the team');
SELECT same('paula', 'payroll', $$SELECT * FROM attainment('[2026-03-01,2026-04-01)')$$, $$SELECT * FROM attainment('[2026-03-01,2026-04-01)')$$, 'payroll everybody''s');
SELECT refuses('anna', 'agent', format('SELECT * FROM %s', f), 'LO100', format('a colleague''s is refused, not left out: %s', f))
FROM unnest(ARRAY[$$attainment('[2026-03-01,2026-04-01)', NULL, '{anna,abel}')$$, $$attainment_by('month', '[2026-03-01,2026-04-01)', NULL, '{abel}')$$,
    $$attainment_history('month', '2026-04-01', 1, NULL, '{abel}')$$, $$quota_gaps('[2026-03-01,2026-04-01)', NULL, '{abel}')$$,
    $$quota_progress('[2026-03-01,2026-04-01)', NULL, NULL, '{abel}')$$, $$targets('abel', '2026-03-02')$$, $$early_leave('abel', '2026-03-02')$$,
    $$unmet('[2026-03-01,2026-04-01)', NULL, '{abel}')$$, $$activity('[2026-03-01,2026-04-01)', agents => '{abel}')$$,
    $$qa_defects(agents => '{abel}')$$, $$grade_check('abel', 'senior', '2026-04-01')$$, $$entry_check('abel', 'firm', '2026-04-01')$$]) f;
SELECT same('lena', 'leader', format('SELECT * FROM %s', f), format('SELECT * FROM %s', f), format('a leader asks for the team''s: %s', f))
FROM unnest(ARRAY[$$attainment_history('month', '2026-04-01', 1, NULL, '{abel,nils}')$$, $$quota_progress('[2026-03-01,2026-04-01)', NULL, NULL, '{nils}')$$,
    $$targets('nils', '2026-03-02')$$, $$early_leave('nils', '2026-03-02')$$, $$unmet('[2026-03-01,2026-04-01)', NULL, '{anna}')$$,
    $$activity('[2026-03-01,2026-04-01)', metric => 'sold', agents => '{nils}')$$, $$suggest_quota('sold', 'month', '2026-04-01', agents => '{anna}')$$,
    $$qa_defects(agents => '{nils}')$$, $$grade_check('nils', 'senior', '2026-04-01')$$, $$entry_check('nils', 'firm', '2026-04-01')$$]) f;
SELECT same('lena', 'leader', $$SELECT * FROM team_attainment('[2026-03-01,2026-04-01)')$$,
    $$SELECT * FROM team_attainment('[2026-03-01,2026-04-01)', NULL, '{east,north}')$$, 'what a team owes together a leader is told');
SELECT refuses('nora', 'leader', $$SELECT * FROM team_attainment('[2026-03-01,2026-04-01)', NULL, '{east}')$$, 'LO103', 'of no team above');
SELECT same('lena', 'leader', $$SELECT * FROM activity('[2026-03-01,2026-04-01)', 'month', 'team', 'sold')$$,
    $$SELECT * FROM activity('[2026-03-01,2026-04-01)', 'month', 'team', 'sold') WHERE unit IN ('east', 'north')$$, 'what a team has done, by all who were in it');
SELECT same('anna', 'agent', $$SELECT * FROM activity('[2026-03-01,2026-04-01)', metric => 'sold')$$,
    $$SELECT * FROM activity('[2026-03-01,2026-04-01)', metric => 'sold') WHERE unit = 'anna'$$, 'what an agent has done');
SELECT is(answer('quinn', 'qa', format('SELECT * FROM %s(''[2026-03-01,2026-04-01)'', NULL, %L)', f, 'all')), '{}', format('%s of all is for QA', f))
FROM unnest('{conversion,outcome_shares,records_in_time,repeat_calls}'::text[]) f;
SELECT same('lena', 'leader', $$SELECT * FROM headcount('2026-03-02')$$, $$SELECT * FROM headcount('2026-03-02')$$, 'how many are planned and there leaders are told');
SELECT same('nora', 'leader', $$SELECT * FROM employment_report('2026-03-02')$$, $$SELECT * FROM employment_report('2026-03-02') WHERE agent IN ('nora', 'nils')$$,
    'in which stage the team is employed, too');
SELECT same('anna', 'agent', $$SELECT * FROM training_report('2026-03-02')$$, $$SELECT * FROM training_report('2026-03-02') WHERE agent = 'anna'$$, 'and an agent about its training');
SELECT refuses('lena', 'leader', $$SELECT * FROM measure('{sold}', '[2026-03-01,2026-04-01)')$$, '42501', 'raw measures are not for leaders');
SELECT refuses('mona', 'manager', $$SELECT * FROM measure('{sold}', '[2026-03-01,2026-04-01)')$$, '42501', 'and for the owner alone');
SELECT refuses('mona', 'manager', $$INSERT INTO metric (metric, source) VALUES ('mine', 'pg_authid')$$, '42501', 'nobody else says what is read with the rights of the owner');

-- contests are told to those who take part
SELECT same('bert', 'agent', $$SELECT * FROM contest_standing('west')$$, $$SELECT * FROM contest_standing('west')$$, 'who takes part is told how a contest stands, with all figures');
SELECT same('nora', 'leader', $$SELECT * FROM contest_standing('east')$$, $$SELECT * FROM contest_standing('east')$$, 'and who leads one of them');
SELECT alike('anna', 'agent', $$SELECT * FROM contest_standing('west')$$, $$SELECT * FROM contest_standing('nowhere')$$, 'others not that it is held');
SELECT refuses('lena', 'leader', $$SELECT decide_contest('west', 'lena')$$, '42501', 'a manager decides it');
SELECT is(answer('mona', 'manager', $$SELECT count(*) > 0 FROM decide_contest('west', NULL, '2026-04')$$), '{(t)}', 'and is who does');

--
-- Quotas
--
SELECT is((answer('abel', 'agent', format('SELECT acknowledge_quota(%s, NULL) IS NOT NULL', (SELECT quota FROM quota WHERE agent = 'abel'))))[1], '(t)', 'S05.10: an agent confirms the own target, by who calls');
SELECT refuses('anna', 'agent', format('SELECT acknowledge_quota(%s, %L)', (SELECT quota FROM quota WHERE agent = 'abel'), 'abel'), 'LO101', 'S05.10: nobody confirms it for another');
SELECT refuses('mona', 'manager', format('SELECT acknowledge_quota(%s, %L)', (SELECT quota FROM quota WHERE agent = 'nils'), 'nils'), 'LO101', 'nor does a manager');
SELECT alike('anna', 'agent', format('SELECT acknowledge_quota(%s, NULL)', (SELECT quota FROM quota WHERE agent = 'nils')), 'SELECT acknowledge_quota(9999, NULL)',
    'another''s quota is as none');
SELECT is(answer('anna', 'agent', $$INSERT INTO improvement_plan (agent, metric, period, plan) VALUES ('anna', 'sold', '[2026-03-01,2026-04-01)', 'earlier')$$),
    '{(1)}', 'an agent writes its own plan');
SELECT is((SELECT p.written_by FROM improvement_plan p WHERE p.plan = 'earlier'), 'anna', 'and signs it');
SELECT refuses('anna', 'agent', $$INSERT INTO improvement_plan (agent, metric, period, plan) VALUES ('abel', 'sold', '[2026-03-01,2026-04-01)', 'x')$$, '42501', 'no colleague''s');
SELECT refuses('lena', 'leader', $$INSERT INTO improvement_plan (agent, metric, period, plan, written_by) VALUES ('abel', 'sold', '[2026-03-01,2026-04-01)', 'x', 'abel')$$,
    'LO101', 'nor is one put into another''s mouth');
SELECT refuses('lena', 'leader', $$UPDATE make_up SET state = 'waived'$$, '42501', 'a leader waives no make-up');

--
-- Grades
--
CREATE FUNCTION public.proposed(agent text) RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT p.proposal FROM access_test.proposal p WHERE p.agent = $1 AND p.status = 'open' $$;
SELECT alike('wim', 'leader', format('SELECT decide(%s, true, NULL)', proposed('anna')), 'SELECT decide(9999, true, NULL)', 'a proposal of another team is as none');
SELECT refuses('lena', 'leader', format('SELECT decide(%s, true, %L)', proposed('anna'), 'wim'), 'LO101', 'nobody decides in another''s name');
SELECT refuses('anna', 'agent', format('SELECT decide(%s, true, NULL)', proposed('anna')), '42501', 'an agent does not decide');
SELECT is(answer('lena', 'leader', format('SELECT d.decided_by FROM decide(%s, true, NULL) d', proposed('anna'))), '{(lena)}', 'a leader decides on the team''s');
SELECT is((SELECT e.approved_by FROM grade_event e WHERE e.agent = 'anna' AND e.kind = 'promote'), 'lena', 'and has approved it');
SELECT refuses('lena', 'leader', $$SELECT set_grade('bert', 'senior', '2026-06-01', 'junior')$$, 'LO100', 'grades of another team are not a leader''s to set');
SELECT refuses('lena', 'leader', $$SELECT set_grade('abel', 'senior', '2024-06-01', kind => 'import')$$, 'LO103', 'nor is history');
SELECT is((answer('lena', 'leader', $$SELECT e.approved_by FROM enter_stage('anna', 'firm', '2026-03-01') e$$)), '{(lena)}', 'S02.10: a leader approves an entry, by who calls');
SELECT refuses('lena', 'leader', $$SELECT enter_stage('anna', 'firm', '2026-03-01', 'mona')$$, 'LO101', 'as nobody else');
SELECT refuses('lena', 'leader', $$SELECT enter_stage('bert', 'firm', '2026-03-01')$$, 'LO100', 'in the team');
SELECT is(answer('lena', 'leader', $$SELECT record_training('anna', 'basics', '2026-03-01', passed => true)$$), '{(t)}', 'a leader enters how a training went');
SELECT is((SELECT r.trainer FROM training_result r WHERE r.on_day = '2026-03-01'), 'lena', 'and is who says so');
SELECT refuses('anna', 'agent', $$INSERT INTO grade_assignment VALUES ('anna', 'sales', 'senior', '[2027-01-01,)', 1)$$, '42501', 'no grade is written by hand');

--
-- Assessments
--
CREATE FUNCTION public.due(subject text, scorecard text DEFAULT 'card') RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT a.assessment FROM access_test.assessment a WHERE a.agent = $1 AND a.scorecard = $2 AND lower(a.during) = '2026-02-01' $$;
SELECT is(answer('abel', 'agent', format('INSERT INTO assessment_entry (assessment, indicator, assessor, figure) VALUES (%s, %L, NULL, 3)', due('nils', 'listed'), 'zeal')),
    '{(1)}', 'an assessor enters what he is listed for');
SELECT is((SELECT e.assessor FROM assessment_entry e WHERE e.assessment = due('nils', 'listed')), 'abel', 'and signs it');
SELECT refuses('abel', 'agent', format('INSERT INTO assessment_entry (assessment, indicator, assessor, figure) VALUES (%s, %L, %L, 3)', due('nils', 'listed'), 'zeal', 'mona'),
    'LO101', 'as nobody else');
SELECT alike('anna', 'agent', format('INSERT INTO assessment_entry (assessment, indicator, assessor, figure) VALUES (%s, %L, NULL, 3)', due('nils', 'listed'), 'zeal'),
    'INSERT INTO assessment_entry (assessment, indicator, assessor, figure) VALUES (9999, ''zeal'', NULL, 3)', 'for who is no assessor it is as none');
SELECT is(answer('lena', 'leader', format('INSERT INTO assessment_entry (assessment, indicator, assessor, figure) VALUES (%s, %L, NULL, 3)', due('nils'), 'zeal')),
    '{(1)}', 'where nobody is listed a leader assesses the team');
SELECT refuses('wim', 'leader', format('INSERT INTO assessment_entry (assessment, indicator, assessor, figure) VALUES (%s, %L, NULL, 3)', due('nils'), 'zeal'), 'LO092', 'and no other');
SELECT refuses('abel', 'agent', format('UPDATE assessment_entry SET figure = 5'), '42501', 'what is entered is not changed');
SELECT is(answer('lena', 'leader', format('SELECT n.status FROM note_assessment(%s, %L, NULL) n', due('anna'), 'communicated')), '{(communicated)}', 'a leader tells the standards');
SELECT alike('lena', 'leader', format('SELECT note_assessment(%s, %L, NULL)', due('bert'), 'communicated'), 'SELECT note_assessment(9999, ''communicated'', NULL)', 'to the team');
SELECT refuses('lena', 'leader', format('SELECT note_assessment(%s, %L, NULL)', due('lena'), 'communicated'), 'LO092', 'not to himself');
SELECT refuses('lena', 'leader', $$SELECT approve_scorecard('card', 1, NULL)$$, '42501', 'S08.4: nor does a leader approve the scheme');
SELECT refuses('lena', 'leader', format('SELECT publish_assessment(%s, NULL)', due('anna')), '42501', 'S08.5: a result is published by who may settle it');

--
-- Conduct and appeals
--
SELECT is(answer('lena', 'leader', $$SELECT c.recorded_by FROM record_conduct('abel', 'late', '2026-03-03', 'log', NULL) c$$), '{(lena)}', 'a leader reports conduct of the team');
SELECT refuses('lena', 'leader', $$SELECT record_conduct('bert', 'late', '2026-03-03', 'log', NULL)$$, 'LO100', 'and no other''s');
SELECT refuses('lena', 'leader', $$SELECT record_conduct('abel', 'late', '2026-03-03', 'log', 'mona')$$, 'LO101', 'as nobody else');
SELECT is(answer('quinn', 'qa', $$SELECT c.recorded_by FROM record_conduct('bela', 'late', '2026-03-03', 'log', NULL) c$$), '{(quinn)}', 'QA anybody''s');
SELECT refuses('anna', 'agent', $$SELECT record_conduct('abel', 'late', '2026-03-03', 'log', NULL)$$, '42501', 'an agent does not');
CREATE FUNCTION public.reported(agent text, rule text) RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT c.conduct FROM access_test.conduct c WHERE c.agent = $1 AND c.rule = $2 $$;
SELECT alike('lena', 'leader', format('SELECT decide_conduct(%s, true, NULL)', reported('anna', 'leak')), 'SELECT decide_conduct(9999, true, NULL)', 'who is not of the office does not decide');
SELECT refuses('paula', 'payroll', format('SELECT decide_conduct(%s, true, NULL)', reported('lena', 'late')), 'LO092', 'nor anybody where there is no office');
SELECT is(answer('paula', 'payroll', format('SELECT c.decided_by, c.award IS NOT NULL FROM decide_conduct(%s, true, NULL) c', reported('anna', 'leak'))), '{"(paula,t)"}',
    'S20.6: who is of the office decides, and the penalty is posted');
SELECT is((SELECT (w.asked_by, w.decided_by)::text FROM award w JOIN conduct c ON c.award = w.award WHERE c.conduct = reported('anna', 'leak')), '(lena,paula)',
    'as asked for by who reported it and approved by who decided');
SELECT refuses('anna', 'agent', format('SELECT file_appeal(%L, %L, %L, conduct => %s)', 'abel', 'objection', 'no', reported('anna', 'leak')), 'LO100', 'nobody appeals for a colleague');
SELECT refuses('anna', 'agent', format('SELECT file_appeal(%L, %L, %L, conduct => %s, received_on => current_date)', 'anna', 'objection', 'no', reported('anna', 'leak')), 'LO103',
    'an appeal of one''s own comes in when it does');
SELECT is(answer('anna', 'agent', format('SELECT a.filed_by FROM file_appeal(%L, %L, %L, conduct => %s) a', 'anna', 'objection', 'no', reported('anna', 'leak'))), '{(anna)}', 'S20.6: an appeal against it is filed by the person');
SELECT alike('abel', 'agent', format('SELECT file_appeal(%L, %L, %L, conduct => %s)', 'abel', 'objection', 'no', reported('bert', 'late')),
    $$SELECT file_appeal('abel', 'objection', 'no', conduct => 9999)$$, 'what was decided on others is not told');
CREATE FUNCTION public.appeal_of(agent text, rule text) RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT a.appeal FROM access_test.appeal a WHERE a.conduct = reported($1, $2) $$;
SELECT alike('wim', 'leader', format('SELECT investigate_appeal(%s, %L, %L, NULL)', appeal_of('anna', 'late'), 'heard', 'found'), $$SELECT investigate_appeal(9999, 'heard', 'found', NULL)$$,
    'who is not of the team that hears appeals does not know of one');
SELECT is(answer('quinn', 'qa', format('SELECT a.status FROM investigate_appeal(%s, %L, %L, NULL) a', appeal_of('anna', 'late'), 'heard', 'found')), '{(investigated)}', 'S08.22: who is in it hears the person');
SELECT is(answer('paula', 'payroll', format('SELECT a.status FROM decide_appeal(%s, %L, %L, NULL) a', appeal_of('anna', 'late'), 'rejected', 'no')), '{(decided)}', 'and decides');
SELECT alike('bert', 'agent', format('SELECT escalate_appeal(%s, %L, NULL)', appeal_of('anna', 'late'), 'still'), $$SELECT escalate_appeal(9999, 'still', NULL)$$, 'it is not another''s to take further');
SELECT is(answer('anna', 'agent', format('SELECT a.status FROM escalate_appeal(%s, %L, NULL) a', appeal_of('anna', 'late'), 'still')), '{(escalated)}', 'but the person''s');
SELECT refuses('quinn', 'qa', format('SELECT rule_on_appeal(%s, %L, %L, NULL)', appeal_of('anna', 'late'), 'rejected', 'no'), 'LO092', 'S08.6: without a team for it only managers rule in the end');
SELECT is(answer('mona', 'manager', format('SELECT a.status FROM rule_on_appeal(%s, %L, %L, NULL) a', appeal_of('anna', 'late'), 'rejected', 'no')), '{(final)}', 'who do');

--
-- Quality and requests
--
SELECT is(answer('quinn', 'qa', $$SELECT r.reviewer FROM review_item('bela', 'sold', '99', clock_timestamp(), 'sale', '{"polite": true}', NULL) r$$), '{(quinn)}', 'QA reviews, and signs');
SELECT refuses('quinn', 'qa', $$SELECT review_item('bela', 'sold', '99', clock_timestamp(), 'sale', '{"polite": true}', 'mona')$$, 'LO101', 'as nobody else');
SELECT refuses('lena', 'leader', $$SELECT review_item('anna', 'sold', '99', clock_timestamp(), 'sale', '{"polite": true}', NULL)$$, '42501', 'a leader does not');
SELECT refuses('quinn', 'qa', $$INSERT INTO qa_finding (review, item, ok) VALUES (1, 'x', true)$$, '42501', 'no finding is written by hand');
SELECT same('anna', 'agent', $$SELECT * FROM qa_defects()$$, $$SELECT * FROM qa_defects(agents => '{anna}')$$, 'an agent is told its own defects');
SELECT same('quinn', 'qa', $$SELECT * FROM qa_defects()$$, $$SELECT * FROM qa_defects()$$, 'QA all');
SELECT is(answer('anna', 'agent', $$INSERT INTO request (agent, kind, detail) VALUES ('anna', 'overtime', 'tonight')$$), '{(1)}', 'S18.29: an agent files requests');
SELECT refuses('anna', 'agent', $$INSERT INTO request (agent, kind, detail) VALUES ('abel', 'overtime', 'tonight')$$, '42501', 'its own');
SELECT refuses('anna', 'agent', $$INSERT INTO request (agent, kind, detail, filed_at) VALUES ('anna', 'overtime', 'tonight', '2020-01-01Z')$$, '42501', 'now');
SELECT refuses('anna', 'agent', $$UPDATE request SET status = 'approved', decided_by = 'lena', decided_at = now()$$, '42501', 'and does not decide');
SELECT same('lena', 'leader', $$SELECT * FROM request WHERE kind = 'exception'$$, $$SELECT * FROM request WHERE kind = 'exception' AND agent IN ('anna', 'nils')$$,
    'S17.9: what an agent reports the leaders of the team are shown');
CREATE FUNCTION public.asked(agent text, kind text) RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT min(r.request) FROM access_test.request r WHERE r.agent = $1 AND r.kind = $2 $$;
SELECT alike('wim', 'leader', format('SELECT decide_request(%s, true, NULL)', asked('nils', 'overtime')), 'SELECT decide_request(9999, true, NULL)', 'a request of another team is as none');
SELECT is(answer('lena', 'leader', format('SELECT r.decided_by FROM decide_request(%s, true, NULL) r', asked('anna', 'overtime'))), '{(lena)}', 'S18.29: a leader decides on overtime of the team');
SELECT refuses('lena', 'leader', format('SELECT decide_request(%s, true, %L)', asked('nils', 'overtime'), 'nora'), 'LO101', 'as nobody else');
SELECT is(answer('quinn', 'qa', format('SELECT r.decided_by FROM decide_request(%s, true, NULL) r', asked('bert', 'exception'))), '{(quinn)}', 'the office on those of its kinds');
SELECT refuses('paula', 'payroll', format('SELECT decide_request(%s, true, NULL)', asked('nils', 'overtime')), 'LO092', 'and no others');

--
-- Customers: an agent sees the own leads, and of them alone who and how to call
--
INSERT INTO campaign (campaign) VALUES ('spring');
SELECT load_campaign('spring', ARRAY['lead 1', 'lead 2', 'lead 3'], ARRAY['+8613800000001', '+8613800000002', '+8613800000003'],
    ARRAY['customer 1', 'customer 2', 'customer 3'], agents => ARRAY['anna', 'nils', 'bert']) \g /dev/null
INSERT INTO pool (pool) VALUES ('leads');
INSERT INTO pool_team (pool, team) VALUES ('leads', 'east'), ('leads', 'north'), ('leads', 'west');
SELECT assign('leads', 'web ' || n, 'customer ' || n) FROM generate_series(4, 19) n \g /dev/null
SELECT sign_in('anna'), sign_in('bert') \g /dev/null
SELECT record_call(a, 'spring', n, 'consulted', 'no phone')
FROM (VALUES ('anna', '+8613800000001'), ('bert', '+8613800000003')) c (a, n) \g /dev/null
SELECT same('anna', 'agent', format('SELECT * FROM %s', t), format('SELECT * FROM %s WHERE %s', t, own), format('S20.24: of %s an agent sees its own', t))
FROM (VALUES ('assignment', 'agent = ''anna'''), ('task', 'owner = ''anna'''), ('attempt', 'agent = ''anna'''),
             ('contact_point', 'number = ''+8613800000001''')) c (t, own);
SELECT same('lena', 'leader', 'SELECT lead, customer FROM assignment', $$SELECT lead, customer FROM assignment WHERE agent IN ('anna', 'abel', 'nils')$$,
    'S20.24: a leader also those of the team');
SELECT refuses('paula', 'payroll', format('SELECT * FROM %s', t), '42501', format('S20.24: %s is not for who pays', t))
FROM unnest('{assignment,task,attempt,contact_point}'::text[]) t;
SELECT refuses('quinn', 'qa', format('SELECT number FROM %s', t), '42501', format('S20.24: nor are the numbers in %s for who reviews', t))
FROM unnest('{task,attempt,contact_point}'::text[]) t;
SELECT is(answer('anna', 'nobody', format('SELECT * FROM %s', t)), '{}', format('S20.24: who has no kind sees nobody in %s', t))
FROM unnest('{assignment,task,attempt,contact_point}'::text[]) t;
SELECT refuses('lena', 'leader', format('SELECT record_conduct(%L, %L, %L, %L, NULL, %s)', 'anna', 'late', '2026-03-04', 'call', t.attempt), 'LO092',
    'another''s call is no evidence')
FROM attempt t WHERE t.agent = 'bert';
SELECT alike('lena', 'leader', format('SELECT record_conduct(%L, %L, %L, %L, NULL, %s)', 'anna', 'late', '2026-03-04', 'call', t.attempt),
    $$SELECT record_conduct('anna', 'late', '2026-03-04', 'call', NULL, 9999)$$, 'nor is told to have been')
FROM attempt t WHERE t.agent = 'bert';
SELECT does('lena', 'leader', format('SELECT record_conduct(%L, %L, %L, %L, NULL, %s)', 'anna', 'late', '2026-03-04', 'call', t.attempt), 'the own is')
FROM attempt t WHERE t.agent = 'anna';

--
-- A role without a kind is refused by every door, though it was granted them all by hand
--
SELECT matches((answer('mona', 'nobody', 'SELECT * FROM ' || f))[1], '^(LO10[013]|LO092|LO082|42501)$', 'a role without a kind is refused ' || f)
FROM unnest(ARRAY[$$explain_pay('mona', '2026-03')$$, $$preview('mona', '2026-03')$$, $$calculate('2026-03')$$, $$verify('2026-03')$$, $$pay_gaps('2026-03')$$,
    $$close_period('2026-03')$$, $$mark_paid('2026-02')$$, $$credit_sale('x', 1, now(), '{anna}')$$, $$refund_sale('deal 1')$$,
    $$request_award('anna', 'prize', 1, '2026-03', 'x', NULL)$$, $$approve_award(1, NULL)$$, $$refuse_award(1, NULL)$$, $$activate_plan('seller', 1)$$,
    $$set_grade('anna', 'senior', '2026-06-01')$$, $$decide(1::bigint, true, NULL)$$, $$propose('[2026-01-01,2026-04-01)')$$, $$review_grades('[2026-01-01,2026-04-01)')$$,
    $$grade_check('mona', 'senior', '2026-06-01')$$, $$entry_check('mona', 'firm', '2026-06-01')$$, $$enter_stage('anna', 'firm', '2026-06-01')$$,
    $$record_training('anna', 'basics', '2026-06-01')$$, $$revoke_appointment('abel', 'assessor', 'east', '2026-06-01', NULL, 'x')$$,
    $$headcount('2026-03-01')$$, $$team_report('2026-03-01')$$, $$staffing('[2026-03-01,2026-04-01)')$$, $$acknowledge_quota(1, NULL)$$,
    $$targets('mona', '2026-03-02')$$, $$early_leave('mona', '2026-03-02')$$, $$attainment('[2026-03-01,2026-04-01)', NULL, '{mona}')$$,
    $$team_attainment('[2026-03-01,2026-04-01)')$$, $$schedule_make_up('2026-03-02')$$, $$check_make_up('2026-03-02')$$,
    $$pay_register('[2026-03-01,2026-04-01)', NULL, 'all')$$, $$conversion('[2026-03-01,2026-04-01)')$$, $$outcome_shares('[2026-03-01,2026-04-01)')$$,
    $$leaderboard('sold', '[2026-03-01,2026-04-01)', NULL, 'team')$$, $$customer_report('[2026-03-01,2026-04-01)')$$, $$score_summary('[2026-03-01,2026-04-01)')$$,
    $$survey_report('s', '[2026-03-01,2026-04-01)')$$, $$approve_scorecard('card', 1, NULL)$$, $$open_assessments('card', '[2026-04-01,2026-05-01)', NULL)$$,
    $$score_assessments('card', '[2026-02-01,2026-03-01)', NULL)$$, $$note_assessment(1, 'communicated', NULL)$$, $$review_assessment(1, NULL)$$,
    $$publish_assessment(1, NULL)$$, $$record_conduct('anna', 'late', '2026-03-02', 'x', NULL)$$, $$decide_conduct(1, true, NULL)$$,
    $$file_appeal('mona', 'unclear', 'x', 1)$$, $$investigate_appeal(1, 'x', 'y', NULL)$$, $$decide_appeal(1, 'rejected', 'x', NULL)$$,
    $$escalate_appeal(1, 'x', NULL)$$, $$rule_on_appeal(1, 'rejected', 'x', NULL)$$, $$publish_checklist('sale', '[{"item": "x"}]', NULL)$$,
    $$draw_sample('sold', '[2026-03-01,2026-04-01)', 's', NULL, per_agent => 1)$$, $$sample_items('sold', '[2026-03-01,2026-04-01)', 's', per_agent => 1)$$,
    $$review_item('anna', 'sold', '1', now(), 'sale', '{"polite": true}', NULL)$$, $$contest_standing('east')$$, $$decide_contest('west', NULL)$$,
    $$decide_request(1, true, NULL)$$]) f;
SELECT is(answer('anna', 'nobody', 'SELECT * FROM ' || f), '{}', 'and shown nothing by ' || f)
FROM unnest(ARRAY[$$attainment('[2026-03-01,2026-04-01)')$$, $$pay_register('[2026-03-01,2026-04-01)')$$, $$leaderboard('sold', '[2026-03-01,2026-04-01)')$$,
    $$activity('[2026-03-01,2026-04-01)')$$, $$qa_defects()$$, $$training_report('2026-03-01')$$, $$employment_report('2026-03-01')$$,
    $$quota_progress('[2026-03-01,2026-04-01)')$$]) f;

--
-- Leaders may be kept from the team's pay
--
UPDATE setting SET leaders_see_pay = false;
SELECT same('lena', 'leader', 'SELECT * FROM ledger', $$SELECT * FROM ledger l WHERE l.agent = 'lena'$$, 'where the setting says so a leader sees only the own pay');
SELECT refuses('lena', 'leader', $$SELECT * FROM explain_pay('nils', '2026-03')$$, 'LO103', 'is explained only that');
SELECT does('lena', 'leader', $$SELECT * FROM explain_pay('lena', '2026-03')$$, 'though it depends on others''');
SELECT same('lena', 'leader', $$SELECT * FROM pay_register('[2026-03-01,2026-04-01)')$$,
    $$SELECT * FROM pay_register('[2026-03-01,2026-04-01)') WHERE unit = 'lena'$$, 'finds only that in the register');
SELECT refuses('lena', 'leader', $$SELECT * FROM pay_register('[2026-03-01,2026-04-01)', NULL, 'team')$$, 'LO103', 'and no sum from which it would follow');
SELECT same('paula', 'payroll', 'SELECT * FROM ledger', 'SELECT * FROM ledger', 'payroll sees all');
UPDATE setting SET leaders_see_pay = true;

--
-- Who loses a team, or goes to another
--
UPDATE membership SET valid = daterange(lower(valid), timezone('UTC', clock_timestamp())::date) WHERE agent IN ('nora', 'anna');
INSERT INTO membership (agent, team, role, valid)
SELECT 'nora', 'north', 'agent', daterange(timezone('UTC', clock_timestamp())::date, NULL)
UNION ALL
SELECT 'anna', 'west', 'agent', daterange(timezone('UTC', clock_timestamp())::date, NULL);
UPDATE team SET leader = NULL WHERE team = 'north';
SELECT same('nora', 'leader', 'SELECT * FROM ledger', $$SELECT * FROM ledger l WHERE l.agent = 'nora'$$, 'who leads no more sees only the own pay');
SELECT refuses('nora', 'leader', $$SELECT * FROM explain_pay('nils', '2026-03')$$, 'LO100', 'and acts for nobody else');
SELECT same('lena', 'leader', 'SELECT * FROM ledger', $$SELECT * FROM ledger l WHERE l.agent IN ('lena', 'abel', 'nora', 'nils')$$,
    'who has gone to another team is seen there');
SELECT same('wim', 'leader', 'SELECT * FROM ledger', $$SELECT * FROM ledger l WHERE l.agent IN ('wim', 'bert', 'bela', 'moe', 'anna')$$, 'with what was before');

--
-- What policies cost: the caller is looked up once a query, and own rows come by
-- the index; who sees all pays nothing
--
CREATE FUNCTION public.plan_of(agent text, kind text, query text) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    line text;
    lines text := '';
BEGIN
    PERFORM be(plan_of.agent, plan_of.kind);
    SET LOCAL enable_seqscan = off;
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        lines := lines || E'\n' || line;
    END LOOP;
    RESET enable_seqscan;
    PERFORM be_owner();
    RETURN lines;
END
$$;
SELECT matches(plan_of('anna', 'agent', 'SELECT * FROM grade_event'), '\(agent = (\$0|\(InitPlan 1\).col1)\)', 'an agent is looked up once');
SELECT matches(plan_of('anna', 'agent', 'SELECT * FROM grade_event'), 'Index.* on grade_event', 'the own rows come by index');
SELECT matches(plan_of('lena', 'leader', 'SELECT * FROM award'), '\(agent = ANY \((\$0|\(InitPlan 1\).col1)\)\)', 'so is the team');
SELECT matches(plan_of('lena', 'leader', 'SELECT * FROM award'), 'Index.* on award', 'and its rows come by index');
SELECT unalike(plan_of('mona', 'manager', 'SELECT * FROM award'), '%agent%', 'who sees all has no condition');

--
-- An owner that is an application: restricted, but not in the functions of the workspace
--
SELECT calculate('2026-03') \g /dev/null
CREATE TABLE public.expected AS
SELECT answer(NULL, NULL, $$SELECT * FROM explain_pay('nils', '2026-03')$$) AS pay,
       answer(NULL, NULL, $$SELECT * FROM attainment('[2026-03-01,2026-04-01)')$$) AS attainment;
SELECT grant_access('lead_ops_tester', 'payroll') \g /dev/null
SELECT is(answer(NULL, NULL, $$SELECT * FROM explain_pay('nils', '2026-03')$$), e.pay, 'pay is explained to an owner of payroll as before') FROM public.expected e;
SELECT is(answer(NULL, NULL, $$SELECT * FROM attainment('[2026-03-01,2026-04-01)')$$), e.attainment, 'and attainment told') FROM public.expected e;
SELECT is(answer(NULL, NULL, $$SELECT calculate('2026-03')$$), '{(0)}', 'and pay calculated');
SELECT is(answer(NULL, NULL, 'SELECT * FROM assignment'), '{}', 'who does not see customers');
SELECT is((answer(NULL, NULL, $$SELECT approve_award(1, 'mona')$$))[1], 'LO101', 'nor signs as others');
SELECT revoke_access('lead_ops_tester', 'payroll') \g /dev/null
SELECT isnt(answer(NULL, NULL, 'SELECT * FROM assignment'), '{}', 'which ends with the kind');

-- where there is nothing to tell, it may be told before the question is refused
INSERT INTO attempt (campaign, number, agent, started_at, ended_at, outcome, reached, valid, manual_reason)
SELECT 'spring', '+8613800000001', 'nils', t, t + interval '5 min', outcome, true, true, 'said to'
FROM (SELECT min(outcome), timestamptz '2026-03-02 10:00+08' FROM outcome) AS o (outcome, t);
SELECT refuses('lena', 'leader', format('SELECT * FROM %s(''[2026-03-01,2026-04-01)'', NULL, %L)', f, per), 'LO103', format('%s of %s is not a leader''s', f, per))
FROM unnest('{conversion,outcome_shares,records_in_time,repeat_calls}'::text[]) f, unnest('{all,campaign}'::text[]) per;

SELECT * FROM finish();
ROLLBACK;
