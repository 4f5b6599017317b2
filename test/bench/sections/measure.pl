# A month of events by agent and day, against the plain GROUP BY over the same
# rows, and the attainment of quotas on top of it.

use strict;
use warnings;

use Bench;

my $rows = rows(240_000);

sql(<<"SQL");
SELECT lead_ops.create_workspace('sales');
CREATE SCHEMA crm;
CREATE TABLE crm.call (id integer, agent text, at timestamptz, seconds numeric, valid boolean);
INSERT INTO crm.call
SELECT n, 'agent ' || 1 + n % 100,
       timestamptz '2026-10-01 00:00+08' + n * (interval '31 days' / ($rows + 1)),
       n % 300, n % 7 = 0
FROM generate_series(1, $rows) n;
CREATE INDEX ON crm.call (at);
INSERT INTO sales.agent (agent, zone)
SELECT 'agent ' || n, 'Asia/Shanghai' FROM generate_series(1, 100) n;
INSERT INTO sales.metric (metric, source, quantity_column) VALUES
    ('calls', 'crm.call', NULL), ('seconds', 'crm.call', 'seconds'), ('valid', 'crm.call', 'valid');
INSERT INTO sales.team (team) VALUES ('all');
INSERT INTO sales.membership (agent, team) SELECT agent, 'all' FROM sales.agent;
INSERT INTO sales.quota (team, metric, period, amount, pass_ratio) VALUES
    ('all', 'calls', 'day', 100, 0.9), ('all', 'seconds', 'month', 300000, 1),
    ('all', 'valid', 'week', 70, 0.9);
VACUUM ANALYZE crm.call;
ANALYZE sales.agent, sales.membership, sales.quota, sales.metric;
SQL

my $plain = <<'END';
SELECT agent, (at AT TIME ZONE 'Asia/Shanghai')::date AS day, count(*) AS calls,
       sum(seconds) AS seconds, count(*) FILTER (WHERE valid) AS valid
FROM crm.call
WHERE at >= '2026-10-01 00:00+08' AND at < '2026-11-01 00:00+08'
GROUP BY 1, 2
END
my $seconds = "SELECT count(*), sum(seconds) FROM ($plain) g";

sub measured
{
    return q{SELECT count(*) FILTER (WHERE metric = 'calls'), }
      . q{sum(quantity) FILTER (WHERE metric = 'seconds') FROM }
      . q{sales.measure('{calls,seconds,valid}', '[2026-10-01,2026-11-01)')};
}

compare(
    work => 'measure, 3 metrics of one table',
    target => 1.3,
    floor => { run => $seconds },
    ours => { run => measured(), result => sql($seconds) });

compare(
    work => 'attainment of a month, 3 quotas each',
    target => 3,
    floor => { run => $seconds },
    ours => {
        run => q{SELECT count(*), sum(actual) FILTER (WHERE metric = 'calls') FROM }
          . q{sales.attainment('[2026-10-01,2026-11-01)')},
        result => "300|$rows" });

# with agents in five zones plain SQL has to look up the zone of each
sql(<<'SQL');
UPDATE sales.agent
SET zone = (ARRAY['UTC', 'Asia/Kolkata', 'America/New_York', 'Europe/Berlin', 'Asia/Shanghai'])
    [1 + right(agent, 1)::integer % 5];
VACUUM ANALYZE sales.agent;
SQL
my $zones = <<'END';
SELECT count(*), sum(seconds) FROM (
    SELECT a.agent, (c.at AT TIME ZONE a.zone)::date AS day, count(*) AS calls,
           sum(seconds) AS seconds, count(*) FILTER (WHERE valid) AS valid
    FROM crm.call c JOIN sales.agent a ON a.agent = c.agent
    WHERE c.at >= '2026-09-30 00:00+00' AND c.at < '2026-11-02 00:00+00'
    GROUP BY 1, 2) g
WHERE day >= '2026-10-01' AND day < '2026-11-01'
END
compare(
    work => 'measure, agents in five zones',
    target => 1.3,
    floor => { run => $zones },
    ours => { run => measured(), result => sql($zones) });

sql('DROP SCHEMA crm, sales CASCADE');

1;
