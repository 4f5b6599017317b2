# Attacks on CREATE EXTENSION: by who has been in its schema before, by what is
# in the way of names, and by the role that may install it because it is trusted.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
my $super = getpwuid($<);

sub works
{
	my ($db, $role, $sql) = @_;
	return $node->safe_psql($db, "SET client_min_messages = warning; $sql", extra_params => [ '-U', $role ]);
}

# fails(DATABASE, ROLE, SQL, PATTERN, NAME): the SQL fails with that message
sub fails
{
	my ($db, $role, $sql, $pattern, $name) = @_;
	my ($code, undef, $err) = $node->psql($db, $sql,
		extra_params => [ '-U', $role, '-v', 'VERBOSITY=verbose' ]);
	isnt($code, 0, "$name: fails");
	like($err, $pattern, "$name: says why");
	return;
}

works('postgres', $super, q{
	CREATE ROLE dbo LOGIN;
	CREATE ROLE mallory LOGIN;
	CREATE DATABASE crm OWNER dbo;
});

#
# The owner of a database installs.
#
fails('crm', 'mallory', 'CREATE EXTENSION lead_ops', qr/42501.*permission denied for database crm/,
	'a role without CREATE on the database installs');

works('crm', $super, 'GRANT CREATE ON DATABASE crm TO mallory');
works('crm', 'mallory', 'CREATE SCHEMA lead_ops');
fails('crm', $_, 'CREATE EXTENSION lead_ops', qr/42501.*schema "lead_ops" belongs to role "mallory"/,
	"another role has made the schema, $_ installs")
	foreach 'dbo', $super;
works('crm', 'mallory', 'DROP SCHEMA lead_ops');

works('crm', 'dbo', 'CREATE SCHEMA lead_ops; GRANT CREATE ON SCHEMA lead_ops TO mallory');
fails('crm', $_, 'CREATE EXTENSION lead_ops', qr/42501.*role "mallory" may create objects in schema "lead_ops"/,
	"another role may create in the schema, $_ installs")
	foreach 'dbo';
works('crm', 'dbo', 'DROP SCHEMA lead_ops');
works('crm', $super, 'CREATE SCHEMA lead_ops; GRANT CREATE ON SCHEMA lead_ops TO PUBLIC');
fails('crm', $super, 'CREATE EXTENSION lead_ops', qr/42501.*role "PUBLIC" may create objects in schema "lead_ops"/,
	'anybody may create in the schema');
works('crm', $super, 'DROP SCHEMA lead_ops');

foreach my $object (
	'FUNCTION lead_ops.f() RETURNS integer LANGUAGE sql RETURN 1',
	'TABLE lead_ops.t (a integer)',
	'TYPE lead_ops.tier_schedule AS (a integer)',
	'OPERATOR lead_ops.= (FUNCTION = pg_catalog.starts_with, LEFTARG = text, RIGHTARG = text)',
	'DOMAIN lead_ops.workspace_mark AS integer',
	'COLLATION lead_ops."C" FROM pg_catalog."C"')
{
	works('crm', 'dbo', "CREATE SCHEMA lead_ops; CREATE $object");
	fails('crm', 'dbo', 'CREATE EXTENSION lead_ops', qr/55000.*schema "lead_ops" is not empty/,
		"there is already $object");
	works('crm', 'dbo', 'DROP SCHEMA lead_ops CASCADE');
}

works('crm', 'dbo', 'CREATE SCHEMA lead_ops; CREATE EXTENSION lead_ops; DROP EXTENSION lead_ops; DROP SCHEMA lead_ops');
pass('an empty schema of its own is what a dump leaves, and serves');
works('crm', 'dbo', 'CREATE EXTENSION lead_ops');

# what there is in it
my $members = q{
	SELECT d.classid, d.objid, o.type, o.identity
	FROM pg_depend AS d
		JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'lead_ops'
		CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) AS o
	WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'};
is(works('crm', 'dbo', q{SELECT pg_get_userbyid(extowner) FROM pg_extension WHERE extname = 'lead_ops'}), 'dbo',
	'the extension belongs to who installs it');
is(works('crm', 'dbo', q{
		SELECT DISTINCT pg_get_userbyid(s.refobjid)
		FROM (} . $members . q{) AS m
			LEFT JOIN pg_shdepend AS s ON s.classid = m.classid AND s.objid = m.objid AND s.deptype = 'o'
				AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
		WHERE s.refobjid IS NOT NULL}), '',
	'nothing in it belongs to anybody but the superuser that initdb has made');
is(works('crm', 'dbo', q{SELECT count(*) FROM pg_proc WHERE pronamespace = 'lead_ops'::regnamespace AND prosecdef}), '0',
	'and none of its functions has the rights of that superuser');

# The owner of the extension can change none of it to run code of his as others.
works('crm', 'dbo', q{
	CREATE FUNCTION public.how(change text) RETURNS text LANGUAGE plpgsql
		AS $$BEGIN EXECUTE change; RETURN 'done'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END$$});
my $changes = q{
	SELECT format(c.change, p.oid::regprocedure) AS change
	FROM pg_proc AS p, unnest(ARRAY[
			'ALTER FUNCTION %s OWNER TO dbo', 'ALTER FUNCTION %s SECURITY DEFINER', 'ALTER FUNCTION %s SET search_path = public',
			'ALTER FUNCTION %s RENAME TO f', 'DROP FUNCTION %s', 'ALTER EXTENSION lead_ops DROP FUNCTION %s']) AS c (change)
	WHERE p.pronamespace = 'lead_ops'::regnamespace AND p.prokind = 'f'
	UNION ALL SELECT unnest(ARRAY[
		'CREATE OR REPLACE FUNCTION lead_ops.check_workspace(schema text) RETURNS integer LANGUAGE sql RETURN 1',
		'CREATE OR REPLACE VIEW lead_ops.workspaces AS SELECT NULL::name AS schema, 1 AS version, NULL::name AS owner',
		'CREATE RULE r AS ON INSERT TO lead_ops.workspaces DO INSTEAD NOTHING',
		'ALTER VIEW lead_ops.workspaces OWNER TO dbo',
		'ALTER TYPE lead_ops.tier_schedule OWNER TO dbo',
		'ALTER TYPE lead_ops.tier_schedule SET (SEND = NONE)',
		'ALTER DOMAIN lead_ops.workspace_mark DROP CONSTRAINT workspace_mark_check',
		'ALTER OPERATOR FAMILY lead_ops.rotation_ops USING btree OWNER TO dbo',
		'CREATE CAST (lead_ops.rotation AS text) WITH INOUT'])};
cmp_ok(works('crm', 'dbo', "SELECT count(*) FROM ($changes) AS c"), '>', 500, 'there are changes to try');
is(works('crm', 'dbo', "SELECT c.change, public.how(c.change) FROM ($changes) AS c WHERE public.how(c.change) NOT IN ('42501', '2BP01')"),
	'', 'whoever installs it cannot change what is in it');
fails('crm', 'dbo', 'ALTER EXTENSION lead_ops SET SCHEMA public', qr/0A000/, 'it is moved to another schema');

# What he may do: everything with workspaces, another's as his own.
works('crm', 'dbo', q{SELECT lead_ops.create_workspace('sales')});
works('crm', 'dbo', 'SET search_path = sales, pg_temp; ' . slurp_file('test/tap/fill_workspace.sql'));
works('crm', 'mallory', q{SELECT lead_ops.create_workspace('other')});
fails('crm', $_->[0], $_->[1], $_->[2], "$_->[0]: $_->[1]")
	foreach [ 'mallory', 'DROP EXTENSION lead_ops', qr/42501.*must be owner of extension/ ],
	[ 'mallory', 'ALTER EXTENSION lead_ops UPDATE', qr/42501.*must be owner of extension/ ],
	[ 'mallory', q{SELECT lead_ops.create_workspace('sales')}, qr/LO030/ ],
	[ 'mallory', q{SELECT lead_ops.run_workspace_script('sales', ARRAY['SELECT 1'], 1)}, qr/42501/ ],
	[ 'dbo', 'DROP EXTENSION lead_ops', qr/2BP01/ ];
works('crm', 'dbo', 'ALTER EXTENSION lead_ops UPDATE');
works('crm', 'mallory', 'DROP SCHEMA other CASCADE');

# A schema for a workspace in which others may create, or have made a forgery of one
works('crm', 'dbo', 'CREATE SCHEMA shared; GRANT CREATE, USAGE ON SCHEMA shared TO mallory');
fails('crm', 'dbo', q{SELECT lead_ops.create_workspace('shared')}, qr/42501.*other roles may create objects in schema "shared"/,
	'a workspace in a schema that others may create in');
works('crm', 'mallory', q{CREATE FUNCTION shared.workspace_version() RETURNS lead_ops.workspace_mark
	LANGUAGE sql IMMUTABLE AS 'SELECT 1'});
is(works('crm', 'dbo', 'SELECT schema FROM lead_ops.workspaces'), 'sales', 'nobody makes a workspace of what is another role\'s');
fails('crm', 'dbo', q{SELECT lead_ops.upgrade_workspace('shared')}, qr/LO031/, 'nor has it upgraded');

works('crm', 'dbo', 'DROP SCHEMA shared, sales CASCADE; DROP EXTENSION lead_ops; DROP SCHEMA lead_ops');

#
# Names in the way: whatever the script calls and whatever operators it uses,
# for types that PostgreSQL has no such function or operator of, which would be
# preferred where an argument fits them better.
#
my $script = slurp_file($node->config_data('--sharedir') . '/extension/lead_ops--'
	. do { slurp_file('lead_ops.control') =~ /^default_version = '(.*)'/m; $1 } . '.sql');
my %word = map { $_ => 1 } $script =~ /([a-z_0-9]+)\(/g;
my $words = join ',', sort keys %word;
my $squat = sub {
	my ($schema) = @_;
	return qq{
	SET search_path = pg_catalog, pg_temp;
	DO \$do\$
	DECLARE
		one record;
	BEGIN
		CREATE TEMPORARY TABLE type_name AS
		SELECT t::regtype::oid AS type, t AS name
		FROM unnest('{text,name,varchar,integer,bigint,numeric,boolean,oid,regclass,regtype,date,timestamptz,jsonb,text[]}'::text[]) AS t;
		FOR one IN
			SELECT o.name AS operator, l.name AS left, r.name AS right
			FROM unnest('{=,<>,<,>,<=,>=,||,+,-,*,/,~,->,->>,\@>}'::text[]) AS o (name), type_name AS l, type_name AS r
			WHERE NOT EXISTS (SELECT FROM pg_operator AS p
				WHERE (p.oprname, p.oprleft, p.oprright) = (o.name, l.type, r.type) AND p.oprnamespace = 'pg_catalog'::regnamespace)
		LOOP
			EXECUTE format('CREATE FUNCTION $schema."squat %s"(%s, %s) RETURNS boolean LANGUAGE plpgsql AS \$\$BEGIN RETURN public.hit(); END\$\$',
				one.operator, one.left, one.right);
			EXECUTE format('CREATE OPERATOR $schema.%1\$s (FUNCTION = $schema."squat %1\$s", LEFTARG = %2\$s, RIGHTARG = %3\$s)',
				one.operator, one.left, one.right);
		END LOOP;
		FOR one IN
			SELECT DISTINCT p.proname AS function, l.name AS left, CASE WHEN p.pronargs = 2 THEN ', ' || r.name ELSE '' END AS right
			FROM pg_proc AS p, type_name AS l, type_name AS r
			WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = ANY (string_to_array('$words', ','))
				AND p.pronargs IN (1, 2) AND p.prokind <> 'a'
				AND NOT EXISTS (SELECT FROM pg_proc AS q
					WHERE q.pronamespace = 'pg_catalog'::regnamespace AND q.proname = p.proname
						AND q.proargtypes::text = CASE p.pronargs WHEN 1 THEN l.type::text ELSE format('%s %s', l.type, r.type) END)
		LOOP
			EXECUTE format('CREATE FUNCTION $schema.%I(%s%s) RETURNS boolean LANGUAGE plpgsql AS \$\$BEGIN RETURN public.hit(); END\$\$',
				one.function, one.left, one.right);
		END LOOP;
		DROP TABLE type_name;
	END
	\$do\$;};
};
my $traps = q{
	CREATE SEQUENCE public.hits;
	CREATE FUNCTION public.hit() RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
		AS $$BEGIN RETURN nextval('public.hits') > 0; END$$;};
my $hits = q{SET search_path = pg_catalog, pg_temp; SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM public.hits};

# Who uses what is not ours or PostgreSQL's: what is bound when it is made.
my $strange = q{
	SET search_path = pg_catalog, pg_temp;
	SELECT count(*)
	FROM pg_depend AS d
		CROSS JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, 0) AS o
		CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) AS u
	WHERE d.classid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_rewrite'::regclass, 'pg_type'::regclass,
			'pg_cast'::regclass, 'pg_amop'::regclass, 'pg_amproc'::regclass, 'pg_constraint'::regclass)
		AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
		AND (o.identity LIKE '%squat %' OR EXISTS (SELECT FROM pg_proc AS p
			WHERE p.oid = d.refobjid AND p.prosrc LIKE '%public.hit()%'))
		AND u.identity NOT LIKE '%squat %' AND u.identity NOT LIKE '%."operator %'
		AND NOT EXISTS (SELECT FROM pg_operator AS p WHERE p.oid = d.objid AND d.classid = 'pg_operator'::regclass
			AND p.oprcode IN (SELECT f.oid FROM pg_proc AS f WHERE f.prosrc LIKE '%public.hit()%'))};

# in public and before all else in search_path, while a superuser installs
works('postgres', $super, 'CREATE DATABASE shadows');
works('shadows', $super, $traps . $squat->('public'));
is(works('shadows', $super, q{
		CREATE TEMPORARY VIEW pg_roles AS SELECT *, public.hit() FROM pg_catalog.pg_roles;
		CREATE TEMPORARY VIEW pg_namespace AS SELECT *, public.hit() FROM pg_catalog.pg_namespace;
		CREATE TEMPORARY VIEW pg_proc AS SELECT *, public.hit() FROM pg_catalog.pg_proc;
		CREATE TYPE pg_temp.tier_schedule;
		CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (public.hit());
		CREATE DOMAIN pg_temp.oid AS pg_catalog.oid CHECK (public.hit());
		CREATE DOMAIN pg_temp.name AS pg_catalog.name CHECK (public.hit());
		SET search_path = public, pg_temp, pg_catalog;
		CREATE EXTENSION lead_ops;
		SELECT lead_ops.create_workspace('sales');
		} . $hits), "\n0", 'what is in search_path or temporary is not used');
is(works('shadows', $super, $strange), '0', 'nor does anything depend on it');

# In the very schema, as somebody could who owns it and is quick: after the head
# of the script has looked, while the rest of it runs.
$script =~ s/^\\echo .*$//m or die;
$script =~ s/^DO \$\$.*?^\$\$;$//ms or die;
$script =~ s/MODULE_PATHNAME/\$libdir\/lead_ops/g;
my $file = PostgreSQL::Test::Utils::tempdir . '/script.sql';

# squatted(SCRIPT): what a squatted schema gets of it
sub squatted
{
	my ($text) = @_;

	open my $out, '>', $file or die;
	print $out "SET client_min_messages = warning; SET search_path = lead_ops, pg_temp;\n$text";
	close $out;
	works('postgres', $super, 'DROP DATABASE IF EXISTS squatted; CREATE DATABASE squatted');
	works('squatted', $super, $traps . 'CREATE SCHEMA lead_ops;' . $squat->('lead_ops'));
	$node->command_ok([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', 'squatted', '-f', $file ],
		'the script runs in a schema full of traps');
	return works('squatted', $super, "$hits; $strange");
}
is(squatted($script), "0\n0", 'and uses none of them');
unlike(squatted(q{
		SELECT lower('A'::varchar), 'pg_class'::regclass = 1259::oid;
		CREATE FUNCTION f(a varchar) RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT lower(a); END;}),
	qr/^0$/m, 'the traps work: for calls, and for what is bound');

# The script of an update runs as a superuser, too, and in a schema that
# somebody may have been busy in since who may create in it.
my $extensions = $node->config_data('--sharedir') . '/extension';
my @added;
END { unlink @added }
foreach my $archive (-w $extensions ? sort glob 'test/upgrade/*.tar.xz' : ())
{
	my ($from) = $archive =~ /([\d.]+)\.tar\.xz$/;
	my $old = PostgreSQL::Test::Utils::tempdir;

	run_log([ 'tar', '-C', $old, '-xJf', $archive ]) or die "cannot unpack $archive";
	push @added, "$extensions/lead_ops--$from.sql" unless -e "$extensions/lead_ops--$from.sql";
	run_log([ 'cp', "$old/lead_ops--$from.sql", "$extensions/lead_ops--$from.sql" ]);
	works('postgres', $super, 'DROP DATABASE IF EXISTS updated; CREATE DATABASE updated OWNER dbo');
	works('updated', $super, $traps);
	works('updated', $super, "CREATE EXTENSION lead_ops VERSION '$from'; GRANT CREATE ON SCHEMA lead_ops TO dbo");
	works('updated', 'dbo', $squat->('lead_ops'));
	# the extension's own functions, for all arguments that are some other number, text or range
	works('updated', 'dbo', q{
		DO $do$
		DECLARE
			one record;
		BEGIN
			FOR one IN
				SELECT p.proname, s.types
				FROM pg_proc AS p
					CROSS JOIN LATERAL (
						SELECT string_agg(CASE t.type::regtype::text WHEN 'text' THEN w.text WHEN 'numeric' THEN w.number
								WHEN 'integer' THEN w.number WHEN 'bigint' THEN w.number ELSE t.type::regtype::text END, ', ' ORDER BY t.n) AS types
						FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS t (type, n),
							(VALUES ('name', 'integer'), ('varchar', 'bigint'), ('name', 'numeric'), ('varchar', 'float8')) AS w (text, number)
						GROUP BY w) AS s
				WHERE p.pronamespace = 'lead_ops'::regnamespace AND p.prokind = 'f'
					AND 'internal'::regtype <> ALL (p.proargtypes) AND 'cstring'::regtype <> ALL (p.proargtypes) AND p.prosrc NOT LIKE '%hit()%'
			LOOP
				BEGIN
					EXECUTE format('CREATE FUNCTION lead_ops.%I(%s) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RETURN public.hit(); END$$',
						one.proname, one.types);
				EXCEPTION WHEN duplicate_function THEN
				END;
			END LOOP;
		END
		$do$});
	works('updated', $super, 'ALTER EXTENSION lead_ops UPDATE');
	is(works('updated', $super, "$hits; $strange"), "0\n0", "the update from $from uses nothing that is in the way");

	# what is to come cannot be there already
	works('postgres', $super, 'DROP DATABASE updated; CREATE DATABASE updated OWNER dbo');
	works('updated', $super, "CREATE EXTENSION lead_ops VERSION '$from'; GRANT CREATE ON SCHEMA lead_ops TO dbo");
	works('updated', 'dbo', "CREATE FUNCTION lead_ops.calling_role() RETURNS name LANGUAGE sql RETURN 'postgres'::name");
	fails('updated', $super, 'ALTER EXTENSION lead_ops UPDATE', qr/55000.*is not a member of extension/,
		"the update from $from finds a function of one that it makes");
}

# Nothing is taken over that is there, but by steps of upgrades.
my ($makes) = $script =~ /^(.*?)^CREATE FUNCTION workspace_upgrades\(/ms or die;
unlike($makes, qr/^(?:CREATE\s+OR\s+REPLACE|CREATE\s[A-Z\s]*\bIF\s+NOT\s+EXISTS|ALTER\s.*\bIF\s+NOT\s+EXISTS)\b/m,
	'neither the script nor that of a workspace adopts what is there');

$node->stop;
done_testing();
