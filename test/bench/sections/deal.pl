# Leads dealt to teams and their agents by weight, and stored.

use strict;
use warnings;

use Bench;

my $rows = rows(1_000_000);

# The floor stores the same rows with somebody already chosen for each lead.
sql(<<END);
CREATE TABLE lead AS
SELECT n AS lead, 'team ' || n % 6 AS team, 'agent ' || n % 90 AS agent
FROM generate_series(1::bigint, $rows) n;
VACUUM (ANALYZE) lead;

CREATE TABLE dealt (
    lead bigint PRIMARY KEY,
    team text NOT NULL,
    agent text NOT NULL,
    dealt_at timestamptz NOT NULL
);

CREATE TABLE seat (
    agents integer NOT NULL,
    team text NOT NULL,
    agent text NOT NULL,
    weight numeric NOT NULL
);
INSERT INTO seat
SELECT s.agents, 'team ' || n % s.teams, 'agent ' || n, 1 + n / s.teams % 5
FROM (VALUES (90, 6), (10000, 100)) s (agents, teams), generate_series(0, s.agents - 1) n;

CREATE TABLE roster AS
SELECT agents, lead_ops.rotation(array_agg(team), array_agg(weight)) AS turns,
       array_agg(team) AS teams, array_agg(of_team) AS turns_of_team
FROM (SELECT agents, team, sum(weight) AS weight,
             lead_ops.rotation(array_agg(agent), array_agg(weight)) AS of_team
      FROM seat GROUP BY agents, team) t
GROUP BY agents;
END

sub deal_to
{
    my ($agents) = @_;

    return (
        before => 'TRUNCATE dealt; CHECKPOINT',
        run => <<END,
INSERT INTO dealt
SELECT s.lead, (s.turn).team, (s.turn).agent, now()
FROM (SELECT unnest(l.leads) AS lead,
             lead_ops.deal_levels(r.turns, r.teams, r.turns_of_team, cardinality(l.leads)) AS turn
      FROM roster r, (SELECT array_agg(lead) AS leads FROM lead) l
      WHERE r.agents = $agents) s
END

        # everybody has what the weights say, but for a few leads on each level
        check => <<END);
SELECT sum(coalesce(d.leads, 0)) = $rows
       AND max(abs(coalesce(d.leads, 0) - $rows * s.weight / w.weight)) < 4
FROM seat s
CROSS JOIN (SELECT sum(weight) AS weight FROM seat WHERE agents = $agents) w
LEFT JOIN (SELECT team, agent, count(*) AS leads FROM dealt GROUP BY team, agent) d
    ON d.team = s.team AND d.agent = s.agent
WHERE s.agents = $agents
END
}

compare(
    work => 'deal to 90 agents in 6 teams, stored',
    target => 1.15,
    floor => {
        before => 'TRUNCATE dealt; CHECKPOINT',
        run => 'INSERT INTO dealt SELECT lead, team, agent, now() FROM lead',
        check => "SELECT count(*) = $rows FROM dealt"
    },
    ours => { deal_to(90) });

compare(
    work => 'deal to 10,000 agents, to 90 as floor',
    target => 1.15,
    floor => { deal_to(90) },
    ours => { deal_to(10_000) });

sql('DROP TABLE lead, dealt, seat, roster');

1;
