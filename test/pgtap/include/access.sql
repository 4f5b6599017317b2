-- A workspace for tests of access, its roles, and people.
--
--   east (leader lena)          west (leader wim)
--     anna, abel                  bert, bela
--     north, below east (leader nora): nils
--   office: mona, who manages; quinn of QA; paula of payroll; no leader
--
-- A role a kind, access_agent to access_payroll; access_nobody has none, but
-- was granted everything by hand.  be('anna', 'agent') goes on as anna, by the
-- role access_agent; be(NULL, 'agent') as nobody known; be_owner() back.
SET LOCAL ROLE NONE;
CREATE ROLE access_agent;
CREATE ROLE access_leader;
CREATE ROLE access_manager;
CREATE ROLE access_qa;
CREATE ROLE access_payroll;
CREATE ROLE access_nobody;
SET LOCAL ROLE lead_ops_tester;

SELECT lead_ops.create_workspace('access_test');
SET LOCAL search_path = access_test, public;
INSERT INTO agent (agent, name) VALUES
    ('lena', 'Lena'), ('anna', 'Anna'), ('abel', 'Abel'), ('nora', 'Nora'), ('nils', 'Nils'),
    ('wim', 'Wim'), ('bert', 'Bert'), ('bela', 'Bela'),
    ('mona', 'Mona'), ('quinn', 'Quinn'), ('paula', 'Paula');
INSERT INTO team (team, parent, leader) VALUES
    ('east', NULL, 'lena'), ('north', 'east', 'nora'), ('west', NULL, 'wim'),
    ('office', NULL, NULL);
INSERT INTO membership (agent, team, role) VALUES
    ('lena', 'east', 'leader'), ('anna', 'east', 'agent'), ('abel', 'east', 'agent'),
    ('nora', 'north', 'leader'), ('nils', 'north', 'agent'),
    ('wim', 'west', 'leader'), ('bert', 'west', 'agent'), ('bela', 'west', 'agent'),
    ('mona', 'office', 'manager'), ('quinn', 'office', 'qa'), ('paula', 'office', 'payroll');
SELECT grant_access('access_' || k.kind, k.kind)
FROM unnest('{agent,leader,manager,qa,payroll}'::text[]) k (kind);
GRANT USAGE ON SCHEMA access_test TO access_nobody;
GRANT SELECT ON ALL TABLES IN SCHEMA access_test TO access_nobody;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA access_test TO access_nobody;

CREATE FUNCTION public.be(agent text, kind text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL ROLE NONE;
    PERFORM set_config('lead_ops.agent', coalesce(be.agent, ''), true);
    EXECUTE format('SET LOCAL ROLE %I', 'access_' || be.kind);
END
$$;
CREATE FUNCTION public.be_owner() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL ROLE NONE;
    PERFORM set_config('lead_ops.agent', '', true);
    SET LOCAL ROLE lead_ops_tester;
END
$$;
