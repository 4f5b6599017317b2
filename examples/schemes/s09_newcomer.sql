-- S09  电销客服工作总结: what a newcomer to telesales reports
--
-- A personal account and no set of rules, but it has a workload, what comes of calls
-- (refusals, mostly), and a mentor who takes over what is too hard.
--
-- Makes the schema s09; DROP SCHEMA s09 CASCADE removes all of it.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT lead_ops.create_workspace('s09') \g /dev/null
SET search_path = s09, public;
UPDATE setting SET zone = 'Asia/Shanghai', hours = 'Mo-Fr 09:00-18:00';

-- Fei is new, and has a mentor (S09.7).
INSERT INTO agent (agent, zone, hired_on, mentor) VALUES
    ('Shi', 'Asia/Shanghai', '2022-01-01', NULL), ('Tong', 'Asia/Shanghai', '2024-01-01', NULL),
    ('Fei', 'Asia/Shanghai', '2026-03-02', 'Shi');
INSERT INTO team (team) VALUES ('desk');
INSERT INTO membership (agent, team) VALUES ('Shi', 'desk'), ('Tong', 'desk'), ('Fei', 'desk');

-- At least fifty calls a day (S09.1).  A month is taken for sixteen days (S09.2), so it
-- owes 800 (S09.3), whatever the calendar says.
INSERT INTO quota (agent, metric, period, amount, days) VALUES ('Fei', 'attempts', 'day', 50, 16);

-- Sixteen days of calls, from the log of the telephone system.  Of ten, six refuse,
-- two do not pick up, and two listen.
INSERT INTO campaign (campaign) VALUES ('first calls');
INSERT INTO campaign (campaign, task_type) VALUES ('revisits', 'revisit');
SELECT load_history('first calls', array_agg(c.call), array_agg('Fei'::text),
                    array_agg('+86108' || c.call), array_agg(c.at),
                    array_agg(c.at + CASE c.outcome WHEN 'no_answer' THEN interval '0'
                                                    WHEN 'refused' THEN '20 s' ELSE '3 min' END),
                    array_agg(c.outcome))
FROM (
    SELECT lpad((100 * (d.day - date '2026-03-01') + n)::text, 7, '0') AS call,
           d.day + time '09:00' + n * interval '8 min' AS at,
           CASE WHEN n % 10 < 6 THEN 'refused' WHEN n % 10 < 8 THEN 'no_answer'
                ELSE 'answered' END AS outcome
    FROM working_days('[2026-03-02,2026-03-24)', '{Fei}') d
    CROSS JOIN LATERAL generate_series(1, 50) n
) c \g /dev/null

\echo 'The workload of a day and of the month'
SELECT period, quota, actual, met
FROM attainment_of('{"[2026-03-02,2026-03-03)", "[2026-03-01,2026-04-01)"}', '{attempts}', '{Fei}')
ORDER BY upper(period);
\echo 'The sound heard most is refusal (S09.4); nobody picks up, or somebody answers (S09.5)'
SELECT outcome, class, calls, round(share, 2) AS share
FROM outcome_shares('[2026-03-01,2026-04-01)', campaign => 'first calls');

-- A call that Fei cannot cope with goes to the mentor, or to a colleague (S09.6); the
-- reason stays.  "hand_over" says to whom: 'mentor' alone, 'team', or 'nobody'.
INSERT INTO pool (pool, hand_over) VALUES ('hotline', 'team');
INSERT INTO pool_team (pool, team) VALUES ('hotline', 'desk');
SELECT assign_batch('hotline', '{lead 1, lead 2, lead 3, lead 4, lead 5, lead 6}') \g /dev/null
\echo 'Leads of Fei, and to whom they were handed'
WITH fei AS (
    SELECT lead, row_number() OVER (ORDER BY lead) AS n FROM assignment
    WHERE agent = 'Fei' AND ended_at IS NULL
)
SELECT f.lead, r.agent
FROM fei f
CROSS JOIN LATERAL reassign(f.lead, CASE f.n WHEN 1 THEN 'Shi' ELSE 'Tong' END,
                            'asks what I cannot answer', 'Fei') r
ORDER BY f.lead;
SELECT lead, agent, ended_because FROM assignment WHERE agent = 'Fei' ORDER BY lead;

-- Revisits are not for newcomers to do alone yet (S09.8): a task that was Fei's.
SELECT load_campaign('revisits', '{old customer 1, old customer 2}',
                     '{+861080000001, +861080000002}',
                     agents => '{Fei, Tong}') \g /dev/null
\echo 'A revisit that the mentor takes over'
SELECT transfer_to_mentor('revisits', 'old customer 1', 'first revisit', 'Fei');
SELECT lead, owner FROM to_dial WHERE campaign = 'revisits' ORDER BY lead;
SELECT kind, agent, reason, by FROM task_event;
