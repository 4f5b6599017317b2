-- Pay: windows, versions, scopes, gates, bounds, draws, late items, what is refused
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\o /dev/null
\ir include/pay.sql
SELECT add_metric('sales', 'CNY'), add_metric('calls', 'calls'), add_metric('assets', 'CNY', 'stock'), add_metric('dollars', 'USD');
SELECT hire('boss', NULL, NULL);
CREATE FUNCTION lines(agent text, period text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', l.component, l.kind, l.account, l.earned_in, l.amount)
    FROM ledger l WHERE l.agent = lines.agent AND l.period = lines.period ORDER BY l.line
$$;
\o
SELECT no_plan();

--
-- Windows: a quarter is paid to date, and trued up
--
\o /dev/null
SELECT new_plan('quarter');
INSERT INTO component (plan, version, component, metric, per, schedule, on_change)
VALUES ('quarter', 1, 'commission', 'sales', 'quarter', 'whole from 0: 2%, from 20000: 3%, from 50000: 5%', 'by_event');
SELECT activate_plan('quarter', 1), hire('q', 'quarter');
SELECT did('q', 'sales', 15000, '2020-01-10'), did('q', 'sales', 10000, '2020-02-10'), did('q', 'sales', 30000, '2020-03-10'), did('q', 'sales', 1000, '2020-04-10');
SELECT calculate(format('2020-0%s', n)) FROM generate_series(1, 4) n;
\o
SELECT is((SELECT array_agg(paid('q', 'commission', format('2020-0%s', n)) ORDER BY n) FROM generate_series(1, 4) n), '{300.00,450.00,2000.00,20.00}',
    'a quarter is paid to date: each month what it adds, repriced on the whole');
SELECT is((SELECT ARRAY[quantity, (explanation #>> '{before,value}')::numeric] FROM ledger WHERE agent = 'q' AND period = '2020-03'), '{55000,25000}',
    'the line says what the quarter was worth with and without the month');
SELECT is((SELECT sum(amount) FROM explain_pay('q', '2020-03')), 2000.00, 'and is explained by both');

-- weeks belong to the month of their last work day
\o /dev/null
SELECT new_plan('weekly');
INSERT INTO component (plan, version, component, metric, per, schedule, on_change)
VALUES ('weekly', 1, 'week', 'calls', 'week', 'whole from 0: 0, from 100: 10', 'by_event');
SELECT activate_plan('weekly', 1), hire('w', 'weekly');
SELECT did('w', 'calls', 60, '2020-03-31'), did('w', 'calls', 50, '2020-04-01'), did('w', 'calls', 100, '2020-04-08'), did('w', 'calls', 100, '2020-05-01');
SELECT calculate('2020-03'), calculate('2020-04'), calculate('2020-05');
\o
SELECT results_eq($$SELECT period, during FROM ledger WHERE agent = 'w' ORDER BY line$$,
    $$VALUES ('2020-04', daterange '[2020-03-30,2020-04-06)'), ('2020-04', '[2020-04-06,2020-04-13)'), ('2020-05', '[2020-04-27,2020-05-04)')$$,
    'a week across two months is paid whole, once, in the month of its last work day');

--
-- Versions: the same change in the middle of the month, three ways
--
\o /dev/null
SELECT new_plan(p) FROM unnest('{by event,prorate,latest}'::text[]) p;
INSERT INTO component (plan, version, component, metric, per, schedule, on_change)
SELECT p, 1, c.component, c.metric, 'month', c.schedule::lead_ops.tier_schedule, replace(p, ' ', '_')
FROM unnest('{by event,prorate,latest}'::text[]) p,
     (VALUES ('base', NULL, 'whole from 0: 3100'), ('commission', 'sales', 'marginal from 0: 3%, from 10000: 5%')) c (component, metric, schedule);
SELECT copy_plan(p, 1, '[2020-03-11,)') FROM unnest('{by event,prorate,latest}'::text[]) p;
UPDATE component SET schedule = 'whole from 0: 6200' WHERE version = 2 AND component = 'base';
UPDATE component SET schedule = 'marginal from 0: 4%, from 10000: 10%' WHERE version = 2 AND component = 'commission';
SELECT activate_plan(p, n) FROM unnest('{by event,prorate,latest}'::text[]) p, generate_series(1, 2) n;
SELECT hire(p, p) FROM unnest('{by event,prorate,latest}'::text[]) p;
SELECT did(p, 'sales', 8000, '2020-03-05'), did(p, 'sales', 12000, '2020-03-20') FROM unnest('{by event,prorate,latest}'::text[]) p;
SELECT calculate('2020-03');
\o
SELECT is(paid('by event', 'commission'), 8000 * 0.03 + 10000 * 0.04 + 2000 * 0.10, 'by_event: each version pays for its own days, with tiers of its own');
SELECT is(paid('by event', 'base'), 9300::numeric, 'by_event: a fixed amount is paid by both');
SELECT is(paid('latest', 'commission'), 10000 * 0.04 + 10000 * 0.10, 'latest: the newest version pays for all of the month');
SELECT is(paid('latest', 'base'), 6200::numeric, 'latest: one fixed amount');
SELECT is(paid('prorate', 'base'), round(3100.0 * 10 / 31, 2) + round(6200.0 * 21 / 31, 2), 'prorate: each version pays its share of the days');
SELECT is(paid('prorate', 'commission'),
    round((10000 * 0.03 + (8000 * 3.1 - 10000) * 0.05) / 3.1, 2) + round((10000 * 0.04 + (12000 * 31 / 21.0 - 10000) * 0.10) * 21 / 31, 2),
    'prorate: bounds are met at the same pace');
SELECT is((SELECT status || valid FROM plan_version WHERE plan = 'latest' AND version = 1), 'retired[2020-01-01,2020-03-11)', 'a version ends where the next begins');
SELECT is((SELECT sum(amount) FROM explain_pay('prorate', '2020-03')), payout('prorate'), 'prorated pay is explained');
-- who comes in the middle of the month
\o /dev/null
SELECT hire('newcomer');
INSERT INTO plan_assignment VALUES ('newcomer', 'prorate', '[2020-05-17,)'), ('newcomer', 'latest', '[2020-05-17,)');
SELECT did('newcomer', 'sales', 20000, '2020-05-10');
SELECT calculate('2020-05');
\o
SELECT is((SELECT array_agg(amount ORDER BY plan) FROM ledger WHERE agent = 'newcomer' AND component = 'base'), ARRAY[6200, round(6200.0 * 15 / 31, 2)],
    'a newcomer: all of the month, or his share');
SELECT results_eq($$SELECT agent, metric, during, reason, events FROM pay_gaps('2020-05') WHERE agent = 'newcomer'$$,
    $$VALUES ('newcomer', 'sales', daterange '[2020-05-10,2020-05-11)', 'no plan is in force', 1::bigint)$$,
    'what he sold before he had a plan is listed, not lost');

--
-- Scopes, by the team and leader of the day; leavers
--
\o /dev/null
INSERT INTO team (team) VALUES ('area');
INSERT INTO team (team, parent) VALUES ('east', 'area'), ('west', 'area');
SELECT new_plan('overrides');
INSERT INTO component (plan, version, component, metric, scope, per, schedule, on_change, counts_leavers) VALUES
    ('overrides', 1, 'team', 'calls', 'team', 'month', 'marginal from 0: 1 each', 'by_event', true),
    ('overrides', 1, 'without self', 'calls', 'team_without_self', 'month', 'marginal from 0: 1 each', 'by_event', true),
    ('overrides', 1, 'reports', 'calls', 'reports', 'month', 'marginal from 0: 1 each', 'by_event', true),
    ('overrides', 1, 'who stay', 'calls', 'team_without_self', 'month', 'marginal from 0: 1 each', 'by_event', false);
SELECT activate_plan('overrides', 1);
INSERT INTO agent (agent, left_on) VALUES ('east 1', NULL), ('east 2', NULL), ('leaver', '2020-06-20'), ('west 1', NULL), ('lead east', NULL), ('lead west', NULL), ('head', NULL);
INSERT INTO membership (agent, team, role, valid) VALUES
    ('east 1', 'east', 'agent', '(,)'), ('east 2', 'east', 'agent', '(,2020-06-16)'), ('east 2', 'west', 'agent', '[2020-06-16,)'),
    ('leaver', 'east', 'agent', '(,)'), ('west 1', 'west', 'agent', '(,)'), ('lead east', 'east', 'leader', '(,)'), ('lead west', 'west', 'leader', '(,)');
UPDATE team SET leader = 'head' WHERE team = 'area';
INSERT INTO plan_assignment (agent, plan) SELECT a, 'overrides' FROM unnest('{head,lead east,lead west,east 1}'::text[]) a;
-- each of another order of magnitude, so that the sum says who was counted
SELECT did('east 1', 'calls', 1, '2020-06-03'), did('east 2', 'calls', 10, '2020-06-10'), did('east 2', 'calls', 100, '2020-06-20'),
    did('leaver', 'calls', 1000, '2020-06-05'), did('west 1', 'calls', 10000, '2020-06-05'), did('lead east', 'calls', 100000, '2020-06-05'),
    did('lead west', 'calls', 1000000, '2020-06-05'), did('head', 'calls', 10000000, '2020-06-05');
SELECT calculate('2020-06');
CREATE FUNCTION pg_temp.scopes(agent text) RETURNS numeric[] LANGUAGE sql AS $$
    SELECT array_agg(pay_test.paid(scopes.agent, c, '2020-06') ORDER BY n)
    FROM unnest('{team,without self,reports,who stay}'::text[]) WITH ORDINALITY c (c, n)
$$;
\o
SELECT is(pg_temp.scopes('lead east'), '{101011,1011,1011,11}', 'a leader: his team on each day, without himself, without who has left');
SELECT is(pg_temp.scopes('lead west'), '{1010100,10100,10100,10100}', 'who moved counts for the other from then on');
SELECT is(pg_temp.scopes('head'), '{10000000,0,1111111,0}', 'a head: everybody below, sub-leaders included, not himself');
SELECT is(pg_temp.scopes('east 1'), '{101011,101010,0,100010}', 'an agent: the team he is in');
SELECT is_empty($$SELECT * FROM verify('2020-06')$$, 'they verify');
SELECT is((SELECT array_agg(a ORDER BY a) FROM unnest(pay_circle('{east 1}', find_period('2020-06'))) a),
    '{"east 1","east 2",head,"lead east","lead west",leaver,"west 1"}', 'an agent''s pay touches those above, and whoever counts for them');
SELECT is(refusal($$UPDATE team SET parent = 'east' WHERE team = 'area'$$), 'LO041', 'nobody is below himself');
-- leadership has dates
\o /dev/null
UPDATE team SET leader = 'boss' WHERE team = 'area';
\o
SELECT results_eq($$SELECT leader, lower_inf(valid), upper_inf(valid) FROM leadership WHERE team = 'area' ORDER BY valid$$,
    $$VALUES ('head', true, false), ('boss', false, true)$$, 'a new leader leads from today on');
SELECT is(calculate('2020-06'), 0, 'and changes nothing of the past');

--
-- Gates and bounds
--
\o /dev/null
SELECT new_plan('gated');
INSERT INTO component (plan, version, component, position, metric, total_of, per, basis, schedule, gates_needed, on_change) VALUES
    ('gated', 1, 'two of three', 1, NULL, NULL, 'month', 'sum', 'whole from 0: 100', 2, 'latest'),
    ('gated', 1, 'by total', 2, NULL, NULL, 'month', 'sum', 'whole from 0: 10', NULL, 'latest'),
    ('gated', 1, 'doubled', 3, NULL, '{two of three,by total}', 'month', 'sum', 'marginal from 0: 200%', NULL, 'latest'),
    ('gated', 1, 'bounded', 4, 'calls', NULL, 'day', 'sum', 'marginal from 0: 1 each', NULL, 'by_event');
INSERT INTO component_gate (plan, version, component, gate, metric, basis, per, total_of, certificate, comparison, threshold) VALUES
    ('gated', 1, 'two of three', 1, 'calls', 'sum', 'week', NULL, NULL, '>', 10),
    ('gated', 1, 'two of three', 2, 'sales', 'sum', NULL, NULL, NULL, '<=', 500),
    ('gated', 1, 'two of three', 3, NULL, 'sum', NULL, NULL, 'licence', '>=', NULL),
    ('gated', 1, 'by total', 1, NULL, 'sum', NULL, '{two of three}', NULL, '=', 100);
INSERT INTO component_bound (plan, version, component, side, per, amount, times, carries) VALUES
    ('gated', 1, 'bounded', 'minimum', 'window', 5, NULL, false), ('gated', 1, 'bounded', 'maximum', 'window', 0.5, 'two of three', false),
    ('gated', 1, 'bounded', 'maximum', 'period', 2, 'two of three', true);
SELECT activate_plan('gated', 1), hire('none', NULL), hire('licensed', NULL);
INSERT INTO plan_assignment (agent, plan, valid) VALUES ('none', 'gated', '[2020-07-27,)'), ('licensed', 'gated', '[2020-07-27,)');
INSERT INTO certificate (agent, certificate, valid) VALUES ('licensed', 'licence', '[2020-07-01,2020-08-01)');
SELECT did('none', 'calls', 10, '2020-07-30'), did('licensed', 'calls', 10.5, '2020-07-30'),
    did('none', 'sales', 500.01, '2020-07-30'), did('licensed', 'sales', 600, '2020-07-30'),
    did('licensed', 'calls', 40, '2020-07-27'), did('licensed', 'calls', 90, '2020-07-28'), did('licensed', 'calls', 150, '2020-07-29'), did('licensed', 'calls', 60, '2020-07-31');
SELECT calculate('2020-07'), calculate('2020-08');
\o
SELECT is((SELECT array_agg(paid('licensed', c, '2020-07')) FROM unnest('{two of three,by total,doubled}'::text[]) c), '{100,10,220}',
    'two gates of three hold: the week''s calls and the licence');
SELECT is((SELECT array_agg(paid('none', c, '2020-07')) FROM unnest('{two of three,by total,doubled}'::text[]) c), '{0,0,0}', 'none holds');
SELECT is((SELECT array_agg(amount ORDER BY line) FROM ledger WHERE agent = 'licensed' AND component = 'bounded' AND period = '2020-07' AND account = 'pay'),
    '{-0.50,40.00,50.00,50.00,10.50,50.00}', 'each day between 5 and half of the other; all days together at most twice it');
SELECT is(paid('licensed', 'bounded', '2020-08'), 0::numeric, 'the cap of a month whose gates fail is 0, and so nothing is paid of it');
SELECT is((SELECT balance FROM account_balance WHERE agent = 'licensed' AND account = 'cap'), 0.50, 'what the cap took off is kept');
-- September: the licence is back, and there is room below the cap
\o /dev/null
INSERT INTO certificate (agent, certificate, valid) VALUES ('licensed', 'licence', '[2020-09-01,)');
SELECT did('licensed', 'calls', 60, '2020-09-30'), calculate('2020-09');
\o
SELECT is((SELECT balance FROM account_balance WHERE agent = 'licensed' AND account = 'cap'), 0.00, 'as far as there is room');

--
-- Draws: the example of a manual, paid 1000 each month
--
\o /dev/null
SELECT new_plan('plain');
INSERT INTO component (plan, version, component, metric, per, schedule, on_change)
VALUES ('plain', 1, 'commission', 'sales', 'month', 'marginal from 0: 10% signed', 'by_event');
SELECT activate_plan('plain', 1), hire('drawn', 'plain'), hire('guaranteed', 'plain'), hire('minus', 'plain');
INSERT INTO draw (agent, valid, amount, recoverable) VALUES ('drawn', '[2020-01-01,2020-06-01)', 1000, true), ('guaranteed', '[2020-01-01,2020-03-01)', 1000, false);
SELECT did(a, 'sales', s, d)
FROM unnest('{drawn,guaranteed}'::text[]) a,
     (VALUES (5000, date '2020-01-10'), (7000, '2020-02-10'), (4000, '2020-03-10'), (15000, '2020-04-10'), (11000, '2020-05-10'), (9000, '2020-06-10')) v (s, d);
SELECT did('minus', 'sales', s, d) FROM (VALUES (-3000, date '2020-01-10'), (1000, '2020-02-10'), (5000, '2020-03-10')) v (s, d);
SELECT calculate(format('2020-0%s', n)) FROM generate_series(1, 6) n;
\o
SELECT results_eq($$SELECT period, earned, draws, payout FROM statement WHERE agent = 'drawn' ORDER BY period$$,
    $$VALUES ('2020-01', 500.00, 500.00, 1000.00), ('2020-02', 700, 300, 1000), ('2020-03', 400, 600, 1000), ('2020-04', 1500, -500, 1000),
             ('2020-05', 1100, -100, 1000), ('2020-06', 900, -800, 100)$$, 'a draw fills up, and is taken back from what is above it, then from all');
SELECT is_empty($$SELECT * FROM account_balance WHERE agent = 'drawn' AND balance <> 0$$, 'until nothing is owed');
SELECT is((SELECT array_agg(payout ORDER BY period) FROM statement WHERE agent = 'guaranteed'), '{1000,1000,400,1500,1100,900}', 'a guarantee is not taken back');
SELECT results_eq($$SELECT period, earned, carried, payout FROM statement WHERE agent = 'minus' ORDER BY period$$,
    $$VALUES ('2020-01', -300.00, 300.00, 0.00), ('2020-02', 100, -100, 0), ('2020-03', 500, -200, 300)$$, 'a payout is never below 0; the rest is carried on');
SELECT is_empty($$SELECT * FROM generate_series(1, 6) n CROSS JOIN LATERAL verify(format('2020-0%s', n))$$, 'all that verifies');

--
-- Totals over a longer window, and what is not there
--
\o /dev/null
SELECT new_plan('totals');
INSERT INTO component (plan, version, component, metric, total_of, per, basis, schedule, on_change) VALUES
    ('totals', 1, 'month', 'sales', NULL, 'month', 'sum', 'marginal from 0: 1%', 'latest'),
    ('totals', 1, 'on top', NULL, '{month}', 'quarter', 'sum', 'whole from 0: 10%, from 1000: 20%', 'latest'),
    ('totals', 1, 'attained', 'calls', NULL, 'month', 'attainment', 'whole from 0: 0, from 1: 100', 'latest');
SELECT activate_plan('totals', 1), hire('t', 'totals'), hire('t 0', 'totals');
INSERT INTO quota (metric, agent, period, amount) VALUES ('calls', 't', 'month', 10), ('calls', 't 0', 'month', 0);
SELECT did('t', 'sales', 60000, '2020-01-10'), did('t', 'sales', 50000, '2020-02-10'), did('t', 'sales', 1000, '2020-04-10'), did('t', 'calls', 10, '2020-01-10'),
    did('t 0', 'calls', 10, '2020-01-10'), did('t 0', 'sales', -500, '2020-01-10'), did('t 0', 'sales', 200, '2020-01-11');
SELECT calculate(format('2020-0%s', n)) FROM generate_series(1, 4) n;
\o
SELECT is((SELECT array_agg(paid('t', 'on top', format('2020-0%s', n)) ORDER BY n) FROM generate_series(1, 4) n), '{60.00,160.00,0,1.00}',
    'a total of a quarter to date has what the months before posted');
SELECT is(paid('t', 'attained', '2020-01'), 100::numeric, 'a quota that is met exactly is met');
SELECT results_eq($$SELECT component, reason FROM pay_gaps('2020-01') WHERE agent = 't 0'$$,
    $$VALUES ('attained', 'not defined: there is no quota, or a divisor is 0')$$, 'a quota of 0 is neither met nor missed, but listed');
SELECT is(paid('t 0', 'month', '2020-01'), 0::numeric, 'a month below 0 pays nothing, and takes nothing where the schedule is not signed');
-- two plans, of which one has a gap
\o /dev/null
SELECT hire('gap', 'weekly'), did('gap', 'sales', 1, '2020-05-03'), did('gap', 'sales', 2, '2020-05-20'), did('gap', 'calls', 1, '2020-05-20');
INSERT INTO plan_assignment VALUES ('gap', 'plain', '[2020-05-10,)');
\o
SELECT results_eq($$SELECT metric, during FROM pay_gaps('2020-05') WHERE agent = 'gap'$$, $$VALUES ('sales', daterange '[2020-05-03,2020-05-04)')$$,
    'a day without the plan that pays for it is a gap, whatever other plan there is');
SELECT is((SELECT amount FROM ledger WHERE agent = 't 0' AND component = 'attained'), NULL, 'what is undefined posts nothing');

--
-- What if
--
SELECT results_eq($$SELECT component, quantity, amount, posted FROM preview('minus', '2020-03', '{"add": {"sales": 1000}, "schedule": {"commission": "marginal from 0: 20%"}}')
                    WHERE kind = 'earning'$$, $$VALUES ('commission', 6000::numeric, 1200.00, 500.00)$$, 'what if he sold more, for more');
SELECT is((SELECT sum(amount) FROM preview('minus', '2020-03')), payout('minus'), 'a preview of what was calculated is its payout');
SELECT is(refusal($$SELECT preview('minus', '2020-03', '{"sales": 1}')$$), '22023', 'an unknown key is refused');
SELECT is(refusal($$SELECT preview('minus', '2020-03', '{"add": {"nonsense": 1}}')$$), 'LO085', 'and an unknown metric');
SELECT is(refusal($$SELECT preview('nobody', '2020-03')$$), 'LO021', 'and an unknown agent');
SELECT is(refusal($$SELECT calculate('never')$$), 'LO069', 'and an unknown period');
SELECT is((SELECT sum(amount) FROM explain_pay(a, '2020-03')), payout(a), 'explained to the cent: ' || a)
FROM unnest('{minus,drawn,guaranteed,q,by event,latest}'::text[]) a;

--
-- Activation: each fault, and all at once
--
\o /dev/null
SELECT new_plan('faulty', '[2021-01-01,)');
CREATE FUNCTION pg_temp.fault(component text, metric text DEFAULT NULL, total_of text[] DEFAULT NULL, scope text DEFAULT 'own', per text DEFAULT 'month',
                              basis text DEFAULT 'sum', cycle text DEFAULT 'month', gates integer DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    INSERT INTO component (plan, version, component, metric, total_of, scope, per, basis, schedule, on_change, cycle, gates_needed)
    VALUES ('faulty', 1, component, metric, total_of, scope, per, basis, 'marginal from 0: 1%', 'latest', cycle, gates);
    SELECT string_agg(f.fault, '; ') INTO found FROM plan_faults('faulty', 1) f;
    DELETE FROM component WHERE plan = 'faulty';
    RETURN found;
END
$$;
\o
SELECT is((SELECT fault FROM plan_faults('faulty', 1)), 'it has no components', 'a version without components');
SELECT is(pg_temp.fault('a', total_of => '{b}'), 'there is no component "b" of the same cycle in this version', 'a component that is missing');
SELECT is(pg_temp.fault('a', total_of => '{commission}', scope => 'team', cycle => 'week'), 'no plan pays a component "commission" in the same cycle and currency', 'one of another cycle');
SELECT is(pg_temp.fault('a', total_of => '{commission}', scope => 'team'), NULL, 'one of another plan is found');
SELECT is(pg_temp.fault('commission', total_of => '{commission}', scope => 'reports'), 'it depends on itself by way of "commission"', 'a component that depends on itself');
SELECT is(pg_temp.fault('a', metric => 'dollars'), 'metric "dollars" is in USD, the plan in CNY', 'another currency');
SELECT is(pg_temp.fault('a', metric => 'assets'), 'metric "assets" is a stock, of which there is no sum', 'a sum of states');
SELECT is(pg_temp.fault('a', metric => 'attendance', basis => 'count'), 'metric "attendance" is a ratio, of which there is no count', 'a count of ratios');
SELECT is(pg_temp.fault('a', metric => 'calls', basis => 'last'), 'metric "calls" is a flow, of which there is no last', 'a last of events');
SELECT is(pg_temp.fault('a', metric => 'days_due', per => 'event'), 'metric "days_due" does not tell events apart: it has no item_column', 'events without a name');
SELECT is(pg_temp.fault('a', gates => 2), '2 gates are needed, and it has 0', 'more gates than there are');
SELECT is(refusal($$SELECT activate_plan('faulty', 1)$$), 'LO061', 'a faulty version is not activated');
SELECT is(refusal($$UPDATE plan_version SET status = 'active' WHERE plan = 'faulty'$$), 'LO061', 'nor by UPDATE');
SELECT is(refusal($$INSERT INTO plan_version VALUES ('faulty', 2, '[2022-01-01,)', 'active')$$), 'LO061', 'nor inserted as active');
SELECT is(refusal($$SELECT activate_plan('faulty', 7)$$), 'LO062', 'nor one that is none');
SELECT is(refusal($$SELECT activate_plan('plain', 1)$$), 'LO060', 'nor twice');
SELECT is(refusal($$INSERT INTO component (plan, version, component, schedule) VALUES ('faulty', 1, 'a', 'whole from 0: 1')$$), '23502',
    'what happens at a change of versions has no default');
SELECT is(refusal(s), 'LO060', 'an active version does not change: ' || s) FROM unnest(ARRAY[
    $$UPDATE component SET schedule = 'whole from 0: 1' WHERE plan = 'plain'$$, $$DELETE FROM component WHERE plan = 'plain'$$,
    $$INSERT INTO component_factor (plan, version, component, factor, constant) VALUES ('plain', 1, 'commission', 1, 2)$$,
    $$UPDATE component_gate SET threshold = 0 WHERE threshold = 10$$, $$DELETE FROM component_bound$$,
    $$UPDATE plan_version SET valid = '[2019-01-01,)' WHERE plan = 'plain'$$, $$UPDATE plan_version SET status = 'draft' WHERE plan = 'plain'$$,
    $$DELETE FROM plan_version WHERE plan = 'plain'$$, $$UPDATE plan SET currency = 'EUR' WHERE plan = 'plain'$$, $$UPDATE plan SET places = 0 WHERE plan = 'plain'$$]) s;
SELECT is(refusal(format('TRUNCATE %I CASCADE', t)), 'LO033', 'nor is it emptied: ' || t)
FROM unnest('{component,component_factor,component_gate,component_bound,plan_check,plan_version}'::text[]) t;
SELECT is(refusal($$SELECT copy_plan('plain', 1, '[2020-09-01,2020-10-01)'); SELECT activate_plan('plain', 2)$$), 'LO061', 'a version that would leave none after it');

SELECT * FROM finish();
ROLLBACK;
