--
-- Pay: plans, months worked out and closed, and a deal that is taken back
--
-- Agents: base pay, the commission from above, and a bonus where the month's
-- quota of won deals is met.  Managers: base pay, and 8 % of what their team has
-- won.  The metric and the quotas are those of the step before.
--
\qecho == Pay: a plan for agents, one for managers, a period for each month
-- each deal by its key, so that a refund is told from another deal
UPDATE sales.metric SET item_column = 'opportunity_id' WHERE metric = 'won';

INSERT INTO sales.plan (plan, name, currency)
VALUES ('agents', 'Agents', 'EUR'), ('managers', 'Managers', 'EUR');
INSERT INTO sales.plan_version (plan, version, valid)
VALUES ('agents', 1, '(,)'), ('managers', 1, '(,)');
INSERT INTO sales.component (plan, version, component, position, metric, scope, basis, schedule,
                             on_change)
VALUES ('agents', 1, 'base pay', 1, NULL, 'own', 'sum', 'whole from 0: 1200', 'latest'),
       ('agents', 1, 'commission', 2, 'won', 'own', 'sum', :'agent_pay', 'by_event'),
       ('agents', 1, 'quota bonus', 3, 'won', 'own', 'attainment', 'whole from 1: 300', 'latest'),
       ('managers', 1, 'base pay', 1, NULL, 'own', 'sum', 'whole from 0: 2000', 'latest'),
       ('managers', 1, 'override', 2, 'won', 'team_without_self', 'sum', :'manager_pay',
        'by_event');
SELECT sales.activate_plan('agents', 1), sales.activate_plan('managers', 1) \g /dev/null
INSERT INTO sales.plan_assignment (agent, plan)
SELECT m.agent, CASE m.role WHEN 'leader' THEN 'managers' ELSE 'agents' END
FROM sales.membership m;

INSERT INTO sales.pay_period (period, during)
SELECT to_char(m.month, 'YYYY-MM'), daterange(m.month::date, (m.month + interval '1 month')::date)
FROM generate_series((SELECT min(w.month)::timestamp FROM crm.won_deal w),
                     :'last_month'::timestamp + interval '1 month', '1 month') m (month);

SELECT clock_timestamp() AS since \gset
SELECT sum(c.lines) AS lines, count(*) AS months
FROM (SELECT p.period FROM sales.pay_period p
      WHERE p.during << daterange((:'last_month'::date + interval '1 month')::date, NULL)
      ORDER BY p.during) p
CROSS JOIN LATERAL (SELECT sales.calculate(p.period) AS lines) c \gset
SELECT format('%s worked out: %s lines in %s s; what verify finds wrong in them: %s lines.',
              CASE :months WHEN 1 THEN 'One month' ELSE :months || ' months' END,
              to_char(:lines, 'FM999,999'),
              round(extract(epoch FROM clock_timestamp() - :'since'), 1),
              (SELECT count(*) FROM sales.pay_period p CROSS JOIN LATERAL sales.verify(p.period) v
               WHERE p.status = 'calculating')) AS line \gset
\qecho :line
\qecho
\qecho The register of the last month: managers, and the best paid agents
SELECT s.agent,
       max(l.amount) FILTER (WHERE l.component = 'base pay') AS base,
       max(l.amount) FILTER (WHERE l.component IN ('commission', 'override')) AS commission,
       max(l.amount) FILTER (WHERE l.component = 'quota bonus') AS bonus,
       s.payout
FROM sales.statement s
JOIN sales.ledger l USING (period, agent)
WHERE s.period = to_char(:'last_month'::date, 'YYYY-MM')
GROUP BY s.agent, s.payout
ORDER BY s.payout DESC, s.agent
LIMIT 12;

\qecho The month is closed and paid. Then the largest deal of the best agent is taken back:
SELECT sales.close_period(p.period, 'payroll', despite_gaps => true),
       sales.mark_paid(p.period, 'bank')
FROM (SELECT p.period FROM sales.pay_period p
      WHERE p.status = 'calculating'
      ORDER BY p.during) p \g /dev/null
SELECT sales.watch_events('crm.opportunity', 'sales_agent', 'close_date') \g /dev/null
SELECT d.opportunity_id AS refunded, d.sales_agent AS best
FROM crm.won_deal d
WHERE d.sales_agent = (SELECT a.sales_agent FROM crm.agent_month a
                       WHERE a.month = :'last_month'
                       ORDER BY a.commission DESC, a.sales_agent LIMIT 1)
  AND d.month = :'last_month'
ORDER BY d.close_value DESC, d.opportunity_id
LIMIT 1 \gset
UPDATE crm.opportunity SET deal_stage = 'Lost' WHERE opportunity_id = :'refunded';
SELECT sales.calculate(to_char(:'last_month'::date + interval '1 month', 'YYYY-MM')) \g /dev/null
\qecho what was paid stays as it was, and the next month takes the difference
SELECT l.agent, l.period AS "posted in", l.earned_in AS "earned in", l.component, l.amount
FROM sales.ledger l
WHERE l.earned_in = to_char(:'last_month'::date, 'YYYY-MM') AND l.period <> l.earned_in
ORDER BY l.line;

\qecho How the commission of that month came about, tier by tier
SELECT e.component, e.step, e.tier, e.portion, e.rate, e.amount
FROM sales.explain_pay(:'best', to_char(:'last_month'::date, 'YYYY-MM')) e;
