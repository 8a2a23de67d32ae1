-- The three reports: values against a hand calculation, refreshing, and who may.
\set SHOW_CONTEXT never
set datestyle = 'ISO';
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
delete from scenario_attempts;
set local client_min_messages = warning; -- how long a rebuild takes is not the same twice
select refresh_reporting() \g /dev/null
-- A: ana in January twice (80 in 100 s, talk 6 of 10 s; 90 in 200 s, talk 3 of 4 s), once with nothing said at all (70, 60 s).
-- 23:30 in Los Angeles on the 31st of January is February, UTC: that is her fourth (50, 30 s, talk 1 of 4 s). ben has one
-- without started_at (40). cy has no score. B has one of its own.
insert into scenario_attempts (org_id, user_id, scenario_id, status, started_at, ended_at, duration_seconds, kpis, score) values
  (:'org_a', 'ana', :'scenario_a', 'completed', '2026-01-05 10:00+00', '2026-01-05 10:02+00', 100, '{"talk_ms": 6000, "listen_ms": 4000}', 80),
  (:'org_a', 'ana', :'scenario_a', 'completed', '2026-01-31 12:00+00', '2026-01-31 12:03+00', 200, '{"talk_ms": 3000, "listen_ms": 1000}', 90),
  (:'org_a', 'ana', :'scenario_a', 'completed', '2026-01-06 10:00+00', '2026-01-06 10:01+00', 60, '{"talk_ms": 0, "listen_ms": 0}', 70),
  (:'org_a', 'ana', :'scenario_a', 'completed', '2026-01-31 23:30-08', '2026-01-31 23:31-08', 30, '{"talk_ms": 1000, "listen_ms": 3000}', 50),
  (:'org_a', 'ben', null, 'completed', null, '2026-03-01 10:00+00', null, '{"talk_ms": 2000, "listen_ms": 2000}', 40),
  (:'org_a', 'cy', :'scenario_a', 'completed', '2026-01-07 10:00+00', '2026-01-07 10:01+00', 60, '{"talk_ms": 1, "listen_ms": 1}', null),
  (:'org_b', 'bob', :'scenario_b', 'completed', '2026-01-05 10:00+00', '2026-01-05 10:02+00', 100, '{"talk_ms": 2147483647, "listen_ms": 2147483647}', 100);
select count(*) as facts from fact_scenario_attempts;

-- What has changed since the last refresh is not to be seen: seven facts.
select (select count(*) from mv_leaderboard_month) + (select count(*) from mv_org_overview) + (select count(*) from mv_scenario_insights) as rows;
select backlog, oldest_age is not null as has_age from reporting_status;
select refresh_reporting();
select refresh_reporting() as nothing_left;
select backlog, oldest_age, changes, duration >= '0' as took_time from reporting_status;

-- ana, January: (80 + 90 + 70) / 3 = 80, 100 + 200 + 60 = 360 s, talk (60 % + 75 %) / 2 = 67.5 % (the silent one has none).
-- February: 50, 30 s, 25 %. ben, no month: 40, 50 %. cy: none. bob: 100, 50 %.
create temp view leaderboard as
select case org_id when :'org_a' then 'A' else 'B' end as org, user_id, month at time zone 'UTC' as month, round(avg_score, 2) as avg_score, attempts,
       total_duration, round(avg_talk_percentage::numeric, 4) as avg_talk_percentage
  from mv_leaderboard_month order by 1, 2, 3;
select * from leaderboard;
-- A: 3 people, 6 attempts, (80 + 90 + 70 + 50 + 40) / 5 = 66; the last ended on the 1st of March.
select case org_id when :'org_a' then 'A' else 'B' end as org, active_users, total_attempts, round(avg_score, 2) as avg_score,
       last_activity at time zone 'UTC' as last_activity
  from mv_org_overview order by 1;
-- A's scenario: 80, 90, 70, 50: average 72.5, median 75, deviations 7.5 17.5 -2.5 -22.5: 875 / 3 = 291.67, root 17.0783;
-- (100 + 200 + 60 + 30) / 4 = 97.5 s. Without a scenario: 40, alone. B: 100, alone.
select case org_id when :'org_a' then 'A' else 'B' end as org, scenario_id is not null as scenario, attempt_count, round(avg_score, 2) as avg_score,
       round(score_stddev, 4) as stddev, round(avg_duration, 2) as avg_duration, median_score, last_attempted at time zone 'UTC' as last_attempted
  from mv_scenario_insights order by 1, 2 desc;

-- Months are UTC's, whatever the session's TimeZone; a second refresh brings what has changed.
set local timezone = 'America/Los_Angeles';
update scenario_attempts set score = 100 where user_id = 'ben';
delete from scenario_attempts where user_id = 'bob';
select refresh_reporting_views();
select * from leaderboard;
set local timezone = 'Asia/Tokyo';
select refresh_reporting();
select * from leaderboard;

-- "This week" and "this month" are the last 7 and 30 days at the time of reading: 2 and 3 of 4.
delete from scenario_attempts;
insert into scenario_attempts (org_id, user_id, status, started_at, ended_at)
select :'org_a', 'ana', 'completed', now() - d, now() - d
  from unnest(array['1 hour', '6 days 23 hours', '7 days 1 hour', '31 days']::interval[]) as d;
select refresh_reporting();
select active_users, total_attempts, avg_score, last_activity = now() - interval '1 hour' as last, attempts_this_week, attempts_this_month from mv_org_overview;
-- Nothing at all.
delete from scenario_attempts;
select refresh_reporting();
select (select count(*) from mv_leaderboard_month) + (select count(*) from mv_org_overview) + (select count(*) from mv_scenario_insights) as rows;

-- A row that is written again as it is changes nothing, and neither does what no report shows.
select refresh_reporting() as nothing_left;
update fact_scenario_attempts set score = score;
update fact_scenario_attempts set created_at = now();
select count(*) as logged from reporting_deltas;

-- In parts: the first so many changes. The rest stays.
insert into scenario_attempts (org_id, user_id, status, started_at, ended_at, score)
select :'org_a', 'ana', 'completed', now() - interval '1 hour', now(), n from generate_series(1, 5) as n;
select refresh_reporting(0), refresh_reporting(2), refresh_reporting(max_changes => 2);
select total_attempts, avg_score from mv_org_overview;
select callcoach.fold_reporting(:'org_b', null) as of_b, callcoach.fold_reporting(:'org_a', null) as of_a;
select total_attempts, round(avg_score, 2) as avg_score from mv_org_overview;
select median_score from mv_scenario_insights;
select refresh_reporting(-1);
\echo :LAST_ERROR_SQLSTATE

-- From scratch, and right. A damaged rollup is found, each kind of it.
select view_name from check_reporting();
select rebuild_reporting();
select view_name from check_reporting();
update rollup_user_months set score_sum = score_sum + 1;
update rollup_orgs set active_users = 2;
update rollup_org_users set attempts = 4;
update rollup_org_hours set attempts = attempts + 1;
update rollup_scenarios set median_score = 4;
select view_name, org_id = :'org_a' as of_a, key is not null as keyed, expected -> 'avg_score' as expected, found -> 'avg_score' as found from check_reporting() order by 1;
select rebuild_reporting();
select view_name from check_reporting();
-- Scores that the multiset does not have cannot be taken from it.
update rollup_scenarios set scores = callcoach.apply_scores(null, array[1], array[1]);
delete from scenario_attempts where score = 5;
select refresh_reporting();
\echo :LAST_ERROR_SQLSTATE
select rebuild_reporting();
-- The facts cannot be truncated. Truncated attempts take theirs along.
truncate fact_scenario_attempts;
\echo :LAST_ERROR_SQLSTATE

-- service_role may; members and visitors may not.
set local role service_role;
select refresh_reporting();
select refresh_reporting_views();
select rebuild_reporting() >= 0 as rebuilt, (select count(*) from check_reporting()) as differing;
set local role authenticated;
select refresh_reporting();
\echo :LAST_ERROR_SQLSTATE
select refresh_reporting_views();
\echo :LAST_ERROR_SQLSTATE
select rebuild_reporting();
\echo :LAST_ERROR_SQLSTATE
select * from check_reporting();
\echo :LAST_ERROR_SQLSTATE
select callcoach.fold_reporting(:'org_b', null);
\echo :LAST_ERROR_SQLSTATE
set local role anon;
select refresh_reporting();
rollback;
