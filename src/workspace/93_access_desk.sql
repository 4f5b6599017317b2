--
-- Access to the desk: campaigns, tasks, calls and who was called
--
-- A task is an agent's who owns it or claimed it last; what hangs on a task is
-- seen by who sees the task.  Tasks that anyone may take come from next_calls.
-- QA sees calls, but numbers only masked, and neither notes nor details, in
-- which agents may have written them.
--
-- Views that say the one thing about a lead (next_contact, open_complaint), and
-- functions that count all leads, would be wrong where some rows are hidden.
-- They are for managers.
--

-- read by everybody; payroll needs none of it
INSERT INTO access_relation (relation, kind, rows, writes)
SELECT t.relation, k.kind, NULL, CASE WHEN k.kind = 'manager' THEN t.writes ELSE '{}' END
FROM (VALUES ('campaign', '{INSERT,UPDATE,DELETE}'::text[]),
             ('outcome', '{INSERT,UPDATE,DELETE}'),
             ('follow_up', '{INSERT,UPDATE,DELETE}'),
             ('compliance_rule', '{INSERT,UPDATE,DELETE}'),
             ('campaign_rule', '{DELETE}'),
             ('survey', '{}'),
             ('survey_question', '{}')) t (relation, writes)
CROSS JOIN unnest('{agent,leader,manager,qa}'::text[]) k (kind);

INSERT INTO access_relation (relation, kind, rows, columns, writes) VALUES
    ('task', 'agent', 'owner = (SELECT my_agent()) OR agent = (SELECT my_agent())', NULL, '{}'),
    ('task', 'leader',
     'owner = ANY ((SELECT visible_agents())::text[]) OR agent = ANY ((SELECT visible_agents())::text[])',
     NULL, '{}'),
    ('task', 'manager', 'true', NULL, '{}'),
    ('attempt', 'agent', 'agent = (SELECT my_agent())', NULL, '{}'),
    ('attempt', 'leader', 'agent = ANY ((SELECT visible_agents())::text[])', NULL, '{}'),
    ('attempt', 'manager', 'true', NULL, '{}'),
    ('attempt', 'qa', 'true',
     '{attempt,token,task,campaign,lead,customer,agent,direction,channel,caller_number,started_at,ended_at,outcome,reached,valid,recording,manual_reason,imported_call,recorded_at,masked_number}',
     '{}'),
    ('contact_point', 'manager', 'true', NULL, '{INSERT,UPDATE}'),
    ('suppression', 'manager', 'true', NULL, '{INSERT,UPDATE,DELETE}'),
    ('refused_number', 'manager', 'true', NULL, '{}'),
    ('complaint', 'agent', 'responsible = ANY ((SELECT visible_teams())::text[])',
     '{complaint,campaign,customer,lead,responsible,subject,state,received_at,handled_at,closed_at,revisits}',
     '{}'),
    ('complaint', 'leader', 'responsible = ANY ((SELECT visible_teams())::text[])', NULL, '{}'),
    ('complaint', 'qa', 'true',
     '{complaint,campaign,customer,lead,responsible,subject,state,received_at,handled_at,closed_at,revisits}',
     '{}'),
    ('complaint', 'manager', 'true', NULL, '{}');

-- seen by who sees what it hangs on
INSERT INTO access_relation (relation, kind, rows)
SELECT t.relation, k.kind, CASE WHEN k.kind = 'manager' THEN 'true' ELSE t.rows END
FROM (VALUES
    ('contact_point', '{agent,leader}'::text[],
     'EXISTS (SELECT FROM task t WHERE t.number = contact_point.number)'),
    ('task_event', '{agent,leader,manager}',
     'EXISTS (SELECT FROM task t WHERE t.task = task_event.task)'),
    ('callback_reminder', '{agent,leader,manager}',
     'EXISTS (SELECT FROM task t WHERE t.task = callback_reminder.task)'),
    ('lead_stage_event', '{agent,leader,manager}',
     'EXISTS (SELECT FROM task t WHERE t.lead = lead_stage_event.lead AND t.campaign = lead_stage_event.campaign)'),
    ('survey_response', '{agent,leader,manager,qa}',
     'EXISTS (SELECT FROM attempt a WHERE a.attempt = survey_response.attempt)'),
    ('survey_answer', '{agent,leader,manager,qa}',
     'EXISTS (SELECT FROM survey_response r WHERE r.response = survey_answer.response)'),
    ('complaint_event', '{agent,leader,manager,qa}',
     'EXISTS (SELECT FROM complaint c WHERE c.complaint = complaint_event.complaint)')
    ) t (relation, kinds, rows)
CROSS JOIN LATERAL unnest(t.kinds) k (kind);

-- where the next claim begins
INSERT INTO access_relation (relation, kind) VALUES
    ('due_start', 'manager'),
    ('due_note', 'manager');

-- views, which show of their tables what may be seen of these
INSERT INTO access_relation (relation, kind)
SELECT v.view, k.kind
FROM (VALUES
    ('to_dial', '{agent,leader,manager}'::text[]), ('redial', '{agent,leader,manager}'),
    ('result', '{agent,leader,manager}'), ('failed', '{agent,leader,manager}'),
    ('missed_callbacks', '{agent,leader,manager}'), ('lead_stage', '{agent,leader,manager}'),
    ('contact_history', '{agent,leader,manager}'), ('unrecorded_calls', '{agent,leader,manager}'),
    ('calls_by_day', '{agent,leader,manager}'), ('calls_by_hour', '{agent,leader,manager,qa}'),
    ('call_record', '{agent,leader,manager,qa}'), ('survey_missing', '{agent,leader,manager,qa}'),
    ('next_contact', '{manager}'), ('open_complaint', '{manager}')) v (view, kinds)
CROSS JOIN LATERAL unnest(v.kinds) k (kind);

INSERT INTO access_function (function, kinds, is_definer) VALUES
--  function              who may call it              with the owner's rights
    ('next_calls',         '{agent,leader,manager}',    true),
    ('confirm_dial',       '{agent,leader,manager}',    true),
    ('renew',              '{agent,leader,manager}',    true),
    ('release_task',       '{agent,leader,manager}',    true),
    ('finish',             '{agent,leader,manager}',    true),
    ('record_call',        '{agent,leader,manager}',    true),
    ('book_callback',      '{agent,leader,manager}',    true),
    ('transfer_task',      '{agent,leader,manager}',    true),
    ('transfer_to_mentor', '{agent,leader,manager}',    true),
    ('hand_off',           '{agent,leader,manager}',    true),
    ('set_lead_stage',     '{agent,leader,manager}',    true),
    ('answer_survey',      '{agent,leader,manager,qa}', true),
    ('file_complaint',     '{agent,leader,manager,qa}', true),
    ('complaint_handled',  '{agent,leader,manager}',    true),
    ('suppress',           '{leader,manager}',          true),
    ('load_campaign',      '{manager}',                 true),
    ('load_history',       '{manager}',                 true),
    ('remind_callbacks',   '{manager}',                 true),
    ('apply_rule',         '{manager}',                 true),
    ('publish_survey',     '{manager}',                 true),
    ('survey_shares',      '{manager,qa}',              false),
    ('funnel',             '{manager}',                 false),
    ('suppressed_until',   '{manager}',                 false),
    ('capped_until',       '{manager}',                 false),
    ('elapsed',            '{agent,leader,manager,qa}', false),
    ('plain_number',       '{agent,leader,manager,qa}', false),
    ('masked_number',      '{agent,leader,manager,qa}', false),
    ('missing_fields',     '{agent,leader,manager,qa}', false);
