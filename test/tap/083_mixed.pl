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

$node->stop;
done_testing();
