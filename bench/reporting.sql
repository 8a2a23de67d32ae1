-- Facts for the reporting cases: :facts of them over :facts / 2000 organisations, large and small, of a year. The
-- documents' materialized views stand beside, in schema documents, over the same facts.
\set ON_ERROR_STOP on
set synchronous_commit = off;
set client_min_messages = warning;
set max_parallel_workers_per_gather = 0;
select setseed(0.577) \g /dev/null
create schema bench;
create function bench.id(kind int, n bigint) returns uuid language sql immutable parallel safe
return md5(kind || ' ' || n)::uuid;
insert into orgs (id, name) select bench.id(1, n), 'Organisation ' || n from generate_series(1, :facts / 2000) as n;
alter table fact_scenario_attempts disable trigger user;
insert into fact_scenario_attempts
  (attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at)
select bench.id(3, n), bench.id(1, org), 'user_' || org || '_' || 1 + floor(40 * r2 ^ 1.5), bench.id(2, org * 16 + floor(10 * r3)::int),
       case when r4 >= 0.03 then least(100, greatest(0, round((72 + 24 * (r5 + r6 - 1))::numeric, 1))) end,
       seconds, floor(seconds * 1000 * (0.3 + 0.3 * r5)), floor(seconds * 1000 * (0.3 + 0.3 * r6)),
       began, began + seconds * interval '1 second'
  from (select n, 1 + floor(:facts / 2000 * random() ^ 3)::int as org, random() as r2, random() as r3, random() as r4, random() as r5,
               random() as r6, 180 + floor(random() * 1000)::int as seconds,
               now() - interval '20 minutes' - interval '365 days' * (1 - sqrt(random())) as began
          from generate_series(1, :facts) as n) as drawn;
alter table fact_scenario_attempts enable trigger user;

create schema documents;
create materialized view documents.mv_leaderboard_month as
select org_id, user_id, date_trunc('month', started_at, 'UTC') as month, avg(score) as avg_score, count(*) as attempts,
       sum(duration_seconds) as total_duration, avg(talk_ms::float / nullif(talk_ms::bigint + listen_ms, 0) * 100) as avg_talk_percentage
  from fact_scenario_attempts where score is not null
 group by org_id, user_id, date_trunc('month', started_at, 'UTC') with no data;
create materialized view documents.mv_org_overview as
select org_id, count(distinct user_id) as active_users, count(*) as total_attempts, avg(score) as avg_score, max(ended_at) as last_activity,
       count(*) filter (where ended_at >= now() - interval '7 days') as attempts_this_week,
       count(*) filter (where ended_at >= now() - interval '30 days') as attempts_this_month
  from fact_scenario_attempts where ended_at is not null group by org_id with no data;
create materialized view documents.mv_scenario_insights as
select org_id, scenario_id, count(*) as attempt_count, avg(score) as avg_score, stddev(score) as score_stddev,
       avg(duration_seconds) as avg_duration, percentile_cont(0.5) within group (order by score) as median_score, max(ended_at) as last_attempted
  from fact_scenario_attempts where score is not null group by org_id, scenario_id with no data;
create index on documents.mv_leaderboard_month (org_id, user_id, month);
create index on documents.mv_org_overview (org_id);
create index on documents.mv_scenario_insights (org_id, scenario_id);
vacuum (analyze);
select rebuild_reporting() \g /dev/null
vacuum (analyze);
