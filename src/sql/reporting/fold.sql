-- Takes changes of organisations ($1) from the log ($2: the first so many, NULL: all) and adds what they take away (sign -1) and bring (+1) to the rollups. What is left to do comes back: organisations with
-- rows that have come to 0; organisations and scenarios that have lost what may have been their last attempt.
with changes as (
  delete from {schema}.reporting_deltas
   where org_id = any ($1::uuid[])
     and ($2::bigint is null
          or id <= (select max(id) from (select id from {schema}.reporting_deltas
                                          where org_id = any ($1) order by id limit $2) as first))
  returning *
), images as materialized (
  -- What a change leaves as it was need not be taken out and put in again.
  select -1 as sign, org_id, old_user_id as user_id, old_scenario_id as scenario_id, old_score as score,
         old_duration_seconds as duration_seconds, old_talk_ms as talk_ms, old_listen_ms as listen_ms,
         old_started_at as started_at, old_ended_at as ended_at,
         old_ended_at is distinct from new_ended_at as end_moved,
         (old_scenario_id, old_score is null, old_ended_at)
           is distinct from (new_scenario_id, new_score is null, new_ended_at) as last_moved,
         (old_scenario_id, old_score) is distinct from (new_scenario_id, new_score) as score_moved
    from changes where old_user_id is not null
  union all
  select 1, org_id, new_user_id, new_scenario_id, new_score, new_duration_seconds, new_talk_ms, new_listen_ms,
         new_started_at, new_ended_at,
         old_ended_at is distinct from new_ended_at,
         (old_scenario_id, old_score is null, old_ended_at)
           is distinct from (new_scenario_id, new_score is null, new_ended_at),
         (old_scenario_id, old_score) is distinct from (new_scenario_id, new_score)
    from changes where new_user_id is not null
), user_months as (
  insert into {schema}.rollup_user_months as t
    (org_id, user_id, month, attempts, score_sum, duration_sum, duration_count, talk_percent_sum, talk_count)
  select org_id, user_id, date_trunc('month', started_at, 'UTC'), sum(sign), sum(sign * score),
         coalesce(sum(sign * duration_seconds::bigint), 0),
         coalesce(sum(sign) filter (where duration_seconds is not null), 0),
         coalesce(sum(sign * (talk_ms * 1e14::float8 / nullif(talk_ms::bigint + listen_ms, 0))::bigint), 0),
         coalesce(sum(sign) filter (where talk_ms::bigint + listen_ms <> 0), 0)
    from images
   where score is not null
   group by 1, 2, 3
   order by 1, 3, 2
  on conflict (org_id, month, user_id) do update set
    attempts = t.attempts + excluded.attempts, score_sum = t.score_sum + excluded.score_sum,
    duration_sum = t.duration_sum + excluded.duration_sum,
    duration_count = t.duration_count + excluded.duration_count,
    talk_percent_sum = t.talk_percent_sum + excluded.talk_percent_sum,
    talk_count = t.talk_count + excluded.talk_count
  returning t.org_id, t.attempts
), users as materialized (
  select c.org_id, c.user_id, c.attempts,
         coalesce((select u.attempts from {schema}.rollup_org_users u
                    where u.org_id = c.org_id and u.user_id = c.user_id), 0) as before
    from (select org_id, user_id, sum(sign) as attempts
            from images
           where ended_at is not null
           group by 1, 2
          having sum(sign) <> 0) c
), org_users as (
  insert into {schema}.rollup_org_users as t (org_id, user_id, attempts)
  select org_id, user_id, before + attempts from users
   order by 1, 2
  on conflict (org_id, user_id) do update set attempts = excluded.attempts
  returning t.org_id, t.attempts
), hours as (
  insert into {schema}.rollup_org_hours as t (org_id, hour, attempts, ended_at)
  select c.org_id, c.hour, cardinality(n.ended_at), n.ended_at
    from (select org_id, date_trunc('hour', ended_at, 'UTC') as hour,
                 array_agg(ended_at) filter (where sign > 0) as added,
                 array_agg(ended_at) filter (where sign < 0) as removed
            from images
           where end_moved and ended_at > now() - interval '31 days'
           group by 1, 2) c
    cross join lateral (
          select coalesce((select h.ended_at from {schema}.rollup_org_hours h
                            where h.org_id = c.org_id and h.hour = c.hour), '{}') || c.added as ended_at
          offset 0) b
    cross join lateral (
          select case when c.removed is null then b.ended_at
                      else array(select unnest(b.ended_at) except all select unnest(c.removed)) end as ended_at
          offset 0) n
   order by 1, 2
  on conflict (org_id, hour) do update set attempts = excluded.attempts, ended_at = excluded.ended_at
  returning t.org_id, t.attempts
), orgs as (
  insert into {schema}.rollup_orgs as t (org_id, attempts, active_users, score_sum, score_count, last_activity)
  select c.org_id, c.attempts, c.active_users, c.score_sum, c.score_count,
         case when c.removed is null or c.removed < o.last_activity then greatest(o.last_activity, c.added)
              when c.added > c.removed then c.added
         end
    from (select org_id, sum(attempts) as attempts, sum(active_users) as active_users,
                 coalesce(sum(score), 0) as score_sum, sum(scores) as score_count,
                 max(added) as added, max(removed) as removed
            from (select org_id, sign as attempts, 0 as active_users, sign * score as score,
                         case when score is null then 0 else sign end as scores,
                         case when end_moved and sign > 0 then ended_at end as added,
                         case when end_moved and sign < 0 then ended_at end as removed
                    from images
                   where ended_at is not null
                  union all
                  select org_id, 0, case when before = 0 then 1 when before + attempts = 0 then -1 else 0 end,
                         null, 0, null, null
                    from users) as parts
           group by 1) c
    left join lateral (select r.last_activity from {schema}.rollup_orgs r where r.org_id = c.org_id
                       offset 0) o on true
   order by 1
  on conflict (org_id) do update set
    attempts = t.attempts + excluded.attempts, active_users = t.active_users + excluded.active_users,
    score_sum = t.score_sum + excluded.score_sum, score_count = t.score_count + excluded.score_count,
    last_activity = excluded.last_activity
  returning t.org_id, t.attempts, t.last_activity
), past_hours as (
  -- By ctid: an index look-up for each organisation, whatever the statistics say.
  delete from {schema}.rollup_org_hours
   where ctid = any (array(
           select h.ctid
             from orgs
            cross join lateral (select p.ctid from {schema}.rollup_org_hours p
                                 where p.org_id = orgs.org_id and p.hour < now() - interval '32 days'
                                offset 0) h))
), scenarios as (
  insert into {schema}.rollup_scenarios as t
    (org_id, scenario_id, attempts, score_sum, score_square_sum, duration_sum, duration_count, last_attempted,
     scores, median_score)
  select c.org_id, c.scenario_id, c.attempts, c.score_sum, c.score_square_sum, c.duration_sum, c.duration_count,
         case when c.removed is null or c.removed < o.last_attempted then greatest(o.last_attempted, c.added)
              when c.added > c.removed then c.added
         end,
         n.scores, case when c.score is null then o.median_score else callcoach.median_score(n.scores) end
    from (select org_id, scenario_id, sum(sign) as attempts, sum(sign * score) as score_sum,
                 sum(sign * score * score) as score_square_sum,
                 coalesce(sum(sign * duration_seconds::bigint), 0) as duration_sum,
                 coalesce(sum(sign) filter (where duration_seconds is not null), 0) as duration_count,
                 max(ended_at) filter (where last_moved and sign > 0) as added,
                 max(ended_at) filter (where last_moved and sign < 0) as removed,
                 array_agg(score) filter (where score_moved) as score,
                 array_agg(sign) filter (where score_moved) as by
            from images
           where score is not null
           group by 1, 2) c
    -- Two look-ups, of which one finds nothing: an index cannot serve "is not distinct from".
    left join lateral (select r.scores, r.median_score, r.last_attempted from {schema}.rollup_scenarios r
                        where r.org_id = c.org_id and r.scenario_id = c.scenario_id
                       union all
                       select r.scores, r.median_score, r.last_attempted from {schema}.rollup_scenarios r
                        where r.org_id = c.org_id and r.scenario_id is null and c.scenario_id is null
                       offset 0) o on true
    cross join lateral (
          select case when c.score is null then o.scores
                      else callcoach.apply_scores(o.scores, c.score, c.by) end as scores
          offset 0) n
   order by 1, 2
  on conflict (org_id, scenario_id) do update set
    attempts = t.attempts + excluded.attempts, score_sum = t.score_sum + excluded.score_sum,
    score_square_sum = t.score_square_sum + excluded.score_square_sum,
    duration_sum = t.duration_sum + excluded.duration_sum,
    duration_count = t.duration_count + excluded.duration_count,
    last_attempted = excluded.last_attempted, scores = excluded.scores, median_score = excluded.median_score
  returning t.org_id, t.scenario_id, t.attempts, t.last_attempted
)
select (select count(*) from changes) as folded,
       (select array_agg(distinct org_id)
          from (select org_id from user_months where attempts = 0
                union all select org_id from org_users where attempts = 0
                union all select org_id from hours where attempts = 0
                union all select org_id from orgs where attempts = 0
                union all select org_id from scenarios where attempts = 0) as empty) as emptied_orgs,
       (select array_agg(org_id) from orgs where last_activity is null and attempts > 0) as last_of_orgs,
       s.orgs as last_of_scenario_orgs, s.scenarios as last_of_scenarios
  from (select array_agg(org_id) as orgs, array_agg(scenario_id) as scenarios
          from scenarios where last_attempted is null and attempts > 0) s
