--
-- Reports of the last month
--
\qecho == Reports: the last month by week, by team and by agent
SELECT daterange(:'last_month', (:'last_month'::date + interval '1 month')::date) AS reported \gset
SELECT clock_timestamp() AS since \gset

\qecho What was done, by week: each week counts for one month, as a whole
SELECT to_char(lower(a.period), 'IYYY "week" IW') AS week,
       to_char(lower(a.period), 'DD Mon') AS "from",
       a.calls,
       a.reached,
       a.valid,
       date_trunc('minute', a.talk_time) AS talked,
       a.deals,
       a.deal_value AS won
FROM sales.activity(:'reported', 'week', 'all', 'won') a;

\qecho By team
SELECT a.unit AS team,
       a.calls,
       a.reached,
       round(100 * sales.quotient(a.reached, a.calls), 1) AS "reached %",
       a.valid,
       date_trunc('minute', a.talk_time) AS talked,
       a.deals,
       a.deal_value AS won
FROM sales.activity(:'reported', per => 'team', metric => 'won') a;

\qecho What came of the calls
SELECT o.outcome, o.class, o.calls, round(100 * o.share, 1) AS "%"
FROM sales.outcome_shares(:'reported') o;

\qecho How far the leads came that were called
SELECT coalesce(c.unit, 'all') AS team, c.called, c.reached, c.interested, c.won,
       round(100 * c.reached_share, 1) AS "reached %",
       round(100 * c.interested_share, 1) AS "interested %",
       round(100 * c.won_share, 1) AS "won %",
       round(100 * c.close_rate, 1) AS "of all %"
FROM (SELECT 1 AS place, t.* FROM sales.conversion(:'reported', per => 'team') t
      UNION ALL
      SELECT 2, a.* FROM sales.conversion(:'reported') a) c
ORDER BY c.place, c.unit;

\qecho The ten who won most
SELECT l.place, l.unit AS agent, l.figure AS won, l.behind
FROM sales.leaderboard('won', :'reported', top => 10) l;

\qecho How the quotas stood in the middle of the month: on which side of what was owed by then
SELECT p.metric,
       count(*) AS agents,
       count(*) FILTER (WHERE p.ahead >= 0) AS "on course",
       round(sum(p.so_far)) AS "owed by then",
       round(sum(p.quota)) AS quota
FROM sales.quota_progress(:'reported', on_day => lower(:'reported'::daterange) + 14) p
WHERE p.quota > 0
GROUP BY p.metric
ORDER BY p.metric;

\qecho The pay register, by team and in all
SELECT coalesce(r.unit, 'all') AS team, r.people, r.earned, r.late, r.payout, r.currency,
       CASE WHEN r.is_final THEN 'final' ELSE 'open' END AS status
FROM (SELECT 1 AS place, t.* FROM sales.pay_register(:'reported', per => 'team') t
      UNION ALL
      SELECT 2, a.* FROM sales.pay_register(:'reported', per => 'all') a) r
ORDER BY r.place, r.unit;

SELECT format('All of them in %s s.',
              round(extract(epoch FROM clock_timestamp() - :'since'), 1)) AS line \gset
\qecho :line
