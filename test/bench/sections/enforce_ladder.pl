# Rows written to a table whose grade column is kept on a ladder.

use strict;
use warnings;

use Bench;

my $rows = rows(1_000_000);
my $ladder = 'ungraded < trainee MO1 < trainee MO2 < trainee MO3 < MO1 < MO2 < MO3'
  . ' < senior MO1 < senior MO2 < senior MO3 < principal MO1 < principal MO2';
my $enforce = "EXECUTE FUNCTION lead_ops.enforce_ladder('grade', '$ladder', 'up 1, down any')";

# The same table twice; the triggers are those that the reference recommends.
sql(<<END);
CREATE TABLE person AS
SELECT n AS person, 'person ' || n AS name, (lead_ops.grades('$ladder'))[1 + n % 11] AS grade
FROM generate_series(1::bigint, $rows) n;
VACUUM (ANALYZE) person;

CREATE TABLE free (
    person bigint PRIMARY KEY,
    name text NOT NULL,
    grade text NOT NULL,
    calls integer NOT NULL DEFAULT 0
);
CREATE TABLE kept (LIKE free INCLUDING ALL);
CREATE TRIGGER kept_start BEFORE INSERT ON kept FOR EACH ROW $enforce;
CREATE TRIGGER kept_move AFTER UPDATE ON kept FOR EACH ROW
    WHEN (OLD.grade IS DISTINCT FROM NEW.grade) $enforce;
END

my $higher = "(lead_ops.grades('$ladder'))[2 + person % 11]";

sub insert
{
    my ($table) = @_;

    return (
        before => "TRUNCATE $table; CHECKPOINT",
        run => "INSERT INTO $table SELECT person, name, grade FROM person",
        check => "SELECT count(*) = $rows FROM $table");
}

sub update
{
    my ($table, $change, $check) = @_;

    return (
        before => "TRUNCATE $table;\nINSERT INTO $table SELECT person, name, grade FROM person;\n"
          . "VACUUM $table;\nCHECKPOINT",
        run => "UPDATE $table SET $change",
        check => "SELECT bool_and($check) FROM $table");
}

compare(
    work => 'enforce_ladder, rows inserted',
    target => 1.06,
    floor => { insert('free') },
    ours => { insert('kept') });

compare(
    work => 'enforce_ladder, rows updated but for the grade',
    target => 1.10,
    floor => { update('free', 'calls = calls + 1', 'calls = 1') },
    ours => { update('kept', 'calls = calls + 1', 'calls = 1') });

compare(
    work => 'enforce_ladder, every grade changed',
    target => 1.20,
    floor => { update('free', "grade = $higher", "grade = $higher") },
    ours => { update('kept', "grade = $higher", "grade = $higher") });

sql('DROP TABLE person, free, kept');

1;
