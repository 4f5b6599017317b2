-- The rules of the catalogue for dial lists, callbacks, outcomes of contacts
-- and surveys, each shown by what the desk does; assertions begin with the
-- number of the rule or worked case.
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('desk_rules');
SET LOCAL search_path = desk_rules, public;
SET LOCAL TimeZone = 'UTC';
SELECT no_plan();

INSERT INTO agent (agent, zone, mentor, hours) VALUES
    ('shifu', 'Asia/Shanghai', NULL, 'Mo-Fr 08:30-12:00,13:30-17:30'),
    ('ann', 'Asia/Shanghai', 'shifu', 'Mo-Fr 08:30-12:00,13:30-17:30'),
    ('bob', 'Asia/Shanghai', NULL, 'Mo-Fr 08:30-12:00,13:30-17:30'),
    ('out', 'Asia/Shanghai', NULL, NULL);
INSERT INTO team (team) VALUES ('service'), ('market');
INSERT INTO membership (agent, team) VALUES ('ann', 'service'), ('bob', 'market');
SELECT sign_in(agent) FROM agent WHERE agent <> 'out' \g /dev/null

-- loads leads of which each has a number of its own
CREATE SEQUENCE pg_temp.number START 10000000;
CREATE FUNCTION pg_temp.load(campaign text, VARIADIC leads text[]) RETURNS integer LANGUAGE sql AS $$
    SELECT (load_campaign($1, $2, ARRAY(SELECT nextval('pg_temp.number')::text FROM unnest($2)))).loaded
$$;
-- brings a call of a lead about now, claims it and finishes it
CREATE FUNCTION pg_temp.claim(agent text, campaign text, lead text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    token bigint;
BEGIN
    UPDATE task t SET next_at = clock_timestamp(), anyone_at = clock_timestamp(), priority = 1, owner = NULL, token = NULL
    WHERE t.campaign = $2 AND t.lead = $3 AND t.state = 'open';
    UPDATE task t SET next_at = clock_timestamp() + interval '1 hour', anyone_at = clock_timestamp() + interval '1 hour'
    WHERE t.campaign = $2 AND t.lead <> $3 AND t.state = 'open' AND t.next_at <= clock_timestamp();
    SELECT c.token INTO token FROM next_calls($1, $2) c WHERE c.lead = $3;
    RETURN token;
END
$$;
CREATE FUNCTION pg_temp.call(agent text, campaign text, lead text, outcome text, details jsonb DEFAULT '{}') RETURNS attempt
LANGUAGE sql AS $$
    SELECT finish(pg_temp.claim($1, $2, $3), $4, details => $5)
$$;
-- the list a lead is in; more than one would be written together
CREATE FUNCTION pg_temp.list(campaign text, lead text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(l.list, ' and ')
    FROM (SELECT 'to_dial' AS list, campaign, lead FROM to_dial
          UNION ALL SELECT 'redial', campaign, lead FROM redial
          UNION ALL SELECT 'result', campaign, lead FROM result
          UNION ALL SELECT 'failed', campaign, lead FROM failed) l
    WHERE l.campaign = $1 AND l.lead = $2
$$;
CREATE FUNCTION pg_temp.refusal(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;

--
-- S04: a telesales service platform
--
INSERT INTO campaign (campaign, zone, target, during, teams) VALUES ('s04', 'Asia/Shanghai', 100, '[2026-01-01,2099-01-01)', '{service}');
SELECT is(pg_temp.load('s04', 'L1', 'L2', 'L3', 'L4', 'L5'), 5, 'S04.5: an outbound task has its list, its period and its target');
SELECT is(pg_temp.refusal($$SELECT next_calls('bob', 's04')$$), 'LO017', 'S04.5: and its groups: others get no calls of it');
SELECT results_eq($$SELECT state, since <= clock_timestamp() FROM presence WHERE agent = 'ann'$$, $$VALUES ('signed_in', true)$$,
    'S04.2: an agent has a state, signed in or not, and since when');
SELECT is(pg_temp.refusal($$SELECT next_calls('out', 's04')$$), 'LO011', 'S04.3: without signing in there is nothing to dial');
SELECT is(pg_temp.refusal($$SELECT record_call('out', 's04', '99887766', 'no_answer', 'typed the number')$$), 'LO011',
    'W29-18: a dial while signed out is refused');
SELECT is(pg_temp.refusal($$SELECT record_call('ann', 's04', '99887766', 'no_answer', 'typed the number')$$), 'accepted',
    'W29-19: a dial while signed in is accepted');
SELECT results_eq($$SELECT number, lead, task, manual_reason FROM attempt$$, $$VALUES ('99887766', NULL::text, NULL::bigint, 'typed the number')$$,
    'S04.4: a number that is typed in need not come from a list');
SELECT set_eq($$SELECT lead FROM to_dial WHERE campaign = 's04'$$, '{L1,L2,L3,L4,L5}'::text[], 'S04.7: the list to dial has the leads that nobody has tried');
SELECT pg_temp.call('ann', 's04', 'L1', 'busy'), pg_temp.call('ann', 's04', 'L2', 'success', '{"intent": true, "confirmed": true}'),
    pg_temp.call('ann', 's04', 'L3', 'unallocated') \g /dev/null
SELECT results_eq($$SELECT lead, kind, next_at > clock_timestamp() FROM redial WHERE campaign = 's04'$$, $$VALUES ('L1', 'redial', true)$$,
    'S04.8: the redial list has the leads with a time for the next try');
SELECT results_eq($$SELECT lead, outcome FROM result WHERE campaign = 's04'$$, $$VALUES ('L2', 'success')$$, 'S04.9: the result list has each lead''s final result');
SELECT results_eq($$SELECT lead, outcome, reason FROM failed WHERE campaign = 's04'$$, $$VALUES ('L3', 'unallocated', 'unallocated')$$,
    'S04.10: the list of failed leads has the reason');
SELECT results_eq($$SELECT lead, agent, started_at <= ended_at AND duration >= '0', outcome FROM contact_history WHERE lead = 'L1'$$,
    $$VALUES ('L1', 'ann', true, 'busy')$$, 'S04.6: the history has lead, agent, start, duration and result of every attempt');
SELECT results_eq($$SELECT l, pg_temp.list('s04', l) FROM unnest('{L1,L2,L3,L4,L5}'::text[]) l$$,
    $$VALUES ('L1', 'redial'), ('L2', 'result'), ('L3', 'failed'), ('L4', 'to_dial'), ('L5', 'to_dial')$$,
    'S04.17: every lead is in exactly one of the four lists');

--
-- S06, S07, S09, S15, S17, S18: what tasks there are
--
INSERT INTO campaign (campaign, task_type, contact_ways) VALUES ('collection', 'collection', 2), ('invitation', 'invitation', 0);
INSERT INTO campaign (campaign, task_type) VALUES ('revisit', 'revisit'), ('opportunity', 'opportunity'), ('marketing', 'existing_customers'),
    ('pre', 'pre_sale_revisit'), ('after', 'after_sale_revisit'), ('second', 'second_purchase'), ('referral', 'referral'), ('publicity', 'publicity');
SELECT pg_temp.load('collection', 'W1', 'W2', 'W3', 'W5'), pg_temp.load('invitation', 'W6', 'W7'), pg_temp.load('revisit', 'R1', 'R2') \g /dev/null
SELECT is((pg_temp.call('ann', 'collection', 'W1', 'collected',
    '{"name": "Wang", "department": "IT", "position": "head", "sex": "f", "contact_ways": {"mobile": "1", "qq": "2"}}')).valid, true,
    'W07-1: surname, department, position, sex and two ways to contact make a valid record');
SELECT is((pg_temp.call('ann', 'collection', 'W2', 'collected',
    '{"name": "Wang", "department": "IT", "position": "head", "sex": "f", "contact_ways": {"mobile": "1"}}')).valid, false,
    'W07-2: with one way to contact the record is not valid');
SELECT is((pg_temp.call('ann', 'collection', 'W3', 'collected',
    '{"name": "Wang", "department": "IT", "position": "head", "sex": "f", "contact_ways": {"landline": "1", "mobile": "2", "e-mail": "3", "qq": "4"}}')).valid, true,
    'W07-3: with all four it is');
SELECT is(pg_temp.refusal($$SELECT pg_temp.call('ann', 'collection', 'W5', 'collected',
    '{"name": "", "department": "IT", "position": "head", "sex": "f", "contact_ways": {"mobile": "1", "qq": "2"}}')$$), 'LO016',
    'W07-5: without a name it is refused');
SELECT is((pg_temp.call('ann', 'invitation', 'W6', 'invited', '{"name": "Wang", "department": "IT", "position": "head", "sex": "f", "mobile": "1"}')).valid,
    true, 'W07-6: an invitation with all fields is valid');
SELECT is(pg_temp.refusal($$SELECT pg_temp.call('ann', 'invitation', 'W7', 'invited',
    '{"name": "Wang", "department": "IT", "position": "head", "sex": "f", "landline": "1"}')$$), 'LO016',
    'W07-7: a landline is no mobile');
SELECT is((SELECT count(*) FROM attempt a JOIN campaign c USING (campaign) WHERE c.task_type = 'collection' AND a.valid), 2::bigint,
    'S06.1: information collection is a list of its own, and its valid records can be counted');
SELECT is((SELECT count(*) FROM attempt a JOIN campaign c USING (campaign) WHERE c.task_type = 'invitation' AND a.valid), 1::bigint,
    'S06.2: so is event invitation');
SELECT is((SELECT count(*) FROM to_dial JOIN campaign USING (campaign) WHERE task_type = 'revisit'), 2::bigint,
    'S06.3: so is the revisit of existing customers');
INSERT INTO follow_up (campaign, outcome, next_campaign, same_agent) VALUES ('revisit', 'opportunity', 'opportunity', true);
SELECT is((pg_temp.call('ann', 'revisit', 'R1', 'opportunity', '{"opportunity": "second flat"}')).outcome, 'opportunity',
    'S06.4: an opportunity is an outcome');
SELECT results_eq($$SELECT lead, owner, source FROM to_dial WHERE campaign = 'opportunity'$$, $$VALUES ('R1', 'ann', 'opportunity in revisit')$$,
    'S10.7: and is followed up, as a step towards the deal');
SELECT is(pg_temp.load('marketing', 'old customer'), 1, 'S06.6: existing customers can be a campaign');
SELECT is((SELECT count(*) FROM next_calls('ann', 'marketing') WHERE lead = 'old customer'), 1::bigint, 'S17.7: and are called like others');
SELECT results_eq($$SELECT count(DISTINCT campaign), count(DISTINCT agent) FROM attempt$$, $$VALUES (4::bigint, 1::bigint)$$,
    'S07.1: one desk calls for many campaigns');
SELECT set_has($$SELECT task_type FROM campaign$$, $$VALUES ('after_sale_revisit'), ('existing_customers'), ('second_purchase'), ('referral'), ('publicity')$$,
    'S07.11: revisit, marketing, second purchase, referral and publicity are types of task');

-- revisits before and after the sale, from what calls come to
INSERT INTO follow_up (campaign, outcome, next_campaign, delay) VALUES ('s04', 'intent', 'pre', '1 day'), ('s04', 'success', 'after', '7 days');
SELECT pg_temp.call('ann', 's04', 'L4', 'intent', '{"level": "A"}'), pg_temp.call('ann', 's04', 'L5', 'success', '{"intent": true, "confirmed": true}') \g /dev/null
SELECT results_eq($$SELECT lead, next_at - interval '23 hours' > clock_timestamp() FROM to_dial WHERE campaign = 'pre'$$, $$VALUES ('L4', true)$$,
    'S07.12: a pre-sale revisit is due while the service goes on');
SELECT results_eq($$SELECT lead, next_at - interval '6 days' > clock_timestamp() FROM to_dial WHERE campaign = 'after'$$, $$VALUES ('L5', true)$$,
    'S07.13: an after-sale revisit is due once the sale is done');
SELECT is((pg_temp.call('ann', 'pre', 'L4', 'answered')).outcome, 'answered', 'S07.26: the pre-sale revisit is called like every task');
SELECT lives_ok($$SELECT transfer_task('pre', 'L4', 'bob', 'knows the product', 'ann')$$, 'S09.8: who does not revisit alone yet passes it on');
SELECT is((SELECT owner FROM redial WHERE campaign = 'pre' AND lead = 'L4'), 'bob', 'S10.6: and the colleague calls');

-- complaints: until the customer is satisfied
INSERT INTO campaign (campaign, task_type, retry) VALUES ('complaint', 'complaint_revisit', 'dissatisfied 1d; * 1h');
SELECT file_complaint('K1', 'complaint', '13800000001', lead => 'L5', responsible => 'service', subject => 'late') \g /dev/null
SELECT is(pg_temp.list('complaint', 'K1'), NULL, 'S07.18: a complaint is not revisited before it is handled');
SELECT complaint_handled('K1', 'bob') \g /dev/null
SELECT results_eq($$SELECT lead, next_at <= clock_timestamp() FROM to_dial WHERE campaign = 'complaint'$$, $$VALUES ('K1', true)$$,
    'S07.14: the revisit of a complaint is due when it is handled, and is linked to it');
SELECT pg_temp.call('ann', 'complaint', 'K1', 'dissatisfied') \g /dev/null
SELECT results_eq($$SELECT state, responsible, revisits, revisit_at > clock_timestamp() FROM open_complaint WHERE complaint = 'K1'$$,
    $$VALUES ('open', 'service', 1, true)$$, 'S07.20: not satisfied reopens it for the unit that is responsible, and a new revisit is due');
SELECT complaint_handled('K1', 'bob') \g /dev/null
SELECT pg_temp.call('ann', 'complaint', 'K1', 'dissatisfied') \g /dev/null
SELECT complaint_handled('K1', 'bob') \g /dev/null
SELECT pg_temp.call('ann', 'complaint', 'K1', 'satisfied') \g /dev/null
SELECT is((SELECT state FROM complaint WHERE complaint = 'K1'), 'closed', 'S07.19: satisfied closes the complaint');
SELECT results_eq($$SELECT (SELECT revisits FROM complaint), string_agg(kind, ' ' ORDER BY event), pg_temp.list('complaint', 'K1') FROM complaint_event$$,
    $$VALUES (3, 'received handled reopened handled reopened handled closed', 'result')$$, 'W29-9: dissatisfied twice, then satisfied: closed after 3 revisits');

-- inbound, and other channels
SELECT is((record_call('ann', 's04', '13900000001', 'consulted', 'customer called', direction => 'in', lead => 'L1')).direction, 'in',
    'S07.2: consultation comes in by phone as well as it goes out');
SELECT is(pg_temp.list('s04', 'L1'), 'result', 'S13.6: an incoming call of a lead counts for its list');
SELECT is((record_call('bob', 's04', '13900000002', 'complained', 'customer called', direction => 'in')).outcome, 'complained',
    'S19.3: incoming calls are consultations or complaints');
SELECT is((SELECT string_agg((record_call('bob', 's04', '13900000003', 'answered', 'no call', channel => c)).channel, ' ')
           FROM unnest('{phone,fax,web,e-mail}'::text[]) c), 'phone fax web e-mail', 'S13.1: a contact has a channel');
SELECT is((SELECT string_agg((record_call('bob', 's04', '13900000004', 'answered', 'no call', channel => c)).channel, ' ')
           FROM unnest('{phone,web,fax,sms,mail}'::text[]) c), 'phone web fax sms mail', 'S15.1: mail and short messages are others');
SELECT is((SELECT count(*) FROM contact_history WHERE number = '13900000004' AND channel = 'mail'), 1::bigint, 'S15.5: direct mail is in the history like a call');
UPDATE campaign SET caller_number = '4008001234' WHERE campaign = 'revisit';
SELECT is((pg_temp.call('bob', 'revisit', 'R2', 'busy')).caller_number, '4008001234', 'S15.2: a campaign calls from a number of its own, which the call keeps');

--
-- Outcomes
--
INSERT INTO campaign (campaign, retry) VALUES ('outcomes', 'busy 30m; no_answer 2h; powered_off 4h; poor_line 5m; * 1d; total 6');
SELECT pg_temp.load('outcomes', VARIADIC ARRAY(SELECT 'o' || n FROM generate_series(1, 20) n)) \g /dev/null
SELECT pg_temp.call('ann', 'outcomes', 'o1', 'refused') \g /dev/null
SELECT results_eq($$SELECT class, pg_temp.list('outcomes', lead) FROM contact_history WHERE lead = 'o1'$$, $$VALUES ('refused', 'failed')$$, 'S09.4: refusal is an outcome');
SELECT pg_temp.call('ann', 'outcomes', 'o2', 'no_answer'), pg_temp.call('ann', 'outcomes', 'o3', 'answered') \g /dev/null
SELECT results_eq($$SELECT outcome, reached FROM attempt WHERE lead IN ('o2', 'o3') ORDER BY lead$$, $$VALUES ('no_answer', false), ('answered', true)$$,
    'S09.5: that nobody picks up and that somebody answers are told apart');
SELECT is(pg_temp.refusal($$SELECT pg_temp.call('ann', 'outcomes', 'o4', 'intent')$$), 'LO016', 'S10.4: intent comes with a level');
SELECT pg_temp.call('ann', 'outcomes', 'o4', 'intent', '{"level": "A"}') \g /dev/null
SELECT results_eq($$SELECT lead, details ->> 'level' FROM contact_history WHERE campaign = 'outcomes' AND outcome = 'intent'$$, $$VALUES ('o4', 'A')$$,
    'S05.22: customers can be chosen by their class, of the call');
SELECT load_campaign('outcomes', ARRAY['class ' || c], ARRAY['77001' || ascii(c)], class => c) FROM unnest('{A,B}'::text[]) c \g /dev/null
SELECT is((SELECT string_agg(lead, ' ') FROM to_dial WHERE class = 'A'), 'class A', 'S05.22: or of the lead');
SELECT is(pg_temp.refusal($$SELECT pg_temp.call('ann', 'outcomes', 'o5', 'poor_line')$$), 'LO016', 'W29-25: a callback after a poor line needs the number verified');
SELECT is((pg_temp.call('ann', 'outcomes', 'o5', 'poor_line', '{"number_verified": true}')).outcome, 'poor_line', 'S12.4: a poor line is an outcome');
SELECT results_eq($$SELECT owner, next_at BETWEEN clock_timestamp() + '4 minutes' AND clock_timestamp() + '5 minutes' FROM redial WHERE lead = 'o5'$$,
    $$VALUES ('ann', true)$$, 'S12.3: the customer is called back shortly');
SELECT is((SELECT owner FROM redial WHERE lead = 'o5'), 'ann', 'W29-26: by the same agent');
SELECT is((pg_temp.call('ann', 'outcomes', 'o6', 'answered', '{"canteen": "two suppliers", "meals": 300}')).details ->> 'canteen', 'two suppliers',
    'S14.3: the situation of the customer is recorded in detail');
SELECT is((SELECT note FROM finish(pg_temp.claim('ann', 'outcomes', 'o16'), 'answered', note => '食堂由两家承包')), '食堂由两家承包', 'S14.3: as a note, too');
SELECT is((pg_temp.call('ann', 'outcomes', 'o7', 'gift')).outcome, 'gift', 'S05.23: a gift given is an outcome');
SELECT is((SELECT count(*) FROM result WHERE campaign = 'outcomes' AND outcome = 'gift'), 1::bigint, 'S20.25: of its own, and no sale');

-- dialling fails
SELECT pg_temp.call('ann', 'outcomes', 'o8', 'unallocated'), pg_temp.call('ann', 'outcomes', 'o9', 'wrong_number'),
    pg_temp.call('ann', 'outcomes', 'o10', 'busy'), pg_temp.call('ann', 'outcomes', 'o11', 'powered_off') \g /dev/null
SELECT is(pg_temp.list('outcomes', 'o8'), 'failed', 'W29-10: 空号 leaves the list');
SELECT is(pg_temp.list('outcomes', 'o9'), 'failed', 'W29-11: 错号 leaves the list');
SELECT is(pg_temp.list('outcomes', 'o11'), 'redial', 'W29-13: 关机 goes to the redial list');
SELECT results_eq($$SELECT lead, pg_temp.list('outcomes', lead) FROM unnest('{o8,o9,o10,o11}'::text[]) lead$$,
    $$VALUES ('o8', 'failed'), ('o9', 'failed'), ('o10', 'redial'), ('o11', 'redial')$$, 'S19.4: empty and wrong numbers are final, busy and powered off are tried again');
SELECT is((SELECT at FROM lead_ops.next_attempt('busy 30m', '{busy}', '{2025-03-05 10:00+08}', 'Mo-Fr 08:30-12:00,13:30-17:30', 'Asia/Shanghai')),
    '2025-03-05 10:30+08'::timestamptz, 'W29-14: busy at 10:00 is tried again at 10:30');
SELECT is((SELECT at FROM lead_ops.next_attempt('busy 30m', '{busy}', '{2025-03-05 11:45+08}', 'Mo-Fr 08:30-12:00,13:30-17:30', 'Asia/Shanghai')),
    '2025-03-05 13:30+08'::timestamptz, 'W29-15: busy at 11:45 after lunch');
SELECT pg_temp.call('ann', 'outcomes', 'o12', 'no_answer') FROM generate_series(1, 5) \g /dev/null
SELECT is(pg_temp.list('outcomes', 'o12'), 'redial', 'W29-17: after the fifth failed attempt there is another one');
SELECT pg_temp.call('ann', 'outcomes', 'o12', 'no_answer') \g /dev/null
SELECT results_eq($$SELECT reason, attempts FROM failed WHERE lead = 'o12'$$, $$VALUES ('total', 6)$$, 'S13.19: six attempts are made before a lead is given up');

-- success needs intent and confirmed information
SELECT is(pg_temp.refusal(format($$SELECT pg_temp.call('ann', 'outcomes', 'o13', 'success', '{"intent": %s, "confirmed": %s}')$$, intent, confirmed)), 'LO016', name)
FROM (VALUES ('true', 'false', 'W29-21: success without confirmed information is refused'), ('false', 'true', 'W29-22: success without explicit intent is refused'),
             ('false', 'false', 'W29-23: success without either is refused')) v (intent, confirmed, name);
SELECT is((pg_temp.call('ann', 'outcomes', 'o13', 'success', '{"intent": true, "confirmed": true}')).outcome, 'success', 'S20.19: success is taken with both');
SELECT is(pg_temp.refusal($$SELECT pg_temp.call('ann', 'outcomes', 'o14', 'target', '{"intent": true, "appointment_at": null}')$$), 'LO016',
    'W22-22: who has no time to meet is no target customer');
SELECT is((pg_temp.call('ann', 'outcomes', 'o14', 'target', '{"intent": true, "appointment_at": "2025-03-05 10:00"}')).outcome, 'target',
    'W22-23: who means it and has a time to meet is one');
SELECT is(pg_temp.refusal($$SELECT pg_temp.call('ann', 'outcomes', 'o15', 'target', '{"intent": false, "appointment_at": "2025-03-05 10:00"}')$$), 'LO016',
    'S14.10: a time alone makes no target customer');
-- what a valid call is, the campaign says
INSERT INTO campaign (campaign, valid_outcomes) VALUES ('s18', '{appointment}');
SELECT pg_temp.load('s18', 'v1', 'v2') \g /dev/null
SELECT is((pg_temp.call('ann', 's18', 'v1', 'appointment', '{"appointment_at": "2025-03-05 10:00"}')).valid
    AND NOT (pg_temp.call('ann', 's18', 'v2', 'success', '{"intent": true, "confirmed": true}')).valid, true, 'S18.24: a campaign can count appointments alone as valid calls');
SELECT results_eq($$SELECT sum(calls), sum(reached), sum(valid) FROM calls_by_day WHERE campaign = 's18' AND agent = 'ann'$$, $$VALUES (2::numeric, 2::numeric, 1::numeric)$$,
    'S18.8: what dialling has brought is counted by agent');

-- stages
INSERT INTO campaign (campaign, stages) VALUES ('s10', 'received < presented < negotiating < closed < paid < signed'), ('s13', 'called < visited < signed'),
    ('s14', 'prospect < target'), ('s15', 'introduction < consultation < quotation < confirmation'), ('s16', 'intent < persuaded < arrived < enrolled');
SELECT pg_temp.load(campaign, 'x', 'y', 'z') FROM campaign WHERE stages IS NOT NULL \g /dev/null
CREATE FUNCTION pg_temp.walk(campaign text, VARIADIC stages text[]) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM unnest($2) s WHERE set_lead_stage($1, 'x', s, 'ann')
$$;
SELECT is(pg_temp.walk('s10', 'received', 'presented', 'negotiating', 'closed', 'paid', 'signed'), 6::bigint, 'S10.8: six stages up to the signature');
SELECT is(pg_temp.walk('s13', 'called', 'visited', 'signed'), 3::bigint, 'S13.4: called, visited, signed');
SELECT is(pg_temp.walk('s14', 'prospect', 'target'), 2::bigint, 'S14.5: a valid customer first, a target customer later');
SELECT is(pg_temp.walk('s15', 'introduction', 'consultation', 'quotation', 'confirmation'), 4::bigint, 'S15.4: four steps of the process');
SELECT pg_temp.walk('s16', 'intent', 'persuaded', 'arrived', 'enrolled'), set_lead_stage('s16', 'y', 'arrived', 'bob'), set_lead_stage('s16', 'z', 'intent', 'bob') \g /dev/null
SELECT results_eq($$SELECT stage, leads FROM funnel('s16')$$, $$VALUES ('intent', 3::bigint), ('persuaded', 2), ('arrived', 2), ('enrolled', 1)$$, 'S16.25: the funnel of three stages');

--
-- Callbacks
--
INSERT INTO campaign (campaign, zone, hours, by_customer_zone) VALUES ('callbacks', 'Asia/Shanghai', 'Mo-Fr 08:30-12:00,13:30-17:30', false);
SELECT pg_temp.load('callbacks', 'c1', 'c2', 'c3', 'c4') \g /dev/null
-- 2098-03-07 is a Friday, as 2025-03-07
SELECT is((book_callback('c1', '2098-03-07 17:30+08', 'ann', 'callbacks', clamp => true)).next_at, '2098-03-10 08:30+08'::timestamptz,
    'W23-9: a callback on Friday at 17:30 is made on Monday at 8:30');
SELECT is((book_callback('c2', '2098-03-07 17:29+08', 'ann', 'callbacks')).next_at, '2098-03-07 17:29+08'::timestamptz, 'W23-10: one at 17:29 as agreed');
SELECT is((book_callback('c3', '2098-03-07 08:30+08', 'ann', 'callbacks')).next_at, '2098-03-07 08:30+08'::timestamptz, 'W23-11: one at 8:30 too');
SELECT is((SELECT count(*) FROM redial WHERE campaign = 'callbacks' AND kind = 'callback' AND owner = 'ann'), 3::bigint, 'S19.2: customers to be followed up are a queue of callbacks');
SELECT is((SELECT count(*) FROM remind_callbacks()), 0::bigint, 'S19.10: nobody is reminded too early');
UPDATE task SET agreed_at = clock_timestamp() + interval '5 minutes', next_at = clock_timestamp() + interval '5 minutes' WHERE lead = 'c1';
SELECT results_eq($$SELECT agent, level FROM remind_callbacks('10 minutes')$$, $$VALUES ('ann', 0)$$, 'S19.10: a callback that is due is announced, with lead time');

--
-- Make-up of missed quotas
--
CREATE TEMP TABLE call_count (agent text, day date, calls numeric, valid numeric);
INSERT INTO metric (metric, source, at_column, quantity_column) VALUES
    ('made calls', 'pg_temp.call_count', 'day', 'calls'), ('good calls', 'pg_temp.call_count', 'day', 'valid');
INSERT INTO quota (agent, metric, period, amount)
SELECT a, m, 'day', n FROM unnest('{ann,bob,shifu}'::text[]) a, (VALUES ('made calls', 100), ('good calls', 10)) v (m, n);
INSERT INTO call_count VALUES ('ann', '2026-03-04', 100, 10), ('bob', '2026-03-04', 99, 10);
SELECT is_empty($$SELECT * FROM schedule_make_up('2026-03-04', agents => '{ann}')$$, 'W27-18: 100 calls and 10 valid: no overtime');
SELECT results_eq($$SELECT metric, missing FROM schedule_make_up('2026-03-04', agents => '{bob}')$$, $$VALUES ('made calls', 1::numeric)$$,
    'W27-19: 99 calls: overtime');
SELECT results_eq($$SELECT metric, missing FROM schedule_make_up('2026-03-04', agents => '{shifu}') ORDER BY 1$$, $$VALUES ('good calls', 10::numeric), ('made calls', 100)$$,
    'W27-21: no calls at all: overtime');
SELECT results_eq($$SELECT DISTINCT due_on, extract(isodow FROM due_on) FROM make_up$$, $$VALUES (date '2026-03-07', 6::numeric)$$,
    'S18.28: what was missed on a day is to be made up on the weekend');

--
-- Surveys
--
SELECT publish_survey('satisfaction', '[{"question": "overall", "kind": "single", "choices": ["satisfied", "not satisfied"], "required": true}]') \g /dev/null
UPDATE campaign SET survey = 'satisfaction' WHERE campaign = 'after';
SELECT pg_temp.load('after', 'q1', 'q2', 'q3') \g /dev/null
SELECT is((SELECT count(*) FROM unnest('{q1,q2,q3}'::text[], '{satisfied,satisfied,not satisfied}'::text[]) q (lead, answer),
           pg_temp.call('ann', 'after', q.lead, 'answered') a
           WHERE answer_survey(a.attempt, jsonb_build_object('overall', q.answer)) IS NOT NULL), 3::bigint, 'S04.11: answers are kept per contact');
SELECT results_eq($$SELECT a.lead, sa.choices[1] FROM survey_answer sa JOIN survey_response r USING (response) JOIN attempt a USING (attempt) ORDER BY 1$$,
    $$VALUES ('q1', 'satisfied'), ('q2', 'satisfied'), ('q3', 'not satisfied')$$, 'S15.6: revisits survey customers');
SELECT results_eq($$SELECT choice, answers, round(share, 4) FROM survey_shares('satisfaction')$$, $$VALUES ('satisfied', 2::bigint, 0.6667), ('not satisfied', 1, 0.3333)$$,
    'S07.3: the satisfaction of customers in shares');
SELECT is((SELECT count(*) FROM survey_shares('satisfaction', 'after') WHERE respondents = 3), 2::bigint, 'S06.5: of the existing customers who were called');

SELECT * FROM finish();
ROLLBACK;
