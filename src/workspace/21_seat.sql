--
-- Seats: the members of a pool's teams, and what the pool gives each of them
--

-- Everything a roster is made of, at a moment: the settings of the seat, or of
-- the grade in force, why the agent is away (NULL: is here), and what counts
-- toward the caps.  Members whose role is not "agent" need a seat.  Counts cost
-- only who asks for them.
CREATE FUNCTION seat_at(pool text, at timestamptz)
    RETURNS TABLE (
        team text, agent text, weight numeric, tier integer, per_hour integer, per_day integer,
        open_leads integer, away text, this_hour bigint, today bigint, open_now bigint
    )
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT m.team, m.agent, coalesce(s.weight, g.weight, 1), coalesce(s.tier, 1),
           coalesce(s.per_hour, g.per_hour), coalesce(s.per_day, g.per_day),
           coalesce(s.open_leads, g.open_leads),
           CASE
               WHEN m.role <> 'agent' AND s.agent IS NULL THEN 'no seat'
               WHEN d.day < a.hired_on THEN 'not hired yet'
               WHEN d.day >= a.left_on THEN 'left'
               WHEN s.paused THEN 'seat paused'
               WHEN r.state = 'signed_out' AND NOT p.ignore_presence THEN 'signed out'
               WHEN r.state = 'paused' AND NOT p.ignore_presence THEN 'paused'
               WHEN NOT lead_ops.is_open(p.hours, seat_at.at, p.zone, p.calendar)
                   THEN 'outside the pool''s hours'
               WHEN NOT lead_ops.is_open(a.hours, seat_at.at, a.zone, p.calendar)
                   THEN 'outside working hours'
           END,
           (SELECT count(*) FROM assignment c
            WHERE c.agent = m.agent AND c.pool = pt.pool
              AND c.assigned_at >= date_trunc('hour', seat_at.at, a.zone)),
           (SELECT count(*) FROM assignment c
            WHERE c.agent = m.agent AND c.pool = pt.pool
              AND c.assigned_at >= date_trunc('day', seat_at.at, a.zone)),
           (SELECT count(*) FROM assignment c
            WHERE c.agent = m.agent AND c.pool = pt.pool AND c.ended_at IS NULL)
    FROM pool p
    JOIN pool_team pt ON pt.pool = p.pool
    JOIN membership m ON m.team = pt.team
    JOIN agent a ON a.agent = m.agent
    CROSS JOIN LATERAL (SELECT (seat_at.at AT TIME ZONE a.zone)::date AS day) d
    LEFT JOIN pool_seat s ON s.pool = pt.pool AND s.agent = m.agent
    LEFT JOIN grade_assignment h ON h.agent = m.agent AND h.valid @> d.day
    LEFT JOIN grade g ON g.ladder = h.ladder AND g.grade = h.grade
    LEFT JOIN presence r ON r.agent = m.agent
    WHERE p.pool = seat_at.pool
      AND m.valid @> d.day;
END;
COMMENT ON FUNCTION seat_at(text, timestamptz) IS
    'members of a pool''s teams at a moment, with their settings, why some are away, and their leads of the hour, of the day and now open';

-- How many more leads each agent with a cap may get, at a moment.
CREATE FUNCTION seat_room(pool text, at timestamptz)
    RETURNS TABLE (agent text, room bigint)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.agent,
           least(CASE WHEN s.per_hour IS NOT NULL THEN s.per_hour - s.this_hour END,
                 CASE WHEN s.per_day IS NOT NULL THEN s.per_day - s.today END,
                 CASE WHEN s.open_leads IS NOT NULL THEN s.open_leads - s.open_now END)
    FROM seat_at(seat_room.pool, seat_room.at) s
    WHERE num_nonnulls(s.per_hour, s.per_day, s.open_leads) > 0;
END;
COMMENT ON FUNCTION seat_room(text, timestamptz) IS
    'how many more leads of a pool each agent with a cap may get now';

-- Who shares the turns of each ledger: a line a team, and one with team '' for
-- the pool itself.  Seats are given as columns; reason NULL: shares.
CREATE FUNCTION seat_lines(
    pool text, seat_teams text[], seat_agents text[], seat_weights numeric[],
    seat_reasons text[], team_weights jsonb DEFAULT '{}'
)
    RETURNS TABLE (
        team text, members text[], weights numeric[], absent text[], reasons text[]
    )
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH seat AS (
        SELECT s.team, s.agent, s.weight, s.reason
        FROM unnest(seat_lines.seat_teams, seat_lines.seat_agents, seat_lines.seat_weights,
                    seat_lines.seat_reasons) s (team, agent, weight, reason)
    ), by_team AS (
        SELECT s.team,
               coalesce(array_agg(s.agent ORDER BY s.agent COLLATE "C")
                            FILTER (WHERE s.reason IS NULL), '{}') AS members,
               coalesce(array_agg(s.weight ORDER BY s.agent COLLATE "C")
                            FILTER (WHERE s.reason IS NULL), '{}') AS weights,
               coalesce(array_agg(s.agent ORDER BY s.agent COLLATE "C")
                            FILTER (WHERE s.reason IS NOT NULL), '{}') AS absent,
               coalesce(array_agg(s.reason ORDER BY s.agent COLLATE "C")
                            FILTER (WHERE s.reason IS NOT NULL), '{}') AS reasons,
               coalesce((seat_lines.team_weights ->> s.team)::numeric, pt.weight,
                        least(sum(s.weight) FILTER (WHERE s.reason IS NULL), 1000000)) AS weight
        FROM seat s
        JOIN pool_team pt ON pt.pool = seat_lines.pool AND pt.team = s.team
        GROUP BY s.team, pt.weight
    ), top AS (
        SELECT b.team AS name, b.weight FROM by_team b CROSS JOIN pool p
        WHERE p.pool = seat_lines.pool AND p.rotation = 'levels' AND b.members <> '{}'
        UNION ALL
        SELECT s.agent, s.weight FROM seat s CROSS JOIN pool p
        WHERE p.pool = seat_lines.pool AND p.rotation = 'flat' AND s.reason IS NULL
    )
    SELECT b.team, b.members, b.weights, b.absent, b.reasons FROM by_team b
    UNION ALL
    SELECT '', coalesce(array_agg(t.name ORDER BY t.name COLLATE "C"), '{}'),
           coalesce(array_agg(t.weight ORDER BY t.name COLLATE "C"), '{}'),
           '{}' AS absent, '{}' AS reasons
    FROM top t;
END;
COMMENT ON FUNCTION seat_lines(text, text[], text[], numeric[], text[], jsonb) IS
    'who shares the turns of a pool (team '''') and of each of its teams, by the seats given';

-- Ledgers for the next lead: those given, with the members the lines name.
CREATE FUNCTION with_seats(
    pool text, turns lead_ops.rotation, teams text[], agents lead_ops.rotation[],
    seat_teams text[], seat_agents text[], seat_weights numeric[], seat_reasons text[],
    team_weights jsonb DEFAULT '{}',
    OUT new_turns lead_ops.rotation, OUT new_teams text[], OUT new_agents lead_ops.rotation[]
)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH line AS MATERIALIZED (
        SELECT l.team, l.members, l.weights
        FROM seat_lines(with_seats.pool, with_seats.seat_teams, with_seats.seat_agents,
                        with_seats.seat_weights, with_seats.seat_reasons,
                        with_seats.team_weights) l
    ), team_turns AS (
        SELECT team,
               lead_ops.with_members(coalesce(k.turns, lead_ops.rotation('{}'::text[])),
                                     coalesce(l.members, '{}'), coalesce(l.weights, '{}'))
                   AS turns
        FROM (SELECT line.* FROM line WHERE line.team <> '') l
        FULL JOIN unnest(with_seats.teams, with_seats.agents) k (team, turns) USING (team)
    )
    SELECT lead_ops.with_members(coalesce(with_seats.turns, lead_ops.rotation('{}'::text[])),
                                 top.members, top.weights),
           (SELECT array_agg(t.team ORDER BY t.team COLLATE "C") FROM team_turns t),
           (SELECT array_agg(t.turns ORDER BY t.team COLLATE "C") FROM team_turns t)
    FROM line top
    WHERE top.team = '';
END;
COMMENT ON FUNCTION with_seats(text, lead_ops.rotation, text[], lead_ops.rotation[], text[], text[], numeric[], text[], jsonb) IS
    'the ledgers given, shared from now on by the seats given';
