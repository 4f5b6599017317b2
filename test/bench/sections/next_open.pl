# When hours open next, with a zone and a calendar.

use strict;
use warnings;

use Bench;

my $rows = rows(1_000_000);
my $hours = q('Mo-Fr 09:00-13:00,14:00-18:00; PH off');
my $zone = q('America/New_York');

# Instants spread over two years by a multiplicative hash, so that every run
# has the same, and 61 holidays in them.
sql(<<END);
CREATE TABLE call AS
SELECT timestamptz '2024-01-01 00:00+00'
       + (n * 2654435761 % 4294967296) / 4294967296.0 * interval '730 days' AS at
FROM generate_series(1, $rows) AS n;
VACUUM ANALYZE call;
END

my $calendar = "'" . sql(<<'END') . "'";
SELECT lead_ops.work_calendar(date '2024-01-01' + 12 * n, 'holiday')
FROM generate_series(0, 60) AS n
END

# The same in plain SQL: the open ranges of the two years as a table, probed
# once for each instant of a sample.
my $expected = sql(<<END);
CREATE TABLE open_range AS
SELECT range
FROM (
        SELECT tstzrange((day + opens) AT TIME ZONE $zone, (day + closes) AT TIME ZONE $zone) AS range
        FROM generate_series(timestamp '2023-12-25', '2026-02-01', '1 day') AS day
            CROSS JOIN (VALUES (time '09:00', time '13:00'), ('14:00', '18:00')) AS span (opens, closes)
        WHERE extract(isodow FROM day) <= 5
            AND day::date <> ALL (array(SELECT date '2024-01-01' + 12 * n FROM generate_series(0, 60) AS n))
    ) AS r;
CREATE INDEX ON open_range (upper(range));
ANALYZE open_range;
SELECT count(*)
FROM call
    CROSS JOIN LATERAL (
        SELECT greatest(at, lower(range)) AS due
        FROM open_range
        WHERE upper(range) > at
        ORDER BY upper(range)
        LIMIT 1
    ) AS true_one
WHERE lead_ops.next_open($hours, at, $zone, $calendar) <> due
END
die "next_open differs from plain SQL for $expected of $rows instants\n" if $expected ne '0';

my $result = sql("SELECT max(lead_ops.next_open($hours, at, $zone, $calendar)) FROM call");
my $open_for = sql("SELECT sum(lead_ops.work_time_between($hours, at, at + interval '30 days', $zone, $calendar)) FROM call");

compare(
    work => 'next_open of every call',
    target => 1.50,
    floor => { run => "SELECT max((at AT TIME ZONE $zone) AT TIME ZONE $zone) FROM call" },
    ours => {
        run => "SELECT max(lead_ops.next_open($hours, at, $zone, $calendar)) FROM call",
        result => $result
    });

compare(
    work => 'working time in 30 days from every call',
    target => 1.50,
    floor => { run => "SELECT max((at AT TIME ZONE $zone) AT TIME ZONE $zone) FROM call" },
    ours => {
        run => "SELECT sum(lead_ops.work_time_between($hours, at, at + interval '30 days', $zone, $calendar)) FROM call",
        result => $open_for
    });

sql('DROP TABLE call, open_range');

1;
