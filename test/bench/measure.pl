# Run sections of the benchmark against the server that PGHOST names and print
# one table.  Exits with 1 if a target is missed in a run that was quiet, and
# with 2 on any error.
#
# usage: measure.pl [SECTION...] [--quick]

use strict;
use warnings;

use FindBin;
use Getopt::Long;
use lib $FindBin::Bin;
use Bench;

local $SIG{__DIE__} = sub {
    print STDERR @_;
    exit 2;
};

my $quick = 0;
my $folder = "$FindBin::Bin/sections";
my @known = map { m{(\w+)\.pl$} } sort glob "$folder/*.pl";

GetOptions('quick' => \$quick) or die "usage: measure.pl [SECTION...] [--quick]\n";
for my $section (@ARGV)
{
    grep { $_ eq $section } @known
      or die "unknown section $section; there are: @known\n";
}

Bench::begin($quick);
for my $section (@ARGV ? @ARGV : @known)
{
    require "$folder/$section.pl";
}
exit Bench::report();
