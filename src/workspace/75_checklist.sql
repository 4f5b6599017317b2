--
-- Checklists: the standard that work is held against, in versions
--
-- A series has one version in force at a time: a new one replaces the one before
-- at once, or when it says.  What was done before is judged by what was in force.
-- A script, the standard language of a call, is a series as well.
--

CREATE TABLE checklist (
    checklist text NOT NULL,
    name text,
    version integer NOT NULL DEFAULT 0,
    CONSTRAINT checklist_pkey PRIMARY KEY (checklist),
    CONSTRAINT checklist_checklist_check CHECK (checklist <> ''),
    CONSTRAINT checklist_version_check CHECK (version >= 0)
);
COMMENT ON TABLE checklist IS 'Series of checklists and scripts';
COMMENT ON COLUMN checklist.version IS 'the newest version; 0: none yet. Set by publish_checklist';

CREATE TABLE checklist_version (
    checklist text NOT NULL,
    version integer NOT NULL,
    active_from timestamptz NOT NULL DEFAULT clock_timestamp(),
    pass_mark numeric NOT NULL DEFAULT 100,
    script text,
    published_by text,
    CONSTRAINT checklist_version_pkey PRIMARY KEY (checklist, version),
    CONSTRAINT checklist_version_checklist_fkey FOREIGN KEY (checklist) REFERENCES checklist,
    CONSTRAINT checklist_version_published_by_fkey FOREIGN KEY (published_by) REFERENCES agent,
    CONSTRAINT checklist_version_version_check CHECK (version > 0),
    CONSTRAINT checklist_version_active_from_check CHECK (isfinite(active_from)),
    CONSTRAINT checklist_version_pass_mark_check CHECK (pass_mark BETWEEN 0 AND 100)
);
CREATE INDEX checklist_version_active_idx ON checklist_version (checklist, active_from, version);
COMMENT ON TABLE checklist_version IS 'Versions of series; append-only';
COMMENT ON COLUMN checklist_version.active_from IS 'it replaces the one before from then on';
COMMENT ON COLUMN checklist_version.pass_mark IS
    'percent of the points from which a review is passed';
COMMENT ON COLUMN checklist_version.script IS 'the standard language, word for word';

CREATE TRIGGER checklist_version_append_only
    BEFORE UPDATE OR DELETE ON checklist_version
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checklist_version_no_truncate
    BEFORE TRUNCATE ON checklist_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE checklist_item (
    checklist text NOT NULL,
    version integer NOT NULL,
    item text NOT NULL,
    position integer NOT NULL,
    wording text NOT NULL,
    points numeric NOT NULL DEFAULT 1,
    critical boolean NOT NULL DEFAULT false,
    defect text NOT NULL,
    CONSTRAINT checklist_item_pkey PRIMARY KEY (checklist, version, item),
    CONSTRAINT checklist_item_version_fkey
        FOREIGN KEY (checklist, version) REFERENCES checklist_version,
    CONSTRAINT checklist_item_item_check CHECK (item <> ''),
    CONSTRAINT checklist_item_points_check CHECK (points > 0 AND points < 'Infinity')
);
COMMENT ON TABLE checklist_item IS 'What each version looks at; append-only';
COMMENT ON COLUMN checklist_item.item IS
    'its key; the same in the next version where it means the same';
COMMENT ON COLUMN checklist_item.critical IS 'a review that finds it missing is not passed';
COMMENT ON COLUMN checklist_item.defect IS 'category that it counts in where it is missing';

CREATE TRIGGER checklist_item_append_only
    BEFORE UPDATE OR DELETE ON checklist_item
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checklist_item_no_truncate
    BEFORE TRUNCATE ON checklist_item
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION checklist_at(checklist text, at timestamptz DEFAULT NULL) RETURNS integer
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT v.version
    FROM checklist_version v
    WHERE v.checklist = checklist_at.checklist
      AND v.active_from <= coalesce(checklist_at.at, statement_timestamp())
    ORDER BY v.active_from DESC, v.version DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION checklist_at(text, timestamptz) IS
    'the version of a series in force at a moment, NULL: now; NULL: none was';

-- Locks: the series' row; two that publish get two versions.
CREATE FUNCTION publish_checklist(
    checklist text, items jsonb, by text, active_from timestamptz DEFAULT NULL,
    pass_mark numeric DEFAULT 100, script text DEFAULT NULL, name text DEFAULT NULL
) RETURNS integer
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    next_version integer;
    fault text;
BEGIN
    publish_checklist."by" := acting_as(publish_checklist.by);
    IF jsonb_typeof(items) IS DISTINCT FROM 'array'
       OR jsonb_array_length(items) = 0 AND publish_checklist.script IS NULL
       OR EXISTS (SELECT FROM jsonb_array_elements(items) i
                  WHERE jsonb_typeof(i) <> 'object' OR i ->> 'item' IS NULL) THEN
        RAISE EXCEPTION 'the items of checklist "%" are no array of objects',
                publish_checklist.checklist
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Each is like {"item": "price", "wording": "Says the price", "points": 2, "critical": true, "defect": "disclosure"}.';
    END IF;
    SELECT format('"%s" of item "%s" is not known.', k.key, i.line ->> 'item') INTO fault
    FROM jsonb_array_elements(items) i (line), jsonb_object_keys(i.line) k (key)
    WHERE k.key NOT IN ('item', 'wording', 'points', 'critical', 'defect')
    ORDER BY 1
    LIMIT 1;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'the items of checklist "%" do not fit', publish_checklist.checklist
            USING ERRCODE = 'invalid_parameter_value', DETAIL = fault;
    ELSIF publish_checklist.active_from < statement_timestamp() THEN
        RAISE EXCEPTION 'a version of checklist "%" is not in force before it is published',
                publish_checklist.checklist
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO checklist AS c (checklist, name, version)
    VALUES (publish_checklist.checklist, publish_checklist.name, 1)
    ON CONFLICT (checklist) DO UPDATE
        SET version = c.version + 1, name = coalesce(EXCLUDED.name, c.name)
    RETURNING c.version INTO next_version;
    INSERT INTO checklist_version (checklist, version, active_from, pass_mark, script,
                                   published_by)
    VALUES (publish_checklist.checklist, next_version,
            coalesce(publish_checklist.active_from, clock_timestamp()),
            publish_checklist.pass_mark, publish_checklist.script, publish_checklist.by);
    INSERT INTO checklist_item (checklist, version, item, position, wording, points, critical,
                                defect)
    SELECT publish_checklist.checklist, next_version, r.item, l.n, coalesce(r.wording, r.item),
           coalesce(r.points, 1), coalesce(r.critical, false), coalesce(r.defect, r.item)
    FROM jsonb_array_elements(items) WITH ORDINALITY l (line, n)
    CROSS JOIN LATERAL jsonb_to_record(l.line)
        r (item text, wording text, points numeric, critical boolean, defect text);
    RETURN next_version;
END
$$;
COMMENT ON FUNCTION publish_checklist(text, jsonb, text, timestamptz, numeric, text, text) IS
    'a new version of a series, which replaces the one before at once, or from a later moment on, and its number. Locks the series'' row. 22023 for items that do not fit';
