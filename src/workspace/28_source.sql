--
-- Sources: the CRM's own tables of leads
--
-- Everything here reads and writes tables that are not ours.  Their names are
-- data: columns go into statements as identifiers, values as parameters, and
-- the expressions of a source between parentheses, after check_source has seen
-- that each is one expression.  All of it runs with the rights of the owner of
-- the workspace, so only he may write a source; and of a table that is one he
-- trusts the owner: its triggers, and the casts of its types, are run with
-- these rights, too, when the owners of leads are written into it.
--
-- A relation is kept by its name and not as regclass: a name restores where
-- the CRM is restored later or not at all, means the same on every node, and
-- lasts when the CRM makes its table anew.
--

CREATE TABLE source (
    source text NOT NULL,
    relation text NOT NULL,
    key_column text NOT NULL,
    owner_column text NOT NULL,
    nobody text[] NOT NULL DEFAULT '{}',
    customer_column text,
    created_column text,
    zone text NOT NULL DEFAULT 'UTC',
    alive text NOT NULL DEFAULT 'true',
    also_set jsonb NOT NULL DEFAULT '{}',
    prefix text NOT NULL DEFAULT '',
    on_insert text NOT NULL DEFAULT 'enqueue',
    pool text,
    closed text,
    CONSTRAINT source_pkey PRIMARY KEY (source),
    CONSTRAINT source_pool_fkey FOREIGN KEY (pool) REFERENCES pool,
    CONSTRAINT source_source_check CHECK (source <> ''),
    CONSTRAINT source_nobody_check CHECK (array_position(nobody, NULL) IS NULL),
    CONSTRAINT source_zone_check CHECK (timezone(zone, timestamptz 'epoch') IS NOT NULL),
    CONSTRAINT source_also_set_check CHECK (jsonb_typeof(also_set) = 'object'),
    CONSTRAINT source_on_insert_check CHECK (on_insert IN ('deal', 'enqueue'))
);
CREATE INDEX source_pool_idx ON source (pool);
COMMENT ON TABLE source IS
    'How the CRM''s tables of leads work; only the owner of the workspace may write it, with whose rights its expressions, and triggers of these tables, are run';
COMMENT ON COLUMN source.relation IS
    'the table, or a simple view of it, with its schema: crm.lead, "Crm"."Lead"';
COMMENT ON COLUMN source.key_column IS 'name of the key column, as it is in the catalog';
COMMENT ON COLUMN source.owner_column IS
    'name of the column that holds the agent''s key, in whatever type it is';
COMMENT ON COLUMN source.nobody IS 'values of the owner that mean nobody, beside NULL';
COMMENT ON COLUMN source.customer_column IS 'name of the customer''s column; NULL: not known';
COMMENT ON COLUMN source.created_column IS
    'name of the column by which leads are dealt, oldest first; NULL: by the key';
COMMENT ON COLUMN source.zone IS
    'zone in which its columns of type timestamp without time zone are written';
COMMENT ON COLUMN source.alive IS
    'SQL condition on a row, alias lead: leads for which it is not true are left alone';
COMMENT ON COLUMN source.also_set IS
    'columns to set together with the owner: {"column": "SQL expression", ...} over lead (the row) and dealt (agent, team)';
COMMENT ON COLUMN source.prefix IS
    'what the keys begin with in the workspace, so that two sources can have the same';
COMMENT ON COLUMN source.on_insert IS
    'what attach does with new leads: enqueue leaves them to deal_source, deal sets their owner at once';
COMMENT ON COLUMN source.pool IS 'where its leads are dealt';
COMMENT ON COLUMN source.closed IS
    'SQL condition on a row, alias lead: the work on the lead is done; NULL: the table does not say. For sync_source';

CREATE FUNCTION find_source(source text) RETURNS source
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    found source;
BEGIN
    SELECT s.* INTO found FROM source s WHERE s.source = find_source.source;
    IF found.source IS NULL THEN
        RAISE EXCEPTION 'source "%" does not exist', find_source.source
            USING ERRCODE = 'LO029', HINT = 'Sources are the rows of the table source.';
    END IF;
    RETURN found;
END
$$;
COMMENT ON FUNCTION find_source(text) IS 'a source by its name; raises LO029';

CREATE FUNCTION source_relation(source source) RETURNS regclass
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    found regclass;
BEGIN
    IF cardinality(parse_ident(source.relation)) <> 2 THEN
        RAISE EXCEPTION 'source "%" names its table without a schema', source.source
            USING ERRCODE = 'LO028',
                  DETAIL = format('The relation is %s.', source.relation),
                  HINT = 'Write it as schema.table, each in double quotes where it is not all lower case.';
    END IF;
    found := to_regclass(source.relation);
    IF found IS NULL THEN
        RAISE EXCEPTION 'table % of source "%" does not exist', source.relation, source.source
            USING ERRCODE = 'LO028',
                  HINT = 'Where the CRM has renamed it, update relation.';
    END IF;
    RETURN found;
END
$$;
COMMENT ON FUNCTION source_relation(source) IS 'the table of a source; raises LO028';

-- Without its length or precision: a cast to these would cut a key short
-- where storing it is an error.
CREATE FUNCTION column_type(relation regclass, name text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    type text;
BEGIN
    SELECT format_type(a.atttypid, -1) INTO type
    FROM pg_attribute a
    WHERE a.attrelid = relation AND a.attname = column_type.name
      AND a.attnum > 0 AND NOT a.attisdropped;
    IF type IS NULL THEN
        RAISE EXCEPTION 'table % has no column "%"', relation, column_type.name
            USING ERRCODE = 'undefined_column';
    END IF;
    RETURN type;
END
$$;
COMMENT ON FUNCTION column_type(regclass, text) IS
    'type of a column, as SQL; undefined_column where there is none';

CREATE FUNCTION is_unowned(source source, relation regclass) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    type text := column_type(relation, source.owner_column);
BEGIN
    RETURN format('(lead.%1$I IS NULL%2$s)', source.owner_column,
        (SELECT string_agg(format(' OR lead.%I = %L::%s', source.owner_column, n.value, type), '')
         FROM unnest(source.nobody) n (value)));
END
$$;
COMMENT ON FUNCTION is_unowned(source, regclass) IS
    'SQL condition: nobody owns the row lead of a source''s table';

CREATE FUNCTION leads_statement(source source, relation regclass, also text, ending text)
    RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM column_type(relation, c.name)
    FROM unnest(ARRAY[source.key_column, source.customer_column, source.created_column])
        c (name)
    WHERE c.name IS NOT NULL;
    RETURN format(
        E'SELECT array_agg(%1$L || l.key), array_agg(l.customer) '
        'FROM (SELECT lead.%2$I::text AS key, %3$s AS customer FROM %4$s AS lead '
              'WHERE %5$s AND %6$s AND (%7$s\n) '
              'ORDER BY %8$slead.%2$I %9$s) l',
        source.prefix, source.key_column,
        CASE WHEN source.customer_column IS NULL THEN 'NULL::text'
             ELSE format('lead.%I::text', source.customer_column) END,
        relation, is_unowned(source, relation), also, source.alive,
        CASE WHEN source.created_column IS NOT NULL
             THEN format('lead.%I, ', source.created_column) END,
        ending);
END
$$;
COMMENT ON FUNCTION leads_statement(source, regclass, text, text) IS
    'SQL that reads keys and customers of the leads to deal of a source, oldest first';

CREATE FUNCTION owner_statement(source source, relation regclass, leads text, whose text)
    RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN format(
        'UPDATE %1$s AS lead SET %2$I = dealt.agent::%3$s%4$s '
        'FROM (SELECT substr(l.lead, %5$s)::%6$s AS lead_key, a.agent, a.team '
              'FROM unnest(%9$s) l (lead) '
              'JOIN assignment a ON a.lead = l.lead AND a.ended_at IS NULL) AS dealt '
        'WHERE lead.%7$I = dealt.lead_key AND %8$s',
        relation, source.owner_column, column_type(relation, source.owner_column),
        (SELECT string_agg(format(E', %I = (%s\n)', e.key, e.value), '' ORDER BY e.key)
         FROM jsonb_each_text(source.also_set) e),
        length(source.prefix) + 1, column_type(relation, source.key_column),
        source.key_column, whose, leads);
END
$$;
COMMENT ON FUNCTION owner_statement(source, regclass, text, text) IS
    'SQL that sets the owners of leads that are held, and the columns that go with them; leads is SQL for their keys, whose a condition on the row lead';

-- Locks: the rows it changes, which the caller has inserted or locked.
CREATE FUNCTION write_owners(source source, relation regclass, leads text[]) RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    written bigint;
BEGIN
    EXECUTE owner_statement(source, relation, '$1', is_unowned(source, relation)) USING leads;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;
COMMENT ON FUNCTION write_owners(source, regclass, text[]) IS
    'tells a source''s table who holds these leads, where it knows of nobody; says of how many';

-- EXPLAIN plans a statement and asks for the rights to run it, but runs
-- nothing, as after options in parentheses there is no ANALYZE; and a loop
-- takes one statement only.
CREATE FUNCTION check_statement(statement text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS false) ' || statement LOOP
        RETURN;
    END LOOP;
END
$$;
COMMENT ON FUNCTION check_statement(text) IS 'an error where a statement could not run';

-- What stands both alone and between parentheses is one expression: alone,
-- its own parentheses are in balance, so the outer ones hold all of it.
CREATE FUNCTION check_source(source text) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    s source := find_source(check_source.source);
    relation regclass := source_relation(s);
    part text := 'key_column';
    one record;
BEGIN
    PERFORM column_type(relation, s.key_column);
    part := 'owner_column and nobody';
    PERFORM check_statement(format('SELECT FROM %s AS lead WHERE %s', relation,
                                   is_unowned(s, relation)));
    FOR one IN VALUES ('alive', s.alive), ('closed', coalesce(s.closed, 'false')) LOOP
        part := one.column1;
        PERFORM check_statement(format(E'SELECT %s\nFROM %s AS lead', one.column2, relation));
        PERFORM check_statement(format(E'SELECT FROM %s AS lead WHERE (%s\n)', relation,
                                       one.column2));
    END LOOP;
    part := 'customer_column or created_column';
    PERFORM check_statement(leads_statement(s, relation, 'true',
                                            'FOR NO KEY UPDATE OF lead SKIP LOCKED'));
    FOR one IN SELECT e.key, e.value FROM jsonb_each(s.also_set) e ORDER BY e.key LOOP
        part := format('also_set, column "%s"', one.key);
        PERFORM column_type(relation, one.key);
        IF jsonb_typeof(one.value) <> 'string' THEN
            RAISE EXCEPTION 'the expression must be a JSON string'
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        PERFORM check_statement(format(
            E'SELECT %s\nFROM %s AS lead, (VALUES (NULL::text, NULL::text)) AS dealt (agent, team)',
            one.value #>> '{}', relation));
    END LOOP;
    part := 'the owner and the columns set with it';
    PERFORM check_statement(owner_statement(s, relation, 'NULL::text[]', 'true'));
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE;
    WHEN syntax_error_or_access_rule_violation OR data_exception
         OR feature_not_supported OR object_not_in_prerequisite_state
         OR invalid_cursor_definition THEN
        RAISE EXCEPTION 'source "%" does not fit table %', s.source, s.relation
            USING ERRCODE = 'LO028',
                  DETAIL = format('%s: %s.', part, sqlerrm),
                  HINT = 'Columns are written as the catalog has them; functions and tables in expressions with their schema.';
END
$$;
COMMENT ON FUNCTION check_source(text) IS
    'an error (LO028) where a source does not fit its table, by the rights of the caller; nothing is run or locked';

CREATE FUNCTION attached(source text, OUT relation regclass, OUT trigger name)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    SELECT t.tgrelid::regclass, t.tgname
    INTO attached.relation, attached.trigger
    FROM pg_trigger t
    WHERE t.tgfoid = 'assign_on_insert()'::regprocedure AND t.tgparentid = 0
      AND t.tgargs = convert_to(attached.source, getdatabaseencoding()) || '\x00';
END
$$;
COMMENT ON FUNCTION attached(text) IS
    'the table, whatever its name is now, and the trigger that a source is attached by; NULL: it is not';

CREATE FUNCTION source_fits() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    fed regclass;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT a.relation INTO fed FROM attached(OLD.source) a;
        IF fed IS NOT NULL AND (TG_OP = 'DELETE' OR NEW.source <> OLD.source
                                OR to_regclass(NEW.relation) IS DISTINCT FROM fed) THEN
            RAISE EXCEPTION 'source "%" is attached to table %', OLD.source, fed
                USING ERRCODE = 'LO044',
                      HINT = format('Run SELECT %I.detach(%L) first.', TG_TABLE_SCHEMA, OLD.source);
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM check_source(NEW.source);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION source_fits() IS
    'trigger: a source fits its table (LO028), and one that is attached stays (LO044)';

CREATE TRIGGER source_fits
    AFTER INSERT OR UPDATE OR DELETE ON source
    FOR EACH ROW EXECUTE FUNCTION source_fits();

-- Statement trigger on the CRM's table.  With one argument, a source, it does
-- what the source says; three say only what is needed for a plain table: the
-- pool, the key column and the owner column.
-- Locks: to deal, the pool's ledger row, then the rows just inserted; to
-- enqueue, nothing.
CREATE FUNCTION assign_on_insert() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    relation CONSTANT regclass := TG_RELID;
    s source;
    new_table name;
    leads text[];
    customers text[];
    is_keyless boolean;
BEGIN
    IF TG_NARGS NOT IN (1, 3) OR TG_OP <> 'INSERT' OR TG_LEVEL <> 'STATEMENT'
       OR TG_WHEN <> 'AFTER' THEN
        RAISE EXCEPTION 'assign_on_insert takes one or three arguments and is for AFTER INSERT, for each statement'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'The arguments are a source; or the pool, the key column and the owner column.';
    END IF;
    SELECT t.tgnewtable INTO new_table FROM pg_catalog.pg_trigger t
    WHERE t.tgrelid = TG_RELID AND t.tgname = TG_NAME;
    IF new_table IS NULL THEN
        RAISE EXCEPTION 'trigger "%" must have REFERENCING NEW TABLE AS a name', TG_NAME
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF TG_NARGS = 1 THEN
        s := find_source(TG_ARGV[0]);
    ELSE
        s.pool := TG_ARGV[0];
        s.key_column := TG_ARGV[1];
        s.owner_column := TG_ARGV[2];
        s.nobody := '{}';
        s.alive := 'true';
        s.also_set := '{}';
        s.prefix := '';
        s.on_insert := 'deal';
    END IF;

    EXECUTE format('SELECT EXISTS (SELECT FROM %I n WHERE n.%I IS NULL)',
                   new_table, s.key_column)
    INTO is_keyless;
    IF is_keyless THEN
        RAISE EXCEPTION 'a lead must have a key' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    -- read from the table itself: a row trigger may have changed the row
    EXECUTE leads_statement(s, relation,
                            format('lead.%1$I IN (SELECT n.%1$I FROM %2$I n)',
                                   s.key_column, new_table), '')
    INTO leads, customers;
    IF leads IS NULL THEN
        RETURN NULL;
    END IF;

    -- a transaction with one snapshot cannot deal (LO027), and the CRM must not
    -- lose its row by that
    IF s.on_insert = 'enqueue'
       OR TG_NARGS = 1 AND current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM enqueue_batch(s.pool, leads, customers);
        RETURN NULL;
    END IF;
    IF cardinality(leads) = 1 THEN
        PERFORM assign(s.pool, leads[1], customers[1]);
    ELSE
        PERFORM assign_batch(s.pool, leads,
                             CASE WHEN s.customer_column IS NOT NULL THEN customers END);
    END IF;
    PERFORM write_owners(s, relation, leads);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION assign_on_insert() IS
    'trigger: deals the leads just inserted into a table of the CRM and sets their owner, or enqueues them; the argument is a source, or there are three: the pool, the key column and the owner column. To deal, it locks the pool''s ledger row';

-- Locks: the row of source, then the CRM's table as CREATE TRIGGER does.
CREATE FUNCTION attach(source text, pool text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    s source := find_source(attach.source);
    relation regclass := source_relation(s);
    agent text;
    type text;
BEGIN
    IF NOT EXISTS (SELECT FROM pool p WHERE p.pool = attach.pool) THEN
        PERFORM unknown_pool(attach.pool);
    END IF;
    IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = relation AND c.relkind IN ('r', 'p')) THEN
        RAISE EXCEPTION 'source "%" is not a table', s.source
            USING ERRCODE = 'LO028',
                  DETAIL = format('%s is a view or a foreign table, which take no such trigger.', relation),
                  HINT = 'Leave it to deal_source.';
    END IF;
    UPDATE source u SET pool = attach.pool WHERE u.source = attach.source;

    -- better here than when the CRM inserts
    type := column_type(relation, s.owner_column);
    FOR agent IN SELECT r.agent FROM roster_at(attach.pool, clock_timestamp()) r ORDER BY r.agent
    LOOP
        BEGIN
            EXECUTE format('SELECT %L::%s', agent, type);
        EXCEPTION WHEN data_exception THEN
            RAISE EXCEPTION 'agent "%" cannot own a lead of source "%"', agent, s.source
                USING ERRCODE = 'LO028',
                      DETAIL = format('Column %I of %s is of type %s.', s.owner_column, relation, type),
                      HINT = 'Agents must have the keys that the CRM has in this column.';
        END;
    END LOOP;

    IF (attached(attach.source)).relation IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format(
        'CREATE TRIGGER %I AFTER INSERT ON %s REFERENCING NEW TABLE AS new_leads '
        'FOR EACH STATEMENT EXECUTE FUNCTION assign_on_insert(%L)',
        format('lead_ops_%s_%s', current_schema, attach.source)::name, relation, attach.source);
    RETURN true;
END
$$;
COMMENT ON FUNCTION attach(text, text) IS
    'from now on new leads of a source are dealt or enqueued in the pool, as its on_insert says; false: it was attached, and now goes to that pool. Locks the CRM''s table as CREATE TRIGGER does, and needs its rights';

-- Locks: the CRM's table as DROP TRIGGER does.
CREATE FUNCTION detach(source text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    s source := find_source(detach.source);
    at record;
BEGIN
    SELECT a.* INTO at FROM attached(s.source) a;
    IF at.relation IS NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('DROP TRIGGER %I ON %s', at.trigger, at.relation);
    RETURN true;
END
$$;
COMMENT ON FUNCTION detach(text) IS
    'the CRM''s table is left alone again; false: it was. Locks it as DROP TRIGGER does, and must be called by its owner';

-- Locks: the pool's ledger row; then, waiting for none of them, rows of the
-- CRM's table and of waiting.  A row that somebody is just changing is left
-- for the next call, so that nobody in the CRM holds up the pool.
CREATE FUNCTION deal_source(source text, pool text DEFAULT NULL, max integer DEFAULT 1000)
    RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    s source := find_source(deal_source.source);
    relation regclass := source_relation(s);
    ledger pool_ledger;
    leads text[];
    customers text[];
    fresh text[];
    fresh_customers text[];
BEGIN
    IF deal_source.max IS NULL OR deal_source.max < 0 THEN
        RAISE EXCEPTION 'the number of leads must not be negative'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    ledger := lock_pool(coalesce(deal_source.pool, s.pool));

    -- those that wait already come first, and stay in their line
    EXECUTE format(
        E'SELECT array_agg(w.lead) FROM waiting w '
        'WHERE w.pool = $1 AND NOT w.is_public '
          'AND w.lead IN (SELECT %1$L || lead.%2$I::text FROM %3$s AS lead '
                         'WHERE %4$s AND (%5$s\n))',
        s.prefix, s.key_column, relation, is_unowned(s, relation), s.alive)
    INTO leads
    USING ledger.pool;
    IF leads IS NOT NULL THEN
        PERFORM drain_among(ledger.pool, deal_source.max, leads);
    END IF;

    -- then the others, and those that are held without the CRM knowing it
    EXECUTE leads_statement(
        s, relation,
        format('NOT EXISTS (SELECT FROM waiting w WHERE w.lead = %L || lead.%I::text)',
               s.prefix, s.key_column),
        'LIMIT $1 FOR NO KEY UPDATE OF lead SKIP LOCKED')
    INTO leads, customers
    USING deal_source.max;
    EXECUTE 'SELECT array_agg(l.lead ORDER BY l.n), array_agg(l.customer ORDER BY l.n) '
            'FROM unnest($1, $2) WITH ORDINALITY l (lead, customer, n) '
            'WHERE NOT EXISTS (SELECT FROM assignment a '
                              'WHERE a.lead = l.lead AND a.ended_at IS NULL)'
    INTO fresh, fresh_customers
    USING leads, customers;
    IF fresh IS NOT NULL THEN
        PERFORM assign_batch(ledger.pool, fresh,
                             CASE WHEN s.customer_column IS NOT NULL THEN fresh_customers END);
    END IF;
    -- what was dealt before: sync_source must not take its last owner for news
    EXECUTE 'UPDATE assignment a SET told_at = clock_timestamp() '
            'FROM (SELECT DISTINCT e.lead FROM unnest($1) l (lead) '
                  'JOIN assignment e ON e.lead = l.lead AND e.ended_at IS NOT NULL) l '
            'WHERE a.lead = l.lead AND a.ended_at IS NULL AND a.told_at IS NULL'
    USING leads;
    RETURN write_owners(s, relation, leads);
END
$$;
COMMENT ON FUNCTION deal_source(text, text, integer) IS
    'deals the leads of a source that nobody owns, those that wait first, then oldest first, and sets their owners; says of how many. pool NULL: the source''s. Locks the pool''s ledger row, then rows of the CRM''s table and of waiting that nobody else has locked';

-- Only the text: a view would keep the CRM from changing its columns.
CREATE FUNCTION source_view(source text, name text DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    s source := find_source(source_view.source);
    relation regclass := source_relation(s);
    columns text;
BEGIN
    SELECT string_agg(
               CASE a.atttypid
                   WHEN 'timestamp'::regtype THEN
                       format('(lead.%1$I AT TIME ZONE %2$L) AS %1$I', a.attname, s.zone)
                   ELSE format('lead.%I', a.attname)
               END, E',\n    ' ORDER BY a.attnum)
    INTO columns
    FROM pg_attribute a
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped;
    RETURN format(E'CREATE VIEW %s WITH (security_invoker = true) AS\nSELECT\n    %s\nFROM %s AS lead',
                  coalesce(source_view.name, format('%I.%I', current_schema, s.source)),
                  columns, relation);
END
$$;
COMMENT ON FUNCTION source_view(text, text) IS
    'SQL of a view of a source''s table whose times without zone have got theirs; name NULL: the source''s name in the workspace, else as it is to stand in SQL. Creates nothing';
