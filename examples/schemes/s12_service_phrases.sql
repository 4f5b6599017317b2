-- S12  电销客服售后工作人员实用技巧心得手册: phrases for after-sales service
--
-- A handbook of what to say on the phone.  Two of its rules are more than words:
-- who cannot be heard is called back at once, at a number that was confirmed; and
-- whatever is written down is read back to the customer first, because wrong
-- records make customers call again.
--
-- Makes the schema s12; DROP SCHEMA s12 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s12') \g /dev/null
SET search_path = s12, public;
UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00';
-- The message that a command is refused with.
CREATE FUNCTION answer_to(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM;
END
$$;

INSERT INTO agent (agent, zone) SELECT a, 'Asia/Shanghai' FROM unnest('{An, Bo}'::text[]) a;
INSERT INTO campaign (campaign, task_type, retry)
VALUES ('service', 'after_sale_revisit', 'poor_line 5m; * 1d; total 6');
SELECT sign_in(agent) FROM agent \g /dev/null
SELECT load_campaign('service', '{C1, C2, C3}',
                     '{13800000001, 13800000002, 13800000003}') \g /dev/null

-- A poor line is an outcome of its own (S12.4).  The number has to be confirmed before
-- a callback is promised; "shortly" is read as five minutes, which the campaign's
-- policy says, and the same agent calls (S12.3).
\echo 'The outcome, and a poor line without and with the confirmed number'
SELECT outcome, required, same_agent FROM outcome WHERE outcome = 'poor_line';
SELECT number_verified, answer_to(format(
    $$SELECT record_call('An', 'service', '13800000001', 'poor_line', 'inaudible',
                          lead => 'C1', details => %L)$$,
    jsonb_build_object('number_verified', number_verified)))
FROM unnest('{false, true}'::boolean[]) number_verified;
\echo 'The callback: whose it is, and after what time'
SELECT t.lead, t.owner, t.outcome, date_trunc('minute', t.next_at - a.ended_at) AS after_the_call
FROM redial t
JOIN attempt a USING (task);
SELECT at FROM campaign, lead_ops.next_attempt(retry, '{poor_line}', '{2026-03-02 10:00}');

-- What is recorded is read back (S12.7); phone and address are both confirmed (S12.10).
-- So this outcome takes nothing less.
INSERT INTO outcome (outcome, name, class, reached, valid, final, required) VALUES
    ('data recorded', 'Contact data recorded', 'success', true, true, 'result',
     '{verified_phone, verified_address, read_back}');
\echo 'Contact data that was not read back, that is half confirmed, and that is right'
SELECT details, answer_to(format(
    $$SELECT record_call('Bo', 'service', '13800000002', 'data recorded', 'by hand',
                          lead => 'C2', details => %L)$$,
    details)) AS answer
FROM (VALUES (1, '{"verified_phone": "1", "verified_address": "2", "read_back": false}'::jsonb),
             (2, '{"verified_phone": "1", "read_back": true}'),
             (3, '{"verified_phone": "1", "verified_address": "2", "read_back": true}')
     ) v (n, details)
ORDER BY n;
\echo 'What is known of each lead now'
SELECT lead, state AS list, outcome FROM task ORDER BY lead;

-- Wrong records show in calls to customers who had been spoken to shortly before (S12.8).
-- How shortly is not said: within a week.
SELECT load_history('service', array_agg('pbx ' || n), array_agg(agent), array_agg(number),
                    array_agg(at), array_agg(at + interval '3 min'), array_agg('answered'::text))
FROM (VALUES (1, 'An', '13900000001', timestamptz '2026-03-02 10:00'),
             (2, 'Bo', '13900000001', '2026-03-04 15:00'),
             (3, 'An', '13900000002', '2026-03-03 09:00'),
             (4, 'An', '13900000003', '2026-03-05 09:00'),
             (5, 'Bo', '13900000004', '2026-03-05 10:00'),
             (6, 'Bo', '13900000003', '2026-03-16 10:00')) c (n, agent, number, at) \g /dev/null
\echo 'Repeated calls in March, by agent; and within two weeks'
SELECT unit, calls, repeated, round(share, 2) AS share
FROM repeat_calls('[2026-03-01,2026-04-01)')
ORDER BY unit;
SELECT unit, calls, repeated, round(share, 2) AS share
FROM repeat_calls('[2026-03-01,2026-04-01)', per => 'all', within => '14 days');
