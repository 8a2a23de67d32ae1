-- The assigned tracks that may be completed by what has been completed just now, locked, so that two sessions
-- that complete a person's last two scenarios look one after the other: a person's own assignment, or, of a
-- team's, the member, so that the team does not wait. Before this stands:
-- with finished (id, org_id, user_id, scenario_id) as (… attempts that have become completed …)
, open as materialized (
  select distinct a.org_id, a.id as assignment_id, f.user_id, a.assignee_user_id is not null as is_own
    from (select distinct org_id, user_id, scenario_id from finished) f
    join {schema}.scenarios s on s.org_id = f.org_id and s.id = f.scenario_id and s.status = 'active'
    join {schema}.track_scenarios ts on ts.org_id = f.org_id and ts.scenario_id = f.scenario_id
    join {schema}.tracks t on t.org_id = ts.org_id and t.id = ts.track_id and t.status = 'active'
    join {schema}.assignments a on a.org_id = ts.org_id and a.track_id = ts.track_id
    left join {schema}.org_members m on m.org_id = f.org_id and m.user_id = f.user_id
   where (a.assignee_user_id = f.user_id or a.assignee_team = m.metadata ->> 'team')
     and exists (select from {schema}.webhooks w
                  where w.org_id = f.org_id and w.enabled and 'track.completed' = any (w.events))
     and not exists (select from {schema}.track_completion_events c
                      where c.org_id = a.org_id and c.assignment_id = a.id and c.track_id = a.track_id
                        and c.user_id = f.user_id)
     -- Done before: practising again completes nothing.
     and not exists (select from {schema}.scenario_attempts e
                      where e.org_id = f.org_id and e.user_id = f.user_id and e.scenario_id = f.scenario_id
                        and e.status = 'completed' and e.id not in (select id from finished))
), locked_assignments as (
  select a.id from {schema}.assignments a
   where a.id in (select assignment_id from open where is_own)
   order by a.id
     for no key update
), locked_members as (
  select m.id from {schema}.org_members m
   where (m.org_id, m.user_id) in (select org_id, user_id from open where not is_own)
   order by m.id
     for no key update
)
select array_agg(assignment_id), array_agg(user_id)
  from open
 where (select count(*) from locked_assignments) + (select count(*) from locked_members) > 0
