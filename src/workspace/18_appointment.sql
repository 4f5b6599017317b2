--
-- Appointments: roles that people hold beside their grade and their team
--

CREATE TABLE role (
    role text NOT NULL,
    name text NOT NULL,
    aliases text[] NOT NULL DEFAULT '{}',
    CONSTRAINT role_pkey PRIMARY KEY (role),
    CONSTRAINT role_role_check CHECK (role <> ''),
    CONSTRAINT role_aliases_check CHECK (array_position(aliases, NULL) IS NULL)
);
COMMENT ON TABLE role IS
    'What roles are called, for people to read; a role without a row is called what it is';
COMMENT ON COLUMN role.aliases IS 'what other documents call it';

CREATE FUNCTION find_role(called text) RETURNS text
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(
        (SELECT r.role
         FROM role r
         WHERE find_role.called = ANY (r.aliases || r.name || r.role)
         ORDER BY r.role = find_role.called DESC, r.role
         LIMIT 1),
        find_role.called);
END;
COMMENT ON FUNCTION find_role(text) IS 'the role that is called so, by key, name or alias';

CREATE TABLE appointment (
    agent text NOT NULL,
    role text NOT NULL,
    team text NOT NULL,
    valid daterange NOT NULL,
    approved_by text,
    reason text,
    ended_by text,
    ended_because text,
    CONSTRAINT appointment_pkey PRIMARY KEY (agent, role, team, valid),
    CONSTRAINT appointment_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT appointment_team_fkey FOREIGN KEY (team) REFERENCES team,
    CONSTRAINT appointment_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES agent,
    CONSTRAINT appointment_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES agent,
    CONSTRAINT appointment_role_check CHECK (role <> ''),
    CONSTRAINT appointment_valid_check CHECK (NOT isempty(valid)),
    CONSTRAINT appointment_approved_by_check CHECK (approved_by <> agent),
    CONSTRAINT appointment_no_overlap EXCLUDE USING gist
        (lead_ops.key_range(agent, agent, '[]') WITH &&,
         lead_ops.key_range(role, role, '[]') WITH &&,
         lead_ops.key_range(team, team, '[]') WITH &&, valid WITH &&)
);
CREATE INDEX appointment_team_idx ON appointment (team);
COMMENT ON TABLE appointment IS
    'Posts that people hold for a time: leader, supervisor, assessor ... of a team, beside their grade and their own team';
COMMENT ON COLUMN appointment.approved_by IS 'who appointed; NULL: by rank, automatically';
COMMENT ON COLUMN appointment.ended_by IS 'who revoked it before its time; NULL: nobody';

-- Locks: the appointment's row.
CREATE FUNCTION revoke_appointment(
    agent text,
    role text,
    team text,
    from_day date,
    by text,
    reason text
) RETURNS appointment
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    revoked appointment;
BEGIN
    PERFORM act_for(revoke_appointment.agent);
    revoke_appointment."by" := acting_as(revoke_appointment.by);
    IF revoke_appointment.by = revoke_appointment.agent THEN
        RAISE EXCEPTION 'agent "%" may not decide their own case', revoke_appointment.agent
            USING ERRCODE = 'LO059', HINT = 'Somebody else decides.';
    END IF;
    UPDATE appointment a
    SET valid = daterange(lower(a.valid), revoke_appointment.from_day),
        ended_by = revoke_appointment.by,
        ended_because = revoke_appointment.reason
    WHERE a.agent = revoke_appointment.agent AND a.role = revoke_appointment.role
        AND a.team = revoke_appointment.team AND a.valid @> revoke_appointment.from_day
        AND lower(a.valid) IS DISTINCT FROM revoke_appointment.from_day
    RETURNING a.* INTO revoked;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'agent "%" does not hold the post "%" of team "%" on %',
                revoke_appointment.agent, revoke_appointment.role, revoke_appointment.team,
                revoke_appointment.from_day
            USING ERRCODE = 'LO055',
                  DETAIL = 'A post is revoked from a day after its first, and before its last.';
    END IF;
    RETURN revoked;
END
$$;
COMMENT ON FUNCTION revoke_appointment(text, text, text, date, text, text) IS
    'a post ends before its time; the grade stays as it is. Locks the appointment''s row';

CREATE FUNCTION leads_over(leader text, agent text, on_day date) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT
        FROM membership m
        CROSS JOIN LATERAL teams_above(m.team) u
        LEFT JOIN team t ON t.team = u.team
        LEFT JOIN team_type y ON y.team_type = t.team_type
        WHERE m.agent = leads_over.agent AND m.valid @> leads_over.on_day
            AND leads_over.leader <> leads_over.agent
            AND EXISTS (SELECT FROM agent a
                        WHERE a.agent = leads_over.leader
                          AND is_employed(a, leads_over.on_day))
            AND (u.leader = leads_over.leader
                 OR EXISTS (
                     SELECT
                     FROM membership o
                     WHERE o.agent = leads_over.leader AND o.team = u.team
                         AND o.valid @> leads_over.on_day
                         AND o.role IN ('leader', y.leader_role))
                 OR EXISTS (
                     SELECT
                     FROM appointment o
                     WHERE o.agent = leads_over.leader AND o.team = u.team
                         AND o.valid @> leads_over.on_day
                         AND o.role IN ('leader', y.leader_role))));
END;
COMMENT ON FUNCTION leads_over(text, text, date) IS
    'does the one lead the other''s team, or one above it, on that day: as its leader, by the role in it, or by an appointment?';

CREATE FUNCTION has_role(agent text, role text, on_day date) RETURNS boolean
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM membership m
        WHERE m.agent = has_role.agent AND m.role = has_role.role AND m.valid @> has_role.on_day
    ) OR EXISTS (
        SELECT FROM appointment o
        WHERE o.agent = has_role.agent AND o.role = has_role.role AND o.valid @> has_role.on_day
    );
END;
COMMENT ON FUNCTION has_role(text, text, date) IS
    'does the agent have that role on that day, in his team or by an appointment?';
