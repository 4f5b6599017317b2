# What concerns the extension as a whole: who may install it where, what
# dropping it does to a workspace, and a workspace in the hands of several roles.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;

# fails(DATABASE, ROLE, SQL, PATTERN, NAME): the SQL fails with that message
sub fails
{
	my ($db, $role, $sql, $pattern, $name) = @_;
	my ($code, $out, $err) = $node->psql($db, $sql,
		extra_params => [ '-U', $role, '-v', 'VERBOSITY=verbose' ]);
	isnt($code, 0, "$name: fails");
	like($err, $pattern, "$name: says why");
	return;
}

sub works
{
	my ($db, $role, $sql) = @_;
	return $node->safe_psql($db, "SET client_min_messages = warning; $sql", extra_params => [ '-U', $role ]);
}

my $super = getpwuid($<);
is(works('postgres', $super, 'SELECT current_user'), $super, 'runs as a superuser');
works('postgres', $super, q{
	CREATE ROLE sales_admin LOGIN;
	CREATE ROLE agent_ann LOGIN;
	CREATE DATABASE crm;
	GRANT CREATE ON DATABASE crm TO sales_admin;
});

# Installing.
fails('crm', 'agent_ann', 'CREATE EXTENSION lead_ops', qr/42501.*permission denied for database crm/,
	'a role without CREATE on the database installs');
works('crm', 'sales_admin', 'CREATE SCHEMA lead_ops');
fails('crm', $super, 'CREATE EXTENSION lead_ops', qr/42501.*schema "lead_ops" belongs to role "sales_admin"/,
	'a schema of somebody else waits for the extension');
works('crm', 'sales_admin', 'DROP SCHEMA lead_ops');
works('crm', $super, 'CREATE EXTENSION lead_ops');
is(works('crm', $super, q{SELECT extversion FROM pg_extension WHERE extname = 'lead_ops'}),
	do { slurp_file('lead_ops.control') =~ /^default_version = '(.*)'/m; $1 },
	'the version installed is that of the control file');
works('crm', $super, 'CREATE SCHEMA elsewhere');
fails('crm', $super, 'BEGIN; DROP EXTENSION lead_ops; CREATE EXTENSION lead_ops SCHEMA elsewhere; COMMIT',
	qr/must be installed in schema "lead_ops"/, 'another schema is asked for');
is(works('crm', 'agent_ann', q{SELECT lead_ops.payout('marginal from 0: 3%', 100)}), '3.00' + 0,
	'anybody may use the functions');

# Nobody but the extension's owner may change it.
fails('crm', 'sales_admin', 'CREATE FUNCTION lead_ops.f() RETURNS integer LANGUAGE sql RETURN 1',
	qr/42501.*permission denied for schema lead_ops/, 'an object is put into the schema');

# A workspace belongs to who made it.
works('crm', 'sales_admin', q{SELECT lead_ops.create_workspace('sales')});
is(works('crm', $super, q{
		SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'sales'::regnamespace
		UNION SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE pronamespace = 'sales'::regnamespace}),
	'sales_admin', 'everything in a workspace belongs to the role that made it');
fails('crm', 'agent_ann', 'TABLE sales.agent', qr/42501.*permission denied for schema sales/, 'another role reads');
fails('crm', 'agent_ann', q{SELECT lead_ops.create_workspace('mine')},
	qr/42501.*permission denied to create workspace "mine".*GRANT CREATE ON DATABASE crm TO agent_ann/s,
	'a role that may not create schemas creates a workspace');
is(works('crm', 'agent_ann', 'SELECT schema, owner FROM lead_ops.workspaces'), 'sales|sales_admin',
	'it is listed for everybody');

# Another role's objects of the same names, in a schema of the same role's
# search_path, are not taken for the workspace's.
works('crm', $super, q{
	CREATE SCHEMA trap AUTHORIZATION agent_ann;
	GRANT USAGE ON SCHEMA sales TO agent_ann;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA sales TO agent_ann;
	GRANT ALL ON ALL TABLES IN SCHEMA sales TO agent_ann;
});
works('crm', 'sales_admin', q{SET search_path = sales;
	SELECT grant_access('agent_ann', 'manager');
	INSERT INTO agent (agent) VALUES ('ann');
	INSERT INTO team (team) VALUES ('north');
	INSERT INTO membership (agent, team) VALUES ('ann', 'north');
	INSERT INTO pool (pool) VALUES ('p');
	INSERT INTO pool_team (pool, team) VALUES ('p', 'north')});
is(works('crm', 'agent_ann', q{
		CREATE TABLE trap.assignment (LIKE sales.assignment);
		CREATE TEMPORARY TABLE assignment (LIKE sales.assignment);
		SET search_path = trap;
		SELECT agent FROM sales.assign('p', 'lead 1');
		SELECT count(*) FROM sales.assignment;
		SELECT count(*) FROM trap.assignment;
		SELECT count(*) FROM pg_temp.assignment}),
	"ann\n1\n0\n0", 'functions of a workspace use its own tables whatever the search_path');

# Dropping.
fails('crm', $super, 'DROP EXTENSION lead_ops', qr/2BP01.*cannot drop extension lead_ops because other objects depend on it/,
	'the extension is dropped while there is a workspace');
is(works('crm', $super, q{
		SELECT count(*) FROM pg_depend
		WHERE classid = 'pg_proc'::regclass AND objid = 'sales.workspace_version()'::regprocedure
			AND refclassid = 'pg_type'::regclass AND refobjid = 'lead_ops.workspace_mark'::regtype AND deptype = 'n'}),
	'1', 'were it by its mark alone');
is(works('crm', $super, q{
		BEGIN;
		DROP EXTENSION lead_ops CASCADE;
		SELECT agent, lead FROM sales.assignment;
		SELECT count(*) FROM sales.membership;
		ROLLBACK}),
	"ann|lead 1\n1", 'dropped with CASCADE it takes its types along, and leaves the rows');
works('crm', 'sales_admin', 'DROP SCHEMA sales CASCADE');
is(works('crm', $super, 'DROP EXTENSION lead_ops; CREATE EXTENSION lead_ops; SELECT count(*) FROM lead_ops.workspaces'), '0',
	'without a workspace it drops, and installs again');

$node->stop;
done_testing();
