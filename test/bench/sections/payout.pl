# What every single deal pays by five tiers.

use strict;
use warnings;

use Bench;
use Deals;

load_deals();

compare(
    work => 'payout of every deal',
    target => 1.00,
    floor => { run => 'SELECT sum(amount * 0.03) FROM deal' },
    ours => {
        run => 'SELECT sum(lead_ops.payout(' . deal_schedule(1) . ', amount)) FROM deal',
        result => sql('SELECT sum(' . deal_payout(1, 'amount') . ') FROM deal')
    });

1;
