-- track.completed, once for each assignment ($1), its track and person ($2).
with raised as (
  insert into {schema}.track_completion_events (org_id, assignment_id, track_id, user_id)
  select a.org_id, a.id, a.track_id, p.user_id
    from unnest($1::uuid[], $2::text[]) as p (assignment_id, user_id)
    join {schema}.assignments a on a.id = p.assignment_id
  on conflict do nothing
  returning org_id, assignment_id, track_id, user_id, raised_at
), happened as (
  select r.org_id, 'track.completed' as event,
         jsonb_build_object(
           'assignment_id', r.assignment_id, 'track_id', r.track_id, 'title', left(t.title, 500),
           'user_id', r.user_id, 'assignee_team', a.assignee_team,
           'due_at', case when isfinite(a.due_at) then a.due_at end, 'required', a.required,
           'completed_at', r.raised_at) as data
    from raised r
    join {schema}.assignments a on a.org_id = r.org_id and a.id = r.assignment_id
    join {schema}.tracks t on t.org_id = r.org_id and t.id = r.track_id
)
select org_id, event, data from happened
