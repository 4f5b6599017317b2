--
-- Access to pools, leads and those who hold them
--
-- Agents see what they hold or held.  The leads that wait are shown to whoever
-- deals them; agents are told by public_leads which they may pick.  Ledgers and
-- rosters tell about everybody at once, and are for managers.  Sources hold
-- expressions that run with the owner's rights: nobody else writes them.
--

INSERT INTO access_relation (relation, kind, rows, writes)
SELECT t.relation, k.kind, NULL,
       CASE WHEN k.kind = 'manager' THEN '{INSERT,UPDATE,DELETE}'::text[] ELSE '{}' END
FROM (VALUES ('pool'), ('pool_team')) t (relation)
CROSS JOIN unnest('{agent,leader,manager,qa,payroll}'::text[]) k (kind);

INSERT INTO access_relation (relation, kind, rows, writes)
SELECT t.relation, k.kind, k.rows,
       CASE WHEN k.kind = 'manager' THEN t.writes ELSE '{}' END
FROM (VALUES ('pool_seat', '{INSERT,UPDATE,DELETE}'::text[]), ('assignment', '{}'),
             ('turn_credit', '{}')) t (relation, writes)
CROSS JOIN (VALUES ('agent', 'agent = (SELECT my_agent())'),
                   ('leader', 'agent = ANY ((SELECT visible_agents())::text[])'),
                   ('manager', 'true')) k (kind, rows);

INSERT INTO access_relation (relation, kind, rows) VALUES
    ('lead_event', 'agent', 'agent = (SELECT my_agent()) OR by = (SELECT my_agent())'),
    ('lead_event', 'leader',
     'agent = ANY ((SELECT visible_agents())::text[]) OR by = ANY ((SELECT visible_agents())::text[])'),
    ('lead_event', 'manager', 'true'),
    ('waiting', 'leader',
     'EXISTS (SELECT FROM pool_team t WHERE t.pool = waiting.pool AND t.team = ANY ((SELECT visible_teams())::text[]))'),
    ('waiting', 'manager', 'true');

INSERT INTO access_relation (relation, kind, rows)
SELECT t.relation, 'manager', 'true'
FROM unnest('{pool_ledger,team_ledger,pool_ring,ring_turns,pool_roster,daily_distribution}'::name[])
    t (relation);
INSERT INTO access_relation (relation, kind) VALUES
    ('roster_change', 'manager'),
    ('source', 'manager');

INSERT INTO access_function (function, kinds, is_definer) VALUES
--  function                who may call it           with the owner's rights
    ('assign',               '{manager}',              true),
    ('assign_batch',         '{manager}',              true),
    ('enqueue',              '{manager}',              true),
    ('enqueue_batch',        '{manager}',              true),
    ('drain',                '{manager}',              true),
    ('recycle',              '{manager}',              true),
    ('redistribute_leavers', '{manager}',              true),
    ('merge_lead',           '{manager}',              true),
    ('deal_source',          '{manager}',              true),
    ('sync_source',          '{manager}',              true),
    ('distribute_daily',     '{leader,manager}',       true),
    ('redistribute',         '{leader,manager}',       true),
    ('rebalance',            '{leader,manager}',       true),
    ('credit_back',          '{leader,manager}',       true),
    ('touch',                '{agent,leader,manager}', true),
    ('close_lead',           '{agent,leader,manager}', true),
    ('release',              '{agent,leader,manager}', true),
    ('reassign',             '{agent,leader,manager}', true),
    ('transfer',             '{agent,leader,manager}', true),
    ('pick',                 '{agent,leader,manager}', true),
    ('public_leads',         '{agent,leader,manager}', true),
    -- reads the ledgers, and gives the rows of who may be seen
    ('fairness',             '{agent,leader,manager}', true),
    ('explain',              '{manager}',              true),
    ('simulate',             '{manager}',              true),
    ('balance_sheet',        '{manager}',              true),
    ('held',                 '{manager}',              false);
