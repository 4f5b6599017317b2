--
-- What every other part uses
--

-- History is corrected by adding to it.  A table keeps it so with two
-- triggers, one for rows (partitions inherit it) and one for TRUNCATE:
--     CREATE TRIGGER t_append_only BEFORE UPDATE OR DELETE ON t
--         FOR EACH ROW EXECUTE FUNCTION refuse_change();
--     CREATE TRIGGER t_no_truncate BEFORE TRUNCATE ON t
--         FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- Neither fires while a dump is loaded: COPY only inserts.
CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    AS $$
BEGIN
    RAISE EXCEPTION 'rows of table "%" may not be changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'LO033',
            DETAIL = pg_catalog.format('Table %I.%I only takes new rows; this is %s.',
                TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP),
            HINT = 'Correct history by adding a row that reverses the mistaken one.',
            SCHEMA = TG_TABLE_SCHEMA,
            TABLE = TG_TABLE_NAME;
END;
$$;
COMMENT ON FUNCTION refuse_change() IS
    'trigger of append-only tables: refuses UPDATE, DELETE and TRUNCATE with LO033; takes no lock';
