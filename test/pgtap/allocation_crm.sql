-- Allocation of a real CRM's leads, by the steps that the demo takes
\set QUIET on
\set ON_ERROR_STOP on
\ir include/find_crm.sql
\if :crm_found
\else
    \echo 1..0 # SKIP there is no CRM export in :crm
    \quit
\endif

BEGIN;
SET LOCAL client_min_messages = warning;
\o /dev/null
\ir ../../examples/demo/00_crm.sql
\ir ../../examples/demo/10_load_crm.sql
\ir ../../examples/demo/20_team.sql
\ir ../../examples/demo/30_allocate.sql
\o
SET LOCAL search_path = sales, public;
SELECT plan(23);

-- the order in which the demo deals
CREATE TEMPORARY VIEW lead_in_order AS
SELECT o.opportunity_id AS lead, o.account AS customer,
       row_number() OVER (ORDER BY o.engage_date NULLS LAST, o.opportunity_id COLLATE "C") AS n
FROM crm.opportunity o;

-- what was decided, before anything below can add to it
CREATE TEMPORARY TABLE decided ON COMMIT DROP AS SELECT * FROM assignment;
CREATE TEMPORARY TABLE ledgers ON COMMIT DROP AS
SELECT '' AS team, l.seq, l.turns FROM pool_ledger l
UNION ALL
SELECT t.team, NULL, t.turns FROM team_ledger t;

-- every lead, once

SELECT is((SELECT count(*) FROM crm.opportunity), 8800::bigint, 'the export has 8,800 leads');
SELECT results_eq(
    $$SELECT a.lead COLLATE "C", a.customer, a.how FROM assignment a ORDER BY 1$$,
    $$SELECT o.opportunity_id COLLATE "C", o.account, 'dealt' FROM crm.opportunity o ORDER BY 1$$,
    'every lead is in assignment exactly once, with its account');
SELECT is_empty('SELECT * FROM waiting', 'none waits');
SELECT results_eq(
    $$SELECT a.seq, a.lead FROM assignment a ORDER BY a.seq$$,
    $$SELECT l.n, l.lead FROM lead_in_order l ORDER BY l.n$$,
    'the turns are numbered without gaps, by engage date, leads without one last');
SELECT is_empty(
    $$SELECT a.lead, a.team, a.agent FROM assignment a
      WHERE NOT EXISTS (SELECT FROM crm.sales_rep r
                        WHERE r.sales_agent = a.agent AND r.manager = a.team)$$,
    'every lead went to an agent of its team');
SELECT results_eq(
    $$SELECT DISTINCT a.agent COLLATE "C" FROM assignment a ORDER BY 1$$,
    $$SELECT r.sales_agent COLLATE "C" FROM crm.sales_rep r ORDER BY 1$$,
    'all 35 agents got leads, and the managers none');

-- who got how many

SELECT results_eq(
    $$SELECT f.agent IS NULL, count(*), sum(f.received) FROM fairness('leads') f
      GROUP BY 1 ORDER BY 1$$,
    $$VALUES (false, 35::bigint, 8800::numeric), (true, 6, 8800)$$,
    'the report has 6 teams and 35 agents, and both account for all leads');
SELECT results_eq(
    $$SELECT f.team, f.agent, f.received FROM fairness('leads') f
      ORDER BY f.team COLLATE "C", f.agent COLLATE "C"$$,
    $$SELECT a.team, a.agent, count(*) FROM assignment a
      GROUP BY GROUPING SETS ((a.team), (a.team, a.agent))
      ORDER BY a.team COLLATE "C", a.agent COLLATE "C"$$,
    'received is what the decisions say');
-- the teams' entitlements add up to 8,800, so the last of 6 decimals may be one off
SELECT is_empty(
    $$SELECT f.team, f.entitled, e.entitled
      FROM (SELECT * FROM fairness('leads') WHERE agent IS NULL) f
      FULL JOIN (SELECT r.manager AS team, 8800 * count(*) / 35.0 AS entitled
                 FROM crm.sales_rep r GROUP BY r.manager) e USING (team)
      WHERE coalesce(abs(f.entitled - e.entitled) >= 0.000001, true)$$,
    'a team is entitled to its part of the agents');
SELECT is_empty(
    $$SELECT a.team, count(*) FROM (SELECT a.team, a.agent, count(*) AS leads FROM assignment a
                                    GROUP BY a.team, a.agent) a
      GROUP BY a.team HAVING max(a.leads) - min(a.leads) > 1$$,
    'equal weights: the counts of a team''s agents differ by at most 1');

-- balances

SELECT is_empty(
    $$SELECT l.team, sum(m.balance) FROM ledgers l
      CROSS JOIN LATERAL lead_ops.rotation_members(l.turns) m
      GROUP BY l.team
      HAVING abs(sum(m.balance)) > count(*) * 0.0000000000005$$,
    'the balances of every ledger sum to 0, but for the last digit shown');
SELECT is_empty(
    $$SELECT f.team, sum(f.balance) FROM fairness('leads') f
      WHERE f.agent IS NOT NULL
      GROUP BY f.team
      HAVING sum(f.balance) <> 0$$,
    'the balances of a team''s agents in the report sum to 0');
SELECT is((SELECT sum(f.balance) FROM fairness('leads') f WHERE f.agent IS NULL), 0::numeric,
    'those of the teams, too');
SELECT is_empty(
    $$SELECT f.* FROM fairness('leads') f
      FULL JOIN (SELECT l.team, m.member AS agent, m.balance FROM ledgers l
                 CROSS JOIN LATERAL lead_ops.rotation_members(l.turns) m
                 WHERE l.team <> ''
                 UNION ALL
                 SELECT m.member, NULL, m.balance FROM ledgers l
                 CROSS JOIN LATERAL lead_ops.rotation_members(l.turns) m
                 WHERE l.team = '') k
          ON k.team = f.team AND k.agent IS NOT DISTINCT FROM f.agent
      WHERE coalesce(abs(f.balance - k.balance) >= 0.000001, true)$$,
    'the report''s balances, computed from decisions, are those in the ledgers');
SELECT is_empty(
    $$SELECT f.* FROM fairness('leads') f WHERE abs(f.balance) > f.bound OR f.bound IS NULL$$,
    'no balance is beyond its bound');
SELECT is_empty(
    $$SELECT * FROM (SELECT f.*, count(*) OVER (PARTITION BY f.agent IS NULL,
                                   CASE WHEN f.agent IS NOT NULL THEN f.team END) AS n
                     FROM fairness('leads') f) f
      WHERE f.balance < -(1 - 1.0 / f.n)
         OR f.balance > (SELECT sum(1.0 / k) FROM generate_series(2, f.n) k)$$,
    'nobody is a full lead ahead of the share, or further behind than 1/2 + 1/3 + ... + 1/n');

-- again

SELECT results_eq(
    $$SELECT b.lead, b.agent, b.team
      FROM (SELECT array_agg(l.lead ORDER BY l.n) AS leads FROM lead_in_order l) l
      CROSS JOIN LATERAL assign_batch('leads', l.leads) b$$,
    $$SELECT a.lead, a.agent, a.team FROM decided a ORDER BY a.seq$$,
    'the same batch again gives the same decisions');
SELECT results_eq(
    $$SELECT a.* FROM decided d CROSS JOIN LATERAL assign('leads', d.lead) a
      WHERE d.seq % 10 = 0 ORDER BY d.seq$$,
    $$SELECT d.* FROM decided d WHERE d.seq % 10 = 0 ORDER BY d.seq$$,
    'so does every tenth lead, assigned one by one');
SELECT results_eq(
    $$SELECT a.* FROM assignment a ORDER BY a.seq$$,
    $$SELECT d.* FROM decided d ORDER BY d.seq$$,
    'neither has added or changed a decision');
SELECT set_eq(
    $$SELECT '' AS team, l.seq, l.turns FROM pool_ledger l
      UNION ALL
      SELECT t.team, NULL, t.turns FROM team_ledger t$$,
    $$SELECT * FROM ledgers$$,
    'or moved a ledger');

-- the same leads in another way

INSERT INTO pool (pool) VALUES ('singles');
INSERT INTO pool_team (pool, team) SELECT 'singles', t.team FROM team t;
SELECT results_eq(
    $$SELECT a.team, a.agent FROM generate_series(1, 500) n
      CROSS JOIN LATERAL assign('singles', 'single ' || n) a ORDER BY n$$,
    $$SELECT d.team, d.agent FROM decided d WHERE d.seq <= 500 ORDER BY d.seq$$,
    'a fresh pool deals 500 single leads as the batch dealt its first 500');
SELECT results_eq(
    $$SELECT s.team, s.agent FROM simulate('singles', 300) s ORDER BY s.n$$,
    $$SELECT d.team, d.agent FROM decided d WHERE d.seq BETWEEN 501 AND 800 ORDER BY d.seq$$,
    'simulate foretells the next 300');
SELECT is((SELECT count(*) FROM assignment a WHERE a.pool = 'singles'), 500::bigint,
    'and writes none of them');

SELECT finish();
ROLLBACK;
