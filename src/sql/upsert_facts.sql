-- The facts of completed attempts. Before this stands: with changed as (… rows of scenario_attempts …)
insert into {schema}.fact_scenario_attempts as f
  (attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at)
select {fact_values}
  from changed
 where status = 'completed' and ended_at is not null
on conflict (attempt_id)
{fact_changes}
