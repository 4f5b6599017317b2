# What a release consists of agrees with itself.
use strict;
use warnings;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my ($version) = slurp_file('lead_ops.control') =~ /^default_version = '(\d+\.\d+\.\d+)'$/m;
ok($version, 'the control file has a version of three parts');

my $meta = eval { decode_json(slurp_file('META.json')) };
is($@, '', 'META.json is JSON');
is($meta->{name}, 'lead_ops', 'META.json names the distribution');
is($meta->{version}, $version, 'META.json has the version of the control file');
is($meta->{license}, 'postgresql', 'META.json has the license');
is($meta->{'meta-spec'}{version}, '1.0.0', 'META.json follows the PGXN meta spec 1.0.0');
ok(length($meta->{$_} // ''), "META.json has $_") foreach qw(abstract maintainer);
my $provides = $meta->{provides}{lead_ops};
is($provides->{version}, $version, 'META.json provides the extension in that version');
ok(-e $provides->{$_}, "the $_ that it provides exists") foreach qw(file docfile);

like(slurp_file('CHANGELOG.md'), qr/^## (\[)?\Q$version\E\b/m, 'the changelog has a section for the version');

# The install script is joined from its parts, all of them.
my ($script, $err) = run_command([ 'tools/join-sql', '.' ]);
is($err, '', 'the install script is joined');
foreach my $part (sort glob('src/sql/*.sql src/workspace/*.sql'))
{
	(my $text = slurp_file($part)) =~ s/\s+\z//;
	ok(index($script, $text) >= 0, "$part is in the install script");
}
unlike($script, qr/CREATE OR REPLACE (?!FUNCTION %)|CREATE [A-Z ]+ IF NOT EXISTS/i,
	'the install script adopts no object that somebody else has put there');

done_testing();
