# The deals that the sections on pay are measured with.
package Deals;

use strict;
use warnings;

use Bench;
use Exporter 'import';

our @EXPORT = qw(load_deals deal_schedule deal_payout);

my $loaded = 0;

# Deals of 1,000 agents over 12 months, in the order in which they were closed.
sub load_deals
{
    my $rows = rows(5_000_000);

    return $rows if $loaded++;
    sql(<<END);
SELECT setseed(0.5);
CREATE TABLE deal (
    deal bigint NOT NULL,
    agent integer NOT NULL,
    month date NOT NULL,
    closed_at timestamptz NOT NULL,
    amount numeric(12, 2) NOT NULL
);
INSERT INTO deal
SELECT n, 1 + n * 7919 % 1000, date_trunc('month', closed_at, 'UTC'), closed_at,
       (700 * exp(5 * random()))::numeric(12, 2)
FROM (SELECT n, timestamptz '2026-01-01 00:00Z' + n * interval '365 days' / ($rows + 1) AS closed_at
      FROM generate_series(1::bigint, $rows) n) d;
VACUUM (ANALYZE) deal;
END
    return $rows;
}

# Five tiers; bounds that suit single deals, or sums when raised.
sub deal_schedule
{
    my ($times) = @_;
    my @bounds = map { $_ * $times } 5000, 20000, 50000, 80000;

    return "'marginal from 0: 3%, from $bounds[0]: 4%, from $bounds[1]: 5%, "
      . "from $bounds[2]: 6%, from $bounds[3]: 8%'";
}

# The same in plain SQL.
sub deal_payout
{
    my ($times, $value) = @_;
    my @bounds = map { $_ * $times } 5000, 20000, 50000, 80000;

    return "($value * 0.03 + greatest($value - $bounds[0], 0) * 0.01 "
      . "+ greatest($value - $bounds[1], 0) * 0.01 + greatest($value - $bounds[2], 0) * 0.01 "
      . "+ greatest($value - $bounds[3], 0) * 0.02)";
}

1;
