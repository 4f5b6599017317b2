# Sixteen sessions deal, give back, close and put in line at once, and one
# transaction in ten is rolled back: afterwards the books are those of some
# serial order, which is that of the decisions.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$node->append_conf('postgresql.conf', "fsync = off\nmax_connections = 30\nlog_statement = none\ntimezone = UTC");
$node->start;

$node->safe_psql('postgres', q{
	CREATE ROLE sales_admin LOGIN;
	CREATE DATABASE crm OWNER sales_admin;
});
$node->safe_psql('crm', 'CREATE EXTENSION lead_ops');

sub sql
{
	my ($query) = @_;
	return $node->safe_psql('crm', "SET client_min_messages = warning; SET search_path = sales, public; $query",
		extra_params => [ '-U', 'sales_admin' ]);
}

# Twelve agents in three teams and four pools, two of them rings: in "caps" every
# agent has caps.
sub make_workspace
{
	my ($schema) = @_;
	$node->safe_psql('crm', qq{
		SELECT lead_ops.create_workspace('$schema');
		SET search_path = $schema, public;
		INSERT INTO agent (agent) SELECT 'agent ' || i FROM generate_series(1, 12) i;
		INSERT INTO team (team) VALUES ('north'), ('south'), ('west');
		INSERT INTO membership (agent, team)
		SELECT 'agent ' || i, (ARRAY['north', 'north', 'south', 'west'])[1 + i % 4] FROM generate_series(1, 12) i;
		INSERT INTO pool (pool, mode) VALUES ('plain', 'exact'), ('caps', 'exact'), ('ring', 'ring'), ('ring_caps', 'ring');
		INSERT INTO pool_team (pool, team) SELECT p.pool, t.team FROM pool p, team t;
		INSERT INTO pool_seat (pool, agent, weight) VALUES ('plain', 'agent 1', 3), ('plain', 'agent 5', 0.7), ('ring', 'agent 1', 3), ('ring', 'agent 2', 1);
		INSERT INTO pool_seat (pool, agent, open_leads, per_day)
		SELECT p, 'agent ' || i, 2 + i, 150 + 10 * i FROM generate_series(1, 12) i, unnest('{caps,ring_caps}'::text[]) p;
	}, extra_params => [ '-U', 'sales_admin' ]);
	return;
}
make_workspace('sales');

# Each transaction ends by this; the cap of the day is far away for most.
my $end = q{
\set abort random(1, 10)
\if :abort = 1
ROLLBACK;
\else
COMMIT;
\endif
};
my $over = q{
	SELECT FROM pool_seat s
	WHERE (SELECT count(*) FROM assignment a WHERE a.pool = s.pool AND a.agent = s.agent AND a.ended_at IS NULL) > s.open_leads
	   OR (SELECT count(*) FROM assignment a WHERE a.pool = s.pool AND a.agent = s.agent) > s.per_day
};
my $held = q{
	WITH one AS MATERIALIZED (
		SELECT lead FROM assignment WHERE pool IN ('caps', 'ring_caps') AND ended_at IS NULL
		ORDER BY random() LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
};
my %work = (
	'single@8' => q{SELECT assign('plain', 's' || :lead);},
	'batch@3' => q{SELECT count(*) FROM assign_batch('plain', ARRAY(SELECT 'b' || (:lead::bigint + i) FROM generate_series(1, 7) i));},
	'line@3' => q{SELECT enqueue('plain', 'q' || :lead);
SELECT drain('plain', 5);},
	'caps_single@8' => q{SELECT assign('caps', 'cs' || :lead);},
	'caps_batch@3' => q{SELECT count(*) FROM assign_batch('caps', ARRAY(SELECT 'cb' || (:lead::bigint + i) FROM generate_series(1, 5) i));},
	'caps_line@3' => q{SELECT enqueue('caps', 'cq' || :lead);
SELECT drain('caps', 5);},
	'ring_single@16' => q{SELECT assign('ring', 'rs' || :lead);},
	'ring_batch@1' => q{SELECT count(*) FROM assign_batch('ring', ARRAY(SELECT 'rb' || (:lead::bigint + i) FROM generate_series(1, 7) i));},
	'ring_line@1' => q{SELECT enqueue('ring', 'rq' || :lead);
SELECT drain('ring', 5);},
	'ring_weight@1' => q{UPDATE pool_seat SET weight = 1 + :lead::bigint / 10 % 7 WHERE pool = 'ring' AND agent = 'agent 2';},
	'ring_caps_single@8' => q{SELECT assign('ring_caps', 'rcs' || :lead);},
	'ring_caps_batch@1' => q{SELECT count(*) FROM assign_batch('ring_caps', ARRAY(SELECT 'rcb' || (:lead::bigint + i) FROM generate_series(1, 5) i));},
	'touch@4' => "$held SELECT touch(lead) FROM one;",
	'close@12' => "$held SELECT close_lead(lead, 'won') FROM one;",
	'release@4' => "$held SELECT release(lead, 'busy') FROM one;",
	# fails, and ends its client, where a cap is passed at any moment
	'watch@2' => "SELECT 1 / (NOT EXISTS ($over))::integer;");

my $dir = PostgreSQL::Test::Utils::tempdir;
my @files;
foreach my $name (sort keys %work)
{
	my ($file, $weight) = split /@/, $name;
	append_to_file("$dir/$file", "\\set lead random(1, 1000000000) * 10\nBEGIN;\n" . ($work{$name} =~ s/\s*\n\s*/ /gr =~ s/; SELECT/;\nSELECT/gr) . $end);
	push @files, '-f', "$dir/$file\@$weight";
}

{
	local $ENV{PGOPTIONS} = '-c search_path=sales,public -c client_min_messages=warning';
	my ($stdout, $stderr) = run_command([ 'pgbench', '-n', '-c', 16, '-j', 2, '-T', 5, '-M', 'prepared',
		'-U', 'sales_admin', '-h', $node->host, '-p', $node->port, @files, 'crm' ]);
	unlike($stderr, qr/error|aborted/i, 'no session fails, deadlocks, or sees a cap passed');
	my ($done) = $stdout =~ /number of transactions actually processed: (\d+)/;
	cmp_ok($done, '>', 150, "much has happened: $done transactions");
}

foreach my $pool ('plain', 'caps')
{
	is(sql("SELECT max(seq) = count(*), max(seq) = (SELECT seq FROM pool_ledger WHERE pool = '$pool') FROM assignment WHERE pool = '$pool'"),
		't|t', "$pool: decisions have no gaps");
}
foreach my $pool ('ring', 'ring_caps')
{
	my $holes = sql("SELECT ring_holes('$pool')");
	cmp_ok($holes, '>', 0, "$pool: turns were rolled back: $holes");
	is(sql("SELECT drain('$pool', 0); SELECT holes FROM pool_ledger WHERE pool = '$pool'"), "0\n$holes", '... as many when it is settled');
}
foreach my $pool ('plain', 'caps', 'ring', 'ring_caps')
{
	is(sql("SELECT round(sum(m.balance), 9) = 0 FROM pool_ledger l, lead_ops.rotation_members(l.turns) m WHERE l.pool = '$pool'"),
		't', "$pool: balances of teams sum to 0");
	is(sql("SELECT bool_and(s.balance = 0) FROM (SELECT round(sum(m.balance), 9) AS balance FROM team_ledger t, lead_ops.rotation_members(t.turns) m WHERE t.pool = '$pool' GROUP BY t.team) s"),
		't', "$pool: so do those of agents in each team");
	is(sql("SELECT count(*) FROM fairness('$pool') f
			LEFT JOIN (SELECT NULL AS agent, m.member AS team, m.balance, m.received FROM pool_ledger l, lead_ops.rotation_members(l.turns) m WHERE l.pool = '$pool'
				UNION ALL SELECT m.member, t.team, m.balance, m.received FROM team_ledger t, lead_ops.rotation_members(t.turns) m WHERE t.pool = '$pool') b
				ON b.team = f.team AND b.agent IS NOT DISTINCT FROM f.agent
			WHERE (abs(f.balance - b.balance) < 0.00001 AND f.received = b.received AND abs(f.balance) <= f.bound) IS NOT TRUE"),
		'0', "$pool: the report, from the decisions, says what the ledgers say");
}
is(sql("SELECT count(*) FROM ($over) o"), '0', 'no cap is passed');
is(sql('SELECT count(*) FROM (SELECT lead FROM assignment WHERE ended_at IS NULL INTERSECT SELECT lead FROM waiting) l'), '0', 'no lead is held and waits');
is(sql("SELECT count(*) FROM assignment a JOIN roster_in_force(a.pool, a.roster) r ON r.team = a.team WHERE a.agent <> ALL (r.members)"),
	'0', 'whoever got a lead was in the roster');

# The log of decisions, dealt once more by a workspace that knows nothing.
make_workspace('again');
is(sql(q{
	SELECT DISTINCT how, takes_turn, eligible IS NULL FROM assignment WHERE pool = 'plain'
}), 'dealt|t|t', 'the plain pool was dealt by turns only');
is(sql(q{
	WITH log AS (SELECT array_agg(lead ORDER BY seq) AS leads FROM assignment WHERE pool = 'plain'),
		dealt AS MATERIALIZED (SELECT d.* FROM log, LATERAL again.assign_batch('plain', log.leads) d)
	SELECT count(*) = (SELECT count(*) FROM assignment WHERE pool = 'plain'), bool_and((d.team, d.agent) = (a.team, a.agent))
	FROM dealt d JOIN assignment a ON a.lead = d.lead
}), 't|t', 'a replay in the order of the decisions gives the same owners');

# What listeners hear.
sql(q{UPDATE pool SET notifies = true; INSERT INTO pool (pool, notifies) VALUES ('nobody', true)});
my $heard = sql(q{LISTEN lead_ops_assigned; LISTEN lead_ops_waiting;
	SELECT FROM assign('plain', 'n1'); SELECT FROM assign('nobody', 'n2');
	SELECT FROM assign_batch('plain', ARRAY['n3', 'n4']);
	BEGIN; SELECT FROM assign('plain', 'n5'); ROLLBACK});
like($heard, qr/"lead_ops_assigned" with payload "\{"lead" : "n1", "agent" : "agent \d+", "pool" : "plain"\}"/, 'a decision is heard of');
like($heard, qr/"lead_ops_waiting" with payload "\{"lead" : "n2", "pool" : "nobody", "reason" : "no agent in the pool"\}"/, 'so is a lead that waits');
like($heard, qr/"lead_ops_assigned" with payload "\{"pool" : "plain", "leads" : 2\}"/, 'a batch is one message');
unlike($heard, qr/n5/, 'what is rolled back is not heard of');

$node->stop;
done_testing();
