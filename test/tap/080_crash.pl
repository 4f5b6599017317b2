# Sessions, and the whole server, are killed in the middle of dealing, calling,
# paying and grading.  What is found afterwards is a state between two
# transactions: nothing is half done, nothing is lost that was acknowledged, and
# the work goes on.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib "$FindBin::Bin/../faults";
use Faults;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('main');
$node->start;
make_workspace($node);

# What was paid stays as it was.
sub paid
{
	my (@closed) = @_;
	my $closed = join ',', map { "'$_'" } @closed, '';

	return sql($node, qq{SELECT count(*), md5(string_agg(l::text, '' ORDER BY l.line))
		FROM ledger l WHERE l.period IN ($closed)});
}

# Leads that their callers were told of are not lost.  The session says which
# ones as soon as their transaction has committed.
sub start_caller
{
	my %caller = (in => '', out => '', err => '');

	$caller{run} = IPC::Run::start(
		[ 'psql', '-XAtq', '-U', 'sales_admin', '-d', $node->connstr('crm') ],
		'<', \$caller{in}, '>', \$caller{out}, '2>', \$caller{err}, IPC::Run::timeout(180));
	my $n = sql($node, 'SELECT count(*) FROM assignment');
	$caller{in} .= "SET search_path = sales;\n";
	foreach my $i (1 .. 3000)
	{
		my $pool = (qw(plain ring flat))[ $i % 3 ];
		$caller{in} .= "SELECT lead FROM assign('$pool', 'told $n $i');\n";
	}
	return \%caller;
}

sub check_told
{
	my ($caller, $what) = @_;

	eval { $caller->{run}->finish };
	my @told = $caller->{out} =~ /^(told \d+ \d+)$/mg;
	my $told = join ',', map { "('$_')" } @told, 'told';
	is(sql($node, "SELECT count(*) FROM (VALUES $told) t (lead)
			WHERE NOT EXISTS (SELECT FROM assignment a WHERE a.lead = t.lead)"),
		'1', "$what: " . @told . ' leads that a caller was told of are there');
	return;
}

# the kinds of work, and who is killed in the middle of it
my @faults = (
	[ 'dealing', 'session', qw(lead team) ],
	[ 'calls', 'server', qw(desk team) ],
	[ 'pay and grades', 'session', qw(pay grade) ],
	[ 'everything', 'stop', qw(lead team desk pay grade) ]);
push @faults,
  [ 'dealing', 'server', qw(lead team) ],
  [ 'calls', 'session', qw(desk team) ],
  [ 'pay and grades', 'server', qw(pay grade) ]
  if is_soak();

foreach my $round (1 .. load_seconds(1))
{
	foreach my $fault (@faults)
	{
		my ($work, $victim, @kinds) = @$fault;
		my $what = "$work, $victim";
		my @closed = split /\n/, sql($node, q{SELECT period FROM pay_period WHERE status IN ('closed', 'paid')});
		my $paid = paid(@closed);
		my $load = start_load($node, 6, 60, @kinds);
		my $caller = start_caller();

		select(undef, undef, undef, 1.5);
		if ($victim eq 'session')
		{
			# the postmaster ends all others and recovers
			cmp_ok(kill_backend($node), '>', 0, "$what: killed while it writes");
			stop_load($load);
			$node->poll_query_until('crm', 'SELECT true');
		}
		elsif ($victim eq 'server')
		{
			kill_server($node);
			stop_load($load);
			start_again($node);
		}
		else
		{
			$node->stop('immediate');
			stop_load($load);
			$node->start;
		}
		check_told($caller, $what);
		is(paid(@closed), $paid, "$what: closed pay is what it was");
		is(settle($node), '', "$what: nothing is half done");
	}
	is(check_indexes($node), "t\n0", 'indexes and tables are sound');
}

# and on it goes
is(stop_load(start_load($node, 6, 2, qw(lead team desk pay grade))), '', 'the work goes on');
is(settle($node), '', 'and everything is in order');
check_load($node);

$node->stop;
command_ok([ 'pg_checksums', '--check', '-D', $node->data_dir ], 'so is every page');
done_testing();
