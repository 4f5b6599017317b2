# Claims of due calls, against updates of rows whose keys are known.

use strict;
use warnings;

use Bench;

# More than can be claimed in a round: a claim of nothing is quick.
my %leads = (1 => rows(400_000), 100 => 400_000 + rows(400_000));

# as many rows as a claim takes, and what it writes, where the keys are given
sub update_of
{
    my ($n) = @_;
    my $rows = $n == 1 ? 't.task = :row'
      : "t.task = ANY (ARRAY(SELECT 1 + (random() * ($leads{$n} - 1))::bigint"
      . " FROM generate_series(1, $n)))";

    return <<END;
\\set row random(1, $leads{$n})
UPDATE plain.task t
SET next_at = now() + interval '5 minutes', anyone_at = now() + interval '5 minutes',
    leases = t.leases + 1, token = (t.task << 20) + t.leases + 1, agent = 'agent 1',
    claimed_at = now(), counted_at = NULL
WHERE $rows
RETURNING t.token, t.task, t.lead, t.customer, t.number, t.kind, t.agreed_at, t.attempts,
          t.next_at, t.note;
END
}

sub claim_of
{
    my ($n, $campaign) = @_;

    return "SELECT * FROM sales.next_calls('agent ' || :client_id, '$campaign', $n);\n";
}

sub fill
{
    my ($schema, $n) = @_;

    return "TRUNCATE $schema.task RESTART IDENTITY; "
      . 'TRUNCATE sales.due_note, sales.due_start; '
      . "INSERT INTO $schema.task (campaign, lead, number, next_at, anyone_at) "
      . "SELECT 'due', 'lead ' || n, (1000000 + n)::text, now(), now() "
      . "FROM generate_series(1, $leads{$n}) n; "
      . "VACUUM (ANALYZE) $schema.task; CHECKPOINT";
}

sql(<<END);
SELECT lead_ops.create_workspace('sales');
INSERT INTO sales.agent (agent) SELECT 'agent ' || n FROM generate_series(0, 15) n;
SELECT count(sales.sign_in(agent)) FROM sales.agent;
INSERT INTO sales.campaign (campaign) VALUES ('due'), ('future');
INSERT INTO sales.contact_point (number)
SELECT (1000000 + n)::text FROM generate_series(1, $leads{100}) n;
VACUUM (ANALYZE) sales.contact_point;

-- the same table with all its indexes, constraints and foreign keys
CREATE SCHEMA plain;
CREATE TABLE plain.task (LIKE sales.task INCLUDING ALL);
ALTER TABLE plain.task
    ADD FOREIGN KEY (campaign) REFERENCES sales.campaign,
    ADD FOREIGN KEY (number) REFERENCES sales.contact_point,
    ADD FOREIGN KEY (owner) REFERENCES sales.agent,
    ADD FOREIGN KEY (outcome) REFERENCES sales.outcome;

-- a table that others refer to is not emptied alone
DO \$\$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT conrelid::regclass AS relation, conname FROM pg_constraint
               WHERE confrelid = 'sales.task'::regclass LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.relation, one.conname);
    END LOOP;
END;
\$\$;
END

my $once = 'SELECT max(leases) = 1 AND min(leases) = 0 FROM sales.task';

for my $n (1, 100)
{
    compare_rates(
        work => "claim $n, clients: 16",
        target => $n == 1 ? 0.80 : 0.75,
        clients => 16,
        floor => { before => fill('plain', $n), run => update_of($n) },
        ours => { before => fill('sales', $n), run => claim_of($n, 'due'), check => $once });
}

compare_held(
    work => 'claim 1, a snapshot held for a minute, clients: 4',
    target => 0.80,
    clients => 4,
    before => fill('sales', 100),
    run => claim_of(1, 'due'),
    check => $once);

sql(<<END);
TRUNCATE sales.task RESTART IDENTITY;
TRUNCATE sales.due_note, sales.due_start;
INSERT INTO sales.task (campaign, lead, number, priority, next_at, anyone_at)
SELECT 'future', 'lead ' || n, '1000001', 2 + n % 3, d.day, d.day
FROM generate_series(1, @{[ rows(1_000_000) ]}) n
CROSS JOIN LATERAL (SELECT now() + interval '1 day' + n * interval '1 second' AS day) d;
VACUUM (ANALYZE) sales.task;
END

# 0.2 ms, where SELECT 1 takes 0.05
compare_rates(
    work => 'claim of nothing, a million calls in the future',
    target => 0.25,
    clients => 1,
    floor => { run => "SELECT 1;\n" },
    ours => {
        run => claim_of(1, 'future'),
        check => 'SELECT max(leases) = 0 FROM sales.task'
    });

sql('DROP SCHEMA plain, sales CASCADE');

1;
