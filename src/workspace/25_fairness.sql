--
-- What will be dealt, why it was, and whether it was fair
--

-- The changes that a simulation assumes, before any is used.
CREATE FUNCTION check_changes(
    pool text, seats text[], weights jsonb, team_weights jsonb, absent text[], caps jsonb
) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT v.name, v.changes FROM (VALUES ('weights', check_changes.weights),
                                              ('team_weights', check_changes.team_weights),
                                              ('caps', check_changes.caps)) v (name, changes)
    LOOP
        IF jsonb_typeof(one.changes) <> 'object' THEN
            RAISE EXCEPTION '% must be a JSON object', one.name
                USING ERRCODE = 'invalid_parameter_value',
                      DETAIL = format('It is: %s.', one.changes),
                      HINT = 'Such as weights => ''{"ann": 0.5}'', team_weights => ''{"north": 2}'', caps => ''{"ann": {"per_day": 5}}''.';
        END IF;
    END LOOP;

    FOR one IN
        SELECT c.agent FROM jsonb_object_keys(check_changes.weights) c (agent)
        UNION
        SELECT c.agent FROM jsonb_object_keys(check_changes.caps) c (agent)
        UNION
        SELECT c.agent FROM unnest(check_changes.absent) c (agent)
        ORDER BY 1
    LOOP
        IF one.agent <> ALL (seats) IS NOT FALSE THEN
            PERFORM check_agent(one.agent);
            RAISE EXCEPTION 'agent "%" is not available in pool "%"', one.agent,
                    check_changes.pool
                USING ERRCODE = 'LO024', DETAIL = 'The agent is in none of the pool''s teams.';
        END IF;
    END LOOP;
    FOR one IN
        SELECT c.team FROM jsonb_object_keys(check_changes.team_weights) c (team)
        WHERE NOT EXISTS (SELECT FROM pool_team p
                          WHERE p.pool = check_changes.pool AND p.team = c.team)
    LOOP
        RAISE EXCEPTION 'team "%" is not in pool "%"', one.team, check_changes.pool
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'The teams of a pool are the rows of the table pool_team.';
    END LOOP;

    FOR one IN
        SELECT w.key AS name, w.value, 1000 AS most FROM jsonb_each(check_changes.weights) w
        UNION ALL
        SELECT w.key, w.value, 1000000 FROM jsonb_each(check_changes.team_weights) w
    LOOP
        IF jsonb_typeof(one.value) <> 'number'
           OR NOT (one.value::text::numeric > 0 AND one.value::text::numeric <= one.most
                   AND scale(trim_scale(one.value::text::numeric)) <= 6) THEN
            RAISE EXCEPTION '% is no weight for "%"', one.value, one.name
                USING ERRCODE = 'invalid_parameter_value',
                      DETAIL = format('A weight is a number above 0 and at most %s, with at most 6 decimals.', one.most),
                      HINT = 'Agents who get nothing are named in absent.';
        END IF;
    END LOOP;

    FOR one IN
        SELECT c.key AS agent, c.value FROM jsonb_each(check_changes.caps) c
    LOOP
        IF jsonb_typeof(one.value) <> 'object' OR EXISTS (
               SELECT FROM jsonb_each(CASE jsonb_typeof(one.value) WHEN 'object' THEN one.value
                                      END) e
               WHERE e.key NOT IN ('per_hour', 'per_day', 'open_leads')
                  OR e.value <> 'null' AND e.value::text !~ '^[0-9]{1,9}$') THEN
            RAISE EXCEPTION '% are no caps for agent "%"', one.value, one.agent
                USING ERRCODE = 'invalid_parameter_value',
                      DETAIL = 'Caps are whole numbers of 0 or more by the names per_hour, per_day and open_leads; null: no cap.';
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION check_changes(text, text[], jsonb, jsonb, text[], jsonb) IS
    'an error (LO021, LO024, 22023) where the changes for a simulation are not possible';

-- A turn by open leads: the ledgers choose among those who hold fewest.
CREATE FUNCTION next_least_open(
    is_flat boolean, turns lead_ops.rotation, teams text[], agents lead_ops.rotation[],
    fewest text[],
    OUT team text, OUT agent text, OUT new_turns lead_ops.rotation,
    OUT new_agents lead_ops.rotation[]
)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    place integer;
BEGIN
    new_agents := agents;
    IF is_flat THEN
        agent := lead_ops.next_member(turns, fewest);
        new_turns := lead_ops.deal_to(turns, agent);
        SELECT t.team INTO team
        FROM unnest(teams, agents) t (team, turns)
        WHERE lead_ops.next_member(t.turns, ARRAY[next_least_open.agent]) IS NOT NULL;
    ELSE
        team := lead_ops.next_member(turns, ARRAY (
            SELECT t.team FROM unnest(teams, agents) t (team, turns)
            WHERE lead_ops.next_member(t.turns, fewest) IS NOT NULL));
        new_turns := lead_ops.deal_to(turns, team);
        place := array_position(teams, team);
        agent := lead_ops.next_member(agents[place], fewest);
        new_agents[place] := lead_ops.deal_to(agents[place], agent);
    END IF;
END
$$;
COMMENT ON FUNCTION next_least_open(boolean, lead_ops.rotation, text[], lead_ops.rotation[], text[]) IS
    'who of the agents that hold fewest leads gets the next, and the ledgers after it';

-- The seats are read once, and the ledgers go on in memory: turns until somebody
-- has reached a cap, as deal_run does, and then without him.
CREATE FUNCTION simulate(
    pool text,
    leads integer,
    weights jsonb DEFAULT '{}',
    team_weights jsonb DEFAULT '{}',
    absent text[] DEFAULT '{}',
    caps jsonb DEFAULT '{}',
    at timestamptz DEFAULT NULL
) RETURNS TABLE (n bigint, team text, agent text)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET plan_cache_mode = 'force_custom_plan'
AS $$
#variable_conflict use_column
DECLARE
    rules pool;
    moment timestamptz := coalesce(simulate.at, clock_timestamp());
    is_flat boolean;
    seat record;
    ledger record;
    room bigint[];
    held bigint[];
    reasons text[];
    shares jsonb := simulate.team_weights;
    step record;
    place integer;
    dealt bigint := 0;
    ahead bigint := 1000;
    run bigint;
BEGIN
    SELECT p.* INTO rules FROM pool p WHERE p.pool = simulate.pool;
    IF NOT FOUND THEN
        PERFORM unknown_pool(simulate.pool);
    END IF;
    IF simulate.leads < 0 THEN
        RAISE EXCEPTION 'the number of leads must not be negative'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM check_changes(simulate.pool,
                          ARRAY (SELECT s.agent FROM seat_at(simulate.pool, moment) s),
                          simulate.weights, simulate.team_weights, simulate.absent,
                          simulate.caps);

    SELECT array_agg(s.team) AS teams, array_agg(s.agent) AS agents,
           array_agg(coalesce((simulate.weights ->> s.agent)::numeric, s.weight)) AS weights,
           array_agg(s.tier) AS tiers,
           array_agg(CASE WHEN s.agent = ANY (simulate.absent) THEN 'absent'
                          ELSE s.away END) AS away,
           array_agg(least(
               CASE WHEN c.per_hour IS NOT NULL THEN c.per_hour - s.this_hour END,
               CASE WHEN c.per_day IS NOT NULL THEN c.per_day - s.today END,
               CASE WHEN c.open_leads IS NOT NULL THEN c.open_leads - s.open_now END)) AS room,
           array_agg(CASE WHEN rules.strategy = 'least_open' THEN s.open_now END) AS held
    INTO seat
    FROM seat_at(simulate.pool, moment) s
    CROSS JOIN LATERAL jsonb_to_record(
        jsonb_build_object('per_hour', s.per_hour, 'per_day', s.per_day,
                           'open_leads', s.open_leads)
        || coalesce(simulate.caps -> s.agent, '{}'))
        c (per_hour integer, per_day integer, open_leads integer);
    SELECT l.turns, l.teams, l.agents INTO ledger FROM settled_ledgers(simulate.pool) l;

    is_flat := rules.rotation = 'flat';
    room := seat.room;
    held := seat.held;
    WHILE dealt < simulate.leads LOOP
        SELECT array_agg(CASE WHEN s.away IS NOT NULL THEN s.away
                              WHEN s.room <= 0 THEN 'cap' END ORDER BY s.i)
        INTO reasons
        FROM unnest(seat.away, room) WITH ORDINALITY s (away, room, i);
        IF cardinality(array_positions(seat.tiers, seat.tiers[1])) < cardinality(seat.tiers) THEN
            -- teams have the weight of all who are present, and leads go to the best tier
            SELECT jsonb_object_agg(w.name, w.weight) INTO shares
            FROM seat_lines(simulate.pool, seat.teams, seat.agents, seat.weights, reasons,
                            simulate.team_weights) l
            CROSS JOIN LATERAL unnest(l.members, l.weights) w (name, weight)
            WHERE l.team = '';
            SELECT array_agg(CASE WHEN s.reason IS NULL AND s.tier > s.best THEN 'a later tier'
                                  ELSE s.reason END ORDER BY s.i)
            INTO reasons
            FROM (SELECT t.reason, t.tier, t.i,
                         min(t.tier) FILTER (WHERE t.reason IS NULL) OVER () AS best
                  FROM unnest(reasons, seat.tiers) WITH ORDINALITY t (reason, tier, i)) s;
        END IF;
        SELECT w.new_turns AS turns, w.new_teams AS teams, w.new_agents AS agents
        INTO ledger
        FROM with_seats(simulate.pool, ledger.turns, ledger.teams, ledger.agents, seat.teams,
                        seat.agents, seat.weights, reasons, shares) w;
        EXIT WHEN lead_ops.next_member(ledger.turns) IS NULL;

        IF rules.strategy = 'least_open' THEN
            LOOP
                SELECT t.* INTO step
                FROM next_least_open(
                    is_flat, ledger.turns, ledger.teams, ledger.agents,
                    (SELECT array_agg(s.agent)
                     FROM (SELECT h.agent, h.held = min(h.held) OVER () AS is_fewest
                           FROM unnest(seat.agents, held, reasons) h (agent, held, reason)
                           WHERE h.reason IS NULL) s
                     WHERE s.is_fewest)) t;
                ledger.turns := step.new_turns;
                ledger.agents := step.new_agents;
                dealt := dealt + 1;
                n := dealt;
                team := step.team;
                agent := step.agent;
                RETURN NEXT;
                place := array_position(seat.agents, step.agent);
                held[place] := held[place] + 1;
                room[place] := room[place] - 1;
                EXIT WHEN dealt = simulate.leads OR room[place] = 0;
            END LOOP;
            CONTINUE;
        END IF;

        -- up to the lead by which somebody reaches a cap, looking not far beyond it
        run := simulate.leads - dealt;
        IF array_remove(room, NULL) <> '{}' THEN
            run := least(run, ahead);
            SELECT least(min(d.n), run) INTO run
            FROM (SELECT t.n, t.agent,
                         row_number() OVER (PARTITION BY t.agent ORDER BY t.n) AS nth
                  FROM next_turns(is_flat, ledger.turns, ledger.teams, ledger.agents, run) t) d
            JOIN unnest(seat.agents, room) r (agent, room)
                ON r.agent = d.agent AND d.nth = r.room;
            ahead := 2 * run + 100;
            SELECT array_agg(r.room - coalesce(t.leads, 0) ORDER BY r.i) INTO room
            FROM unnest(seat.agents, room) WITH ORDINALITY r (agent, room, i)
            LEFT JOIN (SELECT t.agent, count(*) AS leads
                       FROM next_turns(is_flat, ledger.turns, ledger.teams, ledger.agents,
                                       run) t
                       GROUP BY t.agent) t ON t.agent = r.agent;
        END IF;
        RETURN QUERY
        SELECT dealt + t.n, t.team, t.agent
        FROM next_turns(is_flat, ledger.turns, ledger.teams, ledger.agents, run) t
        ORDER BY t.n;
        dealt := dealt + run;
        SELECT t.turns_after, t.agents_after INTO ledger.turns, ledger.agents
        FROM after_turns(is_flat, ledger.turns, ledger.teams, ledger.agents, run) t;
    END LOOP;
END
$$;
COMMENT ON FUNCTION simulate(text, integer, jsonb, jsonb, text[], jsonb, timestamptz) IS
    'who would get the next leads if they came at once, with other weights, absences or caps; nothing is locked or written';

-- What every team (agent NULL) and every agent was owed and got by a range of
-- decisions.  For every decision each who was eligible is owed his weight over
-- the weights of all who were; computed from the decisions and the rosters
-- they were made by, not from the ledgers.  Decisions that took no turn, or
-- were credited back, are none.
CREATE FUNCTION balance_sheet(
    pool text, during tstzrange DEFAULT '(,)', below bigint DEFAULT NULL
)
    RETURNS TABLE (team text, agent text, level text, entitled numeric, received bigint)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH decided AS MATERIALIZED (
        -- decisions that had the same roster, team and eligible agents count together
        SELECT a.roster, a.team, a.agent, a.eligible, count(*) AS leads
        FROM assignment a
        WHERE a.pool = balance_sheet.pool
          AND a.assigned_at >= coalesce(lower(balance_sheet.during), '-infinity')
          AND a.assigned_at <= coalesce(upper(balance_sheet.during), 'infinity')
          AND balance_sheet.during @> a.assigned_at
          AND (balance_sheet.below IS NULL OR a.seq < balance_sheet.below)
          AND a.takes_turn
          AND NOT EXISTS (SELECT FROM turn_credit c WHERE c.pool = a.pool AND c.seq = a.seq)
        GROUP BY a.roster, a.team, a.agent, a.eligible
    ), offered AS (
        SELECT d.roster, d.eligible, sum(d.leads) AS leads
        FROM decided d
        GROUP BY d.roster, d.eligible
    ), inside AS (
        SELECT d.roster, d.team, d.eligible, sum(d.leads) AS leads
        FROM decided d
        GROUP BY d.roster, d.team, d.eligible
    ), member AS MATERIALIZED (
        SELECT o.roster, r.team, m.name, m.weight
        FROM (SELECT DISTINCT d.roster FROM decided d) o
        CROSS JOIN LATERAL roster_in_force(balance_sheet.pool, o.roster) r
        CROSS JOIN LATERAL unnest(r.members, r.weights) m (name, weight)
    ), kind AS (
        SELECT p.rotation = 'flat' AS is_flat FROM pool p WHERE p.pool = balance_sheet.pool
    ), top AS (
        -- shares of the pool's own turns
        SELECT m.name, o.leads * m.weight
               / sum(m.weight) OVER (PARTITION BY o.roster, o.eligible) AS entitled
        FROM offered o
        JOIN member m ON m.roster = o.roster AND m.team = ''
        CROSS JOIN kind k
        WHERE o.eligible IS NULL
           OR CASE WHEN k.is_flat THEN m.name = ANY (o.eligible)
                   ELSE EXISTS (SELECT FROM member i
                                WHERE i.roster = o.roster AND i.team = m.name
                                  AND i.name = ANY (o.eligible)) END
    ), share AS (
        SELECT CASE WHEN NOT k.is_flat THEN t.name END AS team,
               CASE WHEN k.is_flat THEN t.name END AS agent, '' AS level, t.entitled
        FROM top t
        CROSS JOIN kind k
        UNION ALL
        -- shares of the turns of each team
        SELECT i.team, m.name, i.team, i.leads * m.weight
               / sum(m.weight) OVER (PARTITION BY i.roster, i.team, i.eligible)
        FROM inside i
        JOIN member m ON m.roster = i.roster AND m.team = i.team
        CROSS JOIN kind k
        WHERE NOT k.is_flat
          AND (i.eligible IS NULL OR m.name = ANY (i.eligible))
    ), owed AS (
        SELECT s.team, s.agent, s.level, sum(s.entitled) AS entitled
        FROM share s
        GROUP BY s.team, s.agent, s.level
    ), got AS (
        SELECT CASE WHEN NOT k.is_flat THEN d.team END AS team, d.agent, sum(d.leads) AS leads
        FROM decided d
        CROSS JOIN kind k
        GROUP BY GROUPING SETS ((1, d.agent), (1))
    ), rounded AS (
        -- so that each level adds up to the leads it was dealt
        SELECT e.team, e.agent, l.level, e.entitled
        FROM (SELECT o.level,
                     array_agg(o.team ORDER BY o.team, o.agent) AS teams,
                     array_agg(o.agent ORDER BY o.team, o.agent) AS agents,
                     lead_ops.split_amount(round(sum(o.entitled)),
                                           array_agg(o.entitled ORDER BY o.team, o.agent), 6)
                         AS entitled
              FROM owed o
              GROUP BY o.level) l
        CROSS JOIN LATERAL unnest(l.teams, l.agents, l.entitled) e (team, agent, entitled)
    )
    SELECT r.team, r.agent, r.level, r.entitled, coalesce(g.leads, 0)::bigint
    FROM rounded r
    LEFT JOIN got g ON g.team IS NOT DISTINCT FROM r.team
                   AND g.agent IS NOT DISTINCT FROM r.agent;
END;
COMMENT ON FUNCTION balance_sheet(text, tstzrange, bigint) IS
    'what teams and agents were owed and got by the decisions of a period, or by those below a number';

CREATE FUNCTION fairness(pool text, during tstzrange DEFAULT '(,)')
    RETURNS TABLE (
        team text, agent text, entitled numeric, received bigint, balance numeric, bound numeric
    )
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH correction AS (
        -- turns given by other rules than the ledger's, and turns taken back
        SELECT coalesce(c.team, '') AS level, count(*) AS turns
        FROM (SELECT a.team FROM assignment a
              WHERE a.pool = fairness.pool AND a.takes_turn
                AND a.how IN ('sticky', 'least_open', 'reassigned')
              UNION ALL
              SELECT a.team FROM turn_credit c JOIN assignment a ON a.pool = c.pool AND a.seq = c.seq
              WHERE c.pool = fairness.pool) c
        GROUP BY GROUPING SETS ((c.team), ())
    ), size AS (
        -- everybody who has ever been in the ledger of the level
        SELECT '' AS level, count(*) AS members
        FROM pool_ledger l CROSS JOIN LATERAL lead_ops.rotation_members(l.turns) m
        WHERE l.pool = fairness.pool
        UNION ALL
        SELECT t.team, count(*)
        FROM team_ledger t CROSS JOIN LATERAL lead_ops.rotation_members(t.turns) m
        WHERE t.pool = fairness.pool
        GROUP BY t.team
    ), part AS (
        -- within a part of the pool's life a balance moves from one end to the other
        SELECT CASE WHEN (SELECT a.assigned_at FROM assignment a
                          WHERE a.pool = fairness.pool
                          ORDER BY a.seq
                          LIMIT 1) < lower(fairness.during)
                    THEN 1 ELSE 0.5 END AS size
    )
    SELECT b.team, b.agent, b.entitled, b.received, b.entitled - b.received,
           round((s.members - 1) * p.size + coalesce(c.turns, 0), 1)
               + ring_holes(fairness.pool)
    FROM balance_sheet(fairness.pool, fairness.during) b
    JOIN size s ON s.level = b.level
    LEFT JOIN correction c ON c.level = b.level
    CROSS JOIN part p
    WHERE CASE WHEN b.agent IS NULL THEN sees_all() OR b.team = ANY (visible_teams())
               ELSE may_act_for(b.agent) END
    ORDER BY b.team NULLS FIRST, b.agent NULLS FIRST;
END;
COMMENT ON FUNCTION fairness(text, tstzrange) IS
    'what every team (agent NULL) and every agent was entitled to and received in a period, and how far a balance can go; of agents and leaders themselves, and whom they lead';

CREATE FUNCTION explain(decision assignment)
    RETURNS TABLE (agent text, eligible boolean, reason text, balance numeric, chosen boolean)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH seat AS (
        SELECT r.team, m.agent, NULL::text AS reason
        FROM roster_in_force((explain.decision).pool, (explain.decision).roster) r
        CROSS JOIN LATERAL unnest(r.members) m (agent)
        WHERE r.team <> ''
        UNION ALL
        SELECT r.team, m.agent, m.reason
        FROM roster_in_force((explain.decision).pool, (explain.decision).roster) r
        CROSS JOIN LATERAL unnest(r.absent, r.reasons) m (agent, reason)
        WHERE r.team <> ''
    ), sheet AS (
        SELECT b.* FROM balance_sheet((explain.decision).pool, '(,)', (explain.decision).seq) b
    ), judged AS (
        SELECT s.team, s.agent,
               CASE WHEN s.reason IS NOT NULL THEN s.reason
                    WHEN (explain.decision).eligible IS NULL
                         OR s.agent = ANY ((explain.decision).eligible) THEN NULL
                    WHEN NOT a.skills @> coalesce((explain.decision).requires, '{}')
                        THEN 'lacks the skills'
                    WHEN EXISTS (SELECT FROM assignment l
                                 WHERE l.lead = (explain.decision).lead
                                   AND l.agent = s.agent AND l.pool = (explain.decision).pool
                                   AND l.seq < (explain.decision).seq
                                   AND l.ended_at IS NOT NULL)
                        THEN 'lost the lead before'
                    WHEN (explain.decision).how = 'redistributed'
                         AND s.team <> (explain.decision).team
                        THEN 'the lead stays in its team'
                    WHEN coalesce(t.tier, 1) > coalesce(c.tier, 1) THEN 'a later tier'
                    ELSE 'no candidate for this lead' END AS reason
        FROM seat s
        JOIN agent a ON a.agent = s.agent
        LEFT JOIN pool_seat t
            ON t.pool = (explain.decision).pool AND t.agent = s.agent
        LEFT JOIN pool_seat c
            ON c.pool = (explain.decision).pool AND c.agent = (explain.decision).agent
    )
    SELECT j.agent, j.reason IS NULL,
           coalesce(j.reason,
                    CASE WHEN j.agent <> (explain.decision).agent THEN
                             CASE WHEN b.team IS NULL OR j.team = (explain.decision).team
                                  THEN 'stands behind' ELSE 'team stands behind' END
                         WHEN (explain.decision).how = 'dealt' THEN 'stands first'
                         ELSE (explain.decision).how END),
           coalesce(b.entitled - b.received, 0),
           j.agent = (explain.decision).agent
    FROM judged j
    LEFT JOIN sheet b ON b.agent = j.agent AND (b.team IS NULL OR b.team = j.team)
    ORDER BY j.agent = (explain.decision).agent DESC, j.reason IS NOT NULL, j.team, j.agent;
END;
COMMENT ON FUNCTION explain(assignment) IS
    'why this agent: everybody in the pool''s teams, whether eligible, why not, and the balance before the decision';
