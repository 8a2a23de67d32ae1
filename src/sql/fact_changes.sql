do update set
  org_id = excluded.org_id, user_id = excluded.user_id, scenario_id = excluded.scenario_id,
  score = excluded.score, duration_seconds = excluded.duration_seconds,
  talk_ms = excluded.talk_ms, listen_ms = excluded.listen_ms,
  started_at = excluded.started_at, ended_at = excluded.ended_at
where (f.org_id, f.user_id, f.scenario_id, f.score, f.duration_seconds, f.talk_ms, f.listen_ms, f.started_at, f.ended_at)
      is distinct from
      (excluded.org_id, excluded.user_id, excluded.scenario_id, excluded.score, excluded.duration_seconds,
       excluded.talk_ms, excluded.listen_ms, excluded.started_at, excluded.ended_at)
