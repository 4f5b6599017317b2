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
# PGXN Meta Spec 1.0.0
foreach my $key (qw(name version abstract maintainer license provides meta-spec))
{
	ok(length($meta->{$key} // ''), "META.json has $key");
}
my $semver = qr/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;
is($meta->{name}, 'lead_ops', 'META.json names the distribution');
like($meta->{version}, $semver, 'META.json has a semantic version');
is($meta->{version}, $version, 'it is that of the control file');
is($meta->{license}, 'postgresql', 'META.json has a license that PGXN knows');
like(slurp_file('LICENSE'), qr/PostgreSQL License/, 'which is the one in LICENSE');
like($meta->{release_status}, qr/^(stable|testing|unstable)$/, 'META.json has a release status that PGXN knows');
is($meta->{'meta-spec'}{version}, '1.0.0', 'META.json follows the PGXN meta spec 1.0.0');
like($meta->{'meta-spec'}{url}, qr{^https?://pgxn\.org/meta/spec\.txt$}, 'and says where that is');
is(join(' ', keys %{ $meta->{provides} }), 'lead_ops', 'META.json provides the extension');
my $provides = $meta->{provides}{lead_ops};
is($provides->{version}, $version, 'in the same version');
ok(-e $provides->{$_}, "the $_ that it provides exists") foreach qw(file docfile);
foreach my $phase (sort keys %{ $meta->{prereqs} })
{
	foreach my $kind (sort keys %{ $meta->{prereqs}{$phase} })
	{
		my $needs = $meta->{prereqs}{$phase}{$kind};
		is_deeply([ grep { $needs->{$_} ne '0' && $needs->{$_} !~ $semver } sort keys %$needs ], [],
			"what $phase $kind has versions");
	}
}
is_deeply([ grep { !length || length > 255 || /[\/\\]/ } @{ $meta->{tags} } ], [], 'the tags are tags');

# Debian packaging
like(slurp_file('debian/changelog'), qr/\Alead-ops \(\Q$version\E-\d+\) /, 'the Debian changelog begins with the version');
(my $control = slurp_file('debian/control.in')) =~ s/PGVERSION/15/g;
is(slurp_file('debian/control'), $control, 'debian/control is debian/control.in for PostgreSQL 15');
my $oldest = $meta->{prereqs}{runtime}{requires}{PostgreSQL} =~ s/\..*//r;
is(slurp_file('debian/pgversions'), "$oldest+\n", 'the oldest PostgreSQL is the same for Debian and PGXN');
like(slurp_file('Makefile'), qr/VERSION_NUM\) -ge ${oldest}0000/, 'and for make');
(my $terms = slurp_file('LICENSE')) =~ s/\A.*?^(?=Permission)//ms;
(my $debian_terms = slurp_file('debian/copyright')) =~ s/\A.*?^ (?=Permission)//ms;
$debian_terms =~ s/^ (\.$)?//mg;
is($debian_terms, $terms, 'the license is the same for Debian');

like(slurp_file('CHANGELOG.md') =~ s/\A.*?^(?=## )//msr, qr/\A## (\[)?\Q$version\E\b/, 'the changelog begins with the version');

# The install script is joined from its parts, all of them.
my ($script, $err) = run_command([ 'tools/join-sql', '.' ]);
is($err, '', 'the install script is joined');
foreach my $part (sort glob('src/sql/*.sql src/workspace/*.sql'))
{
	(my $text = slurp_file($part)) =~ s/\s+\z//;
	ok(index($script, $text) >= 0, "$part is in the install script");
}
ok($script !~ /CREATE OR REPLACE (?!FUNCTION %|\\1)|CREATE [A-Z ]+ IF NOT EXISTS/i,
	'the install script adopts no object that somebody else has put there');

done_testing();
