--
-- Metrics: names for what can be counted
--
-- A metric is a name for a relation of the CRM's or the workspace's with one
-- row an event: who, when and how much.  What counts as an event, a valid call
-- for one, is thus the definition of a view and no constant of ours.
--
-- The relation is kept by its name, which finds it again where a view was made
-- anew, and as regclass, which follows a change of the name.
--

CREATE TABLE metric (
    metric text NOT NULL,
    unit text,
    source regclass,
    source_name text,
    direction text NOT NULL DEFAULT 'higher',
    kind text NOT NULL DEFAULT 'flow',
    agent_column text NOT NULL DEFAULT 'agent',
    at_column text NOT NULL DEFAULT 'at',
    quantity_column text DEFAULT 'quantity',
    item_column text,
    numerator text,
    divisor text,
    CONSTRAINT metric_pkey PRIMARY KEY (metric),
    CONSTRAINT metric_numerator_fkey FOREIGN KEY (numerator) REFERENCES metric ON UPDATE CASCADE,
    CONSTRAINT metric_divisor_fkey FOREIGN KEY (divisor) REFERENCES metric ON UPDATE CASCADE,
    CONSTRAINT metric_metric_check CHECK (metric <> ''),
    CONSTRAINT metric_direction_check CHECK (direction IN ('higher', 'lower')),
    CONSTRAINT metric_kind_check CHECK (kind IN ('flow', 'stock', 'ratio')),
    CONSTRAINT metric_source_check CHECK ((source IS NULL) = (kind = 'ratio')),
    CONSTRAINT metric_ratio_check
        CHECK ((numerator IS NOT NULL) = (kind = 'ratio')
               AND (divisor IS NOT NULL) = (kind = 'ratio'))
);
CREATE INDEX metric_numerator_idx ON metric (numerator);
CREATE INDEX metric_divisor_idx ON metric (divisor);
COMMENT ON TABLE metric IS
    'What can be measured: names for relations with a row an event, and for ratios of two such';
COMMENT ON COLUMN metric.unit IS 'for people to read: calls, minutes, EUR';
COMMENT ON COLUMN metric.source IS 'the table or view that has the events; NULL: a ratio';
COMMENT ON COLUMN metric.source_name IS
    'its name, which finds it where it was made anew; written by a trigger';
COMMENT ON COLUMN metric.direction IS 'which is better, a higher or a lower figure';
COMMENT ON COLUMN metric.kind IS
    'flow: quantities add up; stock: each is a state, as a balance, of which the last counts; ratio: sum of the numerator over sum of the divisor';
COMMENT ON COLUMN metric.agent_column IS 'name of the column with the agent''s key, of any type';
COMMENT ON COLUMN metric.at_column IS
    'name of the column that says when: timestamptz, or date, which is a day of the agent''s zone';
COMMENT ON COLUMN metric.quantity_column IS
    'name of the column that says how much: numeric, integer, interval (counts in seconds) or boolean (true counts 1); rows where it is NULL do not count. NULL: each row counts 1';
COMMENT ON COLUMN metric.item_column IS
    'name of the column that tells the event: a deal''s or call''s number; NULL: nothing does';
COMMENT ON COLUMN metric.numerator IS 'of a ratio: the metric above the line';
COMMENT ON COLUMN metric.divisor IS 'of a ratio: the metric below the line';

CREATE FUNCTION metric_source(metric metric) RETURNS regclass
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    found regclass;
BEGIN
    SELECT coalesce(to_regclass(metric.source_name), c.oid) INTO found
    FROM (VALUES (metric.source)) m (source)
    LEFT JOIN pg_class c ON c.oid = m.source;
    IF found IS NULL THEN
        RAISE EXCEPTION 'the source of metric "%" does not exist', metric.metric
            USING ERRCODE = 'LO086',
                  DETAIL = format('It was %s.', coalesce(metric.source_name, metric.source::text)),
                  HINT = 'Where the CRM has renamed it, update source.';
    END IF;
    RETURN found;
END
$$;
COMMENT ON FUNCTION metric_source(metric) IS
    'the relation of a metric, also where it was made anew; raises LO086';

CREATE FUNCTION metric_type(metric metric, column_name text, allowed text[], hint text)
    RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    relation regclass := metric_source(metric);
    type text;
BEGIN
    SELECT format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL) INTO type
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = relation AND a.attname = column_name
      AND a.attnum > 0 AND NOT a.attisdropped;
    IF type IS NULL THEN
        RAISE EXCEPTION 'metric "%" does not fit its source', metric.metric
            USING ERRCODE = 'LO086',
                  DETAIL = format('%s has no column "%s".', relation, column_name),
                  HINT = 'Name the columns in agent_column, at_column, quantity_column and item_column, or give it a view that has agent, at and quantity.';
    ELSIF type <> ALL (allowed) THEN
        RAISE EXCEPTION 'metric "%" does not fit its source', metric.metric
            USING ERRCODE = 'LO086',
                  DETAIL = format('Column "%s" of %s is of type %s, not %s.', column_name,
                                  relation, type, array_to_string(allowed, ', ')),
                  HINT = hint;
    END IF;
    RETURN type;
END
$$;
COMMENT ON FUNCTION metric_type(metric, text, text[], text) IS
    'type of a column of a metric''s source (of a domain, what it is over); raises LO086 where there is none or it is not among those allowed, NULL: any';

CREATE FUNCTION metric_at_type(metric metric) RETURNS text
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT metric_type(metric, metric.at_column, '{timestamp with time zone,date}',
        'A time without zone means nothing: give the metric a view that says in which it is written, (created_at AT TIME ZONE ''Asia/Shanghai'') AS at; source_view() writes one for a source of leads.');
END;
COMMENT ON FUNCTION metric_at_type(metric) IS
    'type of the column that says when; raises LO086';

CREATE FUNCTION metric_quantity(metric metric) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF metric.quantity_column IS NULL THEN
        RETURN '1';
    END IF;
    RETURN format(
        CASE metric_type(metric, metric.quantity_column,
                         '{numeric,bigint,integer,smallint,interval,boolean}',
                         'Give the metric a view that casts it: amount::numeric AS quantity.')
            WHEN 'interval' THEN 'extract(epoch FROM s.%I)'
            WHEN 'boolean' THEN 'CASE WHEN s.%I THEN 1 END'
            ELSE 's.%I'
        END, metric.quantity_column);
END
$$;
COMMENT ON FUNCTION metric_quantity(metric) IS
    'SQL for how much a row s of a metric''s source counts, NULL: nothing; raises LO086';

CREATE FUNCTION metric_fits() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    IF NEW.kind = 'ratio' THEN
        IF NEW.metric IN (NEW.numerator, NEW.divisor)
           OR EXISTS (SELECT FROM metric m
                      WHERE m.metric IN (NEW.numerator, NEW.divisor) AND m.kind <> 'flow')
           OR EXISTS (SELECT FROM metric m WHERE NEW.metric IN (m.numerator, m.divisor)) THEN
            RAISE EXCEPTION 'metric "%" would be a ratio of what does not add up', NEW.metric
                USING ERRCODE = 'LO087',
                      HINT = 'The numerator and the divisor of a ratio are metrics of kind flow.';
        END IF;
        NEW.source_name := NULL;
        RETURN NEW;
    END IF;
    IF NEW.kind <> 'flow'
       AND EXISTS (SELECT FROM metric m WHERE NEW.metric IN (m.numerator, m.divisor)) THEN
        RAISE EXCEPTION 'metric "%" is part of a ratio', NEW.metric
            USING ERRCODE = 'LO087',
                  HINT = 'The numerator and the divisor of a ratio are metrics of kind flow.';
    END IF;
    IF TG_OP = 'INSERT' OR NEW.source IS DISTINCT FROM OLD.source THEN
        NEW.source_name := NULL;
    END IF;
    NEW.source := metric_source(NEW);
    SELECT format('%I.%I', c.relnamespace::regnamespace, c.relname) INTO NEW.source_name
    FROM pg_class c
    WHERE c.oid = NEW.source;
    PERFORM metric_type(NEW, NEW.agent_column, NULL, NULL);
    PERFORM metric_at_type(NEW);
    PERFORM metric_quantity(NEW);
    IF NEW.item_column IS NOT NULL THEN
        PERFORM metric_type(NEW, NEW.item_column, NULL, NULL);
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION metric_fits() IS
    'trigger: a metric fits its source (LO086), a ratio is of two flows (LO087)';

CREATE TRIGGER metric_fits
    BEFORE INSERT OR UPDATE OF metric, source, source_name, kind, agent_column, at_column,
        quantity_column, item_column, numerator, divisor ON metric
    FOR EACH ROW WHEN (NEW.source IS NOT NULL OR NEW.kind = 'ratio')
    EXECUTE FUNCTION metric_fits();

CREATE FUNCTION find_metrics(metrics text[]) RETURNS SETOF metric
    LANGUAGE plpgsql STABLE ROWS 10
    SET search_path FROM CURRENT
AS $$
DECLARE
    unknown text;
BEGIN
    SELECT u.metric INTO unknown
    FROM unnest(metrics) u (metric)
    WHERE NOT EXISTS (SELECT FROM metric m WHERE m.metric = u.metric)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'metric "%" does not exist', unknown
            USING ERRCODE = 'LO085', HINT = 'Metrics are the rows of the table metric.';
    END IF;
    RETURN QUERY
    SELECT m.* FROM metric m WHERE metrics IS NULL OR m.metric = ANY (metrics);
END
$$;
COMMENT ON FUNCTION find_metrics(text[]) IS 'metrics by their names, NULL: all; raises LO085';

CREATE FUNCTION quotient(numerator numeric, divisor numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    -- the scale of an operand is the least of the result
    SELECT trim_scale(quotient.numerator * 1.00000000000000000000 / nullif(quotient.divisor, 0));
END;
COMMENT ON FUNCTION quotient(numeric, numeric) IS
    'the one divided by the other, to at least 20 decimals, less the zeros at their end; NULL where the divisor is 0';
