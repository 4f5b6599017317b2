# The schemes of examples/schemes: each is run by a role without special rights,
# prints what expected/ says, and leaves nothing behind but its own schema.
use strict;
use warnings FATAL => 'all';

use File::Basename qw(basename);
use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $directory = "$FindBin::Bin/../../examples/schemes";
my @files = sort glob "$directory/s*.sql";
my $node = PostgreSQL::Test::Cluster->new('main');

$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE manager LOGIN');
$node->safe_psql('postgres', 'CREATE DATABASE schemes');
$node->safe_psql('schemes', 'CREATE EXTENSION lead_ops; GRANT CREATE ON DATABASE schemes TO manager');

# psql pads its columns, editors cut the ends of lines
sub trimmed
{
	my ($text) = @_;

	$text =~ s/[ \t]+$//mg;
	$text =~ s/\n+\z/\n/;
	return $text;
}

# What anybody could see of a scheme in the database
my $leftovers = <<'END';
SELECT n.nspname FROM pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'lead_ops', 'public')
UNION ALL
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
END

cmp_ok(scalar @files, '>', 0, 'there are schemes');
foreach my $file (@files)
{
	my $name = basename($file, '.sql');
	my ($schema) = $name =~ /^(s\d\d)_/;
	my $expected = "$directory/expected/$name.out";
	my ($out, $err) = ('', '');

	IPC::Run::run([ 'psql', '-X', '-U', 'manager', '-d', $node->connstr('schemes'), '-f', $file ],
		'<', \undef, '>', \$out, '2>', \$err);
	is($err, '', "$name: runs without a message");
	$out = trimmed($out);
	is($out, -e $expected ? slurp_file($expected) : '', "$name: prints what is expected");

	$node->safe_psql('schemes', "SET client_min_messages = warning; DROP SCHEMA $schema CASCADE",
		extra_params => [ '-U', 'manager' ]);
	is($node->safe_psql('schemes', $leftovers), '', "$name: goes with its schema");
}

# The list of schemes names every file, and none that is not there.
is( join(' ', sort { $a cmp $b } slurp_file("$directory/README.md") =~ /\]\((s\d\d_\w+\.sql)\)/g),
	join(' ', map { basename($_) } @files),
	'README.md lists the schemes');
my %name = map { basename($_, '.sql') => 1 } @files;
is(join(' ', grep { !$name{ basename($_, '.out') } } glob "$directory/expected/*.out"),
	'', 'every output is that of a scheme');

$node->stop;
done_testing();
