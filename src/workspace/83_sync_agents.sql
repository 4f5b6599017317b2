--
-- Agents from the CRM: people, teams and memberships as its users are
--

CREATE FUNCTION column_or_null(relation regclass, name text, type text) RETURNS text
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(
        (SELECT format('p.%I::%s'::text, a.attname, column_or_null.type)
         FROM pg_attribute a
         WHERE a.attrelid = column_or_null.relation AND a.attname = column_or_null.name
           AND a.attnum > 0 AND NOT a.attisdropped),
        format('NULL::%s'::text, column_or_null.type));
END;
COMMENT ON FUNCTION column_or_null(regclass, text, text) IS
    'SQL for a column of the row p of a relation in that type, NULL where it has no such column';

-- Locks: the table membership against another such call (readers and single
-- changes go on); reads in the next statements; then the rows it changes, those of
-- agent before those of membership.
CREATE FUNCTION sync_agents(people regclass)
    RETURNS TABLE (agent text, change text, team text)
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    given agent[];
    teams text[];
    roles text[];
    actives boolean[];
    twice text;
    closed_until date;
    row_statement text;
    has_teams boolean := column_or_null(people, 'team', 'text') <> 'NULL::text';
    wanted agent[];
    changes text[];
    are_moved boolean[];
    days date[];
    since date[];
BEGIN
    LOCK TABLE membership IN SHARE UPDATE EXCLUSIVE MODE;

    SELECT string_agg(column_or_null(people, a.attname, format_type(a.atttypid, a.atttypmod)),
                      ', ' ORDER BY a.attnum)
    INTO row_statement
    FROM pg_attribute a
    WHERE a.attrelid = 'agent'::regclass AND a.attnum > 0 AND NOT a.attisdropped;
    EXECUTE format(
        'SELECT array_agg(ROW(%s)::agent), array_agg(%s), array_agg(%s), '
               'array_agg(coalesce(%s, %L)) FROM %s p',
        row_statement, column_or_null(people, 'team', 'text'),
        column_or_null(people, 'role', 'text'), column_or_null(people, 'is_active', 'boolean'),
        column_or_null(people, 'is_active', 'boolean') = 'NULL::boolean', people)
    INTO given, teams, roles, actives;

    -- a view that has lost its rows must not dismiss everybody
    IF true = ANY (actives) IS NOT TRUE THEN
        RAISE EXCEPTION '% has nobody who is active', people
            USING ERRCODE = 'no_data_found',
                  HINT = 'Whoever has a team and is not in it would have left.';
    END IF;
    SELECT coalesce(g.agent, 'NULL') INTO twice
    FROM unnest(given) g
    GROUP BY g.agent
    HAVING count(*) > 1 OR g.agent IS NULL
    ORDER BY g.agent NULLS FIRST
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% does not have one row for each agent: "%"', people, twice
            USING ERRCODE = 'cardinality_violation',
                  HINT = 'An agent is in one team at a time: let the view choose, with DISTINCT ON. Seats in pools are for leads of other teams.';
    END IF;
    closed_until := (SELECT max(upper(p.during)) FROM pay_period p
                     WHERE p.status IN ('closed', 'paid'));

    SELECT array_agg(d.wanted), array_agg(d.change), array_agg(d.new_team),
           array_agg(d.new_role), array_agg(d.is_moved), array_agg(d.today), array_agg(d.since)
    INTO wanted, changes, teams, roles, are_moved, days, since
    FROM (
        SELECT w.wanted, w.today, t.new_team, coalesce(w.role, m.role, 'agent') AS new_role,
               t.is_moved,
               CASE WHEN EXISTS (SELECT FROM membership e WHERE e.agent = w.agent) THEN w.today
                    ELSE greatest((w.wanted).hired_on, closed_until) END AS since,
               CASE WHEN w.was IS NULL AND w.is_here THEN 'joined'
                    WHEN NOT w.is_here AND (w.was IS NULL OR w.was_here) THEN 'left'
                    WHEN w.is_here AND NOT w.was_here THEN 'returned'
                    WHEN t.is_moved THEN 'moved'
                    WHEN w.wanted IS DISTINCT FROM w.was THEN 'changed'
               END AS change
        FROM (
            SELECT p.agent, p.team, p.role, p.is_given, a.was, a.today,
                   is_employed(a.was, a.today) AS was_here,
                   l.left_on IS NULL OR l.left_on > a.today AS is_here,
                   ROW(p.agent, coalesce(p.name, (a.was).name), a.zone,
                       coalesce(p.hours, (a.was).hours),
                       coalesce(p.skills, (a.was).skills, '{}'), a.hired_on, l.left_on,
                       coalesce(p.login, (a.was).login),
                       coalesce(p.mentor, (a.was).mentor))::agent AS wanted
            FROM (
                SELECT g.*, true AS is_given
                FROM ROWS FROM (unnest(teams), unnest(roles), unnest(actives), unnest(given))
                    AS g (team, role, is_active)
                UNION ALL
                -- whoever has a team and is not there any more
                SELECT NULL, NULL, false, a.*, false
                FROM agent a
                WHERE EXISTS (SELECT FROM membership m
                              WHERE m.agent = a.agent
                                AND m.valid @> (clock_timestamp() AT TIME ZONE a.zone)::date)
                  AND a.agent NOT IN (SELECT g.agent FROM unnest(given) g)
            ) p
            LEFT JOIN agent o ON o.agent = p.agent
            CROSS JOIN setting s
            CROSS JOIN LATERAL (
                SELECT CASE WHEN o.agent IS NOT NULL THEN o END AS was, z.zone,
                       coalesce(p.hired_on, o.hired_on) AS hired_on,
                       (clock_timestamp() AT TIME ZONE z.zone)::date AS today
                FROM (SELECT coalesce(p.zone, o.zone, s.zone) AS zone) z
            ) a
            CROSS JOIN LATERAL (
                SELECT CASE WHEN p.is_given AND p.left_on IS NOT NULL THEN p.left_on
                            WHEN NOT p.is_active
                                THEN greatest(least(o.left_on, a.today), a.hired_on)
                            WHEN o.left_on > a.today THEN o.left_on
                       END AS left_on
            ) l
        ) w
        LEFT JOIN membership m ON m.agent = w.agent AND m.valid @> w.today
        CROSS JOIN LATERAL (
            SELECT n.new_team, n.new_team IS DISTINCT FROM m.team
                   OR n.new_team IS NOT NULL AND coalesce(w.role, m.role) <> m.role AS is_moved
            FROM (SELECT CASE WHEN NOT w.is_here THEN NULL
                              WHEN has_teams THEN w.team
                              ELSE m.team END AS new_team) n
        ) t
    ) d
    WHERE d.change IS NOT NULL;
    IF wanted IS NULL THEN
        RETURN;
    END IF;

    INSERT INTO team (team)
    SELECT DISTINCT t.team FROM unnest(teams) t (team) WHERE t.team IS NOT NULL
    ON CONFLICT (team) DO NOTHING;
    INSERT INTO agent
    SELECT w.* FROM unnest(wanted) w ORDER BY w.agent
    ON CONFLICT (agent) DO NOTHING;
    -- not ON CONFLICT DO UPDATE: it locks a row as if its key changed, and who
    -- deals leads holds the keys
    UPDATE agent a
    SET name = w.name, zone = w.zone, hours = w.hours, skills = w.skills,
        hired_on = w.hired_on, left_on = w.left_on, login = w.login, mentor = w.mentor
    FROM unnest(wanted) w
    WHERE a.agent = w.agent AND a IS DISTINCT FROM w;
    DELETE FROM membership m
    USING ROWS FROM (unnest(days), unnest(are_moved), unnest(wanted)) AS w (today, is_moved)
    WHERE m.agent = w.agent AND lower(m.valid) = w.today AND w.is_moved;
    UPDATE membership m
    SET valid = daterange(lower(m.valid), w.today)
    FROM ROWS FROM (unnest(days), unnest(are_moved), unnest(wanted)) AS w (today, is_moved)
    WHERE m.agent = w.agent AND m.valid @> w.today AND w.is_moved;
    INSERT INTO membership (agent, team, role, valid)
    SELECT w.agent, w.team, w.role, daterange(w.since, (SELECT min(lower(n.valid))
                                                        FROM membership n
                                                        WHERE n.agent = w.agent
                                                          AND lower(n.valid) > w.today))
    FROM ROWS FROM (unnest(teams), unnest(roles), unnest(are_moved), unnest(days),
                    unnest(since), unnest(wanted))
        AS w (team, role, is_moved, today, since)
    WHERE w.is_moved AND w.team IS NOT NULL
    ORDER BY w.agent;
    RETURN QUERY
    SELECT w.agent, w.change, w.team
    FROM ROWS FROM (unnest(changes), unnest(teams), unnest(wanted)) AS w (change, team)
    ORDER BY w.agent;
END
$$;
COMMENT ON FUNCTION sync_agents(regclass) IS
    'brings agents, teams and memberships in step with a table or view of the CRM''s people: who joins, leaves, returns or moves does so today; says who. Locks the table membership against another such call, then the rows it changes, agents first';
