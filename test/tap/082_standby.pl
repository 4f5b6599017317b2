# A physical standby is equal to its primary after a load, answers every question
# that only reads, and goes on in its place when the primary dies in the middle
# of the work.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib "$FindBin::Bin/../faults";
use Faults;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = new_node('primary', allows_streaming => 1);
$primary->start;
make_workspace($primary);
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
# a long question there waits for no replay
$standby->append_conf('postgresql.conf', 'max_standby_streaming_delay = -1');
$standby->start;

my @kinds = qw(lead team desk pay grade);
is(stop_load(start_load($primary, 6, load_seconds(3), @kinds)), '', 'a load of everything');
is(settle($primary), '', 'everything is in order');
# a ring in use
sql($primary, q{SELECT count(*) FROM generate_series(1, 20) n, assign('ring', 'on the ring ' || n)});
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('flush'));
is(hashes($standby), hashes($primary), 'each table of the standby has the rows of the primary');
is(broken($standby), '', 'what holds on the primary holds on the standby');

# Everything that reads: what it says here and there.
my $year = "'[2022-01-01,2023-01-01)'";
# the days on which this test may run
my $now = (gmtime)[5] + 1900;
my $today = "'[$now-01-01," . ($now + 1) . "-01-02)'";
my $months = "'[2022-01-01,2022-04-01)'";
my @questions = (
	# a sequence reads further there than it has got, which are holes of a ring and widen the bound
	"to_jsonb(x)' FROM (SELECT f - 'bound' AS x FROM pool p, LATERAL fairness(p.pool) b, to_jsonb(b) f) x", "simulate('plain', 20, at => '2026-01-01')",
	"explain(x)' FROM (SELECT a AS x FROM assignment a ORDER BY a.pool, a.seq LIMIT 5) x", "roster_at('plain', '2026-01-01')",
	"seat_at('capped', '2026-01-01')", "balance_sheet('ring')", "settled('ring')", "working_days($months)", "periods_in('week', $months)",
	'team_limits()', 'teams_below()', 'team_people()', "headcount('2026-01-01')", "team_report('2026-01-01')", "training_report('2026-01-01')",
	"employment_report('2026-01-01')", "entry_check('agent 1', 'regular', '2026-01-01')", "funnel('calls')", "measure('{sale}', $year)",
	"measure_events('sale', $months)", "unmeasured('{sale}', $year)", "suggest_quota('sale', 'month', '2024-06-01')",
	"attainment('[2024-01-01,2024-02-01)')", "attainment_by('week', '[2024-01-01,2024-02-01)')", "attainment_history('month', '2024-06-01', 3)",
	"team_attainment('[2024-01-01,2024-02-01)')", "quota_gaps('[2024-01-01,2024-02-01)')", "targets('agent 1', '2024-01-15')",
	"unmet('[2024-01-01,2024-02-01)')", "plan_faults('agents', 1)", "pay_gaps('2022-01')", "preview('agent 1', '2022-02')",
	q{preview('agent 1', '2022-02', '{"add": {"sale": 1000}}')}, "explain_pay('agent 1', '2022-01')", "verify('2022-01')",
	"rank_agents('sale', $months)", "grade_check('agent 1', 'agent', '2024-06-01')", "rule_outcomes('[2024-01-01,2024-02-01)')",
	"sample_items('sale', $months, 'seed', per_agent => 2)", "qa_defects()", "activity($months)", "activity($months, 'month', 'team', 'sale')",
	"outcome_shares($today, 'year')", "conversion($today, 'year')", "leaderboard('sale', $months, 'month')",
	"quota_progress('[2024-01-01,2024-02-01)', on_day => '2024-01-20')", "staffing($months, 'month')", "pay_register($months, 'month')",
	"score_summary($year)", "records_in_time($today)", "repeat_calls($today)",
	"customer_report($today)", "due_from('calls')", "places_on('2024-01-01')");
my $script = join "\n", map {
	my ($call, $from) = split /' FROM /, $questions[$_];
	my $source = $from ? "$from, LATERAL $call f" : "$call f";
	"SELECT $_, count(*), md5(string_agg(f::text, E'\\n' ORDER BY f::text)) FROM $source;"
} 0 .. $#questions;
my @here = split /\n/, sql($primary, $script);
my ($status, $there, $stderr) = $standby->psql('crm', "SET search_path = sales, public;\n$script",
	extra_params => [ '-U', 'sales_admin' ], on_error_stop => 0);
foreach my $n (0 .. $#questions)
{
	my ($said) = $there =~ /^($n\|.*)$/m;
	is($said // 'an error', $here[$n], "the standby answers $questions[$n]");
}
is($stderr, '', '... without an error');

# the views, too
my @views = split /\n/, sql($primary, q{SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'sales'::regnamespace AND c.relkind = 'v' ORDER BY 1});
my $views = join "\n", map { "SELECT '$_', count(*) FROM sales.$_;" } @views;
is($standby->safe_psql('crm', $views), $primary->safe_psql('crm', $views), 'so do ' . @views . ' views');

# what writes is refused and not half done
foreach my $call ("assign('plain', 'x')", "assign('ring', 'x')", "next_calls('agent 1', 'calls')", "calculate('2023-12')")
{
	my ($status, $stdout, $stderr) = $standby->psql('crm', "\\set VERBOSITY sqlstate\nSELECT sales.$call");
	like($stderr, qr/ERROR:  25006/, "a standby does not $call");
}

#
# The primary dies in the middle of the work
#
my $load = start_load($primary, 6, 60, @kinds);
select(undef, undef, undef, 2);
$primary->stop('immediate');
stop_load($load);
$standby->promote;
is(settle($standby), '', 'promoted: nothing is half done');
is(check_indexes($standby), "t\n0", 'promoted: indexes and tables are sound');
is(stop_load(start_load($standby, 6, load_seconds(2), @kinds)), '', 'the work goes on');
is(settle($standby), '', 'and everything is in order');
check_load($standby);

$standby->stop;
done_testing();
