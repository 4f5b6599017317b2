--
-- What the desk has done, by hour and by day
--
-- Hours and days are those of the agent's zone.  An hour that the clock shows
-- twice is one hour.
--

CREATE VIEW calls_by_hour WITH (security_invoker = true) AS
    SELECT a.campaign, a.agent, l.started_at::date AS day,
           extract(hour FROM l.started_at)::integer AS hour,
           count(*) AS calls,
           count(*) FILTER (WHERE a.reached) AS reached,
           count(*) FILTER (WHERE a.valid) AS valid,
           coalesce(sum(a.ended_at - a.started_at) FILTER (WHERE a.reached),
                    interval '0') AS talk_time
    FROM attempt a
    JOIN agent g ON g.agent = a.agent
    CROSS JOIN LATERAL (SELECT a.started_at AT TIME ZONE g.zone AS started_at) l
    WHERE a.channel = 'phone'
    GROUP BY a.campaign, a.agent, l.started_at::date, extract(hour FROM l.started_at);
COMMENT ON VIEW calls_by_hour IS
    'Calls of each agent by campaign, day and hour of the agent''s zone: how many, how many reached somebody or were valid, and how long was spoken';

CREATE VIEW calls_by_day WITH (security_invoker = true) AS
    SELECT a.campaign, a.agent, l.started_at::date AS day,
           count(*) AS calls,
           count(*) FILTER (WHERE a.direction = 'in') AS incoming,
           count(*) FILTER (WHERE a.reached) AS reached,
           count(*) FILTER (WHERE a.valid) AS valid,
           count(DISTINCT a.number) AS numbers,
           coalesce(sum(a.ended_at - a.started_at) FILTER (WHERE a.reached),
                    interval '0') AS talk_time,
           min(a.started_at) AS first_call,
           max(a.ended_at) AS last_call
    FROM attempt a
    JOIN agent g ON g.agent = a.agent
    CROSS JOIN LATERAL (SELECT a.started_at AT TIME ZONE g.zone AS started_at) l
    WHERE a.channel = 'phone'
    GROUP BY a.campaign, a.agent, l.started_at::date;
COMMENT ON VIEW calls_by_day IS
    'Calls of each agent by campaign and day of the agent''s zone, with the numbers that were tried, and when the agent began and ended';
