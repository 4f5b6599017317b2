# The demo's page: whole and valid by itself, and laid out by a browser without
# empty charts, texts over one another, or anything wider than a phone.
use strict;
use warnings FATAL => 'all';

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::Bin/../..";

sub found
{
	my ($program) = @_;

	return (grep { -x } map { "$_/$program" } split /:/, $ENV{PATH})[0];
}

my $browser = found('chromium') // found('google-chrome');
plan skip_all => 'there is no Chromium' unless $browser;
plan skip_all => 'there is no gnuplot' unless found('gnuplot');

my $node = PostgreSQL::Test::Cluster->new('page');
$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION lead_ops');

local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
local $ENV{PGDATABASE} = 'postgres';
local $ENV{PGCLIENTENCODING} = 'UTF8';
my $dir = PostgreSQL::Test::Utils::tempdir;
command_ok([ 'psql', '-qX', '-o', '/dev/null', '-f', "$root/examples/demo/demo.sql" ],
	'the demo runs');
my ($page, $complaints) = run_command([ 'bash', "$root/examples/demo/page" ]);
is($complaints, '', 'the page is made without complaints');
like($page, qr{^<!DOCTYPE html>.*</html>\z}s, 'and is complete');

#
# As text
#
my @open;
my @wrong;
my %is_void = map { $_ => 1 } qw(meta br);
while ($page =~ m{<(/?)([a-zA-Z]+)([^>]*?)(/?)>}g)
{
	my ($end, $name, $attributes, $closed) = ($1, $2, $3, $4);

	next if $closed || $is_void{$name} || $name eq 'DOCTYPE';
	if (!$end)
	{
		push @open, $name;
	}
	elsif (@open && $open[-1] eq $name)
	{
		pop @open;
	}
	else
	{
		push @wrong, $name;
	}
}
is("@wrong @open", ' ', 'every element is closed where it should be');
my %times;
$times{$_}++ foreach $page =~ /\sid=['"]([^'"]+)/g;
is(join(' ', grep { $times{$_} > 1 } sort keys %times), '', 'an id is given once');
my %known = %times;
is(join(' ', grep { !$known{$_} } $page =~ /(?:href='#|url\(#)([^')]+)/g), '',
	'and what is referred to is there');
unlike($page, qr{<script|<link|<iframe|<object|\son\w+=|javascript:}i, 'there is no script');
is(join(' ', grep { !/^#/ } $page =~ /(?:src|href|action)=['"]([^'"]*)/g), '', 'nothing is loaded');
unlike($page, qr{\s(?:align|valign|border)=}, 'no attribute that HTML 5 does not have');
is(scalar(() = $page =~ /<table>/g), 6, 'six tables');
foreach my $table ($page =~ m{<table>(.*?)</table>}gs)
{
	cmp_ok(scalar(() = $table =~ /<tr>/g), '>', 4, 'a table has rows');
}

#
# As the browser lays it out
#
my $look = <<'END';
<script>
addEventListener('load', () => {
	const seen = [];
	const wide = document.documentElement.scrollWidth - innerWidth;
	if (wide > 0) seen.push('the page is too wide by ' + wide);
	for (const svg of document.querySelectorAll('svg')) {
		const name = svg.getAttribute('aria-label');
		const frame = svg.getBoundingClientRect();
		const texts = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim());
		const boxes = texts.map(t => t.getBoundingClientRect());
		boxes.forEach((a, i) => {
			if (a.left < frame.left - 1 || a.right > frame.right + 1
				|| a.top < frame.top - 1 || a.bottom > frame.bottom + 1)
				seen.push(name + ': cut off: ' + texts[i].textContent);
			boxes.slice(i + 1).forEach((b, j) => {
				const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
				const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
				if (across > 1 && down > 4)
					seen.push(name + ': ' + texts[i].textContent + ' over ' + texts[i + 1 + j].textContent);
			});
		});
		// what is drawn of the data is filled, or longer than any line of a grid
		let drawn = 0;
		for (const plot of svg.querySelectorAll('g[id*=plot_]'))
			for (const shape of plot.querySelectorAll('path, polygon')) {
				const box = shape.getBBox();
				drawn += Math.max(box.width, 1) * Math.max(box.height, 1);
			}
		if (drawn < 2000) seen.push(name + ': empty, ' + drawn);
	}
	document.documentElement.innerHTML = '<pre>' + seen.join('\n') + '</pre>';
});
</script>
END
my $charts = () = $page =~ /<svg/g;
is($charts, 6, 'six charts');
foreach my $width (500, 1100)
{
	my $file = "$dir/page$width.html";

	PostgreSQL::Test::Utils::append_to_file($file, $page =~ s{</head>}{$look</head>}r);
	my ($dom) = run_command(
		[
			$browser, '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
			"--user-data-dir=$dir/browser", "--window-size=$width,4000", '--dump-dom', "file://$file"
		]);
	my ($seen) = $dom =~ m{<pre>(.*?)</pre>}s;
	is($seen, '', "$width wide, charts are drawn and nothing overlaps");
}

# and the look finds what is wrong
PostgreSQL::Test::Utils::append_to_file("$dir/broken.html",
	"<!DOCTYPE html><html><head>$look</head><body><svg viewBox='0 0 9 9' aria-label='none'></svg>"
	  . "<svg viewBox='0 0 400 100' aria-label='twice'><text x='9' y='30'>one</text>"
	  . "<text x='12' y='32'>other</text></svg></body></html>");
my ($dom) = run_command(
	[
		$browser, '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
		"--user-data-dir=$dir/browser", '--window-size=500,900', '--dump-dom',
		"file://$dir/broken.html"
	]);
like($dom, qr/none: empty.*twice: one over other/s, 'an empty chart and texts over one another are seen');

$node->stop;
done_testing();
