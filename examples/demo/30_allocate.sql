--
-- Deal every opportunity to an agent within a team
--
-- In order of engage date, those without one last, equal ones by their key.
-- The account is the customer, where there is one.
--
\qecho
\qecho == Dealing the opportunities by engage date, to teams and to agents within them
SELECT clock_timestamp() AS since \gset
SELECT count(*) AS leads, count(d.agent) AS dealt, count(DISTINCT d.agent) AS agents,
       count(DISTINCT d.team) AS teams
FROM (SELECT array_agg(o.opportunity_id ORDER BY o.engage_date NULLS LAST,
                                                 o.opportunity_id COLLATE "C") AS leads,
             array_agg(o.account ORDER BY o.engage_date NULLS LAST,
                                          o.opportunity_id COLLATE "C") AS customers
      FROM crm.opportunity o) o
CROSS JOIN LATERAL sales.assign_batch('leads', o.leads, o.customers) d \gset
SELECT format('Dealt %s leads to %s agents in %s teams in %s s; %s wait for an agent.',
              to_char(:dealt, 'FM999,999,999'), :agents, :teams,
              round(extract(epoch FROM clock_timestamp() - :'since'), 1),
              (SELECT count(*) FROM sales.waiting)) AS line \gset
\qecho :line

\qecho
\qecho Fairness between teams: entitled by weight, received, and the balance still owed
SELECT f.team,
       round(f.entitled, 2) AS entitled,
       f.received,
       round(f.balance, 2) AS balance,
       trim_scale(f.bound) AS "never more than"
FROM sales.fairness('leads') f
WHERE f.agent IS NULL
ORDER BY f.team;

\qecho Fairness within teams: of each team the three agents owed most and the three who owe most
WITH agent AS (
    SELECT f.*,
           row_number() OVER (PARTITION BY f.team ORDER BY f.balance DESC, f.agent) AS owed,
           row_number() OVER (PARTITION BY f.team ORDER BY f.balance, f.agent DESC) AS owing
    FROM sales.fairness('leads') f
    WHERE f.agent IS NOT NULL
)
SELECT a.team,
       a.agent,
       round(a.entitled, 2) AS entitled,
       a.received,
       round(a.balance, 2) AS balance,
       trim_scale(a.bound) AS "never more than"
FROM agent a
WHERE least(a.owed, a.owing) <= 3
ORDER BY a.team, a.owed;
