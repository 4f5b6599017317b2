--
-- Slices: who is paid for which days by which version of a plan
--

-- A team's leader and place in the tree, with dates, so that a change does not
-- reach back.  The first leader that a team gets leads it from the beginning,
-- unless a pay period is closed.
CREATE TABLE leadership (
    team text NOT NULL,
    valid daterange NOT NULL DEFAULT '(,)',
    leader text,
    parent text,
    CONSTRAINT leadership_pkey PRIMARY KEY (team, valid),
    CONSTRAINT leadership_team_fkey FOREIGN KEY (team) REFERENCES team
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT leadership_leader_fkey FOREIGN KEY (leader) REFERENCES agent ON UPDATE CASCADE,
    CONSTRAINT leadership_parent_fkey FOREIGN KEY (parent) REFERENCES team ON UPDATE CASCADE,
    CONSTRAINT leadership_valid_check CHECK (NOT isempty(valid)),
    CONSTRAINT leadership_no_overlap EXCLUDE USING gist
        (lead_ops.key_range(team, team, '[]') WITH &&, valid WITH &&)
);
CREATE INDEX leadership_leader_idx ON leadership (leader);
CREATE INDEX leadership_parent_idx ON leadership (parent);
COMMENT ON TABLE leadership IS
    'Who led each team when, and what it was part of; written by a trigger on team, from the day of a change on';
COMMENT ON COLUMN leadership.valid IS
    'days, half-open; a change holds from its day in the zone of the setting';

CREATE TRIGGER leadership_keep_closed
    AFTER INSERT OR UPDATE OR DELETE ON leadership
    FOR EACH ROW EXECUTE FUNCTION keep_closed('valid');
CREATE TRIGGER leadership_closed_truncate
    BEFORE TRUNCATE ON leadership
    FOR EACH STATEMENT EXECUTE FUNCTION keep_closed();

-- Locks: the rows of leadership it ends.
CREATE FUNCTION note_leadership() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    today date := (SELECT (clock_timestamp() AT TIME ZONE s.zone)::date FROM setting s);
    present leadership;
BEGIN
    SELECT l.* INTO present
    FROM leadership l
    WHERE l.team = NEW.team AND l.valid @> today
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        -- a team that is new has no past that could be changed
        INSERT INTO leadership (team, valid, leader, parent)
        SELECT NEW.team,
               daterange((SELECT max(upper(p.during)) FROM pay_period p
                          WHERE p.status IN ('closed', 'paid')), NULL),
               NEW.leader, NEW.parent;
    ELSIF lower(present.valid) = today
        OR present.leader IS NULL AND lower_inf(present.valid)
           AND NOT EXISTS (SELECT FROM pay_period p
                           WHERE p.status IN ('closed', 'paid') AND p.during && present.valid) THEN
        UPDATE leadership l SET leader = NEW.leader, parent = NEW.parent
        WHERE l.team = NEW.team AND l.valid = present.valid;
    ELSE
        UPDATE leadership l SET valid = daterange(lower(present.valid), today)
        WHERE l.team = NEW.team AND l.valid = present.valid;
        INSERT INTO leadership (team, valid, leader, parent)
        VALUES (NEW.team, daterange(today, upper(present.valid)), NEW.leader, NEW.parent);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION note_leadership() IS
    'trigger: keeps in leadership who leads a team, from today on; the first leader counts from the beginning, while no pay period is closed. Locks the team''s present row of leadership';
CREATE TRIGGER team_is_noted
    AFTER INSERT ON team
    FOR EACH ROW EXECUTE FUNCTION note_leadership();
CREATE TRIGGER team_change_is_noted
    AFTER UPDATE ON team
    FOR EACH ROW WHEN (OLD.leader IS DISTINCT FROM NEW.leader
                       OR OLD.parent IS DISTINCT FROM NEW.parent)
    EXECUTE FUNCTION note_leadership();

-- Agents with the role "leader" lead the team they are in; where it has none,
-- the leader of the team does.
CREATE FUNCTION leaders_during(during daterange)
    RETURNS TABLE (agent text, team text, valid daterange)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT m.agent, m.team, m.valid * leaders_during.during AS valid
    FROM membership m
    WHERE m.role = 'leader' AND m.valid && leaders_during.during
    UNION ALL
    SELECT l.leader, l.team, r.valid
    FROM leadership l
    CROSS JOIN LATERAL unnest(
        datemultirange(l.valid * leaders_during.during)
        - coalesce((SELECT range_agg(m.valid) FROM membership m
                    WHERE m.team = l.team AND m.role = 'leader'), '{}')) r (valid)
    WHERE l.leader IS NOT NULL AND l.valid && leaders_during.during;
END;
COMMENT ON FUNCTION leaders_during(daterange) IS
    'who leads which team on which of the days: members with the role leader, on days without one the leader of the team';

CREATE FUNCTION teams_below_during(during daterange)
    RETURNS TABLE (team text, below text, valid daterange)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE tree AS (
        SELECT t.team, t.team AS below, teams_below_during.during AS valid FROM team t
        UNION
        SELECT t.team, l.team, t.valid * l.valid
        FROM tree t
        JOIN leadership l ON l.parent = t.below AND l.valid && t.valid
    )
    SELECT t.team, t.below, t.valid FROM tree t;
END;
COMMENT ON FUNCTION teams_below_during(daterange) IS
    'each team with itself and every team below it, and on which of the days that was so';

CREATE FUNCTION pay_reach(during daterange, agents text[] DEFAULT NULL)
    RETURNS TABLE (agent text, scope text, member text, valid daterange)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH leads AS (
        SELECT l.agent, l.team, l.valid FROM leaders_during(pay_reach.during) l
    ), belongs AS (
        -- the team of an agent: those he leads, and where he leads none the one he is in
        SELECT l.agent, l.team, l.valid FROM leads l
        UNION ALL
        SELECT m.agent, m.team, r.valid
        FROM membership m
        CROSS JOIN LATERAL unnest(
            datemultirange(m.valid * pay_reach.during)
            - coalesce((SELECT range_agg(l.valid) FROM leads l
                        WHERE l.agent = m.agent), '{}')) r (valid)
        WHERE m.valid && pay_reach.during
    ), reach AS (
        SELECT b.agent, s.scope, m.agent AS member, b.valid * m.valid AS valid
        FROM belongs b
        JOIN membership m ON m.team = b.team AND m.valid && b.valid
        CROSS JOIN (VALUES ('team'), ('team_without_self')) s (scope)
        WHERE s.scope = 'team' OR m.agent <> b.agent
        UNION ALL
        -- a leader who is no member of the team counts in it, too
        SELECT l.agent, 'team', l.agent, r.valid
        FROM leads l
        CROSS JOIN LATERAL unnest(
            datemultirange(l.valid)
            - coalesce((SELECT range_agg(m.valid) FROM membership m
                        WHERE m.agent = l.agent AND m.team = l.team), '{}')) r (valid)
        UNION ALL
        SELECT l.agent, 'reports', m.agent, l.valid * t.valid * m.valid
        FROM leads l
        JOIN teams_below_during(pay_reach.during) t ON t.team = l.team AND t.valid && l.valid
        JOIN membership m ON m.team = t.below AND m.valid && l.valid * t.valid
        WHERE m.agent <> l.agent
    )
    -- who is reached in two ways counts once
    SELECT r.agent, r.scope, r.member, unnest(range_agg(r.valid)) AS valid
    FROM reach r
    WHERE pay_reach.agents IS NULL OR r.agent = ANY (pay_reach.agents)
    GROUP BY r.agent, r.scope, r.member;
END;
COMMENT ON FUNCTION pay_reach(daterange, text[]) IS
    'whose events count for whom in the scopes team, team_without_self and reports, and on which of the days; by the memberships and leaders of the day';

-- Windows of a pay period.  One that is longer than the period is paid to date:
-- up to a day, less what was up to an earlier one.
CREATE FUNCTION pay_windows(per text, period pay_period)
    RETURNS TABLE (whole daterange, upto daterange, before daterange)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT (pay_windows.period).during AS whole, (pay_windows.period).during AS upto,
           'empty'::daterange AS before
    WHERE pay_windows.per IN ('event', 'period')
    UNION ALL
    SELECT w.week, w.week, 'empty'::daterange
    FROM periods_in('week', (pay_windows.period).during) w (week)
    WHERE pay_windows.per = 'week' AND (pay_windows.period).cycle = 'month'
    UNION ALL
    SELECT w.whole,
           daterange(lower(w.whole), least(upper(w.whole), upper((pay_windows.period).during))),
           daterange(lower(w.whole), greatest(lower(w.whole), lower((pay_windows.period).during)))
    FROM (SELECT DISTINCT
                 period_of(pay_windows.per, lower((pay_windows.period).during) + n.n) AS whole
          FROM generate_series(0, upper((pay_windows.period).during)
                                  - lower((pay_windows.period).during) - 1) n (n)
          WHERE pay_windows.per IN ('day', 'month', 'quarter', 'year')
             OR pay_windows.per = 'week' AND (pay_windows.period).cycle <> 'month') w;
END;
COMMENT ON FUNCTION pay_windows(text, pay_period) IS
    'the windows of a kind that a period pays: the whole, the days of it up to the end of the period, and those before it. Weeks of a month are those that count for it, and paid whole';

CREATE TYPE pay_slice AS (
    agent text,
    plan text,
    version integer,
    component text,
    per text,
    sign integer,
    during daterange,
    label daterange,
    days integer,
    of_days integer
);
COMMENT ON TYPE pay_slice IS
    'days of an agent that a component of a version pays for, up to the end of label; sign -1: what these days are worth goes off. days of of_days: prorated';

CREATE FUNCTION pay_slices(period pay_period, agents text[] DEFAULT NULL) RETURNS SETOF pay_slice
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH held AS (
        SELECT a.agent, a.plan, v.version, a.valid AS assigned, a.valid * v.valid AS valid
        FROM plan_assignment a
        JOIN plan_version v ON v.plan = a.plan AND v.status <> 'draft' AND v.valid && a.valid
        WHERE pay_slices.agents IS NULL OR a.agent = ANY (pay_slices.agents)
    ), part AS (
        SELECT p.per, w.whole, w.upto, w.before, d.sign, d.during
        FROM (SELECT DISTINCT c.per FROM component c
              WHERE c.cycle = (pay_slices.period).cycle) p
        CROSS JOIN LATERAL pay_windows(p.per, pay_slices.period) w
        CROSS JOIN LATERAL (VALUES (1, w.upto), (-1, w.before)) d (sign, during)
        WHERE NOT isempty(d.during)
    )
    -- each version for its days, unless they have all been paid to date
    SELECT h.agent, h.plan, h.version, c.component, c.per, p.sign, h.valid * p.during AS during,
           h.valid * p.upto AS label,
           CASE WHEN c.on_change = 'prorate'
               THEN upper(h.valid * p.whole) - lower(h.valid * p.whole) END AS days,
           CASE WHEN c.on_change = 'prorate' THEN upper(p.whole) - lower(p.whole) END AS of_days
    FROM held h
    JOIN component c ON c.plan = h.plan AND c.version = h.version
    JOIN part p ON p.per = c.per AND p.during && h.valid
    WHERE c.cycle = (pay_slices.period).cycle AND c.on_change <> 'latest'
      AND h.valid * p.upto <> h.valid * p.before
    UNION ALL
    -- the newest version for all days of the assignment
    SELECT n.agent, n.plan, n.version, c.component, c.per, n.sign, n.assigned * n.during,
           n.assigned * n.upto, NULL::integer, NULL::integer
    FROM (SELECT h.agent, h.plan, h.version, h.assigned, p.per, p.upto, p.during, p.sign,
                 row_number() OVER (PARTITION BY h.agent, h.plan, h.assigned, p.per, p.during,
                                                 p.sign
                                    ORDER BY h.valid DESC) AS newest
          FROM held h
          JOIN part p ON p.during && h.valid
          WHERE h.assigned * p.upto <> h.assigned * p.before
            AND p.per IN (SELECT c.per FROM component c WHERE c.on_change = 'latest')) n
    JOIN component c ON c.plan = n.plan AND c.version = n.version AND c.per = n.per
    WHERE n.newest = 1 AND c.cycle = (pay_slices.period).cycle AND c.on_change = 'latest';
END;
COMMENT ON FUNCTION pay_slices(pay_period, text[]) IS
    'what a period pays for: each component of each version in force, its windows, and the days of them';
