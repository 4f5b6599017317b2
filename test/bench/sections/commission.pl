# Each deal's own part of the month's running payout, from a covering index.

use strict;
use warnings;

use Bench;
use Deals;

my $rows = load_deals();

sql(<<END);
CREATE INDEX deal_order ON deal (agent, month, closed_at, deal) INCLUDE (amount);
VACUUM deal;
END

my $schedule = deal_schedule(20);
my $over = <<END;
OVER (PARTITION BY agent, month ORDER BY closed_at, deal ROWS UNBOUNDED PRECEDING) AS part
       FROM deal
END

my $wrong = sql(<<END);
SELECT count(*)
FROM (SELECT agent, month, sum(part) AS parts
      FROM (SELECT agent, month, lead_ops.commission($schedule, amount) $over) c
      GROUP BY agent, month) p
JOIN (SELECT agent, month, ${\ deal_payout(20, 'sum(amount)') } AS paid
      FROM deal GROUP BY agent, month) s USING (agent, month)
WHERE p.parts <> s.paid
END
die "$wrong groups whose parts are not the payout of their sum\n" if $wrong != 0;

compare(
    work => 'commission OVER, covering index',
    target => 0.80,
    floor => {
        run => "SELECT count(part) FROM (SELECT sum(amount) $over) d",
        result => $rows
    },
    ours => {
        run => "SELECT count(part) FROM (SELECT lead_ops.commission($schedule, amount) $over) d",
        result => $rows
    });

sql('DROP INDEX deal_order');

1;
