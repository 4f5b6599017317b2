-- Pay scheme S18: sales representatives on probation and after, and the worked
-- cases W27 and W28
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\o /dev/null
\ir include/pay.sql

SELECT add_metric('calls', 'calls'), add_metric('valid calls', 'calls'), add_metric('orders', 'CNY'), add_metric('signed', 'contracts'),
       add_metric('field days', 'days');
INSERT INTO quota (metric, team, period, amount, days) VALUES ('calls', 'desk', 'day', 100, 22), ('valid calls', 'desk', 'day', 10, 22);

SELECT new_plan(p) FROM unnest('{probation,all calls,by valid calls,full}'::text[]) p;
INSERT INTO component (plan, version, component, position, metric, per, basis, schedule, on_change)
VALUES
    ('probation', 1, 'base pay', 1, 'calls', 'month', 'attainment', 'interpolated from 0: 0, from 1: 500', 'latest'),
    ('probation', 1, 'valid calls', 2, 'valid calls', 'month', 'excess', 'marginal from 0: 2 each', 'latest'),
    ('probation', 1, 'orders', 3, 'orders', 'event', 'sum', 'marginal from 0: 5%', 'by_event'),
    ('all calls', 1, 'valid calls', 2, 'valid calls', 'month', 'sum', 'whole over 220: 2 each', 'latest'),
    ('by valid calls', 1, 'base pay', 1, 'valid calls', 'month', 'attainment', 'interpolated from 0: 0, from 1: 500', 'latest'),
    ('full', 1, 'base pay', 1, NULL, 'month', 'sum', 'whole from 0: 500', 'latest'),
    ('full', 1, 'bonus', 2, 'orders', 'month', 'sum', 'marginal from 0: 5%', 'latest'),
    ('full', 1, 'bonus of the quarter', 3, 'orders', 'quarter', 'sum', 'whole from 0: 0, from 30000: 1%', 'latest'),
    ('full', 1, 'bonus of the year', 4, 'orders', 'year', 'sum', 'whole from 0: 0, from 100000: 1%', 'latest'),
    ('full', 1, 'valid call bonus', 5, 'valid calls', 'month', 'excess', 'marginal from 0: 2 each', 'latest'),
    ('full', 1, 'transport', 6, 'field days', 'month', 'sum', 'whole from 0: 0, from 1: 150', 'latest'),
    ('full', 1, 'communication', 7, NULL, 'month', 'sum', 'whole from 0: 80', 'latest'),
    ('full', 1, 'phone allowance, valid calls', 8, 'valid calls', 'month', 'rank', 'whole from 1: 100, from 2: 0', 'latest'),
    ('full', 1, 'phone allowance, signed', 9, 'signed', 'month', 'rank', 'whole from 1: 100, from 2: 0', 'latest');
SELECT activate_plan(v.plan, 1) FROM plan_version v ORDER BY v.plan;

CREATE TABLE cases (id text PRIMARY KEY, calls integer, valid integer, orders numeric[], pay numeric);
INSERT INTO cases VALUES ('W27-9', 2200, 220, '{}', 500), ('W27-10', 2199, 220, '{}', 499.77), ('W27-11', 2000, 220, '{}', 454.55),
    ('W27-13', 2500, 221, '{}', 502), ('W27-14', 2000, 198, '{333.33}', 471.22), ('W27-15', 2200, 220, '{0.10}', 500.01);
SELECT hire(c.id, 'probation'), did(c.id, 'calls', c.calls), did(c.id, 'valid calls', c.valid), did(c.id, 'orders', c.orders) FROM cases c;
CREATE TABLE valid (id text PRIMARY KEY, n integer, pay numeric);
INSERT INTO valid VALUES ('W27-2', 0, 0), ('W27-3', 219, 0), ('W27-5', 221, 2), ('W27-6', 250, 60);
SELECT hire(v.id, 'probation'), did(v.id, 'valid calls', v.n), hire(v.id || ' all', 'all calls'), did(v.id || ' all', 'valid calls', v.n) FROM valid v;
SELECT hire('W27-17', 'by valid calls'), did('W27-17', 'valid calls', 219);
SELECT hire(a, 'full') FROM unnest('{A,B,C}'::text[]) a;
SELECT did('A', 'valid calls', 250), did('B', 'valid calls', 240), did('C', 'valid calls', 250, '2020-04-10'), did('A', 'valid calls', 250, '2020-04-10');
SELECT did('A', 'signed', '{1,1,1}'::numeric[]), did('B', 'signed', '{1,1,1,1,1}'::numeric[]), did('A', 'signed', '{1,1}'::numeric[], '2020-04-10');
SELECT did('A', 'orders', 10000, '2020-01-10'), did('A', 'orders', 15000, '2020-02-10'), did('A', 'orders', 12000, '2020-03-10'),
       did('A', 'orders', 70000, '2020-04-10'), did('B', 'orders', 11200), did('A', 'field days', 3), did('B', 'field days', 1);
SELECT calculate(format('2020-0%s', n)) FROM generate_series(1, 4) n;
\o
SELECT no_plan();

SELECT is(paid(v.id, 'valid calls'), v.pay, format('%s: %s valid calls', v.id, v.n)) FROM valid v ORDER BY v.id;
SELECT is(paid('W27-5 all', 'valid calls'), 442::numeric, 'W27-7: 221, where all of them pay');
SELECT is(payout(c.id), c.pay, format('%s: %s calls, %s valid, orders %s', c.id, c.calls, c.valid, c.orders)) FROM cases c ORDER BY length(c.id), c.id;
SELECT is(payout('W27-17'), 497.73, 'W27-17: base pay by 219 of 220 valid calls');
SELECT is((SELECT array_agg(a.quota ORDER BY a.metric) FROM attainment('[2020-03-01,2020-04-01)', '{calls,valid calls}', '{W27-9}') a), '{2200,220}',
    'W27-1: month quotas of 2200 calls and 220 valid calls');

SELECT is(paid('A', 'base pay'), 500::numeric, 'S18.13: the base is a figure of the plan');
SELECT is(payout('B'), (SELECT sum(paid('B', component)) FROM component WHERE plan = 'full'), 'S18.12: the wage is base, performance bonus and allowances');
SELECT cmp_ok(paid('B', 'bonus'), '>', paid('B', 'base pay'), 'S18.11: the performance share can be the larger one');
SELECT is(ARRAY[paid('A', 'transport'), paid('C', 'transport')], '{150,0}', 'S18.14: a transport subsidy for field work');
SELECT is(paid('C', 'communication'), 80::numeric, 'S18.15: a communication subsidy');
SELECT is((SELECT array_agg(paid('A', c, p) ORDER BY c, p) FROM unnest('{2020-01,2020-02,2020-03,2020-04}'::text[]) p,
           unnest('{bonus,bonus of the quarter,bonus of the year}'::text[]) c),
    '{500,750,600,3500, 0,0,370,700, 0,0,0,1070}', 'S18.16: commission by month, quarter and year, each paid to date');
SELECT is(ARRAY[paid('A', 'bonus'), paid('A', 'valid call bonus')], '{600,60}', 'S18.17: from the value of deals and the number of valid calls');
SELECT is(paid('W27-9', 'base pay'), 500::numeric, 'S18.21: the base pay of the probation is 500');
SELECT is(paid('W27-6', 'valid calls'), 60::numeric, 'S18.26: 2 for each valid call above 220');
SELECT is(paid('W27-14', 'orders'), 16.67, 'S18.27: 5 % of an order');
SELECT is(paid('W27-10', 'base pay'), 499.77, 'S18.30: base pay goes down in proportion to missing calls');

SELECT is(ARRAY[paid('A', 'phone allowance, valid calls'), paid('B', 'phone allowance, signed')], '{100,100}',
    'W28-1: A has the most valid calls, B the most contracts');
SELECT is(paid('A', 'phone allowance, valid calls', '2020-04') + paid('A', 'phone allowance, signed', '2020-04'), 200::numeric,
    'W28-2: the best in both has both');
SELECT is(ARRAY[paid('A', 'phone allowance, valid calls', '2020-04'), paid('C', 'phone allowance, valid calls', '2020-04'),
                paid('B', 'phone allowance, valid calls', '2020-04')], '{100,100,0}', 'W28-3: a tie pays both, and nothing done wins nothing');
SELECT is(paid('B', 'base pay') + paid('B', 'bonus') + paid('B', 'transport') + paid('B', 'communication'), 1290::numeric,
    'W28-5: 500 + 560 + 150 + 80');
SELECT is_empty($$SELECT v.* FROM generate_series(1, 4) n CROSS JOIN LATERAL verify(format('2020-0%s', n)) v$$, 'S18: the ledger is what the plans say');
SELECT * FROM finish();
ROLLBACK;
