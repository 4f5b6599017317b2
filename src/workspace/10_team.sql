--
-- Team: who works here, and where
--

CREATE TABLE agent (
    agent text NOT NULL,
    name text,
    zone text NOT NULL DEFAULT 'UTC',
    hours lead_ops.work_hours,
    skills text[] NOT NULL DEFAULT '{}',
    hired_on date,
    left_on date,
    login name,
    mentor text,
    CONSTRAINT agent_pkey PRIMARY KEY (agent),
    CONSTRAINT agent_mentor_fkey FOREIGN KEY (mentor) REFERENCES agent,
    CONSTRAINT agent_login_key UNIQUE (login),
    CONSTRAINT agent_agent_check CHECK (agent <> ''),
    CONSTRAINT agent_zone_check CHECK (timezone(zone, timestamptz 'epoch') IS NOT NULL),
    CONSTRAINT agent_skills_check CHECK (array_position(skills, NULL) IS NULL),
    CONSTRAINT agent_left_on_check CHECK (left_on >= hired_on),
    CONSTRAINT agent_mentor_check CHECK (mentor <> agent)
);
COMMENT ON TABLE agent IS 'People who sell; the key is the CRM''s own';
COMMENT ON COLUMN agent.zone IS 'IANA time zone in which the agent''s days begin and end';
COMMENT ON COLUMN agent.hours IS 'when the agent works, in the zone; NULL: at any time';
COMMENT ON COLUMN agent.skills IS 'what a lead may require: languages, products, licences';
COMMENT ON COLUMN agent.hired_on IS 'first day; NULL: always been here';
COMMENT ON COLUMN agent.left_on IS 'first day no longer here; NULL: still here';
COMMENT ON COLUMN agent.login IS 'database role of the agent, where each has one';

CREATE TABLE team_type (
    team_type text NOT NULL,
    name text,
    minimum_size integer,
    maximum_size integer,
    minimum_agents integer,
    maximum_agents integer,
    leader_counts boolean NOT NULL DEFAULT true,
    leader_role text NOT NULL DEFAULT 'leader',
    needs_leader boolean NOT NULL DEFAULT false,
    refuses boolean NOT NULL DEFAULT true,
    CONSTRAINT team_type_pkey PRIMARY KEY (team_type),
    CONSTRAINT team_type_team_type_check CHECK (team_type <> ''),
    CONSTRAINT team_type_size_check
        CHECK (minimum_size >= 0 AND maximum_size >= 0 AND minimum_size <= maximum_size),
    CONSTRAINT team_type_agents_check
        CHECK (minimum_agents >= 0 AND maximum_agents >= 0 AND minimum_agents <= maximum_agents),
    CONSTRAINT team_type_leader_role_check CHECK (leader_role <> '')
);
COMMENT ON TABLE team_type IS 'Types of teams: how large one may be, and whether it needs a leader';
COMMENT ON COLUMN team_type.minimum_size IS
    'fewest people in a team and those below it; a smaller one is reported; NULL: any number';
COMMENT ON COLUMN team_type.maximum_size IS 'most people in a team and those below it';
COMMENT ON COLUMN team_type.minimum_agents IS 'fewest members with the role "agent" among them';
COMMENT ON COLUMN team_type.maximum_agents IS 'most members with the role "agent" among them';
COMMENT ON COLUMN team_type.leader_counts IS 'leaders are counted in the size';
COMMENT ON COLUMN team_type.leader_role IS
    'role of the members who lead, beside the team''s leader: leader, supervisor ...';
COMMENT ON COLUMN team_type.needs_leader IS 'a team without a leader is reported';
COMMENT ON COLUMN team_type.refuses IS
    'a member more than the most is refused; false: reported';

CREATE TABLE team (
    team text NOT NULL,
    name text,
    parent text,
    leader text,
    team_type text,
    minimum_size integer,
    maximum_size integer,
    leader_counts boolean,
    stage text,
    tasks text[] NOT NULL DEFAULT '{}',
    CONSTRAINT team_pkey PRIMARY KEY (team),
    CONSTRAINT team_parent_fkey FOREIGN KEY (parent) REFERENCES team,
    CONSTRAINT team_leader_fkey FOREIGN KEY (leader) REFERENCES agent,
    CONSTRAINT team_team_type_fkey FOREIGN KEY (team_type) REFERENCES team_type,
    CONSTRAINT team_team_check CHECK (team <> ''),
    CONSTRAINT team_size_check
        CHECK (minimum_size >= 0 AND maximum_size >= 0 AND minimum_size <= maximum_size),
    CONSTRAINT team_tasks_check CHECK (array_position(tasks, NULL) IS NULL)
);
CREATE INDEX team_parent_idx ON team (parent);
COMMENT ON TABLE team IS 'Teams, as a tree; departments are teams with teams below';
COMMENT ON COLUMN team.leader IS 'the agent who leads it; need not be a member';
COMMENT ON COLUMN team.team_type IS 'NULL: no limits but those here';
COMMENT ON COLUMN team.minimum_size IS 'in place of the type''s; NULL: as the type says';
COMMENT ON COLUMN team.maximum_size IS 'in place of the type''s; NULL: as the type says';
COMMENT ON COLUMN team.leader_counts IS 'in place of the type''s; NULL: as the type says';
COMMENT ON COLUMN team.stage IS
    'how far the team has come, such as "early"; rules on grades may be for one stage alone';
COMMENT ON COLUMN team.tasks IS 'types of tasks the team does; empty: all';

-- A tree has no cycles.  Locks: the table against other changes of the tree
-- (readers and changes of other columns go on), then reads.
CREATE FUNCTION team_is_tree() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    LOCK TABLE team IN SHARE UPDATE EXCLUSIVE MODE;
    IF EXISTS (
        WITH RECURSIVE above AS (
            SELECT t.parent FROM team t WHERE t.team = NEW.team
            UNION
            SELECT t.parent FROM above JOIN team t ON t.team = above.parent
        )
        SELECT FROM above WHERE above.parent = NEW.team
    ) THEN
        RAISE EXCEPTION 'team "%" would be its own superior', NEW.team
            USING ERRCODE = 'LO041',
                  HINT = 'Set parent to a team that is not below this one.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION team_is_tree() IS 'trigger: refuses a cycle of teams (LO041)';

CREATE TRIGGER team_is_tree
    AFTER INSERT OR UPDATE OF parent, team ON team
    FOR EACH ROW WHEN (NEW.parent IS NOT NULL)
    EXECUTE FUNCTION team_is_tree();

CREATE TABLE membership (
    agent text NOT NULL,
    team text NOT NULL,
    role text NOT NULL DEFAULT 'agent',
    valid daterange NOT NULL DEFAULT '(,)',
    CONSTRAINT membership_pkey PRIMARY KEY (agent, valid),
    CONSTRAINT membership_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT membership_team_fkey FOREIGN KEY (team) REFERENCES team,
    CONSTRAINT membership_role_check CHECK (role <> ''),
    CONSTRAINT membership_valid_check CHECK (NOT isempty(valid)),
    CONSTRAINT membership_no_overlap EXCLUDE USING gist
        (lead_ops.key_range(agent, agent, '[]') WITH &&, valid WITH &&)
);
CREATE INDEX membership_team_idx ON membership (team);
COMMENT ON TABLE membership IS 'Which agent is in which team, and when; one team at a time';
COMMENT ON COLUMN membership.role IS
    'agent, leader, qa ...; whoever is not "agent" gets leads only by a seat in the pool';
COMMENT ON COLUMN membership.valid IS 'days in the agent''s zone, half-open';

-- The dates and hours of one sentence: is the agent here on that day?
CREATE FUNCTION is_employed(agent agent, day date) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(day >= (agent).hired_on, true) AND coalesce(day < (agent).left_on, true);
END;
COMMENT ON FUNCTION is_employed(agent, date) IS 'hired by that day and not yet gone';
