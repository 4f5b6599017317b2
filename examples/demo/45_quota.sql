--
-- Quotas: what every agent owed in the last month, and did
--
-- Metrics are names for tables and views that have an agent, a time and a
-- quantity: here the desk's calls and the CRM's own won deals.
--
\qecho == Quotas for the agents of every team: valid calls a working day, and a sum won a month
INSERT INTO sales.metric (metric, unit, source, at_column, quantity_column)
VALUES ('valid calls', 'calls', 'sales.attempt', 'started_at', 'valid');
INSERT INTO sales.metric (metric, unit, source, agent_column, at_column, quantity_column)
VALUES ('won', 'money', 'crm.won_deal', 'sales_agent', 'close_date', 'close_value');

UPDATE sales.setting SET hours = 'Mo-Fr 09:00-18:00';
INSERT INTO sales.quota (metric, team, period, amount)
SELECT q.metric, t.team, q.period, q.amount
FROM sales.team t
CROSS JOIN (VALUES ('valid calls', 'day', CASE WHEN :'exported' THEN 3 ELSE 9 END),
                   ('won', 'month', CASE WHEN :'exported' THEN 30000 ELSE 28000 END))
     q (metric, period, amount);
SELECT q.metric, q.period, q.amount AS quota, count(*) AS teams
FROM sales.quota q
GROUP BY q.metric, q.period, q.amount
ORDER BY q.metric;

\qecho Who met what, by team
SELECT m.team,
       a.metric,
       count(*) AS agents,
       count(*) FILTER (WHERE a.met) AS met,
       round(100 * avg(a.ratio), 1) AS "attained on average %",
       round(100 * min(a.ratio), 1) AS "least %",
       round(100 * max(a.ratio), 1) AS "most %"
FROM sales.attainment(daterange(:'last_month',
                                (:'last_month'::date + interval '1 month')::date)) a
JOIN sales.membership m USING (agent)
GROUP BY m.team, a.metric
ORDER BY a.metric, m.team;

\qecho The five furthest behind in what they have won
SELECT a.agent, round(a.quota) AS quota, a.actual, round(100 * a.ratio, 1) AS "attained %"
FROM sales.attainment(daterange(:'last_month',
                                (:'last_month'::date + interval '1 month')::date), '{won}') a
ORDER BY a.ratio, a.agent
LIMIT 5;
