# A database with filled workspaces comes back from a dump as it was: rows,
# constraints, triggers, functions, rights; and goes on where it stopped.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use lib 'test/tap';
use WorkspaceContents;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;

my $dir = PostgreSQL::Test::Utils::tempdir;
my @workspaces = ('sales', 'Branch "2" Nord');

sub ident
{
	my ($name) = @_;
	$name =~ s/"/""/g;
	return qq("$name");
}

sub as_owner
{
	my ($db, $sql) = @_;
	return $node->safe_psql($db, "SET client_min_messages = warning; $sql",
		extra_params => [ '-U', 'sales_admin' ]);
}

sub contents
{
	return workspace_rows($node, @_) . workspace_catalog($node, @_);
}

# The origin: two workspaces of a role that is no superuser.
$node->safe_psql('postgres', q{
	CREATE ROLE sales_admin LOGIN;
	CREATE ROLE reporting LOGIN;
	CREATE DATABASE origin;
});
$node->safe_psql('origin', q{
	CREATE EXTENSION lead_ops;
	GRANT CREATE ON DATABASE origin TO sales_admin;
});
my $fill = slurp_file('test/tap/fill_workspace.sql');
foreach my $workspace (@workspaces)
{
	my $quoted = ident($workspace);
	as_owner('origin', "SELECT lead_ops.create_workspace(\$n\$$workspace\$n\$)");
	as_owner('origin', "SET search_path = $quoted, pg_temp; $fill");
	as_owner('origin', "GRANT USAGE ON SCHEMA $quoted TO reporting;
		GRANT SELECT ON ALL TABLES IN SCHEMA $quoted TO reporting");

	# a rule that the user adds later, and that would refuse the rows there are
	as_owner('origin', "SET search_path = $quoted;
		CREATE FUNCTION refuse_team() RETURNS trigger LANGUAGE plpgsql
			AS 'BEGIN RAISE EXCEPTION ''no more teams''; END';
		CREATE TRIGGER refuse_team BEFORE INSERT ON team FOR EACH ROW EXECUTE FUNCTION refuse_team()");
}

# Something in every table, or the comparison proves little.
is( as_owner('origin', q{
		SELECT string_agg(c.relname, ', ')
		FROM pg_class AS c
		WHERE c.relnamespace = 'sales'::regnamespace AND c.relkind = 'r'
			AND (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', c.oid::regclass), false, true, '')))[1]::text = '0'}),
	'', 'every table of the workspace holds rows');

my %origin = map { $_ => contents('origin', $_) } @workspaces;
my $next = q{
	SELECT seq, team, agent FROM sales.assign('levels', 'next');
	SELECT seq, team, agent FROM sales.assign('flat', 'next flat');
	SELECT lead, team, agent FROM "Branch ""2"" Nord".assign_batch('levels', ARRAY(SELECT 'next ' || n FROM generate_series(1, 50) AS n))};
my $next_there = as_owner('origin', "BEGIN; $next; ROLLBACK");
like($next_there, qr/team/, 'the origin deals');

# check_restored(DATABASE, HOW): all is there and goes on
sub check_restored
{
	my ($db, $how) = @_;

	foreach my $workspace (@workspaces)
	{
		same(contents($db, $workspace), $origin{$workspace}, "$how: $workspace is the same");
	}
	is( as_owner($db, 'SELECT schema, version, owner FROM lead_ops.workspaces ORDER BY schema COLLATE "C"'),
		as_owner('origin', 'SELECT schema, version, owner FROM lead_ops.workspaces ORDER BY schema COLLATE "C"'),
		"$how: they are listed as workspaces");
	is(as_owner($db, "BEGIN; $next; ROLLBACK"), $next_there, "$how: the next leads go to the same agents");

	my ($code, undef, $err) = $node->psql($db, 'DROP EXTENSION lead_ops');
	like($err, qr/cannot drop extension lead_ops because other objects depend on it/,
		"$how: the extension cannot be dropped");
	($code, undef, $err) = $node->psql($db, 'UPDATE sales.assignment SET agent = NULL',
		extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
	like($err, qr/LO033/, "$how: history cannot be changed");
	return;
}

# The whole database, by a superuser.
$node->command_ok([ 'pg_dump', '-Fp', '-f', "$dir/plain.sql", 'origin' ], 'dump, plain');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/custom", 'origin' ], 'dump, custom');
$node->command_ok([ 'pg_dump', '-Fd', '-j', '4', '-f', "$dir/directory", 'origin' ], 'dump, directory, 4 jobs');

my %restore = (
	plain => sub { [ 'psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $_[0], '-f', "$dir/plain.sql" ] },
	custom => sub { [ 'pg_restore', '-e', '-d', $_[0], "$dir/custom" ] },
	'custom, 4 jobs' => sub { [ 'pg_restore', '-e', '-j', '4', '-d', $_[0], "$dir/custom" ] },
	'directory, 4 jobs' => sub { [ 'pg_restore', '-e', '-j', '4', '-d', $_[0], "$dir/directory" ] });
my $n = 0;
foreach my $how (sort keys %restore)
{
	my $db = 'restored_' . ++$n;
	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0");
	$node->command_ok($restore{$how}->($db), "$how: restores without an error");
	check_restored($db, $how);
}

# A restored database dumps as the origin does; rows have no order.
my $again = slurp_file("$dir/plain.sql");
$node->command_ok([ 'pg_dump', '-Fp', '-f', "$dir/again.sql", 'restored_1' ], 'dump of what was restored');
my $twice = slurp_file("$dir/again.sql");
s/^\\(un)?restrict .*$//mg for ($again, $twice);
$_ = join "\n", sort split /\n/, $_ for ($again, $twice);
same($twice, $again, 'a dump of what was restored is the same dump');

# The workspaces alone, by the role that owns them.
my @owner = ('-U', 'sales_admin');
my @schemas = map { ('-n', ident($_)) } @workspaces;
$node->command_ok([ 'pg_dump', @owner, '-Fc', '-f', "$dir/owner", @schemas, 'origin' ], 'dump by the owner');
foreach my $jobs (1, 4)
{
	my $db = "owner_$jobs";
	my $how = "owner, $jobs jobs";

	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0; GRANT CREATE ON DATABASE $db TO sales_admin");
	$node->safe_psql($db, 'CREATE EXTENSION lead_ops');
	$node->command_ok([ 'pg_restore', @owner, '-e', '-j', $jobs, '-d', $db, "$dir/owner" ], "$how: restores without an error");
	check_restored($db, $how);
}

$node->stop;
done_testing();
