--
-- Commission on the CRM's own won deals
--
-- Only the CRM's tables and the extension's functions: no workspace is needed
-- for this.  Amounts are exact until the line that is paid, and that is rounded
-- once, to the cent.
--
\qecho == Commission of every agent and month on the deals won, in one query:
\qecho '   SELECT sales_agent, month, round(lead_ops.payout_sum(agent_pay, close_value), 2) ... GROUP BY 1, 2'
\set agent_pay 'marginal from 0: 2%, over 20000: 3.5%, over 50000: 5%'
\set manager_pay 'marginal from 0: 8%'

CREATE VIEW crm.won_deal AS
SELECT o.opportunity_id, o.sales_agent, r.manager,
       date_trunc('month', o.close_date::timestamp)::date AS month, o.close_date, o.close_value
FROM crm.opportunity o
JOIN crm.sales_rep r USING (sales_agent)
WHERE o.deal_stage = 'Won';

-- What an agent gets for a month: one query.
CREATE VIEW crm.agent_month AS
SELECT d.sales_agent, d.month, count(*) AS deals, sum(d.close_value) AS won,
       round(lead_ops.payout_sum(:'agent_pay', d.close_value), 2) AS commission
FROM crm.won_deal d
GROUP BY d.sales_agent, d.month;

-- What each deal brought of it, in the order in which they were closed.
CREATE VIEW crm.deal_part AS
SELECT d.sales_agent, d.month, d.close_date, d.opportunity_id, d.close_value,
       lead_ops.commission(:'agent_pay', d.close_value) OVER (
           PARTITION BY d.sales_agent, d.month
           ORDER BY d.close_date, d.opportunity_id COLLATE "C") AS part
FROM crm.won_deal d;

-- What a manager gets on top: a part of all that the team has won.
CREATE VIEW crm.manager_month AS
SELECT d.manager, d.month, count(*) AS deals, sum(d.close_value) AS won,
       round(lead_ops.payout_sum(:'manager_pay', d.close_value), 2) AS override
FROM crm.won_deal d
GROUP BY d.manager, d.month;

SELECT clock_timestamp() AS since \gset
SELECT format('%s: %s agent-months, %s deals, %s won, %s commission, in %s ms.', :'agent_pay',
              count(*), to_char(sum(a.deals), 'FM999,999,999'),
              to_char(sum(a.won), 'FM999,999,999,990.00'),
              to_char(sum(a.commission), 'FM999,999,999,990.00'),
              round(1000 * extract(epoch FROM clock_timestamp() - :'since'))) AS line,
       max(a.month) AS last_month
FROM crm.agent_month a \gset
\qecho :line
\qecho
\qecho The eight best agents of the last month, and what is missing to the next tier:
SELECT a.sales_agent AS agent,
       to_char(a.month, 'YYYY-MM') AS month,
       a.deals,
       a.won,
       lead_ops.tier_of(:'agent_pay', a.won) AS tier,
       a.commission,
       n.missing AS "to next tier"
FROM crm.agent_month a
CROSS JOIN LATERAL lead_ops.next_tier(:'agent_pay', a.won) n
WHERE a.month = :'last_month'
ORDER BY a.commission DESC, a.sales_agent
LIMIT 8;

\qecho What single deals brought the best of them: the first, the last, and where a tier was crossed
WITH best AS (
    SELECT a.sales_agent, a.month
    FROM crm.agent_month a
    WHERE a.month = :'last_month'
    ORDER BY a.commission DESC, a.sales_agent
    LIMIT 1
), deal AS (
    SELECT d.*,
           row_number() OVER in_order AS n,
           sum(d.close_value) OVER in_order AS running,
           count(*) OVER () AS deals
    FROM crm.deal_part d
    JOIN best b USING (sales_agent, month)
    WINDOW in_order AS (ORDER BY d.close_date, d.opportunity_id COLLATE "C")
)
SELECT d.n AS deal,
       d.close_date AS closed,
       d.opportunity_id AS opportunity,
       d.close_value AS value,
       d.running,
       lead_ops.tier_of(:'agent_pay', d.running) AS tier,
       d.part AS "its own part"
FROM deal d
WHERE d.n IN (1, d.deals)
   OR lead_ops.tier_of(:'agent_pay', d.running)
      <> lead_ops.tier_of(:'agent_pay', d.running - d.close_value)
ORDER BY d.n;

SELECT format('The parts of all %s deals of %s in %s add up to %s; paid are %s.',
              a.deals, a.sales_agent, to_char(a.month, 'YYYY-MM'),
              to_char(sum(p.part), 'FM999,999,990.009999999999'),
              to_char(a.commission, 'FM999,999,990.00')) AS line
FROM crm.agent_month a
JOIN crm.deal_part p USING (sales_agent, month)
WHERE a.month = :'last_month'
GROUP BY a.sales_agent, a.month, a.deals, a.commission
ORDER BY a.commission DESC, a.sales_agent
LIMIT 1 \gset
\qecho :line
\qecho
\qecho Managers: 8 % of what their team has won, the last four months
SELECT m.manager,
       to_char(m.month, 'YYYY-MM') AS month,
       to_char(m.override, '9,999,990.00') AS override
FROM crm.manager_month m
WHERE m.month > :'last_month'::date - interval '4 months'
ORDER BY m.manager, m.month
\crosstabview manager month override
