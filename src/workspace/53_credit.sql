--
-- Credit: who sold what
--
-- The CRM's own deals are measured through views.  This table is for sales that
-- are shared by several agents, and for those that are given back.
--

-- Pay is worked out again for days of closed periods where something came late.
CREATE TABLE late_item (
    cycle text NOT NULL,
    agent text NOT NULL,
    day date NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT late_item_pkey PRIMARY KEY (cycle, agent, day),
    CONSTRAINT late_item_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT late_item_cycle_check CHECK (cycle IN ('month', 'week', 'award'))
);
COMMENT ON TABLE late_item IS
    'Agents and days of closed periods for which something came later; the next calculate of the cycle pays the difference';

-- Locks: the periods that have the days, against being closed; then reads.
CREATE FUNCTION note_late(agents text[], days date[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM FROM pay_period p
    WHERE p.during && (SELECT daterange(min(d.day), max(d.day), '[]') FROM unnest(days) d (day))
    ORDER BY p.during, p.period
    FOR SHARE;
    INSERT INTO late_item (cycle, agent, day)
    SELECT DISTINCT p.cycle, a.agent, n.day
    FROM unnest(agents, days) n (agent, day)
    JOIN agent a ON a.agent = n.agent
    JOIN pay_period p ON p.during @> n.day AND p.status IN ('closed', 'paid')
    ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION note_late(text[], date[]) IS
    'notes agents and days, side by side, for which something has changed; of days in closed periods the next calculate pays the difference, others it works out anyway. Locks the periods of the days (FOR SHARE)';

CREATE FUNCTION note_events() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    agents text[];
    days date[];
BEGIN
    EXECUTE format(
        'SELECT array_agg(n.agent), array_agg(n.day) '
        'FROM (SELECT DISTINCT a.agent, %s AS day FROM (%s) e JOIN agent a ON a.agent = e.%I::text) n',
        format(CASE column_type(TG_RELID, TG_ARGV[1])
                   WHEN 'date' THEN 'e.%1$I'
                   WHEN 'timestamp without time zone'
                       THEN 'timezone(a.zone, timezone(%2$L, e.%1$I))::date'
                   ELSE 'timezone(a.zone, e.%1$I)::date' END,
               TG_ARGV[1], TG_ARGV[2]),
        concat_ws(' UNION ALL ',
                  CASE WHEN TG_OP <> 'DELETE' THEN 'TABLE new_rows' END,
                  CASE WHEN TG_OP <> 'INSERT' THEN 'TABLE old_rows' END),
        TG_ARGV[0])
    INTO agents, days;
    IF agents IS NOT NULL THEN
        PERFORM note_late(agents, days);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION note_events() IS
    'statement trigger of a table with events, which calls note_late for them; arguments: the columns that say who and when, and the zone of a time that is written without one; transition tables new_rows and old_rows. Locks as note_late';

CREATE FUNCTION watch_events(
    relation regclass, agent_column text DEFAULT 'agent', at_column text DEFAULT 'at',
    zone text DEFAULT NULL
) RETURNS void
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    type text := column_type(relation, watch_events.at_column);
    arguments text := concat_ws(', ', quote_literal(agent_column), quote_literal(at_column),
                                quote_literal(zone));
BEGIN
    PERFORM column_type(relation, watch_events.agent_column),
            timezone(watch_events.zone, timestamptz 'epoch');
    IF type NOT IN ('timestamp with time zone', 'date')
       AND NOT (type = 'timestamp without time zone' AND zone IS NOT NULL) THEN
        RAISE EXCEPTION 'column "%" of % does not say when', at_column, relation
            USING ERRCODE = 'datatype_mismatch',
                  DETAIL = format('It is of type %s.', type),
                  HINT = 'It is a timestamptz, a date, or a timestamp without time zone that is written in the zone that is given.';
    END IF;
    EXECUTE format('CREATE TRIGGER note_insert AFTER INSERT ON %s '
                   'REFERENCING NEW TABLE AS new_rows '
                   'FOR EACH STATEMENT EXECUTE FUNCTION note_events(%s)', relation, arguments);
    EXECUTE format('CREATE TRIGGER note_update AFTER UPDATE ON %s '
                   'REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows '
                   'FOR EACH STATEMENT EXECUTE FUNCTION note_events(%s)', relation, arguments);
    EXECUTE format('CREATE TRIGGER note_delete AFTER DELETE ON %s '
                   'REFERENCING OLD TABLE AS old_rows '
                   'FOR EACH STATEMENT EXECUTE FUNCTION note_events(%s)', relation, arguments);
END
$$;
COMMENT ON FUNCTION watch_events(regclass, text, text, text) IS
    'makes the triggers by which changes of a table with events in closed periods are noted in late_item; zone: in which at_column is written, where it is a timestamp without time zone. Locks the table as CREATE TRIGGER does';

CREATE TABLE credit (
    credit bigint GENERATED ALWAYS AS IDENTITY,
    sale text NOT NULL,
    kind text NOT NULL DEFAULT 'sale',
    agent text NOT NULL,
    at timestamptz NOT NULL,
    quantity numeric NOT NULL,
    share numeric NOT NULL,
    reason text,
    by text,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT credit_pkey PRIMARY KEY (credit),
    CONSTRAINT credit_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT credit_sale_check CHECK (sale <> ''),
    CONSTRAINT credit_kind_check CHECK (kind <> ''),
    CONSTRAINT credit_quantity_check CHECK (abs(quantity) < 'Infinity'),
    CONSTRAINT credit_share_check CHECK (share > 0 AND share < 'Infinity')
);
CREATE INDEX credit_sale_idx ON credit (sale, kind);
CREATE INDEX credit_at_idx ON credit (at);
CREATE INDEX credit_agent_idx ON credit (agent, at);
COMMENT ON TABLE credit IS
    'Who is credited with which part of a sale, and what was given back; append-only. Views over it, one a kind, are sources of metrics';
COMMENT ON COLUMN credit.sale IS 'key of the sale, in the CRM';
COMMENT ON COLUMN credit.kind IS 'what is shared: the sale, a fee, a pool of commissions ...';
COMMENT ON COLUMN credit.at IS
    'when it was sold, also of what was given back later: it counts for that day';
COMMENT ON COLUMN credit.quantity IS 'the agent''s part, negative where it is given back';
COMMENT ON COLUMN credit.share IS
    'the agent''s share, in percent or as a part of all shares of the sale';

CREATE TRIGGER credit_append_only
    BEFORE UPDATE OR DELETE ON credit
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credit_no_truncate
    BEFORE TRUNCATE ON credit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credit_is_noted
    AFTER INSERT ON credit
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_events('agent', 'at');

-- Locks: the name of the sale, so that parts of it are written one at a time.
CREATE FUNCTION lock_sale(sale text, kind text) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    SELECT pg_advisory_xact_lock(hashtextextended(
        format('%s.%s.%s', 'credit'::regclass::oid, lock_sale.kind, lock_sale.sale), 0));
END;
COMMENT ON FUNCTION lock_sale(text, text) IS
    'makes credits and refunds of one sale follow one another: an advisory lock for the transaction';

CREATE FUNCTION credit_sale(
    sale text, quantity numeric, at timestamptz, agents text[], shares numeric[] DEFAULT NULL,
    kind text DEFAULT 'sale', by text DEFAULT NULL, places integer DEFAULT 2
) RETURNS SETOF credit
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    total numeric := (SELECT sum(s.share) FROM unnest(shares) s (share));
BEGIN
    credit_sale."by" := acting_as(credit_sale.by);
    IF coalesce(cardinality(agents), 0) = 0 OR cardinality(agents) <> cardinality(shares) THEN
        RAISE EXCEPTION 'sale "%" has % agents and % shares', sale,
                coalesce(cardinality(agents), 0), cardinality(shares)
            USING ERRCODE = 'LO065',
                  HINT = 'Give each agent his share, or none of them for equal parts.';
    -- shares written with two decimals: 33.33 three times is a whole
    ELSIF abs(total - 100) > 0.005 * cardinality(shares) THEN
        RAISE EXCEPTION 'shares of sale "%" add up to %', sale, total
            USING ERRCODE = 'LO065',
                  HINT = 'Shares are in percent, rounded to two decimals at most.';
    END IF;
    PERFORM lock_sale(sale, kind);
    IF EXISTS (SELECT FROM credit c
               WHERE c.sale = credit_sale.sale AND c.kind = credit_sale.kind) THEN
        RAISE EXCEPTION 'sale "%" is credited already', sale
            USING ERRCODE = 'LO066',
                  HINT = 'Give it back with refund_sale; a part sold later is a sale of its own.';
    END IF;
    RETURN QUERY
    INSERT INTO credit (sale, kind, agent, at, quantity, share, by)
    SELECT credit_sale.sale, credit_sale.kind, p.agent, credit_sale.at, p.quantity, p.share,
           credit_sale.by
    FROM (SELECT u.agent, coalesce(u.share, 1) AS share, u.part AS quantity, u.n
          FROM unnest(agents, shares,
                      lead_ops.split_amount(credit_sale.quantity,
                          coalesce(shares, array_fill(1::numeric, ARRAY[cardinality(agents)])),
                          places))
              WITH ORDINALITY u (agent, share, part, n)) p
    ORDER BY p.n
    RETURNING *;
END
$$;
COMMENT ON FUNCTION credit_sale(text, numeric, timestamptz, text[], numeric[], text, text, integer) IS
    'credits a sale to agents by shares in percent (NULL: equal parts), which add up to it exactly. Raises LO065 for shares that are no whole, LO066 for a sale that is credited already. Locks the sale''s name, then the periods of its day';

CREATE FUNCTION refund_sale(
    sale text, quantity numeric DEFAULT NULL, reason text DEFAULT NULL, by text DEFAULT NULL,
    kind text DEFAULT 'sale', at timestamptz DEFAULT NULL, places integer DEFAULT 2
) RETURNS SETOF credit
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    agents text[];
    shares numeric[];
    held numeric[];
    sold_at timestamptz[];
    remains numeric;
    back numeric := refund_sale.quantity;
BEGIN
    refund_sale."by" := acting_as(refund_sale.by);
    PERFORM lock_sale(refund_sale.sale, refund_sale.kind);
    SELECT array_agg(h.agent ORDER BY h.first), array_agg(h.share ORDER BY h.first),
           array_agg(h.held ORDER BY h.first), array_agg(h.at ORDER BY h.first), sum(h.held)
    INTO agents, shares, held, sold_at, remains
    FROM (SELECT c.agent, min(c.credit) AS first, sum(c.quantity) AS held,
                 (array_agg(c.share ORDER BY c.credit))[1] AS share,
                 (array_agg(c.at ORDER BY c.credit))[1] AS at
          FROM credit c
          WHERE c.sale = refund_sale.sale AND c.kind = refund_sale.kind
          GROUP BY c.agent) h;
    back := coalesce(back, remains);
    IF remains IS NULL THEN
        RAISE EXCEPTION 'sale "%" is not credited to anybody', refund_sale.sale
            USING ERRCODE = 'LO066', HINT = 'credit_sale says whose it is.';
    ELSIF back * sign(remains) < 0 OR abs(back) > abs(remains) OR back <= 0 AND remains >= 0 THEN
        RAISE EXCEPTION 'of sale "%" cannot be given back %: there is % left', refund_sale.sale,
                back, remains
            USING ERRCODE = 'LO066', HINT = 'Nothing is given back twice.';
    END IF;
    -- what stays is split as the sale was, so that all of it leaves nothing
    RETURN QUERY
    INSERT INTO credit (sale, kind, agent, at, quantity, share, reason, by)
    SELECT refund_sale.sale, refund_sale.kind, p.agent, coalesce(refund_sale.at, p.at),
           p.stays - p.held, p.share, refund_sale.reason, refund_sale.by
    FROM unnest(agents, shares, held, sold_at,
                lead_ops.split_amount(remains - back, shares, places))
        WITH ORDINALITY p (agent, share, held, at, stays, n)
    WHERE p.stays <> p.held
    ORDER BY p.n
    RETURNING *;
END
$$;
COMMENT ON FUNCTION refund_sale(text, numeric, text, text, text, timestamptz, integer) IS
    'gives back a sale, or so much of it (LO066: more than is left), from all who were credited, for the day it was sold (at: for another). Where that is in a closed period the next calculate takes the difference. Locks the sale''s name, then the periods of its day';
