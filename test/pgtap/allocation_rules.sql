-- The seed's rules of allocation, those of team structure where they touch
-- dealing, and the worked cases W17
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('rules_test');
SET LOCAL search_path = rules_test, public;
SELECT no_plan();

-- a pool with a team of its own; agents are named by the pool and a number
CREATE FUNCTION pg_temp.new_pool(name text, agents integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO team (team) VALUES (name);
    INSERT INTO agent (agent) SELECT format('%s %s', name, i) FROM generate_series(1, agents) i;
    INSERT INTO membership (agent, team) SELECT format('%s %s', name, i), name FROM generate_series(1, agents) i;
    INSERT INTO pool (pool) VALUES (name);
    INSERT INTO pool_team (pool, team) VALUES (name, name);
$$;
CREATE SEQUENCE pg_temp.lead;
CREATE FUNCTION pg_temp.leads(n integer) RETURNS text[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg('L' || nextval('pg_temp.lead')), '{}') FROM generate_series(1, n)
$$;
-- how many of a batch of n each agent got, and how many each holds
CREATE FUNCTION pg_temp.batch(name text, n integer) RETURNS bigint[] LANGUAGE sql AS $$
    WITH dealt AS MATERIALIZED (SELECT b.agent FROM assign_batch(name, pg_temp.leads(n)) b)
    SELECT array_agg((SELECT count(*) FROM dealt d WHERE d.agent = m.agent) ORDER BY m.agent) FROM membership m WHERE m.team = name
$$;
CREATE FUNCTION pg_temp.counts(name text) RETURNS bigint[] LANGUAGE sql AS $$
    SELECT array_agg((SELECT count(*) FROM assignment a WHERE a.agent = m.agent AND a.pool = name AND a.ended_at IS NULL) ORDER BY m.agent) FROM membership m WHERE m.team = name
$$;
-- a lead that an agent holds
CREATE FUNCTION pg_temp.one_of(agent text) RETURNS text LANGUAGE sql AS $$
    SELECT a.lead FROM assignment a WHERE a.agent = one_of.agent AND a.ended_at IS NULL ORDER BY a.seq LIMIT 1
$$;

--
-- W17: even allocation
--
SELECT pg_temp.new_pool('W17', 7), pg_temp.new_pool('W17 3', 5), pg_temp.new_pool('W17 5', 5), pg_temp.new_pool('W17 6', 0), pg_temp.new_pool('W17 7', 4) \g /dev/null
SELECT is(pg_temp.batch('W17', 100), '{15,15,14,14,14,14,14}', 'W17-1: 100 leads, 7 agents');
SELECT is((SELECT agent FROM simulate('W17', 1)), 'W17 3', 'W17-1: next is agent 3');
SELECT is(pg_temp.batch('W17', 5), '{0,0,1,1,1,1,1}', 'W17-2: 5 leads the next day go on with agent 3');
SELECT is(pg_temp.counts('W17'), '{15,15,15,15,15,15,15}', 'W17-2: both days together are 15 each');
SELECT is(pg_temp.batch('W17 3', 103), '{21,21,21,20,20}', 'W17-3: 103 leads, 5 agents');
SELECT is(pg_temp.batch('W17 5', 3), '{1,1,1,0,0}', 'W17-5: 3 leads, 5 agents');
SELECT is((SELECT count(*) FROM assign_batch('W17 6', pg_temp.leads(4)) b WHERE b.agent IS NULL), 4::bigint, 'W17-6: leads, 0 agents: nobody receives, no error');
SELECT is((SELECT count(*) FROM waiting WHERE pool = 'W17 6' AND reason = 'no agent in the pool'), 4::bigint, 'W17-6: they stay unallocated, and wait');
SELECT pg_temp.batch('W17 7', 40) IS NULL AS ok \gset
UPDATE agent SET left_on = '2020-01-01' WHERE agent = 'W17 7 4';
SELECT results_eq('SELECT * FROM redistribute_leavers()', $$VALUES ('W17 7 4', 10)$$, 'W17-7: a leaver with 10 leads');
SELECT is(pg_temp.counts('W17 7'), '{14,13,13,0}', 'W17-7: 3 colleagues get 4, 3, 3; none is lost');
SELECT is_empty('SELECT * FROM redistribute_leavers()', 'W17-7: once');

--
-- S13: evenly, by QA, and a customer stays with an agent
--
SELECT ok(max(n) - min(n) <= 1, 'S13.7: distributed evenly: counts differ by at most one') FROM unnest(pg_temp.counts('W17 3')) n;
SELECT ok(max(n) - min(n) <= 1 AND sum(n) = 103 + 61, 'S13.7: and so they do over batches, singles and leads in line together')
FROM (SELECT pg_temp.batch('W17 3', 11), (SELECT count(assign('W17 3', l)) FROM unnest(pg_temp.leads(13)) l),
             (SELECT count(enqueue('W17 3', l)) FROM unnest(pg_temp.leads(37)) l), drain('W17 3') OFFSET 0) d, unnest(pg_temp.counts('W17 3')) n;
SELECT pg_temp.new_pool('S13', 3) \g /dev/null
INSERT INTO agent (agent) VALUES ('manager'), ('supervisor'), ('assistant'), ('qa 1'), ('qa 2'), ('outsider');
INSERT INTO team (team, parent, leader) VALUES ('centre', NULL, 'manager'), ('quality', 'centre', 'qa 1');
UPDATE team SET parent = 'centre', leader = 'supervisor' WHERE team = 'S13';
INSERT INTO membership (agent, team, role) VALUES ('supervisor', 'S13', 'leader'), ('assistant', 'S13', 'leader'), ('qa 1', 'quality', 'qa'), ('qa 2', 'quality', 'qa');
SELECT count(enqueue('S13', 'S13 ' || i)) FROM generate_series(1, 12) i \g /dev/null
SELECT throws_ok(format('SELECT distribute_daily(%L, %L, by => %L)', 'S13', '2026-03-02', w.who), 'LO023', NULL, 'S13.8: the list is not distributed by ' || w.who)
FROM (VALUES ('S13 1'), ('outsider'), ('nobody')) w (who);
SELECT is((SELECT count(*) FROM waiting WHERE pool = 'S13'), 12::bigint, 'S13.8: a refusal hands nothing out');
SELECT is(distribute_daily('S13', '2026-03-02', by => 'qa 2'), 12, 'S13.8: the service and QA role distributes it');
SELECT is((SELECT by FROM daily_distribution WHERE pool = 'S13'), 'qa 2', 'S13.8: and who did is kept');
SELECT throws_ok(format('SELECT reassign(%L, %L, %L, %L)', pg_temp.one_of('S13 1'), 'S13 2', 'x', w.who), 'LO023', NULL, 'S13.8: nor is a lead reassigned by a seller: ' || w.who)
FROM (VALUES ('S13 2'), ('S13 1')) w (who);
SELECT is((reassign(pg_temp.one_of('S13 1'), 'S13 2', 'x', 'qa 1')).agent, 'S13 2', 'S13.8: QA does that, too');
SELECT is((SELECT count(*) FROM simulate('S13', 30) s WHERE s.agent !~ '^S13'), 0::bigint, 'S13.2: of manager, supervisor, QA and specialists the specialists get the leads');
SELECT is(may_hand_out('qa 1', 'S13') AND NOT may_hand_out('supervisor', 'quality') AND may_hand_out('manager', 'quality'), true, 'S13.3: QA reports to the manager and not to a supervisor: who hands out whose leads follows the tree');
SELECT pg_temp.new_pool('S13.20', 4) \g /dev/null
UPDATE pool SET sticky_for = '90 days' WHERE pool = 'S13.20';
SELECT is((SELECT count(DISTINCT a.agent) FROM unnest(pg_temp.leads(6)) l, LATERAL assign('S13.20', l, 'one customer') a), 1::bigint, 'S13.20: the sequence of calls of a customer stays with one agent');
SELECT is((SELECT count(DISTINCT a.agent) FROM unnest(pg_temp.leads(4)) l, LATERAL assign('S13.20', l, 'customer of ' || l) a), 3::bigint, 'S13.20: while other customers go round the others, whose turns these were');

--
-- S06, S07: who hands out, the morning's list, where it comes from
--
SELECT count(enqueue('S13', 'S06 ' || i)) FROM generate_series(1, 6) i \g /dev/null
SELECT is(distribute_daily('S13', '2026-03-03', by => 'supervisor'), 6, 'S06.15: the supervisor hands out the call list');
SELECT count(enqueue('S13', 'S06 a' || i)) FROM generate_series(1, 3) i \g /dev/null
SELECT is(distribute_daily('S13', '2026-03-04', by => 'assistant'), 3, 'S06.15: so does the assistant');
SELECT throws_ok($$SELECT distribute_daily('W17', '2026-03-04', by => 'supervisor')$$, 'LO023', NULL, 'S06.15: not that of other teams');
SELECT pg_temp.new_pool('S07', 3) \g /dev/null
SELECT count(enqueue('S07', 'S07 ' || i, requested_by => 'market department')) FROM generate_series(1, 9) i \g /dev/null
SELECT is(distribute_daily('S07', '2026-03-02'), 9, 'S07.16: the list is distributed in the morning');
SELECT is(pg_temp.counts('S07'), '{3,3,3}', 'S07.16: evenly');
SELECT count(enqueue('S07', 'S07 late ' || i)) FROM generate_series(1, 3) i \g /dev/null
SELECT is(distribute_daily('S07', '2026-03-02'), 0, 'S07.16: once a day');
SELECT is(distribute_daily('S07', '2026-03-03'), 3, 'S07.16: what came later is dealt the next morning');
SELECT is((SELECT array_agg(DISTINCT requested_by) FROM assignment WHERE pool = 'S07' AND lead !~ 'late'), '{market department}', 'S07.15: who supplied the list is kept with every lead of it');
INSERT INTO team (team) VALUES ('unit'), ('department');
UPDATE team SET parent = CASE team WHEN 'S07' THEN 'department' ELSE 'unit' END WHERE team IN ('S07', 'department');
INSERT INTO agent (agent) VALUES ('head of unit');
UPDATE team SET leader = 'head of unit' WHERE team = 'unit';
SELECT is((reassign(pg_temp.one_of('S07 1'), 'S07 2', 'x', 'head of unit')).how, 'reassigned', 'S07.9: unit, department, group: a tree, in which the head of the unit hands out leads of the group');
SELECT throws_ok($$UPDATE team SET parent = 'S07' WHERE team = 'unit'$$, 'LO041', NULL, 'S07.9: and which stays one');
SELECT pg_temp.new_pool('S07 complaints', 2) \g /dev/null
INSERT INTO pool_team (pool, team) VALUES ('S07 complaints', 'S07');
UPDATE agent SET skills = '{complaints}' WHERE agent IN ('S07 1', 'S07 complaints 1');
SELECT is((SELECT array_agg(DISTINCT a.agent ORDER BY a.agent) FROM unnest(pg_temp.leads(6)) l, LATERAL assign('S07 complaints', l, requires => '{complaints}') a),
    '{S07 1,S07 complaints 1}', 'S07.10: a group takes the kinds of tasks it is there for: a pool has its teams, and a lead the skills it requires');

--
-- S09, S10: a lead goes to a mentor, a colleague, another department
--
SELECT pg_temp.new_pool('S09', 3), pg_temp.new_pool('S09 other', 1) \g /dev/null
INSERT INTO pool_team (pool, team) VALUES ('S09', 'S09 other');
UPDATE agent SET mentor = 'S09 2' WHERE agent = 'S09 1';
SELECT pg_temp.batch('S09', 20) IS NULL AS ok \gset
SELECT throws_ok(format('SELECT reassign(%L, %L, %L, %L)', pg_temp.one_of('S09 2'), 'S09 1', 'x', 'S09 2'), 'LO023', NULL, 'S09.7: a mentor does not pass leads on to the newcomer');
SELECT is((reassign(pg_temp.one_of('S09 1'), 'S09 2', 'cannot cope', 'S09 1')).agent, 'S09 2', 'S09.7: a newcomer has a mentor, to whom a call is handed');
SELECT throws_ok(format('SELECT reassign(%L, %L, %L, %L)', pg_temp.one_of('S09 1'), 'S09 3', 'x', 'S09 1'), 'LO023', NULL, 'S09.6: not to a colleague, unless the pool allows it');
UPDATE pool SET hand_over = 'team' WHERE pool = 'S09';
SELECT is((reassign(pg_temp.one_of('S09 1'), 'S09 3', 'cannot cope either', 'S09 1')).agent, 'S09 3', 'S09.6: then a call is handed to a colleague');
SELECT is((SELECT array_agg(ended_because ORDER BY seq) FROM assignment WHERE agent = 'S09 1' AND ended_at IS NOT NULL), '{reassigned: cannot cope,reassigned: cannot cope either}', 'S09.6: with its reason');
SELECT throws_ok(format('SELECT reassign(%L, %L, %L, %L)', pg_temp.one_of('S09 1'), 'S09 other 1', 'x', 'S09 1'), 'LO023', NULL, 'S09.6: a colleague is of the same team');
SELECT throws_ok(format('SELECT reassign(%L, %L, %L, %L)', pg_temp.one_of('S09 1'), 'S09 3', 'x', 'S09 2'), 'LO023', NULL, 'S09.6: and it is the agent''s own lead that is handed over');
UPDATE pool SET hand_over = 'nobody' WHERE pool = 'S09';
SELECT throws_ok(format('SELECT reassign(%L, %L, %L, %L)', pg_temp.one_of('S09 1'), 'S09 2', 'x', 'S09 1'), 'LO023', NULL, 'S09.6: where a pool allows nobody, not to the mentor either');

SELECT pg_temp.new_pool('telesales', 3), pg_temp.new_pool('market', 2) \g /dev/null
SELECT lead, agent AS originator FROM assign('telesales', 'S10', 'customer S10') \gset
SELECT throws_ok($$SELECT transfer('S10', 'market', 'negotiation', 'outsider')$$, 'LO023', NULL, 'S10.5: a lead is handed over by its agent, or by who hands out leads');
SELECT throws_ok(format('SELECT transfer(%L, %L, %L, %L)', 'S10', 'telesales', 'x', :'originator'), '22023', NULL, 'S10.5: to another department');
SELECT throws_ok($$SELECT transfer('S10', 'unheard of', 'x', 'outsider')$$, 'LO020', NULL, 'S10.5: that exists');
SELECT throws_ok($$SELECT transfer('unheard of', 'market', 'x', 'outsider')$$, 'LO022', NULL, 'S10.5: and somebody holds it');
SELECT results_eq(format('SELECT pool, agent, how, customer, requested_by FROM transfer(%L, %L, %L, %L)', 'S10', 'market', 'negotiation', :'originator'),
    format('VALUES (%L, %L, %L, %L, %L)', 'market', 'market 1', 'dealt', 'customer S10', :'originator'), 'S10.5: information of a customer goes to the market department');
SELECT ok(e.at >= a.assigned_at AND a.ended_at IS NOT NULL AND e.reason = 'transferred: negotiation' AND e.by = :'originator', 'S10.5: in time: when, by whom and why is kept')
FROM lead_event e JOIN assignment a ON a.lead = e.lead AND a.pool = 'telesales' WHERE e.lead = 'S10';
SELECT is((SELECT array_agg(agent ORDER BY assigned_at) FROM assignment WHERE lead = 'S10'), ARRAY[:'originator', 'market 1'], 'S10.9: the owner changes at a stage, and the originator stays known');
UPDATE agent SET left_on = '2020-01-01' WHERE agent ~ '^market';
SELECT count(assign('telesales', l)) FROM unnest(ARRAY['S10 b', 'S10 c']) l \g /dev/null
SELECT is((transfer('S10 b', 'market', 'negotiation', 'qa 1')).agent, NULL, 'S10.9: where nobody of the other department is there');
SELECT results_eq($$SELECT pool, reason FROM waiting WHERE lead = 'S10 b'$$, $$VALUES ('market', 'no agent in the pool')$$, 'S10.9: the lead waits for somebody');
INSERT INTO pool_team (pool, team) VALUES ('market', 'telesales');
SELECT isnt((transfer('S10 c', 'market', 'negotiation', 'qa 1')).agent, (SELECT agent FROM assignment WHERE lead = 'S10 c' AND pool = 'telesales'), 'S10.9: it does not come back to who handed it over');

--
-- S19: bought leads, valid numbers, leavers, strategies, load
--
CREATE SCHEMA rules_crm;
CREATE TABLE rules_crm.bought (id integer PRIMARY KEY, number_is_valid boolean, seat text);
SELECT pg_temp.new_pool('S19', 2) \g /dev/null
INSERT INTO source (source, relation, key_column, owner_column, alive, prefix, pool) VALUES ('purchased', 'rules_crm.bought', 'id', 'seat', 'lead.number_is_valid', 'purchased ', 'S19');
INSERT INTO rules_crm.bought (id) SELECT generate_series(1, 6);
SELECT is((SELECT count(*) FROM rules_crm.bought WHERE seat IS NULL), 6::bigint, 'S19.1: data bought on the market has no owner yet');
SELECT is(deal_source('purchased'), 0, 'S19.5: a number that was not checked is passed to nobody');
UPDATE rules_crm.bought SET number_is_valid = id <> 3;
SELECT is(deal_source('purchased'), 5, 'S19.5: valid ones are passed to the agents');
SELECT is((SELECT string_agg(id || ' ' || coalesce(seat, '-'), ', ' ORDER BY id) FROM rules_crm.bought), '1 S19 1, 2 S19 2, 3 -, 4 S19 1, 5 S19 2, 6 S19 1', 'S19.5: and an invalid one never');
SELECT is((SELECT count(*) FROM assignment WHERE lead LIKE 'purchased %'), 5::bigint, 'S19.1: their keys say where they come from');

SELECT pg_temp.new_pool('S19.7', 4) \g /dev/null
SELECT pg_temp.batch('S19.7', 40) IS NULL AS ok \gset
UPDATE agent SET left_on = '2020-01-01' WHERE agent = 'S19.7 4';
SELECT is((SELECT leads FROM redistribute_leavers() WHERE agent = 'S19.7 4'), 10, 'S19.7: an agent leaves, the customers go to the group ...');
SELECT is(pg_temp.counts('S19.7'), '{14,13,13,0}', 'S19.7: ... evenly, and none is lost');
UPDATE agent SET left_on = '2020-01-01' WHERE agent = 'S19.7 3';
SELECT count(release(lead, 'left')) FROM assignment WHERE agent = 'S19.7 3' AND ended_at IS NULL \g /dev/null
SELECT is((SELECT count(*) FROM waiting WHERE pool = 'S19.7'), 13::bigint, 'S19.7: or they go back to the pool');
SELECT is(drain('S19.7'), 13, 'S19.7: from which they are dealt');
SELECT is((SELECT sum(n) FROM unnest(pg_temp.counts('S19.7')) n), 40::numeric, 'S19.7: none is lost on this way either');

SELECT pg_temp.new_pool('S19.11 fair', 3), pg_temp.new_pool('S19.11 least', 3), pg_temp.new_pool('S19.11 order', 3) \g /dev/null
UPDATE pool SET strategy = 'least_open' WHERE pool = 'S19.11 least';
INSERT INTO pool_seat (pool, agent, tier, per_day) SELECT 'S19.11 order', 'S19.11 order ' || i, i, 2 FROM generate_series(1, 3) i;
SELECT count(pg_temp.batch(p.pool, 3)) FROM pool p WHERE p.pool ~ 'S19.11' \g /dev/null
SELECT is(string_agg(p.pool || ': ' || b.counts::text, '; ' ORDER BY p.pool), 'S19.11 fair: {2,1,1}; S19.11 least: {2,1,1}; S19.11 order: {0,1,2}', 'S19.11: strategies are a setting of the pool: by turns, or in an order of priority')
FROM pool p, LATERAL (SELECT pg_temp.batch(p.pool, 4) AS counts) b WHERE p.pool ~ 'S19.11';
SELECT count(close_lead(lead, 'won')) FROM assignment WHERE agent IN ('S19.11 fair 2', 'S19.11 least 2') AND ended_at IS NULL \g /dev/null
SELECT is(string_agg(p.pool || ': ' || b.counts::text, '; ' ORDER BY p.pool), 'S19.11 fair: {0,1,1}; S19.11 least: {0,2,0}', 'S19.11: or who has fewest open leads')
FROM pool p, LATERAL (SELECT pg_temp.batch(p.pool, 2) AS counts) b WHERE p.pool IN ('S19.11 fair', 'S19.11 least');

SELECT pg_temp.new_pool('S19.12', 3) \g /dev/null
UPDATE team SET leader = 'supervisor' WHERE team = 'S19.12';
SELECT pg_temp.batch('S19.12', 30) IS NULL AS ok \gset
SELECT count(close_lead(lead, 'won')) FROM assignment WHERE agent = 'S19.12 3' AND ended_at IS NULL AND lead <> pg_temp.one_of('S19.12 3') \g /dev/null
SELECT count(touch(lead)) FROM (SELECT lead FROM assignment WHERE agent = 'S19.12 1' AND ended_at IS NULL ORDER BY seq LIMIT 2) a \g /dev/null
CREATE TEMP TABLE turns AS SELECT turns::text FROM pool_ledger WHERE pool = 'S19.12' UNION ALL SELECT turns::text FROM team_ledger WHERE pool = 'S19.12';
SELECT is(pg_temp.counts('S19.12'), '{10,10,1}', 'S19.12: one agent has little to do');
SELECT throws_ok($$SELECT rebalance('S19.12', 'S19.12 3')$$, 'LO023', NULL, 'S19.12: who does not take from others himself');
SELECT is(rebalance('S19.12', 'supervisor'), 6, 'S19.12: leads are reallocated by load');
SELECT is(pg_temp.counts('S19.12'), '{7,7,7}', 'S19.12: until all have the same');
SELECT is(rebalance('S19.12', 'supervisor'), 0, 'S19.12: then there is nothing to do');
SELECT is((SELECT count(*) FROM assignment WHERE pool = 'S19.12' AND touched_at IS NOT NULL AND ended_at IS NULL), 2::bigint, 'S19.12: who has begun to work on a lead keeps it');
SELECT bag_eq($$SELECT turns::text FROM pool_ledger WHERE pool = 'S19.12' UNION ALL SELECT turns::text FROM team_ledger WHERE pool = 'S19.12'$$, 'SELECT * FROM turns', 'S19.12: and it takes nobody''s turn');
UPDATE agent SET skills = '{fr}' WHERE agent = 'S19.12 1';
SELECT count(assign('S19.12', l, requires => '{fr}')) FROM unnest(pg_temp.leads(3)) l \g /dev/null
SELECT is(rebalance('S19.12', 'supervisor'), 2, 'S19.12: what others could not take stays, what they could goes');
SELECT is(pg_temp.counts('S19.12'), '{8,8,8}', 'S19.12: so that all have the same again');
SELECT is((SELECT count(*) FROM assignment WHERE requires = '{fr}' AND agent = 'S19.12 1' AND ended_at IS NULL), 3::bigint, 'S19.12: with the leads they are able to work on');

--
-- Team structure where it touches dealing
--
SELECT pg_temp.new_pool('S05', 2), pg_temp.new_pool('S05 b', 2) \g /dev/null
INSERT INTO pool_team (pool, team) VALUES ('S05', 'S05 b');
INSERT INTO agent (agent) VALUES ('leader a'), ('leader b');
UPDATE team SET leader = CASE team WHEN 'S05' THEN 'leader a' ELSE 'leader b' END WHERE team IN ('S05', 'S05 b');
INSERT INTO membership (agent, team, role) VALUES ('leader a', 'S05', 'leader'), ('leader b', 'S05 b', 'leader');
SELECT is((SELECT string_agg(team || ' ' || leads, ', ' ORDER BY team) FROM (SELECT team, count(*) AS leads FROM assign_batch('S05', pg_temp.leads(20)) GROUP BY team) t), 'S05 10, S05 b 10', 'S05.4: the team is divided into groups: turns go round them, and inside each');
SELECT is(may_hand_out('leader a', 'S05') AND NOT may_hand_out('leader a', 'S05 b') AND may_hand_out('leader b', 'S05 b'), true, 'S05.4: each is led by a leader, who hands out its leads');
SELECT is((SELECT string_agg(agent || ': ' || reason, ', ' ORDER BY agent) FROM roster_at('S05', clock_timestamp()) WHERE reason IS NOT NULL), 'leader a: no seat, leader b: no seat', 'S17.1: supervisors and group leaders have a role of their own, and get no leads ...');
INSERT INTO pool_seat (pool, agent, weight) VALUES ('S05', 'leader a', 0.5);
SELECT is((SELECT weight FROM roster_at('S05', clock_timestamp()) WHERE agent = 'leader a' AND reason IS NULL), 0.5, 'S17.1: ... but for those who also sell and have a seat');

SELECT is_empty($$SELECT lead FROM assignment WHERE ended_at IS NULL INTERSECT SELECT lead FROM waiting$$, 'no lead is held and waits');
SELECT is_empty(
    $$SELECT p.pool, f.team, f.agent FROM pool p, LATERAL fairness(p.pool) f WHERE abs(f.balance) > f.bound$$, 'no balance is beyond its bound');

SELECT * FROM finish();
ROLLBACK;
