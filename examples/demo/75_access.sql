--
-- Who sees what: the same questions, asked by one after another
--
-- The application logs in as one role.  For each request it says by a setting for
-- whom it asks, which only a trusted role may, and by SET ROLE in which capacity.
-- The roles are made by the demo's run.
--
SELECT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'demo_payroll') AS has_roles \gset
\if :has_roles

\qecho == Who sees what: the same questions, asked by an agent, the leader, payroll and QA
SELECT sales.grant_access(('demo_' || k.kind)::name, k.kind)
FROM unnest('{agent,leader,payroll,qa}'::text[]) k (kind) \g /dev/null

SELECT r.sales_agent AS somebody, r.manager AS leader
FROM crm.sales_rep r
ORDER BY r.sales_agent
LIMIT 1 \gset

CREATE TEMPORARY TABLE seen (asked text, leads bigint, calls bigint, people bigint, paid numeric);
GRANT INSERT ON seen TO demo_agent, demo_leader, demo_payroll, demo_qa;

BEGIN;
SET LOCAL lead_ops.agent = :'somebody';
SET LOCAL ROLE demo_agent;
INSERT INTO seen
SELECT current_setting('lead_ops.agent'), (SELECT count(*) FROM sales.assignment),
       (SELECT count(*) FROM sales.attempt), count(DISTINCT l.agent), sum(l.amount)
FROM sales.ledger l;
COMMIT;

BEGIN;
SET LOCAL lead_ops.agent = :'leader';
SET LOCAL ROLE demo_leader;
INSERT INTO seen
SELECT current_setting('lead_ops.agent') || ', leader', (SELECT count(*) FROM sales.assignment),
       (SELECT count(*) FROM sales.attempt), count(DISTINCT l.agent), sum(l.amount)
FROM sales.ledger l;
COMMIT;

-- neither leads nor calls: it would be refused
BEGIN;
SET LOCAL ROLE demo_payroll;
INSERT INTO seen
SELECT 'payroll', NULL, NULL, count(DISTINCT l.agent), sum(l.amount) FROM sales.ledger l;
COMMIT;

-- the calls, with their numbers masked, and nobody's pay
BEGIN;
SET LOCAL ROLE demo_qa;
INSERT INTO seen SELECT 'QA', NULL, count(*), NULL, NULL FROM sales.attempt;
COMMIT;

SELECT s.asked AS "asked by", s.leads, s.calls, s.people AS "people paid",
       s.paid AS "paid to them"
FROM seen s;
\endif
