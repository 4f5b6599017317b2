# Access: the identity that an application passes on cannot be forged from outside
# of SQL; grants and policies survive dump and restore; a role that is dropped.
use strict;
use warnings FATAL => 'all';

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('access');
$node->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
$node->start;
$node->safe_psql('postgres', <<'END');
CREATE ROLE owner LOGIN;
CREATE ROLE app LOGIN NOINHERIT;
CREATE ROLE mallory LOGIN;
CREATE ROLE sales_agent;
CREATE ROLE sales_leader;
CREATE ROLE "odd ""role" LOGIN;
GRANT sales_agent TO app, mallory;
GRANT SET ON PARAMETER lead_ops.agent TO app;
CREATE DATABASE work OWNER owner;
\c work
CREATE EXTENSION lead_ops;
SET ROLE owner;
SELECT lead_ops.create_workspace('sales');
SET search_path = sales, public;
INSERT INTO agent (agent, login) VALUES ('anna', NULL), ('boss', NULL), ('mallory', 'mallory');
INSERT INTO team (team, leader) VALUES ('all', 'boss');
INSERT INTO membership (agent, team) VALUES ('anna', 'all'), ('mallory', 'all');
SELECT sign_in(a.agent) FROM agent a;
SELECT grant_access('sales_agent', 'agent'), grant_access('sales_leader', 'leader'),
	grant_access('odd "role', 'qa');
END

# what a role sees in a new connection that was begun with these options
sub seen
{
	my ($role, $options, $before) = @_;
	my ($stdout, $stderr);

	local $ENV{PGOPTIONS} = $options // '';
	$node->psql('work', ($before // '') . 'SELECT string_agg(agent, \',\' ORDER BY agent) FROM sales.presence',
		extra_params => [ '-U', $role ], stdout => \$stdout, stderr => \$stderr);
	return ($stdout, $stderr);
}

is((seen('mallory'))[0], 'mallory', 'a login sees its agent');

# The setting as a placeholder, before the library is there to refuse it.
is((seen('mallory', '-c lead_ops.agent=boss'))[0], 'mallory', 'PGOPTIONS do not make another agent of a login');
is((seen('mallory', '', "SET lead_ops.agent = 'boss'; "))[0], 'mallory', 'nor does SET before the library is loaded');
is((seen('mallory', '', "SELECT set_config('lead_ops.agent', 'boss', false) \\g /dev/null\n"))[0],
	'mallory', 'nor set_config');
is((seen('mallory', '', "BEGIN; SET LOCAL lead_ops.agent = 'boss'; "))[0], 'mallory', 'nor SET LOCAL');
is((seen('mallory', '', "BEGIN; SAVEPOINT s; SET lead_ops.agent = 'boss'; RELEASE s; "))[0], 'mallory',
	'nor a subtransaction');
my (undef, $refusal) = seen('mallory', '', "SELECT 1 FROM sales.presence LIMIT 0; SET lead_ops.agent = 'boss'; ");
like($refusal, qr/permission denied to set parameter "lead_ops.agent"/, 'once it is loaded SET is refused');

foreach my $statement (
	"ALTER ROLE mallory SET lead_ops.agent = 'boss'",
	"CREATE FUNCTION pg_temp.f() RETURNS text LANGUAGE sql SET lead_ops.agent = 'boss' AS 'SELECT sales.my_agent()'")
{
	my ($status, $stdout, $stderr) = $node->psql('work', $statement, extra_params => [ '-U', 'mallory' ]);
	like($stderr, qr/permission denied to set parameter|ERROR/, "refused before the library is loaded: $statement");
	(undef, undef, $stderr) = $node->psql('work', "SELECT lead_ops.calling_agent(); $statement",
		extra_params => [ '-U', 'mallory' ]);
	like($stderr, qr/permission denied to set parameter/, "and after: $statement");
}
# the owner of the database, who is no superuser, has no more right to it
my (undef, undef, $stderr) = $node->psql('work', "SELECT lead_ops.calling_agent(); ALTER DATABASE work SET lead_ops.agent = 'boss'",
	extra_params => [ '-U', 'owner' ]);
like($stderr, qr/permission denied to set parameter/, 'the owner of the database does not set it for all');
# a placeholder that a superuser's function or a library would load late
is((seen('mallory', '-c lead_ops.agent=boss', "CREATE FUNCTION pg_temp.f() RETURNS text LANGUAGE sql AS 'SELECT current_setting(''lead_ops.agent'')'; "))[0],
	'mallory', 'what current_setting says counts for nothing');

# The application, which was granted it, may do it in any of these ways.
my $as_agent = 'SET LOCAL ROLE sales_agent; ';
is((seen('app', '', "BEGIN; SET LOCAL lead_ops.agent = 'anna'; $as_agent"))[0], 'anna', 'the application says who works');
is((seen('app', '-c lead_ops.agent=anna', "BEGIN; $as_agent"))[0], 'anna', 'also by PGOPTIONS');
is((seen('app', '', "BEGIN; $as_agent"))[0], '', 'and shows nothing where it does not say');
is((seen('app', '', "BEGIN; SET LOCAL lead_ops.agent = 'anna'; ROLLBACK; BEGIN; $as_agent"))[0], '',
	'for the transaction only');
is((seen('app', '', "SET lead_ops.agent = 'anna'; DISCARD ALL; BEGIN; $as_agent"))[0], '', 'DISCARD ALL forgets it');
(undef, $refusal) = seen('app', '', "BEGIN; $as_agent SET LOCAL lead_ops.agent = 'boss'; ");
like($refusal, qr/permission denied to set parameter/, 'the role of the agent does not set it');

# Dump and restore.
my $rights = <<'END';
SELECT string_agg(regexp_replace(r.line, '\s+', ' ', 'g'), E'\n' ORDER BY r.line COLLATE "C")
FROM (SELECT concat_ws(' ', c.relname, c.relrowsecurity, c.relforcerowsecurity, ARRAY (SELECT x::text FROM unnest(coalesce(c.relacl, acldefault('r', c.relowner))) x ORDER BY 1)) AS line
      FROM pg_class c WHERE c.relnamespace = 'sales'::regnamespace AND c.relkind IN ('r', 'v')
      UNION ALL
      SELECT concat_ws(' ', c.relname, a.attname, ARRAY (SELECT x::text FROM unnest(a.attacl) x ORDER BY 1))
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL
      WHERE c.relnamespace = 'sales'::regnamespace
      UNION ALL
      SELECT concat_ws(' ', p.oid::regprocedure, p.prosecdef, p.proconfig, ARRAY (SELECT x::text FROM unnest(coalesce(p.proacl, acldefault('f', p.proowner))) x ORDER BY 1))
      FROM pg_proc p WHERE p.pronamespace = 'sales'::regnamespace
      UNION ALL
      SELECT concat_ws(' ', l.polrelid::regclass, l.polname, l.polcmd, l.polroles::regrole[],
                       pg_get_expr(l.polqual, l.polrelid), obj_description(l.oid, 'pg_policy'))
      FROM pg_policy l
      UNION ALL
      SELECT concat_ws(' ', n.nspname, ARRAY (SELECT x::text FROM unnest(n.nspacl) x ORDER BY 1)) FROM pg_namespace n WHERE n.nspname = 'sales') r
END
# the lines of the one that the other has not
sub lost
{
	my %there = map { $_ => 1 } split /\n/, $_[1];

	return join "\n", grep { !$there{$_} } split /\n/, $_[0];
}

my $before = $node->safe_psql('work', $rights);
cmp_ok(scalar(split /\n/, $before), '>', 500, 'there are rights to compare');
my $dump = $node->basedir . '/work.dump';
$node->command_ok([ 'pg_dump', '-U', 'owner', '-Fc', '-f', $dump, 'work' ], 'the owner dumps the database');
$node->safe_psql('postgres', 'CREATE DATABASE copy OWNER owner');
$node->command_ok([ 'pg_restore', '-d', 'copy', $dump ], 'it is restored');
my $after = $node->safe_psql('copy', $rights);
is(lost($before, $after), '', 'with all rights and policies');
is(lost($after, $before), '', 'and no others');
is($node->safe_psql('copy', 'SELECT count(*) FROM sales.policy_statements()'), '0', 'nothing is left to be done');
is($node->safe_psql('copy', q(SET lead_ops.agent = 'anna'; SET ROLE sales_agent; SELECT agent FROM sales.presence)), 'anna',
	'and they hold');

# An owner that is restricted does not dump in silence what it sees.
$node->safe_psql('work', "SELECT sales.grant_access('owner', 'manager')");
$node->command_fails([ 'pg_dump', '-U', 'owner', '-f', '/dev/null', 'work' ], 'an owner that is restricted cannot dump');
$node->command_ok([ 'pg_dump', '-f', $dump, 'work' ], 'a superuser can');
$node->safe_psql('work', "SELECT sales.revoke_access('owner', 'manager')");
$after = $node->safe_psql('work', $rights);
is(lost($before, $after) . lost($after, $before), '', 'granting and revoking changes nothing in the end');

# Roles go.
my ($status, undef, $kept) = $node->psql('postgres', 'DROP ROLE mallory');
is($status, 0, 'a login without rights of its own can be dropped');
($status, undef, $kept) = $node->psql('work', 'DROP ROLE "odd ""role"');
like($kept, qr/some objects depend on it/, 'a role with a kind is kept by its rights');
$node->safe_psql($_, 'DROP OWNED BY "odd ""role"') foreach qw(work copy);
$node->safe_psql('work', 'DROP ROLE "odd ""role"');
is($node->safe_psql('work', q(SET ROLE owner; SELECT sales.renew_access(); SELECT count(*) FROM sales.access)), "\n3",
	'and forgotten where it is gone');
$node->safe_psql('work', q(SET ROLE owner; SELECT sales.revoke_access('odd "role', 'qa')));

$node->stop;
done_testing();
