-- One statement, and so one snapshot: the changes it takes out of the log are those of the facts that it counts;
-- what commits meanwhile stays in the log. Comes back with the number of facts.
with folded as (
  delete from {schema}.reporting_deltas
), months as materialized (
  -- Scored and ended attempts side by side, so that the facts are read once for both.
  select org_id, user_id, date_trunc('month', started_at at time zone 'UTC') at time zone 'UTC' as month,
         count(*) as facts, count(score) as attempts, sum(score) as score_sum,
         sum(duration_seconds) filter (where score is not null) as duration_sum,
         count(duration_seconds) filter (where score is not null) as duration_count,
         sum((talk_ms * 1e14::float8 / nullif(talk_ms::bigint + listen_ms, 0))::bigint)
           filter (where score is not null) as talk_percent_sum,
         count(*) filter (where score is not null and talk_ms::bigint + listen_ms <> 0) as talk_count,
         count(ended_at) as ended, count(score) filter (where ended_at is not null) as ended_score_count,
         sum(score) filter (where ended_at is not null) as ended_score_sum, max(ended_at) as last_activity
    from {schema}.fact_scenario_attempts
   where callcoach.rebuilding(1)
   group by org_id, user_id, date_trunc('month', started_at at time zone 'UTC')
), user_months as (
  insert into {schema}.rollup_user_months
    (org_id, user_id, month, attempts, score_sum, duration_sum, duration_count, talk_percent_sum, talk_count)
  select org_id, user_id, month, attempts, score_sum, coalesce(duration_sum, 0), duration_count,
         coalesce(talk_percent_sum, 0), talk_count
    from months
   where attempts > 0
   order by org_id, month, user_id
), users as materialized (
  select org_id, user_id, sum(ended) as attempts, sum(ended_score_count) as score_count,
         sum(ended_score_sum) as score_sum, max(last_activity) as last_activity
    from months
   where ended > 0
   group by 1, 2
), org_users as (
  insert into {schema}.rollup_org_users (org_id, user_id, attempts)
  select org_id, user_id, attempts from users order by 1, 2
), orgs as (
  insert into {schema}.rollup_orgs (org_id, attempts, active_users, score_sum, score_count, last_activity)
  select org_id, sum(attempts), count(*), coalesce(sum(score_sum), 0), sum(score_count), max(last_activity)
    from users
   group by 1
   order by 1
), hours as (
  insert into {schema}.rollup_org_hours (org_id, hour, attempts, ended_at)
  select org_id, date_trunc('hour', ended_at, 'UTC'), count(*), array_agg(ended_at)
    from {schema}.fact_scenario_attempts
   where ended_at > now() - interval '31 days' and callcoach.rebuilding(2)
   group by 1, 2
   order by 1, 2
), scenarios as (
  insert into {schema}.rollup_scenarios
    (org_id, scenario_id, attempts, score_sum, score_square_sum, duration_sum, duration_count, last_attempted,
     scores, median_score)
  select s.*, callcoach.median_score(s.scores)
    from (select org_id, scenario_id, count(*), sum(score), sum(score * score),
                 coalesce(sum(duration_seconds), 0), count(duration_seconds), max(ended_at),
                 callcoach.apply_scores(null, array_agg(score), array_fill(1, array[count(*)::int])) as scores
            from {schema}.fact_scenario_attempts
           where score is not null and callcoach.rebuilding(3)
           group by 1, 2
           order by 1, 2
          offset 0) s
)
select coalesce(sum(facts), 0)::bigint from months
