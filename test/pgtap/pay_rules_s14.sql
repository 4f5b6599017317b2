-- Pay scheme S14: telemarketing clerks, and its worked cases W22 and W23; with
-- them the quotas of W19, which other schemes pay by
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\o /dev/null
\ir include/pay.sql

UPDATE setting SET hours = 'Mo-Fr 08:30-12:00,13:30-17:30';
SELECT add_metric('targets', 'customers'), add_metric('contracts', 'CNY'), add_metric('pool', 'CNY');
CREATE VIEW granted AS
SELECT agent, day AS at, amount AS quantity, award FROM award
WHERE kind = 'full bonus' AND status = 'approved';
INSERT INTO metric (metric, unit, source, item_column) VALUES ('granted', 'CNY', 'granted', 'award');
INSERT INTO award_kind (kind, effect, least, most) VALUES
    ('full bonus', 'count', 300, 500), ('fine', 'pay', -100, -100), ('referral bonus', 'pay', 0, NULL);
INSERT INTO quota (metric, team, period, amount) VALUES ('targets', 'desk', 'month', 5);

SELECT new_plan('clerk'), new_plan('referral');
INSERT INTO component (plan, version, component, position, metric, per, basis, schedule, on_change)
VALUES
    ('clerk', 1, 'base pay', 1, NULL, 'month', 'sum', 'whole from 0: 1800', 'latest'),
    ('clerk', 1, 'full bonus', 2, 'granted', 'month', 'sum', 'marginal from 0: 1 each', 'latest'),
    ('clerk', 1, 'over quota', 3, 'targets', 'month', 'excess', 'marginal from 0: 200 each', 'latest'),
    ('clerk', 1, 'below quota', 4, 'targets', 'month', 'shortfall', 'marginal from 0: -100 each',
     'latest'),
    ('clerk', 1, 'commission', 5, 'contracts', 'event', 'sum', 'marginal from 0: 3%', 'by_event'),
    ('referral', 1, 'referral', 1, 'pool', 'event', 'sum', 'marginal from 0: 1 each', 'by_event');
INSERT INTO component_gate (plan, version, component, gate, metric, basis, threshold)
VALUES ('clerk', 1, 'full bonus', 1, 'targets', 'attainment', 1);
SELECT activate_plan('clerk', 1), activate_plan('referral', 1);

-- an agent for each case: targets, bonus granted, contracts, fines
CREATE TABLE cases (id text PRIMARY KEY, targets integer, bonus numeric, contracts numeric[],
                    fines integer, total numeric);
INSERT INTO cases VALUES
    ('W22-1', 5, 300, '{}', 0, 2100), ('W22-2', 5, 500, '{100000}', 0, 5300),
    ('W22-3', 6, 300, '{}', 0, 2300), ('W22-5', 4, 0, '{}', 0, 1700),
    ('W22-6', 4, 500, '{}', 0, 1700), ('W22-7', 4, 0, '{20000}', 0, 2300),
    ('W22-9', 0, 0, '{}', 3, 1000), ('W22-10', 5, 300, '{}', 2, 1900),
    ('W22-11', 5, 300, '{3333.33,0.10}', 0, 2200);
SELECT hire('boss', NULL, NULL);
SELECT hire(c.id, 'clerk'), did(c.id, 'targets', array_fill(1::numeric, ARRAY[c.targets])),
       did(c.id, 'contracts', c.contracts)
FROM cases c;
SELECT approve_award(request_award(c.id, 'full bonus', c.bonus, '2020-03', 'month met', 'boss'), 'boss')
FROM cases c WHERE c.bonus > 0;
SELECT approve_award(request_award(c.id, 'fine', -100, '2020-03', 'private call', 'boss'), 'boss')
FROM cases c, generate_series(1, c.fines);

-- orders introduced by a friend: the pool of commissions is split
INSERT INTO agent (agent) VALUES ('friend'), ('clerk'), ('p1'), ('p2'), ('p3');
INSERT INTO plan_assignment (agent, plan) SELECT a, 'referral' FROM unnest('{friend,clerk,p1,p2,p3}'::text[]) a;
CREATE VIEW referral AS SELECT agent, at, quantity, sale FROM credit WHERE kind = 'commission pool';
UPDATE metric SET source = 'referral', item_column = 'sale' WHERE metric = 'pool';
SELECT credit_sale('order 1', lead_ops.payout('marginal from 0: 3%', 200000), '2020-03-10 12:00Z',
                   '{clerk,friend}', '{60,40}', 'commission pool'),
       credit_sale('order 2', 1000, '2020-03-11 12:00Z', '{p1,p2,p3}', NULL, 'commission pool');
SELECT approve_award(request_award('clerk', 'referral bonus', 150, '2020-03', 'friend''s order', 'boss'),
                     'boss');
SELECT calculate('2020-03');
\o
SELECT no_plan();

SELECT is(payout(c.id), c.total, format('%s: %s targets, bonus %s, contracts %s, %s fines', c.id,
          c.targets, c.bonus, c.contracts, c.fines))
FROM cases c ORDER BY length(c.id), c.id;

SELECT is(paid('W22-9', 'base pay'), 1800::numeric, 'S14.24: base pay is 1800 a month, whatever was reached');
SELECT is(paid('W22-2', 'full bonus'), 500::numeric, 'S14.12: the full bonus that was granted is paid when the month is met');
SELECT is(paid('W22-1', 'full bonus') + paid('W22-1', 'over quota'), 300::numeric,
    'S14.25: the full bonus, which is stated twice, is paid once');
SELECT is(paid('W22-6', 'full bonus'), 0::numeric, 'S14.26: otherwise there is no performance bonus');
SELECT is(ARRAY[paid('W22-3', 'over quota'), paid('W22-1', 'over quota')], '{200,0}',
    'S14.13: each target customer above 5 pays 200');
SELECT is(paid('W22-2', 'commission'), 3000::numeric, 'S14.14: a contract signed pays 3 % of its value');
SELECT is(ARRAY[paid('W22-5', 'below quota'), paid('W22-9', 'below quota')], '{-100,-500}',
    'S14.15: each target customer missing costs 100, at most 500');
SELECT is(ARRAY[paid('W22-5', 'commission'), paid('W22-7', 'commission')], '{0,600}',
    'S14.16: no signing, no commission; the quota does not matter');
SELECT is((SELECT awards FROM statement WHERE agent = 'W22-9' AND period = '2020-03'), -300::numeric,
    'S14.20: each violation is fined 100');
SELECT is(refusal($$SELECT request_award('W22-1', 'fine', -50, '2020-03', 'x', 'boss')$$), 'LO067',
    'S14.20: and no other amount');
SELECT is(ARRAY[paid('clerk', 'referral'), paid('friend', 'referral')], '{3600.00,2400.00}',
    'S14.21: an order introduced by a friend is split as agreed');
SELECT is((SELECT sum(quantity) FROM credit WHERE sale = 'order 1'), 6000::numeric,
    'S14.22: what is split is all commission of the order, to the cent');
SELECT is((SELECT awards FROM statement WHERE agent = 'clerk' AND period = '2020-03'), 150::numeric,
    'S14.23: the company may add a bonus');

SELECT is(refusal($$SELECT request_award('W22-1', 'full bonus', 299, '2020-03', 'x', 'boss')$$), 'LO067',
    'W22-13: a bonus of 299 is refused');
SELECT is(refusal($$SELECT request_award('W22-1', 'full bonus', 300, '2020-03', 'x', 'boss')$$), 'accepted',
    'W22-14: a bonus of 300 is accepted');
SELECT is(refusal($$SELECT request_award('W22-1', 'full bonus', 500, '2020-03', 'x', 'boss')$$), 'accepted',
    'W22-15: a bonus of 500 is accepted');
SELECT is(refusal($$SELECT request_award('W22-1', 'full bonus', 500.01, '2020-03', 'x', 'boss')$$), 'LO067',
    'S14.12: and more is refused');

SELECT is((SELECT sum(quantity) FROM credit WHERE sale = 'order 1'), 6000.00,
    'W23-1: the pool is 200000 x 3 %');
SELECT is(ARRAY[paid('clerk', 'referral'), paid('friend', 'referral')], '{3600.00,2400.00}',
    'W23-2: 60 % and 40 % of it');
SELECT is(ARRAY[paid('p1', 'referral'), paid('p2', 'referral'), paid('p3', 'referral')],
    '{333.34,333.33,333.33}', 'W23-3: three equal parts of 1000.00 add up to it');
SELECT is(payout('W22-5') - paid('W22-5', 'base pay') - paid('W22-5', 'below quota'), 0::numeric,
    'W23-5: an order that was not signed pays nothing');
SELECT is(refusal($$SELECT credit_sale('order 3', 1000, now(), '{p1,p2}', '{60,30}')$$), 'LO065',
    'S14.22: shares that are no whole are refused');

SELECT is(lead_ops.work_time_between(s.hours, '2020-03-06 00:00Z', '2020-03-07 00:00Z', 'UTC'),
    interval '7 h 30 min', 'S14.27: work is 8:30-12:00 and 13:30-17:30') FROM setting s;
SELECT is((SELECT count(*) FROM working_days('[2020-03-02,2020-03-09)', '{W22-1}')), 5::bigint,
    'S14.28: on five days a week');
SELECT is(lead_ops.work_time_between(s.hours, '2020-03-06 00:00Z', '2020-03-07 00:00Z', 'UTC'),
    interval '7.5 h', 'W23-6: 7.5 hours a day') FROM setting s;
SELECT is(lead_ops.work_time_between(s.hours, '2020-03-02 00:00Z', '2020-03-09 00:00Z', 'UTC'),
    interval '37.5 h', 'W23-7: 37.5 hours a week') FROM setting s;
SELECT is(lead_ops.next_open(s.hours, c.wish, 'UTC'), c.at, c.id)
FROM setting s, (VALUES
    ('W23-9: a callback at the closing minute is for the next working day',
     timestamptz '2025-03-07 17:30Z', timestamptz '2025-03-10 08:30Z'),
    ('W23-10: one a minute before stays', '2025-03-07 17:29Z', '2025-03-07 17:29Z'),
    ('W23-11: the opening minute is within', '2025-03-07 08:30Z', '2025-03-07 08:30Z')) c (id, wish, at);

-- quotas by a fixed number of days, and two at a time
\o /dev/null
SELECT add_metric('early customers', 'customers'), add_metric('dials', 'calls'), add_metric('minutes', 'minutes'), new_plan('both');
INSERT INTO quota (metric, team, period, amount, days, valid) VALUES ('early customers', 'desk', 'day', 50, 22, '[2020-04-01,)'),
    ('dials', 'desk', 'day', 50, 16, '[2020-04-01,)');
INSERT INTO component (plan, version, component, per, schedule, on_change) VALUES ('both', 1, 'both', 'day', 'whole from 0: 1', 'by_event');
INSERT INTO component_gate (plan, version, component, gate, metric, threshold) VALUES ('both', 1, 'both', 1, 'dials', 80), ('both', 1, 'both', 2, 'minutes', 120);
SELECT activate_plan('both', 1), hire('1100'), hire('1099'), hire('49'), hire('800'), hire('799');
SELECT did('1100', 'early customers', 1100, '2020-04-07'), did('1099', 'early customers', 1099, '2020-04-07'), did('49', 'early customers', 49, '2020-04-07'),
       did('800', 'dials', 800, '2020-04-07'), did('799', 'dials', 799, '2020-04-07');
SELECT hire(id, 'both'), did(id, 'dials', dials, '2020-04-07'), did(id, 'minutes', minutes, '2020-04-07')
FROM (VALUES ('W19-5', 80, 120), ('W19-6', 80, 119), ('W19-7', 79, 300)) c (id, dials, minutes);
SELECT calculate('2020-04');
\o
SELECT is(a.quota, 1100::numeric, 'W22-17: 50 early customers a day are 1100 a month') FROM attainment('[2020-04-01,2020-05-01)', '{early customers}', '{1100}') a;
SELECT is(a.met, true, 'W22-18: 1100 meet it') FROM attainment('[2020-04-01,2020-05-01)', '{early customers}', '{1100}') a;
SELECT is(a.met, false, 'W22-19: 1099 do not') FROM attainment('[2020-04-01,2020-05-01)', '{early customers}', '{1099}') a;
SELECT is(a.met, false, 'W22-21: nor 49 on a day') FROM attainment('[2020-04-07,2020-04-08)', '{early customers}', '{49}') a;
SELECT is(a.quota, 800::numeric, 'W19-1: 50 calls on 16 days are 800') FROM attainment('[2020-04-01,2020-05-01)', '{dials}', '{800}') a;
SELECT is(a.met, true, 'W19-2: 800 calls meet it') FROM attainment('[2020-04-01,2020-05-01)', '{dials}', '{800}') a;
SELECT is(a.met, false, 'W19-3: 799 do not') FROM attainment('[2020-04-01,2020-05-01)', '{dials}', '{799}') a;
SELECT is(paid('W19-5', 'both', '2020-04'), 1::numeric, 'W19-5: 80 calls and 120 minutes meet both');
SELECT is(paid('W19-6', 'both', '2020-04'), 0::numeric, 'W19-6: 119 minutes do not');
SELECT is(paid('W19-7', 'both', '2020-04'), 0::numeric, 'W19-7: nor 79 calls');

SELECT is_empty($$SELECT * FROM verify('2020-03')$$, 'S14: the ledger is what the plan says');
SELECT is(calculate('2020-03'), 0, 'S14: a second run posts nothing');

SELECT * FROM finish();
ROLLBACK;
