-- The same where facts are partitioned by month. The key has their day, so that a fact in another day is none that
-- conflicts: it was removed before. A month that was retired takes none.
insert into {schema}.fact_scenario_attempts as f
  (attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at, date_key)
select {fact_values}, coalesce((started_at at time zone 'UTC')::date, '-infinity')
  from changed
 where status = 'completed' and ended_at is not null
   and callcoach.takes_facts_of(coalesce((started_at at time zone 'UTC')::date, '-infinity'))
on conflict (attempt_id, date_key)
{fact_changes}
