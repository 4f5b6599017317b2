--
-- Lists: where every lead of a campaign is, and what was and will be
--
-- A lead of a campaign has one task, whose state and kind put it into exactly
-- one of to_dial, redial, result and failed.
--

CREATE VIEW to_dial WITH (security_invoker) AS
SELECT t.campaign, t.lead, t.customer, t.number, t.class, t.priority, t.owner, t.next_at,
       t.anyone_at, t.source, t.loaded_at, t.task
FROM task t
WHERE t.state = 'open' AND t.kind = 'to_dial';
COMMENT ON VIEW to_dial IS 'Leads that nobody has tried to reach yet (待拨)';

CREATE VIEW redial WITH (security_invoker) AS
SELECT t.campaign, t.lead, t.customer, t.number, t.class, t.kind, t.priority, t.owner, t.next_at,
       t.anyone_at, t.agreed_at, t.attempts, t.outcome, t.reason, t.note, t.task
FROM task t
WHERE t.state = 'open' AND t.kind <> 'to_dial';
COMMENT ON VIEW redial IS 'Leads to be called again, by agreement or by the retry policy (再拨)';

CREATE VIEW result WITH (security_invoker) AS
SELECT t.campaign, t.lead, t.customer, t.number, t.class, t.outcome, t.attempts, t.agent,
       t.ended_at, t.task
FROM task t
WHERE t.state = 'result';
COMMENT ON VIEW result IS 'Leads whose calls have come to a result (电销结果)';

CREATE VIEW failed WITH (security_invoker) AS
SELECT t.campaign, t.lead, t.customer, t.number, t.class, t.reason, t.outcome, t.attempts,
       t.agent, t.ended_at, t.task
FROM task t
WHERE t.state = 'failed';
COMMENT ON VIEW failed IS 'Leads that are not called any more, and why (外呼失败)';

CREATE VIEW contact_history WITH (security_invoker) AS
SELECT a.lead, a.customer, a.campaign, a.started_at, a.ended_at,
       a.ended_at - a.started_at AS duration, a.agent, a.direction, a.channel, a.number,
       a.outcome, o.class, a.reached, a.valid, a.recording, a.manual_reason, a.note, a.details,
       a.attempt
FROM attempt a
JOIN outcome o ON o.outcome = a.outcome;
COMMENT ON VIEW contact_history IS 'Every contact with a lead or customer (联络历史)';

CREATE VIEW call_record WITH (security_invoker) AS
SELECT a.attempt, a.lead, a.customer, a.masked_number, a.campaign, a.agent, a.direction,
       a.channel, a.started_at, a.ended_at, a.ended_at - a.started_at AS duration, a.outcome,
       o.class, a.reached, a.valid, a.recording, a.manual_reason
FROM attempt a
JOIN outcome o ON o.outcome = a.outcome;
COMMENT ON VIEW call_record IS
    'Every contact for who need not know the number: contact_history without numbers, notes and details, in which they may stand';

CREATE VIEW missed_callbacks WITH (security_invoker) AS
SELECT t.campaign, t.lead, t.customer, t.number, t.owner, t.agreed_at,
       clock_timestamp() - t.agreed_at AS late,
       (SELECT count(*) FROM unnest(c.escalation) e (after)
        WHERE t.agreed_at + elapsed(e.after) <= clock_timestamp())::integer AS escalation,
       t.anyone_at, t.task
FROM task t
JOIN campaign c ON c.campaign = t.campaign
WHERE t.state = 'open'
  AND t.kind = 'callback'
  AND t.agreed_at < clock_timestamp()
  AND NOT (t.token IS NOT NULL AND t.next_at > clock_timestamp());
COMMENT ON VIEW missed_callbacks IS
    'Callbacks whose agreed time has passed and that nobody is making; escalation: how many of the campaign''s steps are behind, 0 for none';

CREATE VIEW next_contact WITH (security_invoker) AS
SELECT DISTINCT ON (t.lead)
       t.lead, t.customer, t.campaign, t.next_at, t.kind, t.owner, t.number,
       t.next_at < clock_timestamp() AS is_due, t.task
FROM task t
WHERE t.state = 'open'
ORDER BY t.lead, t.next_at, t.task;
COMMENT ON VIEW next_contact IS 'The one next contact of each lead, over all campaigns';

CREATE VIEW unrecorded_calls WITH (security_invoker) AS
SELECT a.attempt, a.campaign, a.lead, a.number, a.agent, a.started_at, a.ended_at, a.outcome
FROM attempt a
WHERE a.recording IS NULL
  AND a.channel = 'phone'
  AND a.reached;
COMMENT ON VIEW unrecorded_calls IS 'Calls in which somebody was reached and that have no recording';
