-- Random histories of the contact desk: whatever happens, every lead is in
-- exactly one list, every open task has a time, and a claim gives what is due,
-- in order, and nothing only where nothing is due
\set QUIET on
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT lead_ops.create_workspace('desk_random');
SET LOCAL search_path = desk_random, public;
SELECT plan(5);

\getenv seed LEAD_OPS_SEED
\if :{?seed}
\else
    SELECT floor(random() * 1000000000)::int AS seed \gset
\endif
SELECT setseed(:seed / 1000000000.0) IS NULL AS seeded \gset
SELECT diag('LEAD_OPS_SEED=' || :seed);

INSERT INTO agent (agent) VALUES ('1'), ('2'), ('3');
SELECT count(sign_in(agent)) FROM agent;
INSERT INTO campaign (campaign, retry, grace) VALUES
    ('a', 'busy 1m,5m max 4; no_answer 10m; refused stop; * 1h; total 7; gap 30s', '10 minutes'),
    ('b', 'busy 2m; powered_off suppress; * 30m max 2', NULL);
INSERT INTO campaign (campaign, retry, attempts_in_window, attempt_window) VALUES ('c', '* 1m', '{2}', '{3 hours}');
CREATE TABLE trouble (step integer, what text, detail text);

-- so much time has passed
CREATE FUNCTION pass(long interval) RETURNS void
    LANGUAGE sql
BEGIN ATOMIC
    UPDATE task SET next_at = next_at - long, anyone_at = anyone_at - long, agreed_at = agreed_at - long,
                    claimed_at = claimed_at - long, dialled_at = dialled_at - long
    WHERE state = 'open';
    UPDATE contact_point SET recent = ARRAY(SELECT r - long FROM unnest(recent) WITH ORDINALITY u (r, n) ORDER BY n),
                             reached_at = reached_at - long;
    UPDATE task SET counted_at = counted_at - long WHERE counted_at IS NOT NULL;
END;
CREATE FUNCTION any_of(choices text[]) RETURNS text
    LANGUAGE sql
BEGIN ATOMIC
    SELECT choices[1 + floor(random() * cardinality(choices))::integer];
END;

-- what a plain reading of the tables says an agent could be given
CREATE VIEW callable AS
SELECT a.agent AS caller, t.*
FROM agent a
CROSS JOIN task t
JOIN contact_point p ON p.number = t.number
JOIN campaign c ON c.campaign = t.campaign
WHERE t.state = 'open'
  AND (t.anyone_at <= clock_timestamp() OR t.owner = a.agent AND t.next_at <= clock_timestamp())
  AND (t.agreed_at <= clock_timestamp()) IS NOT FALSE
  AND t.dialled_at IS NULL
  AND NOT EXISTS (SELECT FROM suppression s WHERE s.number = t.number AND s.scope IN ('all', t.campaign) AND s.until > clock_timestamp())
  AND (c.attempts_in_window = '{}' OR (p.recent[c.attempts_in_window[1]] <= clock_timestamp() - c.attempt_window[1]) IS NOT FALSE);

CREATE FUNCTION run(steps integer) RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    here text;
    who text;
    chosen task;
    first record;
    could bigint;
    got record;
    number integer := 0;
BEGIN
    FOR step IN 1 .. steps LOOP
        here := any_of('{a,b,c}');
        who := any_of('{1,2,3}');
        SELECT t.* INTO chosen FROM task t WHERE t.token IS NOT NULL ORDER BY random() LIMIT 1;
        BEGIN
            CASE floor(random() * 20)::integer
            WHEN 0, 1 THEN
                PERFORM load_campaign(here, array_agg(here || n), array_agg((5550000 + n % 40)::text),
                                      agents => array_agg(CASE WHEN random() < 0.2 THEN who END),
                                      priority => 1 + floor(random() * 9)::integer)
                FROM generate_series(number, number + 3) n;
                number := number + 4;
            WHEN 2, 3, 4, 5, 6, 7, 8 THEN
                SELECT count(*) INTO could FROM callable k WHERE k.caller = who AND k.campaign = here;
                SELECT k.* INTO first FROM callable k WHERE k.caller = who AND k.campaign = here AND k.owner = who
                LIMIT 1;
                SELECT n.* INTO got FROM next_calls(who, here) n;
                IF (got.task IS NULL) <> (could = 0) THEN
                    INSERT INTO trouble VALUES (step, 'claim', format('%s could be claimed, got %s', could, got.task));
                ELSIF first.owner IS NOT NULL AND here <> 'c'
                      AND (SELECT t.owner FROM task t WHERE t.task = got.task) IS DISTINCT FROM who THEN
                    INSERT INTO trouble VALUES (step, 'own', format('%s is his own, got %s', first.task, got.task));
                END IF;
            WHEN 9 THEN
                PERFORM confirm_dial(chosen.token);
            WHEN 10 THEN
                PERFORM renew(chosen.token, random() * interval '1 hour');
            WHEN 11 THEN
                PERFORM release_task(chosen.token);
            WHEN 12, 13, 14, 15 THEN
                -- a campaign without caps counts when it dials
                IF chosen.campaign <> 'c' THEN
                    PERFORM confirm_dial(chosen.token);
                END IF;
                PERFORM finish(chosen.token, any_of('{busy,busy,no_answer,powered_off,refused,satisfied,poor_line,answered,dissatisfied}'),
                               details => '{"number_verified": true}');
            WHEN 16 THEN
                PERFORM book_callback(t.lead, clock_timestamp() + random() * interval '1 hour', CASE WHEN random() < 0.7 THEN who END, t.campaign)
                FROM (SELECT * FROM task ORDER BY random() LIMIT 1) t;
            WHEN 17 THEN
                PERFORM record_call(who, t.campaign, NULL, any_of('{busy,refused,answered}'), 'by hand', lead => t.lead)
                FROM (SELECT * FROM task ORDER BY random() LIMIT 1) t;
            WHEN 18 THEN
                IF random() < 0.2 THEN
                    PERFORM suppress((5550000 + floor(random() * 40)::integer)::text, any_of('{all,a,b,c}'),
                                     CASE WHEN random() < 0.5 THEN 'infinity' ELSE clock_timestamp() + interval '1 hour' END);
                END IF;
            ELSE
                PERFORM pass(random() * interval '20 minutes');
                -- sometimes it is time to look where the due tasks begin
                UPDATE due_start SET moved_at = '-infinity' WHERE random() < 0.5;
            END CASE;
        EXCEPTION WHEN SQLSTATE 'LO010' OR SQLSTATE 'LO012' OR SQLSTATE 'LO014' THEN
            NULL;
        END;
        INSERT INTO trouble
        SELECT step, 'list', max(l.lead)
        FROM (SELECT task, lead, 1 AS lists FROM to_dial UNION ALL SELECT task, lead, 1 FROM redial
              UNION ALL SELECT task, lead, 1 FROM result UNION ALL SELECT task, lead, 1 FROM failed
              UNION ALL SELECT task, lead, 0 FROM task) l
        GROUP BY l.task HAVING sum(l.lists) <> 1
        UNION ALL
        SELECT step, 'time', t.lead FROM task t
        WHERE t.state = 'open' AND (t.next_at IS NULL OR NOT isfinite(t.next_at) OR t.anyone_at < t.next_at AND t.token IS NULL)
        UNION ALL
        SELECT step, 'cap', p.number FROM contact_point p
        JOIN task t ON t.number = p.number AND t.campaign = 'c' AND t.token IS NOT NULL AND t.claimed_at = t.counted_at
        WHERE (SELECT count(*) FROM unnest(p.recent) r WHERE r > t.claimed_at - interval '3 hours' AND r <= t.claimed_at) > 2;
    END LOOP;
END
$$;
SELECT run(600);
SELECT is_empty($$SELECT * FROM trouble WHERE what = 'list' LIMIT 3$$, 'every lead was in exactly one list all the time, seed ' || :seed);
SELECT is_empty($$SELECT * FROM trouble WHERE what = 'time' LIMIT 3$$, 'every open task had a time');
SELECT is_empty($$SELECT * FROM trouble WHERE what = 'claim' LIMIT 3$$, 'a claim got something if and only if there was something');
SELECT is_empty($$SELECT * FROM trouble WHERE what IN ('own', 'cap') LIMIT 3$$, 'his own first, and never beyond a cap');
SELECT diag(format('%s attempts, %s leads', (SELECT count(*) FROM attempt), (SELECT count(*) FROM task)));
SELECT ok((SELECT count(*) FROM attempt) > 5 AND (SELECT count(DISTINCT state) FROM task) > 1, 'much has happened');
SELECT * FROM finish();
ROLLBACK;
