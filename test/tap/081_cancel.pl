# Whatever runs long can be cancelled and gives its memory back: each function of
# the extension on the largest values that its limits allow, a million calls in
# one query, and sessions at work in a workspace.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib "$FindBin::Bin/../faults";
use Faults;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('main');
$node->start;
make_workspace($node);

#
# Cancel
#
$node->safe_psql('crm', q{
	SET search_path = lead_ops, public;
	CREATE TABLE big AS
	SELECT rotation(array_agg('agent ' || md5(i::text) ORDER BY md5('x' || i))) AS r,
		array_agg('agent ' || md5(i::text) ORDER BY md5('y' || i)) AS names,
		array_agg(1 + i % 997 + 0.001) AS weights, array_agg(1::bigint) AS ones
	FROM generate_series(1, 100000) i;
	ALTER TABLE big ADD t text, ADD j jsonb;
	UPDATE big SET t = r::text, j = r::jsonb;
	CREATE TABLE tiers AS
	SELECT m AS mode, (m || ' ' || string_agg('from ' || i * 10 || '.123456789: ' || i || '.1234567890123'
		|| CASE WHEN m = 'interpolated' THEN '' ELSE '% + 3 per 7' END, ', ' ORDER BY i))::tier_schedule AS s
	FROM generate_series(1, 1000) i, unnest('{marginal,whole,interpolated}'::text[]) m GROUP BY m;
	CREATE TABLE hours AS
	SELECT string_agg('2026 Jan 01-2026 Dec 31 00:0' || i % 10 || '-23:5' || i % 10, ', ')::work_hours AS h
	FROM generate_series(1, 100) i;
	CREATE TABLE dates AS
	SELECT string_agg(date '2000-01-01' + 2 * i || ' holiday', ', ' ORDER BY i DESC) AS t
	FROM generate_series(1, 9999) i;
	CREATE TABLE many AS SELECT array_agg(i % 1009 + 0.5) AS weights FROM generate_series(1, 500000) i;
});

# those that end before they are cancelled are short enough; * may not
my @cases = (
	'* generate_series' => q{SELECT count(*) FROM generate_series(1, 1000000000000)},
	'* dealt' => q{SELECT dealt(rotation('{a,b,c}'::text[]), 100000000000)},
	'* dealt, many members' => q{SELECT dealt(r, 100000000000) = r FROM big},
	'* dealt_levels' => q{SELECT dealt_levels(rotation('{t}'::text[]), '{t}', ARRAY[rotation('{a,b,c}'::text[])], 100000000000)},
	'* deal' => q{SELECT count(*) FROM deal('{a,b,c}'::text[], NULL, 100000000000)},
	'* deal in a select list' => q{SELECT count(n) FROM (SELECT (deal('{a,b,c}'::text[], NULL, 100000000000)).n) x},
	'* deal_levels' => q{SELECT count(*) FROM deal_levels(rotation('{t}'::text[]), '{t}', ARRAY[rotation('{a,b,c}'::text[])], 100000000000)},
	'dealt_to' => q{SELECT dealt_to(r, names, ones) = r FROM big},
	'rotation from arrays' => q{SELECT rotation(names, weights) = r FROM big},
	'rotation from text' => q{SELECT t::rotation = r FROM big},
	'rotation from jsonb' => q{SELECT j::rotation = r FROM big},
	'rotation to jsonb' => q{SELECT r::jsonb = j FROM big},
	'rotation_members' => q{SELECT count(*) FROM big, rotation_members(r)},
	'with_members' => q{SELECT with_members(r, names[1:50000], weights[1:50000]) = r FROM big},
	'give_back' => q{SELECT give_back(r, names[1], names, weights) = r FROM big},
	'next_member' => q{SELECT next_member(r, names) FROM big},
	'* deal_to' => q{SELECT count(deal_to(r, names[5], names)) FROM big, generate_series(1, 1000)},
	'* payout' => q{SELECT count(payout(s, i + 1e60)) FROM tiers, generate_series(1, 1000000) i},
	'payout_lines' => q{SELECT count(*) FROM tiers, payout_lines(s, 1e100)},
	'* value_for' => q{SELECT value_for(s, 1e30, 100) FROM tiers, generate_series(1, 10) WHERE mode = 'marginal'},
	'value_for, interpolated' => q{SELECT value_for(s, 1e30, 100) FROM tiers WHERE mode = 'interpolated'},
	'value_for, whole' => q{SELECT value_for(s, 1e30, 100) FROM tiers WHERE mode = 'whole'},
	'next_tier' => q{SELECT next_tier(s, 5000) FROM tiers},
	'scale_bounds' => q{SELECT scale_bounds(s, 3.3) = s FROM tiers},
	'* payout_sum' => q{SELECT payout_sum('marginal from 0: 3%', i) FROM generate_series(1, 1000000000) i},
	'* commission' => q{SELECT count(c) FROM (SELECT commission('marginal from 0: 3%, from 100: 5%', i) OVER () c FROM generate_series(1, 1000000000) i) x},
	'* split_amount' => q{SELECT cardinality(split_amount(1000000.00, weights)) FROM many},
	'* split_amount of many digits' => q{SELECT cardinality(split_amount(10::numeric ^ 1000, weights)) FROM many},
	'* work_time_between' => q{SELECT sum(work_time_between('Mo-Fr 08:30-12:00,13:30-17:30', '0001-01-01', '9999-12-31', 'Europe/Berlin')) FROM generate_series(1, 100)},
	'work_time_between, many rules' => q{SELECT work_time_between(h, '0001-01-01', '9999-12-31', 'Europe/Berlin') FROM hours},
	'* open_ranges' => q{SELECT count(*) FROM generate_series(1, 100), open_ranges('Mo-Fr 08:30-12:00', '[0001-01-01,9999-12-31)', 'Europe/Berlin')},
	'* work_days' => q{SELECT sum(work_days(h, '[0001-01-01,9999-12-31)')) FROM hours, generate_series(1, 100)},
	'add_work_time' => q{SELECT add_work_time('Mo-Fr 08:30-08:31', '2000-01-01', '20000:00:00', 'Europe/Berlin')},
	'add_work_time, back' => q{SELECT add_work_time('Mo-Fr 08:30-08:31', '9999-01-01', '-20000:00:00', 'Europe/Berlin')},
	'* next_open' => q{SELECT count(next_open('Su 08:00-09:00', t, 'Europe/Berlin')) FROM generate_series(timestamptz '1900-01-01', '9000-01-01', '1 min') t},
	'* next_attempt' => q{SELECT count(n.at) FROM generate_series(1, 100000) k, LATERAL next_attempt('busy w300h; total 900',
		(SELECT array_agg('busy'::text) FROM generate_series(1, 899)),
		(SELECT array_agg(timestamptz '2026-01-01' + (i + k) * interval '1 min') FROM generate_series(1, 899) i),
		'Mo 08:00-08:01', 'UTC', NULL) n},
	'work_calendar from text' => q{SELECT length(t::work_calendar::text) FROM dates},
	'* work_calendar' => q{SELECT work_calendar(date '2026-01-01' + i % 7, 'holiday') FROM generate_series(1, 1000000000) i},
	map { ("long text of $_->[0]" => qq{SELECT length((repeat('$_->[1]', 2000000) || 'x')::$_->[0]::text)}) }
	  [ tier_schedule => 'from 0: 3%, ' ], [ work_hours => 'Mo-Fr 08:30-12:00; ' ], [ work_hours => ' ' ],
	  [ work_calendar => '2026-01-01 holiday, ' ], [ retry_policy => 'busy 5m; ' ], [ ladder => 'a < ' ], [ rotation => 'a 1, ' ]);

my $script = "SET search_path = lead_ops, public;\n";
my %query = @cases;
my @names = @cases[ grep { $_ % 2 == 0 } 0 .. $#cases ];
foreach my $n (0 .. $#names)
{
	$script .= "SELECT clock_timestamp() AS began \\gset\nSET statement_timeout = '50 ms';\n"
	  . "$query{$names[$n]} \\g /dev/null\n\\set code :SQLSTATE\nRESET statement_timeout;\n"
	  . "SELECT 'case', $n, :'code', round(extract(epoch FROM clock_timestamp() - :'began') * 1000);\n";
}
my ($status, $stdout, $stderr) = $node->psql('crm', $script, on_error_stop => 0, timeout => 300);
my $most;
foreach my $n (0 .. $#names)
{
	my ($code, $took) = $stdout =~ /^case\|$n\|(\w*)\|(\d+)$/m;

	# what a plain cancel costs on this machine at this moment
	$most //= 1000 + 5 * $took;
	ok($took < $most && ($code eq '57014' || $names[$n] !~ /^\*/ && $code =~ /^(00000|22P02|54000|LO001)$/),
		"$names[$n] can be cancelled: $code after $took ms");
}

#
# Memory
#
my %call = (
	payout => q{payout('marginal from 0: 3%, from 100: 5% + 2 per 7', i)},
	'payout of long numbers' => q{payout('marginal from 0: 3%, from 100: 5% + 2 per 7', i + 1e60)},
	'payout by a column' => q{payout(('whole from ' || i % 3 || ': 1')::tier_schedule, i)},
	value_for => q{value_for('marginal from 0: 3%, from 100: 5%', i)},
	split_amount => q{split_amount(i, ARRAY[1, 2, 3, 4]::numeric[])},
	dealt => q{dealt(rotation('{a,b,c}'::text[]), i % 10)},
	deal_to => q{deal_to(rotation('{a,b,c}'::text[]), 'a', '{a,b}')},
	deal => q{(SELECT count(*) FROM deal('{a,b,c}'::text[], NULL, 3 + i % 2))},
	dealt_to => q{dealt_to(rotation('{a,b,c}'::text[]), '{a,c}', ARRAY[1 + i % 5, 2])},
	rotation_members => q{(SELECT count(*) FROM rotation_members(rotation(ARRAY['a', i::text])))},
	next_open => q{next_open('Mo-Fr 08:30-12:00; PH off', timestamptz '2026-01-01' + i * interval '1 min', 'Europe/Berlin', '2026-01-06 holiday')},
	'next_open by a column' => q{next_open(('Mo-Fr 0' || i % 9 || ':30-12:00')::work_hours, '2026-01-01', 'UTC', (date '2026-01-01' + (i % 9)::integer || ' holiday')::work_calendar)},
	open_ranges => q{(SELECT count(*) FROM open_ranges('Mo-Fr 08:30-12:00', tstzrange('2026-01-01', timestamptz '2026-01-02' + i % 9 * interval '1 d'), 'UTC'))},
	next_attempt => q{next_attempt('busy 5m,w15m max 4; total 8', '{busy,busy}', ARRAY['2026-01-01', timestamptz '2026-01-02' + i * interval '1 s'], 'Mo-Fr 08:30-12:00', 'UTC', NULL)},
	payout_lines => q{(SELECT count(*) FROM payout_lines('marginal from 0: 3%, from 100: 5%', i))},
	rung => q{rung('a < b < c', 'b')},
	jsonb => q{('marginal from 0: ' || i % 9 || '%')::tier_schedule::jsonb::tier_schedule});

# what all contexts have grown by in the second half of one query
$node->safe_psql('crm', q{
	CREATE FUNCTION memory_used() RETURNS numeric LANGUAGE plpgsql AS
	'BEGIN RETURN sum(m.used_bytes) FROM pg_backend_memory_contexts m; END'});
my $rows = 20000 * ($ENV{SOAK_FACTOR} || 1);

sub grown
{
	my ($call, $aggregate) = @_;

	my $grown = $node->safe_psql('crm', qq{
		SET search_path = lead_ops, public;
		SELECT max(used) FILTER (WHERE i = $rows) - max(used) FILTER (WHERE i = $rows / 2), $aggregate(result) IS NULL
		FROM (SELECT i, $call AS result,
				CASE WHEN i IN ($rows, $rows / 2) THEN memory_used() END AS used
			FROM generate_series(1, ${rows}::bigint) i OFFSET 0) x});
	$grown =~ s/\|.*//;
	return $grown;
}

cmp_ok(grown("repeat('x', 100)", 'array_agg'), '>', 1000000, 'what is kept is seen');
foreach my $name (sort keys %call)
{
	my $grown = grown($call{$name}, 'count');
	cmp_ok($grown, '<', 100000, "$name: no memory is kept from call to call ($grown bytes)");
}

#
# Sessions at work
#
my $load = start_load($node, 8, 30, qw(lead team desk pay grade));
my $cancelled = 0;
foreach my $try (1 .. 8)
{
	select(undef, undef, undef, 0.5);
	$cancelled += $node->safe_psql('postgres', q{
		SELECT count(*) FILTER (WHERE pg_cancel_backend(s.pid))
		FROM (SELECT pid FROM pg_stat_activity WHERE application_name = 'load' AND backend_xid IS NOT NULL
			ORDER BY random() LIMIT 1) s});
}
$node->safe_psql('postgres', q{SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'load'});
my $said = stop_load($load);
cmp_ok($cancelled, '>', 2, "$cancelled sessions are cancelled while they write");
like($said, qr/canceling statement due to user request/, 'as they say');
is(settle($node), '', 'nothing is half done');

$node->stop;
done_testing();
