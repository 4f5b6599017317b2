--
-- The contact desk: the calls of the last month, and the callbacks of today
--
-- The CRM has no calls, so these are made up, from a seed: one to four for each
-- opportunity of the last month, and what came of the deal stands at the end.
--
\qecho
\qecho == Taking over a made-up call log of the last month, as another system would hand it over
SET max_parallel_workers_per_gather = 0;
SELECT setseed(0.1971) \gset
CREATE TEMPORARY TABLE call AS
WITH month AS (
    SELECT date_trunc('month', max(o.close_date)::timestamp)::date AS first FROM crm.opportunity o
), lead AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY o.opportunity_id COLLATE "C") AS n, o.*, m.first,
           coalesce(o.engage_date, m.first + 9) AS since,
           1 + floor(4 * random())::integer AS calls
    FROM crm.opportunity o
    CROSS JOIN month m
    WHERE coalesce(o.close_date, o.engage_date, m.first) >= m.first
    ORDER BY o.opportunity_id COLLATE "C"
), draw AS MATERIALIZED (
    SELECT l.*, c.k, random() AS day, random() AS clock, random() AS chance, random() AS talk
    FROM lead l
    CROSS JOIN generate_series(1, l.calls) c (k)
    ORDER BY l.n, c.k
), tried AS (
    SELECT d.*,
           (CASE WHEN d.k = d.calls AND d.close_date IS NOT NULL THEN d.close_date
                 ELSE greatest(d.since, d.first) + floor(d.day * greatest(
                          coalesce(d.close_date, (d.first + interval '1 month')::date)
                              - greatest(d.since, d.first), 1))::integer END::timestamp
            + interval '9 hours' + d.clock * interval '8 hours') AT TIME ZONE 'UTC' AS started_at,
           CASE WHEN d.k = d.calls AND d.deal_stage = 'Won' THEN 'success'
                WHEN d.k = d.calls AND d.deal_stage = 'Lost' THEN 'refused'
                WHEN d.chance < 0.35 THEN 'no_answer'
                WHEN d.chance < 0.45 THEN 'busy'
                WHEN d.chance < 0.50 THEN 'powered_off'
                WHEN d.chance < 0.52 THEN 'unallocated'
                WHEN d.chance < 0.64 THEN 'intent'
                ELSE 'answered' END AS outcome
    FROM draw d
)
SELECT 'C' || lpad(row_number() OVER (ORDER BY t.started_at, t.n, t.k)::text, 6, '0') AS call,
       t.opportunity_id, t.sales_agent, t.account, '+1555' || lpad(t.n::text, 7, '0') AS number,
       t.started_at,
       t.started_at + CASE WHEN t.outcome IN ('success', 'refused', 'intent', 'answered')
                           THEN interval '20 seconds' + t.talk * interval '5 minutes'
                           ELSE t.talk * interval '30 seconds' END AS ended_at,
       t.outcome
FROM tried t;
RESET max_parallel_workers_per_gather;

INSERT INTO sales.campaign (campaign, name, valid_talk)
VALUES ('month', 'Everything on the telephone', '30 seconds'),
       ('win back', 'Those who said no', '30 seconds');
SELECT clock_timestamp() AS since \gset
SELECT sales.load_history(
           'month', array_agg(c.call ORDER BY c.call), array_agg(c.sales_agent ORDER BY c.call),
           array_agg(c.number ORDER BY c.call), array_agg(c.started_at ORDER BY c.call),
           array_agg(c.ended_at ORDER BY c.call), array_agg(c.outcome ORDER BY c.call),
           leads => array_agg(c.opportunity_id ORDER BY c.call),
           customers => array_agg(c.account ORDER BY c.call)) AS calls
FROM call c \gset
SELECT format('%s calls in %s s.', to_char(:calls, 'FM999,999,999'),
              round(extract(epoch FROM clock_timestamp() - :'since'), 1)) AS line \gset
\qecho :line
\qecho
\qecho What came of them, by team; a call is valid from 30 seconds of talk
SELECT m.team,
       count(*) AS calls,
       count(*) FILTER (WHERE a.reached) AS reached,
       count(*) FILTER (WHERE a.valid) AS valid,
       round(100.0 * count(*) FILTER (WHERE a.reached) / count(*), 1) AS "reached %",
       justify_hours(date_trunc('minute', sum(a.ended_at - a.started_at)
                                              FILTER (WHERE a.reached))) AS "talked"
FROM sales.attempt a
JOIN sales.membership m USING (agent)
GROUP BY m.team
ORDER BY m.team;

\qecho == Calling back those who said no: 400 leads, 12 agents signed in
SELECT l.*
FROM (SELECT array_agg(c.opportunity_id ORDER BY c.call) AS leads,
             array_agg(c.number ORDER BY c.call) AS numbers,
             array_agg(c.account ORDER BY c.call) AS customers
      FROM (SELECT c.* FROM call c
            WHERE c.outcome = 'refused'
            ORDER BY c.call DESC
            LIMIT 400) c) c
CROSS JOIN LATERAL sales.load_campaign('win back', c.leads, c.numbers, c.customers) l;

SELECT count(sales.sign_in(a.agent)) AS signed_in
FROM (SELECT m.agent FROM sales.membership m
      WHERE m.role = 'agent'
      ORDER BY m.agent COLLATE "C"
      LIMIT 12) a \gset
-- Each takes three calls, six times over.  What comes of a call is told by the
-- last digit of its number.
DO $$
DECLARE
    agent text;
    call record;
    outcome text;
BEGIN
    FOR round IN 1 .. 6 LOOP
        FOR agent IN
            SELECT p.agent FROM sales.presence p
            WHERE p.state = 'signed_in'
            ORDER BY p.agent COLLATE "C"
        LOOP
            FOR call IN SELECT n.* FROM sales.next_calls(agent, 'win back', 3) n LOOP
                PERFORM sales.confirm_dial(call.token);
                outcome := (string_to_array('no_answer no_answer no_answer busy refused refused '
                                            'callback answered success do_not_call', ' '))
                           [1 + right(call.number, 1)::integer];
                PERFORM sales.finish(
                    call.token, outcome,
                    callback_at => CASE outcome WHEN 'callback'
                        THEN date_trunc('hour', clock_timestamp()) + interval '26 hours' END,
                    details => CASE outcome WHEN 'success'
                        THEN '{"intent": true, "confirmed": true}' ELSE '{}' END::jsonb);
            END LOOP;
        END LOOP;
    END LOOP;
END
$$;
\qecho Every lead is in exactly one list
SELECT l.list, count(*) AS leads, string_agg(DISTINCT l.why, ', ') AS why
FROM (SELECT 1 AS place, 'to dial' AS list, NULL AS why FROM sales.to_dial
      WHERE campaign = 'win back'
      UNION ALL
      SELECT 2, 'redial', outcome FROM sales.redial WHERE campaign = 'win back'
      UNION ALL
      SELECT 3, 'result', outcome FROM sales.result WHERE campaign = 'win back'
      UNION ALL
      SELECT 4, 'failed', reason FROM sales.failed WHERE campaign = 'win back') l
GROUP BY l.place, l.list
ORDER BY l.place;

\qecho The next calls that are agreed, and whose they are
SELECT n.lead, n.customer, n.owner, n.kind,
       date_trunc('minute', n.next_at - clock_timestamp()) AS "in"
FROM sales.next_contact n
WHERE n.kind = 'callback'
ORDER BY n.next_at, n.lead COLLATE "C"
LIMIT 5;
