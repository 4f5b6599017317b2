--
-- Pools: which teams and agents leads are dealt to, and by what weights
--
-- A pool deals leads to teams and, inside the team, to agents ("levels"), or
-- to all its agents as one ("flat").
--

CREATE TABLE pool (
    pool text NOT NULL,
    name text,
    rotation text NOT NULL DEFAULT 'levels',
    CONSTRAINT pool_pkey PRIMARY KEY (pool),
    CONSTRAINT pool_pool_check CHECK (pool <> ''),
    CONSTRAINT pool_rotation_check CHECK (rotation IN ('levels', 'flat'))
);
COMMENT ON TABLE pool IS 'Pools of leads';
COMMENT ON COLUMN pool.rotation IS
    'levels: turns go round the teams, then round the agents of the team; flat: round all agents';

CREATE TABLE pool_team (
    pool text NOT NULL,
    team text NOT NULL,
    weight numeric,
    CONSTRAINT pool_team_pkey PRIMARY KEY (pool, team),
    CONSTRAINT pool_team_pool_fkey FOREIGN KEY (pool) REFERENCES pool,
    CONSTRAINT pool_team_team_fkey FOREIGN KEY (team) REFERENCES team,
    CONSTRAINT pool_team_weight_check
        CHECK (weight > 0 AND weight <= 1000000000 AND scale(trim_scale(weight)) <= 6)
);
CREATE INDEX pool_team_team_idx ON pool_team (team);
COMMENT ON TABLE pool_team IS 'Teams that a pool deals to';
COMMENT ON COLUMN pool_team.weight IS
    'the team''s share against the other teams; NULL: the sum of its agents'' weights';

CREATE TABLE pool_seat (
    pool text NOT NULL,
    agent text NOT NULL,
    weight numeric NOT NULL DEFAULT 1,
    CONSTRAINT pool_seat_pkey PRIMARY KEY (pool, agent),
    CONSTRAINT pool_seat_pool_fkey FOREIGN KEY (pool) REFERENCES pool,
    CONSTRAINT pool_seat_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT pool_seat_weight_check
        CHECK (weight > 0 AND weight <= 10000 AND scale(trim_scale(weight)) <= 6)
);
CREATE INDEX pool_seat_agent_idx ON pool_seat (agent);
COMMENT ON TABLE pool_seat IS
    'What a pool says of a single agent; members of its teams without a row have weight 1';
COMMENT ON COLUMN pool_seat.weight IS 'the agent''s share against the other agents';
