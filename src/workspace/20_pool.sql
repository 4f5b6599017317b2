--
-- Pools: which teams and agents leads are dealt to, and by what rules
--
-- A pool deals leads to teams and, inside the team, to agents ("levels"), or
-- to all its agents as one ("flat").
--

CREATE TABLE pool (
    pool text NOT NULL,
    name text,
    rotation text NOT NULL DEFAULT 'levels',
    strategy text NOT NULL DEFAULT 'fair',
    mode text NOT NULL DEFAULT 'exact',
    ignore_presence boolean NOT NULL DEFAULT false,
    hours lead_ops.work_hours,
    zone text,
    calendar lead_ops.work_calendar,
    sticky_for interval,
    sticky_counts boolean NOT NULL DEFAULT true,
    recycle_after interval,
    recycle_to text NOT NULL DEFAULT 'public',
    exclude_for interval NOT NULL DEFAULT '1 day',
    credits_a_month integer NOT NULL DEFAULT 5,
    hand_over text NOT NULL DEFAULT 'mentor',
    notifies boolean NOT NULL DEFAULT false,
    CONSTRAINT pool_pkey PRIMARY KEY (pool),
    CONSTRAINT pool_pool_check CHECK (pool <> ''),
    CONSTRAINT pool_rotation_check CHECK (rotation IN ('levels', 'flat')),
    CONSTRAINT pool_strategy_check CHECK (strategy IN ('fair', 'least_open')),
    CONSTRAINT pool_mode_check CHECK (mode IN ('exact', 'ring')),
    CONSTRAINT pool_zone_check CHECK (timezone(zone, timestamptz 'epoch') IS NOT NULL OR zone IS NULL),
    CONSTRAINT pool_hours_check CHECK (hours IS NULL OR zone IS NOT NULL),
    CONSTRAINT pool_sticky_for_check CHECK (sticky_for > interval '0'),
    CONSTRAINT pool_recycle_after_check CHECK (recycle_after > interval '0'),
    CONSTRAINT pool_recycle_to_check CHECK (recycle_to IN ('public', 'pool')),
    CONSTRAINT pool_exclude_for_check CHECK (exclude_for >= interval '0'),
    CONSTRAINT pool_credits_a_month_check CHECK (credits_a_month >= 0),
    CONSTRAINT pool_hand_over_check CHECK (hand_over IN ('nobody', 'mentor', 'team'))
);
COMMENT ON TABLE pool IS 'Pools of leads';
COMMENT ON COLUMN pool.rotation IS
    'levels: turns go round the teams, then round the agents of the team; flat: round all agents';
COMMENT ON COLUMN pool.strategy IS
    'fair: who is owed most; least_open: who holds fewest open leads, and of these who is owed most';
COMMENT ON COLUMN pool.mode IS
    'exact: one lead after the other; ring: many sessions deal at once, and a turn that is rolled back is given back later';
COMMENT ON COLUMN pool.ignore_presence IS 'deal also to agents who are paused or signed out';
COMMENT ON COLUMN pool.hours IS 'when the pool deals, in its zone; NULL: at any time';
COMMENT ON COLUMN pool.zone IS 'IANA time zone of the pool''s hours';
COMMENT ON COLUMN pool.calendar IS
    'holidays and make-up days, for the hours of the pool and of its agents';
COMMENT ON COLUMN pool.sticky_for IS
    'how long a customer''s next leads go to the agent of the last one; NULL: not at all';
COMMENT ON COLUMN pool.sticky_counts IS 'a lead that goes to its customer''s agent takes his turn';
COMMENT ON COLUMN pool.recycle_after IS
    'recycle takes leads back that were not touched for so long; NULL: none';
COMMENT ON COLUMN pool.recycle_to IS
    'public: agents pick them; pool: they are dealt again';
COMMENT ON COLUMN pool.exclude_for IS
    'how long an agent who lost a lead does not get it again from the pool';
COMMENT ON COLUMN pool.credits_a_month IS
    'bad leads an agent may be credited for in a calendar month of his zone';
COMMENT ON COLUMN pool.hand_over IS
    'to whom an agent may pass a lead on: nobody, the mentor, or the mentor and the team';
COMMENT ON COLUMN pool.notifies IS
    'NOTIFY lead_ops_assigned and lead_ops_waiting with every decision; commits of notifying sessions then queue behind one another';

CREATE TABLE pool_team (
    pool text NOT NULL,
    team text NOT NULL,
    weight numeric,
    CONSTRAINT pool_team_pkey PRIMARY KEY (pool, team),
    CONSTRAINT pool_team_pool_fkey FOREIGN KEY (pool) REFERENCES pool,
    CONSTRAINT pool_team_team_fkey FOREIGN KEY (team) REFERENCES team,
    CONSTRAINT pool_team_weight_check
        CHECK (weight > 0 AND weight <= 1000000 AND scale(trim_scale(weight)) <= 6)
);
CREATE INDEX pool_team_team_idx ON pool_team (team);
COMMENT ON TABLE pool_team IS 'Teams that a pool deals to';
COMMENT ON COLUMN pool_team.weight IS
    'the team''s share against the other teams; NULL: the sum of its agents'' weights, at most 1000000';

CREATE TABLE pool_seat (
    pool text NOT NULL,
    agent text NOT NULL,
    weight numeric,
    tier integer NOT NULL DEFAULT 1,
    paused boolean NOT NULL DEFAULT false,
    per_hour integer,
    per_day integer,
    open_leads integer,
    CONSTRAINT pool_seat_pkey PRIMARY KEY (pool, agent),
    CONSTRAINT pool_seat_pool_fkey FOREIGN KEY (pool) REFERENCES pool,
    CONSTRAINT pool_seat_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT pool_seat_weight_check
        CHECK (weight > 0 AND weight <= 1000 AND scale(trim_scale(weight)) <= 6),
    CONSTRAINT pool_seat_per_hour_check CHECK (per_hour >= 0),
    CONSTRAINT pool_seat_per_day_check CHECK (per_day >= 0),
    CONSTRAINT pool_seat_open_leads_check CHECK (open_leads >= 0)
);
CREATE INDEX pool_seat_agent_idx ON pool_seat (agent);
COMMENT ON TABLE pool_seat IS
    'What a pool says of a single agent; what it leaves open, as for members of its teams without a row, is as the agent''s grade has it, else weight 1 and no caps';
COMMENT ON COLUMN pool_seat.weight IS
    'the agent''s share against the other agents; NULL: that of the grade, else 1';
COMMENT ON COLUMN pool_seat.tier IS
    'a lead goes to the lowest tier in which anybody is eligible for it';
COMMENT ON COLUMN pool_seat.paused IS 'gets no leads of this pool';
COMMENT ON COLUMN pool_seat.per_hour IS
    'most leads in a clock hour of the agent''s zone; NULL: that of the grade, else no cap';
COMMENT ON COLUMN pool_seat.per_day IS
    'most leads on a day in the agent''s zone; NULL: that of the grade, else no cap';
COMMENT ON COLUMN pool_seat.open_leads IS
    'most open leads of this pool at a time; NULL: that of the grade, else no cap';
