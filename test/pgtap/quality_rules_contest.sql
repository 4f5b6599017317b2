-- Contests: schemes S05, S16, S18 and the worked case W18; assertions begin with
-- the number of the rule
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\o /dev/null
\ir include/pay.sql
SELECT no_plan();

INSERT INTO team (team, parent) VALUES ('A', 'desk'), ('B', 'desk');
SELECT hire('boss', NULL, NULL), hire('a1', NULL, 'A'), hire('a2', NULL, 'A'), hire('b1', NULL, 'B'), hire('b2', NULL, 'B');
SELECT add_metric('workload'), add_metric('calls'), add_metric('deals'), add_metric('valid calls'), add_metric('signed'),
       add_metric('complaints', NULL, 'flow', 'lower');
INSERT INTO metric (metric, kind, numerator, divisor) VALUES ('close rate', 'ratio', 'deals', 'calls');

-- a contest in March, by these metrics
CREATE FUNCTION pk(contest text, metrics text[], kind text DEFAULT 'team', prizes numeric[] DEFAULT '{500}', ties text DEFAULT 'share',
                   per_head text DEFAULT 'when_sizes_differ', month date DEFAULT '2020-03-01') RETURNS void LANGUAGE sql AS $$
    INSERT INTO contest (contest, kind, team, during, prizes, ties, per_head)
    VALUES ($1, $3, 'desk', daterange($7, ($7 + interval '1 month')::date), $4, $5, $6);
    INSERT INTO contest_metric (contest, metric) SELECT $1, m FROM unnest($2) m;
$$;
CREATE FUNCTION score(contest text, who text) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT s.score FROM contest_standing($1) s WHERE $2 IN (s.agent, s.team)
$$;
CREATE FUNCTION prize(contest text, who text) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT s.prize FROM contest_standing($1) s WHERE $2 IN (s.agent, s.team)
$$;

-- early phase, in January: level
SELECT did('a1', 'workload', 700, '2020-01-10'), did('a2', 'workload', 500, '2020-01-10'),
       did('b1', 'workload', 600, '2020-01-09'), did('b2', 'workload', 600, '2020-01-09');
SELECT pk('early', '{workload}', month => '2020-01-01'), pk('early, all', '{workload}', ties => 'all', month => '2020-01-01'),
       pk('early, first', '{workload}', ties => 'earliest', month => '2020-01-01'),
       pk('early, again', '{workload}', ties => 'replay', month => '2020-01-01');
\o
SELECT results_eq($$SELECT team, rank, prize FROM contest_standing('early') ORDER BY team$$,
    $$VALUES ('A', 1::bigint, 250.00), ('B', 1, 250.00)$$, 'W18-5: 1200 against 1200: level, and the prize is shared');
SELECT is(ARRAY[prize('early, all', 'A'), prize('early, all', 'B')], '{500,500}', 'W18-5: or each gets it');
SELECT is(ARRAY[prize('early, first', 'A'), prize('early, first', 'B')], '{0,500}', 'W18-5: or who got there first');
SELECT is(ARRAY[prize('early, again', 'A'), prize('early, again', 'B')], ARRAY[NULL, NULL]::numeric[], 'W18-5: or nobody, and it is played again');
SELECT is((SELECT figures FROM contest_standing('early') WHERE team = 'A'), '{"workload": 1200}', 'S05.17: the early phase is judged by workload alone');
SELECT is((SELECT count(*) FROM contest_standing('early')), 2::bigint, 'S05.16: two groups hold a PK');

-- later phase: close rate and workload, of equal weight
SELECT did('a1', 'calls', array_fill(1::numeric, ARRAY[200]), '2020-03-10'), did('a2', 'deals', array_fill(1::numeric, ARRAY[6]), '2020-03-10'),
       did('b1', 'calls', array_fill(1::numeric, ARRAY[220]), '2020-03-10'), did('b2', 'deals', array_fill(1::numeric, ARRAY[8]), '2020-03-10'),
       did('a1', 'calls', array_fill(1::numeric, ARRAY[200]), '2020-04-10'), did('a2', 'deals', array_fill(1::numeric, ARRAY[6]), '2020-04-10'),
       did('b1', 'calls', array_fill(1::numeric, ARRAY[250]), '2020-04-10'), did('b2', 'deals', array_fill(1::numeric, ARRAY[5]), '2020-04-10'),
       pk('later', '{close rate,calls}'), pk('split', '{close rate,calls}', month => '2020-04-01') \g /dev/null
SELECT is(ARRAY[score('later', 'A'), score('later', 'B')], '{86.70,100.00}', 'W18-6: B is better in both and wins');
SELECT is(ARRAY[score('split', 'A'), score('split', 'B')], '{90.00,83.33}', 'W18-7: with one each, A wins by the weighted sum');
UPDATE contest_metric SET weight = 3 WHERE contest = 'split' AND metric = 'calls';
SELECT is(ARRAY[score('split', 'A'), score('split', 'B')], '{85.00,91.67}', 'S05.19: the weights of close rate and workload are settings');
SELECT is((SELECT team FROM contest_standing('later') WHERE rank = 1), 'B', 'S05.5: groups compete in sales');
SELECT results_eq($$SELECT team, score FROM contest_standing('later', '2020-03-09') ORDER BY team$$, $$VALUES ('A', 0.00), ('B', 0.00)$$,
    'S05.5: and see how it stands on any day');
SELECT is((SELECT sum(prize) FROM contest_standing('later', '2020-03-09')), 0::numeric, 'nothing done wins nothing');

-- the prize, split and posted
SELECT hire('b3', NULL, 'B') \g /dev/null
SELECT is((SELECT heads FROM contest_standing('later') WHERE team = 'B'), 3::numeric, 'S05.17: groups of different sizes');
SELECT is(score('later', 'B'), round(50 + 50 * (220 / 3.0) / 100, 2), 'S05.17: are compared per head, but for ratios');
UPDATE contest SET per_head = 'never' WHERE contest = 'later';
SELECT is(score('later', 'A'), 86.70, 'S05.17: or in all, where that is wanted');
SELECT is(refusal($$SELECT decide_contest('later', 'b1')$$), 'LO059', 'who wins does not decide');
SELECT is((SELECT count(*) FROM decide_contest('later', 'boss')), 2::bigint, 'S05.18: the contest is decided');
SELECT results_eq($$SELECT agent, amount FROM award WHERE kind = 'contest' ORDER BY agent$$,
    $$VALUES ('b1', 166.67), ('b2', 166.67), ('b3', 166.66)$$, 'W18-9: 500 for a group of 3, to the cent');
SELECT is((SELECT sum(amount) FROM ledger WHERE period = '2020-03' AND kind = 'award'), 500.00, 'S05.18: the champion is paid in the same month');
SELECT is((SELECT prize FROM contest_result WHERE contest = 'later' AND team = 'B'), 500::numeric, 'S05.6: the winning group gets its reward');
SELECT is(refusal($$SELECT decide_contest('later', 'boss')$$), 'LO093', 'S05.18: once');
SELECT is(refusal($$UPDATE contest SET prizes = '{600}' WHERE contest = 'later'$$), 'LO093', 'S05.18: a decided contest stays');
SELECT is(refusal($$INSERT INTO contest_metric VALUES ('later', 'signed')$$), 'LO093', 'S05.18: as do its metrics');
SELECT is(refusal($$UPDATE contest_result SET prize = 0$$), 'LO033', 'S05.18: and its result');
SELECT is_empty($$SELECT * FROM verify('2020-03') WHERE kind = 'award'$$, 'S05.18: the ledger agrees');
SELECT pk('now', '{calls}', month => date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')::date) \g /dev/null
SELECT is(refusal($$SELECT decide_contest('now', 'boss')$$), 'LO099', 'S05.18: not before it is over');

-- single people
SELECT did('a1', 'valid calls', 250, '2020-05-10'), did('b1', 'valid calls', 240, '2020-05-10'),
       did('a1', 'signed', 3, '2020-05-10'), did('b1', 'signed', 5, '2020-05-10'),
       did('a1', 'valid calls', 250, '2020-06-10'), did('b1', 'valid calls', 250, '2020-06-11'),
       pk('calls of May', '{valid calls}', 'agent', '{100}', 'all', month => '2020-05-01'),
       pk('signed in May', '{signed}', 'agent', '{100}', 'all', month => '2020-05-01'),
       pk('calls of June', '{valid calls}', 'agent', '{100}', 'all', month => '2020-06-01'),
       pk('June, first', '{valid calls}', 'agent', '{100,50,20}', 'earliest', month => '2020-06-01'),
       pk('June, shared', '{valid calls}', 'agent', '{100,50,20}', 'share', month => '2020-06-01') \g /dev/null
SELECT count(*) FROM unnest('{calls of May,signed in May,calls of June}'::text[]) c, LATERAL decide_contest(c, 'boss') \g /dev/null
SELECT results_eq($$SELECT agent, prize FROM contest_result WHERE contest = 'calls of May' AND prize > 0$$, $$VALUES ('a1', 100::numeric)$$,
    'S18.18: who has most valid calls of the month gets an allowance');
SELECT results_eq($$SELECT agent, prize FROM contest_result WHERE contest = 'signed in May' AND prize > 0$$, $$VALUES ('b1', 100::numeric)$$,
    'S18.19: and who has signed most, another');
SELECT is((SELECT count(*) FROM contest_prize WHERE contest = 'calls of June'), 2::bigint, 'S18.18: who is level gets it as well');
SELECT results_eq($$SELECT agent, prize FROM contest_standing('June, first') LIMIT 2$$, $$VALUES ('a1', 100::numeric), ('b1', 50)$$,
    'S18.18: or who was there first gets the better prize');
SELECT results_eq($$SELECT agent, prize FROM contest_standing('June, shared') LIMIT 2$$, $$VALUES ('a1', 75.00), ('b1', 75.00)$$,
    'S18.18: or the prizes of both places are shared');
SELECT is((SELECT sum(amount) FROM award WHERE agent IN ('a1', 'b1') AND kind = 'contest' AND day BETWEEN '2020-05-01' AND '2020-06-30'), 400::numeric,
    'S16.18: there are rewards for single people');
SELECT is((SELECT count(DISTINCT team) FROM contest_prize), 1::bigint, 'S16.18: and for teams');
SELECT did('a1', 'complaints', 2, '2020-07-10'), did('b1', 'complaints', 1, '2020-07-10'),
       pk('fewest complaints', '{complaints}', month => '2020-07-01', per_head => 'never') \g /dev/null
SELECT is(ARRAY[score('fewest complaints', 'A'), score('fewest complaints', 'B')], '{50.00,100.00}', 'where lower is better the lower figure wins');
INSERT INTO contest_entrant (contest, agent) VALUES ('June, first', 'b1'), ('June, first', 'b2');
SELECT is((SELECT count(*) FROM contest_standing('June, first')), 2::bigint, 'entrants, where they are named, are these alone');
SELECT is(refusal($$SELECT contest_standing('none')$$), 'LO092', 'a contest that is none');

-- cases that were shared: who is rated best gets a line of pay, decided by a person
INSERT INTO award_kind (kind, effect, least) VALUES ('best case', 'pay', 0);
SELECT approve_award(request_award('a2', 'best case', 200, '2020-03', 'case shared on 12 March', 'b1'), 'boss') \g /dev/null
SELECT results_eq($$SELECT agent, amount, asked_by, decided_by FROM award WHERE kind = 'best case'$$, $$VALUES ('a2', 200::numeric, 'b1', 'boss')$$,
    'S05.15: the best case that was shared is rated, and rewarded');

SELECT * FROM finish();
ROLLBACK;
