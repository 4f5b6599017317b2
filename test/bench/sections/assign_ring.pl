# One lead at a time from a ring pool, by many sessions, against a plain INSERT
# of such rows; then with every tenth transaction rolled back.

use strict;
use warnings;

use Bench;

sql(<<'SQL');
SELECT lead_ops.create_workspace('sales');

INSERT INTO sales.agent (agent) SELECT 'agent ' || n FROM generate_series(1, 90) n;
INSERT INTO sales.team (team) SELECT 'team ' || n FROM generate_series(0, 5) n;
INSERT INTO sales.membership (agent, team)
SELECT 'agent ' || n, 'team ' || n % 6 FROM generate_series(1, 90) n;
INSERT INTO sales.pool (pool, mode) VALUES ('north', 'ring');
INSERT INTO sales.pool_team (pool, team) SELECT 'north', team FROM sales.team;
INSERT INTO sales.pool_seat (pool, agent, weight)
SELECT 'north', 'agent ' || n, 1 + n % 5 FROM generate_series(1, 90) n;

CREATE SCHEMA plain;
CREATE SEQUENCE plain.turn;
CREATE TABLE plain.assignment (LIKE sales.assignment INCLUDING ALL);
SQL

my $insert = <<'END';
INSERT INTO plain.assignment (pool, seq, lead, team, agent, roster, assigned_at)
VALUES ('north', nextval('plain.turn'), gen_random_uuid()::text, 'team 1', 'agent 42', 1,
        clock_timestamp())
END

# every turn that was taken is a decision or a hole, and nobody is further off
# than that
my $fair = <<'END';
SELECT bool_and(abs(f.balance) <= f.bound)
       AND (SELECT count(*) + sales.ring_holes('north')
                   = (SELECT pg_sequence_last_value(turn_sequence) FROM sales.pool_ring)
            FROM sales.assignment)
FROM sales.fairness('north') f
END

sub rolled_back
{
    my ($statement) = @_;

    return <<"END";
\\set abort random(1, 10)
BEGIN;
$statement;
\\if :abort = 1
ROLLBACK;
\\else
COMMIT;
\\endif
END
}

sub compare_ring
{
    my ($work, $clients, $script) = @_;

    compare_rates(
        work => "$work, clients: $clients",
        target => 0.90,
        clients => $clients,
        floor => {
            before => 'VACUUM (ANALYZE) plain.assignment; CHECKPOINT',
            run => $script->($insert =~ s/\s*\n\s*/ /gr),
        },
        ours => {
            before => 'VACUUM (ANALYZE) sales.assignment; CHECKPOINT',
            run => $script->(q{SELECT sales.assign('north', gen_random_uuid()::text)}),
            check => $fair
        });
    return;
}

compare_ring('assign, ring', $_, sub { $_[0] }) for 1, 4, 16, 32;
compare_ring('assign, ring, 10 % rolled back', 16, \&rolled_back);

sql('DROP SCHEMA plain, sales CASCADE');

1;
