-- Team: keys, dates and the tree
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SELECT lead_ops.create_workspace('team_test');
SET LOCAL search_path = team_test, public;
SELECT plan(17);

SELECT lives_ok($$INSERT INTO agent (agent, zone, skills) VALUES
    ('ann', 'Asia/Shanghai', '{zh,en}'), ('bob', 'UTC', '{}'), ('cat', 'UTC', '{}')$$,
    'agents with zone and skills');
SELECT throws_ok($$INSERT INTO agent (agent, zone) VALUES ('x', 'Mars/Olympus')$$, '22023', NULL,
    'an unknown zone is refused');
SELECT throws_ok($$INSERT INTO agent (agent, skills) VALUES ('x', '{zh,NULL}')$$, '23514', NULL,
    'a NULL skill is refused');
SELECT throws_ok($$INSERT INTO agent (agent) VALUES ('')$$, '23514', NULL, 'an empty key is refused');
SELECT throws_ok($$INSERT INTO agent (agent, hired_on, left_on) VALUES ('x', '2026-02-01', '2026-01-01')$$,
    '23514', NULL, 'nobody leaves before being hired');
SELECT throws_ok($$UPDATE agent SET mentor = 'bob' WHERE agent = 'bob'$$, '23514', NULL,
    'nobody is his own mentor');

SELECT lives_ok($$INSERT INTO team (team, parent, leader) VALUES
    ('all', NULL, 'ann'), ('north', 'all', NULL), ('south', 'all', NULL), ('coast', 'south', NULL)$$,
    'a tree of teams');
SELECT throws_ok($$UPDATE team SET parent = 'coast' WHERE team = 'all'$$, 'LO041', NULL,
    'a team is not its own superior three levels up');
SELECT throws_ok($$UPDATE team SET parent = 'north' WHERE team = 'north'$$, 'LO041', NULL,
    'nor its own parent');
SELECT lives_ok($$UPDATE team SET parent = 'north' WHERE team = 'coast'$$, 'a team may move');
SELECT throws_ok($$INSERT INTO team (team, leader) VALUES ('x', 'nobody')$$, '23503', NULL,
    'a leader is an agent');

SELECT lives_ok($$INSERT INTO membership (agent, team, valid) VALUES
    ('ann', 'north', '[2026-01-01,2026-03-01)'), ('ann', 'south', '[2026-03-01,)'),
    ('bob', 'north', '(,)')$$, 'memberships follow one another without a gap');
SELECT throws_ok($$INSERT INTO membership (agent, team, valid) VALUES ('ann', 'coast', '[2026-02-28,2026-03-02)')$$,
    '23P01', NULL, 'an agent is in one team at a time');
SELECT throws_ok($$INSERT INTO membership (agent, team, valid) VALUES ('cat', 'coast', 'empty')$$,
    '23514', NULL, 'a membership lasts at least a day');
SELECT lives_ok($$INSERT INTO membership (agent, team, role) VALUES ('cat', 'coast', 'leader')$$,
    'a membership without dates holds always');

SELECT results_eq(
    $$SELECT d, is_employed(jsonb_populate_record(NULL::agent,
                   '{"hired_on": "2026-01-05", "left_on": "2026-02-01"}'), d::date)
      FROM unnest(ARRAY['2026-01-04', '2026-01-05', '2026-01-31', '2026-02-01']) d$$,
    $$VALUES ('2026-01-04', false), ('2026-01-05', true), ('2026-01-31', true), ('2026-02-01', false)$$,
    'employment is half-open: the day of leaving is not in it');
SELECT ok(is_employed(a, date '1900-01-01'), 'without dates an agent is always employed')
FROM agent a WHERE a.agent = 'bob';

SELECT * FROM finish();
ROLLBACK;
