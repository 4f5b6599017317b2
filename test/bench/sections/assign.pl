# One lead at a time from an exact pool, against the least that a lock, an
# update of the locked row and an insert can cost.

use strict;
use warnings;

use Bench;

sql(<<'SQL');
SELECT lead_ops.create_workspace('sales');

INSERT INTO sales.agent (agent) SELECT 'agent ' || n FROM generate_series(1, 90) n;
INSERT INTO sales.team (team) SELECT 'team ' || n FROM generate_series(0, 5) n;
INSERT INTO sales.membership (agent, team)
SELECT 'agent ' || n, 'team ' || n % 6 FROM generate_series(1, 90) n;
INSERT INTO sales.pool (pool) VALUES ('north');
INSERT INTO sales.pool_team (pool, team) SELECT 'north', team FROM sales.team;
INSERT INTO sales.pool_seat (pool, agent, weight)
SELECT 'north', 'agent ' || n, 1 + n % 5 FROM generate_series(1, 90) n;

CREATE SCHEMA plain;
CREATE TABLE plain.pool (
    pool text PRIMARY KEY,
    seq bigint NOT NULL
) WITH (fillfactor = 50);
INSERT INTO plain.pool VALUES ('north', 0);
CREATE TABLE plain.assignment (LIKE sales.assignment INCLUDING ALL);

CREATE FUNCTION plain.assign(pool text, lead text) RETURNS plain.assignment
    LANGUAGE plpgsql
    SET search_path = plain
AS $$
DECLARE
    turn bigint;
    decision assignment;
BEGIN
    SELECT p.seq + 1 INTO turn FROM pool p WHERE p.pool = assign.pool FOR NO KEY UPDATE;
    UPDATE pool p SET seq = turn WHERE p.pool = assign.pool;
    INSERT INTO assignment (pool, seq, lead, team, agent, roster, assigned_at)
    VALUES (assign.pool, turn, assign.lead, 'team ' || turn % 6, 'agent ' || turn % 90, 1,
            clock_timestamp())
    RETURNING * INTO decision;
    RETURN decision;
END
$$;
SQL

# One transaction; in ten of them, one may be rolled back.
sub assign_in
{
    my ($schema, $aborts, $check) = @_;
    my $assign = "SELECT $schema.assign('north', gen_random_uuid()::text)";

    return {
        before => "VACUUM (ANALYZE) $schema.assignment; CHECKPOINT",
        run => $aborts
        ? "\\set abort random(1, 10)\nBEGIN;\n$assign;\n"
          . "\\if :abort = 1\nROLLBACK;\n\\else\nCOMMIT;\n\\endif\n"
        : $assign,
        check => $check
    };
}

# the turns are without gaps, and nobody is more than a few leads off
my $gapless = 'SELECT count(*) = max(seq) FROM plain.assignment';
my $fair = <<'END';
SELECT (SELECT count(*) = max(seq) FROM sales.assignment)
       AND max(abs(coalesce(a.leads, 0) - t.leads * s.weight / w.weight)) < 4
FROM sales.pool_seat s
CROSS JOIN (SELECT sum(weight) AS weight FROM sales.pool_seat) w
CROSS JOIN (SELECT count(*) AS leads FROM sales.assignment) t
LEFT JOIN (SELECT agent, count(*) AS leads FROM sales.assignment GROUP BY agent) a
    ON a.agent = s.agent
END

for my $aborts (0, 1)
{
    for my $clients ($aborts ? 16 : (1, 4, 16, 32))
    {
        compare_rates(
            work => "assign, exact, clients: $clients" . ($aborts ? ', 10 % aborts' : ''),
            target => 0.95,
            clients => $clients,
            floor => assign_in('plain', $aborts, $gapless),
            ours => assign_in('sales', $aborts, $fair));
    }
}

sql('DROP SCHEMA plain, sales CASCADE');

1;
