--
-- Requests: what people ask for or report to a superior, and what he decides
--

CREATE TABLE request_kind (
    kind text NOT NULL,
    name text,
    within interval,
    office text,
    CONSTRAINT request_kind_pkey PRIMARY KEY (kind),
    CONSTRAINT request_kind_office_fkey FOREIGN KEY (office) REFERENCES team,
    CONSTRAINT request_kind_kind_check CHECK (kind <> ''),
    CONSTRAINT request_kind_within_check CHECK (within > interval '0')
);
COMMENT ON TABLE request_kind IS
    'What is asked for or reported: overtime, exceptions, measures that a meeting decides';
COMMENT ON COLUMN request_kind.within IS
    'to be reported so soon after it happened, or it is late; NULL: at any time';
COMMENT ON COLUMN request_kind.office IS
    'team whose people decide; NULL: the leader of the person''s team, or one above';

CREATE TABLE request (
    request bigint GENERATED ALWAYS AS IDENTITY,
    agent text NOT NULL,
    kind text NOT NULL,
    detail text NOT NULL,
    during tstzrange,
    happened_at timestamptz,
    filed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    is_late boolean NOT NULL DEFAULT false,
    status text NOT NULL DEFAULT 'open',
    decided_by text,
    decided_at timestamptz,
    note text,
    CONSTRAINT request_pkey PRIMARY KEY (request),
    CONSTRAINT request_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT request_kind_fkey FOREIGN KEY (kind) REFERENCES request_kind,
    CONSTRAINT request_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES agent,
    CONSTRAINT request_detail_check CHECK (detail <> ''),
    CONSTRAINT request_during_check CHECK (NOT isempty(during)),
    CONSTRAINT request_happened_at_check CHECK (happened_at <= filed_at),
    CONSTRAINT request_status_check CHECK (status IN ('open', 'approved', 'refused')),
    CONSTRAINT request_decided_check
        CHECK ((status = 'open') = (decided_by IS NULL)
               AND (status = 'open') = (decided_at IS NULL)),
    CONSTRAINT request_decided_by_check CHECK (decided_by <> agent)
);
CREATE INDEX request_agent_idx ON request (agent);
CREATE INDEX request_open_idx ON request (kind, filed_at) WHERE status = 'open';
COMMENT ON TABLE request IS 'Requests and reports; decided once, then they stay';
COMMENT ON COLUMN request.during IS 'what it is for, such as the hours of overtime';
COMMENT ON COLUMN request.happened_at IS 'when that happened which is reported';
COMMENT ON COLUMN request.is_late IS 'it was reported later than its kind allows; written by a trigger';

CREATE FUNCTION request_goes_on() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    settled text[] := '{status,decided_by,decided_at,note}';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'open' THEN
            RAISE EXCEPTION 'a request is filed first' USING ERRCODE = 'LO093',
                HINT = 'Call decide_request after that.';
        END IF;
        NEW.is_late := coalesce((SELECT NEW.filed_at > NEW.happened_at + k.within
                                 FROM request_kind k WHERE k.kind = NEW.kind), false);
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.status = 'open'
        AND to_jsonb(NEW) - settled = to_jsonb(OLD) - settled THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'request % is %', OLD.request, OLD.status
        USING ERRCODE = 'LO093', HINT = 'It is decided once; file another one.';
END
$$;
COMMENT ON FUNCTION request_goes_on() IS
    'trigger: a request is decided once, and stays (LO093); says whether it is late';
CREATE TRIGGER request_goes_on
    BEFORE INSERT OR UPDATE OR DELETE ON request
    FOR EACH ROW EXECUTE FUNCTION request_goes_on();
CREATE TRIGGER request_no_truncate
    BEFORE TRUNCATE ON request
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION is_superior(superior text, agent text) RETURNS boolean
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT is_superior.superior <> is_superior.agent AND EXISTS (
        SELECT FROM membership m
        JOIN agent a ON a.agent = m.agent
        CROSS JOIN LATERAL (
            SELECT timezone(a.zone, statement_timestamp())::date AS today) d
        CROSS JOIN LATERAL teams_above(m.team) u
        WHERE m.agent = is_superior.agent AND m.valid @> d.today
          AND (u.leader = is_superior.superior
               OR EXISTS (SELECT FROM membership l
                          WHERE l.team = u.team AND l.agent = is_superior.superior
                            AND l.role = 'leader' AND l.valid @> d.today)));
END;
COMMENT ON FUNCTION is_superior(text, text) IS
    'does somebody lead the agent''s team today, or one above it?';

-- Locks: the request's row.
CREATE FUNCTION decide_request(request bigint, approve boolean, by text, note text DEFAULT NULL)
    RETURNS request
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    decided request;
    office text;
BEGIN
    decide_request."by" := acting_as(decide_request.by);
    SELECT r.* INTO decided
    FROM request r
    WHERE r.request = decide_request.request
    FOR NO KEY UPDATE;
    SELECT k.office INTO office FROM request_kind k WHERE k.kind = decided.kind;
    IF decided.request IS NULL
       OR NOT may_act_for(decided.agent)
          AND NOT coalesce(office IS NOT NULL AND acts_for(decide_request.by, office), false) THEN
        RAISE EXCEPTION 'request % does not exist', decide_request.request
            USING ERRCODE = 'LO092', HINT = 'Requests are the rows of table request.';
    ELSIF decided.status <> 'open' THEN
        RAISE EXCEPTION 'request % is %', decided.request, decided.status USING ERRCODE = 'LO093',
            HINT = 'It is decided once; file another one.';
    ELSIF decided.agent = decide_request.by THEN
        RAISE EXCEPTION 'agent "%" may not decide their own case', decided.agent
            USING ERRCODE = 'LO059', HINT = 'A superior does.';
    END IF;
    IF office IS NOT NULL THEN
        PERFORM check_acts_for(decide_request.by, office);
    ELSIF NOT is_superior(decide_request.by, decided.agent) THEN
        RAISE EXCEPTION 'agent "%" is no superior of "%"', decide_request.by, decided.agent
            USING ERRCODE = 'LO095', HINT = 'The leader of the team decides, or of one above.';
    END IF;
    UPDATE request r
    SET status = CASE WHEN decide_request.approve THEN 'approved' ELSE 'refused' END,
        decided_by = decide_request.by, decided_at = clock_timestamp(), note = decide_request.note
    WHERE r.request = decided.request
    RETURNING r.* INTO decided;
    RETURN decided;
END
$$;
COMMENT ON FUNCTION decide_request(bigint, boolean, text, text) IS
    'a superior, or the office of its kind, approves or refuses a request. Locks its row. LO059, LO092, LO093, LO095';
