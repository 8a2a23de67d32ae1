-- Of these assignments ($1) and persons ($2), the tracks of which nothing active is left to do.
select array_agg(p.assignment_id), array_agg(p.user_id)
  from unnest($1::uuid[], $2::text[]) as p (assignment_id, user_id)
  join {schema}.assignments a on a.id = p.assignment_id
 -- A person's attempts are read once, and not once for each scenario of the track.
 cross join lateral (
   select coalesce(array_agg(distinct e.scenario_id), '{}') as scenarios
     from {schema}.scenario_attempts e
    where e.org_id = a.org_id and e.user_id = p.user_id and e.status = 'completed'
   offset 0) as done
 where not exists (
   select from {schema}.track_scenarios ts
     join {schema}.scenarios s on s.org_id = ts.org_id and s.id = ts.scenario_id and s.status = 'active'
    where ts.org_id = a.org_id and ts.track_id = a.track_id
      -- A deleted scenario leaves NULLs behind.
      and (ts.scenario_id = any (done.scenarios)) is not true)
