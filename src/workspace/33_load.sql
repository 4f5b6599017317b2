--
-- Loading lists of leads
--

CREATE TABLE refused_number (
    refusal bigint GENERATED ALWAYS AS IDENTITY,
    campaign text NOT NULL,
    lead text,
    customer text,
    number text,
    source text,
    reason text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT refused_number_pkey PRIMARY KEY (refusal),
    CONSTRAINT refused_number_campaign_fkey FOREIGN KEY (campaign) REFERENCES campaign
);
CREATE INDEX refused_number_campaign_idx ON refused_number (campaign, at);
COMMENT ON TABLE refused_number IS
    'Leads that a campaign could not take, as they were given; append-only';
COMMENT ON COLUMN refused_number.number IS 'as it was given';
COMMENT ON COLUMN refused_number.reason IS
    'no lead, no number, bad number, unknown zone or unknown agent';

CREATE TRIGGER refused_number_append_only
    BEFORE UPDATE OR DELETE ON refused_number
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refused_number_no_truncate
    BEFORE TRUNCATE ON refused_number
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Locks: the numbers that learn something, by number.  Two loads of one list
-- wait for each other, and the second finds the leads of the first.
CREATE FUNCTION load_campaign(
    campaign text, leads text[], numbers text[], customers text[] DEFAULT NULL,
    zones text[] DEFAULT NULL, agents text[] DEFAULT NULL, source text DEFAULT NULL,
    priority integer DEFAULT 4, class text DEFAULT NULL,
    OUT loaded integer, OUT known integer, OUT refused integer
)
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    given integer := coalesce(cardinality(leads), 0);
BEGIN
    IF NOT EXISTS (SELECT FROM campaign c WHERE c.campaign = load_campaign.campaign) THEN
        PERFORM unknown_campaign(load_campaign.campaign);
    END IF;
    IF given <> coalesce(cardinality(numbers), 0)
       OR given <> cardinality(customers) OR given <> cardinality(zones)
       OR given <> cardinality(agents) THEN
        RAISE EXCEPTION 'every lead needs a number, and the lists must be of one length'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF priority IS NULL OR priority NOT BETWEEN 1 AND 9 THEN
        RAISE EXCEPTION 'the priority must be 1 to 9'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE $sql$
        WITH given AS MATERIALIZED (
            SELECT g.place, g.lead, g.customer, g.number AS given, n.number, z.zone, g.agent,
                   CASE WHEN coalesce(g.lead, '') = '' THEN 'no lead'
                        WHEN coalesce(n.number, '') = '' THEN 'no number'
                        WHEN n.number !~ c.number_format THEN 'bad number'
                        WHEN g.zone IS NOT NULL AND z.zone IS NULL THEN 'unknown zone'
                        WHEN g.agent IS NOT NULL AND a.agent IS NULL THEN 'unknown agent'
                   END AS reason
            FROM unnest($2, $3, $4, $5, $6)
                WITH ORDINALITY g (lead, number, customer, zone, agent, place)
            JOIN campaign c ON c.campaign = $1
            CROSS JOIN LATERAL (SELECT plain_number(g.number) AS number) n
            LEFT JOIN (SELECT name AS zone FROM pg_timezone_names
                       WHERE $5 IS NOT NULL) z ON z.zone = g.zone
            LEFT JOIN agent a ON a.agent = g.agent
        ), refused AS (
            INSERT INTO refused_number (campaign, lead, customer, number, source, reason)
            SELECT $1, g.lead, g.customer, g.given, $7, g.reason
            FROM given g WHERE g.reason IS NOT NULL
            ORDER BY g.place
            RETURNING 1
        ), point AS (
            INSERT INTO contact_point AS p (number, customer, zone)
            SELECT DISTINCT ON (g.number) g.number, g.customer, g.zone
            FROM given g WHERE g.reason IS NULL
            ORDER BY g.number, g.place
            ON CONFLICT (number) DO UPDATE
                SET customer = coalesce(p.customer, EXCLUDED.customer),
                    zone = coalesce(p.zone, EXCLUDED.zone)
                WHERE p.customer IS NULL AND EXCLUDED.customer IS NOT NULL
                   OR p.zone IS NULL AND EXCLUDED.zone IS NOT NULL
        ), loaded AS (
            INSERT INTO task (campaign, lead, customer, number, priority, owner, source, class,
                              state, reason, next_at, anyone_at, ended_at)
            SELECT $1, g.lead, g.customer, g.number, $8, g.agent, $7, $10,
                   CASE WHEN s.is_suppressed THEN 'failed' ELSE 'open' END,
                   CASE WHEN s.is_suppressed THEN 'suppressed' END,
                   CASE WHEN NOT s.is_suppressed THEN o.at END,
                   CASE WHEN s.is_suppressed THEN NULL
                        WHEN g.agent IS NULL THEN o.at ELSE 'infinity' END,
                   CASE WHEN s.is_suppressed THEN $9 END
            FROM given g
            JOIN campaign c ON c.campaign = $1
            LEFT JOIN calendar k ON k.calendar = c.calendar
            LEFT JOIN contact_point p ON p.number = g.number
            CROSS JOIN LATERAL (
                SELECT EXISTS (SELECT FROM suppression s
                               WHERE s.number = g.number
                                 AND s.scope IN ('all', c.campaign, c.task_type)
                                 AND s.until = 'infinity') AS is_suppressed
            ) s
            CROSS JOIN LATERAL (
                SELECT CASE WHEN c.hours IS NULL THEN b.at
                            ELSE lead_ops.next_open(
                                c.hours, b.at,
                                CASE WHEN c.by_customer_zone
                                     THEN coalesce(p.zone, g.zone, c.zone) ELSE c.zone END,
                                k.days) END AS at
                FROM (SELECT greatest($9, nullif(lower(c.during), '-infinity')) AS at) b
            ) o
            WHERE g.reason IS NULL
            ORDER BY g.place
            ON CONFLICT (lead, campaign) DO NOTHING
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM loaded), (SELECT count(*) FROM refused)
        $sql$
    INTO loaded, refused
    USING load_campaign.campaign, leads, numbers, customers, zones, agents,
          load_campaign.source, load_campaign.priority::smallint, clock_timestamp(),
          load_campaign.class;
    known := given - loaded - refused;
END
$$;
COMMENT ON FUNCTION load_campaign(text, text[], text[], text[], text[], text[], text, integer, text) IS
    'puts leads with their numbers into a campaign, to be dialled in the order of the list, by the agents given or by anyone; says how many, how many were there already, and how many are in refused_number now. Locks numbers, by number';
