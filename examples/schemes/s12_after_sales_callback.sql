-- S12  电销客服售后工作人员实用技巧心得手册: practical tips for after-sales agents
--
-- Mostly phrases for the phone; three of its tips are rules for a system.  A line on
-- which nothing is understood is left with "I will call you back shortly", on a number
-- that was verified.  Whatever is written down is read back and verified.  What is
-- written down wrongly shows in customers who are called again.
--
-- Makes the schema s12; DROP SCHEMA s12 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s12') \g /dev/null
SET search_path = s12, public;

-- What a command is refused with, and why.
CREATE FUNCTION answer_to(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE command;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws('. ', SQLERRM, nullif(detail, ''));
END
$$;

UPDATE setting SET zone = 'Asia/Shanghai';
INSERT INTO agent (agent, zone) VALUES ('An', 'Asia/Shanghai'), ('Bo', 'Asia/Shanghai');
INSERT INTO team (team) VALUES ('after-sales');
INSERT INTO membership (agent, team) VALUES ('An', 'after-sales'), ('Bo', 'after-sales');
SELECT sign_in('An'), sign_in('Bo') \g /dev/null

-- S12.4: a poor line is an outcome of its own; the next attempt is the same agent's.
-- S12.3: the number is verified before, and the customer called back "shortly", which
-- has no figure: after 5 minutes here.  Who was to call back keeps the customer for 30
-- minutes; after that anybody may.
INSERT INTO campaign (campaign, task_type, zone, retry, grace)
VALUES ('service', 'after_sale_revisit', 'Asia/Shanghai', 'poor_line 5m; no_answer 2h; * 1d',
        '30 min');
\echo 'What the outcome "poor line" stands for'
SELECT outcome, class, same_agent, required FROM outcome WHERE outcome = 'poor_line';

-- S12.7, S12.10: an address change has phone and address, both verified, and the
-- customer has heard what was written down.
INSERT INTO outcome (outcome, name, class, reached, valid, final, required)
VALUES ('data_changed', 'New phone and address', 'success', true, true, 'result',
        '{verified_phone, verified_address, read_back}');
SELECT load_campaign('service', '{L1, L2, L3, L4, L5}',
                     '{13800003001, 13800003002, 13800003003, 13800003004, 13800003005}',
                     customers => '{Qian, Sun, Li, Zhou, Wu}') \g /dev/null

-- Calls that were written down afterwards, with fixed times.
CREATE FUNCTION enter(agent text, lead text, at timestamptz, outcome text,
                      details jsonb DEFAULT '{}')
    RETURNS bigint LANGUAGE sql AS $$
    SELECT attempt
    FROM record_call($1, 'service', '1380000300' || right($2, 1), $4, 'entered after the day', $2,
                     $3, $3 + interval '3 min', recording => 'rec/' || $2, details => $5)
$$;
\echo 'Without a verified number the promise to call back is not taken down'
SELECT details, answer_to(format('SELECT enter(%L, %L, %L, %L, %L)', 'An', 'L1',
                                 '2026-03-02 10:00', 'poor_line', details))
FROM (VALUES (1, '{}'), (2, '{"number_verified": true}')) v (n, details)
ORDER BY n;
\echo 'Nor are data that were not verified, or not read back'
SELECT details, answer_to(format('SELECT enter(%L, %L, %L, %L, %L)', 'Bo', 'L2',
                                 '2026-03-02 10:05', 'data_changed', details))
FROM (VALUES (1, '{"verified_phone": "13800003002", "read_back": true}'),
             (2, '{"verified_phone": "13800003002", "verified_address": "Lake St 5"}'),
             (3, '{"verified_phone": "13800003002", "verified_address": "Lake St 5", '
                 '"read_back": true}')) v (n, details)
ORDER BY n;

\echo 'Qian is to be called back 5 minutes after the end of the call'
SELECT t.at, t.reason
FROM campaign c
CROSS JOIN LATERAL lead_ops.next_attempt(c.retry, '{poor_line}', '{2026-03-02 10:03}') t;
\echo 'By An, and half an hour later by anyone'
SELECT customer, kind, owner, number, anyone_at - next_at AS hers_alone FROM redial;
\echo 'So the desk gives the call to An and not to Bo, who may have the new ones'
SELECT lead, kind, number FROM next_calls('Bo', 'service', 5);
SELECT release_task(token) FROM task WHERE agent = 'Bo' AND token IS NOT NULL \g /dev/null
SELECT lead, kind, number FROM next_calls('An', 'service', 1);
SELECT release_task(token) FROM task WHERE agent = 'An' AND token IS NOT NULL \g /dev/null

-- The rest of the week.  Sun's data were read back; Li's and Zhou's first calls only
-- gave an answer, and what was noted then was wrong: both are called again.
SELECT enter('An', 'L1', '2026-03-02 10:09', 'satisfied'),
       enter('Bo', 'L3', '2026-03-02 11:00', 'answered'),
       enter('Bo', 'L4', '2026-03-02 11:10', 'answered'),
       enter('An', 'L5', '2026-03-03 09:00', 'satisfied'),
       enter('Bo', 'L3', '2026-03-04 09:30', 'data_changed', '{"verified_phone": "13800003003",
             "verified_address": "Hill Road 7", "read_back": true}'),
       enter('An', 'L4', '2026-03-05 16:00', 'data_changed', '{"verified_phone": "13800003004",
             "verified_address": "Bridge Lane 2", "read_back": true}') \g /dev/null

-- S12.8: repeat calls are the measurable effect of wrong records.  A call counts as
-- one where somebody had been reached at the number within a week and no callback was
-- agreed on; the week is ours.  Qian's poor line counts as well.
\echo 'Calls made again to somebody who was reached within 7 days, and within one'
SELECT unit, calls, repeated, round(share, 2) AS share
FROM repeat_calls('[2026-03-01,2026-04-01)', within => '7 days')
ORDER BY unit;
SELECT unit, calls, repeated, round(share, 2) AS share
FROM repeat_calls('[2026-03-01,2026-04-01)', within => '1 day')
ORDER BY unit;

\echo 'How much of what was taken down is verified, of each agent'
CREATE VIEW taken_down AS
SELECT attempt, agent, started_at AS at,
       details ?& '{verified_phone, verified_address, read_back}' AS verified
FROM attempt
WHERE outcome IN ('answered', 'data_changed');
INSERT INTO metric (metric, source, quantity_column, item_column) VALUES
    ('records', 'taken_down', NULL, 'attempt'),
    ('verified records', 'taken_down', 'verified', 'attempt');
INSERT INTO metric (metric, kind, numerator, divisor)
VALUES ('verified share', 'ratio', 'verified records', 'records');
SELECT agent, metric, round(quantity, 2) AS quantity
FROM measure_total('{records, verified records, verified share}', '[2026-03-01,2026-04-01)')
ORDER BY agent, metric;

\echo 'The history of Qian'
SELECT started_at, agent, number, outcome, details
FROM contact_history
WHERE lead = 'L1'
ORDER BY started_at;
