# A workspace is replicated logically into another server, as doc/operations.md
# says, is equal there after a load, and goes on there when its turn comes.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib "$FindBin::Bin/../faults";
use Faults;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# the statements of the recipe, by the words behind "sql" at the head of a block
my %recipe = slurp_file("$FindBin::Bin/../../doc/operations.md") =~ /^```sql (publisher|subscriber|switch)\n(.*?)^```$/msg;
is(join(' ', sort keys %recipe), 'publisher subscriber switch', 'the recipe is documented');

my $publisher = new_node('publisher', allows_streaming => 'logical');
$publisher->start;
make_workspace($publisher);
my $subscriber = new_node('subscriber');
$subscriber->append_conf('postgresql.conf',
	"max_logical_replication_workers = 10\nmax_sync_workers_per_subscription = 6");
$subscriber->start;
$subscriber->safe_psql('postgres', 'CREATE ROLE sales_admin LOGIN; CREATE DATABASE crm OWNER sales_admin');

# there are rows already, and a ring in use
is(stop_load(start_load($publisher, 4, 1, qw(lead team desk pay grade))), '', 'work before there is a subscriber');
sql($publisher, q{SELECT count(*) FROM generate_series(1, 3) n, assign('ring', 'early ' || n)});

my $tables = sql($publisher, q{SELECT count(*) FROM pg_class WHERE relnamespace = 'sales'::regnamespace AND relkind = 'r'});
is(sql($publisher, q{
		SELECT count(*) FROM pg_class c
		WHERE c.relnamespace = 'sales'::regnamespace AND c.relkind = 'r' AND c.relreplident = 'd'
		  AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)}),
	$tables, 'every table has a primary key by which changes find their rows');

my $schema = PostgreSQL::Test::Utils::tempdir() . '/schema.sql';
$publisher->command_ok([ 'pg_dump', '-s', '-f', $schema, $publisher->connstr('crm') ], 'the schema is dumped');
$subscriber->command_ok([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', $schema, '-d', $subscriber->connstr('crm') ], 'and restored');
# the CRM's tables and the log of this test go with the workspace
$publisher->safe_psql('crm', $recipe{publisher} =~ s/IN SCHEMA sales/IN SCHEMA sales, crm, load/r);
my $from = $publisher->connstr('crm') =~ s/'/''/gr;
$subscriber->safe_psql('crm', $recipe{subscriber} =~ s/CONNECTION '[^']*'/CONNECTION '$from'/r);
my ($subscription) = $recipe{subscriber} =~ /CREATE SUBSCRIPTION (\w+)/;
$subscriber->wait_for_subscription_sync($publisher, $subscription, 'crm');

is(stop_load(start_load($publisher, 6, load_seconds(3), qw(lead team desk pay grade))), '', 'a load of everything');
is(settle($publisher), '', 'everything is in order');
# a ring that the subscriber has not heard of, a new campaign, and what is deleted
sql($publisher, q{
	INSERT INTO pool (pool, mode) VALUES ('late ring', 'ring'), ('gone', 'ring');
	INSERT INTO pool_team (pool, team) VALUES ('late ring', 'north');
	DELETE FROM pool WHERE pool = 'gone';
	SELECT count(*) FROM generate_series(1, 20) n, assign('late ring', 'late ' || n);
	INSERT INTO campaign (campaign) VALUES ('late');
	SELECT load_campaign('late', '{l1,l2}', '{9000001,9000002}');
});
$publisher->wait_for_catchup($subscription);
is(hashes($subscriber), hashes($publisher), 'each table of the subscriber has the rows of the publisher');
is(sql($subscriber, q{SELECT to_regclass('turn_of_gone')}), '', 'a ring that was deleted is gone there, too');

#
# Switch over
#
$publisher->stop('immediate');
$subscriber->safe_psql('crm', "ALTER SUBSCRIPTION $subscription DISABLE;
	ALTER SUBSCRIPTION $subscription SET (slot_name = NONE); DROP SUBSCRIPTION $subscription");
sql($subscriber, $recipe{switch} =~ s/'sales'/'$_'/gr) foreach qw(crm load sales);
is(broken($subscriber), '', 'what holds on the publisher holds on the subscriber');
is(sql($subscriber, q{SELECT count(DISTINCT agent) > 1, count(*) FROM generate_series(1, 30) n, assign('late ring', 'after ' || n)}), 't|30',
	'a ring goes on');
is(stop_load(start_load($subscriber, 6, load_seconds(2), qw(lead team desk pay grade))), '', 'the work goes on');
is(settle($subscriber), '', 'everything is in order');
check_load($subscriber);

$subscriber->stop;
done_testing();
