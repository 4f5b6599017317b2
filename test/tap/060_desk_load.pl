# Sixteen sessions claim, dial and finish at once, some of them are rolled back,
# a backend is killed while it has calls, and the server in the middle of a load:
# every due task is claimed once, caps hold, and every lead is in one list, with
# a time for its next call where it is open.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$node->append_conf('postgresql.conf',
	"fsync = off\nmax_connections = 30\nlog_statement = none\ntimezone = UTC\nrestart_after_crash = on");
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

my $dir = PostgreSQL::Test::Utils::tempdir;

# run a script in sixteen sessions, so often each
sub in_sessions
{
	my ($name, $script, $times) = @_;

	append_to_file("$dir/$name", $script);
	local $ENV{PGOPTIONS} = '-c search_path=sales,public -c client_min_messages=warning';
	my ($stdout, $stderr) = run_command([ 'pgbench', '-n', '-c', 16, '-j', 2, '-t', $times, '-M', 'prepared',
		'-U', 'sales_admin', '-h', $node->host, '-p', $node->port, '-f', "$dir/$name", 'crm' ]);
	unlike($stderr, qr/error|aborted/i, "$name: no session fails or deadlocks");
	return;
}

my $in_one_list = q{
	SELECT (SELECT count(*) FROM (SELECT lead, campaign FROM to_dial UNION ALL SELECT lead, campaign FROM redial
			UNION ALL SELECT lead, campaign FROM result UNION ALL SELECT lead, campaign FROM failed) l)
		   = (SELECT count(*) FROM task),
		   (SELECT count(*) FROM task WHERE (state = 'open') IS DISTINCT FROM isfinite(next_at)
				AND (state = 'open' OR next_at IS NOT NULL))
};

$node->safe_psql('crm', q{
	SELECT lead_ops.create_workspace('sales');
	SET search_path = sales, public;
	INSERT INTO agent (agent) SELECT 'agent ' || n FROM generate_series(0, 15) n;
	SELECT count(sign_in(agent)) FROM agent;
	INSERT INTO campaign (campaign) VALUES ('once');
	INSERT INTO campaign (campaign, retry, attempts_in_window, attempt_window) VALUES
		('capped 0', '* 1s', '{3}', '{1 day}'), ('capped 1', '* 1s', '{3}', '{1 day}'), ('capped 2', '* 1s', '{3}', '{1 day}');
	SELECT load_campaign('once', array_agg('lead ' || n), array_agg((1000000 + n)::text)) FROM generate_series(1, 6000) n;
	SELECT load_campaign(c.campaign, array_agg('lead ' || n), array_agg((2000000 + n)::text))
	FROM campaign c, generate_series(1, 60) n WHERE c.campaign <> 'once' GROUP BY c.campaign;
	-- claims a call and makes it, or is cut short at any point
	CREATE FUNCTION make_call(agent text, campaign text, fate integer) RETURNS void LANGUAGE plpgsql AS $$
	DECLARE
		claimed bigint;
	BEGIN
		SELECT token INTO claimed FROM next_calls(agent, campaign);
		IF claimed IS NULL OR fate = 1 THEN
			RETURN;
		ELSIF fate = 2 THEN
			PERFORM release_task(claimed);
		ELSIF fate = 3 THEN
			PERFORM finish(claimed, 'busy');
		ELSE
			PERFORM confirm_dial(claimed);
			PERFORM finish(claimed, CASE fate WHEN 4 THEN 'refused' ELSE 'busy' END);
		END IF;
	END
	$$;
}, extra_params => [ '-U', 'sales_admin' ]);

# each due task once
in_sessions('single', "SELECT token FROM next_calls('agent ' || :client_id, 'once');\n", 100);
in_sessions('batches', "SELECT token FROM next_calls('agent ' || :client_id, 'once', 37);\n", 10);
is(sql(q{SELECT count(*), min(leases), max(leases), count(DISTINCT token) FROM task WHERE campaign = 'once'}),
	'6000|1|1|6000', 'every due task is claimed exactly once');

# caps, with sessions that release, forget and roll back
in_sessions('capped', <<'END', 150);
\set campaign random(0, 2)
\set fate random(1, 9)
\set abort random(1, 8)
BEGIN;
SELECT make_call('agent ' || :client_id, 'capped ' || :campaign, :fate);
\if :abort = 1
ROLLBACK;
\else
COMMIT;
\endif
END
is(sql(q{SELECT count(*) FROM contact_point WHERE cardinality(recent) > 3}), '0', 'no number is tried more often than it may be');
is(sql(q{SELECT count(*) FROM (SELECT number FROM attempt GROUP BY number HAVING count(*) > 3) n}), '0',
	'nor are there more attempts');
cmp_ok(sql(q{SELECT count(*) FROM contact_point WHERE cardinality(recent) = 3}), '>', 20, 'and many are tried so often');
is(sql($in_one_list), 't|0', 'every lead is in one list, and every open task has a time');

# a backend dies while it has a call, and while it is claiming one
my $claimed = sql(q{
	INSERT INTO campaign (campaign) VALUES ('crash');
	SELECT load_campaign('crash', ARRAY['C1', 'C2', 'C3'], ARRAY['3000001', '3000002', '3000003']);
	SELECT token FROM next_calls('agent 1', 'crash');
});
($claimed) = $claimed =~ /^(\d+)$/m;
my $stdin = '';
my $stdout = '';
my $timer = IPC::Run::timeout(60);
my $psql = IPC::Run::start(
	[ 'psql', '-XAtq', '-U', 'sales_admin', '-d', $node->connstr('crm') ],
	'<', \$stdin, '>', \$stdout, '2>', '/dev/null', $timer);
$stdin .= "BEGIN; SELECT 'lead ' || lead FROM sales.next_calls('agent 2', 'crash'); SELECT 'pid ' || pg_backend_pid();\n";
$psql->pump until $stdout =~ /pid (\d+)/;
my ($pid) = $stdout =~ /pid (\d+)/;
like($stdout, qr/^lead C2$/m, 'another agent is about to claim the next one');
kill 'KILL', $pid;
eval { $psql->finish };
$node->poll_query_until('crm', 'SELECT true');
is(sql("SELECT outcome FROM finish($claimed, 'busy')"), 'busy', 'what was claimed before the crash can be finished after it');
is(sql(q{SELECT string_agg(lead, ',') FROM next_calls('agent 3', 'crash', 9)}), 'C2,C3', 'and what was being claimed is due');
is(sql($in_one_list), 't|0', 'every lead is in one list');

# the server dies in the middle of a load
$stdin = '';
$stdout = '';
$psql = IPC::Run::start(
	[ 'psql', '-XAtq', '-U', 'sales_admin', '-d', $node->connstr('crm') ],
	'<', \$stdin, '>', \$stdout, '2>', '/dev/null', $timer);
$stdin .= q{
	SELECT 'pid ' || pg_backend_pid();
	BEGIN;
	SET search_path = sales;
	SELECT 'one ' || load_campaign('crash', array_agg('lost ' || n), array_agg((4000000 + n)::text)) FROM generate_series(1, 2000) n;
	SELECT load_campaign('crash', array_agg('more ' || n), array_agg((5000000 + n)::text)) FROM generate_series(1, 200000) n;
};
$psql->pump until $stdout =~ /^one \(2000,0,0\)/m;
my ($loading) = $stdout =~ /^pid (\d+)/m;
$node->kill9;
kill 'KILL', $loading;
eval { $psql->finish };
# the others end by themselves as soon as they see that the postmaster is gone
my $tries = 100;
until ($node->start(fail_ok => 1))
{
	die 'the server does not start again' if --$tries == 0;
	select(undef, undef, undef, 0.1);
	$node->stop('fast', fail_ok => 1);
}
is(sql(q{SELECT count(*) FROM task WHERE lead LIKE 'lost%' OR lead LIKE 'more%'}), '0', 'of a load that was cut off nothing is there');
is(sql(q{SELECT load_campaign('crash', array_agg('lost ' || n), array_agg((4000000 + n)::text)) FROM generate_series(1, 2000) n}),
	'(2000,0,0)', 'it is loaded again');
is(sql($in_one_list), 't|0', 'every lead is in one list');
is(sql(q{SELECT count(*), count(DISTINCT lead) FROM generate_series(0, 2) n, next_calls('agent 1', 'crash', 1000 - n)}), '2000|2000',
	'and all of them can be claimed');

$node->stop;
done_testing();
