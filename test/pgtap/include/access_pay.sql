-- What the people of access.sql have sold, earn, are graded, assessed, reported
-- and reviewed for; and shows(), which compares what somebody sees of a table
-- with what there was before (seen_before), by a condition on the row r.
-- moe sold in the east before he went to the west
INSERT INTO agent (agent) VALUES ('moe');
INSERT INTO membership (agent, team, valid) VALUES ('moe', 'east', '(,2026-03-15)'), ('moe', 'west', '[2026-03-15,)');
CREATE TABLE public.sale (
    sale bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent text NOT NULL,
    at timestamptz NOT NULL,
    quantity numeric NOT NULL
);
INSERT INTO public.sale (agent, at, quantity)
SELECT s.agent, '2026-03-10 10:00Z', s.quantity
FROM (VALUES ('anna', 10), ('abel', 20), ('nils', 30), ('nora', 1), ('lena', 2), ('bert', 40),
             ('bela', 25), ('wim', 3), ('moe', 7)) s (agent, quantity);
INSERT INTO metric (metric, source, item_column) VALUES ('sold', 'public.sale', 'sale');

-- pay: a rate of one's own sales, for leaders one of the team's, and a prize for
-- who is first
INSERT INTO pay_period (period, during)
SELECT to_char(m, 'YYYY-MM'), daterange(m::date, (m + interval '1 month')::date)
FROM generate_series(timestamp '2026-01-01', '2026-04-01', interval '1 month') m;
INSERT INTO plan (plan) VALUES ('seller'), ('leader');
INSERT INTO plan_version (plan, version, valid)
VALUES ('seller', 1, '[2026-01-01,)'), ('leader', 1, '[2026-01-01,)');
INSERT INTO component (plan, version, component, metric, scope, basis, schedule, on_change) VALUES
    ('seller', 1, 'rate', 'sold', 'own', 'sum', 'whole from 0: 10%', 'by_event'),
    ('seller', 1, 'first', 'sold', 'own', 'rank', 'whole from 1: 100, from 2: 0', 'by_event'),
    ('leader', 1, 'team', 'sold', 'reports', 'sum', 'whole from 0: 1%', 'by_event');
SELECT activate_plan('seller', 1), activate_plan('leader', 1);
INSERT INTO plan_assignment (agent, plan)
SELECT DISTINCT m.agent, CASE m.role WHEN 'agent' THEN 'seller' ELSE 'leader' END
FROM membership m WHERE m.role IN ('agent', 'leader');
INSERT INTO draw (agent, valid, amount) VALUES ('anna', '[2026-03-01,2026-04-01)', 1),
    ('bert', '[2026-03-01,2026-04-01)', 1);
INSERT INTO award_kind (kind, effect) VALUES ('prize', 'pay'), ('deposit', 'withhold');
SELECT request_award(a.agent, 'prize', 5, '2026-03', 'well done', 'lena') FROM agent a
WHERE a.agent IN ('anna', 'nils', 'bert');
SELECT request_award(a, 'deposit', 2, '2026-03', 'for the phone', 'lena') FROM unnest('{anna,bert}'::text[]) a;
SELECT approve_award(a.award, 'mona') FROM award a WHERE a.agent <> 'nils';
SELECT credit_sale('deal 1', 100, '2026-03-11 10:00Z', '{anna,bert}');
SELECT calculate('2026-03');

-- grades and what leads to them
SELECT set_ladder('sales', 'junior < senior');
INSERT INTO stage (stage, place, needs_approval) VALUES ('trial', 1, false), ('firm', 2, true);
INSERT INTO training (training, place) VALUES ('basics', 1);
INSERT INTO certificate (agent, certificate) SELECT a.agent, 'licence' FROM agent a;
INSERT INTO grade_rule (rule, kind, ladder, from_grade) VALUES ('up', 'promote', 'sales', 'junior');
INSERT INTO grade_condition (rule, condition, test, metric, comparison, threshold)
VALUES ('up', 1, 'metric', 'sold', '>=', 10);
SELECT set_grade(m.agent, 'junior', '2025-01-01'), enter_stage(m.agent, 'trial', '2025-01-01'),
       record_training(m.agent, 'basics', '2025-01-02', passed => true)
FROM (SELECT DISTINCT m.agent FROM membership m WHERE m.role IN ('agent', 'leader')) m;
INSERT INTO appointment (agent, role, team, valid)
VALUES ('abel', 'assessor', 'east', '[2026-01-01,)'), ('bela', 'assessor', 'west', '[2026-01-01,)');
INSERT INTO headcount_plan (team, role, people) VALUES ('east', 'agent', 3), ('west', 'agent', 2);
SELECT review_grades('[2026-01-01,2026-04-01)');

-- quotas
INSERT INTO quota (metric, agent, period, amount)
SELECT DISTINCT 'sold', m.agent, 'month', 15::numeric FROM membership m WHERE m.role = 'agent';
INSERT INTO quota (metric, team, shared, period, amount)
VALUES ('sold', 'east', true, 'month', 100), ('sold', 'west', true, 'month', 100);
SELECT acknowledge_quota(q.quota, q.agent) FROM quota q WHERE q.agent IN ('anna', 'bert');
INSERT INTO improvement_plan (agent, metric, period, plan, written_by)
SELECT a, 'sold', '[2026-02-01,2026-03-01)', 'call more', l
FROM (VALUES ('anna', 'lena'), ('nils', 'nora'), ('bert', 'wim')) p (a, l);
INSERT INTO make_up (agent, metric, day, missing)
SELECT DISTINCT m.agent, 'sold', date '2026-02-02', 1 FROM membership m WHERE m.role = 'agent';

-- assessments: lena's of January are published but nils's, those of February are not
INSERT INTO scorecard (scorecard, roles) VALUES ('card', '{agent,leader}'), ('listed', '{agent}');
INSERT INTO scorecard (scorecard, subject) VALUES ('teams', 'team');
INSERT INTO scorecard_version (scorecard, version, valid)
VALUES ('card', 1, '[2026-01-01,)'), ('listed', 1, '[2026-01-01,)'), ('teams', 1, '[2026-01-01,)');
INSERT INTO scorecard_indicator (scorecard, version, indicator, weight, rubric, target)
SELECT v.scorecard, 1, 'zeal', 100, '0 to 5', 5 FROM scorecard_version v;
INSERT INTO scorecard_assessor (scorecard, version, assessor) VALUES ('listed', 1, 'abel');
SELECT approve_scorecard(v.scorecard, 1, 'mona') FROM scorecard_version v;
SELECT open_assessments(s.scorecard, m.during, 'mona')
FROM scorecard s, (VALUES (daterange '[2026-01-01,2026-02-01)'), ('[2026-02-01,2026-03-01)')) m (during)
WHERE s.scorecard <> 'listed' OR lower(m.during) = '2026-02-01';
INSERT INTO assessment_entry (assessment, indicator, assessor, figure)
SELECT a.assessment, 'zeal', CASE a.scorecard WHEN 'listed' THEN 'abel' ELSE 'mona' END, 4
FROM assessment a WHERE a.scorecard <> 'listed' OR a.agent = 'anna';
SELECT score_assessments('card', '[2026-01-01,2026-02-01)', 'mona'),
       score_assessments('teams', '[2026-01-01,2026-02-01)', 'mona');
SELECT review_assessment(a.assessment, 'mona') FROM assessment a WHERE a.status = 'scored';
SELECT publish_assessment(a.assessment, 'mona') FROM assessment a
WHERE a.status = 'reviewed' AND a.agent IS DISTINCT FROM 'nils';
INSERT INTO assessment_task (scorecard, during, task, owner, due_on) VALUES
    ('card', '[2026-02-01,2026-03-01)', 'score', 'mona', '2026-03-05'),
    ('card', '[2026-02-01,2026-03-01)', 'talk', 'lena', '2026-03-10'),
    ('card', '[2026-02-01,2026-03-01)', 'note', 'anna', '2026-03-10');

-- conduct, one decided, one not, and an appeal against each that is decided
INSERT INTO conduct_rule (rule, amounts) VALUES ('late', '{10}');
INSERT INTO conduct_rule (rule, amounts, office) VALUES ('leak', '{10}', 'office');
SELECT record_conduct(c.agent, c.rule, '2026-03-02', 'see the log', c.by)
FROM (VALUES ('anna', 'late', 'lena'), ('anna', 'leak', 'lena'), ('lena', 'late', 'mona'),
             ('bert', 'late', 'wim'), ('bert', 'leak', 'quinn')) c (agent, rule, by);
SELECT decide_conduct(c.conduct, true, 'mona') FROM conduct c WHERE c.rule = 'late' AND c.agent <> 'lena';
UPDATE setting SET appeal_team = 'office';
SELECT file_appeal(c.agent, 'objection', 'not so', conduct => c.conduct)
FROM conduct c WHERE c.status = 'confirmed';

-- QA: a checklist, a sample of the sales, a review of some
SELECT publish_checklist('sale', '[{"item": "polite"}]', 'quinn');
SELECT draw_sample('sold', '[2026-03-01,2026-04-01)', 'seed', 'quinn', per_agent => 1, checklist => 'sale');
SELECT review_item(i.agent, 'sold', i.item, clock_timestamp(), 'sale', '{"polite": false}', 'quinn', i.sample,
                   'smile', '2026-03-20')
FROM qa_sample_item i WHERE i.agent IN ('anna', 'nils', 'bert');

-- contests: one of the east and what is below it, decided; one of all, not yet
INSERT INTO contest (contest, kind, team, during, prizes)
VALUES ('east', 'agent', 'east', '[2026-03-01,2026-04-01)', '{50,20}'),
       ('west', 'agent', 'west', '[2026-03-01,2026-04-01)', '{50}');
INSERT INTO contest_metric (contest, metric) VALUES ('east', 'sold'), ('west', 'sold');
SELECT decide_contest('east', 'mona', '2026-04');

-- requests
INSERT INTO request_kind (kind, office) VALUES ('overtime', NULL), ('exception', 'office');
INSERT INTO request (agent, kind, detail)
SELECT a.agent, k.kind, 'please' FROM unnest('{anna,nils,bert}'::text[]) a (agent), request_kind k;
INSERT INTO late_item (cycle, agent, day) VALUES ('month', 'anna', '2026-01-05'), ('month', 'bert', '2026-01-05');

CREATE TABLE public.seen_before (relation text, line text, r jsonb);
DO $$
DECLARE
    relation name;
BEGIN
    FOR relation IN SELECT DISTINCT a.relation FROM access_relation a LOOP
        EXECUTE format('INSERT INTO public.seen_before SELECT %1$L, t::text, to_jsonb(t) FROM %1$I t', relation);
    END LOOP;
END
$$;

-- NULL: nothing may be read at all
CREATE FUNCTION public.shows(relation text, agent text, kind text, condition text) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    seen text[];
    wanted text[];
BEGIN
    PERFORM be(shows.agent, shows.kind);
    BEGIN
        EXECUTE format('SELECT array_agg(t::text ORDER BY t::text COLLATE "C") FROM %I t', relation) INTO seen;
        seen := coalesce(seen, '{}');
    EXCEPTION WHEN insufficient_privilege THEN
        seen := NULL;
    END;
    PERFORM be_owner();
    IF condition IS NOT NULL THEN
        EXECUTE format('SELECT coalesce(array_agg(line ORDER BY line COLLATE "C"), ''{}'') FROM public.seen_before s WHERE s.relation = %L AND (%s)',
                       relation, condition) INTO wanted;
    END IF;
    RETURN is(seen, wanted, format('%s sees of %s by the role of %s: %s', coalesce(shows.agent, 'nobody'), relation, shows.kind,
                                   coalesce(condition, 'nothing')));
END
$$;
-- what somebody's query gives, a row a line, or its error; kind NULL: the owner's.
-- What it writes stays.
CREATE FUNCTION public.answer(agent text, kind text, query text) RETURNS text[]
    LANGUAGE plpgsql AS $$
DECLARE
    lines text[];
    message text;
BEGIN
    IF kind IS NOT NULL THEN
        PERFORM be(answer.agent, answer.kind);
    END IF;
    BEGIN
        EXECUTE format(CASE WHEN query ~* '^(INSERT|UPDATE|DELETE)' THEN 'WITH q AS (%s RETURNING 1) SELECT array_agg(q::text) FROM q'
                            ELSE 'SELECT array_agg(q::text ORDER BY q::text COLLATE "C") FROM (%s) q' END, query) INTO lines;
        lines := coalesce(lines, '{}');
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
        lines := ARRAY[SQLSTATE, message];
    END;
    PERFORM be_owner();
    RETURN lines;
END
$$;
