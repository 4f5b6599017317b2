# Batches dealt in a workspace to few and many agents, against storing the same
# decisions; and the leads of a CRM's table dealt or put in line as they come.

use strict;
use warnings;

use Bench;

my $rows = rows(200_000);

sql(<<'SQL');
SELECT lead_ops.create_workspace('sales');
SET search_path = sales;

-- pools by their number of agents, in teams of fifteen, with weights
INSERT INTO agent (agent)
SELECT s || ' agent ' || n FROM unnest(ARRAY[90, 1000, 10000]) s, generate_series(0, s - 1) n;
INSERT INTO team (team)
SELECT s || ' team ' || n FROM unnest(ARRAY[90, 1000, 10000]) s, generate_series(0, (s - 1) / 15) n;
INSERT INTO membership (agent, team)
SELECT s || ' agent ' || n, s || ' team ' || n / 15
FROM unnest(ARRAY[90, 1000, 10000]) s, generate_series(0, s - 1) n;
INSERT INTO pool (pool) VALUES ('90'), ('1000'), ('10000');
INSERT INTO pool_team (pool, team) SELECT split_part(team, ' ', 1), team FROM team;
INSERT INTO pool_seat (pool, agent, weight)
SELECT split_part(agent, ' ', 1), agent, 1 + split_part(agent, ' ', 3)::integer % 5 FROM agent;

CREATE SCHEMA plain;
CREATE TABLE plain.assignment (LIKE assignment INCLUDING ALL);
CREATE TABLE plain.waiting (LIKE waiting INCLUDING ALL);
ALTER TABLE plain.waiting ADD FOREIGN KEY (pool) REFERENCES pool;
SELECT count(*) FROM pool p, LATERAL assign_batch(p.pool, ARRAY['first ' || p.pool]);
SQL

# The append-only triggers are for users.
my $empty = <<'END';
SET session_replication_role = replica;
TRUNCATE sales.assignment, sales.turn_credit, sales.waiting;
SET session_replication_role = origin;
TRUNCATE plain.assignment, plain.waiting;
CHECKPOINT
END

sub leads
{
    return "ARRAY(SELECT 'lead ' || n FROM generate_series(1, $rows) n)";
}

sub deal_batch
{
    my ($agents) = @_;

    return (
        before => $empty,
        run => "SELECT count(agent) FROM sales.assign_batch('$agents', " . leads() . ')',
        result => $rows,
        check => <<END);
SELECT max(abs(coalesce(a.leads, 0) - $rows * s.weight / w.weight)) < 5
FROM sales.pool_seat s
CROSS JOIN (SELECT sum(weight) AS weight FROM sales.pool_seat WHERE pool = '$agents') w
LEFT JOIN (SELECT agent, count(*) AS leads FROM sales.assignment GROUP BY agent) a USING (agent)
WHERE s.pool = '$agents'
END
}

for my $agents (90, 1000)
{
    compare(
        work => "assign_batch, agents: $agents",
        target => 2.00,
        floor => {
            before => $empty,
            run => <<END,
WITH stored AS (
    INSERT INTO plain.assignment (pool, seq, lead, team, agent, roster, assigned_at)
    SELECT '$agents', n, l.lead, '$agents team ' || n % $agents / 15, '$agents agent ' || n % $agents, 1,
           clock_timestamp()
    FROM unnest(@{[ leads() ]}) WITH ORDINALITY l (lead, n)
    RETURNING agent
)
SELECT count(agent) FROM stored
END
            result => $rows
        },
        ours => { deal_batch($agents) });
}
compare(
    work => 'assign_batch, agents: 10000, to 90 as floor',
    target => 1.15,
    floor => { deal_batch(90) },
    ours => { deal_batch(10000) });

# A table of a CRM for each way to treat its new rows: plain SQL that does as
# much, and the workspace's trigger.
sql(<<'SQL');
CREATE SCHEMA crm;
CREATE TABLE crm.plain_deal (id bigint PRIMARY KEY, owner text);
CREATE TABLE crm.plain_enqueue (LIKE crm.plain_deal INCLUDING ALL);
CREATE TABLE crm.deal (LIKE crm.plain_deal INCLUDING ALL);
CREATE TABLE crm.enqueue (LIKE crm.plain_deal INCLUDING ALL);

CREATE FUNCTION plain.deal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO plain.assignment (pool, seq, lead, team, agent, roster, assigned_at)
    SELECT '90', n.id, n.id::text, '90 team ' || n.id % 90 / 15, '90 agent ' || n.id % 90, 1, clock_timestamp()
    FROM new_rows n;
    UPDATE crm.plain_deal c SET owner = a.agent FROM plain.assignment a WHERE c.id = a.seq AND c.owner IS NULL;
    RETURN NULL;
END
$$;
CREATE FUNCTION plain.enqueue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO plain.waiting (lead, pool, reason, since)
    SELECT n.id::text, '90', 'queued', clock_timestamp() FROM new_rows n;
    RETURN NULL;
END
$$;
CREATE TRIGGER plain_deal AFTER INSERT ON crm.plain_deal REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION plain.deal();
CREATE TRIGGER plain_enqueue AFTER INSERT ON crm.plain_enqueue REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION plain.enqueue();
INSERT INTO sales.source (source, relation, key_column, owner_column, on_insert)
VALUES ('deal', 'crm.deal', 'id', 'owner', 'deal'), ('enqueue', 'crm.enqueue', 'id', 'owner', 'enqueue');
SELECT sales.attach('deal', '90'), sales.attach('enqueue', '90');
SQL

sub copy_into
{
    my ($table, $check, $times) = @_;
    my $size = $rows / 2 / $times;

    return {
        before => "$empty;\nTRUNCATE crm.plain_deal, crm.plain_enqueue, crm.deal, crm.enqueue",
        run => "DO \$\$BEGIN FOR i IN 0 .. $times - 1 LOOP "
          . "EXECUTE format('COPY crm.$table (id) FROM PROGRAM ''seq %s %s''', 1 + i * $size, (i + 1) * $size); "
          . 'END LOOP; END$$',
        check => $check
    };
}

my $owned = "SELECT count(DISTINCT owner) = 90 AND count(owner) = $rows / 2 FROM crm.";
my $waits = "SELECT count(*) = $rows / 2 FROM ";
my $leads = $rows / 2;

compare(
    work => "trigger: $leads rows copied and dealt",
    target => 2.00,
    floor => copy_into('plain_deal', $owned . 'plain_deal', 1),
    ours => copy_into('deal', $owned . 'deal', 1));
compare(
    work => "trigger: $leads rows copied and put in line",
    target => 2.00,
    floor => copy_into('plain_enqueue', $waits . 'plain.waiting', 1),
    ours => copy_into('enqueue', $waits . 'sales.waiting', 1));
compare(
    work => "trigger: $leads rows in one COPY, in ten as floor",
    target => 1.15,
    floor => copy_into('deal', $owned . 'deal', 10),
    ours => copy_into('deal', $owned . 'deal', 1));

sql('DROP SCHEMA plain, crm, sales CASCADE');

1;
