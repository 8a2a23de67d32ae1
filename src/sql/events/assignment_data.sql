jsonb_build_object(
           'assignment_id', a.id, 'type', a.type, 'scenario_id', a.scenario_id, 'track_id', a.track_id,
           -- As long as a line of text: a title may be of any length, a webhook may not.
           'title', left(coalesce(s.title, t.title), 500),
           'assignee_user_id', a.assignee_user_id, 'assignee_team', a.assignee_team,
           'due_at', case when isfinite(a.due_at) then a.due_at end, 'required', a.required,
           'assigned_by', a.created_by)
