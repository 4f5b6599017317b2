--
-- Decisions on leads, and the leads that wait for one
--
-- A lead is in one of three places: held by an agent (an assignment that has
-- not ended), in the table waiting, or ended.
--

CREATE TABLE assignment (
    pool text NOT NULL,
    seq bigint NOT NULL,
    lead text NOT NULL,
    customer text,
    team text NOT NULL,
    agent text NOT NULL,
    how text NOT NULL DEFAULT 'dealt',
    takes_turn boolean NOT NULL DEFAULT true,
    roster integer NOT NULL,
    eligible text[],
    requires text[],
    requested_by text,
    assigned_at timestamptz NOT NULL,
    touched_at timestamptz,
    ended_at timestamptz,
    ended_because text,
    told_at timestamptz,
    CONSTRAINT assignment_pkey PRIMARY KEY (pool, seq),
    CONSTRAINT assignment_how_check
        CHECK (how IN ('dealt', 'least_open', 'sticky', 'picked', 'reassigned',
                       'redistributed', 'rebalanced')),
    CONSTRAINT assignment_ended_check CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
CREATE UNIQUE INDEX assignment_open_lead_key ON assignment (lead) WHERE ended_at IS NULL;
CREATE INDEX assignment_open_agent_idx ON assignment (agent, pool) WHERE ended_at IS NULL;
CREATE INDEX assignment_agent_idx ON assignment (agent, assigned_at);
CREATE INDEX assignment_customer_idx ON assignment (customer, assigned_at)
    WHERE customer IS NOT NULL;
CREATE INDEX assignment_lead_idx ON assignment (lead) WHERE ended_at IS NOT NULL;
CREATE INDEX assignment_correction_idx ON assignment (pool, team)
    WHERE how IN ('sticky', 'least_open', 'reassigned');
CREATE INDEX assignment_assigned_at_idx ON assignment USING brin (assigned_at);
COMMENT ON TABLE assignment IS
    'Every decision, in the order they were made in their pool. What was decided stays; only how it went on is written later';
COMMENT ON COLUMN assignment.seq IS 'number of the decision in the pool; without gaps, but for those that rings leave';
COMMENT ON COLUMN assignment.how IS
    'dealt by turns, to who had least_open leads, sticky (the customer''s agent), picked from the public pool, reassigned by a person, redistributed from who left, or rebalanced to who held least';
COMMENT ON COLUMN assignment.takes_turn IS 'it counted in the ledgers';
COMMENT ON COLUMN assignment.roster IS 'version of the pool''s roster it was made by';
COMMENT ON COLUMN assignment.eligible IS
    'agents who could have got it, where that was not the whole roster';
COMMENT ON COLUMN assignment.requires IS 'skills the lead required, if any';
COMMENT ON COLUMN assignment.touched_at IS 'first time the agent worked on it';
COMMENT ON COLUMN assignment.ended_at IS 'the agent holds it until then; NULL: still';
COMMENT ON COLUMN assignment.told_at IS
    'of a lead that had another agent before: when the CRM''s table was told, or told us, of this one';

CREATE TABLE waiting (
    lead text NOT NULL,
    pool text NOT NULL,
    customer text,
    requires text[] NOT NULL DEFAULT '{}',
    requested_by text,
    reason text NOT NULL,
    is_public boolean NOT NULL DEFAULT false,
    excluded text,
    excluded_until timestamptz,
    since timestamptz NOT NULL,
    CONSTRAINT waiting_pkey PRIMARY KEY (lead),
    CONSTRAINT waiting_pool_fkey FOREIGN KEY (pool) REFERENCES pool
);
CREATE INDEX waiting_pool_since_idx ON waiting (pool, since) WHERE NOT is_public;
CREATE INDEX waiting_public_idx ON waiting (pool, since) WHERE is_public;
COMMENT ON TABLE waiting IS
    'Leads that nobody holds: queued, not dealt for want of an eligible agent, given back, or free to be picked';
COMMENT ON COLUMN waiting.reason IS 'why it waits';
COMMENT ON COLUMN waiting.is_public IS 'agents pick it; otherwise drain deals it, oldest first';
COMMENT ON COLUMN waiting.excluded IS 'an agent who lost it and does not get it again ...';
COMMENT ON COLUMN waiting.excluded_until IS '... before then';

CREATE TABLE lead_event (
    event bigint GENERATED ALWAYS AS IDENTITY,
    lead text NOT NULL,
    kind text NOT NULL,
    agent text,
    reason text,
    by text,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT lead_event_pkey PRIMARY KEY (event)
);
CREATE INDEX lead_event_lead_idx ON lead_event (lead);
COMMENT ON TABLE lead_event IS
    'What happened to leads after they were dealt: who did what, and why; append-only';
COMMENT ON COLUMN lead_event.agent IS 'the agent it was taken from or given back to';

CREATE TABLE turn_credit (
    pool text NOT NULL,
    seq bigint NOT NULL,
    agent text NOT NULL,
    reason text NOT NULL,
    approved_by text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT turn_credit_pkey PRIMARY KEY (pool, seq),
    CONSTRAINT turn_credit_assignment_fkey FOREIGN KEY (pool, seq) REFERENCES assignment,
    CONSTRAINT turn_credit_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES agent,
    CONSTRAINT turn_credit_approved_by_check CHECK (approved_by <> agent)
);
CREATE INDEX turn_credit_agent_idx ON turn_credit (agent, at);
COMMENT ON TABLE turn_credit IS
    'Bad leads that were given back to their agents'' shares; append-only';

CREATE TRIGGER turn_credit_append_only
    BEFORE UPDATE OR DELETE ON turn_credit
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER turn_credit_no_truncate
    BEFORE TRUNCATE ON turn_credit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER lead_event_append_only
    BEFORE UPDATE OR DELETE ON lead_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER lead_event_no_truncate
    BEFORE TRUNCATE ON lead_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Of a decision only its course may be written, and only once.
CREATE TRIGGER assignment_append_only
    BEFORE UPDATE ON assignment
    FOR EACH ROW WHEN (
        OLD.ended_at IS NOT NULL
        OR OLD.touched_at IS NOT NULL AND NEW.touched_at IS DISTINCT FROM OLD.touched_at
        OR OLD.told_at IS NOT NULL AND NEW.told_at IS DISTINCT FROM OLD.told_at
        OR NEW.pool IS DISTINCT FROM OLD.pool
        OR NEW.seq IS DISTINCT FROM OLD.seq
        OR NEW.lead IS DISTINCT FROM OLD.lead
        OR NEW.customer IS DISTINCT FROM OLD.customer
        OR NEW.team IS DISTINCT FROM OLD.team
        OR NEW.agent IS DISTINCT FROM OLD.agent
        OR NEW.how IS DISTINCT FROM OLD.how
        OR NEW.takes_turn IS DISTINCT FROM OLD.takes_turn
        OR NEW.roster IS DISTINCT FROM OLD.roster
        OR NEW.eligible IS DISTINCT FROM OLD.eligible
        OR NEW.requires IS DISTINCT FROM OLD.requires
        OR NEW.requested_by IS DISTINCT FROM OLD.requested_by
        OR NEW.assigned_at IS DISTINCT FROM OLD.assigned_at)
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER assignment_no_delete
    BEFORE DELETE ON assignment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER assignment_no_truncate
    BEFORE TRUNCATE ON assignment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
