--
-- Plans: what is paid for what
--
-- A plan has versions, one after another in time; a version has components,
-- and every component has the one shape
--     amount = factors * payout(schedule, basis of a metric in a window)
-- if its gates hold, within its bounds, rounded once.  An active version does
-- not change: a change of pay is a new version (51_activate.sql).
--

CREATE TABLE plan (
    plan text NOT NULL,
    name text,
    currency text NOT NULL DEFAULT 'CNY',
    places integer NOT NULL DEFAULT 2,
    CONSTRAINT plan_pkey PRIMARY KEY (plan),
    CONSTRAINT plan_plan_check CHECK (plan <> ''),
    CONSTRAINT plan_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT plan_places_check CHECK (places BETWEEN 0 AND 10)
);
COMMENT ON TABLE plan IS 'Pay plans; what they pay is in their versions';
COMMENT ON COLUMN plan.currency IS
    'ISO 4217 code; amounts of different currencies are never added';
COMMENT ON COLUMN plan.places IS 'decimals that amounts are rounded to, half away from zero';

CREATE TABLE plan_version (
    plan text NOT NULL,
    version integer NOT NULL,
    valid daterange NOT NULL,
    status text NOT NULL DEFAULT 'draft',
    activated_by text,
    activated_at timestamptz,
    CONSTRAINT plan_version_pkey PRIMARY KEY (plan, version),
    CONSTRAINT plan_version_plan_fkey FOREIGN KEY (plan) REFERENCES plan,
    CONSTRAINT plan_version_version_check CHECK (version > 0),
    CONSTRAINT plan_version_valid_check CHECK (NOT isempty(valid)),
    CONSTRAINT plan_version_status_check CHECK (status IN ('draft', 'active', 'retired')),
    CONSTRAINT plan_version_no_overlap EXCLUDE USING gist
        (lead_ops.key_range(plan, plan, '[]') WITH &&, valid WITH &&) WHERE (status <> 'draft')
);
COMMENT ON TABLE plan_version IS
    'Versions of plans: draft, then active, and retired once another follows; each pays for the days of its range';
COMMENT ON COLUMN plan_version.valid IS 'days, half-open, on which events are paid by it';

CREATE TABLE component (
    plan text NOT NULL,
    version integer NOT NULL,
    component text NOT NULL,
    position integer NOT NULL DEFAULT 1,
    metric text,
    total_of text[],
    scope text NOT NULL DEFAULT 'own',
    per text NOT NULL DEFAULT 'period',
    basis text NOT NULL DEFAULT 'sum',
    schedule lead_ops.tier_schedule NOT NULL,
    gates_needed integer,
    on_change text NOT NULL,
    cycle text NOT NULL DEFAULT 'month',
    counts_leavers boolean NOT NULL DEFAULT true,
    CONSTRAINT component_pkey PRIMARY KEY (plan, version, component),
    CONSTRAINT component_version_fkey FOREIGN KEY (plan, version) REFERENCES plan_version,
    CONSTRAINT component_metric_fkey FOREIGN KEY (metric) REFERENCES metric ON UPDATE CASCADE,
    CONSTRAINT component_component_check CHECK (component <> ''),
    CONSTRAINT component_basis_of_check CHECK (metric IS NULL OR total_of IS NULL),
    CONSTRAINT component_total_of_check
        CHECK (cardinality(total_of) > 0 AND array_position(total_of, NULL) IS NULL),
    CONSTRAINT component_scope_check
        CHECK (scope IN ('own', 'team', 'team_without_self', 'reports')),
    CONSTRAINT component_per_check
        CHECK (per IN ('event', 'day', 'week', 'month', 'quarter', 'year', 'period')),
    CONSTRAINT component_event_check
        CHECK (per <> 'event' OR (metric IS NOT NULL AND basis IN ('sum', 'count'))),
    CONSTRAINT component_basis_check
        CHECK (basis IN ('sum', 'count', 'attainment', 'shortfall', 'excess', 'rank', 'last',
                         'average', 'maximum')),
    CONSTRAINT component_total_basis_check CHECK (metric IS NOT NULL OR basis = 'sum'),
    CONSTRAINT component_gates_needed_check CHECK (gates_needed > 0),
    CONSTRAINT component_on_change_check CHECK (on_change IN ('by_event', 'prorate', 'latest')),
    CONSTRAINT component_cycle_check CHECK (cycle IN ('month', 'week', 'award'))
);
CREATE INDEX component_metric_idx ON component (metric);
COMMENT ON TABLE component IS 'What a version of a plan pays; each has the same shape';
COMMENT ON COLUMN component.component IS
    'its name; the same name in the next version goes on with it';
COMMENT ON COLUMN component.position IS 'place on the statement';
COMMENT ON COLUMN component.metric IS 'what is counted; NULL: total_of, and without that 1';
COMMENT ON COLUMN component.total_of IS
    'components whose amounts are added up and paid upon, of this plan or, in another scope than own, of whatever plan its members have';
COMMENT ON COLUMN component.scope IS
    'whose events count: own; team: the agents of the teams he leads (of his team, where he leads none), he included; team_without_self; reports: everybody in and below the teams he leads, without himself';
COMMENT ON COLUMN component.per IS
    'window: each event, day, week, month, quarter, year or pay period; one longer than the pay period is paid to date';
COMMENT ON COLUMN component.basis IS
    'sum or count of events; attainment (actual / quota), shortfall (quota - actual, not below 0), excess (actual - quota, likewise); rank, 1 being best, of those who have it; last, average or maximum of states';
COMMENT ON COLUMN component.gates_needed IS 'how many of its gates must hold; NULL: all';
COMMENT ON COLUMN component.on_change IS
    'a window in which the version changes: by_event (each version pays for its days), prorate (likewise, each its share of a whole window''s pay), latest (the newest pays for all of it)';
COMMENT ON COLUMN component.cycle IS 'kind of pay period it is paid in';
COMMENT ON COLUMN component.counts_leavers IS
    'in another scope than own: do members count who have left by the end of the window?';

CREATE TABLE component_factor (
    plan text NOT NULL,
    version integer NOT NULL,
    component text NOT NULL,
    factor integer NOT NULL,
    constant numeric,
    metric text,
    basis text NOT NULL DEFAULT 'sum',
    scope text NOT NULL DEFAULT 'own',
    per text,
    by_grade boolean NOT NULL DEFAULT false,
    least numeric,
    most numeric,
    CONSTRAINT component_factor_pkey PRIMARY KEY (plan, version, component, factor),
    CONSTRAINT component_factor_component_fkey
        FOREIGN KEY (plan, version, component) REFERENCES component,
    CONSTRAINT component_factor_metric_fkey
        FOREIGN KEY (metric) REFERENCES metric ON UPDATE CASCADE,
    CONSTRAINT component_factor_one_check
        CHECK (num_nonnulls(constant, metric) + by_grade::integer = 1),
    CONSTRAINT component_factor_constant_check CHECK (abs(constant) < 'Infinity'),
    CONSTRAINT component_factor_basis_check
        CHECK (basis IN ('sum', 'count', 'attainment', 'shortfall', 'excess', 'last', 'average',
                         'maximum')),
    CONSTRAINT component_factor_scope_check
        CHECK (scope IN ('own', 'team', 'team_without_self', 'reports')),
    CONSTRAINT component_factor_per_check
        CHECK (per IN ('day', 'week', 'month', 'quarter', 'year', 'period')),
    CONSTRAINT component_factor_bounds_check CHECK (least <= most)
);
CREATE INDEX component_factor_metric_idx ON component_factor (metric);
COMMENT ON TABLE component_factor IS
    'Factors of components: a constant (-1), a measured ratio or figure (attendance, a coefficient), or the pay factor of the grade';
COMMENT ON COLUMN component_factor.per IS
    'window it is measured in; NULL: the component''s, of a component for each event the pay period';
COMMENT ON COLUMN component_factor.by_grade IS
    'the pay factor of the grade on the last day of the window; 1 without a grade';
COMMENT ON COLUMN component_factor.least IS 'it counts as at least this';
COMMENT ON COLUMN component_factor.most IS 'it counts as at most this';

CREATE TABLE component_gate (
    plan text NOT NULL,
    version integer NOT NULL,
    component text NOT NULL,
    gate integer NOT NULL,
    metric text,
    basis text NOT NULL DEFAULT 'sum',
    scope text NOT NULL DEFAULT 'own',
    per text,
    total_of text[],
    certificate text,
    comparison text NOT NULL DEFAULT '>=',
    threshold numeric,
    CONSTRAINT component_gate_pkey PRIMARY KEY (plan, version, component, gate),
    CONSTRAINT component_gate_component_fkey
        FOREIGN KEY (plan, version, component) REFERENCES component,
    CONSTRAINT component_gate_metric_fkey
        FOREIGN KEY (metric) REFERENCES metric ON UPDATE CASCADE,
    CONSTRAINT component_gate_one_check CHECK (num_nonnulls(metric, total_of, certificate) = 1),
    CONSTRAINT component_gate_total_of_check
        CHECK (cardinality(total_of) > 0 AND array_position(total_of, NULL) IS NULL),
    CONSTRAINT component_gate_basis_check
        CHECK (basis IN ('sum', 'count', 'attainment', 'shortfall', 'excess', 'last', 'average',
                         'maximum')),
    CONSTRAINT component_gate_scope_check
        CHECK (scope IN ('own', 'team', 'team_without_self', 'reports')),
    CONSTRAINT component_gate_per_check
        CHECK (per IN ('day', 'week', 'month', 'quarter', 'year', 'period')),
    CONSTRAINT component_gate_comparison_check CHECK (comparison IN ('>=', '>', '<=', '<', '=')),
    CONSTRAINT component_gate_threshold_check
        CHECK ((threshold IS NULL) = (certificate IS NOT NULL))
);
CREATE INDEX component_gate_metric_idx ON component_gate (metric);
COMMENT ON TABLE component_gate IS
    'Gates of components: a figure compared with a threshold, unrounded, or a certificate that must be held';
COMMENT ON COLUMN component_gate.per IS
    'window it is measured in; NULL: the component''s, of a component for each event the pay period';
COMMENT ON COLUMN component_gate.total_of IS
    'components whose amounts in the pay period are added up and compared';
COMMENT ON COLUMN component_gate.certificate IS 'held on the last day of the window';

CREATE TABLE component_bound (
    plan text NOT NULL,
    version integer NOT NULL,
    component text NOT NULL,
    side text NOT NULL,
    per text NOT NULL DEFAULT 'window',
    amount numeric NOT NULL,
    times text,
    carries boolean NOT NULL DEFAULT false,
    CONSTRAINT component_bound_pkey PRIMARY KEY (plan, version, component, side, per),
    CONSTRAINT component_bound_component_fkey
        FOREIGN KEY (plan, version, component) REFERENCES component,
    CONSTRAINT component_bound_side_check CHECK (side IN ('minimum', 'maximum')),
    CONSTRAINT component_bound_per_check CHECK (per IN ('window', 'period')),
    CONSTRAINT component_bound_amount_check CHECK (abs(amount) < 'Infinity'),
    CONSTRAINT component_bound_carries_check
        CHECK (NOT carries OR (side = 'maximum' AND per = 'period'))
);
COMMENT ON TABLE component_bound IS
    'Least and most that a component pays, for a window or in all of a pay period; a minimum is applied before a maximum';
COMMENT ON COLUMN component_bound.amount IS
    'a sum of money; with times, as many times the amount of that component in the pay period';
COMMENT ON COLUMN component_bound.carries IS
    'what a maximum takes off is paid in later periods, as far as their maximum leaves room';

CREATE TABLE plan_check (
    plan text NOT NULL,
    version integer NOT NULL,
    component text NOT NULL,
    of_component text NOT NULL,
    ratio numeric NOT NULL,
    value numeric NOT NULL DEFAULT 1,
    CONSTRAINT plan_check_pkey PRIMARY KEY (plan, version, component, of_component),
    CONSTRAINT plan_check_component_fkey
        FOREIGN KEY (plan, version, component) REFERENCES component,
    CONSTRAINT plan_check_of_component_fkey
        FOREIGN KEY (plan, version, of_component) REFERENCES component
);
CREATE INDEX plan_check_of_component_idx ON plan_check (plan, version, of_component);
COMMENT ON TABLE plan_check IS
    'Tested when a version is activated: a component''s schedule pays at least so much of what another one''s pays';
COMMENT ON COLUMN plan_check.ratio IS 'least ratio of the first to the second, such as 0.5';
COMMENT ON COLUMN plan_check.value IS
    'at which both schedules are asked, such as an attainment of 1';

CREATE TABLE plan_assignment (
    agent text NOT NULL,
    plan text NOT NULL,
    valid daterange NOT NULL DEFAULT '(,)',
    CONSTRAINT plan_assignment_pkey PRIMARY KEY (agent, plan, valid),
    CONSTRAINT plan_assignment_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT plan_assignment_plan_fkey FOREIGN KEY (plan) REFERENCES plan,
    CONSTRAINT plan_assignment_valid_check CHECK (NOT isempty(valid)),
    CONSTRAINT plan_assignment_no_overlap EXCLUDE USING gist
        (lead_ops.key_range(agent, agent, '[]') WITH &&,
         lead_ops.key_range(plan, plan, '[]') WITH &&, valid WITH &&)
);
CREATE INDEX plan_assignment_plan_idx ON plan_assignment (plan);
COMMENT ON TABLE plan_assignment IS
    'Who is paid by which plan, and when; several plans at a time add up';
COMMENT ON COLUMN plan_assignment.valid IS 'days in the agent''s zone, half-open';
