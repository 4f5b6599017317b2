--
-- Team rules: how many people a team may have, and how many it has
--
-- People are counted in a team and in all below it, on days on which they are
-- employed.  What is past is never refused: a limit may have changed since.
--

CREATE FUNCTION team_limits(teams text[] DEFAULT NULL)
    RETURNS TABLE (team text, minimum_size integer, maximum_size integer, minimum_agents integer,
                   maximum_agents integer, leader_counts boolean, leader_role text,
                   needs_leader boolean, refuses boolean)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT t.team, coalesce(t.minimum_size, y.minimum_size),
        coalesce(t.maximum_size, y.maximum_size), y.minimum_agents, y.maximum_agents,
        coalesce(t.leader_counts, y.leader_counts, true),
        coalesce(y.leader_role, 'leader'::text),
        coalesce(y.needs_leader, false), coalesce(y.refuses, true)
    FROM team t
    LEFT JOIN team_type y ON y.team_type = t.team_type
    WHERE team_limits.teams IS NULL OR t.team = ANY (team_limits.teams);
END;
COMMENT ON FUNCTION team_limits(text[]) IS
    'the limits of teams, their own or those of their type; teams NULL: all';

CREATE FUNCTION teams_below(teams text[] DEFAULT NULL) RETURNS TABLE (team text, below text)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE down AS (
        SELECT t.team, t.team AS below
        FROM team t
        WHERE teams_below.teams IS NULL OR t.team = ANY (teams_below.teams)
        UNION
        SELECT d.team, t.team FROM down d JOIN team t ON t.parent = d.below
    )
    SELECT d.team, d.below FROM down d;
END;
COMMENT ON FUNCTION teams_below(text[]) IS
    'each team with itself and every team below it; teams NULL: all';

CREATE FUNCTION teams_above(team text) RETURNS TABLE (team text, leader text)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE up AS (
        SELECT t.team, t.parent, t.leader FROM team t WHERE t.team = teams_above.team
        UNION
        SELECT t.team, t.parent, t.leader FROM up JOIN team t ON t.team = up.parent
    )
    SELECT u.team, u.leader FROM up u;
END;
COMMENT ON FUNCTION teams_above(text) IS 'a team and every team above it, with their leaders';

-- One row a membership that counts in a team, on the days it does.
CREATE FUNCTION team_people(teams text[] DEFAULT NULL)
    RETURNS TABLE (team text, agent text, role text, is_leader boolean, is_counted boolean,
                   days daterange, zone text)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT l.team, m.agent, m.role, lead.er, l.leader_counts OR NOT lead.er,
        m.valid * daterange(a.hired_on, a.left_on), a.zone
    FROM team_limits(team_people.teams) l
    JOIN teams_below(team_people.teams) b ON b.team = l.team
    JOIN team t ON t.team = b.below
    JOIN membership m ON m.team = b.below
    JOIN agent a ON a.agent = m.agent
    CROSS JOIN LATERAL (
        SELECT m.role = l.leader_role OR t.leader IS NOT DISTINCT FROM m.agent AS er) lead;
END;
COMMENT ON FUNCTION team_people(text[]) IS
    'who is in a team or below it, and on which days; teams NULL: all';

-- Locks: those of the teams and the teams above them that refuse, by name.
-- They are locked by an update: under REPEATABLE READ, too, the second of two
-- sessions that each add the last member fails.
CREATE FUNCTION check_team_sizes(teams text[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    limited text[];
    one record;
BEGIN
    SELECT array_agg(l.team ORDER BY l.team) INTO limited
    FROM team_limits(ARRAY(
        SELECT DISTINCT u.team
        FROM unnest(teams) t (team)
        CROSS JOIN LATERAL teams_above(t.team) u)) l
    WHERE l.refuses AND (l.maximum_size IS NOT NULL OR l.maximum_agents IS NOT NULL);
    IF limited IS NULL THEN
        RETURN;
    END IF;
    PERFORM FROM team t WHERE t.team = ANY (limited) ORDER BY t.team FOR NO KEY UPDATE;
    UPDATE team t SET name = t.name WHERE t.team = ANY (limited);

    WITH step AS (
        SELECT p.team, d.day, sum(d.people) AS people, sum(d.agents) AS agents
        FROM team_people(limited) p
        CROSS JOIN LATERAL (SELECT p.days
            * daterange((clock_timestamp() AT TIME ZONE p.zone)::date, NULL) AS days) rest
        CROSS JOIN LATERAL (
            VALUES (lower(rest.days), 1), (upper(rest.days), -1)) v (day, sign)
        CROSS JOIN LATERAL (
            SELECT v.day, v.sign * p.is_counted::integer AS people,
                v.sign * (p.role = 'agent')::integer AS agents) d
        WHERE NOT isempty(rest.days) AND d.day IS NOT NULL
        GROUP BY p.team, d.day
    ), size AS (
        SELECT s.team, s.day, sum(s.people) OVER so_far AS people,
            sum(s.agents) OVER so_far AS agents
        FROM step s
        WINDOW so_far AS (PARTITION BY s.team ORDER BY s.day)
    )
    SELECT s.team, s.day, l.maximum_size,
        CASE WHEN s.people > l.maximum_size THEN s.people ELSE s.agents END AS number,
        CASE WHEN s.people > l.maximum_size THEN 'people' ELSE 'agents' END AS noun,
        CASE WHEN s.people > l.maximum_size THEN l.maximum_size
             ELSE l.maximum_agents END AS most
    INTO one
    FROM size s
    JOIN team_limits(limited) l ON l.team = s.team
    WHERE s.people > l.maximum_size OR s.agents > l.maximum_agents
    ORDER BY s.day, s.team
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'team "%" is full', one.team
            USING ERRCODE = 'LO083',
                  DETAIL = pg_catalog.format('It would have %s %s on %s, and may have %s.',
                      one.number, one.noun, one.day, one.most),
                  HINT = 'End another membership before that day, or raise the limit of the team.';
    END IF;
END
$$;
COMMENT ON FUNCTION check_team_sizes(text[]) IS
    'raises LO083 where one of these teams, or one above, is or will be over its most. Locks the rows of team that limit them, by name';

CREATE FUNCTION membership_fits_team() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM check_team_sizes(ARRAY(SELECT DISTINCT m.team FROM members m));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION membership_fits_team() IS
    'trigger: a team over its most refuses the next member (LO083); locks as check_team_sizes';
CREATE TRIGGER membership_fits_team
    AFTER INSERT ON membership REFERENCING NEW TABLE AS members
    FOR EACH STATEMENT EXECUTE FUNCTION membership_fits_team();
CREATE TRIGGER membership_fits_team_still
    AFTER UPDATE ON membership REFERENCING NEW TABLE AS members
    FOR EACH STATEMENT EXECUTE FUNCTION membership_fits_team();

CREATE FUNCTION team_fits_members() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM check_team_sizes(ARRAY[NEW.team]);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION team_fits_members() IS
    'trigger: a limit is not set below the people there are (LO083); locks as check_team_sizes';
CREATE TRIGGER team_fits_members
    AFTER UPDATE OF parent, leader, team_type, maximum_size, leader_counts ON team
    FOR EACH ROW WHEN (
        NEW.parent IS DISTINCT FROM OLD.parent
        OR NEW.leader IS DISTINCT FROM OLD.leader
        OR NEW.team_type IS DISTINCT FROM OLD.team_type
        OR NEW.maximum_size IS DISTINCT FROM OLD.maximum_size
        OR NEW.leader_counts IS DISTINCT FROM OLD.leader_counts)
    EXECUTE FUNCTION team_fits_members();

CREATE FUNCTION team_type_fits_members() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM check_team_sizes(ARRAY(SELECT t.team FROM team t WHERE t.team_type = NEW.team_type));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION team_type_fits_members() IS
    'trigger: a limit is not set below the people there are (LO083); locks as check_team_sizes';
CREATE TRIGGER team_type_fits_members
    AFTER UPDATE ON team_type
    FOR EACH ROW EXECUTE FUNCTION team_type_fits_members();

--
-- How many are planned, and how many there are
--

CREATE TABLE headcount_plan (
    team text NOT NULL,
    role text NOT NULL,
    valid daterange NOT NULL DEFAULT '(,)',
    people integer NOT NULL,
    CONSTRAINT headcount_plan_pkey PRIMARY KEY (team, role, valid),
    CONSTRAINT headcount_plan_team_fkey FOREIGN KEY (team) REFERENCES team,
    CONSTRAINT headcount_plan_role_check CHECK (role <> ''),
    CONSTRAINT headcount_plan_valid_check CHECK (NOT isempty(valid)),
    CONSTRAINT headcount_plan_people_check CHECK (people >= 0),
    CONSTRAINT headcount_plan_no_overlap EXCLUDE USING gist
        (lead_ops.key_range(team, team, '[]') WITH &&,
         lead_ops.key_range(role, role, '[]') WITH &&, valid WITH &&)
);
COMMENT ON TABLE headcount_plan IS 'How many people of a role a team is to have, and when';

CREATE FUNCTION headcount(on_day date)
    RETURNS TABLE (team text, role text, planned bigint, actual bigint, missing bigint)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT check_sees_all('see how many people there are', 'leader', 'payroll');
    WITH plan AS (
        SELECT p.team, p.role, p.people::bigint AS planned, 0::bigint AS actual
        FROM headcount_plan p
        WHERE p.valid @> headcount.on_day
        UNION ALL
        SELECT m.team, m.role, 0, 1
        FROM membership m
        JOIN agent a ON a.agent = m.agent
        WHERE m.valid @> headcount.on_day AND is_employed(a, headcount.on_day)
    )
    SELECT p.team, p.role, sum(p.planned)::bigint, sum(p.actual)::bigint,
        (sum(p.planned) - sum(p.actual))::bigint
    FROM plan p
    GROUP BY p.team, p.role
    ORDER BY p.team, p.role;
END;
COMMENT ON FUNCTION headcount(date) IS
    'people planned and there on a day, by team and role; missing is negative where there are more than planned';

CREATE FUNCTION team_report(on_day date)
    RETURNS TABLE (team text, people bigint, agents bigint, leaders bigint, minimum_size integer,
                   maximum_size integer, findings text[])
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT check_sees_all('see how many people there are', 'leader', 'payroll');
    SELECT l.team, n.people, n.agents, n.leaders, l.minimum_size, l.maximum_size,
        ARRAY(
            SELECT f.finding
            FROM (VALUES
                (1, n.people < l.minimum_size, format('%s people missing'::text,
                    l.minimum_size - n.people)),
                (2, n.people > l.maximum_size, format('%s people too many'::text,
                    n.people - l.maximum_size)),
                (3, n.agents < l.minimum_agents, format('%s agents missing'::text,
                    l.minimum_agents - n.agents)),
                (4, n.agents > l.maximum_agents, format('%s agents too many'::text,
                    n.agents - l.maximum_agents)),
                (5, l.needs_leader AND n.leaders = 0, 'no leader'::text),
                (6, n.leaders > 1, format('%s leaders'::text, n.leaders))
            ) f (place, found, finding)
            WHERE f.found
            ORDER BY f.place)
    FROM team_limits() l
    JOIN team t ON t.team = l.team
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE p.is_counted) AS people,
            count(*) FILTER (WHERE p.role = 'agent') AS agents
        FROM team_people(ARRAY[l.team]) p
        WHERE p.days @> team_report.on_day
    ) c
    CROSS JOIN LATERAL (
        -- its leader, member or not, and the members who lead it
        SELECT count(*) AS leaders
        FROM (SELECT a.agent
              FROM agent a
              WHERE a.agent = t.leader AND is_employed(a, team_report.on_day)
              UNION
              SELECT m.agent
              FROM membership m
              JOIN agent a ON a.agent = m.agent
              WHERE m.team = l.team AND m.role = l.leader_role
                AND m.valid @> team_report.on_day AND is_employed(a, team_report.on_day)) x
    ) h
    CROSS JOIN LATERAL (SELECT c.people, c.agents, h.leaders) n
    ORDER BY l.team;
END;
COMMENT ON FUNCTION team_report(date) IS
    'every team on a day: how many people, and what is amiss: missing, too many, no leader';

CREATE FUNCTION feasible_groups(people integer, smallest integer, largest integer)
    RETURNS int4range
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN b.fewest <= b.most THEN int4range(b.fewest, b.most + 1)
        ELSE int4range 'empty'
        END
    FROM (SELECT (feasible_groups.people + feasible_groups.largest - 1)
                     / nullif(feasible_groups.largest, 0) AS fewest,
                 feasible_groups.people / nullif(feasible_groups.smallest, 0) AS most) b;
END;
COMMENT ON FUNCTION feasible_groups(integer, integer, integer) IS
    'into how many groups of smallest to largest members people can be divided; empty: into none';
