# What the sections of the benchmark are written with.
#
# A measure is a floor, which is work that cannot be avoided, and ours.  Both
# run in every round, taking turns to be first; what counts is the median over
# the rounds of ours divided by the floor of the same round, for a machine that
# slows down slows down both.  Times are shown, and decide nothing.
package Bench;

use strict;
use warnings;

use Exporter 'import';
use File::Temp ();
use IO::Handle;
use List::Util qw(max min sum);

our @EXPORT = qw(rows sql compare compare_rates compare_held);

# A miss within this share of the target is none.
use constant SLACK => 0.10;

# A floor that varies more than this makes the measure worthless ...
use constant NOISY => 1.3;

# ... and it is taken again, this often at most.
use constant REPEATS => 2;

# Plans are serial and not compiled, so that the work is what is measured.
use constant SETTINGS => join ' ', map { "-c $_" }
  qw(jit=off max_parallel_workers_per_gather=0 statement_timeout=120s);

my $quick;
my $rounds;
my @table;

sub begin
{
    ($quick) = @_;
    $rounds = $quick ? 3 : 5;
    $| = 1;
}

# The number of rows to measure with, given the number for a full run.
sub rows
{
    my ($full) = @_;

    return $quick ? $full / 10 : $full;
}

sub psql
{
    my ($text, $settings) = @_;
    my $script = File::Temp->new(SUFFIX => '.sql');
    my $output;

    local $ENV{PGOPTIONS} = $settings;
    print $script $text;
    close $script;
    $output = `psql -XAqt -v ON_ERROR_STOP=1 -f $script`;
    die "the statement failed:\n$text\n" if $? != 0;
    return $output;
}

# Run statements outside the clock; returns what they print.
sub sql
{
    my ($text) = @_;
    my $output = psql($text, '-c statement_timeout=900s -c jit=off -c client_min_messages=warning');

    chomp $output;
    return $output;
}

# One statement in a session of its own: milliseconds, and what it printed.
sub timed
{
    my ($variant) = @_;
    my $output;

    sql($variant->{before}) if defined $variant->{before};
    $output = psql(join('', map { "$_;\n" } @{ $variant->{session} || [] })
          . "\\timing on\n$variant->{run};\n", SETTINGS);
    $output =~ s/^Time: ([\d.]+) ms.*\n//m or die "no time in: $output\n";
    my $ms = $1;

    chomp $output;
    return ($ms, $output);
}

# Transactions per second of a pgbench script in one short slice.  Its first
# second does not count: the sessions connect and plan their statements.
sub rate
{
    my ($variant, $clients) = @_;
    my $script = File::Temp->new(SUFFIX => '.pgbench');
    my $seconds = $quick ? 3 : 4;
    my ($output, @rates);

    sql($variant->{before}) if defined $variant->{before};
    print $script $variant->{run};
    close $script;
    local $ENV{PGOPTIONS} = '-c statement_timeout=120s';
    $output = `pgbench -n -M prepared -c $clients -j 2 -T $seconds -P 1 -f $script 2>&1`;
    @rates = $output =~ /^progress: [\d.]+ s, ([\d.]+) tps/mg;
    die "pgbench failed:\n$output\n"
      if $? != 0 || $output !~ /^number of failed transactions: 0 /m || @rates < 2;
    shift @rates;
    return sum(@rates) / @rates;
}

# Zeros after the point say nothing about the value.
sub trim
{
    my ($number) = @_;

    $number =~ s/\.?0*$// if $number =~ /\./;
    return $number;
}

sub check
{
    my ($variant, $got) = @_;

    if (defined $variant->{result} && trim($got) ne trim($variant->{result}))
    {
        die "wrong result: $got, expected $variant->{result}, of:\n$variant->{run}\n";
    }
    if (defined $variant->{check})
    {
        my $verdict = sql($variant->{check});

        die "the check gave \"$verdict\" after:\n$variant->{run}\n" if $verdict ne 't';
    }
}

sub median
{
    my @sorted = sort { $a <=> $b } @_;
    my $middle = int(@sorted / 2);

    return @sorted % 2 ? $sorted[$middle] : ($sorted[ $middle - 1 ] + $sorted[$middle]) / 2;
}

# A measure's figures: floors and ours of each round.
sub take
{
    my ($measure, $figure) = @_;
    my %taken = (floor => [], ours => []);

    for my $round (1 .. $rounds)
    {
        my @order = $round % 2 ? qw(floor ours) : qw(ours floor);

        push @{ $taken{$_} }, $figure->($measure->{$_}) for @order;
    }
    return \%taken;
}

sub add_measure
{
    my ($measure, $unit, $better, $figure) = @_;
    my ($taken, $noisy);

    for (0 .. REPEATS)
    {
        $taken = take($measure, $figure);
        $noisy = max(@{ $taken->{floor} }) > NOISY * min(@{ $taken->{floor} });
        last unless $noisy;
    }
    add_row($measure, $unit, $better, $taken,
        map { $taken->{ours}[$_] / $taken->{floor}[$_] } 0 .. $rounds - 1);
}

sub add_row
{
    my ($measure, $unit, $better, $taken, @ratios) = @_;
    my $noisy = max(@{ $taken->{floor} }) > NOISY * min(@{ $taken->{floor} });
    my $ratio = median(@ratios);
    my $met =
      $better eq '<='
      ? $ratio <= $measure->{target} * (1 + SLACK)
      : $ratio >= $measure->{target} * (1 - SLACK);
    my @row = (
        $measure->{work},
        (map { sprintf '%.0f %s', median(@{ $taken->{$_} }), $unit } qw(floor ours)),
        sprintf('%.2f', $ratio),
        sprintf('[%.2f..%.2f]', min(@ratios), max(@ratios)),
        sprintf('%s %.2f', $better, $measure->{target}),
        $noisy ? 'noisy' : $met ? 'ok' : 'short');

    push @table, \@row;
    printf "   %s: %s %s, %s\n", @row[ 0, 3, 4, 6 ];
}

# Compare times of statements.  A variant has run, the statement; session,
# statements that run before it in its session; before, statements that run
# outside the clock; result, what it must print; check, a query that must give
# true afterwards.
sub compare
{
    my (%measure) = @_;

    add_measure(\%measure, 'ms', '<=',
        sub {
            my ($variant) = @_;
            my ($ms, $result) = timed($variant);

            check($variant, $result);
            return $ms;
        });
}

# Compare rates of transactions: run is a pgbench script, clients how many
# sessions run it.
sub compare_rates
{
    my (%measure) = @_;

    add_measure(\%measure, 'tps', '>=',
        sub {
            my ($variant) = @_;
            my $tps = rate($variant, $measure{clients});

            check($variant, '');
            return $tps;
        });
}

# Compare rates of one script over a minute in which an old snapshot is held: the
# floor is the rate of the first five seconds, ours that of the last five.
sub compare_held
{
    my (%measure) = @_;
    my $seconds = $quick ? 20 : 60;
    my $script = File::Temp->new(SUFFIX => '.pgbench');
    my ($output, @rates);

    sql($measure{before}) if defined $measure{before};
    print $script $measure{run};
    close $script;
    open my $holder, '|-', 'psql -XAqt >/dev/null' or die "no psql: $!\n";
    $holder->autoflush(1);
    print $holder "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class;\n";
    $output = `pgbench -n -M prepared -c $measure{clients} -j 2 -T $seconds -P 1 -f $script 2>&1`;
    close $holder;
    @rates = $output =~ /^progress: [\d.]+ s, ([\d.]+) tps/mg;
    die "pgbench failed:\n$output\n"
      if $? != 0 || $output !~ /^number of failed transactions: 0 /m || @rates < 15;
    shift @rates;
    check(\%measure, '');

    my %taken = (floor => [ @rates[ 0 .. 4 ] ], ours => [ @rates[ -5 .. -1 ] ]);
    add_row(\%measure, 'tps', '>=', \%taken, (sum(@{ $taken{ours} }) / sum(@{ $taken{floor} })));
}

# Print the table; 1 if a quiet measure missed its target.
sub report
{
    my @all = ([qw(work floor ours ratio range target verdict)], @table);
    my @width;

    for my $row (@all)
    {
        $width[$_] = max($width[$_] || 0, length $row->[$_]) for 0 .. $#$row;
    }
    print "\n";
    for my $row (@all)
    {
        printf "%-*s  %*s  %*s  %*s  %-*s  %-*s  %s\n",
          (map { ($width[$_], $row->[$_]) } 0 .. 5), $row->[6];
    }
    return (grep { $_->[6] eq 'short' } @table) ? 1 : 0;
}

1;
