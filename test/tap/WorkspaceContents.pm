# What a workspace consists of, as text, to compare two of them: after a dump
# and a restore, after an upgrade, on a replica.
package WorkspaceContents;
use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(workspace_rows workspace_catalog extension_catalog same);

# workspace_rows(NODE, DATABASE, SCHEMA): for each table how many rows it has,
# and what they hash to in an order of their own
sub workspace_rows
{
	my ($node, $db, $schema) = @_;
	my @tables = split /\n/, $node->safe_psql($db, <<"END");
SELECT format('SELECT %L, count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C")) FROM %s AS t',
    relname, oid::regclass)
FROM pg_class
WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = \$n\$$schema\$n\$) AND relkind = 'r'
ORDER BY relname COLLATE "C"
END
	return $node->safe_psql($db, join(";\n", @tables, <<"END")) . "\n";
SELECT 'sequence', sequencename, last_value
FROM pg_sequences
WHERE schemaname = \$n\$$schema\$n\$
ORDER BY sequencename COLLATE "C"
END
}

# workspace_catalog(NODE, DATABASE, SCHEMA): everything else that makes it up,
# in lines that depend neither on OIDs nor on the order of creation.  Columns
# are told by their place, which programs see in SELECT *.
sub workspace_catalog
{
	my ($node, $db, $schema) = @_;
	return $node->safe_psql($db, <<"END") . "\n";
SET search_path = pg_catalog;
CREATE FUNCTION pg_temp.rights(acl aclitem[]) RETURNS text
    LANGUAGE sql
    RETURN (SELECT string_agg(a::text, ' ' ORDER BY a::text COLLATE "C") FROM unnest(acl) AS a);
CREATE TEMPORARY VIEW here AS SELECT oid FROM pg_namespace WHERE nspname = \$n\$$schema\$n\$;

SELECT 'schema', pg_get_userbyid(nspowner), pg_temp.rights(coalesce(nspacl, acldefault('n', nspowner))), obj_description(oid)
FROM pg_namespace
WHERE oid = (TABLE here);
SELECT 'default rights', pg_get_userbyid(defaclrole), defaclobjtype, pg_temp.rights(defaclacl)
FROM pg_default_acl
WHERE defaclnamespace = (TABLE here)
ORDER BY 2, 3;
SELECT 'relation', relname, relkind, pg_get_userbyid(relowner),
    pg_temp.rights(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))),
    relpersistence, relreplident, reloptions, relrowsecurity, relforcerowsecurity, obj_description(oid, 'pg_class'),
    CASE relkind WHEN 'v' THEN pg_get_viewdef(oid) WHEN 'i' THEN pg_get_indexdef(oid) END
FROM pg_class
WHERE relnamespace = (TABLE here)
ORDER BY relname COLLATE "C";
SELECT 'column', c.relname, row_number() OVER (PARTITION BY c.oid ORDER BY attnum), a.attname,
    format_type(atttypid, atttypmod), attcollation::regcollation, attnotnull, attidentity, attgenerated, attstorage,
    pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, attnum), pg_temp.rights(attacl)
FROM pg_attribute AS a
    JOIN pg_class AS c ON c.oid = attrelid
    LEFT JOIN pg_attrdef AS d ON d.adrelid = attrelid AND d.adnum = attnum
WHERE c.relnamespace = (TABLE here) AND c.relkind <> 'i' AND attnum > 0 AND NOT attisdropped
ORDER BY c.relname COLLATE "C", attnum;
SELECT 'constraint', coalesce(nullif(conrelid, 0)::regclass::text, contypid::regtype::text), conname, convalidated,
    pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint')
FROM pg_constraint
WHERE connamespace = (TABLE here) AND contype NOT IN ('n')
ORDER BY coalesce(nullif(conrelid, 0)::regclass::text, contypid::regtype::text) COLLATE "C", conname;
SELECT 'trigger', c.relname, tgname, tgenabled, pg_get_triggerdef(t.oid), obj_description(t.oid, 'pg_trigger')
FROM pg_trigger AS t
    JOIN pg_class AS c ON c.oid = tgrelid
WHERE c.relnamespace = (TABLE here) AND NOT tgisinternal
ORDER BY c.relname COLLATE "C", tgname COLLATE "C";
SELECT 'policy', c.relname, polname, polcmd, polpermissive,
    (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r) END, ', ' ORDER BY r) FROM unnest(polroles) AS r),
    pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid), obj_description(p.oid, 'pg_policy')
FROM pg_policy AS p
    JOIN pg_class AS c ON c.oid = polrelid
WHERE c.relnamespace = (TABLE here)
ORDER BY c.relname COLLATE "C", polname COLLATE "C";
SELECT 'rule', c.relname, rulename, pg_get_ruledef(r.oid)
FROM pg_rewrite AS r
    JOIN pg_class AS c ON c.oid = ev_class
WHERE c.relnamespace = (TABLE here) AND rulename <> '_RETURN'
ORDER BY c.relname COLLATE "C", rulename;
SELECT 'statistics', stxname, pg_get_statisticsobjdef(oid)
FROM pg_statistic_ext
WHERE stxnamespace = (TABLE here)
ORDER BY stxname COLLATE "C";
SELECT 'sequence', s.seqrelid::regclass, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle,
    d.refobjid::regclass, d.refobjsubid <> 0
FROM pg_sequence AS s
    JOIN pg_class AS c ON c.oid = s.seqrelid
    LEFT JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
WHERE c.relnamespace = (TABLE here)
ORDER BY c.relname COLLATE "C";
SELECT 'type', typname, typtype, pg_get_userbyid(typowner), format_type(typbasetype, typtypmod), typnotnull, typdefault,
    pg_temp.rights(typacl), obj_description(oid, 'pg_type')
FROM pg_type
WHERE typnamespace = (TABLE here)
ORDER BY typname COLLATE "C";
SELECT 'aggregate', p.oid::regprocedure, pg_get_userbyid(proowner), pg_temp.rights(proacl), proparallel,
    a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggtranstype::regtype, a.agginitval, obj_description(p.oid, 'pg_proc')
FROM pg_proc AS p
    JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
WHERE pronamespace = (TABLE here)
ORDER BY p.oid::regprocedure::text COLLATE "C";
SELECT 'function', p.oid::regprocedure, pg_get_userbyid(proowner),
    pg_temp.rights(coalesce(proacl, acldefault('f', proowner))), obj_description(p.oid, 'pg_proc'),
    pg_get_functiondef(p.oid)
FROM pg_proc AS p
WHERE pronamespace = (TABLE here) AND prokind <> 'a'
ORDER BY p.oid::regprocedure::text COLLATE "C";
END
}

# extension_catalog(NODE, DATABASE): the members of the extension, likewise
sub extension_catalog
{
	my ($node, $db) = @_;
	return $node->safe_psql($db, <<"END") . "\n";
SET search_path = pg_catalog;
CREATE TEMPORARY VIEW member AS
SELECT o.type, o.identity, d.classid, d.objid
FROM pg_extension AS e
    JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
    CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) AS o
WHERE e.extname = 'lead_ops';

SELECT 'extension', extversion, extnamespace::regnamespace, extrelocatable
FROM pg_extension
WHERE extname = 'lead_ops';
SELECT 'member', type, identity, obj_description(objid, classid::regclass::name)
FROM member
ORDER BY type, identity COLLATE "C";
SELECT 'function', m.identity, p.proacl, pg_get_functiondef(p.oid)
FROM member AS m
    JOIN pg_proc AS p ON p.oid = m.objid
WHERE m.classid = 'pg_proc'::regclass AND p.prokind <> 'a'
ORDER BY m.identity COLLATE "C";
SELECT 'aggregate', m.identity, p.proacl, p.proparallel, a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn,
    a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn, a.aggtranstype::regtype, a.aggtransspace, a.agginitval
FROM member AS m
    JOIN pg_proc AS p ON p.oid = m.objid
    JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
WHERE m.classid = 'pg_proc'::regclass
ORDER BY m.identity COLLATE "C";
SELECT 'type', m.identity, t.typacl, t.typlen, t.typalign, t.typstorage, t.typcategory, t.typinput, t.typoutput,
    t.typreceive, t.typsend, t.typtype, t.typbasetype::regtype,
    (SELECT string_agg(pg_get_constraintdef(c.oid), ' ') FROM pg_constraint AS c WHERE c.contypid = t.oid)
FROM member AS m
    JOIN pg_type AS t ON t.oid = m.objid
WHERE m.classid = 'pg_type'::regclass
ORDER BY m.identity COLLATE "C";
SELECT 'operator', m.identity, o.oprcode, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprrest, o.oprjoin,
    o.oprcanmerge, o.oprcanhash
FROM member AS m
    JOIN pg_operator AS o ON o.oid = m.objid
WHERE m.classid = 'pg_operator'::regclass
ORDER BY m.identity COLLATE "C";
SELECT 'operator class', m.identity, c.opcdefault, a.amopopr::regoperator::text, a.amopstrategy, NULL
FROM member AS m
    JOIN pg_opclass AS c ON c.oid = m.objid
    JOIN pg_amop AS a ON a.amopfamily = c.opcfamily
WHERE m.classid = 'pg_opclass'::regclass
UNION ALL
SELECT 'operator class', m.identity, c.opcdefault, NULL, a.amprocnum, a.amproc::regprocedure::text
FROM member AS m
    JOIN pg_opclass AS c ON c.oid = m.objid
    JOIN pg_amproc AS a ON a.amprocfamily = c.opcfamily
WHERE m.classid = 'pg_opclass'::regclass
ORDER BY 2, 4, 5, 6;
SELECT 'cast', m.identity, c.castfunc::regprocedure, c.castcontext, c.castmethod
FROM member AS m
    JOIN pg_cast AS c ON c.oid = m.objid
WHERE m.classid = 'pg_cast'::regclass
ORDER BY m.identity COLLATE "C";
SELECT 'relation', m.identity, c.relkind, c.relacl, c.reloptions, pg_get_viewdef(c.oid),
    (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)),
        ', ' ORDER BY a.attnum) FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0)
FROM member AS m
    JOIN pg_class AS c ON c.oid = m.objid
WHERE m.classid = 'pg_class'::regclass
ORDER BY m.identity COLLATE "C";
END
}

# same(GOT, WANTED, NAME): says where they differ, not all they hold
sub same
{
	my ($got, $wanted, $name) = @_;

	# PostgreSQL names an untyped literal of a parsed function body "text" when
	# it reads its own text again.
	s/::text AS text\b/::text/g foreach $got, $wanted;
	return 1 if ok($got eq $wanted, $name);

	my $dir = PostgreSQL::Test::Utils::tempdir;
	append_to_file("$dir/got", $got);
	append_to_file("$dir/wanted", $wanted);
	my ($diff) = run_command(
		[ 'diff', '-U0', '-F', '^[a-z ]*|', '--label', 'wanted', '--label', 'got', "$dir/wanted", "$dir/got" ]);
	diag(substr($diff, 0, 6000));
	return 0;
}

1;
