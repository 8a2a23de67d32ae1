-- 20,000 facts in one statement, taken back afterwards; :log is enable or disable, for the trigger that logs them.
set synchronous_commit = off;
begin;
alter table fact_scenario_attempts :log trigger log_fact_changes_insert;
\timing on
insert into fact_scenario_attempts
  (attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at)
select gen_random_uuid(), org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, now() - interval '10 minutes', now()
  from (select * from fact_scenario_attempts limit 20000) as f;
\timing off
rollback;
\echo done 1
