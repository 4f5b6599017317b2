# A month's pay of 100 agents who make 8,000 calls a day and close 10,000 deals,
# against the plain sums by agent and day that it rests on; and the same again
# with one late deal.

use strict;
use warnings;

use Bench;

my $calls = rows(8000);
my $deals = rows(10000);

sql(<<"SQL");
SELECT lead_ops.create_workspace('sales');
SET search_path = sales;
CREATE SCHEMA crm;
CREATE TABLE crm.call (call bigint NOT NULL, agent text NOT NULL, at timestamptz NOT NULL, seconds integer NOT NULL);
INSERT INTO crm.call
SELECT row_number() OVER (), 'agent ' || 1 + n % 100, d + interval '9 hours' + n * interval '28800 s' / $calls, n % 300
FROM generate_series(timestamptz '2026-03-01 00:00Z', '2026-03-31 00:00Z', interval '1 day') d, generate_series(1, $calls) n
WHERE extract(isodow FROM d AT TIME ZONE 'UTC') < 6;
CREATE TABLE crm.deal (deal bigint NOT NULL, agent text NOT NULL, at timestamptz NOT NULL, amount numeric(12, 2) NOT NULL);
INSERT INTO crm.deal
SELECT n, 'agent ' || 1 + n % 100, timestamptz '2026-03-01 00:00Z' + n * interval '30 days' / $deals, 100 + n * 7919 % 5000
FROM generate_series(1, $deals) n;
CREATE INDEX ON crm.call (agent, at);
CREATE INDEX ON crm.deal (agent, at);

INSERT INTO agent (agent) SELECT 'agent ' || n FROM generate_series(1, 100) n;
INSERT INTO team (team, leader) SELECT 'team ' || n, 'agent ' || 10 * n + 1 FROM generate_series(0, 9) n;
INSERT INTO membership (agent, team, role)
SELECT 'agent ' || n, 'team ' || (n - 1) / 10, CASE n % 10 WHEN 1 THEN 'leader' ELSE 'agent' END FROM generate_series(1, 100) n;
INSERT INTO metric (metric, unit, source, quantity_column, item_column)
VALUES ('calls', 'calls', 'crm.call', NULL, 'call'), ('deals', 'CNY', 'crm.deal', 'amount', 'deal');
INSERT INTO quota (metric, team, period, amount) SELECT 'calls', team, 'day', 70 FROM team;
INSERT INTO plan (plan) VALUES ('month'), ('leaders'), ('days');
INSERT INTO plan_version (plan, version, valid) SELECT plan, 1, '[2026-01-01,)' FROM plan;
INSERT INTO component (plan, version, component, metric, scope, per, basis, schedule, on_change) VALUES
    ('month', 1, 'base', NULL, 'own', 'month', 'sum', 'whole from 0: 1800', 'latest'),
    ('month', 1, 'calls', 'calls', 'own', 'month', 'sum', 'marginal over 1500: 0.2 each', 'latest'),
    ('month', 1, 'commission', 'deals', 'own', 'month', 'sum', 'marginal from 0: 3%, from 20000: 5%, from 100000: 6%', 'by_event'),
    ('leaders', 1, 'override', 'deals', 'team_without_self', 'month', 'sum', 'marginal from 0: 1%', 'by_event'),
    ('days', 1, 'calls of a day', 'calls', 'own', 'day', 'sum', 'marginal over 70: 0.2 each', 'by_event'),
    ('days', 1, 'missed weeks', 'calls', 'own', 'week', 'attainment', 'whole from 0: -100, from 90%: 0', 'latest');
DO \$\$BEGIN PERFORM activate_plan(plan, 1) FROM plan; END\$\$;
INSERT INTO plan_assignment (agent, plan) SELECT agent, 'month' FROM agent UNION ALL SELECT leader, 'leaders' FROM team;
INSERT INTO pay_period (period, during) VALUES ('2026-03', '[2026-03-01,2026-04-01)');
VACUUM (ANALYZE);
SQL

# what is posted is what plain SQL makes of the sums
my $right = sql(<<'SQL');
SET search_path = sales;
BEGIN;
DO $$BEGIN PERFORM calculate('2026-03'); END$$;
SELECT (SELECT sum(amount) FROM ledger)
       = (SELECT sum(1800 + round(0.2 * greatest(c.n - 1500, 0), 2)
                     + round(0.03 * d.won + 0.02 * greatest(d.won - 20000, 0) + 0.01 * greatest(d.won - 100000, 0), 2))
          FROM (SELECT agent, count(*) AS n FROM crm.call GROUP BY agent) c
          JOIN (SELECT agent, sum(amount) AS won FROM crm.deal GROUP BY agent) d USING (agent))
         + (SELECT sum(t.override)
            FROM (SELECT round(0.01 * sum(d.amount), 2) AS override
                  FROM crm.deal d JOIN membership m USING (agent) WHERE m.role = 'agent' GROUP BY m.team) t);
ROLLBACK;
SQL
die "calculate and plain SQL differ\n" if $right ne 't';

# Nothing is committed, so that every round begins with an empty ledger.
my $sums = <<'SQL';
SELECT (SELECT count(*) FROM (SELECT agent, (at AT TIME ZONE 'UTC')::date, count(*) FROM crm.call GROUP BY 1, 2) s)
       + (SELECT count(*) FROM (SELECT agent, (at AT TIME ZONE 'UTC')::date, sum(amount), count(*) FROM crm.deal GROUP BY 1, 2) s)
SQL
chomp $sums;
my $floor = { run => $sums };
my $calculate = "SELECT sales.calculate('2026-03')";

compare(
    work => 'calculate a month: base, calls, commission, overrides',
    target => 3,
    floor => $floor,
    ours => { session => ['BEGIN'], run => $calculate });

compare(
    work => 'calculate again, one late deal',
    target => 0.50,
    floor => { session => ['BEGIN'], run => $calculate },
    ours => {
        session => [
            'BEGIN', 'DO $$BEGIN PERFORM sales.calculate(\'2026-03\'); END$$',
            q{INSERT INTO crm.deal VALUES (0, 'agent 7', '2026-03-15 10:00Z', 1000)}
        ],
        # the agent's commission and his leader's override
        run => "SELECT sales.calculate('2026-03', '{agent 7}')",
        result => 2
    });

sql(q{INSERT INTO sales.plan_assignment (agent, plan) SELECT agent, 'days' FROM sales.agent});
compare(
    work => '... and each day\'s calls, each week\'s quota',
    target => 8,
    floor => $floor,
    ours => { session => ['BEGIN'], run => $calculate });

sql('DROP SCHEMA crm CASCADE; DROP SCHEMA sales CASCADE');
1;
