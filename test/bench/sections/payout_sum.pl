# What sums of deals pay: all of them as one, and by agent and month.

use strict;
use warnings;

use Bench;
use Deals;

load_deals();

compare(
    work => 'payout_sum of all deals',
    target => 0.60,
    floor => { run => 'SELECT sum(amount * 0.03) FROM deal' },
    ours => {
        run => 'SELECT lead_ops.payout_sum(' . deal_schedule(1000) . ', amount) FROM deal',
        result => sql('SELECT ' . deal_payout(1000, 'sum(amount)') . ' FROM deal')
    });

my $by_month = 'FROM deal GROUP BY agent, month) s';

compare(
    work => 'payout_sum by agent and month',
    target => 1.05,
    floor => { run => "SELECT sum(s.total) FROM (SELECT sum(amount) AS total $by_month" },
    ours => {
        run => 'SELECT sum(s.paid) FROM (SELECT lead_ops.payout_sum('
          . deal_schedule(20) . ", amount) AS paid $by_month",
        result => sql('SELECT sum(' . deal_payout(20, 's.total')
          . ") FROM (SELECT sum(amount) AS total $by_month")
    });

1;
