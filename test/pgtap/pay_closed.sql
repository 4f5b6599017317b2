-- A closed pay period does not change, by whatever path; late items and refunds
-- are paid in the open one
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\o /dev/null
\ir include/pay.sql
SELECT add_metric('sales', 'CNY');
INSERT INTO quota (metric, team, period, amount, valid) VALUES ('sales', 'desk', 'month', 1000, '[2020-01-01,)');
SELECT new_plan('p'), new_plan('leaders'), hire('boss', NULL, NULL), hire('lead', NULL, 'desk', 'leader');
CREATE VIEW shared_sale AS SELECT agent, at, quantity, sale FROM credit WHERE kind = 'sale';
INSERT INTO metric (metric, unit, source, item_column) VALUES ('shared', 'CNY', 'shared_sale', 'sale');
INSERT INTO component (plan, version, component, metric, total_of, scope, per, schedule, on_change) VALUES
    ('p', 1, 'commission', 'sales', NULL, 'own', 'month', 'marginal from 0: 3%, from 20000: 5%', 'by_event'),
    ('p', 1, 'year', 'sales', NULL, 'own', 'year', 'whole from 0: 0, from 30000: 1%', 'by_event'),
    ('p', 1, 'each', 'shared', NULL, 'own', 'event', 'marginal from 0: 10%', 'by_event'),
    ('leaders', 1, 'override', NULL, '{each}', 'team_without_self', 'month', 'marginal from 0: 20% signed', 'by_event');
SELECT activate_plan('p', 1), activate_plan('leaders', 1);
INSERT INTO agent (agent) VALUES ('ann'), ('bob');
INSERT INTO membership (agent, team, valid) VALUES ('ann', 'desk', '[2020-01-01,)'), ('bob', 'desk', '[2020-01-01,)');
INSERT INTO plan_assignment (agent, plan, valid) SELECT a, 'p', '[2020-01-01,)' FROM unnest('{ann,bob,lead}'::text[]) a
UNION ALL VALUES ('lead', 'leaders', daterange '[2020-01-01,)');
INSERT INTO draw (agent, valid, amount) VALUES ('bob', '[2020-01-01,)', 100);
SELECT set_ladder('ladder', 'A < B'), set_grade('ann', 'A', '2020-01-01', by => 'boss', ladder => 'ladder');
INSERT INTO award_kind (kind, effect) VALUES ('reward', 'pay'), ('counted', 'count');
SELECT request_award('ann', 'reward', 10, '2020-01', 'x', 'lead'), request_award('ann', 'counted', 10, '2020-01', 'x', 'lead');
SELECT did('ann', 'sales', 22000, '2020-01-10'), did('bob', 'sales', 1000, '2020-01-10');
SELECT count(*) FROM credit_sale('S', 1000, '2020-01-15 10:00Z', '{ann,bob}', '{60,40}');
\o
SELECT no_plan();

SELECT is(refusal($$SELECT close_period('2020-01')$$), 'LO070', 'a period that was not calculated is not closed');
\o /dev/null
SELECT calculate('2020-01'), calculate('2020-02');
SELECT did('ann', 'sales', 1000, '2020-01-11');
\o
SELECT is(refusal($$SELECT close_period('2020-01')$$), 'LO070', 'nor one that has changed since');
SELECT is(calculate('2020-01'), 1, 'what came before closing is posted in the period');
SELECT is(refusal($$SELECT close_period('2020-02')$$), 'LO063', 'nor one before the one before it');
SELECT is(refusal($$SELECT mark_paid('2020-01')$$), 'LO063', 'nor paid before it is closed');
SELECT is(refusal($$SELECT close_period('2020-01', 'boss')$$), 'accepted', 'and then it is closed');
SELECT is(refusal($$SELECT close_period('2020-01')$$), 'LO063', 'once');

CREATE TABLE attack (n integer GENERATED ALWAYS AS IDENTITY, code text, statement text);
INSERT INTO attack (code, statement) VALUES
    ('LO064', $$SELECT calculate('2020-01')$$),
    ('LO064', $$INSERT INTO ledger (period, earned_in, agent, kind, amount, currency, award) SELECT '2020-01', '2020-01', 'ann', 'award', 1, 'CNY', min(award) FROM award$$),
    ('LO033', $$UPDATE ledger SET amount = amount + 1$$), ('LO033', $$UPDATE ledger SET period = '2020-02'$$),
    ('LO033', $$DELETE FROM ledger$$), ('LO033', $$TRUNCATE ledger$$),
    ('LO064', $$SELECT approve_award(min(award), 'boss') FROM award$$), ('LO064', $$SELECT approve_award(max(award), 'boss') FROM award$$),
    ('LO063', $$UPDATE pay_period SET status = 'open' WHERE period = '2020-01'$$), ('LO063', $$UPDATE pay_period SET status = 'calculating' WHERE period = '2020-01'$$),
    ('LO063', $$UPDATE pay_period SET during = '[2020-01-01,2020-01-31)' WHERE period = '2020-01'$$), ('LO063', $$DELETE FROM pay_period WHERE period = '2020-01'$$),
    ('LO063', $$UPDATE pay_period SET status = 'closed' WHERE period = '2020-03'$$), ('LO063', $$UPDATE pay_period SET status = 'paid' WHERE period = '2020-02'$$),
    ('LO033', $$TRUNCATE pay_period CASCADE$$), ('LO063', $$INSERT INTO pay_period (period, during, status) VALUES ('x', '[2019-01-01,2019-02-01)', 'closed')$$),
    ('LO064', $$UPDATE membership SET team = 'other' WHERE agent = 'ann'$$), ('LO064', $$UPDATE membership SET role = 'leader' WHERE agent = 'ann'$$),
    ('LO064', $$UPDATE membership SET valid = '[2020-01-31,)' WHERE agent = 'ann'$$), ('LO064', $$UPDATE membership SET valid = '[2020-01-01,2020-01-31)' WHERE agent = 'ann'$$),
    ('LO064', $$DELETE FROM membership WHERE agent = 'ann'$$), ('LO064', $$INSERT INTO membership (agent, team) VALUES ('boss', 'desk')$$), ('LO064', $$TRUNCATE membership$$),
    ('LO064', $$UPDATE plan_assignment SET valid = '[2020-01-02,)' WHERE agent = 'ann'$$), ('LO064', $$DELETE FROM plan_assignment WHERE agent = 'ann'$$),
    ('LO064', $$INSERT INTO plan_assignment (agent, plan) VALUES ('boss', 'p')$$), ('LO064', $$TRUNCATE plan_assignment$$),
    ('LO064', $$UPDATE quota SET amount = 1$$), ('LO064', $$UPDATE quota SET valid = '[2020-01-15,)'$$), ('LO064', $$DELETE FROM quota$$),
    ('LO064', $$INSERT INTO quota (metric, agent, period, amount) VALUES ('sales', 'ann', 'month', 1)$$), ('LO064', $$TRUNCATE quota CASCADE$$),
    ('LO064', $$UPDATE draw SET amount = 1$$), ('LO064', $$DELETE FROM draw$$), ('LO064', $$TRUNCATE draw$$),
    ('LO064', $$UPDATE leadership SET leader = 'boss'$$), ('LO064', $$DELETE FROM leadership$$), ('LO064', $$TRUNCATE leadership$$),
    ('LO064', $$SELECT set_grade('bob', 'A', '2020-01-15', by => 'boss', ladder => 'ladder')$$),
    ('LO064', $$SELECT copy_plan('p', 1, '[2020-01-15,)'); SELECT activate_plan('p', 2)$$), ('LO060', $$UPDATE component SET schedule = 'whole from 0: 1'$$),
    -- through a view, and as part of another statement
    ('LO064', $$UPDATE staff SET team = 'other' WHERE agent = 'ann'$$), ('LO064', $$WITH gone AS (DELETE FROM staff WHERE agent = 'bob' RETURNING 1) SELECT count(*) FROM gone$$),
    ('LO064', $$MERGE INTO membership m USING (VALUES ('ann')) v (agent) ON m.agent = v.agent WHEN MATCHED THEN UPDATE SET role = 'qa'$$),
    ('LO067', $$UPDATE award SET amount = 1$$), ('LO067', $$DELETE FROM award$$), ('LO033', $$UPDATE credit SET quantity = 1$$), ('LO033', $$TRUNCATE credit$$);
INSERT INTO team (team) VALUES ('other');
CREATE VIEW staff AS SELECT * FROM membership;
SELECT is(refusal(statement), code, 'refused: ' || statement) FROM attack ORDER BY n;
-- by COPY
\set ON_ERROR_STOP off
\set VERBOSITY sqlstate
SAVEPOINT s;
COPY membership (agent, team, valid) FROM stdin (DELIMITER ';');
boss;desk;[2020-01-10,)
\.
SELECT 'accepted' AS copy_membership \gset
ROLLBACK TO s;
COPY ledger (period, earned_in, agent, kind, account, amount, currency, award) FROM stdin (DELIMITER ';');
2020-01;2020-01;ann;award;pay;1;CNY;1
\.
SELECT 'accepted' AS copy_ledger \gset
ROLLBACK TO s;
SELECT ok(NOT :{?copy_membership}, 'refused: COPY membership');
SELECT ok(NOT :{?copy_ledger}, 'refused: COPY ledger');
\set ON_ERROR_STOP on
\set VERBOSITY default
SELECT is_empty($$SELECT * FROM verify('2020-01')$$, 'after all that the period verifies');

-- what does not touch its days may change
SELECT is(refusal(s), 'accepted', 'accepted: ' || s) FROM unnest(ARRAY[
    $$UPDATE membership SET valid = '[2020-01-01,2020-02-20)' WHERE agent = 'ann'$$, $$INSERT INTO membership (agent, team, valid) VALUES ('boss', 'desk', '[2020-02-01,)')$$,
    $$UPDATE quota SET note = 'x'$$, $$UPDATE quota SET valid = '[2020-01-01,2020-02-01)'$$, $$UPDATE draw SET valid = '[2020-01-01,2020-02-01)'$$,
    $$SELECT set_grade('bob', 'A', '2020-02-01', by => 'boss', ladder => 'ladder')$$, $$UPDATE team SET leader = 'boss' WHERE team = 'desk'$$,
    $$SELECT copy_plan('p', 1, '[2020-03-01,)'); SELECT activate_plan('p', max(version)) FROM plan_version WHERE status = 'draft'$$,
    $$INSERT INTO team (team, leader) VALUES ('new', 'lead')$$]) s;
SELECT is_empty($$SELECT * FROM verify('2020-01')$$, 'and the period still verifies');

--
-- Late items
--
\o /dev/null
SELECT mark_paid('2020-01', 'bank');
SELECT count(*) FROM refund_sale('S', 300, 'part of it');
SELECT did('bob', 'sales', 500, '2020-01-20');
\o
SELECT results_eq($$SELECT agent, day FROM late_item ORDER BY agent$$, $$VALUES ('ann', date '2020-01-15'), ('bob', '2020-01-15')$$, 'a refund of a closed period is noted');
SELECT is((SELECT sum(due - posted) FROM verify('2020-01')), 300 * -0.10 + 30 * -0.20 + 500 * 0.03, 'verify shows what is not paid yet');
SELECT is(calculate('2020-02') > 0, true, 'the next period is calculated');
SELECT results_eq($$SELECT earned_in, agent, component, amount, corrects IS NOT NULL FROM ledger WHERE period = '2020-02' AND kind = 'earning' AND earned_in <> period ORDER BY agent, component$$,
    $$VALUES ('2020-01', 'ann', 'each', -18.00, true), ('2020-01', 'bob', 'commission', 15.00, true), ('2020-01', 'bob', 'each', -12.00, true), ('2020-01', 'lead', 'override', -6.00, true)$$,
    'with the difference for the period it belongs to: for those concerned, and their leader');
SELECT is((SELECT count(*) FROM late_item), 0::bigint, 'once');
SELECT is(calculate('2020-02'), 0, 'and not again');
SELECT is_empty($$SELECT * FROM verify('2020-01') UNION ALL SELECT * FROM verify('2020-02')$$, 'both verify');
SELECT is((SELECT payout FROM statement WHERE agent = 'ann' AND period = '2020-01'), 750 + 60.00, 'what was paid stays as it was');
SELECT is((SELECT sum(amount) FROM explain_pay('ann', '2020-01')), 810.00, 'and is explained, with what was corrected later');

-- a refund of everything, and no more
\o /dev/null
SELECT count(*) FROM refund_sale('S', reason => 'all of it');
SELECT calculate('2020-02');
\o
SELECT is((SELECT sum(amount) FROM ledger WHERE component = 'each'), 0.00, 'a refund of everything takes back what was paid for it, and no more');
SELECT is((SELECT sum(amount) FROM ledger WHERE component = 'override'), 0.00, 'and what the leader had of it');
SELECT is((SELECT array_agg(DISTINCT q) FROM (SELECT sum(quantity) AS q FROM credit GROUP BY agent) c), '{0.00}', 'nobody is credited any more');
SELECT is(refusal($$SELECT refund_sale('S', 0.01)$$), 'LO066', 'nothing is given back twice');
SELECT is(refusal($$SELECT refund_sale('none')$$), 'LO066', 'nor what was never sold');
SELECT is(refusal($$SELECT refund_sale('S', -5)$$), 'LO066', 'nor less than nothing');
SELECT is(refusal($$SELECT credit_sale('S', 1, now(), '{ann}')$$), 'LO066', 'nor is a sale credited twice');
SELECT is(refusal($$SELECT credit_sale('T', 1, now(), '{}')$$), 'LO065', 'nor to nobody');
SELECT is(refusal($$SELECT credit_sale('T', 1, now(), '{ann,bob}', '{100}')$$), 'LO065', 'nor by other shares than agents');
SELECT is((SELECT array_agg(quantity) FROM credit_sale('T', 100, '2020-02-10 10:00Z', '{ann,bob,lead}', '{33.33,33.33,33.33}')), '{33.34,33.33,33.33}',
    'shares with two decimals are a whole');

-- what the CRM changes in a table that is watched, by rows and by days
\o /dev/null
CREATE TABLE crm_deal (deal integer, seller text, closed_on date, amount numeric);
SELECT watch_events('crm_deal', 'seller', 'closed_on'), watch_events('fact');
INSERT INTO crm_deal VALUES (1, 'ann', '2020-01-05', 10), (2, 'nobody', '2020-01-05', 10), (3, 'bob', '2020-02-05', 10);
\o
SELECT results_eq($$SELECT agent, day FROM late_item ORDER BY 1, 2$$, $$VALUES ('ann', date '2020-01-05')$$, 'an insert for a closed period is noted, others are not');
UPDATE crm_deal SET closed_on = '2020-01-06', seller = 'bob' WHERE deal = 1;
SELECT results_eq($$SELECT agent, day FROM late_item ORDER BY 1, 2$$, $$VALUES ('ann', date '2020-01-05'), ('bob', '2020-01-06')$$, 'an update: what was and what is');
DELETE FROM crm_deal WHERE deal = 1;
SELECT is((SELECT count(*) FROM late_item), 2::bigint, 'a deletion');
DELETE FROM fact WHERE agent = 'bob';
SELECT is((SELECT count(*) FROM late_item WHERE agent = 'bob'), 3::bigint, 'a timestamptz: the day in the agent''s zone');
\o /dev/null
SELECT calculate('2020-02');
\o
SELECT is(paid('bob', 'commission', '2020-02'), -30.00, 'the commission of what is gone goes back');
SELECT is((SELECT payout FROM statement WHERE agent = 'bob' AND period = '2020-02'), 0::numeric, 'not below 0');
-- nothing told: since
\o /dev/null
ALTER TABLE fact DISABLE TRIGGER note_insert;
SELECT did('ann', 'sales', 8000, '2020-01-25');
\o
SELECT is(calculate('2020-02'), 0, 'what nobody noted is not seen ...');
SELECT is(calculate('2020-02', since => '2020-01-01') > 0, true, '... until everything since then is worked out again');
SELECT is((SELECT sum(amount) FROM ledger WHERE agent = 'ann' AND component = 'commission'), 20000 * 0.03 + 11000 * 0.05, 'to the last cent');
SELECT is((SELECT sum(amount) FROM ledger WHERE agent = 'ann' AND component = 'year'), 310.00, 'in longer windows as well');
SELECT is_empty($$SELECT * FROM verify('2020-01') UNION ALL SELECT * FROM verify('2020-02')$$, 'both verify');

SELECT * FROM finish();
ROLLBACK;
