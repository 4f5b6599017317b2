# Grades against COPY, and their history in a load of data alone: what was
# decided once stays as it was, whatever has become of the rules.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;
my @owner = ('-U', 'sales_admin');

# as_owner(DATABASE, SQL): what it prints, and the SQLSTATE of its error
sub as_owner
{
	my ($db, $sql) = @_;
	my ($code, $out, $err) = $node->psql($db,
		"SET client_min_messages = warning; SET search_path = sales; $sql",
		extra_params => [ @owner, '-v', 'VERBOSITY=sqlstate' ]);
	return $err =~ /ERROR:\s+(\w{5})/ ? $1 : $out;
}

sub copy
{
	my ($db, $columns, $row) = @_;
	$row =~ s/, /\t/g;
	return as_owner($db, "COPY $columns FROM stdin;\n$row\n\\.\n");
}

$node->safe_psql('postgres', 'CREATE ROLE sales_admin LOGIN');
foreach my $db (qw(origin target))
{
	$node->safe_psql('postgres', "CREATE DATABASE $db OWNER sales_admin");
	$node->safe_psql($db, 'CREATE EXTENSION lead_ops');
	as_owner($db, q(SELECT lead_ops.create_workspace('sales')));
}

# Years of history by easy rules, of which some rows break those of today.
as_owner('origin', q{
	INSERT INTO agent (agent) VALUES ('boss');
	INSERT INTO agent (agent) SELECT 'agent ' || n FROM generate_series(1, 50) n;
	INSERT INTO team (team, leader) VALUES ('all', 'boss');
	INSERT INTO membership (agent, team) SELECT agent, 'all' FROM agent;
	SELECT set_ladder('sales', 'trainee < junior < senior');
	SELECT set_grade('agent ' || n, 'trainee', '2010-01-01') FROM generate_series(1, 50) n;
	SELECT set_grade('agent ' || n, 'junior', '2010-01-02', 'trainee', 'boss') FROM generate_series(1, 40) n;
	SELECT set_grade('agent ' || n, 'senior', '2010-01-03', 'junior', 'boss') FROM generate_series(1, 30) n;
	SELECT set_grade('agent ' || n, 'junior', '2010-01-03', 'senior', 'boss', kind => 'correct') FROM generate_series(1, 10) n;
	SELECT set_grade('agent ' || n, 'junior', '2010-01-05', 'junior', 'boss') FROM generate_series(1, 10) n;
	SELECT set_grade('agent ' || n, NULL, '2012-01-01', 'senior', 'boss') FROM generate_series(11, 20) n;
	UPDATE grade SET minimum_time = '1 year', protection = '1 year', certificates = '{licence}';
	INSERT INTO grade_rule (rule, kind, ladder) VALUES ('never', 'promote', 'sales');
	INSERT INTO grade_condition (rule, condition, test, name) VALUES ('never', 1, 'certificate', 'licence');
	UPDATE team SET leader = NULL, maximum_size = 60;
	INSERT INTO grade_rule (rule, kind, ladder, period_kind) VALUES ('old', 'demote', 'sales', 'month');
	INSERT INTO grade_condition (rule, condition, test, time) VALUES ('old', 1, 'time_in_grade', '10 years');
	SELECT count(*) FROM review_grades('[2025-01-01,2025-02-01)');
});
my $contents = q{
	SELECT e.* FROM grade_event e ORDER BY 1; SELECT a.* FROM grade_assignment a ORDER BY agent, valid;
	SELECT p.* FROM proposal p ORDER BY 1; SELECT r.* FROM grade_rule r ORDER BY 1};
my $origin = as_owner('origin', $contents);
like($origin, qr/^agent 30\|sales\|senior\|\[2010-01-03,\)/m, 'the origin has grades');

# The rows alone, into a workspace that exists and has all its triggers.
my @tables = map { ('-t', "sales.$_") }
	qw(agent team membership ladder grade grade_event grade_assignment grade_rule grade_condition proposal);
$node->command_ok([ 'pg_dump', @owner, '-Fc', '--data-only', '-f', "$dir/rows", @tables, 'origin' ], 'dump of the rows');
$node->command_ok([ 'pg_restore', @owner, '-e', '-d', 'target', "$dir/rows" ], 'they load where rules have changed since');
is(as_owner('target', $contents), $origin, 'and are the same');

# From here on it decides for itself.
foreach my $db (qw(origin target))
{
	is(as_owner($db, q(SELECT set_grade('agent 41', 'junior', '2026-01-01', 'trainee', 'boss'))),
		'LO053', "$db: today's rules hold for decisions");
	is(copy($db, 'grade_assignment (agent, ladder, grade, valid, event)', 'boss, sales, senior, [2025-01-01,), 1'),
		'LO080', "$db: COPY of a grade");
	is(copy($db, 'grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from)',
			'agent 41, promote, sales, trainee, sales, senior, 2026-01-01'),
		'LO051', "$db: COPY of an event is a decision: a rung is skipped");
	is(copy($db, 'grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from)',
			'agent 41, promote, sales, trainee, sales, junior, 2010-06-01'),
		'LO053', "$db: COPY of an event that nobody may approve");
	is(copy($db, 'grade_event (event, agent, kind, ladder, grade, effective_from)', '1000, boss, start, sales, senior, 2025-01-01'),
		'LO080', "$db: COPY of an event with a number of its own");
	is(as_owner($db, $contents), $origin, "$db: nothing has changed");
}
as_owner('target', q{
	UPDATE team SET leader = 'boss';
	INSERT INTO certificate (agent, certificate) VALUES ('agent 41', 'licence')});
is(copy('target', 'grade_event (agent, kind, from_ladder, from_grade, ladder, grade, effective_from, approved_by)',
		'agent 41, promote, sales, trainee, sales, junior, 2026-01-01, boss'),
	'', 'COPY of an event against which nothing stands');
is(as_owner('target', q(SELECT a.grade, a.valid, e.rule FROM grade_assignment a JOIN grade_event e USING (event) WHERE a.agent = 'agent 41' AND upper_inf(valid))),
	'junior|[2026-01-01,)|never', 'is recorded and holds');

# A CRM's own table
as_owner('target', q{
	CREATE TABLE crm_user (id int PRIMARY KEY, grade text);
	CREATE TRIGGER crm_user_grade BEFORE INSERT OR UPDATE ON crm_user
		FOR EACH ROW EXECUTE FUNCTION lead_ops.enforce_ladder('grade', 'trainee < junior < senior', 'start trainee, up 1, down any')});
is(copy('target', 'crm_user', '1, senior'), 'LO052', 'CRM: COPY above the start');
is(copy('target', 'crm_user', '1, chief'), 'LO050', 'CRM: COPY off the ladder');
is(copy('target', 'crm_user', '1, trainee'), '', 'CRM: COPY at the start');

$node->stop;
done_testing();
