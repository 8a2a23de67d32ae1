-- Looks at the assignments that are past due and were not looked at since, the oldest first, at most $1 of them
-- (NULL: all), and notes that it has. Gives how many those were, and of each that is not completed its id and
-- how many people are not done. What another sweep is looking at is left to it.
with due as materialized (
  select a.id, a.org_id, a.assignee_user_id, a.assignee_team, a.scenario_id, a.track_id
    from {schema}.assignments a
   where a.due_at < statement_timestamp() and a.overdue_checked_at is null
   order by a.due_at
   limit $1
     for no key update skip locked
), checked as (
  update {schema}.assignments a set overdue_checked_at = now() from due d where a.id = d.id
  returning a.id
), person as (
  select d.id, d.org_id, d.assignee_user_id as user_id from due d where d.assignee_user_id is not null
  union all
  select d.id, d.org_id, m.user_id
    from due d
    join {schema}.org_members m on m.org_id = d.org_id and m.metadata ->> 'team' = d.assignee_team
), task as (
  select d.id, s.id as scenario_id
    from due d
    join {schema}.scenarios s on s.org_id = d.org_id and s.id = d.scenario_id and s.status = 'active'
  union all
  select d.id, s.id
    from due d
    join {schema}.tracks t on t.org_id = d.org_id and t.id = d.track_id and t.status = 'active'
    join {schema}.track_scenarios ts on ts.org_id = d.org_id and ts.track_id = d.track_id
    join {schema}.scenarios s on s.org_id = d.org_id and s.id = ts.scenario_id and s.status = 'active'
), late as (
  select p.id, count(distinct p.user_id)::int as people
    from person p
    join task k on k.id = p.id
   where not exists (select from {schema}.scenario_attempts e
                      where e.org_id = p.org_id and e.user_id = p.user_id and e.scenario_id = k.scenario_id
                        and e.status = 'completed')
   group by p.id
)
select (select count(*) from checked), array_agg(late.id), array_agg(late.people) from late
