-- The contact desk: loading, claims and leases, what may be called when, what
-- comes of calls, and the four lists
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('desk_test');
SET LOCAL search_path = desk_test, public;
SELECT no_plan();

INSERT INTO agent (agent) VALUES ('ann'), ('bob'), ('cem');
INSERT INTO campaign (campaign, task_type, hours, zone, retry) VALUES
    ('c', 'sale', NULL, 'UTC', 'busy 30m max 3; no_answer 2h; refused stop; gone suppress; * 1d; total 6'),
    ('night', 'sale', '24/7', 'UTC', '* 1d'),
    ('never', 'sale', '2020 Jan 01 00:00-24:00', 'UTC', '* 1d'),
    ('over', 'sale', NULL, 'UTC', '* 1d');
UPDATE campaign SET during = '[2020-01-01,2020-02-01)' WHERE campaign = 'over';

-- what is open at this moment, and what is not
CREATE FUNCTION hours_around(at timestamptz, is_open boolean) RETURNS lead_ops.work_hours
    LANGUAGE sql
BEGIN ATOMIC
    -- an hour before to an hour after, in UTC, or all but that
    SELECT CASE WHEN is_open THEN format('%s-%s', b.opens, b.closes)
                ELSE format('%s-%s', b.closes, b.opens) END::lead_ops.work_hours
    FROM (SELECT to_char(at AT TIME ZONE 'UTC' - interval '1 hour', 'HH24:MI') AS opens,
                 to_char(at AT TIME ZONE 'UTC' + interval '1 hour', 'HH24:MI') AS closes) b;
END;
-- as if so much time had passed for the tasks of a campaign
CREATE FUNCTION pass(what text, long interval) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    UPDATE task SET next_at = next_at - long, anyone_at = anyone_at - long,
                    agreed_at = agreed_at - long, claimed_at = claimed_at - long,
                    dialled_at = dialled_at - long
    WHERE campaign = what AND state = 'open';
END;
-- lead, and list, of every task
CREATE VIEW list AS
SELECT campaign, lead, 'to_dial' AS list FROM to_dial
UNION ALL SELECT campaign, lead, 'redial' FROM redial
UNION ALL SELECT campaign, lead, 'result' FROM result
UNION ALL SELECT campaign, lead, 'failed' FROM failed;
CREATE FUNCTION token_of(which text) RETURNS bigint
    LANGUAGE sql
BEGIN ATOMIC
    SELECT token FROM task WHERE lead = which;
END;

-- loading
SELECT results_eq($$SELECT * FROM load_campaign('c',
        ARRAY['L1', 'L2', 'L3', '', NULL, 'X1', 'X2', 'X3', 'L1'],
        ARRAY['+86 10 5550-0001', '(010) 555.00002', '010/55500003', '01055500004', '01055500005', '12', NULL, 'call me', '01055500009'],
        ARRAY['c1', 'c2', NULL, NULL, NULL, NULL, NULL, 'c8', NULL],
        source => 'fair')$$,
    $$VALUES (3, 1, 5)$$, 'a list is loaded; bad numbers and leads without a key are refused, a lead twice is known');
SELECT results_eq($$SELECT lead, number, customer, source, kind, state FROM task ORDER BY task$$,
    $$VALUES ('L1', '+861055500001', 'c1', 'fair', 'to_dial', 'open'), ('L2', '01055500002', 'c2', 'fair', 'to_dial', 'open'),
             ('L3', '01055500003', NULL, 'fair', 'to_dial', 'open')$$, 'in the order of the list, with plain numbers and the source');
SELECT results_eq($$SELECT lead, number, customer, source, reason FROM refused_number ORDER BY refusal$$,
    $$VALUES ('', '01055500004', NULL, 'fair', 'no lead'), (NULL, '01055500005', NULL, 'fair', 'no lead'),
             ('X1', '12', NULL, 'fair', 'bad number'), ('X2', NULL, NULL, 'fair', 'no number'), ('X3', 'call me', 'c8', 'fair', 'bad number')$$,
    'nothing that is refused is lost');
SELECT results_eq($$SELECT * FROM load_campaign('c', '{L1,L4}', '{01055500001,01055500004}', agents => '{nobody,NULL}')$$,
    $$VALUES (1, 0, 1)$$, 'an unknown agent is refused');
SELECT results_eq($$SELECT * FROM load_campaign('c', '{L1}', '{99999999}')$$, $$VALUES (0, 1, 0)$$, 'a lead that is there stays as it is');
SELECT results_eq($$SELECT * FROM load_campaign('c', '{Z1,Z2}', '{5550001,5550002}', zones => '{Asia/Nowhere,Asia/Shanghai}', priority => 9)$$,
    $$VALUES (1, 0, 1)$$, 'so is an unknown zone');
SELECT is((SELECT zone FROM contact_point WHERE number = '5550002'), 'Asia/Shanghai', 'a known one goes to the number');
SELECT throws_ok($$SELECT load_campaign('nowhere', '{L1}', '{5550001}')$$, 'LO015', NULL, 'into a campaign that exists');
SELECT throws_ok($$SELECT load_campaign('c', '{L1}', '{}')$$, '22023', NULL, 'every lead with a number');
SELECT throws_ok($$SELECT load_campaign('c', '{L9}', '{5550009}', priority => 10)$$, '22023', NULL, 'and a priority that there is');
SELECT results_eq($$SELECT * FROM load_campaign('c', '{}', '{}')$$, $$VALUES (0, 0, 0)$$, 'an empty list is one');
SELECT throws_ok($$SELECT load_campaign('never', '{L1}', '{5550001}')$$, 'LO001', NULL, 'hours that never open are an error when a list is loaded');
SELECT throws_ok($$DELETE FROM refused_number$$, 'LO033', NULL, 'refusals are kept');

-- who may claim
SELECT throws_ok($$SELECT * FROM next_calls('ann', 'c')$$, 'LO011', 'agent "ann" is not signed in', 'who never signed in cannot claim');
SELECT throws_ok($$SELECT * FROM next_calls('zoe', 'c')$$, 'LO021', NULL, 'nor who does not exist');
SELECT sign_in('ann'), sign_in('bob'), sign_in('cem');
SELECT throws_ok($$SELECT * FROM next_calls('ann', 'nowhere')$$, 'LO015', NULL, 'there must be such a campaign');
SELECT throws_ok($$SELECT * FROM next_calls('ann', 'c', 0)$$, '22023', NULL, 'one call at least');
SELECT throws_ok($$SELECT * FROM next_calls('ann', 'c', NULL)$$, '22023', NULL, 'NULL is no number of calls');
SELECT throws_ok($$SELECT * FROM next_calls('ann', 'c', 1, '0')$$, '22023', NULL, 'a lease lasts for a while');
SELECT throws_ok($$SELECT * FROM next_calls('ann', 'c', 1, NULL)$$, '22023', NULL, 'NULL is no lease');
SELECT is_empty($$SELECT * FROM next_calls('ann', 'over')$$, 'a campaign that is over has no calls');

-- claims and leases
SELECT results_eq($$SELECT lead, number, kind, attempts FROM next_calls('ann', 'c')$$, $$VALUES ('L1', '+861055500001', 'to_dial', 0)$$, 'the first one due is claimed');
SELECT results_eq($$SELECT lead FROM next_calls('bob', 'c', 10)$$, $$VALUES ('L2'), ('L3'), ('L4'), ('Z2')$$, 'then the others, in their order');
SELECT is_empty($$SELECT * FROM next_calls('bob', 'c')$$, 'and no more');
SELECT is((SELECT count(DISTINCT token) FROM task WHERE token IS NOT NULL), 5::bigint, 'every claim has a token of its own');
SELECT lives_ok($$SELECT release_task(token_of('L3'), 'lunch')$$, 'a claim is released');
SELECT results_eq($$SELECT lead FROM next_calls('ann', 'c', 10)$$, $$VALUES ('L3')$$, 'and the task is due at once');
SELECT is((SELECT attempts FROM task WHERE lead = 'L3'), 0, 'without an attempt');
SELECT pass('c', '6 minutes');
SELECT throws_ok($$SELECT finish(token_of('L2'), 'busy')$$, 'LO010', NULL, 'when the lease has ended the token is stale');
SELECT throws_ok($$SELECT renew(token_of('L2'))$$, 'LO010', NULL, 'for everything');
SELECT throws_ok($$SELECT confirm_dial(token_of('L2'))$$, 'LO010', NULL, 'that one');
SELECT throws_ok($$SELECT release_task(token_of('L2'))$$, 'LO010', NULL, 'can do with it');
SELECT throws_ok($$SELECT finish(NULL, 'busy')$$, 'LO010', NULL, 'NULL is no token');
SELECT is((SELECT count(*) FROM attempt), 0::bigint, 'and it has changed nothing');
SELECT is((SELECT count(*) FROM next_calls('cem', 'c', 10)), 5::bigint, 'the tasks are due again by themselves');
SELECT ok(renew(token_of('L2'), '1 hour') > clock_timestamp() + interval '59 minutes', 'a lease is prolonged');
SELECT ok(renew(token_of('L2'), '1 minute') > clock_timestamp() + interval '59 minutes', 'never shortened');
SELECT throws_ok($$SELECT renew(token_of('L2'), '-1 minute')$$, '22023', NULL, 'nor turned back');

-- finishing
SELECT results_eq($$SELECT lead, agent, outcome, reached, valid, note, recording FROM finish(token_of('L1'), 'busy', 'twice', 'rec/1')$$,
    $$VALUES ('L1', 'cem', 'busy', false, false, 'twice', 'rec/1')$$, 'an attempt is written');
SELECT results_eq($$SELECT kind, priority, outcome, reason, attempts, next_at = (SELECT ended_at + interval '30 minutes' FROM attempt), token IS NULL
        FROM task WHERE lead = 'L1'$$, $$VALUES ('redial', 3::smallint, 'busy', 'delay', 1, true, true)$$, 'and the policy says when to call again');
SELECT is((SELECT recent[1] = started_at FROM contact_point p JOIN attempt a USING (number)), true, 'it counts on the number');
CREATE TEMPORARY TABLE used AS SELECT token FROM attempt;
SELECT is((SELECT attempt FROM finish((SELECT token FROM used), 'busy')), (SELECT attempt FROM attempt), 'finishing again gives the attempt there is');
SELECT is((SELECT count(*) FROM attempt), 1::bigint, 'and writes none');
SELECT throws_ok($$SELECT finish((SELECT token FROM used), 'no_answer')$$, 'LO012', NULL, 'another outcome is refused');
SELECT throws_ok($$SELECT finish(token_of('L2'), 'whatever')$$, 'LO016', NULL, 'an outcome must be known');
SELECT throws_ok($$SELECT finish(token_of('L2'), NULL)$$, 'LO016', NULL, 'and not NULL');
SELECT throws_ok($$SELECT finish(token_of('L2'), 'success', details => '{"intent": true, "confirmed": false}')$$, 'LO016', NULL, 'with all it requires');
SELECT throws_ok($$SELECT finish(token_of('L2'), 'busy', ended_at => clock_timestamp() + interval '1 hour')$$, '22023', NULL, 'a call does not end in the future');
SELECT throws_ok($$SELECT finish(token_of('L2'), 'busy', started_at => '2026-01-02', ended_at => '2026-01-01')$$, '22023', NULL, 'nor before it starts');
SELECT sign_out('cem');
SELECT throws_ok($$SELECT confirm_dial(token_of('L2'))$$, 'LO011', NULL, 'nobody dials after signing out');
SELECT is((finish(token_of('L2'), 'success', details => '{"intent": true, "confirmed": "yes"}')).valid, true, 'but finishes what was begun');
SELECT is((finish(token_of('L3'), 'refused')).reached, true, 'whatever came of it');
SELECT sign_in('cem');
SELECT results_eq($$SELECT lead, list FROM list WHERE campaign = 'c' ORDER BY lead$$,
    $$VALUES ('L1', 'redial'), ('L2', 'result'), ('L3', 'failed'), ('L4', 'to_dial'), ('Z2', 'to_dial')$$, 'every lead is in the list it belongs to');
SELECT is((SELECT reason FROM failed WHERE lead = 'L3'), 'refused', 'and the failed one says why');

-- the chain of attempts ends
DO $$BEGIN
    FOR i IN 2 .. 3 LOOP
        PERFORM pass('c', '31 minutes');
        PERFORM finish(token, 'busy') FROM next_calls('ann', 'c') WHERE lead = 'L1';
    END LOOP;
END$$;
SELECT results_eq($$SELECT reason, attempts FROM failed WHERE lead = 'L1'$$, $$VALUES ('max', 3)$$, 'the third busy is the last');

-- a call that was dialled and never finished
SELECT load_campaign('night', '{D1}', '{5551001}');
DO $$BEGIN PERFORM confirm_dial(token) FROM next_calls('ann', 'night'); END$$;
SELECT throws_ok($$SELECT release_task(token_of('D1'))$$, 'LO012', NULL, 'who has dialled must say what came of it');
SELECT is(confirm_dial(token_of('D1')), (SELECT dialled_at FROM task WHERE lead = 'D1'), 'confirming twice counts once');
SELECT is((SELECT cardinality(recent) FROM contact_point WHERE number = '5551001'), 1, 'on the number');
SELECT pass('night', '6 minutes');
SELECT is_empty($$SELECT * FROM next_calls('bob', 'night')$$, 'nobody is rung twice in a row');
SELECT results_eq($$SELECT agent, outcome, ended_at - started_at < interval '5 minutes' FROM attempt WHERE lead = 'D1'$$, $$VALUES ('ann', 'unknown', true)$$,
    'the call is written down as unknown');
SELECT results_eq($$SELECT kind, state, outcome FROM task WHERE lead = 'D1'$$, $$VALUES ('redial', 'open', 'unknown')$$, 'and the policy decides');

-- suppression
SELECT load_campaign('night', '{S1,S2,S3}', '{5552001,5552002,5552003}');
SELECT is(suppress('555-2001', source => 'customer'), 1, 'a number is suppressed, and its task fails at once');
INSERT INTO suppression (number, until) VALUES ('5552002', clock_timestamp() + interval '1 hour');
SELECT results_eq($$SELECT lead FROM next_calls('ann', 'night', 5)$$, $$VALUES ('S3')$$, 'who is suppressed is not called');
SELECT results_eq($$SELECT lead, state, reason, next_at = (SELECT until FROM suppression WHERE number = '5552002') FROM task WHERE lead IN ('S1', 'S2') ORDER BY lead$$,
    $$VALUES ('S1', 'failed', 'suppressed', NULL), ('S2', 'open', 'suppressed', true)$$, 'for ever, or until then');
SELECT is(suppress('5552003', 'night'), 0, 'a task that is claimed does not fail at once');
SELECT throws_ok($$SELECT confirm_dial(token_of('S3'))$$, 'LO014', NULL, 'but is not dialled');
SELECT ok((finish(token_of('S3'), 'busy')).attempt IS NOT NULL, 'if it was, what came of it is kept');
SELECT is((SELECT reason FROM failed WHERE lead = 'S3'), 'suppressed', 'and it is the last call');
SELECT results_eq($$SELECT * FROM load_campaign('c', '{S4,S5}', '{5552001,5552003}')$$, $$VALUES (2, 0, 0)$$, 'a list can hold such numbers');
SELECT results_eq($$SELECT lead, list FROM list WHERE lead IN ('S4', 'S5') ORDER BY lead$$, $$VALUES ('S4', 'failed'), ('S5', 'to_dial')$$,
    'they fail, where the scope is theirs');
DO $$BEGIN PERFORM finish(token, 'do_not_call') FROM next_calls('ann', 'c', 9) WHERE lead = 'S5'; END$$;
SELECT is((SELECT scope FROM suppression WHERE number = '5552003' AND scope = 'all'), 'all', 'who wants no more calls gets none');

-- hours in the customer's zone
INSERT INTO campaign (campaign, hours, zone, retry) VALUES ('open', hours_around(clock_timestamp(), true), 'UTC', '* 1m'),
    ('closed', hours_around(clock_timestamp(), false), 'UTC', '* 1m');
INSERT INTO contact_point (number, zone) VALUES ('5553001', 'UTC'), ('5553002', 'Asia/Tokyo'), ('5553003', NULL);
INSERT INTO task (campaign, lead, number, next_at)
SELECT c.campaign, c.campaign || n, 5553000 + n, clock_timestamp() FROM campaign c, generate_series(1, 3) n WHERE c.campaign IN ('open', 'closed');
SELECT results_eq($$SELECT lead FROM next_calls('ann', 'open', 9)$$, $$VALUES ('open1'), ('open3')$$, 'who is called is within the hours by his own clock');
SELECT results_eq($$SELECT t.reason, t.next_at = lead_ops.next_open(c.hours, clock_timestamp(), 'Asia/Tokyo') FROM task t JOIN campaign c USING (campaign) WHERE t.lead = 'open2'$$,
    $$VALUES ('hours', true)$$, 'who is not is called when the hours open');
SELECT results_eq($$SELECT lead FROM next_calls('ann', 'closed', 9)$$, $$VALUES ('closed2')$$, 'and the other way round');
UPDATE campaign SET by_customer_zone = false WHERE campaign IN ('open', 'closed');
SELECT pass('open', '1 day'), pass('closed', '1 day');
SELECT is((SELECT count(*) FROM next_calls('ann', 'open', 9)), 3::bigint, 'unless the campaign goes by its own clock');
SELECT is_empty($$SELECT * FROM next_calls('ann', 'closed', 9)$$, 'when closed it has no calls');
UPDATE campaign SET hours = hours_around(clock_timestamp(), false) WHERE campaign = 'open';
SELECT throws_ok($$SELECT confirm_dial(token_of('open1'))$$, 'LO014', NULL, 'hours are tested again before dialling');

-- a loaded list waits for the hours
SELECT load_campaign('open', '{W1}', '{5553009}');
SELECT is((SELECT next_at FROM task WHERE lead = 'W1'), lead_ops.next_open(hours, clock_timestamp(), 'UTC'), 'the first call is when the campaign opens')
FROM campaign WHERE campaign = 'open';

-- caps
INSERT INTO campaign (campaign, retry, attempts_a_day) VALUES ('a day', '* 1s', 2);
INSERT INTO campaign (campaign, retry, attempts_in_window, attempt_window) VALUES ('window', '* 1s', '{3}', '{1 hour}');
INSERT INTO campaign (campaign, retry, rest_after_reached) VALUES ('rest', '* 1s', '7 days');
SELECT load_campaign(campaign, ARRAY[campaign || ' 1', campaign || ' 2'], '{5554001,5554002}') FROM campaign WHERE campaign IN ('a day', 'window', 'rest');
SELECT results_eq($$SELECT lead FROM next_calls('ann', 'a day', 1)$$, $$VALUES ('a day 1')$$, 'a first attempt on the day');
SELECT is((SELECT cardinality(recent) FROM contact_point WHERE number = '5554001'), 1, 'counts as soon as it is claimed');
SELECT ok(confirm_dial(token_of('a day 1')) IS NOT NULL, 'confirming it is not another one');
SELECT is((SELECT cardinality(recent) FROM contact_point WHERE number = '5554001'), 1, 'but the same');
SELECT is((SELECT count(*) FROM finish(token_of('a day 1'), 'busy')), 1::bigint, 'nor is finishing');
SELECT results_eq($$SELECT lead FROM next_calls('bob', 'window', 1)$$, $$VALUES ('window 1')$$, 'a second one, of another campaign');
SELECT pass('a day', '1 minute');
SELECT results_eq($$SELECT lead FROM next_calls('ann', 'a day', 2)$$, $$VALUES ('a day 2')$$, 'there is no third');
SELECT results_eq($$SELECT reason, next_at = (date_trunc('day', clock_timestamp(), 'UTC') + interval '1 day') FROM task WHERE lead = 'a day 1'$$,
    $$VALUES ('cap', true)$$, 'before the next day');
SELECT release_task(token_of('window 1'));
SELECT is((SELECT cardinality(recent) FROM contact_point WHERE number = '5554001'), 1, 'a claim that is released does not count');
UPDATE contact_point SET recent = ARRAY[clock_timestamp() - interval '10 minutes', clock_timestamp() - interval '20 minutes', clock_timestamp() - interval '50 minutes']
WHERE number = '5554001';
SELECT results_eq($$SELECT lead FROM next_calls('ann', 'window', 2)$$, $$VALUES ('window 2')$$, 'three in an hour are enough');
SELECT ok((SELECT next_at BETWEEN clock_timestamp() + interval '9 minutes' AND clock_timestamp() + interval '11 minutes' FROM task WHERE lead = 'window 1'),
    'until the third last is an hour old');
UPDATE contact_point SET reached_at = clock_timestamp() - interval '6 days' WHERE number = '5554002';
SELECT results_eq($$SELECT lead FROM next_calls('ann', 'rest', 2)$$, $$VALUES ('rest 1')$$, 'after a conversation there is a rest');
SELECT ok((SELECT next_at - clock_timestamp() BETWEEN interval '23 hours' AND interval '24 hours' FROM task WHERE lead = 'rest 2'), 'of as long as it says');

-- callbacks
INSERT INTO campaign (campaign, retry) VALUES ('back', '* 1d');
SELECT load_campaign('back', '{B1,B2,B3,B4}', '{5555001,5555002,5555003,5555004}');
SELECT results_eq($$SELECT kind, owner, agreed_at = next_at, anyone_at - next_at FROM book_callback('B1', clock_timestamp() + interval '1 hour', 'bob', note => 'tea')$$,
    $$VALUES ('callback', 'bob', true, interval '30 minutes')$$, 'a callback is booked for an agent, and after the grace for anyone');
SELECT is((SELECT is_due FROM next_contact WHERE lead = 'B1'), false, 'it is the next contact of the lead');
SELECT pass('back', '61 minutes');
SELECT is((SELECT note FROM next_calls('bob', 'back')), 'tea', 'his own callback is what an agent gets first');
SELECT is_empty($$SELECT lead FROM missed_callbacks$$, 'who is called has not been missed');
DO $$BEGIN PERFORM book_callback('B2', clock_timestamp() + interval '1 hour', 'cem'); END$$;
SELECT pass('back', '61 minutes');
SELECT results_eq($$SELECT lead FROM next_calls('ann', 'back', 9) ORDER BY 1$$, $$VALUES ('B1'), ('B3'), ('B4')$$, 'others do not get it');
SELECT results_eq($$SELECT lead, owner, escalation FROM missed_callbacks$$, $$VALUES ('B2', 'cem', 0)$$, 'as long as it is only just missed');
SELECT pass('back', '30 minutes');
SELECT results_eq($$SELECT lead, escalation FROM missed_callbacks WHERE lead = 'B2'$$, $$VALUES ('B2', 1)$$, 'after that it is escalated');
SELECT results_eq($$SELECT lead FROM next_calls('bob', 'back', 9) WHERE lead = 'B2'$$, $$VALUES ('B2')$$, 'and anyone can make it');
SELECT throws_ok($$SELECT book_callback('B3', clock_timestamp() - interval '1 minute', 'bob')$$, '22023', NULL, 'a callback is in the future');
SELECT throws_ok($$SELECT book_callback('B3', 'infinity', 'bob')$$, '22023', NULL, 'a near one');
SELECT throws_ok($$SELECT book_callback('B3', clock_timestamp() + interval '1 hour', 'zoe')$$, 'LO021', NULL, 'of an agent who exists');
SELECT throws_ok($$SELECT book_callback('Q1', clock_timestamp() + interval '1 hour', 'bob')$$, 'LO015', NULL, 'and a lead of a campaign');
UPDATE campaign SET hours = hours_around(clock_timestamp() + interval '1 day', true), zone = 'UTC' WHERE campaign = 'back';
SELECT throws_ok($$SELECT book_callback('B3', clock_timestamp() + interval '5 hours', 'bob')$$, 'LO013', NULL, 'outside the hours it is refused');
SELECT is((SELECT agreed_at FROM book_callback('B3', clock_timestamp() + interval '5 hours', 'bob', clamp => true)),
    (SELECT lead_ops.next_open(hours, clock_timestamp() + interval '5 hours', 'UTC') FROM campaign WHERE campaign = 'back'), 'or moved to the next opening, who wants that');
UPDATE campaign SET hours = NULL, during = tstzrange(NULL, clock_timestamp() + interval '1 day') WHERE campaign = 'back';
SELECT throws_ok($$SELECT book_callback('B3', clock_timestamp() + interval '2 days', 'bob')$$, 'LO013', NULL, 'so it is after the campaign');
UPDATE campaign SET during = '(,)' WHERE campaign = 'back';
SELECT throws_ok($$SELECT finish(token_of('B2'), 'callback')$$, 'LO016', NULL, 'who agrees a callback says when');
SELECT is(((finish(token_of('B2'), 'callback', callback_at => '2099-01-01 10:00Z')).details ->> 'callback_at')::timestamptz, '2099-01-01 10:00Z', 'while finishing');
SELECT results_eq($$SELECT kind, owner, agreed_at FROM redial WHERE lead = 'B2'$$, $$VALUES ('callback', 'bob', timestamptz '2099-01-01 10:00Z')$$, 'and makes it himself');
DO $$BEGIN PERFORM finish(token_of('B4'), 'success', details => '{"intent": 1, "confirmed": 1}'); END$$;
SELECT results_eq($$SELECT state, kind FROM book_callback('B4', clock_timestamp() + interval '1 hour')$$, $$VALUES ('open', 'callback')$$, 'a lead that had ended can be called again');
SELECT is((SELECT agreed_at IS NOT NULL AND next_at < agreed_at AND token IS NOT NULL FROM book_callback('B1', clock_timestamp() + interval '3 hours', 'cem')), true, 'a callback can be booked while the call goes on');
SELECT ok((finish(token_of('B1'), 'busy')).attempt IS NOT NULL, 'which is then finished');
SELECT results_eq($$SELECT kind, owner, next_at = agreed_at FROM task WHERE lead = 'B1'$$, $$VALUES ('callback', 'cem', true)$$, 'and the callback holds');

-- calls entered by hand
SELECT throws_ok($$SELECT record_call('ann', 'back', '5556001', 'busy', '')$$, '23514', NULL, 'a call that is entered by hand needs a reason');
SELECT throws_ok($$SELECT record_call('zoe', 'back', '5556001', 'busy', 'mobile')$$, 'LO021', NULL, 'and an agent');
SELECT sign_out('ann');
SELECT throws_ok($$SELECT record_call('ann', 'back', '5556001', 'busy', 'mobile')$$, 'LO011', NULL, 'who is signed in');
SELECT sign_in('ann');
SELECT results_eq($$SELECT token, lead, number, manual_reason, direction FROM record_call('ann', 'back', '555-6001', 'busy', 'called in', direction => 'in')$$,
    $$VALUES (NULL::bigint, NULL, '5556001', 'called in', 'in')$$, 'of anybody');
SELECT is((SELECT recent FROM contact_point WHERE number = '5556001'), '{}', 'an incoming call is no attempt of ours');
SELECT results_eq($$SELECT lead, customer, number FROM record_call('ann', 'c', NULL, 'refused', 'mobile', lead => 'L4')$$, $$VALUES ('L4', NULL, '01055500004')$$, 'or of a lead in a list');
SELECT is((SELECT list FROM list WHERE lead = 'L4'), 'failed', 'which goes to its next one');
SELECT throws_ok($$UPDATE attempt SET outcome = 'busy'$$, 'LO033', NULL, 'attempts are not changed');
SELECT is((SELECT count(*) FROM unrecorded_calls WHERE lead = 'L4'), 1::bigint, 'a conversation without recording is reported');
SELECT is((SELECT class FROM contact_history WHERE lead = 'L4'), 'refused', 'the history knows what it was');

-- valid is what the campaign says
INSERT INTO campaign (campaign, valid_outcomes, valid_talk, contact_ways) VALUES ('valid', '{busy,answered}', '1 minute', 2);
SELECT is((record_call('ann', 'valid', '5557001', w.outcome, 'test', started_at => clock_timestamp() - w.talk, details => w.details::jsonb)).valid, w.valid, w.why)
FROM (VALUES ('busy', interval '2 minutes', '{"contact_ways": ["phone", "mail"]}', true, 'a valid outcome'),
             ('refused', '2 minutes', '{"contact_ways": ["phone", "mail"]}', false, 'not one that is valid elsewhere'),
             ('answered', '59 seconds', '{"contact_ways": ["phone", "mail"]}', false, 'long enough'),
             ('answered', '1 minute', '{"contact_ways": {"phone": "1", "mail": "2"}}', true, 'just long enough'),
             ('answered', '2 minutes', '{"contact_ways": ["phone"]}', false, 'with as many ways to contact'),
             ('answered', '2 minutes', '{}', false, 'as were asked for')) w (outcome, talk, details, valid, why);

-- classes: in their order, and none starves
INSERT INTO campaign (campaign, retry) VALUES ('class', '* 1d');
SELECT load_campaign('class', array_agg('low ' || n), array_agg('555800' || n)) FROM generate_series(0, 9) n;
SELECT load_campaign('class', array_agg('high ' || n), array_agg('555900' || n), priority => 1) FROM generate_series(0, 9) n;
SELECT is((SELECT string_agg(CASE WHEN lead LIKE 'high%' THEN 'h' ELSE 'l' END, '' ORDER BY lead) FROM next_calls('ann', 'class', 8)), 'hhhhhhll', 'a quarter of many calls is of the lower class');
CREATE FUNCTION one_by_one(agent text, campaign text, times integer) RETURNS text
    LANGUAGE plpgsql
    AS $$
DECLARE
    got text := '';
BEGIN
    FOR i IN 1 .. times LOOP
        got := got || (SELECT CASE WHEN n.lead LIKE 'high%' THEN 'h' ELSE 'l' END FROM next_calls(agent, campaign) n);
    END LOOP;
    RETURN got;
END
$$;
SELECT is(regexp_replace(one_by_one('ann', 'class', 4), 'h', '', 'g'), 'l', 'of single calls every fourth');

-- what is new is seen at once, also by who has just claimed
INSERT INTO campaign (campaign, retry) VALUES ('new', '* 1d');
SELECT load_campaign('new', array_agg('old ' || n), array_agg('666000' || n)) FROM generate_series(0, 9) n;
SELECT is((SELECT lead FROM next_calls('ann', 'new')), 'old 0', 'the first of a list');
SELECT is((SELECT lead FROM next_calls('ann', 'new')), 'old 1', 'the second');
SELECT load_campaign('new', '{urgent}', '{6660099}', priority => 1);
SELECT is((SELECT lead FROM next_calls('ann', 'new')), 'urgent', 'what is more urgent comes next');
UPDATE task SET next_at = '2020-01-01', anyone_at = '2020-01-01' WHERE lead = 'old 9';
SELECT is((SELECT lead FROM next_calls('ann', 'new')), 'old 9', 'and what was moved before the others');
SELECT release_task(token_of('old 0'));
SELECT load_campaign('new', '{mine}', '{6660098}', agents => '{ann}');
SELECT is((SELECT lead FROM next_calls('ann', 'new')), 'mine', 'and above all what is his own');
SELECT is((SELECT string_agg(lead, ',' ORDER BY lead) FROM next_calls('bob', 'new', 100)), 'old 0,old 2,old 3,old 4,old 5,old 6,old 7,old 8', 'and nothing is left');

SELECT * FROM finish();
ROLLBACK;
