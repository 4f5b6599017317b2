# The disk is full in the middle of a batch: the error says so, nothing is half
# done, and with space the same call gets through.  The disk is that of a shim,
# which needs no rights.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib "$FindBin::Bin/../faults";
use Faults;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir;
my $compiler = $ENV{CC} || 'cc';
plan skip_all => "no $compiler to build the shim with" if system("command -v $compiler >/dev/null") != 0;
system($compiler, '-shared', '-fPIC', '-O2', '-o', "$dir/full_disk.so", "$FindBin::Bin/../faults/full_disk.c", '-ldl') == 0
  or die 'the shim does not compile';

my $node = new_node('main');
{
	local $ENV{LD_PRELOAD} = "$dir/full_disk.so";
	local $ENV{LEAD_OPS_FULL_DISK} = "$dir/full";
	$node->start;
}
make_workspace($node);

sub fill
{
	my ($bytes) = @_;
	unlink "$dir/full";
	append_to_file("$dir/full", "$bytes\n") if defined $bytes;
	return;
}

sql($node, q{SELECT count(*) FROM generate_series(1, 1500) n,
	credit_sale('sale ' || n, n, timestamptz '2022-01-01 00:00+00' + n * interval '30 min', '{agent 1,agent 2,vice}', '{33.33,33.33,33.34}')});
my @calls = (
	"SELECT count(agent) FROM assign_batch('plain', ARRAY(SELECT 'new ' || n FROM generate_series(1, 5000) n))",
	"SELECT drain('plain', 10000) FROM enqueue_batch('plain', ARRAY(SELECT 'line ' || n FROM generate_series(1, 3000) n))",
	"SELECT (load_campaign('calls', array_agg('lead ' || n), array_agg((1000000 + n)::text))).loaded FROM generate_series(1, 5000) n",
	"SELECT calculate('2022-01') > 1000",
	"INSERT INTO crm.lead (owner) SELECT NULL FROM generate_series(1, 3000); SELECT count(owner) FROM crm.lead");
my @result = (5000, 3000, 5000, 't', 3000);
foreach my $n (0 .. $#calls)
{
	my ($what) = $calls[$n] =~ /(crm|assign_batch|drain|load_campaign|calculate)/;
	my $before = hashes($node);
	my $refused = 0;

	# at several places of the call
	foreach my $bytes (0, 200000)
	{
		fill($bytes);
		my ($status, $stdout, $stderr) = $node->psql('crm',
			"\\set VERBOSITY sqlstate\nSET client_min_messages = warning; SET search_path = sales, public; BEGIN; $calls[$n]; ROLLBACK",
			extra_params => [ '-U', 'sales_admin' ]);
		$refused += $stderr =~ /ERROR:  53100/;
		unlike($stderr, qr/ERROR:  (?!53100)/, "$what: there is no other error than 53100 with $bytes bytes left");
		fill(undef);
	}
	cmp_ok($refused, '>', 0, "$what: the disk is full $refused times");
	is(hashes($node), $before, "$what: nothing is half done");
	like(sql($node, $calls[$n]), qr/^$result[$n]$/m, "$what: goes on when there is space");
}
is(settle($node), '', 'everything is in order');

my $load = start_load($node, 6, 5, qw(lead team desk pay grade));
select(undef, undef, undef, 1);
fill(8192);
select(undef, undef, undef, 2);
fill(undef);
stop_load($load);
is(settle($node), '', 'the disk was full under a load of everything: nothing is half done');
is(check_indexes($node), "t\n0", 'indexes and tables are sound');

$node->stop;
done_testing();
