# Everything at once, for a while: no session fails by what another does, none
# waits for one that waits for it, and afterwards everything is in order.
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

my @kinds = qw(lead team desk pay grade);
is(stop_load(start_load($node, 8, load_seconds(15), @kinds)), '', 'eight sessions do everything');
# a machine that has much else to do takes longer
foreach my $more (1 .. 10)
{
	last if not_done($node) eq '';
	sql($node, q{UPDATE load.action a SET weight = 20
		WHERE NOT EXISTS (SELECT FROM load.done d WHERE d.action = a.action AND d.code = '00000')});
	stop_load(start_load($node, 8, 5, @kinds));
}
is(not_done($node), '', 'all of it was done at some time');
is(settle($node), '', 'everything is in order');
is(check_indexes($node), "t\n0", 'indexes and tables are sound');
check_load($node);
note(sql($node, q{SELECT count(*) || ' transactions, of which ' || count(*) FILTER (WHERE code <> '00000') || ' were refused'
	FROM load.done}));

# What is broken is seen: each of these, by its sentence.
my %damage = (
	'a lead is not held and waiting' => q{INSERT INTO waiting (lead, pool, reason, since)
		SELECT lead, pool, 'x', now() FROM assignment WHERE ended_at IS NULL LIMIT 1},
	'a lead that was given is held, waits, or has ended' => q{INSERT INTO load.given VALUES ('lost')},
	'decisions of an exact pool have no gaps' => q{UPDATE pool_ledger SET seq = seq + 1 WHERE pool = 'plain'},
	'turns of a ring are decisions or holes' => q{UPDATE pool_ledger SET holes = holes + 1 WHERE pool = 'ring'},
	'ledgers say what the decisions say' => q{UPDATE assignment SET takes_turn = false WHERE pool = 'flat' AND takes_turn},
	'who got a lead was in the roster it was dealt by' => q{UPDATE assignment SET agent = 'boss' WHERE pool = 'plain' AND seq = 1},
	'a lead that has ended has its event' => q{DELETE FROM lead_event WHERE kind = 'ended'},
	'a credit has its event' => q{DELETE FROM turn_credit},
	'a task counts its attempts and has the outcome of the last' => q{UPDATE task SET attempts = attempts + 1},
	'a number knows the calls to it' => q{UPDATE contact_point SET recent = '{}'},
	'no claim passes over a task that is due' => q{DELETE FROM due_start},
	'the ledger of pay is what it should be' => q{DELETE FROM ledger WHERE kind = 'earning'},
	'an award is posted once, when it is approved' => q{DELETE FROM ledger WHERE kind = 'award'},
	'confirmed conduct has its award' => q{UPDATE conduct SET award = NULL},
	'a sale is credited as a whole' => q{DELETE FROM credit WHERE agent = 'boss'},
	'grades are what was decided' => q{DELETE FROM grade_assignment WHERE agent = 'agent 1'},
	'an approved proposal was carried out' => q{UPDATE proposal SET event = NULL},
	'everybody is in one team' => q{DELETE FROM membership WHERE agent = 'agent 1'});
my $found = $node->safe_psql('crm', 'SET search_path = sales, public; BEGIN; SET LOCAL session_replication_role = replica;'
	  . join('', map { "$damage{$_};\n" } sort keys %damage) . slurp_file("$FindBin::Bin/../faults/invariants.sql") . 'ROLLBACK');
like($found, qr/^\Q$_\E\|/m, "a test would see it: $_") foreach sort keys %damage;

$node->stop;
done_testing();
