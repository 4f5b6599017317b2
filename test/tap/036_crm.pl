# The recipes of doc/crm.md beside the CRMs' own applications.
#
# The sql blocks of the page are run as they stand.  Then sessions do what each
# application does with its rows, by roles that have rights on the CRM's own
# tables and none in a workspace.
use strict;
use warnings FATAL => 'all';

use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $page = slurp_file("$FindBin::Bin/../../doc/crm.md");
my $node = PostgreSQL::Test::Cluster->new('crm');
$node->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE owner LOGIN');
$node->safe_psql('postgres', 'CREATE DATABASE crm OWNER owner');
$node->safe_psql('crm', 'CREATE EXTENSION lead_ops');

# what psql says to statements, by a role
sub answer
{
	my ($role, $sql) = @_;
	my $said = '';

	IPC::Run::run([ 'psql', '-XqAtU', $role, '-d', $node->connstr('crm') ], '<', \$sql, '>&', \$said);
	$said =~ s/\n\z//;
	return $said;
}

# an application's session, which keeps its transactions
sub session
{
	my ($role) = @_;
	my %session = (in => '', out => '');

	$session{run} = IPC::Run::start(
		[ 'psql', '-XqAtU', $role, '-d', $node->connstr('crm') ],
		'<', \$session{in}, '>&', \$session{out}, IPC::Run::timeout(60));
	return \%session;
}

sub ask
{
	my ($session, $sql) = @_;

	$session->{out} = '';
	$session->{in} .= "$sql;\n\\echo :-)\n";
	$session->{run}->pump until $session->{out} =~ s/^:-\)\n//m;
	$session->{out} =~ s/\n\z//;
	return $session->{out};
}

sub leave
{
	$_->{in} .= "\\q\n", $_->{run}->finish foreach @_;
}

# statements of a recipe that name something, with other names
sub again
{
	my ($heading, $about, %instead) = @_;
	my ($recipe) = $page =~ /^## \Q$heading\E\n(.*?)(?=^## |\z)/ms or die "no recipe $heading";
	my $sql = join '', grep { /$about/ } map { /(.*?;\n)(?=\n|\S|\z)/gs } $recipe =~ /^```sql\n(.*?)^```/msg;

	$sql =~ s/$_/$instead{$_}/g foreach sort { length $b <=> length $a } keys %instead;
	return $sql;
}

answer('owner', join "\n", $page =~ /^```sql\n(.*?)^```/msg);
$node->safe_psql('crm', <<'END');
CREATE ROLE application LOGIN;
GRANT USAGE ON SCHEMA shop, workspace_1abc, odoo TO application;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, workspace_1abc TO application;
GRANT SELECT, INSERT, UPDATE, DELETE ON shop.leads, shop.deals TO application;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO application;
GRANT SELECT ON odoo.pay, odoo.quota TO application;
GRANT EXECUTE ON FUNCTION odoo.pay_of_users, odoo.quota_of_users TO application;
END

#
# Odoo
#
my ($one, $two) = (session('application'), session('application'));
ask($_, 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM crm_lead') foreach $one, $two;
my $new = "INSERT INTO crm_lead (name, type, active, phone, create_date, write_date)
	VALUES ('%s', 'lead', true, '+4930%d', now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')";
is(ask($one, sprintf $new, 'web 1', 1), '', 'Odoo: a role with rights on its own tables inserts a lead');
is(ask($two, sprintf $new, 'web 2', 2), '', 'two at once do not wait for one another');
is(ask($one, "SELECT user_id IS NULL FROM crm_lead WHERE name = 'web 1'"), 't', 'the row is as it was written');
ask($_, 'COMMIT') foreach $one, $two;
is(answer('owner', "SELECT count(*) FROM sales.waiting; SELECT sales.deal_source('odoo')"), "2\n2", 'both are dealt, once');
is(answer('owner', "SELECT count(*) FROM crm_lead WHERE name ~ 'web' AND user_id IN (2, 3) AND team_id = 1
	AND date_open IS NOT NULL AND day_open = 0 AND write_uid = 1"), '2', 'with what Odoo computes from the salesperson');

ask($one, sprintf $new, 'web 3', 3);
ask($one, 'BEGIN ISOLATION LEVEL REPEATABLE READ');
is(ask($one, "SELECT user_id IS NULL FROM crm_lead WHERE name = 'web 3'"), 't', 'a form is opened');
is(answer('owner', "SELECT sales.deal_source('odoo')"), '1', 'the lead is dealt meanwhile');
like(ask($one, "UPDATE crm_lead SET phone = '1' WHERE name = 'web 3'"), qr/could not serialize/, 'to save it fails, and is tried again');
ask($one, 'ROLLBACK; BEGIN ISOLATION LEVEL REPEATABLE READ');
is(ask($one, "UPDATE crm_lead SET phone = '1' WHERE name = 'web 3' RETURNING user_id IS NOT NULL"), 't', 'with the owner');
is(answer('owner', "SELECT sales.deal_source('odoo'); SELECT count(*) FROM sales.sync_source('odoo')"), "0\n0", 'nobody waits for it');
ask($one, 'COMMIT');

my $reassign = "UPDATE crm_lead SET user_id = 5 - user_id, date_open = now() AT TIME ZONE 'UTC' WHERE name = 'web 1'";
is(ask($one, $reassign), '', 'a salesperson passes a lead on in Odoo');
is(ask($one, "UPDATE crm_lead SET active = false, probability = 0 WHERE name = 'web 2'"), '', 'one is lost');
is(ask($one, "DELETE FROM crm_lead WHERE name = 'web 3'"), '', 'one is deleted');
is(answer('owner', "SELECT change FROM sales.sync_source('odoo') ORDER BY change"), "closed\ngone\ntaken over", 'the workspace learns of all of it');
is(answer('owner', "SELECT count(*) FROM sales.assignment a JOIN crm_lead l ON a.lead = 'odoo-' || l.id
	WHERE a.ended_at IS NULL AND a.agent <> l.user_id::text"), '0', 'and agrees with Odoo about every lead it holds');

ask($one, 'UPDATE res_users SET active = false WHERE id = 3');
is(answer('owner', "SELECT agent, change FROM sales.sync_agents('odoo.person'); SELECT leads > 0 FROM sales.redistribute_leavers()"),
	"3|left\nt", 'a salesperson is archived');
answer('owner', "SELECT FROM sales.sync_source('odoo')");
is(answer('owner', "SELECT count(*) FROM crm_lead l JOIN sales.assignment a ON a.lead = 'odoo-' || l.id AND a.ended_at IS NULL
	WHERE l.user_id = 3"), '0', 'whose leads get others in Odoo');
like(ask($one, 'SELECT * FROM odoo.pay'), qr/^1\|2\|2026-10\|170.00\|/, 'Odoo reads the pay of its users');
answer('owner', "INSERT INTO sales.quota (agent, metric, period, amount, valid) VALUES ('2', 'ordered', 'month', 100, '[2026-11-01,)')");
is(ask($one, 'SELECT user_id, metric, quota FROM odoo.quota'), '2|ordered|100', 'and their quotas');
like(ask($one, 'SELECT * FROM sales.ledger'), qr/permission denied/, 'but not the ledger');
like(ask($one, "SELECT sales.deal_source('odoo')"), qr/permission denied/, 'and deals nothing');

my $measured = "SELECT sum(quantity) FROM sales.measure('{ordered}', '[2026-10-01,2026-11-01)')";
my $sum = answer('owner', $measured);
like(answer('owner', 'ALTER TABLE sale_order ALTER currency_rate TYPE double precision'), qr/used by a view/, 'an upgrade is held up by views');
my $ordered = answer('owner', "SELECT pg_get_viewdef('odoo.ordered')");
answer('owner', 'DROP VIEW odoo.ordered; ALTER TABLE sale_order ALTER currency_rate TYPE numeric(12, 6)');
like(answer('owner', $measured), qr/the source of metric "ordered" does not exist/, 'without them it goes on, and measures say what is missing');
answer('owner', "CREATE VIEW odoo.ordered AS $ordered");
is(answer('owner', $measured), $sum, 'until they are made anew');

#
# EspoCRM
#
ask($one, "INSERT INTO lead (id, deleted, last_name, status, created_at, assigned_user_id) VALUES
	('67000000000000011', NULL, 'null', 'New', '2026-11-03 08:00', NULL), ('67000000000000012', false, 'empty', 'New', '2026-11-03 08:01', ''),
	('67000000000000013', false, 'web-to-lead', 'New', '2026-11-03 08:02', '66a1b2c3d4e5f6001')");
is(answer('owner', "SELECT espo_sales.deal_source('espo')"), '2', 'EspoCRM: deleted NULL is not deleted, an empty owner is nobody');
is(answer('owner', "SELECT status FROM lead WHERE id = '67000000000000013'"), 'New', 'what it has assigned by itself stays');
ask($one, "UPDATE lead SET deleted = true WHERE id = '67000000000000011'; UPDATE lead SET status = 'Dead' WHERE id = '67000000000000012'");
is(answer('owner', "SELECT lead, change FROM espo_sales.sync_source('espo') ORDER BY lead"),
	"67000000000000011|closed\n67000000000000012|closed", 'binned, or dead: done with');
ask($one, "UPDATE lead SET status = 'Recycled', assigned_user_id = NULL WHERE id = '67000000000000012'");
is(answer('owner', "SELECT espo_sales.deal_source('espo'); SELECT status FROM lead WHERE id = '67000000000000012'"),
	"1\nAssigned", 'recycled: dealt again');
ask($one, qq(UPDATE "user" SET deleted = true WHERE id = '66a1b2c3d4e5f6002'));
answer('owner', "SELECT FROM espo_sales.sync_agents('espo.person'); SELECT FROM espo_sales.redistribute_leavers(); SELECT FROM espo_sales.sync_source('espo')");
is(answer('owner', "SELECT count(*) FROM lead WHERE assigned_user_id = '66a1b2c3d4e5f6002'"), '0', 'a user who is binned holds no lead any more');
is(answer('owner', "SELECT status, count(*) FROM lead WHERE id IN ('67000000000000001', '67000000000000002') GROUP BY 1"), 'Assigned|2', 'they have the other one');

#
# Twenty
#
is(ask($one, 'INSERT INTO workspace_1abc.opportunity (id, name) VALUES (\'e0000000-0000-4000-8000-000000000009\', \'third\')'), '',
	'Twenty: an opportunity comes in');
is(answer('owner', "SELECT twenty_sales.deal_source('twenty')"), '1', 'and is dealt');
is(answer('owner', 'ALTER TABLE workspace_1abc.opportunity DROP COLUMN "closeDate";
	ALTER TABLE workspace_1abc."workspaceMember" DROP COLUMN "userEmail", ADD COLUMN "nickName" text;
	ALTER TABLE workspace_1abc."workspaceMember" RENAME "nameLastName" TO "familyName"'), '', 'its columns come and go as its users like');
like(answer('owner', "SELECT twenty_sales.sync_agents('twenty.person')"), qr/column m.nameLastName does not exist/, 'a view is missed only when it is read');
is(answer('owner', "SELECT twenty_sales.check_source('twenty')"), '', 'the source still fits');
like(answer('owner', q(UPDATE twenty_sales.source SET alive = $$stage = 'FRESH'$$)), qr/does not fit.*invalid input value for enum/s, 'an unknown stage is refused');
ask($one, q(UPDATE workspace_1abc."workspaceMember" SET "deletedAt" = now() WHERE "nameFirstName" = 'Anna'));
my $second = again('Twenty', qr/workspace_1abc|twenty/, workspace_1abc => 'workspace_2def', twenty_sales => 'second_sales',
	'\btwenty\.' => 'second.', 'SCHEMA twenty' => 'SCHEMA second', '1abc-' => '2def-', 'lead_ops_twenty' => 'lead_ops_second');
unlike(answer('owner', "SET client_min_messages = error;\n$second"), qr/ERROR/, 'its next workspace is the same with other names');
is(answer('owner', q(SELECT count(*), count(*) FILTER (WHERE a.lead ~ '^2def-') FROM second_sales.assignment a;
	SELECT count(*) FILTER (WHERE lead ~ '^2def-') FROM twenty_sales.assignment)), "2|2\n0", 'and apart from the first');

#
# A telesales hub
#
my $tenant = again('A telesales hub', qr/\btelco/, telco => 'energy',
	'c1000000-0000-4000-8000-000000000001' => 'c1000000-0000-4000-8000-000000000002', "'101'" => "'102'");
answer('owner', "SET client_min_messages = error;\n$tenant");
is(answer('owner', "SELECT right(agent, 1), quantity FROM energy.measure('{sold}', '[2026-10-01,2026-12-01)')"), '1|300',
	'A telesales hub: the next client has its own sales');
is(answer('owner', "SELECT sum(quantity) FROM telco.measure('{sold}', '[2026-10-01,2026-12-01)')"), '1200', 'and the first does not see them');
is(answer('owner', "SELECT count(*) FROM energy.attempt"), '0', 'nor do calls of one campaign come to the other');
like(ask($one, 'SELECT count(*) FROM sales'), qr/^0$/, 'its row-level security hides all from who has no policy');
answer('owner', 'ALTER TABLE sales FORCE ROW LEVEL SECURITY');
is(answer('owner', "SELECT coalesce(sum(quantity), 0) FROM telco.measure('{sold}', '[2026-10-01,2026-12-01)')"), '0', 'a workspace whose owner it hides sales from, too, knows of none');
answer('owner', 'CREATE POLICY lead_ops ON sales TO owner USING (true)');
is(answer('owner', "SELECT sum(quantity) FROM telco.measure('{sold}', '[2026-10-01,2026-12-01)')"), '1200', 'a policy for it shows them');

#
# A plain CRM
#
is(ask($one, 'BEGIN; INSERT INTO shop.leads (id) VALUES (11); SELECT user_id IS NOT NULL, version FROM shop.leads WHERE id = 11'), 't|1',
	'A plain CRM: the owner is there when the row is read again');
ask($one, 'ROLLBACK');
is(answer('owner', "SELECT count(*) FROM shop_sales.assignment WHERE lead = 'shop-11'"), '0', 'a lead that is rolled back was never dealt');
ask($one, 'BEGIN; INSERT INTO shop.leads (id) VALUES (12)');
$two->{in} .= "INSERT INTO shop.leads (id) VALUES (13);\n\\echo :-)\n";
$two->{out} = '';
$two->{run}->pump_nb;
$node->poll_query_until('crm', "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'VALUES .13'")
  or die 'the second insert does not take its turn';
ask($one, 'COMMIT');
$two->{run}->pump until $two->{out} =~ s/^:-\)\n//m;
is(answer('owner', 'SELECT count(*), count(DISTINCT user_id) FROM shop.leads WHERE id IN (12, 13)'), '2|2', 'two at once take turns, and go to two people');
my $version = answer('owner', 'SELECT version FROM shop.leads WHERE id = 13');
ask($two, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM shop.leads; INSERT INTO shop.leads (id) VALUES (14); COMMIT");
is(answer('owner', 'SELECT user_id IS NULL, version FROM shop.leads WHERE id = 14'), 't|0', 'REPEATABLE READ only enqueues');
is(answer('owner', "SELECT shop_sales.deal_source('web')"), '1', 'for the next worker');
is(ask($two, "UPDATE shop.leads SET phone = '1', version = 1 WHERE id = 14 AND version = 0 RETURNING id"), '', 'a form with the old version is not saved over the owner');
is(ask($two, "UPDATE shop.deals SET refunded = 5, refunded_at = now() WHERE id = 2"), '', 'deals that are watched are changed with rights on them only');

leave($one, $two);
$node->stop;
done_testing();
