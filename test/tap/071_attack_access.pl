# Attacks on access by roles with logins of their own: claiming to be somebody
# else, and making functions with the owner's rights work for others.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
my $super = getpwuid($<);

sub works
{
	my ($role, $sql, %more) = @_;
	local $ENV{PGOPTIONS} = $more{options} if $more{options};
	return $node->safe_psql('crm', "SET client_min_messages = error; $sql", extra_params => [ '-U', $role ]);
}

# tries(ROLE, SQL): what it puts out, errors and all
sub tries
{
	my ($role, $sql, %more) = @_;
	local $ENV{PGOPTIONS} = $more{options} if $more{options};
	my ($code, $out, $err) = $node->psql('crm', $sql, on_error_stop => 0,
		extra_params => [ '-U', $role, '-v', 'VERBOSITY=verbose' ]);
	return "$out\n$err";
}

# Mallory is an agent, with a login; so is Anna, of the same team; Lena leads it.
$node->safe_psql('postgres', q{
	CREATE ROLE dbo LOGIN;
	CREATE ROLE mallory LOGIN;
	CREATE ROLE anna LOGIN;
	CREATE ROLE sales_agent;
	CREATE ROLE sales_manager;
	CREATE ROLE crm_app LOGIN NOINHERIT;
	GRANT sales_agent TO mallory, anna, crm_app;
	GRANT sales_manager TO crm_app;
	CREATE DATABASE crm OWNER dbo;
});
works('dbo', q{
	CREATE EXTENSION lead_ops;
	SELECT lead_ops.create_workspace('sales');
	CREATE SCHEMA den AUTHORIZATION dbo;
	GRANT CREATE, USAGE ON SCHEMA den TO mallory;
	GRANT TEMPORARY ON DATABASE crm TO mallory;
	SET search_path = sales;
	INSERT INTO agent (agent, login) VALUES ('mallory', 'mallory'), ('anna', 'anna'), ('lena', NULL);
	INSERT INTO team (team, leader) VALUES ('east', 'lena');
	INSERT INTO membership (agent, team) VALUES ('mallory', 'east'), ('anna', 'east');
	INSERT INTO pool (pool) VALUES ('p');
	INSERT INTO pool_team (pool, team) VALUES ('p', 'east');
	SELECT grant_access('sales_agent', 'agent');
	SELECT grant_access('sales_manager', 'manager');
	SELECT count(*) FROM assign_batch('p', '{lead 1,lead 2,lead 3,lead 4}');
});
works($super, 'GRANT SET ON PARAMETER lead_ops.agent TO crm_app');

#
# Who is it?
#
is(works('mallory', 'SELECT sales.my_agent()'), 'mallory', 'the person is that of the login');
is(works('crm_app', q{BEGIN; SET LOCAL lead_ops.agent = 'anna'; SET LOCAL ROLE sales_agent; SELECT sales.my_agent(); COMMIT; SET ROLE sales_agent; SELECT sales.my_agent()}),
	"anna\n", 'an application says who it is, for a transaction');

# A setting from before the library was loaded, which checks who may set it.
my %claim = (
	'in the session' => q{SET lead_ops.agent = 'lena'; },
	'in the transaction' => q{BEGIN; SET LOCAL lead_ops.agent = 'lena'; },
	'by set_config' => q{SELECT set_config('lead_ops.agent', 'lena', false) \g /dev/null
		},
	'in a savepoint' => q{BEGIN; SET LOCAL lead_ops.agent = 'x'; SAVEPOINT s; SET LOCAL lead_ops.agent = 'lena'; },
	'before a savepoint that is rolled back' => q{BEGIN; SET LOCAL lead_ops.agent = 'lena'; SAVEPOINT s;
		SELECT sales.my_agent() \g /dev/null
		ROLLBACK TO s; },
	'after a savepoint that loads the library' => q{SET lead_ops.agent = 'lena'; BEGIN; SAVEPOINT s;
		SELECT sales.my_agent() \g /dev/null
		ROLLBACK TO s; ROLLBACK; },
	'through RESET' => q{SET lead_ops.agent = 'lena'; SELECT sales.my_agent() \g /dev/null
		RESET lead_ops.agent; RESET ALL; },
	'through DISCARD ALL' => q{SET lead_ops.agent = 'lena'; SELECT sales.my_agent() \g /dev/null
		DISCARD ALL; },
	'after the library is loaded' => q{SELECT sales.my_agent() \g /dev/null
		SET lead_ops.agent = 'lena'; },
	'by LOAD' => q{SET lead_ops.agent = 'lena'; LOAD 'lead_ops'; });
foreach my $how (sort keys %claim)
{
	unlike(tries('mallory', "$claim{$how} SELECT 'I am ' || coalesce(sales.my_agent(), 'nobody')"), qr/^I am (?!mallory)/m,
		"claimed $how: is not believed");
}
unlike(tries('mallory', q{SELECT 'I am ' || sales.my_agent()}, options => '-c lead_ops.agent=lena'), qr/^I am (?!mallory)/m,
	'claimed when connecting: is not believed');
tries('mallory', q{ALTER ROLE mallory SET lead_ops.agent = 'lena'});
tries('dbo', q{ALTER DATABASE crm SET lead_ops.agent = 'lena'});
unlike(tries('mallory', q{SELECT 'I am ' || sales.my_agent()}), qr/^I am (?!mallory)/m,
	'claimed for all sessions of a role or database: is not believed');
works($super, 'ALTER ROLE mallory RESET lead_ops.agent; ALTER DATABASE crm RESET lead_ops.agent');
tries('mallory', q{CREATE FUNCTION den.claim() RETURNS text LANGUAGE sql SET lead_ops.agent = 'lena' AS 'SELECT sales.my_agent()'});
unlike(tries('mallory', q{SELECT 'I am ' || den.claim()}), qr/^I am (?!mallory)/m,
	'claimed by a setting of a function: is not believed');
unlike(tries('mallory', q{SELECT 'I am ' || sales.my_agent() \g /dev/null
	SELECT 'I am ' || den.claim()}), qr/^I am (?!mallory)/m, 'nor when the library is loaded');

# The application as an agent has lost its right to say who it is.
my $anna = q{BEGIN; SET LOCAL lead_ops.agent = 'anna'; SET LOCAL ROLE sales_agent; };
unlike(tries('crm_app', qq{$anna SET LOCAL lead_ops.agent = 'lena'; SELECT 'I am ' || sales.my_agent()}), qr/^I am (?!anna)/m,
	'once it is an agent, what the application says is not believed');
like(tries('crm_app', qq{$anna SELECT 'I am ' || sales.my_agent(); SET LOCAL lead_ops.agent = 'lena'}),
	qr/^I am anna.*42501.*permission denied to set parameter "lead_ops.agent"/ms, 'nor may it say so');

# Objects of one's own, in the way of the workspace's
my $mine = works('mallory', 'SELECT count(*) FROM sales.assignment');
is(works('mallory', q{
		CREATE TEMPORARY TABLE agent (agent text, login name, zone text);
		INSERT INTO agent VALUES ('lena', 'mallory', 'UTC');
		CREATE TEMPORARY TABLE access (role name, kind text);
		INSERT INTO access VALUES ('mallory', 'manager'), ('sales_agent', 'manager');
		CREATE TEMPORARY TABLE membership (agent text, team text, role text, valid daterange);
		INSERT INTO membership VALUES ('mallory', 'east', 'leader', '(,)');
		CREATE FUNCTION den.lower(text) RETURNS text LANGUAGE sql AS 'SELECT $$lena$$';
		CREATE FUNCTION den.pg_has_role(name, regrole, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
		CREATE FUNCTION den.is_equal(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
		CREATE OPERATOR den.= (FUNCTION = den.is_equal, LEFTARG = text, RIGHTARG = text);
		CREATE VIEW den.access AS SELECT 'mallory'::name AS role, 'manager' AS kind;
		SET search_path = pg_temp, den, pg_catalog, sales;
		SELECT sales.my_agent(), sales.caller_kinds(), sales.visible_agents(), sales.sees_all(), count(*) FROM sales.assignment}),
	"mallory|{agent}|{mallory}|f|$mine", 'temporary tables, and operators before all others, change nothing');

#
# Nobody makes a trigger of the workspace, with the rights of its owner, work on
# a table of one's own.
#
my @triggers = split /\n/, works('dbo', q{
	SELECT p.proname FROM pg_proc AS p
	WHERE p.pronamespace = 'sales'::regnamespace AND p.prorettype = 'trigger'::regtype ORDER BY 1});
cmp_ok(scalar @triggers, '>', 20, 'there are triggers to try');
works('mallory', 'CREATE TABLE den.mine (id text, owner text)');
my $refused = () = tries('mallory', join "\n",
	map { "CREATE TRIGGER t AFTER INSERT ON den.mine FOR EACH STATEMENT EXECUTE FUNCTION sales.$_();" } @triggers)
	=~ /42501: permission denied for function/g;
is($refused, scalar @triggers, 'none can be used');
is(works('dbo', q{SELECT count(*) FROM pg_trigger WHERE tgrelid = 'den.mine'::regclass}), '0', 'and none is');

# What is run as SQL is nobody's to write, nor is who may do what.
foreach my $role ('sales_agent', 'sales_manager')
{
	foreach my $change (
		q{INSERT INTO sales.source (source, relation, key_column, owner_column, alive) VALUES ('m', 'den.mine', 'id', 'owner', 'den.steal()')},
		q{UPDATE sales.source SET alive = 'den.steal()'},
		q{INSERT INTO sales.metric (metric, source, agent_column, at_column, quantity_column) VALUES ('m', 'den.mine', 'id', 'owner', NULL)},
		q{UPDATE sales.metric SET source = 'den.mine'},
		q{INSERT INTO sales.access VALUES ('sales_agent', 'manager')},
		q{UPDATE sales.access_relation SET rows = 'true'},
		q{UPDATE sales.access_function SET kinds = '{agent}'},
		q{SELECT sales.grant_access('sales_agent', 'manager')},
		q{SELECT sales.renew_access()},
		q{SELECT sales.attach('m', 'p')},
		q{SELECT sales.watch_events('den.mine')},
		q{SELECT sales.check_statement('SELECT 1')},
		q{CREATE TABLE sales.t (a integer)},
		q{CREATE FUNCTION sales.assign(pool text, lead integer) RETURNS void LANGUAGE sql AS ''},
		q{ALTER TABLE sales.assignment DISABLE ROW LEVEL SECURITY},
		q{SELECT lead_ops.keep_place(ARRAY['sales.task'::regclass::oid::bigint, 1, 1])})
	{
		like(tries('crm_app', "SET ROLE $role; $change"), qr/ERROR:  42501/, "$role may not: $change");
	}
}

# A composite argument is taken for its key only: the rest is read from the table.
like(tries('crm_app', q{BEGIN; SET LOCAL lead_ops.agent = 'lena'; SET LOCAL ROLE sales_manager;
		SELECT sales.credit_back(ROW(a.*)::sales.assignment, 'mine', 'lena')
		FROM (SELECT (jsonb_populate_record(x, '{"seq": 100, "agent": "anna", "takes_turn": true}')).* FROM sales.assignment AS x LIMIT 1) AS a}),
	qr/LO026/, 'a decision that was not made is not credited back');

# The CRM has a role of its own, which needs nothing but its table.
works($super, q{
	CREATE ROLE crm_owner LOGIN;
	CREATE SCHEMA crm AUTHORIZATION crm_owner;
	SET ROLE crm_owner;
	CREATE TABLE crm.lead (id integer PRIMARY KEY, owner text);
	GRANT USAGE ON SCHEMA crm TO dbo;
	GRANT SELECT, UPDATE, TRIGGER ON crm.lead TO dbo});
works('dbo', q{
	INSERT INTO sales.source (source, relation, key_column, owner_column, on_insert) VALUES ('crm', 'crm.lead', 'id', 'owner', 'deal');
	SELECT sales.attach('crm', 'p')});
is(works('crm_owner', 'INSERT INTO crm.lead VALUES (1); SELECT owner IS NOT NULL FROM crm.lead'), 't', 'its leads are dealt');
like(tries('crm_owner', $_), qr/ERROR:  42501/, "it may not: $_")
	foreach 'SELECT FROM sales.assignment', q{SELECT sales.assign('p', 'mine')}, q{SELECT sales.detach('crm')},
	q{CREATE TRIGGER t AFTER INSERT ON crm.lead REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION sales.assign_on_insert('p', 'id', 'owner')};
works('crm_owner', 'DROP TRIGGER lead_ops_sales_crm ON crm.lead');
pass('but it may have its table left alone');

#
# Plans and cursors that were made as somebody else
#
my $see = 'SELECT count(*) FROM sales.assignment';
my $all = works('dbo', $see);
cmp_ok($mine, '<', $all, 'an agent does not see everything');
is(works('crm_app', qq{
		SET lead_ops.agent = 'mallory'; SET ROLE sales_manager; PREPARE p AS $see; EXECUTE p; EXECUTE p; EXECUTE p; EXECUTE p; EXECUTE p; EXECUTE p;
		RESET ROLE; SET ROLE sales_agent; EXECUTE p;
		RESET ROLE; SET lead_ops.agent = 'lena'; SET ROLE sales_agent; EXECUTE p;
		RESET ROLE; SET ROLE sales_manager; EXECUTE p}),
	join("\n", ($all) x 6, $mine, 0, $all), 'a prepared statement answers who calls it');
works('dbo', 'GRANT CREATE ON SCHEMA public TO crm_app');
is(works('crm_app', qq{
		CREATE FUNCTION den_count() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM sales.assignment); END';
		SET lead_ops.agent = 'mallory'; SET ROLE sales_manager;
		SELECT den_count() FROM generate_series(1, 7);
		RESET ROLE; SET ROLE sales_agent; SELECT den_count()}),
	join("\n", ($all) x 7, $mine), 'so does the plan of a function');
is(works('crm_app', qq{
		SET lead_ops.agent = 'mallory'; SET ROLE sales_agent;
		BEGIN; DECLARE c CURSOR FOR SELECT agent FROM sales.assignment; SAVEPOINT s;
		RESET ROLE; SET LOCAL ROLE sales_manager;
		FETCH ALL FROM c; ROLLBACK}), join("\n", ('mallory') x $mine), 'and a cursor stays whose it was');
like(tries('mallory', "SET row_security = off; $see"), qr/42501.*query would be affected by row-level security/,
	'row security cannot be turned off');
like(tries('mallory', 'SET ROLE sales_manager'), qr/42501/, 'nor can a role be taken that one has not');

# A condition of the caller's own does not see rows before the policy has.
is(works('mallory', q{
		CREATE TEMPORARY TABLE seen (agent text);
		CREATE FUNCTION pg_temp.peek(agent text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$
		BEGIN
			INSERT INTO pg_temp.seen VALUES (agent);
			RETURN true;
		END $$;
		SELECT count(*) > 0 FROM sales.assignment AS a WHERE pg_temp.peek(a.agent);
		SELECT DISTINCT agent FROM seen}), "t\nmallory", 'nor does a cheap condition look before the policy does');
is(works('mallory', q{SELECT count(*) FROM pg_stats WHERE schemaname = 'sales' AND tablename = 'assignment'}), '0',
	'statistics of it are not shown');

$node->stop;
done_testing();
