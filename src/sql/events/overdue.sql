-- assignment.overdue for these assignments ($1), of which so many people ($2) are not done.
with happened as (
  select a.org_id, 'assignment.overdue' as event,
         {assignment_data} || jsonb_build_object('incomplete_users', l.people) as data
    from unnest($1::uuid[], $2::int[]) as l (id, people)
    join {schema}.assignments a on a.id = l.id
    left join {schema}.scenarios s on s.org_id = a.org_id and s.id = a.scenario_id
    left join {schema}.tracks t on t.org_id = a.org_id and t.id = a.track_id
)
select org_id, event, data from happened
