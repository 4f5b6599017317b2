# Dumps as doc/operations.md uses them: edited by
# examples/partition/partition_events.awk one keeps every row in partitions, the
# workspace goes on in them, and the document's statements add and retire them;
# and one of a single workspace is restored by somebody else.
use strict;
use warnings FATAL => 'all';

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::Bin/../..";
my $awk = "$root/examples/partition/partition_events.awk";
my $dir = PostgreSQL::Test::Utils::tempdir;
my $fill = slurp_file("$root/test/tap/fill_workspace.sql");
my $path = 'SET client_min_messages = warning; SET search_path = sales, pg_temp;';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;

# partition(FROM, TO, ROWS): the workspace of one database in another
sub partition
{
	my ($from, $to, $rows) = @_;

	command_ok([ 'pg_dump', '-n', 'sales', '-f', "$dir/whole.sql", $node->connstr($from) ],
		"$from is dumped");
	my ($edited) = run_command([ 'awk', '-v', "rows=$rows", '-v', 'parts=10', '-f', $awk, "$dir/whole.sql" ]);
	append_to_file("$dir/$to.sql", "$edited\n");
	$node->safe_psql('postgres', "CREATE DATABASE $to");
	$node->safe_psql($to, 'CREATE EXTENSION lead_ops; CREATE SCHEMA crm;
		CREATE TABLE crm.lead (id integer PRIMARY KEY, owner text)');
	command_ok([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-1', '-o', "$dir/out", '-d', $node->connstr($to),
			'-f', "$dir/$to.sql" ], "and restored into $to in partitions");
	return;
}

# every table with the number and sum of its rows, whatever its partitions
sub rows_of
{
	my ($db) = @_;
	my $queries = $node->safe_psql($db, q{
		SELECT format('SELECT %L, count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C")) FROM %s t;',
			relname, oid::regclass)
		FROM pg_class
		WHERE relnamespace = 'sales'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
		ORDER BY relname COLLATE "C"});
	return $node->safe_psql($db, $queries);
}

sub parts_of
{
	my ($db, $table) = @_;
	return $node->safe_psql($db, "SELECT count(*), count(DISTINCT tableoid) > 1 FROM sales.$table");
}

$node->safe_psql('postgres', 'CREATE DATABASE plain');
$node->safe_psql('plain', q{CREATE EXTENSION lead_ops; SELECT lead_ops.create_workspace('sales')});

# An empty workspace in partitions does what every other does.
partition('plain', 'begun', 20);
$node->safe_psql('begun', "DROP TABLE crm.lead; $path $fill");
$node->safe_psql('plain', "$path $fill");
is(parts_of('begun', 'lead_event'), $node->safe_psql('plain', 'SELECT count(*), true FROM sales.lead_event'),
	'a new workspace fills its partitions as another fills its table');
is(parts_of('begun', 'attempt'), $node->safe_psql('plain', 'SELECT count(*), false FROM sales.attempt'),
	'and makes the same calls');

# One that is full keeps every row.
partition('plain', 'moved', 20);
is(rows_of('moved'), rows_of('plain'), 'no row is lost or changed');
is($node->safe_psql('moved', q{SELECT count(*) FROM pg_constraint
		WHERE confrelid = 'sales.attempt'::regclass AND conparentid = 0 AND convalidated}),
	$node->safe_psql('plain', q{SELECT count(*) FROM pg_constraint WHERE confrelid = 'sales.attempt'::regclass}),
	'foreign keys refer to the partitioned table');

# the keys over all partitions
my $log = q{SELECT load_history('in parts', ARRAY(SELECT 'call ' || n FROM generate_series(1, 30) n),
	array_fill('agent 1'::text, '{30}'), array_fill('+15550001'::text, '{30}'),
	array_fill(timestamptz '2026-03-02 10:00+00', '{30}'), array_fill(timestamptz '2026-03-02 10:01+00', '{30}'),
	array_fill('no_answer'::text, '{30}'))};
is($node->safe_psql('moved', "$path INSERT INTO campaign (campaign) VALUES ('in parts'); $log; $log"), "30\n0",
	'a log that is loaded again is known in every partition');
is(parts_of('moved', 'attempt') =~ /\|t$/, 1, 'its calls are in several');

# still append-only, by the table and by its partitions
foreach my $table ('attempt', 'attempt_0', 'attempt_1', 'lead_event', 'lead_event_0')
{
	my ($code, $out, $err) = $node->psql('moved', "\\set VERBOSITY sqlstate\nDELETE FROM sales.$table");
	like($err, qr/LO033/, "nothing is deleted from $table");
}

# access holds for the table, and the partitions are nobody's
$node->safe_psql('moved', "CREATE ROLE op_agent; $path SELECT grant_access('op_agent', 'agent')");
my $as_agent = q{BEGIN; SET LOCAL lead_ops.agent = 'agent 1'; SET LOCAL ROLE op_agent;};
is($node->safe_psql('moved', "$as_agent SELECT count(*) FROM sales.attempt"),
	$node->safe_psql('moved', q{SELECT count(*) FROM sales.attempt WHERE agent = 'agent 1'}),
	'an agent sees its own calls in all partitions');
like(($node->psql('moved', "$as_agent SELECT count(*) FROM sales.attempt_0"))[2], qr/permission denied/,
	'and no partition by itself');

# what the document says to do
my $operations = slurp_file("$root/doc/operations.md");
my @statements = $operations =~ /^```sql partitioned\n(.*?)^```$/msg;
ok(@statements > 0, 'the document has statements about partitions');
my $event = $node->safe_psql('moved', 'SELECT count(*) FROM ONLY sales.lead_event_0');
my $all = $node->safe_psql('moved', 'SELECT count(*) FROM sales.lead_event');
$node->safe_psql('moved', $_) foreach @statements;
is($node->safe_psql('moved', 'SELECT count(*) FROM sales.lead_event'), $all - $event,
	'a partition that is dropped takes its rows');
my ($code, $out, $err) = $node->psql('moved', 'ALTER TABLE sales.attempt DETACH PARTITION sales.attempt_0',
	on_error_stop => 0);
like($err, qr/violates foreign key constraint/, 'calls that are referred to are not detached');

# the new partitions hold their keys as the first ones do
is($node->safe_psql('moved', q{SELECT count(DISTINCT k.keys) FROM (
		SELECT i.inhrelid, string_agg(regexp_replace(pg_get_indexdef(x.indexrelid), '.* USING', ''), ';'
			ORDER BY regexp_replace(pg_get_indexdef(x.indexrelid), '.* USING', '')) AS keys
		FROM pg_inherits i JOIN pg_index x ON x.indrelid = i.inhrelid
		WHERE i.inhparent = 'sales.attempt'::regclass GROUP BY i.inhrelid) k}), 1,
	'all partitions of attempt have the same indexes');

# a customer is erased from all partitions
my ($erase) = $operations =~ /^```sql\n(CREATE FUNCTION erase_customer.*?)^```$/ms;
$node->safe_psql('moved', "$erase; $path
	SELECT load_history('in parts', '{left, forgotten}', '{agent 1, agent 1}', '{+15550777, +15550888}',
		'{2026-03-02 10:00+00, 2026-03-02 10:00+00}', '{2026-03-02 10:01+00, 2026-03-02 10:01+00}', '{answered, answered}',
		customers => '{stays, goes}')");
is($node->safe_psql('moved', "SET client_min_messages = warning; SELECT public.erase_customer('goes')"), 1, 'a customer is erased');
is($node->safe_psql('moved', q{SELECT customer, number ~ '^erased', recording FROM sales.attempt
		WHERE imported_call IN ('left', 'forgotten') ORDER BY customer}), "goes|t|erased\nstays|f|", 'and nobody else');
is(($node->psql('moved', "\\set VERBOSITY sqlstate\nUPDATE sales.attempt SET note = 'x' WHERE customer = 'goes'"))[2]
	=~ /LO033/, 1, 'calls are append-only again');

# and a dump of it all
$node->safe_psql('postgres', 'CREATE DATABASE again');
$node->safe_psql('again', 'CREATE EXTENSION lead_ops; CREATE SCHEMA crm;
	CREATE TABLE crm.lead (id integer PRIMARY KEY, owner text)');
command_ok([ 'pg_dump', '-Fc', '-n', 'sales', '-f', "$dir/parts.dump", $node->connstr('moved') ], 'partitions are dumped');
command_ok([ 'pg_restore', '-j4', '-d', $node->connstr('again'), "$dir/parts.dump" ], 'and restored in parallel');
is(rows_of('again'), rows_of('moved'), 'with all their rows');

# A single workspace in another database, as the document restores it: by a role
# that is no superuser and was not its owner.
$node->safe_psql('postgres', 'CREATE ROLE other_owner LOGIN; CREATE DATABASE elsewhere OWNER other_owner');
$node->safe_psql('elsewhere', 'CREATE EXTENSION lead_ops; CREATE SCHEMA crm; CREATE TABLE crm.lead (id integer PRIMARY KEY, owner text);
	GRANT USAGE ON SCHEMA crm TO other_owner; GRANT ALL ON crm.lead TO other_owner',
	extra_params => [ '-U', 'other_owner' ]);
$node->safe_psql('plain', "$path SELECT grant_access('op_agent', 'agent')");
command_ok([ 'pg_dump', '-Fc', '-n', 'sales', '-f', "$dir/one.dump", $node->connstr('plain') ], 'one workspace is dumped');
command_ok([ 'pg_restore', '-O', '-j4', '-U', 'other_owner', '-d', $node->connstr('elsewhere'), "$dir/one.dump" ],
	'and restored by another role');
is(rows_of('elsewhere'), rows_of('plain'), 'with all its rows');
is($node->safe_psql('elsewhere', q{SELECT pg_get_userbyid(n.nspowner), bool_or(has_function_privilege('public', p.oid, 'EXECUTE')),
		bool_or(has_function_privilege('op_agent', p.oid, 'EXECUTE'))
	FROM pg_namespace n JOIN pg_proc p ON p.pronamespace = n.oid WHERE n.nspname = 'sales' GROUP BY n.nspowner}),
	'other_owner|f|t', 'its functions are nobody\'s but the new owner\'s and of who was granted them');

$node->stop;
done_testing();
