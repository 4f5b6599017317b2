--
-- Contests: teams against each other, and who was best
--
-- By one metric, or by several: then each counts as a part of the best figure,
-- by its weight.  Prizes are for places, and what a team wins is split among its
-- people; all of it is posted to the month as awards.
--

CREATE TABLE contest (
    contest text NOT NULL,
    name text,
    kind text NOT NULL DEFAULT 'team',
    team text,
    during daterange NOT NULL,
    prizes numeric[] NOT NULL,
    currency text NOT NULL DEFAULT 'CNY',
    ties text NOT NULL DEFAULT 'share',
    per_head text NOT NULL DEFAULT 'when_sizes_differ',
    award_kind text NOT NULL DEFAULT 'contest',
    status text NOT NULL DEFAULT 'open',
    decided_by text,
    decided_at timestamptz,
    CONSTRAINT contest_pkey PRIMARY KEY (contest),
    CONSTRAINT contest_team_fkey FOREIGN KEY (team) REFERENCES team,
    CONSTRAINT contest_award_kind_fkey FOREIGN KEY (award_kind) REFERENCES award_kind,
    CONSTRAINT contest_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES agent,
    CONSTRAINT contest_contest_check CHECK (contest <> ''),
    CONSTRAINT contest_kind_check CHECK (kind IN ('team', 'agent')),
    CONSTRAINT contest_during_check
        CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
    CONSTRAINT contest_prizes_check
        CHECK (array_position(prizes, NULL) IS NULL AND 0 <= ALL (prizes)
               AND 'Infinity' > ALL (prizes)),
    CONSTRAINT contest_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT contest_ties_check CHECK (ties IN ('share', 'all', 'earliest', 'replay')),
    CONSTRAINT contest_per_head_check CHECK (per_head IN ('always', 'when_sizes_differ', 'never')),
    CONSTRAINT contest_status_check CHECK (status IN ('open', 'decided')),
    CONSTRAINT contest_decided_check
        CHECK ((status = 'decided') = (decided_by IS NOT NULL)
               AND (status = 'decided') = (decided_at IS NOT NULL))
);
COMMENT ON TABLE contest IS 'Contests of teams, or of agents; decided once';
COMMENT ON COLUMN contest.team IS
    'only teams below this one, or agents in it and below; NULL: all. Entrants, where there are any, are these alone';
COMMENT ON COLUMN contest.prizes IS 'for the first place, the second ...';
COMMENT ON COLUMN contest.ties IS
    'who is level: share the prizes of their places, get the better one all, the earliest to get there is ahead (then who was hired first, then by key), or nobody gets one and it is played again';
COMMENT ON COLUMN contest.per_head IS
    'figures of teams count per head, by their average headcount; ratios do not';

INSERT INTO award_kind (kind) VALUES ('contest');

CREATE TABLE contest_metric (
    contest text NOT NULL,
    metric text NOT NULL,
    weight numeric NOT NULL DEFAULT 1,
    CONSTRAINT contest_metric_pkey PRIMARY KEY (contest, metric),
    CONSTRAINT contest_metric_contest_fkey FOREIGN KEY (contest) REFERENCES contest,
    CONSTRAINT contest_metric_metric_fkey FOREIGN KEY (metric) REFERENCES metric ON UPDATE CASCADE,
    CONSTRAINT contest_metric_weight_check CHECK (weight > 0 AND weight < 'Infinity')
);
CREATE INDEX contest_metric_metric_idx ON contest_metric (metric);
COMMENT ON TABLE contest_metric IS 'What a contest is judged on, and how much each of it weighs';

CREATE TABLE contest_entrant (
    entrant bigint GENERATED ALWAYS AS IDENTITY,
    contest text NOT NULL,
    agent text,
    team text,
    CONSTRAINT contest_entrant_pkey PRIMARY KEY (entrant),
    CONSTRAINT contest_entrant_once_key UNIQUE NULLS NOT DISTINCT (contest, agent, team),
    CONSTRAINT contest_entrant_contest_fkey FOREIGN KEY (contest) REFERENCES contest,
    CONSTRAINT contest_entrant_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT contest_entrant_team_fkey FOREIGN KEY (team) REFERENCES team,
    CONSTRAINT contest_entrant_one_check CHECK (num_nonnulls(agent, team) = 1)
);
CREATE INDEX contest_entrant_agent_idx ON contest_entrant (agent);
CREATE INDEX contest_entrant_team_idx ON contest_entrant (team);
COMMENT ON TABLE contest_entrant IS
    'Who takes part; without any, all whom the contest''s team has';

CREATE TABLE contest_result (
    contest text NOT NULL,
    place bigint NOT NULL,
    agent text,
    team text,
    rank bigint NOT NULL,
    score numeric NOT NULL,
    heads numeric,
    figures jsonb NOT NULL,
    prize numeric,
    CONSTRAINT contest_result_pkey PRIMARY KEY (contest, place),
    CONSTRAINT contest_result_contest_fkey FOREIGN KEY (contest) REFERENCES contest,
    CONSTRAINT contest_result_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT contest_result_team_fkey FOREIGN KEY (team) REFERENCES team
);
CREATE INDEX contest_result_agent_idx ON contest_result (agent);
CREATE INDEX contest_result_team_idx ON contest_result (team);
COMMENT ON TABLE contest_result IS 'How a contest ended, with its figures; append-only';
COMMENT ON COLUMN contest_result.place IS 'place on the list; who is level has the same rank';
COMMENT ON COLUMN contest_result.prize IS 'NULL: level, and to be played again';

CREATE TRIGGER contest_result_append_only
    BEFORE UPDATE OR DELETE ON contest_result
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER contest_result_no_truncate
    BEFORE TRUNCATE ON contest_result
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE contest_prize (
    contest text NOT NULL,
    agent text NOT NULL,
    team text,
    amount numeric NOT NULL,
    award bigint NOT NULL,
    CONSTRAINT contest_prize_pkey PRIMARY KEY (contest, award),
    CONSTRAINT contest_prize_contest_fkey FOREIGN KEY (contest) REFERENCES contest,
    CONSTRAINT contest_prize_agent_fkey FOREIGN KEY (agent) REFERENCES agent,
    CONSTRAINT contest_prize_team_fkey FOREIGN KEY (team) REFERENCES team,
    CONSTRAINT contest_prize_award_fkey FOREIGN KEY (award) REFERENCES award
);
CREATE INDEX contest_prize_agent_idx ON contest_prize (agent);
CREATE INDEX contest_prize_team_idx ON contest_prize (team);
CREATE INDEX contest_prize_award_idx ON contest_prize (award);
COMMENT ON TABLE contest_prize IS
    'Who got how much of which prize, and the award it was posted as; append-only';

CREATE TRIGGER contest_prize_append_only
    BEFORE UPDATE OR DELETE ON contest_prize
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER contest_prize_no_truncate
    BEFORE TRUNCATE ON contest_prize
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Locks: the contest's row, against its being decided.
CREATE FUNCTION contest_is_open() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    names text[] := ARRAY[to_jsonb(OLD) ->> 'contest', to_jsonb(NEW) ->> 'contest'];
    decided text;
BEGIN
    IF TG_TABLE_NAME <> 'contest' THEN
        PERFORM FROM contest c WHERE c.contest = ANY (names) ORDER BY c.contest FOR SHARE;
        SELECT c.contest INTO decided
        FROM contest c WHERE c.contest = ANY (names) AND c.status = 'decided';
    ELSIF to_jsonb(OLD) ->> 'status' = 'decided' THEN
        decided := names[1];
    END IF;
    IF decided IS NOT NULL THEN
        RAISE EXCEPTION 'contest "%" is decided', decided
            USING ERRCODE = 'LO093', HINT = 'Make another one.';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION contest_is_open() IS
    'trigger: a decided contest does not change (LO093); locks its row (FOR SHARE)';
CREATE TRIGGER contest_is_open
    BEFORE UPDATE OR DELETE ON contest
    FOR EACH ROW EXECUTE FUNCTION contest_is_open();
CREATE TRIGGER contest_is_open
    BEFORE INSERT OR UPDATE OR DELETE ON contest_metric
    FOR EACH ROW EXECUTE FUNCTION contest_is_open();
CREATE TRIGGER contest_is_open
    BEFORE INSERT OR UPDATE OR DELETE ON contest_entrant
    FOR EACH ROW EXECUTE FUNCTION contest_is_open();

CREATE FUNCTION refuse_contest(contest text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    RAISE EXCEPTION 'contest "%" does not exist', refuse_contest.contest
        USING ERRCODE = 'LO092', HINT = 'Contests are the rows of table contest.';
END
$$;
COMMENT ON FUNCTION refuse_contest(text) IS
    'raises LO092 for a contest that is not there, or in which the caller has no part';

CREATE FUNCTION find_contest(contest text) RETURNS contest
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
DECLARE
    found_contest contest;
BEGIN
    SELECT c.* INTO found_contest FROM contest c WHERE c.contest = find_contest.contest;
    IF NOT FOUND THEN
        PERFORM refuse_contest(find_contest.contest);
    END IF;
    RETURN found_contest;
END
$$;
COMMENT ON FUNCTION find_contest(text) IS 'a contest by its name; raises LO092';

CREATE FUNCTION contest_field(contest contest)
    RETURNS TABLE (agent text, team text, member text, valid daterange)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH listed AS (
        SELECT e.agent, e.team
        FROM contest_entrant e
        WHERE e.contest = (contest_field.contest).contest
    ), place AS (
        SELECT b.team, b.below
        FROM teams_below(CASE WHEN (contest_field.contest).team IS NOT NULL
                              THEN ARRAY[(contest_field.contest).team] END) b
        WHERE (contest_field.contest).team IS NOT NULL OR b.team = b.below
    ), field AS (
        SELECT l.agent, l.team FROM listed l
        UNION ALL
        SELECT DISTINCT m.agent, NULL::text
        FROM place p
        JOIN membership m ON m.team = p.below AND m.valid && (contest_field.contest).during
            AND m.role = 'agent'
        WHERE (contest_field.contest).kind = 'agent' AND NOT EXISTS (SELECT FROM listed l)
        UNION ALL
        -- of a tree the teams that have people, and none below them
        SELECT NULL::text, p.below
        FROM place p
        WHERE (contest_field.contest).kind = 'team' AND NOT EXISTS (SELECT FROM listed l)
          AND NOT EXISTS (SELECT FROM team t WHERE t.parent = p.below)
    )
    SELECT f.agent, NULL::text AS team, f.agent AS member, '(,)'::daterange AS valid
    FROM field f
    WHERE f.agent IS NOT NULL
    UNION ALL
    SELECT NULL::text, m.team, m.member, m.valid
    FROM team_members(ARRAY(SELECT f.team FROM field f WHERE f.team IS NOT NULL),
                      (contest_field.contest).during) m;
END;
COMMENT ON FUNCTION contest_field(contest) IS
    'who takes part, and whose events count for them on which days';

CREATE FUNCTION contest_standing(contest text, upto date DEFAULT NULL)
    RETURNS TABLE (place bigint, agent text, team text, rank bigint, score numeric, heads numeric,
                   figures jsonb, prize numeric)
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
    SET plan_cache_mode = force_custom_plan
    SET enable_nestloop = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    held contest := find_contest(contest_standing.contest);
    days daterange := held.during * daterange(NULL, contest_standing.upto, '[]');
BEGIN
    IF NOT sees_all('payroll')
       AND held.contest NOT IN (SELECT c.* FROM my_contests() c) THEN
        PERFORM refuse_contest(held.contest);
    END IF;
    RETURN QUERY
    WITH field AS MATERIALIZED (
        SELECT coalesce(f.agent, f.team) AS entrant, f.* FROM contest_field(held) f
    ), entrant AS MATERIALIZED (
        SELECT f.entrant, f.agent, f.team,
               CASE WHEN f.team IS NOT NULL THEN
                   quotient(sum(upper(days * f.valid) - lower(days * f.valid)),
                            upper(days) - lower(days)) END AS heads
        FROM field f
        WHERE f.valid && days
        GROUP BY f.entrant, f.agent, f.team
    ), counted AS MATERIALIZED (
        SELECT m.metric, m.kind, m.direction, m.divisor, k.weight,
               coalesce(m.numerator, m.metric) AS numerator,
               m.kind <> 'ratio'
               AND CASE held.per_head WHEN 'when_sizes_differ' THEN
                   (SELECT count(DISTINCT e.heads) > 1 FROM entrant e)
                   ELSE held.per_head = 'always' END AS per_head
        FROM contest_metric k
        JOIN metric m ON m.metric = k.metric
        WHERE k.contest = held.contest
    ), measured AS MATERIALIZED (
        SELECT f.entrant, m.metric, f.member, sum(m.quantity) AS quantity,
               (array_agg(m.latest ORDER BY m.day DESC)
                   FILTER (WHERE m.latest IS NOT NULL))[1] AS latest
        FROM measure(ARRAY(SELECT c.metric FROM counted c), days,
                     ARRAY(SELECT DISTINCT f.member FROM field f)) m
        JOIN field f ON f.member = m.agent AND f.valid @> m.day
        GROUP BY f.entrant, m.metric, f.member
    ), total AS MATERIALIZED (
        SELECT m.entrant, m.metric, sum(m.quantity) AS quantity, sum(m.latest) AS latest
        FROM measured m
        GROUP BY m.entrant, m.metric
    ), figure AS MATERIALIZED (
        SELECT e.entrant, c.metric, c.direction, c.weight,
               CASE c.kind
                   WHEN 'ratio' THEN quotient(coalesce(n.quantity, 0), d.quantity)
                   WHEN 'stock' THEN quotient(n.latest, h.heads)
                   ELSE quotient(coalesce(n.quantity, 0), h.heads) END AS figure
        FROM entrant e
        CROSS JOIN counted c
        CROSS JOIN LATERAL (
            SELECT CASE WHEN c.per_head THEN coalesce(e.heads, 1) ELSE 1 END AS heads) h
        LEFT JOIN total n ON n.entrant = e.entrant AND n.metric = c.numerator
        LEFT JOIN total d ON d.entrant = e.entrant AND d.metric = c.divisor
    ), scaled AS (
        SELECT f.*,
               CASE f.direction
                   WHEN 'higher' THEN quotient(f.figure, max(f.figure) OVER w)
                   ELSE coalesce(quotient(min(f.figure) OVER w, f.figure), (f.figure = 0)::integer)
               END AS part
        FROM figure f
        WINDOW w AS (PARTITION BY f.metric)
    ), scored AS (
        -- rounded, so that equal sums of parts are equal
        SELECT s.entrant,
               round(quotient(100 * sum(s.weight * greatest(coalesce(s.part, 0), 0)),
                              sum(s.weight)), 10) AS score,
               jsonb_object_agg(s.metric, s.figure) AS figures
        FROM scaled s
        GROUP BY s.entrant
    ), reached AS (
        -- asked only where it decides
        SELECT f.entrant, max(v.at) AS at
        FROM counted c
        CROSS JOIN LATERAL measure_events(c.numerator, days,
                                          ARRAY(SELECT DISTINCT x.member FROM field x)) v
        JOIN field f ON f.member = v.agent AND f.valid @> v.day
        WHERE held.ties = 'earliest' AND v.quantity > 0
        GROUP BY f.entrant
    ), ordered AS (
        SELECT e.*, s.score, s.figures,
               CASE WHEN held.ties = 'earliest'
                   THEN row_number() OVER o ELSE rank() OVER r END AS rank,
               row_number() OVER o AS place
        FROM entrant e
        JOIN scored s ON s.entrant = e.entrant
        LEFT JOIN reached x ON x.entrant = e.entrant
        LEFT JOIN agent g ON g.agent = e.agent
        WINDOW r AS (ORDER BY s.score DESC),
               o AS (ORDER BY s.score DESC, x.at NULLS LAST, g.hired_on NULLS FIRST,
                     e.entrant COLLATE "C")
    ), level AS (
        SELECT o.*, count(*) OVER (PARTITION BY o.rank) AS of_rank,
               row_number() OVER (PARTITION BY o.rank ORDER BY o.place)::integer AS n
        FROM ordered o
    )
    SELECT l.place, l.agent, l.team, l.rank, round(l.score, 2), l.heads, l.figures,
           CASE WHEN l.score = 0 OR held.prizes[l.rank] IS NULL THEN 0
                WHEN l.of_rank = 1 OR held.ties IN ('all', 'earliest') THEN held.prizes[l.rank]
                WHEN held.ties = 'share' THEN (lead_ops.split_amount(
                    (SELECT sum(p.prize) FROM unnest(held.prizes[l.rank:l.rank + l.of_rank - 1])
                         p (prize)),
                    array_fill(1::numeric, ARRAY[l.of_rank::integer])))[l.n] END
    FROM level l
    ORDER BY l.place;
END
$$;
COMMENT ON FUNCTION contest_standing(text, date) IS
    'how a contest stands by the end of a day, NULL: its end: places, figures, score (of each metric the part of the best figure, by weight, in percent) and what each place would bring. Nothing done wins nothing. Reads with the rights of the caller; locks nothing. LO085, LO086, LO087, LO092';

-- Locks: the contest's row, then awards and periods as approve_award does.
CREATE FUNCTION decide_contest(contest text, by text, period text DEFAULT NULL)
    RETURNS SETOF contest_result
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    held contest;
    pays_in text;
    last_day date;
    winner record;
    line bigint;
BEGIN
    decide_contest."by" := acting_as(decide_contest.by);
    PERFORM FROM contest c WHERE c.contest = decide_contest.contest FOR NO KEY UPDATE;
    held := find_contest(decide_contest.contest);
    last_day := upper(held.during) - 1;
    PERFORM check_agent(decide_contest.by);
    IF held.status = 'decided' THEN
        RAISE EXCEPTION 'contest "%" is decided', held.contest
            USING ERRCODE = 'LO093', HINT = 'It is posted once.';
    ELSIF last_day >= (SELECT timezone(s.zone, clock_timestamp())::date FROM setting s) THEN
        RAISE EXCEPTION 'contest "%" goes on until %', held.contest, last_day
            USING ERRCODE = 'LO099', HINT = 'contest_standing shows how it stands.';
    END IF;
    INSERT INTO contest_result (contest, place, agent, team, rank, score, heads, figures, prize)
    SELECT held.contest, s.place, s.agent, s.team, s.rank, s.score, s.heads, s.figures, s.prize
    FROM contest_standing(held.contest) s;
    pays_in := coalesce(decide_contest.period, open_period(last_day));
    FOR winner IN
        SELECT r.place, p.agent, r.team, p.amount
        FROM contest_result r
        CROSS JOIN LATERAL (
            SELECT r.agent, r.prize AS amount
            WHERE r.agent IS NOT NULL
            UNION ALL
            SELECT m.agent, m.amount
            FROM (SELECT array_agg(t.member ORDER BY t.member COLLATE "C") AS members
                  FROM team_members(ARRAY[r.team], daterange(last_day, last_day + 1)) t
                  JOIN agent a ON a.agent = t.member AND is_employed(a, last_day)) t
            CROSS JOIN LATERAL unnest(t.members, lead_ops.split_amount(
                r.prize, array_fill(1::numeric, ARRAY[cardinality(t.members)])))
                m (agent, amount)
            WHERE r.team IS NOT NULL
        ) p
        WHERE r.contest = held.contest AND r.prize > 0
        ORDER BY r.place, p.agent COLLATE "C"
    LOOP
        IF winner.agent IS NULL THEN
            RAISE EXCEPTION 'team "%" has won and has nobody on %', winner.team, last_day
                USING ERRCODE = 'LO099', HINT = 'The prize goes to its members of that day: enter them.';
        ELSIF winner.agent = decide_contest.by THEN
            RAISE EXCEPTION 'agent "%" may not decide their own case', winner.agent
                USING ERRCODE = 'LO059', HINT = 'Somebody who has won nothing decides.';
        END IF;
        CONTINUE WHEN winner.amount = 0;
        line := enter_award(winner.agent, held.award_kind, winner.amount, pays_in,
            format('contest "%s", place %s', held.contest, winner.place), decide_contest.by,
            last_day, held.currency);
        PERFORM settle_award(line, decide_contest.by);
        INSERT INTO contest_prize (contest, agent, team, amount, award)
        VALUES (held.contest, winner.agent, winner.team, winner.amount, line);
    END LOOP;
    UPDATE contest c
    SET status = 'decided', decided_by = decide_contest.by, decided_at = clock_timestamp()
    WHERE c.contest = held.contest;
    RETURN QUERY
    SELECT r.* FROM contest_result r WHERE r.contest = held.contest ORDER BY r.place;
END
$$;
COMMENT ON FUNCTION decide_contest(text, text, text) IS
    'ends a contest: keeps how it ended, and posts the prizes to the period (NULL: the month of its last day, or the first open one after it), that of a team in equal parts to its people on the last day. Locks the contest, then the awards and their period. LO059, LO092, LO093 (decided already), LO098, LO099 (not over)';
