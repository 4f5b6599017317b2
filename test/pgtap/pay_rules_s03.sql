-- Pay scheme S03: wage by grade or clients' assets, 50 % of each fee, the leader's
-- allowance; with it the pay rules of S02, S05, S13, S17 and S20, and the worked
-- cases W09, W10 and W13
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\o /dev/null
\ir include/pay.sql

SELECT add_metric('fees', 'CNY'), add_metric('assets', 'CNY', 'stock'), add_metric('coefficient', NULL, 'stock'),
       add_metric('sales', 'CNY'), add_metric('outsourced', 'CNY');
INSERT INTO award_kind (kind, effect, least, most) VALUES
    ('special reward', 'pay', 0, NULL), ('allowance cut', 'pay', NULL, 0), ('risk deposit', 'withhold', 0, NULL),
    ('deposit forfeited', 'forfeit', 0, NULL), ('deposit returned', 'release', 0, NULL),
    ('commendation', 'pay', 0, 1000), ('violation, minor', 'pay', -50, -50), ('violation, grave', 'pay', -500, -200),
    ('uncivil language', 'pay', -200, -200);
SELECT hire('boss', NULL, NULL);

-- wage by grade, by clients' assets, or a subsidy; sales; the leader's allowance
SELECT set_ladder('advisers', 'AM1 < AM2 < AM3');
UPDATE grade SET pay_factor = CASE grade WHEN 'AM1' THEN 2000 WHEN 'AM2' THEN 2500 ELSE 3000 END;
SELECT new_plan(p) FROM unnest('{wage by grade,wage by assets,subsidy,member,leader,stepped,whole,campaign,
    incentive,trained}'::text[]) p;
INSERT INTO component (plan, version, component, position, metric, scope, per, basis, schedule, on_change)
VALUES
    ('wage by grade', 1, 'wage', 1, NULL, 'own', 'month', 'sum', 'whole from 0: 1', 'by_event'),
    ('wage by assets', 1, 'wage', 1, 'assets', 'own', 'month', 'last',
     'whole from 0: 1500, from 500000: 2500, from 2000000: 4000', 'latest'),
    ('subsidy', 1, 'marketing subsidy', 1, NULL, 'own', 'month', 'sum', 'whole from 0: 1200', 'prorate'),
    ('member', 1, 'product reward', 2, 'fees', 'own', 'event', 'sum', 'marginal from 0: 50%', 'by_event'),
    ('leader', 1, 'performance allowance', 3, 'fees', 'team_without_self', 'month', 'sum',
     'marginal from 0: 8%', 'by_event'),
    ('stepped', 1, 'commission', 1, 'sales', 'own', 'month', 'sum',
     'marginal from 0: 3%, from 10000: 5%, from 30000: 8%', 'by_event'),
    ('whole', 1, 'commission', 1, 'sales', 'own', 'month', 'sum',
     'whole from 0: 3%, from 10000: 5%, from 30000: 8%', 'by_event'),
    ('campaign', 1, 'outsourced', 1, 'outsourced', 'own', 'month', 'sum', 'marginal from 0: 4%', 'by_event'),
    ('incentive', 1, 'prize', 1, 'sales', 'own', 'month', 'rank', 'whole from 1: 500, from 2: 200, from 4: 0',
     'latest'),
    ('trained', 1, 'training pay', 1, NULL, 'own', 'month', 'sum', 'whole from 0: 100', 'latest');
INSERT INTO component_factor (plan, version, component, factor, by_grade) VALUES ('wage by grade', 1, 'wage', 1, true);
INSERT INTO component_factor (plan, version, component, factor, metric, basis)
VALUES ('leader', 1, 'performance allowance', 1, 'coefficient', 'last');
INSERT INTO component_gate (plan, version, component, gate, metric, threshold)
VALUES ('trained', 1, 'training pay', 1, 'attendance', 1);
SELECT activate_plan(v.plan, v.version) FROM plan_version v ORDER BY v.plan;

-- grades: promoted in the middle of March
SELECT hire('graded'), hire('ungraded', 'wage by grade');
SELECT set_grade('graded', 'AM1', '2020-01-01', by => 'boss', ladder => 'advisers');
INSERT INTO plan_assignment VALUES ('graded', 'wage by grade', '[2020-01-01,)');
SELECT hire('subsidised', 'subsidy'), hire('subsidy till 15', 'member');
INSERT INTO plan_assignment VALUES ('subsidy till 15', 'subsidy', '(,2020-03-16)'),
    ('subsidy till 15', 'wage by grade', '[2020-03-16,)');

-- W09: fees of members
SELECT hire('W09-1', 'member'), hire('W09-2', 'member'), hire('W09-3', 'member'), hire('W09-5', 'member');
SELECT did('W09-1', 'fees', 1000), did('W09-2', 'fees', 0), did('W09-5', 'fees', '{1200.50,333.33,0.01}'::numeric[]);

-- W10: a team for each case
CREATE TABLE teams (id text PRIMARY KEY, a numeric, b numeric, own numeric, n numeric, allowance numeric);
INSERT INTO teams VALUES
    ('W10-1', 10000, 5000, 8000, 1, 1200), ('W10-2', 10000, 5000, 8000, 0.8, 960),
    ('W10-3', 10000, 5000, 8000, 1.2, 1440), ('W10-5', NULL, NULL, 8000, 1, 0),
    ('W10-6', 0, 0, NULL, 1, 0), ('W10-7', 123.45, NULL, NULL, 0.95, 9.38), ('W10-9', 10000, 5000, 8000, 1, 1200);
INSERT INTO agent (agent) SELECT id || ' ' || who FROM teams, unnest('{a,b,leader}'::text[]) who ON CONFLICT DO NOTHING;
INSERT INTO team (team, leader) SELECT id, id || ' leader' FROM teams;
INSERT INTO membership (agent, team, role)
SELECT id || ' ' || who, id, CASE who WHEN 'leader' THEN 'leader' ELSE 'agent' END
FROM teams, unnest('{a,b,leader}'::text[]) who;
INSERT INTO plan_assignment (agent, plan)
SELECT id || ' ' || who, 'member' FROM teams, unnest('{a,b,leader}'::text[]) who
UNION ALL SELECT id || ' leader', 'leader' FROM teams;
SELECT did(id || ' a', 'fees', a), did(id || ' b', 'fees', b), did(id || ' leader', 'fees', own),
       did(id || ' leader', 'coefficient', n)
FROM (SELECT id, array_remove(ARRAY[a], NULL) AS a, array_remove(ARRAY[b], NULL) AS b,
             array_remove(ARRAY[own], NULL) AS own, n FROM teams) t;
-- fees of February, which do not count for March
SELECT did('W10-1 a', 'fees', 7000, '2020-02-27');
-- W10-9: with a wage of 3000; W10-10: a member with 2500 and a special reward
SELECT set_grade('W10-9 leader', 'AM3', '2020-01-01', by => 'boss', ladder => 'advisers'), hire('W10-10', 'member');
SELECT set_grade('W10-10', 'AM2', '2020-01-01', by => 'boss', ladder => 'advisers'), did('W10-10', 'fees', '{1200.50,333.33}'::numeric[]);
INSERT INTO plan_assignment (agent, plan) VALUES ('W10-9 leader', 'wage by grade'), ('W10-10', 'wage by grade');
SELECT approve_award(request_award(w.agent, w.kind, w.amount, '2020-03', 'as decided', 'boss'), 'boss')
FROM (VALUES ('W10-10', 'special reward', 200), ('W10-2 leader', 'allowance cut', -960),
             ('W10-3 leader', 'risk deposit', 500), ('W10-3 leader', 'deposit forfeited', 200),
             ('W09-1', 'commendation', 100), ('W09-2', 'violation, minor', -50),
             ('W09-3', 'violation, grave', -300), ('W10-1 leader', 'violation, minor', -50),
             ('W09-5', 'uncivil language', -200)) w (agent, kind, amount);

-- W13: assets and sales
CREATE TABLE tiers (id text PRIMARY KEY, assets numeric, wage numeric, sales numeric, marginal numeric, whole numeric);
INSERT INTO tiers VALUES ('W13-1', 0, 1500), ('W13-2', 499999.99, 1500), ('W13-3', 500000, 2500), ('W13-5', 2000000, 4000);
INSERT INTO tiers (id, sales, marginal, whole) VALUES ('W13-6', 0, 0, 0), ('W13-7', 9999.99, 300, 300),
    ('W13-9', 10000.01, 300, 500), ('W13-10', 30000, 1300, 2400), ('W13-11', 40000, 2100, 3200);
SELECT hire(id, 'wage by assets'), did(id, 'assets', assets + 1000000, '2020-03-05'),
       did(id, 'assets', assets, '2020-03-31')
FROM tiers WHERE assets IS NOT NULL;
SELECT hire(id, 'stepped'), hire(id || ' whole', 'whole'), did(id, 'sales', sales), did(id || ' whole', 'sales', sales)
FROM tiers WHERE sales IS NOT NULL;

-- the rest
SELECT hire('outsourcer', 'campaign'), did('outsourcer', 'outsourced', 2500);
SELECT hire('first', 'incentive'), hire('second', 'incentive'), hire('third', 'incentive'), hire('none', 'incentive');
SELECT did('first', 'sales', 300), did('second', 'sales', 200), did('third', 'sales', 200);
SELECT hire('met', 'trained'), hire('missed', 'trained'), attend('met', 22), attend('missed', 21);
SELECT calculate('2020-03');
\o
SELECT no_plan();

SELECT is(ARRAY[paid('graded', 'wage'), paid('W10-10', 'wage'), paid('W10-9 leader', 'wage')], '{2000,2500,3000}',
    'S03.3: new and old staff are paid by the grade they have');
SELECT is(ARRAY[paid('subsidised', 'marketing subsidy'), paid('subsidised', 'wage')], '{1200,0}',
    'S03.11: a member has the subsidy ...');
SELECT is(ARRAY[payout('graded'), paid('graded', 'marketing subsidy')], '{2000,0}', 'S03.11: ... or the wage and the bonus');
SELECT is(paid('subsidy till 15', 'marketing subsidy'), round(1200.0 * 15 / 31, 2),
    'S03.11: and of a subsidy that ends in the month its share of the days');
SELECT is(payout('W10-9 leader'), paid('W10-9 leader', 'wage') + paid('W10-9 leader', 'product reward')
                                  + paid('W10-9 leader', 'performance allowance'),
    'S03.12: a leader is paid as a member, and the allowance');
SELECT is((SELECT array_agg(pay_factor ORDER BY grade) FROM grade), '{2000,2500,3000}',
    'S03.13: the wage of each grade is a table of its own');
SELECT is(paid(id, 'wage'), wage, format('%s: assets %s', id, assets)) FROM tiers WHERE assets IS NOT NULL ORDER BY id;
SELECT is(paid('W13-3', 'wage'), 2500::numeric, 'S03.14: the wage follows from the clients'' assets at the end of the month');

SELECT is(payout('W10-10') - paid('W10-10', 'wage'), 600.25 + 166.67 + 200,
    'S03.15: the personal bonus is the product reward and other special rewards');
SELECT is(paid(c.id, 'product reward'), c.reward, c.id || ': 50 % of each fee')
FROM (VALUES ('W09-1', 500.00), ('W09-2', 0), ('W09-3', 0), ('W09-5', 766.93)) c (id, reward);
SELECT is((SELECT array_agg(amount ORDER BY quantity DESC) FROM ledger WHERE agent = 'W09-5' AND component = 'product reward'),
    '{600.25,166.67,0.01}', 'S03.16: each sale pays 50 % of its fee, rounded by itself');
SELECT is(round(lead_ops.payout('marginal from 0: 50%', 1200.50 + 333.33 + 0.01), 2), 766.92,
    'W09-6: rounding the sum instead makes a cent of difference');
SELECT is((SELECT awards FROM statement WHERE agent = 'W10-10' AND period = '2020-03'), 200::numeric,
    'S03.17: special rewards are lines of their own');
SELECT is((SELECT explanation ->> 'approved_by' FROM ledger WHERE agent = 'W10-10' AND kind = 'award'), 'boss',
    'S03.17: with who approved them');
SELECT is(paid(id || ' leader', 'performance allowance'), allowance, format('%s: A %s, B %s, leader %s, N %s', id, a, b, own, n))
FROM teams ORDER BY id COLLATE "C";
SELECT is((SELECT array_agg(component ORDER BY component) FROM ledger WHERE agent = 'W10-1 leader' AND kind = 'earning'),
    '{performance allowance,product reward}', 'S03.18: the management allowance is the performance allowance');
SELECT is(paid('W10-1 leader', 'performance allowance'), 15000 * 0.08, 'S03.19: 8 % of the team''s fees');
SELECT is(ARRAY[paid('W10-5 leader', 'performance allowance'), paid('W10-5 leader', 'product reward')], '{0,4000}',
    'S03.20: the leader''s own sales earn 50 %, but no allowance');
SELECT is(paid('W10-3 leader', 'performance allowance'), 15000 * 0.08 * 1.2,
    'S03.21: times N, and only sales of the period count');
SELECT is(payout('W10-9 leader'), 8200::numeric, 'W10-9: leader: wage 3000, own fee 8000, team 15000');
SELECT is(payout('W10-10'), 3466.92, 'W10-10: member: wage 2500, two fees, a special reward');
SELECT is(ARRAY[paid('W10-2 leader', 'performance allowance'), (SELECT awards FROM statement WHERE agent = 'W10-2 leader' AND period = '2020-03')],
    '{960,-960}', 'S03.23: the allowance is cut or cancelled by a line of its own');
SELECT is((SELECT balance FROM account_balance WHERE agent = 'W10-3 leader' AND account = 'deposit'), 300::numeric,
    'S03.24: a violation can be taken from the leader''s deposit');
SELECT is(refusal(format('SELECT approve_award(%s, %L)',
    request_award('W10-3 leader', 'deposit forfeited', 300.01, '2020-03', 'x', 'boss'), 'boss')), 'LO068',
    'S03.24: as far as it goes');

SELECT is(paid(id, 'commission'), marginal, format('%s: sales %s, marginal', id, sales)) FROM tiers WHERE sales IS NOT NULL ORDER BY length(id), id;
SELECT is(paid(id || ' whole', 'commission'), whole, format('%s: sales %s, whole', id, sales)) FROM tiers WHERE sales IS NOT NULL ORDER BY length(id), id;
SELECT is(ARRAY[paid('W13-11', 'commission'), paid('W13-11 whole', 'commission')], '{2100,3200}',
    'S05.20: stepped pay, each step by itself or the step reached for all');
SELECT is((SELECT schedule::text FROM component WHERE plan = 'stepped'), 'marginal from 0: 3%, from 10000: 5%, from 30000: 8%',
    'S05.21: the figures of the pay table are data of the plan');
SELECT is(ARRAY[paid('first', 'prize'), paid('second', 'prize'), paid('third', 'prize'), paid('none', 'prize')], '{500,200,200,0}',
    'S02.18: incentives by rank; a tie shares the better place, and nothing done is no rank');
SELECT is(paid('outsourcer', 'outsourced'), 100::numeric, 'S13.9: campaigns for others pay a commission of their own');
SELECT is(ARRAY[paid('met', 'training pay'), paid('missed', 'training pay')], '{100,0}',
    'S17.6: attending as required may be a condition of pay');
SELECT is((SELECT awards FROM statement WHERE agent = 'W09-1' AND period = '2020-03'), 100::numeric, 'S20.4: commendations pay');
SELECT is((SELECT array_agg(amount ORDER BY amount) FROM ledger WHERE kind = 'award' AND agent IN ('W09-2', 'W09-3')), '{-300,-50}',
    'S20.5: violations have levels, each with what it costs');
SELECT is((SELECT awards FROM statement WHERE agent = 'W10-1 leader' AND period = '2020-03'), -50::numeric,
    'S20.7: a manager is liable as well');
SELECT is((SELECT awards FROM statement WHERE agent = 'W09-5' AND period = '2020-03'), -200::numeric,
    'S20.21: uncivil language is a violation of its own');
SELECT is((SELECT payout FROM statement WHERE agent = 'W09-3' AND period = '2020-03'), 0::numeric,
    'S20.5: what is more than the pay is carried on');

SELECT is_empty($$SELECT * FROM verify('2020-03')$$, 'S03: the ledger is what the plans say');
SELECT * FROM finish();
ROLLBACK;
