# What the tests share that break something: a server with a workspace under
# load, and the question whether everything in it is as it should be.
package Faults;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Basename qw(dirname);
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(new_node make_workspace sql start_load stop_load settle broken kill_backend
  kill_server start_again check_indexes check_load not_done hashes load_seconds is_soak);

my $here = dirname(__FILE__);
my $prefix = 'SET client_min_messages = warning; SET search_path = sales, public;';

sub is_soak
{
	return $ENV{SOAK_FACTOR};
}

# A test works so long, and so many times as long in "make soak".
sub load_seconds
{
	my ($seconds) = @_;
	return $seconds * ($ENV{SOAK_FACTOR} || 1);
}

sub new_node
{
	my ($name, %options) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C', '--data-checksums' ], %options);
	$node->append_conf('postgresql.conf',
		"max_connections = 40\njit = off\ntimezone = UTC\ndeadlock_timeout = 200ms\n"
		  . "restart_after_crash = on\nlog_statement = none\nautovacuum_naptime = 5s");
	return $node;
}

sub sql
{
	my ($node, $query, @more) = @_;
	return $node->safe_psql('crm', "$prefix $query", extra_params => [ '-U', 'sales_admin' ], @more);
}

sub make_workspace
{
	my ($node) = @_;

	$node->safe_psql('postgres', 'CREATE ROLE sales_admin LOGIN; CREATE DATABASE crm OWNER sales_admin');
	$node->safe_psql('crm', 'CREATE EXTENSION lead_ops; CREATE EXTENSION amcheck');
	sql($node, "CREATE SCHEMA crm; CREATE SCHEMA load; SELECT lead_ops.create_workspace('sales');");
	sql($node, slurp_file("$here/load.sql"));
	return;
}

# So many sessions at work on these kinds of actions, for so long.
sub start_load
{
	my ($node, $workers, $seconds, @kinds) = @_;
	my $kinds = '{' . join(',', @kinds) . '}';
	my @load;

	foreach my $worker (1 .. $workers)
	{
		my %one = (err => '');

		$one{run} = IPC::Run::start(
			[
				'psql', '-XAtq', '-U', 'sales_admin', '-d', $node->connstr('crm'), '-c', $prefix,
				'-c', "SET application_name = 'load'",
				'-c', "CALL load.work('$worker', clock_timestamp() + interval '$seconds s', '$kinds')"
			],
			'<', \undef, '>', \$one{out}, '2>', \$one{err}, IPC::Run::timeout($seconds + 120));
		push @load, \%one;
	}
	return \@load;
}

# Their errors, of which there are none but where the server broke.
sub stop_load
{
	my ($load) = @_;

	foreach my $one (@$load)
	{
		$one->{run}->finish;
	}
	return join '', map { $_->{err} } @$load;
}

sub broken
{
	my ($node) = @_;
	return sql($node, slurp_file("$here/invariants.sql"));
}

# Leads in line are dealt and what came late is paid; what then does not hold.
sub settle
{
	my ($node) = @_;

	sql($node, 'CALL load.catch_up()');
	sql($node, 'ANALYZE');
	return broken($node);
}

# Signal 9 to a session that has written something and not committed it.
sub kill_backend
{
	my ($node) = @_;
	my $pid = '';

	for (1 .. 500)
	{
		$pid = $node->safe_psql('postgres', q{
			SELECT pid FROM pg_stat_activity
			WHERE application_name = 'load' AND backend_xid IS NOT NULL
			ORDER BY random() LIMIT 1});
		last if $pid ne '' && kill('KILL', $pid);
		$pid = '';
	}
	return $pid;
}

# Signal 9 to the postmaster, then to all that it has left behind.
sub kill_server
{
	my ($node) = @_;
	my @others = split /\n/, $node->safe_psql('postgres', 'SELECT pid FROM pg_stat_activity');

	$node->kill9;
	kill('KILL', @others);
	return;
}

# There is no new server until the last of the old one is gone.
sub start_again
{
	my ($node) = @_;
	my $tries = 300;

	until ($node->start(fail_ok => 1))
	{
		die 'the server does not start again' if --$tries == 0;
		select(undef, undef, undef, 0.1);
		$node->stop('fast', fail_ok => 1);
	}
	return;
}

# Every index agrees with its table, and every page of a table is sound.
sub check_indexes
{
	my ($node) = @_;

	return $node->safe_psql('crm', q{
		SET client_min_messages = warning;
		SELECT count(bt_index_check(c.oid, true)) > 150
		FROM pg_class c
		JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'
		WHERE c.relnamespace IN ('sales'::regnamespace, 'crm'::regnamespace) AND c.relkind = 'i';
		SELECT count(*)
		FROM pg_class c
		CROSS JOIN LATERAL verify_heapam(c.oid) h
		WHERE c.relnamespace IN ('sales'::regnamespace, 'crm'::regnamespace) AND c.relkind = 'r';
	});
}

# Nothing ended by an error that says nothing to a caller, and no two sessions
# waited for one another.
sub check_load
{
	my ($node) = @_;

	is(sql($node, q{SELECT DISTINCT concat_ws(' ', d.action, d.code, d.message) FROM load.done d
			WHERE d.code !~ '^LO' AND d.code NOT IN ('00000', '22023')}),
		'', 'no session fails, and there is no deadlock');
	return;
}

# what was never done without being refused
sub not_done
{
	my ($node) = @_;

	return sql($node, q{SELECT a.action FROM load.action a
		WHERE NOT EXISTS (SELECT FROM load.done d WHERE d.action = a.action AND d.code = '00000')});
}

# The rows of each table of the workspace, in one order and one number.
sub hashes
{
	my ($node, @but) = @_;
	my $but = join ',', map { "'$_'" } @but, '';
	my $query = $node->safe_psql('crm', qq{
		SELECT string_agg(format(
			'SELECT %L, count(*), md5(string_agg(md5(t::text), '''' ORDER BY md5(t::text))) FROM sales.%I t',
			c.relname, c.relname), ' UNION ALL ' ORDER BY c.relname)
		FROM pg_class c
		WHERE c.relnamespace = 'sales'::regnamespace AND c.relkind = 'r' AND c.relname NOT IN ($but)});

	return $node->safe_psql('crm', "SET search_path = sales; $query ORDER BY 1");
}

1;
