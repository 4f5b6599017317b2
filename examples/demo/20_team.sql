--
-- A workspace, a team of each manager with its agents, a pool over the teams
--
\qecho == Making the workspace "sales", its teams and a pool of leads
SELECT lead_ops.create_workspace('sales') \gset

-- Agents keep the CRM's key.  Managers lead and get no leads.
INSERT INTO sales.agent (agent, name)
SELECT r.sales_agent, r.sales_agent FROM crm.sales_rep r
UNION
SELECT r.manager, r.manager FROM crm.sales_rep r;

INSERT INTO sales.team (team, name, leader)
SELECT DISTINCT r.manager, r.manager || ', ' || r.regional_office, r.manager
FROM crm.sales_rep r;

INSERT INTO sales.membership (agent, team, role)
SELECT r.sales_agent, r.manager, 'agent' FROM crm.sales_rep r
UNION
SELECT r.manager, r.manager, 'leader' FROM crm.sales_rep r;

-- A team's weight is the sum of its agents', where nothing else is said.
INSERT INTO sales.pool (pool, name) VALUES ('leads', 'All leads');
INSERT INTO sales.pool_team (pool, team) SELECT 'leads', t.team FROM sales.team t;
INSERT INTO sales.pool_seat (pool, agent, weight)
SELECT 'leads', r.sales_agent, r.share FROM crm.sales_rep r WHERE r.share <> 1;
