--
-- What the parts before have written into the tables of access comes true
--

-- Trigger functions, too, write what nobody else may; those of the workspace,
-- for its users may have put their own beside them.
INSERT INTO access_function (function, kinds, is_definer)
SELECT f.function, '{}', true
FROM unnest('{
    add_follow_ups, answer_complaints, appeal_goes_on, appeal_is_admissible,
    assessment_goes_on, assign_on_insert, award_is_decided_once, component_is_draft,
    conduct_goes_on, contest_is_open, drop_ring_sequence, entry_fits, grade_agrees,
    grade_event_follows, grade_event_is_allowed, grade_event_takes_effect,
    grade_events_hold, grade_is_on_ladder, grade_rule_is_sound,
    improvement_plan_is_signed, indicator_is_draft, keep_closed, keep_dealt_to,
    keep_rotation, keep_rules, ladder_keeps_grades, ledger_is_open, login_is_given,
    make_ring_sequence, membership_fits_team, metric_fits, narrow_campaigns,
    note_events, note_leadership, note_loaded, note_moved, note_roster_change,
    pay_period_goes_on, plan_money_is_kept, plan_version_is_kept, quota_stays,
    refuse_change, request_goes_on, result_is_published, scorecard_version_is_kept,
    set_anyone_at, source_fits, team_fits_members, team_is_tree, team_type_fits_members
}'::text[]) f (function)
ON CONFLICT ON CONSTRAINT access_function_pkey DO NOTHING;

SELECT renew_access();
