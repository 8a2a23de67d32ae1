-- The facts of completed attempts. Before this stands: with changed as (… rows of scenario_attempts …)
insert into {schema}.fact_scenario_attempts as f
  (attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at)
select id, org_id, user_id, scenario_id, score, duration_seconds,
       -- KPIs may have been written by hand: what is no number, or none that fits, must not stop a completion.
       case when jsonb_typeof(kpis -> 'talk_ms') = 'number'
            then least(greatest((kpis -> 'talk_ms')::numeric, 0), 2147483647)::int else 0 end,
       case when jsonb_typeof(kpis -> 'listen_ms') = 'number'
            then least(greatest((kpis -> 'listen_ms')::numeric, 0), 2147483647)::int else 0 end,
       started_at, ended_at
  from changed
 where status = 'completed' and ended_at is not null
on conflict (attempt_id) do update set
  org_id = excluded.org_id, user_id = excluded.user_id, scenario_id = excluded.scenario_id,
  score = excluded.score, duration_seconds = excluded.duration_seconds,
  talk_ms = excluded.talk_ms, listen_ms = excluded.listen_ms,
  started_at = excluded.started_at, ended_at = excluded.ended_at
where (f.org_id, f.user_id, f.scenario_id, f.score, f.duration_seconds, f.talk_ms, f.listen_ms, f.started_at, f.ended_at)
      is distinct from
      (excluded.org_id, excluded.user_id, excluded.scenario_id, excluded.score, excluded.duration_seconds,
       excluded.talk_ms, excluded.listen_ms, excluded.started_at, excluded.ended_at)
