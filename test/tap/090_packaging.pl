# The distribution archive builds, installs and works from a clean directory;
# installing twice is installing once, and uninstalling leaves nothing.
use strict;
use warnings;
use File::Find;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

foreach my $program (qw(git unzip))
{
	plan skip_all => "$program is missing" if system("command -v $program >/dev/null") != 0;
}

my ($version) = slurp_file('lead_ops.control') =~ /^default_version = '(.*)'$/m;
my $dir = PostgreSQL::Test::Utils::tempdir;
my $pg_config = $ENV{PG_CONFIG} || 'pg_config';
plan skip_all => "the server's headers are missing" unless -e `$pg_config --pgxs` =~ s/\n//r;
my @make = ('make', '-s', "PG_CONFIG=$pg_config");

# files(DIRECTORY): what is in it, with paths from there, and when it was changed
sub files
{
	my ($top) = @_;
	my %found;
	find(sub { $found{ substr($File::Find::name, length $top) } = (stat)[9] if -f }, $top) if -d $top;
	return \%found;
}

# A repository of this state, then its archive.
run_log([ 'cp', '-r', '.', "$dir/checkout" ]);
run_log([ 'rm', '-rf', "$dir/checkout/.git" ]);
foreach my $command (
	[ 'init', '-q' ],
	[ 'add', '-A' ],
	[ '-c', 'user.name=test', '-c', 'user.email=test@localhost', 'commit', '-q', '-m', 'state' ])
{
	run_log([ 'git', '-C', "$dir/checkout", @$command ]) or BAIL_OUT("git @$command");
}
command_ok([ @make, '-C', "$dir/checkout", 'dist' ], 'the archive is made');
command_ok([ 'unzip', '-q', "$dir/checkout/lead_ops-$version.zip", '-d', "$dir/unpacked" ], 'it is a zip file');
is(join(' ', map { s/.*\///r } glob "$dir/unpacked/*"), "lead_ops-$version", 'it holds one folder, named as PGXN wants it');
my $tree = "$dir/unpacked/lead_ops-$version";
my @inside = sort keys %{ files($tree) };
is_deeply([ grep { /\.(o|d|bc|so|tmp)$|--.*\.sql$|\/build\/|\/\./ } grep { !/\/src\/sql\/upgrade\// } @inside ], [],
	'nothing that was built, and no hidden file, is in it');
ok(-e "$tree/$_", "$_ is in it") foreach qw(META.json README.md LICENSE CHANGELOG.md Makefile lead_ops.control doc/reference.md
	test/run tools/join-sql debian/control.in);

# Building and installing it, into an empty directory.
command_ok([ @make, '-C', $tree ], 'it builds');
my $root = "$dir/root";
command_ok([ @make, '-C', $tree, 'install', "DESTDIR=$root" ], 'it installs');
my $installed = files($root);
my @names = map { s/.*\///r } sort keys %$installed;
my @upgrades = map { s/.*\//lead_ops--/r } glob "$tree/src/sql/upgrade/*.sql";
is_deeply([ sort @names ], [ sort "lead_ops--$version.sql", @upgrades, 'lead_ops.control', 'lead_ops.so' ],
	'the library, the control file and the scripts are installed');
command_ok([ @make, '-C', $tree, 'install', "DESTDIR=$root" ], 'it installs again');
is_deeply([ sort keys %{ files($root) } ], [ sort keys %$installed ], 'which changes nothing');

# A server of its own, a copy into which it is installed.
my $private = "$dir/postgres";
my ($bindir, @places) = map { `$pg_config --$_` =~ s/\n//r } qw(bindir pkglibdir sharedir);
foreach my $place ($bindir, @places)
{
	run_log([ 'mkdir', '-p', "$private$place" ]);
	run_log([ 'cp', $place eq $bindir ? '-rL' : '-rs', "$place/.", "$private$place" ]);
}
unlink "$private$places[0]/lead_ops.so", glob("$private$places[1]/extension/lead_ops*");
command_ok([ @make, '-C', $tree, 'install', "DESTDIR=$private" ], 'it installs into a server');
my $node = PostgreSQL::Test::Cluster->new('archive', install_path => "$private$bindir/..");
$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$node->start;
{
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	command_ok(
		[ @make, '-C', $tree, 'installcheck', 'REGRESS=payout deal workspace', 'ISOLATION=', 'TAP_TESTS=',
			"EXTRA_REGRESS_OPTS=--bindir=$private$bindir" ],
		'and passes an installcheck');
}
$node->stop;

command_ok([ @make, '-C', $tree, 'uninstall', "DESTDIR=$root" ], 'it uninstalls');
is_deeply([ sort keys %{ files($root) } ], [], 'which leaves nothing');

done_testing();
