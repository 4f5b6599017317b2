# The documentation, run and compared.
#
# Every sql block of README.md and doc/*.md is run in order, by a role without
# special rights in a database of the document's own; a text block below it is
# what psql -q prints for it.  Blocks headed "sql cron" need pg_cron, and are run
# where it is installed; others with a word after sql are those of another test.
# doc/reference.md must name every public object with the signature, columns,
# operators, casts, settings and error codes that the catalogs show, and no others.
use strict;
use warnings FATAL => 'all';

use File::Basename qw(basename dirname);
use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::Bin/../..";
my @documents = ("$root/README.md", sort glob "$root/doc/*.md");
my $end_of_example = '-- end of example --';

# pg_cron has to be loaded with the server, and works in one of its databases.
my ($sharedir) = run_command([ 'pg_config', '--sharedir' ]);
my $has_cron = -e "$sharedir/extension/pg_cron.control";

# The fenced blocks of a document: {language, word, text, follows}, the last
# being true where only white space stands between it and the block before.
sub blocks
{
	my ($file) = @_;
	my @blocks;
	my $open;
	my $follows = 0;

	foreach my $line (split /^/, slurp_file($file))
	{
		if ($open && $line =~ /^```\s*$/)
		{
			$follows = 1;
			push @blocks, $open;
			undef $open;
		}
		elsif ($open)
		{
			$open->{text} .= $line;
		}
		elsif ($line =~ /^```(\w*) *(\w*)/)
		{
			$open = { language => $1, word => $2, text => '', follows => $follows };
			$follows = 0;
		}
		elsif ($line =~ /\S/)
		{
			$follows = 0;
		}
	}
	die "$file: a block is not closed" if $open;
	return @blocks;
}

# psql pads its columns, editors cut the ends of lines
sub trimmed
{
	my ($text) = @_;

	$text =~ s/[ \t]+$//mg;
	$text =~ s/^\n+//;
	$text =~ s/\n+\z/\n/;
	return $text;
}

sub run_examples
{
	my ($node, $file, $database) = @_;
	my $name = basename($file);
	my %words = ('' => 1, cron => $has_cron);
	my @examples;

	foreach my $block (blocks($file))
	{
		if ($block->{language} eq 'sql')
		{
			push @examples, { sql => $block->{text}, word => $block->{word} };
			# what was scheduled must also run
			push @examples, { sql => "SELECT command FROM cron.job ORDER BY jobid \\gexec\n",
				word => 'cron' }
			  if $block->{text} =~ /cron\.schedule\(/;
		}
		elsif ($block->{language} eq 'text')
		{
			my ($example) = grep { $_->{sql} !~ /gexec/ } reverse @examples;

			die "$name: output that follows no example:\n$block->{text}"
			  if !$example || !$block->{follows} || defined $example->{output};
			$example->{output} = $block->{text};
		}
	}
	my $uses_cron = $has_cron && grep { $_->{word} eq 'cron' } @examples;
	@examples = grep { $words{ $_->{word} } } @examples;
	return unless @examples;

	$node->safe_psql('postgres', "CREATE DATABASE $database OWNER reader");
	$node->safe_psql($database, 'CREATE EXTENSION lead_ops');
	if ($uses_cron)
	{
		$node->append_conf('postgresql.conf',
			"shared_preload_libraries = 'pg_cron'\ncron.database_name = '$database'");
		$node->restart;
		$node->safe_psql($database,
			'CREATE EXTENSION pg_cron; GRANT USAGE ON SCHEMA cron TO reader');
	}

	my $script = join '', map { "$_->{sql}\n\\echo $end_of_example\n" } @examples;
	my $printed = '';
	local $ENV{PGCLIENTENCODING} = 'UTF8';
	IPC::Run::run(
		[ 'psql', '-XqU', 'reader', '-d', $node->connstr($database) ],
		'<', \$script, '>&', \$printed);
	my @printed = split /^\Q$end_of_example\E\n/m, $printed;

	foreach my $i (0 .. $#examples)
	{
		my ($first) = $examples[$i]{sql} =~ /(\S.*)/;
		my $number = $i + 1;
		my $got = $printed[$i] // '';

		if (defined $examples[$i]{output})
		{
			is(trimmed($got), trimmed($examples[$i]{output}), "$name, example $number: $first");
		}
		else
		{
			unlike($got, qr/^(ERROR|FATAL|invalid command)/m, "$name, example $number: $first");
		}
	}
}

# name(arguments) → result, as the reference writes it: the columns of a row
# stand in the result, and constants of a default carry no cast
sub signatures
{
	my ($node, $database, $schema, $condition) = @_;
	my $rows = $node->safe_psql($database, <<END);
SET search_path = $schema, lead_ops;
SELECT p.proname || '(' || pg_get_function_arguments(p.oid) || ') → '
	   || CASE WHEN p.proretset THEN 'setof ' ELSE '' END
	   || coalesce((SELECT '(' || string_agg(u.name || ' ' || format_type(u.type, NULL), ', '
											 ORDER BY u.n) || ')'
					FROM unnest(p.proallargtypes, p.proargmodes, p.proargnames)
						WITH ORDINALITY u (type, mode, name, n)
					WHERE u.mode IN ('o', 't')),
				   format_type(p.prorettype, NULL))
FROM pg_proc p
WHERE p.pronamespace = '$schema'::regnamespace AND $condition
ORDER BY 1
END
	my @signatures = split /\n/, $rows;

	foreach (@signatures)
	{
		s/(?:, )?\bOUT \w+ [^,()]+(?=[,)])//g;
		s/(DEFAULT (?:'[^']*'|NULL))::[\w\[\] ]+/$1/g;
		s/\((?:, )/(/;
	}
	return @signatures;
}

# Functions that only serve a type, an operator, an index, an aggregate, a
# cast, a range type or the planner are documented with what they serve.
my $is_public = <<'END';
	NOT EXISTS (SELECT FROM pg_type t
				WHERE p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
	AND NOT EXISTS (SELECT FROM pg_operator o WHERE o.oprcode = p.oid)
	AND NOT EXISTS (SELECT FROM pg_amproc a WHERE a.amproc = p.oid)
	AND NOT EXISTS (SELECT FROM pg_cast c WHERE c.castfunc = p.oid)
	AND NOT EXISTS (SELECT FROM pg_proc s WHERE s.prosupport = p.oid)
	AND NOT EXISTS (SELECT FROM pg_depend d
					WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
					  AND d.deptype = 'i')
	AND NOT EXISTS (SELECT FROM pg_aggregate a
					WHERE p.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn,
									a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn,
									a.aggmfinalfn))
END

my $node = PostgreSQL::Test::Cluster->new('documentation');
$node->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
$node->start;
$node->safe_psql('postgres', "CREATE ROLE $_")
  foreach 'reader LOGIN', 'sales_agent', 'sales_leader', 'payroll_office';

my $number = 0;
run_examples($node, $_, 'document_' . ++$number) foreach @documents;

$node->safe_psql('postgres', 'CREATE DATABASE catalogs');
$node->safe_psql('catalogs', 'CREATE EXTENSION lead_ops');
$node->safe_psql('catalogs', q(SELECT lead_ops.create_workspace('workspace')));

my $reference = slurp_file("$root/doc/reference.md");
my %written = map { $_ => 1 } $reference =~ /`([^`\n]+)`/g;

foreach my $signature (signatures($node, 'catalogs', 'lead_ops', $is_public),
	signatures($node, 'catalogs', 'workspace', 'true'))
{
	ok($written{$signature}, "the reference has $signature");
}

# ... and what it has is there: signatures, in headings and tables
my %exists = map { $_ => 1 } signatures($node, 'catalogs', 'lead_ops', 'true'),
  signatures($node, 'catalogs', 'workspace', 'true');
delete $written{'name(arguments) → result'};
is(join("\n", grep { /^\w+\(.*\) → / && !$exists{$_} } sort keys %written), '',
	'every signature in the reference is that of a function');

my $types = $node->safe_psql('catalogs', <<'END');
SELECT t.typname
FROM pg_type t
WHERE t.typnamespace = 'lead_ops'::regnamespace AND t.typtype IN ('b', 'd', 'e', 'r', 'm')
  AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
ORDER BY 1
END
ok($written{$_}, "the reference has the type $_") foreach split /\n/, $types;

# A relation has a heading of its own, and its columns stand below it.
my %section = $reference =~ /^#+ `(\w+)`\n(.*?)(?=^#|\z)/msg;
my $relations = $node->safe_psql('catalogs', <<'END');
SELECT c.relname, string_agg(a.attname, ' ' ORDER BY a.attnum)
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace IN ('lead_ops'::regnamespace, 'workspace'::regnamespace)
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
GROUP BY c.oid
ORDER BY 1
END
foreach (split /\n/, $relations)
{
	my ($relation, @columns) = split /[| ]/;
	my $missing = join ' ', grep { ($section{$relation} // '') !~ /`\Q$_\E`/ } @columns;

	is($missing, '', "the reference has the columns of $relation");

	# A section of that name can be about a type of the same name instead.
	next unless ($section{$relation} // '') =~ /^\| column \| meaning \|\n\|[-|]+\n((?:\|.*\n)+)/m;
	my %column = map { $_ => 1 } @columns;
	my @named = map { /^\| (.*?) \|/ ? $1 =~ /`(\w+)`/g : () } split /\n/, $1;

	is(join(' ', grep { !$column{$_} } @named), '', "and no others of $relation");
}
my %relation = map { (split /\|/)[0] => 1 } split /\n/, $relations;
my %type = map { $_ => 1 } split /\n/, $node->safe_psql('catalogs', <<'END');
SELECT typname FROM pg_type
WHERE typnamespace IN ('lead_ops'::regnamespace, 'workspace'::regnamespace)
END
is(join(' ', grep { !$relation{$_} && !$type{$_} } sort keys %section), '',
	'every heading is of something that exists');

# Types at a glance: what their operators, index methods and casts are.
my $glance = $node->safe_psql('catalogs', <<'END');
SELECT format('| `%s` | %s | %s | from and to `jsonb` |', t.typname,
	(SELECT string_agg('`' || o.oprname || '`', ' ' ORDER BY o.oprname COLLATE "C")
	 FROM pg_operator o WHERE o.oprleft = t.oid AND o.oprright = t.oid),
	(SELECT string_agg(m.amname, ', ' ORDER BY m.amname COLLATE "C")
	 FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod WHERE o.opcintype = t.oid))
FROM pg_type t
WHERE t.typnamespace = 'lead_ops'::regnamespace AND t.typtype = 'b' AND t.typcategory <> 'A'
ORDER BY t.typname COLLATE "C"
END
my ($glanced) = $reference =~ /^\| type \| operators .*\n\|[-|]+\n((?:\|.*\n)+)/m;
is($glanced, "$glance\n", 'the reference has the operators and index methods of every type');
is($node->safe_psql('catalogs', <<'END'), '', 'every type has explicit casts from and to jsonb, and no others');
SELECT coalesce(s.typname, t.typname), count(*)
FROM pg_cast c
LEFT JOIN pg_type s ON s.oid = c.castsource AND s.typnamespace = 'lead_ops'::regnamespace
LEFT JOIN pg_type t ON t.oid = c.casttarget AND t.typnamespace = 'lead_ops'::regnamespace
WHERE num_nonnulls(s.oid, t.oid) = 1
GROUP BY 1
HAVING count(*) <> 2
	OR bool_or(c.castcontext <> 'e' OR 'jsonb'::regtype NOT IN (c.castsource, c.casttarget))
END

my $settings = join "\n", sort map { slurp_file($_) =~ /DefineCustom\w+Variable\("([^"]+)"/g } glob "$root/src/*.c";
is(join("\n", sort $reference =~ /^\| `(lead_ops\.\w+)` \|/mg), $settings, 'the reference lists the settings');

# The tables of rights: what each kind may do with every relation, and which
# functions it may call, as the catalogs show it for a role of that kind.
$node->safe_psql('catalogs', join '', map { "CREATE ROLE kind_$_; SELECT workspace.grant_access('kind_$_', '$_');" }
	  qw(agent leader manager qa payroll));
my %rights;
while ($reference =~ /^\| relation \| agent .*?\n\|[-|]+\n(.*?)\n\n.*?^\| function \| agent .*?\n\|[-|]+\n(.*?)\n\n/msg)
{
	foreach my $row (split /\n/, "$1\n$2")
	{
		my ($names, @rights) = map { s/^\s+|\s+$//gr } split /\|/, substr($row, 1), -1;
		pop @rights;
		foreach my $name ($names =~ /`(\w+)`/g)
		{
			die "$name has rights twice" if $rights{$name};
			$rights{$name} = join '; ', @rights;
		}
	}
}
my $rights = $node->safe_psql('catalogs', <<'END');
SELECT c.relname,
       string_agg(concat_ws(', ',
           CASE WHEN c.relkind = 'v' AND has_table_privilege(r.oid, c.oid, 'SELECT') THEN 'yes'
                WHEN has_any_column_privilege(r.oid, c.oid, 'SELECT') THEN
                    CASE WHEN NOT c.relrowsecurity OR p.qual = 'true' THEN 'all'
                         WHEN p.qual IS NOT NULL THEN 'own' ELSE 'none' END
                    || CASE WHEN has_table_privilege(r.oid, c.oid, 'SELECT') THEN ''
                            ELSE ' in part' END END,
           nullif(regexp_replace(concat_ws(' ',
               CASE WHEN has_any_column_privilege(r.oid, c.oid, 'INSERT') THEN 'insert' END,
               CASE WHEN has_any_column_privilege(r.oid, c.oid, 'UPDATE') THEN 'update' END,
               CASE WHEN has_table_privilege(r.oid, c.oid, 'DELETE') THEN 'delete' END,
               CASE WHEN has_table_privilege(r.oid, c.oid, 'TRUNCATE') THEN 'truncate' END,
               CASE WHEN has_any_column_privilege(r.oid, c.oid, 'REFERENCES') THEN 'references' END,
               CASE WHEN has_table_privilege(r.oid, c.oid, 'TRIGGER') THEN 'trigger' END),
               '^insert update delete$', 'write'), '')), '; ' ORDER BY k.n)
FROM pg_class c
CROSS JOIN unnest('{agent,leader,manager,qa,payroll}'::text[]) WITH ORDINALITY k (kind, n)
JOIN pg_roles r ON r.rolname = 'kind_' || k.kind
LEFT JOIN LATERAL (SELECT pg_get_expr(p.polqual, p.polrelid) AS qual FROM pg_policy p
                   WHERE p.polrelid = c.oid AND r.oid = ANY (p.polroles)) p ON true
WHERE c.relnamespace = 'workspace'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
GROUP BY c.oid
ORDER BY 1
END
foreach (split /\n/, $rights)
{
	my ($name, $may) = split /\|/, $_, 2;

	is(delete $rights{$name}, $may, "the reference has who may read and write $name");
}
# of several with one name, what any of them gives
$rights = $node->safe_psql('catalogs', <<'END');
SELECT f.name, string_agg(CASE WHEN f.may THEN 'yes' ELSE '' END, '; ' ORDER BY f.n)
FROM (SELECT p.proname AS name, k.n,
             bool_or(has_function_privilege('kind_' || k.kind, p.oid, 'EXECUTE')) AS may
      FROM pg_proc p
      CROSS JOIN unnest('{agent,leader,manager,qa,payroll}'::text[]) WITH ORDINALITY k (kind, n)
      WHERE p.pronamespace = 'workspace'::regnamespace
      GROUP BY p.proname, k.n, k.kind) f
GROUP BY f.name
ORDER BY 1
END
my %headed = map { $_ => 1 } $reference =~ /^#+ `(\w+)\(/mg;
foreach (split /\n/, $rights)
{
	my ($name, $may) = split /\|/, $_, 2;
	next if !$headed{$name} && !defined $rights{$name} && $may !~ /yes/;

	is(delete $rights{$name}, $may, "the reference has who may call $name");
}
is(join(' ', sort keys %rights), '', 'the reference has rights of nothing else');

my $sources = $node->safe_psql('catalogs', <<'END');
SELECT DISTINCT m.code[1]
FROM pg_proc p
CROSS JOIN LATERAL regexp_matches(p.prosrc, '''(LO\d{3})''', 'g') m (code)
WHERE p.pronamespace = 'lead_ops'::regnamespace
ORDER BY 1
END
my %raised = map { $_ => 1 } split /\n/, $sources;
foreach my $file (glob "$root/src/*.c")
{
	$raised{ join '', /\w/g } = 1
	  foreach slurp_file($file) =~ /MAKE_SQLSTATE\(('L', 'O', '\d', '\d', '\d')\)/g;
}
my $codes = join "\n", sort $reference =~ /^\| `(LO\d{3})` \|/mg;
is($codes, join("\n", sort keys %raised), 'the reference lists the SQLSTATEs of class LO that are raised');

# PostgreSQL's own codes that are raised by name
my %code_of;
foreach (split /\n/, slurp_file("$sharedir/errcodes.txt"))
{
	next unless /^(\w{5})\s+E\s+(ERRCODE_\w+)(?:\s+(\w+))?/;
	$code_of{$2} //= $1;
	$code_of{$3} //= $1 if defined $3;
}
my %used;
foreach my $file (glob "$root/src/sql/*.sql $root/src/workspace/*.sql $root/src/*.c")
{
	my $source = slurp_file($file);
	my @names = ($source =~ /ERRCODE = '([a-z]\w+)'/g, $source =~ /\b(ERRCODE_\w+)/g);

	$used{$_} = 1 foreach grep { defined } map { $code_of{$_} } @names;
}
my %listed = map { $_ => 1 } $reference =~ /^\| (\w{5}) \|/mg;
is(join(' ', grep { !$listed{$_} } sort keys %used), '', 'the reference lists the codes of PostgreSQL that are raised by name');

# What a person reads: a message begins in lower case and is no sentence, and an
# error of class LO says more in DETAIL or HINT.
my (@odd, @bare, @codeless);
foreach my $file (glob "$root/src/sql/*.sql $root/src/workspace/*.sql")
{
	my $source = slurp_file($file);

	while ($source =~ /RAISE EXCEPTION\s+'((?:[^']|'')*)'(.*?);\n/sg)
	{
		my ($message, $using) = ($1, $2);

		push @odd, $message if $message !~ /^(?:[a-z]|["%])/ || $message =~ /[.!?\n]$/;
		push @codeless, $message if $using !~ /ERRCODE = /;
		push @bare, $message if $using =~ /'LO\d{3}'/ && $using !~ /DETAIL|HINT/;
	}
}
is("@odd", '', 'messages begin in lower case and end without a full stop');
is("@codeless", '', 'every error has a code');
is("@bare", '', 'errors of class LO have a DETAIL or HINT');

command_ok([ "$root/tools/reference-index", '--check' ],
	'contents and index of the reference are those of its headings (else run tools/reference-index)');

# The anchors of a document are those that GitHub makes of its headings.
my %anchors;
sub has_anchor
{
	my ($file, $anchor) = @_;

	$anchors{$file} //= do
	{
		my (%seen, %made);
		my $text = slurp_file($file);

		utf8::decode($text);
		$text =~ s/^```.*?^```$//msg;
		foreach my $heading ($text =~ /^#+ (.*)$/mg)
		{
			my $made = lc $heading;

			$made =~ s/[^\w\- ]//g;
			$made =~ tr/ /-/;
			my $times = $seen{$made}++;
			$made{ $times ? "$made-$times" : $made } = 1;
		}
		\%made;
	};
	return $anchors{$file}{$anchor};
}
foreach my $file (@documents)
{
	my $text = slurp_file($file);
	utf8::decode($text);
	$text =~ s/^```.*?^```$//msg;
	my @lost = grep { /^([^#]*)#(.*)$/ && !has_anchor($1 eq '' ? $file : dirname($file) . "/$1", $2) }
	  $text =~ /\]\((?!\w+:)([^)#]*\.md#[^)]*|#[^)]*)\)/g;

	is("@lost", '', basename($file) . ' links to headings that exist');
}

foreach my $file (@documents)
{
	my @broken = grep { !-e dirname($file) . "/$_" }
	  slurp_file($file) =~ /\]\((?!\w+:)([^)#]+)(?:#[^)]*)?\)/g;

	is("@broken", '', basename($file) . ' links to files that exist');
}

$node->stop;
done_testing();
