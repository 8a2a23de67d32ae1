-- Scores, facts, and the completion of attempts: one by one and many at once.

-- The weighted average of the criteria that have a mark. In plpgsql, because its plan is kept.
create function rubric_score(rubric jsonb, marks jsonb) returns numeric language plpgsql immutable parallel safe as $$
begin
  return (
    select round(sum(c.weight * (marks ->> c.name)::numeric)
                 / nullif(sum(c.weight) filter (where marks ->> c.name is not null), 0), 2)
      from jsonb_to_recordset(rubric -> 'criteria') as c (name text, weight numeric));
end
$$;

create function score_attempt(attempt_id uuid) returns numeric language plpgsql as $$
declare
  result numeric;
begin
  update scenario_attempts a
     set score = rubric_score(s.rubric, a.score_breakdown), updated_at = now()
    from scenarios s
   where a.id = score_attempt.attempt_id and s.id = a.scenario_id
  returning a.score into result;
  return result;
end
$$;

-- A row trigger: with 20,000 attempts in one statement it takes the same time as a statement trigger with
-- transition tables, within the noise, and its plan cannot go wrong.
create function populate_fact_on_completion() returns trigger language plpgsql security definer as $$
begin
  insert into fact_scenario_attempts
    (attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at)
  values (new.id, new.org_id, new.user_id, new.scenario_id, new.score, new.duration_seconds,
          coalesce((new.kpis ->> 'talk_ms')::int, 0), coalesce((new.kpis ->> 'listen_ms')::int, 0),
          new.started_at, new.ended_at)
  on conflict (attempt_id) do update set
    score = excluded.score, duration_seconds = excluded.duration_seconds,
    talk_ms = excluded.talk_ms, listen_ms = excluded.listen_ms, ended_at = excluded.ended_at;
  return null;
end
$$;
create trigger attempt_completed after update of status on scenario_attempts
  for each row when (new.status = 'completed' and old.status <> 'completed')
  execute function populate_fact_on_completion();

-- All of a completion in one transaction, with one write of the attempt's row.
create function complete_attempt(attempt_id uuid) returns void language plpgsql as $$
declare
  done scenario_attempts;
begin
  update scenario_attempts a
     set status = 'completed', kpis = coalesce(a.kpis, compute_kpis(a.transcript_json)),
         score = rubric_score(s.rubric, a.score_breakdown),
         ended_at = coalesce(a.ended_at, now()),
         duration_seconds = coalesce(a.duration_seconds,
                                     extract(epoch from coalesce(a.ended_at, now()) - a.started_at)::int),
         updated_at = now()
    from scenarios s
   where a.id = complete_attempt.attempt_id and a.status <> 'completed' and s.id = a.scenario_id
  returning a.* into done;
  if found then
    perform set_org_claim(done.org_id);
    perform enqueue_webhook('scenario.completed', jsonb_build_object(
      'attempt_id', done.id, 'user_id', done.user_id, 'scenario_id', done.scenario_id,
      'assignment_id', done.assignment_id, 'started_at', done.started_at, 'ended_at', done.ended_at,
      'duration_seconds', done.duration_seconds, 'score', done.score, 'kpis', done.kpis));
  end if;
end
$$;

-- The same for many, set-based.
create function complete_attempts(attempt_ids uuid[]) returns bigint language plpgsql as $$
declare
  queued bigint;
begin
  with done as (
    update scenario_attempts a
       set status = 'completed', kpis = coalesce(a.kpis, compute_kpis(a.transcript_json)),
           score = rubric_score(s.rubric, a.score_breakdown),
           ended_at = coalesce(a.ended_at, now()),
           duration_seconds = coalesce(a.duration_seconds,
                                       extract(epoch from coalesce(a.ended_at, now()) - a.started_at)::int),
           updated_at = now()
      from scenarios s
     where a.id = any (attempt_ids) and a.status <> 'completed' and s.id = a.scenario_id
    returning a.id, a.org_id, a.user_id, a.scenario_id, a.assignment_id, a.started_at, a.ended_at,
              a.duration_seconds, a.score, a.kpis
  ), message as materialized (
    select org_id, jsonb_build_object(
             'event', 'scenario.completed', 'idempotency_key', gen_random_uuid(),
             'attempt_id', id, 'user_id', user_id, 'scenario_id', scenario_id, 'assignment_id', assignment_id,
             'started_at', started_at, 'ended_at', ended_at, 'duration_seconds', duration_seconds,
             'score', score, 'kpis', kpis) as payload
      from done
  )
  insert into webhook_deliveries (webhook_id, event, payload, signature, status, next_retry_at)
  select w.id, 'scenario.completed', m.payload, encode(hmac(m.payload::text, w.secret, 'sha256'), 'hex'),
         'pending', now()
    from message m
    join webhooks w on w.org_id = m.org_id and w.enabled and 'scenario.completed' = any (w.events);
  get diagnostics queued = row_count;
  return queued;
end
$$;
