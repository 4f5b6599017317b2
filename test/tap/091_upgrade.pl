# A workspace of an earlier version, upgraded, is what a new one is, holds what
# it held, and dumps and restores; what users have added to it stays.  The
# version's own SQL works with this library.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use lib 'test/tap';
use WorkspaceContents;

my $scripts = `pg_config --sharedir` =~ s/\n//r . '/extension';
plan skip_all => "the script of an earlier version cannot be put into $scripts" unless -w $scripts;

my ($version) = slurp_file('lead_ops.control') =~ /^default_version = '(.*)'$/m;
my $dir = PostgreSQL::Test::Utils::tempdir;
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE sales_admin LOGIN; CREATE ROLE reporting LOGIN; CREATE ROLE other LOGIN');

sub as_owner
{
	my ($db, $sql) = @_;
	return $node->safe_psql($db, "SET client_min_messages = warning; $sql", extra_params => [ '-U', 'sales_admin' ]);
}

# fails(DATABASE, SQL, PATTERN, NAME): the SQL fails, for the owner, with that message
sub fails
{
	my ($db, $sql, $pattern, $name) = @_;
	my ($code, $out, $err) =
		$node->psql($db, $sql, extra_params => [ '-U', 'sales_admin', '-v', 'VERBOSITY=verbose' ]);
	isnt($code, 0, "$name: fails");
	like($err, $pattern, "$name: says why");
	return;
}

sub database
{
	my ($name, $template) = @_;
	$node->safe_psql('postgres',
		"CREATE DATABASE $name TEMPLATE $template; GRANT CREATE ON DATABASE $name TO sales_admin");
	return;
}

# rows_of(DATABASE, SCHEMA, DATABASE OF THE COLUMNS): for each table what its
# rows hash to, of the tables and columns that it has in the other database
sub rows_of
{
	my ($db, $schema, $model) = @_;
	my @queries = split /\n/, $node->safe_psql($model, <<"END");
SELECT format('SELECT %L, count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C")) FROM (SELECT %s FROM %s) AS t',
    c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), c.oid::regclass)
FROM pg_class AS c
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = '$schema'::regnamespace AND c.relkind = 'r'
GROUP BY c.oid
ORDER BY c.relname COLLATE "C"
END
	return $node->safe_psql($db, join(";\n", @queries)) . "\n";
}

# what a workspace is when this version makes it
$node->safe_psql('postgres', 'CREATE DATABASE fresh TEMPLATE template0');
$node->safe_psql('fresh', 'CREATE EXTENSION lead_ops; GRANT CREATE ON DATABASE fresh TO sales_admin');
as_owner('fresh', q{SELECT lead_ops.create_workspace('plain')});
my $fresh_extension = extension_catalog($node, 'fresh');
my $fresh_workspace = workspace_catalog($node, 'fresh', 'plain');

my @added;
END { unlink @added }

foreach my $archive (sort glob 'test/upgrade/*.tar.xz')
{
	my ($from) = $archive =~ /([\d.]+)\.tar\.xz$/;
	my $old = "$dir/$from";
	(my $db = "from_$from") =~ s/\./_/g;

	mkdir $old;
	run_log([ 'tar', '-C', $old, '-xJf', $archive ]) or BAIL_OUT("cannot unpack $archive");
	push @added, "$scripts/lead_ops--$from.sql" unless -e "$scripts/lead_ops--$from.sql";
	run_log([ 'cp', "$old/lead_ops--$from.sql", "$scripts/lead_ops--$from.sql" ]);

	# The functions in C keep their names and what they do.
	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0");
	$node->safe_psql($db, "CREATE EXTENSION lead_ops VERSION '$from'; GRANT CREATE ON DATABASE $db TO sales_admin");
	my %printed;
	foreach my $with ($db, 'fresh')
	{
		database("trial_$with", $with);
		foreach my $sql (sort grep { !/workspace/ } glob "$old/sql/*.sql")
		{
			my ($out, $err) = run_command([ 'psql', '-qX', '-d', $node->connstr("trial_$with"), '-f', $sql ]);
			($printed{$sql}{$with} = "$out\n$err\n") =~ s/trial_$with/DATABASE/g;
		}
		$node->safe_psql('postgres', "DROP DATABASE trial_$with");
	}
	foreach my $sql (sort keys %printed)
	{
		my ($name) = $sql =~ /(\w+)\.sql$/;
		same($printed{$sql}{$db}, $printed{$sql}{fresh}, "SQL of $from does the same with this library: $name");
	}

	# A workspace as it was made, one in use, and one that users have added to.
	as_owner($db, "SELECT lead_ops.create_workspace('plain'), lead_ops.create_workspace('used'),
		lead_ops.create_workspace('mixed')");
	my $fill = slurp_file("$old/fill_workspace.sql");
	as_owner($db, "SET search_path = $_, pg_temp; $fill") foreach qw(used mixed);
	$node->safe_psql($db, q{GRANT ALL ON SCHEMA public TO sales_admin});
	as_owner($db, q{
		CREATE TABLE public.person (agent text PRIMARY KEY REFERENCES mixed.agent, login text);
		INSERT INTO public.person SELECT agent, 'crm' || agent FROM mixed.agent;
		SET search_path = mixed;
		ALTER TABLE agent ADD crm_id integer, ADD shoe_size numeric,
			ADD CONSTRAINT agent_shoe_check CHECK (shoe_size > 0);
		ALTER TABLE team ADD floor integer DEFAULT 2, ADD CONSTRAINT team_person FOREIGN KEY (leader) REFERENCES public.person (agent);
		CREATE INDEX agent_by_shoe ON agent (shoe_size);
		CREATE FUNCTION greet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
		CREATE TRIGGER agent_greet BEFORE INSERT ON agent FOR EACH ROW EXECUTE FUNCTION greet();
		CREATE VIEW tall AS SELECT a.agent, a.name, m.team FROM agent AS a JOIN membership AS m USING (agent);
		CREATE VIEW public.lists AS SELECT * FROM to_dial;
		COMMENT ON COLUMN agent.shoe_size IS 'European';
		GRANT USAGE ON SCHEMA mixed TO reporting;
		GRANT SELECT ON ALL TABLES IN SCHEMA mixed TO reporting;
		GRANT INSERT (lead, pool), UPDATE (lead) ON assignment TO reporting;
		GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA mixed TO reporting WITH GRANT OPTION;
		ALTER TABLE agent SET (fillfactor = 70);
		GRANT USAGE, CREATE ON SCHEMA mixed TO other});
	$node->safe_psql($db, 'SET ROLE other; CREATE TABLE mixed.jotting (jotting integer PRIMARY KEY);');

	my %before = map { $_ => rows_of($db, $_, $db) } qw(plain used mixed);
	my $catalog = workspace_catalog($node, $db, 'mixed');
	my $next = q{
		SELECT seq, team, agent FROM used.assign('levels', 'next');
		SELECT lead, team, agent FROM used.assign_batch('levels', ARRAY(SELECT 'next ' || n FROM generate_series(1, 50) AS n))};
	my $dealt = as_owner($db, "BEGIN; $next; ROLLBACK");
	like($dealt, qr/next 50/, "$from: deals");
	database('kept', $db);

	# The extension.
	my ($code, undef, $err) = $node->psql($db, 'ALTER EXTENSION lead_ops UPDATE');
	is($code, 0, "$from: the extension is updated");
	like($err, qr/workspace "mixed" is of an older version\nHINT: +Run SELECT lead_ops\.upgrade_workspace\('mixed'\);/,
		'which says what is left to do');
	same(extension_catalog($node, $db), $fresh_extension, "$from: its extension is as if it had been installed now");

	# A workspace that is not upgraded works on, and says so where it is asked.
	fails($db, q{SELECT lead_ops.check_workspace('used')},
		qr/LO032.*"used" is of an older version.*SELECT lead_ops\.upgrade_workspace\('used'\)/s, "$from: an older workspace");
	is(as_owner($db, "BEGIN; $next; ROLLBACK"), $dealt, "$from: the older workspace deals on with the newer extension");

	# An upgrade that does not end leaves no trace.
	as_owner($db, q{BEGIN; SELECT lead_ops.upgrade_workspace('mixed'); ROLLBACK});
	same(workspace_catalog($node, $db, 'mixed'), $catalog, "$from: an upgrade that is rolled back leaves the workspace as it was");
	my $blocker = $node->background_psql($db);
	$blocker->query_safe('BEGIN; LOCK TABLE mixed.to_dial');
	fails($db, q{SET lock_timeout = '100ms'; SELECT lead_ops.upgrade_workspace('mixed')}, qr/55P03/,
		"$from: an upgrade that cannot get a lock");
	$blocker->quit;
	is(as_owner($db, q{SELECT version FROM lead_ops.workspaces WHERE schema = 'mixed'}), '1',
		'the workspace is of its version still');
	same(workspace_catalog($node, $db, 'mixed'), $catalog, "$from: an upgrade that fails leaves the workspace as it was");

	# The workspaces.
	as_owner($db, qq{SELECT lead_ops.upgrade_workspace('$_')}) foreach qw(plain used);
	my (undef, undef, $warnings) = $node->psql($db, q{SET ROLE sales_admin; SELECT lead_ops.upgrade_workspace('mixed')});
	is(as_owner($db, 'SELECT DISTINCT version - lead_ops.newest_workspace_version() FROM lead_ops.workspaces'), '0',
		"$from: the workspaces are of the newest version");
	same(workspace_catalog($node, $db, 'plain'), $fresh_workspace, "$from: an upgraded workspace is as if it had been made now");
	same(rows_of($db, $_, 'kept'), $before{$_}, "$from: $_ holds the rows that it held") foreach qw(plain used mixed);
	is(as_owner($db, "BEGIN; $next; ROLLBACK"), $dealt, "$from: the upgraded workspace deals on");

	like(as_owner($db, q{BEGIN;
			INSERT INTO crm.lead SELECT n FROM generate_series(1, 5) AS n;
			SELECT count(*) FROM used.deal_source('crm');
			ROLLBACK}), qr/^\d+$/, "$from: so does a table of the CRM that is attached to it");

	# What users have added.
	(my $used = workspace_catalog($node, $db, 'used')) =~ s/\bused\b/mixed/g;
	my %lines = map { $_ => 1 } split /\n/, $used;
	my @own = grep { !$lines{$_} } split /\n/, workspace_catalog($node, $db, 'mixed');
	(my $used_before = workspace_catalog($node, 'kept', 'used')) =~ s/\bused\b/mixed/g;
	%lines = map { $_ => 1 } split /\n/, $used_before;
	my %own_before = map { $_ => 1 } grep { !$lines{$_} } split /\n/, $catalog;
	foreach my $what (qw(crm_id shoe_size agent_shoe_check team_person agent_by_shoe floor greet agent_greet tall jotting))
	{
		my @lines = grep { /\b$what\b/ } sort keys %own_before;
		my %now = map { $_ => 1 } @own;
		is_deeply([ grep { !$now{$_} } @lines ], [], "$from: $what stays as it was") if cmp_ok(@lines, '>', 0, "there is $what");
	}
	# Functions that are gone, or have other arguments now, take theirs along;
	# those that work with the owner's rights now are for kinds.
	my $rights = q{
		SELECT a.object, a.privilege_type, a.is_grantable
		FROM (
			SELECT c.oid::regclass::text AS object, a.*
			FROM pg_class AS c, aclexplode(c.relacl) AS a
			WHERE c.relnamespace = 'mixed'::regnamespace
			UNION ALL
			SELECT p.oid::regprocedure::text, a.*
			FROM pg_proc AS p, aclexplode(p.proacl) AS a
			WHERE p.pronamespace = 'mixed'::regnamespace
			UNION ALL
			SELECT format('%s.%s', c.attrelid::regclass, c.attname), a.*
			FROM pg_attribute AS c, aclexplode(c.attacl) AS a
			WHERE c.attacl IS NOT NULL
		) AS a
		WHERE a.grantee = 'reporting'::regrole
		ORDER BY 1, 2};
	my %is_function = map { $_ => 1 } split /\n/,
		as_owner($db, q{SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'mixed'::regnamespace AND NOT prosecdef});
	my @rights = grep { my ($object) = split /\|/; $object !~ /\(/ || $is_function{$object} } split /\n/, as_owner('kept', $rights);
	cmp_ok(scalar(@rights), '>', 200, "$from: there were grants");
	same(as_owner($db, $rights), join("\n", @rights), "$from: grants stay");
	is(as_owner($db, q{
			SELECT p.oid::regprocedure FROM pg_proc AS p
			WHERE p.pronamespace = 'mixed'::regnamespace AND p.prosecdef
				AND has_function_privilege('reporting', p.oid, 'EXECUTE')}),
		'', "$from: but for what works with the owner's rights now");
	like($warnings, qr/WARNING: .*granted to reporting now work with the rights of the owner.*HINT: .*grant_access/s,
		'which is said');
	is(as_owner($db, q{
			BEGIN;
			SELECT mixed.grant_access('reporting', 'manager');
			SELECT has_function_privilege('reporting', 'mixed.drain(text, integer)', 'EXECUTE');
			ROLLBACK}),
		"\nt", "$from: a kind gives it");
	is(as_owner($db, 'SELECT count(*) >= 0 FROM public.lists; SELECT count(*) > 0 FROM mixed.tall'), "t\nt",
		"$from: views over the workspace work on");

	# Dumped and restored it is the same.
	my %restore = (
		plain => [ [ 'pg_dump', '-Fp', '-f', "$dir/plain.sql", $db ],
			sub { [ 'psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $_[0], '-f', "$dir/plain.sql" ] } ],
		'custom, 4 jobs' => [ [ 'pg_dump', '-Fc', '-f', "$dir/custom", $db ],
			sub { [ 'pg_restore', '-e', '-j', '4', '-d', $_[0], "$dir/custom" ] } ]);
	foreach my $how (sort keys %restore)
	{
		$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
		$node->command_ok($restore{$how}[0], "$from: dump, $how");
		$node->command_ok($restore{$how}[1]->('restored'), "$from: restores without an error, $how");
		same(workspace_catalog($node, 'restored', 'plain'), $fresh_workspace,
			"$from: upgraded, dumped and restored it is as if it had been made now, $how");
		foreach my $workspace (qw(used mixed))
		{
			same(workspace_catalog($node, 'restored', $workspace), workspace_catalog($node, $db, $workspace),
				"$from: $workspace is the same, $how");
			same(workspace_rows($node, 'restored', $workspace), workspace_rows($node, $db, $workspace),
				"$from: $workspace holds the same, $how");
		}
		$node->safe_psql('postgres', 'DROP DATABASE restored');
	}

	# It does all that a new one does.
	as_owner($db, 'SET search_path = plain, pg_temp; ' . slurp_file('test/tap/fill_workspace.sql'));
	is(as_owner($db, q{
			SELECT string_agg(c.relname, ', ')
			FROM pg_class AS c
			WHERE c.relnamespace = 'plain'::regnamespace AND c.relkind = 'r'
				AND (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', c.oid::regclass), false, true, '')))[1]::text = '0'}),
		'', "$from: every table of the upgraded workspace takes rows");
	$node->safe_psql('postgres', 'DROP DATABASE kept');
}

# pg_upgrade, to a cluster of the same version: the members of the extension
# are made one by one there, without its script.
my @databases = grep { /^from_/ } split /\n/, $node->safe_psql('postgres', 'SELECT datname FROM pg_database');
my %before;
foreach my $db (@databases)
{
	$before{$db} .= workspace_catalog($node, $db, $_) . workspace_rows($node, $db, $_) foreach qw(used mixed);
}
$node->stop;
my $new = PostgreSQL::Test::Cluster->new('new');
$new->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
my $bindir = `pg_config --bindir` =~ s/\n//r;
$new->command_ok(
	[ 'pg_upgrade', '--no-sync', '-d', $node->data_dir, '-D', $new->data_dir, '-b', $bindir, '-B', $bindir,
		'-s', $new->host, '-p', $node->port, '-P', $new->port ],
	'pg_upgrade takes the cluster over');
$new->start;
foreach my $db (@databases)
{
	my $now = join '', map { workspace_catalog($new, $db, $_) . workspace_rows($new, $db, $_) } qw(used mixed);
	same($now, $before{$db}, "$db: after pg_upgrade all is as it was");
	is($new->safe_psql($db, q{SET ROLE sales_admin; SELECT lead_ops.create_workspace('later'); SELECT agent <> '' FROM used.assign('levels', 'later')}),
		"\nt", "$db: the extension and a workspace work on");
}
$new->stop;

done_testing();
