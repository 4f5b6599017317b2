--
-- What a restricted caller is shown of agents, teams and contests
--
-- Reading functions for which row security would add up only what the caller
-- sees work with the rights of the owner, over all there is, and show of it
-- what these functions allow.  Whoever asks for somebody else by name is
-- refused (LO100), not shown less.
--

CREATE FUNCTION check_sees_all(what text, VARIADIC also text[] DEFAULT '{}') RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF NOT sees_all(VARIADIC also) THEN
        RAISE EXCEPTION 'role "%" may not %', lead_ops.calling_role(), what
            USING ERRCODE = 'LO103', HINT = 'A manager may.';
    END IF;
END
$$;
COMMENT ON FUNCTION check_sees_all(text, text[]) IS
    'refuses (LO103) who does not see all: what only managers, or also these kinds, may do';

CREATE FUNCTION check_seen_agents(agents text[], also text[]) RETURNS text[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
AS $$
DECLARE
    visible text[];
BEGIN
    IF has_kind(also) THEN
        RETURN agents;
    ELSIF caller_kinds() && '{agent,leader}' THEN
        visible := visible_agents();
    END IF;
    RETURN CASE WHEN agents IS NULL THEN coalesce(visible, '{}')
           ELSE ARRAY (SELECT CASE WHEN a.agent = ANY (visible) THEN a.agent
                              ELSE check_act_for(a.agent, also) END
                       FROM unnest(agents) a (agent)) END;
END
$$;
COMMENT ON FUNCTION check_seen_agents(text[], text[]) IS 'seen_agents, for restricted callers';

CREATE FUNCTION seen_agents(agents text[], VARIADIC also text[] DEFAULT '{}') RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN lead_ops.is_restricted('access'::regclass)
                THEN check_seen_agents(seen_agents.agents, seen_agents.also)
                ELSE seen_agents.agents END;
END;
COMMENT ON FUNCTION seen_agents(text[], text[]) IS
    'for readers: gives these agents back, and for NULL, all, those the caller sees (visible_agents; NULL where that is everybody); somebody else''s is refused (LO100)';

-- Pay: a leader is shown that of the team where the setting says so.
CREATE FUNCTION pay_seen() RETURNS text[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN CASE WHEN (SELECT s.leaders_see_pay FROM setting s) THEN visible_agents()
           ELSE array_remove(ARRAY[my_agent()], NULL) END;
END
$$;
COMMENT ON FUNCTION pay_seen() IS
    'the agents whose pay the caller may see as an agent or leader: visible_agents, or where setting.leaders_see_pay is false itself';

CREATE FUNCTION check_sees_pay(agent text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM act_for(check_sees_pay.agent, 'payroll');
    IF NOT sees_all('payroll') AND check_sees_pay.agent <> ALL (pay_seen()) THEN
        PERFORM check_sees_all('see the pay of others', 'payroll');
    END IF;
END
$$;
COMMENT ON FUNCTION check_sees_pay(text) IS
    'refuses whoever may not see the agent''s pay: not the own, nor led (LO100), or led where setting.leaders_see_pay is false (LO103)';

CREATE FUNCTION teams_led() RETURNS text[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY (SELECT l.team
                  FROM led_teams(my_agent(), clock_timestamp()) l (team)
                  WHERE 'leader' = ANY (caller_kinds()));
END
$$;
COMMENT ON FUNCTION teams_led() IS
    'the teams whose figures the caller may see as a leader: those it leads now and those below';

CREATE FUNCTION check_seen_teams(teams text[], also text[]) RETURNS text[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
AS $$
DECLARE
    visible text[];
BEGIN
    IF has_kind(also) THEN
        RETURN teams;
    ELSIF NOT 'leader' = ANY (caller_kinds()) THEN
        PERFORM check_sees_all('see figures of teams', VARIADIC also);
    END IF;
    visible := teams_led();
    IF NOT teams <@ visible THEN
        PERFORM check_sees_all('see figures of a team it does not lead', VARIADIC also);
    END IF;
    RETURN coalesce(teams, visible);
END
$$;
COMMENT ON FUNCTION check_seen_teams(text[], text[]) IS 'seen_teams, for restricted callers';

CREATE FUNCTION seen_teams(teams text[], VARIADIC also text[] DEFAULT '{}') RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN lead_ops.is_restricted('access'::regclass)
                THEN check_seen_teams(seen_teams.teams, seen_teams.also)
                ELSE seen_teams.teams END;
END;
COMMENT ON FUNCTION seen_teams(text[], text[]) IS
    'as seen_agents, of teams: a leader sees those it leads and those below; others are refused (LO103)';

CREATE FUNCTION check_seen_units(per text, also text[]) RETURNS text[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF per = 'agent' THEN
        RETURN check_seen_agents(NULL, also);
    ELSIF per = 'team' THEN
        RETURN check_seen_teams(NULL, also);
    END IF;
    PERFORM check_sees_all(format('see a report per "%s"', per), VARIADIC also);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION check_seen_units(text, text[]) IS 'seen_units, for restricted callers';

CREATE FUNCTION seen_units(per text, VARIADIC also text[] DEFAULT '{}') RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN lead_ops.is_restricted('access'::regclass)
                THEN check_seen_units(seen_units.per, seen_units.also) END;
END;
COMMENT ON FUNCTION seen_units(text, text[]) IS
    'the agents or teams that a report has rows for, NULL: all; one per "all" or "campaign" is only for who sees all (LO103)';

CREATE FUNCTION pay_units(per text) RETURNS text[]
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    units CONSTANT text[] := seen_units(per, 'payroll');
BEGIN
    IF sees_all('payroll') OR (SELECT s.leaders_see_pay FROM setting s) THEN
        RETURN units;
    ELSIF per <> 'agent' THEN
        PERFORM check_sees_all('see the pay of others', 'payroll');
    END IF;
    RETURN pay_seen();
END
$$;
COMMENT ON FUNCTION pay_units(text) IS 'seen_units of reports on pay';

-- Offices are teams that decide: whoever is in one, or in a team below it, and
-- who leads it (acts_for).
CREATE FUNCTION my_offices() RETURNS text[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
DECLARE
    me CONSTANT text := my_agent();
BEGIN
    RETURN ARRAY (SELECT t.team FROM team t WHERE acts_for(me, t.team));
END
$$;
COMMENT ON FUNCTION my_offices() IS 'the teams that the caller acts for';

CREATE FUNCTION my_contests() RETURNS SETOF text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path FROM CURRENT
AS $$
DECLARE
    visible CONSTANT text[] := visible_agents();
BEGIN
    RETURN QUERY
    SELECT c.contest
    FROM contest c
    WHERE EXISTS (SELECT FROM contest_field(c) f WHERE f.member = ANY (visible));
END
$$;
COMMENT ON FUNCTION my_contests() IS
    'contests in which the caller takes part, or somebody whom it leads';
