-- What differs between the reports and the documents' own queries over the facts, and between the rollups that no
-- report shows and the facts. Averages and spreads may differ in the eleventh decimal, shares of talk (floating
-- point there) in the tenth. Where partitions of the facts were retired, the rollups know more: months are compared
-- from there on, and of what stands for all times there must be at least what the facts have.
with horizon as materialized (
  select day, day > '-infinity' as retired from callcoach.fact_horizon() as h (day)
), month_expected as (
  select org_id, user_id, date_trunc('month', started_at, 'UTC') as month, avg(score) as avg_score,
         count(*) as attempts, sum(duration_seconds) as total_duration,
         avg(talk_ms::float / nullif(talk_ms::bigint + listen_ms, 0) * 100) as avg_talk_percentage
    from {schema}.fact_scenario_attempts
   where score is not null
     and (started_at is null or (started_at at time zone 'UTC')::date >= (select day from horizon))
   group by 1, 2, 3
), month_found as (
  select *
    from {schema}.mv_leaderboard_month
   where month is null or month >= (select day::timestamp at time zone 'UTC' from horizon)
), overview_expected as (
  select org_id, count(distinct user_id) as active_users, count(*) as total_attempts, avg(score) as avg_score,
         max(ended_at) as last_activity,
         count(*) filter (where ended_at >= now() - interval '7 days') as attempts_this_week,
         count(*) filter (where ended_at >= now() - interval '30 days') as attempts_this_month
    from {schema}.fact_scenario_attempts
   where ended_at is not null
   group by 1
), insights_expected as (
  select org_id, scenario_id, count(*) as attempt_count, avg(score) as avg_score, stddev(score) as score_stddev,
         avg(duration_seconds) as avg_duration, percentile_cont(0.5) within group (order by score) as median_score,
         max(ended_at) as last_attempted
    from {schema}.fact_scenario_attempts
   where score is not null
   group by 1, 2
), scores_expected as (
  select org_id, scenario_id, callcoach.apply_scores(null, array_agg(score), array_agg(attempts)) as scores
    from (select org_id, scenario_id, score, count(*)::int as attempts
            from {schema}.fact_scenario_attempts
           where score is not null
           group by 1, 2, 3) as by_score
   group by 1, 2
), users_expected as (
  select org_id, user_id, count(*) as attempts
    from {schema}.fact_scenario_attempts
   where ended_at is not null
   group by 1, 2
), hours_expected as (
  select org_id, date_trunc('hour', ended_at, 'UTC') as hour, count(*) as attempts,
         array_agg(ended_at order by ended_at) as ended_at
    from {schema}.fact_scenario_attempts
   where ended_at >= date_trunc('hour', now() - interval '30 days', 'UTC')
   group by 1, 2
), hours_found as (
  select org_id, hour, attempts, array(select e from unnest(ended_at) as e order by e) as ended_at
    from {schema}.rollup_org_hours
   where hour >= date_trunc('hour', now() - interval '30 days', 'UTC')
)
select 'mv_leaderboard_month' as view_name, coalesce(e.org_id, f.org_id) as org_id,
       concat_ws(' ', coalesce(e.user_id, f.user_id), coalesce(e.month, f.month)) as key,
       to_jsonb(e) as expected, to_jsonb(f) as found
  from month_expected e
  full join month_found f
    on f.org_id = e.org_id and f.user_id = e.user_id
   and (f.month is null) = (e.month is null) and coalesce(f.month, 'epoch') = coalesce(e.month, 'epoch')
 where (e.attempts, e.total_duration) is distinct from (f.attempts, f.total_duration)
    or not coalesce(abs(e.avg_score - f.avg_score) <= 1e-10, num_nulls(e.avg_score, f.avg_score) = 2)
    or not coalesce(abs(e.avg_talk_percentage - f.avg_talk_percentage) <= 1e-9,
                    num_nulls(e.avg_talk_percentage, f.avg_talk_percentage) = 2)
union all
select 'mv_org_overview', coalesce(e.org_id, f.org_id), null, to_jsonb(e), to_jsonb(f)
  from overview_expected e
  full join {schema}.mv_org_overview f on f.org_id = e.org_id
 cross join horizon
 where case when retired then not coalesce(
         f.active_users >= e.active_users and f.total_attempts >= e.total_attempts
         and f.last_activity >= e.last_activity, e.org_id is null)
  else (e.active_users, e.total_attempts, e.last_activity, e.attempts_this_week, e.attempts_this_month)
       is distinct from
       (f.active_users, f.total_attempts, f.last_activity, f.attempts_this_week, f.attempts_this_month)
    or not coalesce(abs(e.avg_score - f.avg_score) <= 1e-10, num_nulls(e.avg_score, f.avg_score) = 2)
  end
union all
select 'mv_scenario_insights', coalesce(e.org_id, f.org_id), coalesce(e.scenario_id, f.scenario_id)::text,
       to_jsonb(e), to_jsonb(f)
  from insights_expected e
  full join {schema}.mv_scenario_insights f
    on f.org_id = e.org_id and (f.scenario_id is null) = (e.scenario_id is null)
   and coalesce(f.scenario_id, f.org_id) = coalesce(e.scenario_id, e.org_id)
 cross join horizon
 where case when retired then not coalesce(
         f.attempt_count >= e.attempt_count and (e.last_attempted is null or f.last_attempted >= e.last_attempted),
         e.org_id is null)
  else (e.attempt_count, e.median_score, e.last_attempted) is distinct from (f.attempt_count, f.median_score, f.last_attempted)
    or not coalesce(abs(e.avg_score - f.avg_score) <= 1e-10, num_nulls(e.avg_score, f.avg_score) = 2)
    or not coalesce(abs(e.score_stddev - f.score_stddev) <= 1e-10, num_nulls(e.score_stddev, f.score_stddev) = 2)
    or not coalesce(abs(e.avg_duration - f.avg_duration) <= 1e-10, num_nulls(e.avg_duration, f.avg_duration) = 2)
  end
union all
select 'rollup_scenarios', coalesce(e.org_id, f.org_id), coalesce(e.scenario_id, f.scenario_id)::text,
       jsonb_build_object('scores', callcoach.count_scores(e.scores), 'median_score', callcoach.median_score(e.scores)),
       jsonb_build_object('scores', callcoach.count_scores(f.scores), 'median_score', callcoach.median_score(f.scores))
  from scores_expected e
  full join {schema}.rollup_scenarios f
    on f.org_id = e.org_id and (f.scenario_id is null) = (e.scenario_id is null)
   and coalesce(f.scenario_id, f.org_id) = coalesce(e.scenario_id, e.org_id)
 cross join horizon
 where case when retired then not coalesce(
         callcoach.count_scores(f.scores) >= coalesce(callcoach.count_scores(e.scores), 0)
         and callcoach.count_scores(f.scores) = f.attempts
         and callcoach.median_score(f.scores) is not distinct from f.median_score, false)
  else e.scores is distinct from f.scores end
union all
select 'rollup_org_users', coalesce(e.org_id, f.org_id), coalesce(e.user_id, f.user_id), to_jsonb(e), to_jsonb(f)
  from users_expected e
  full join {schema}.rollup_org_users f on f.org_id = e.org_id and f.user_id = e.user_id
 cross join horizon
 where case when retired then not coalesce(f.attempts >= e.attempts, e.org_id is null)
  else e.attempts is distinct from f.attempts end
union all
select 'rollup_org_hours', coalesce(e.org_id, f.org_id), coalesce(e.hour, f.hour)::text, to_jsonb(e), to_jsonb(f)
  from hours_expected e
  full join hours_found f on f.org_id = e.org_id and f.hour = e.hour
 cross join horizon
 -- A call may have begun in a month that was retired, and ended in one that was not.
 where case when retired and coalesce(e.hour, f.hour) < (day + 32)::timestamp at time zone 'UTC'
            then not coalesce(f.attempts >= e.attempts, e.org_id is null)
  else (e.attempts, e.ended_at) is distinct from (f.attempts, f.ended_at) end
