-- The month of 14 months ago is retired, with the attempts 1 and 2.
\set ON_ERROR_STOP off
\set VERBOSITY terse
set client_min_messages = warning;
select refresh_reporting() \g /dev/null
create view reported as
select 'month', org_id, user_id || ' ' || coalesce(month::text, '') as key, attempts from mv_leaderboard_month
union all select 'org', org_id, null, total_attempts from mv_org_overview
union all select 'scenario', org_id, scenario_id::text, attempt_count from mv_scenario_insights;
create table reported_before as table reported;
select 'nothing to retire', callcoach.keep_fact_partitions(), callcoach.fact_horizon();
update fact_partitions set retain = '12 months';
select 'retired', callcoach.keep_fact_partitions() > 0, callcoach.fact_horizon() = date_trunc('month', now() - interval '12 months', 'UTC')::date;
select 'again', callcoach.keep_fact_partitions();
select 'a table of its own', c.relname = 'fact_scenario_attempts_p' || to_char(now() at time zone 'UTC' - interval '14 months', 'YYYY_MM'), c.relrowsecurity,
       (select count(*) from aclexplode(c.relacl) a where a.grantee <> c.relowner)
  from pg_class c where c.relname ~ '^fact_scenario_attempts_p\d{4}_\d\d$' and not c.relispartition;
select 'facts left', count(*) from fact_scenario_attempts where attempt_id::text like 'c%';
select 'folded', refresh_reporting();
(table reported except table reported_before) union all (table reported_before except table reported);
select 'differences', count(*) from check_reporting();

-- What changes of the retired month is not counted twice, and fails nothing.
update scenario_attempts set score = 99, transcript_json = null where id = 'c0000001-0000-4000-8000-000000000000';
update scenario_attempts set status = 'completed' where id = 'd0000000-0000-4000-8000-000000000000';
select populate_fact_from_attempt('c0000002-0000-4000-8000-000000000000');
delete from scenario_attempts where id = 'c0000002-0000-4000-8000-000000000000';
update scenario_attempts set score = 98 where id in ('c0000001-0000-4000-8000-000000000000', 'd0000000-0000-4000-8000-000000000000');
select 'facts of that month', count(*) from fact_scenario_attempts where started_at < now() - interval '13 months';
select 'folded', refresh_reporting();
(table reported except table reported_before) union all (table reported_before except table reported);
select 'differences', count(*) from check_reporting();

-- Others go on being counted, also those of no time and of months without a partition of their own.
insert into scenario_attempts (org_id, user_id, started_at, ended_at, status, score)
select org_id, 'user_new', t, now(), 'completed', 50 from scenario_attempts, (values (null), (now()), (now() - interval '200 days'), ('2091-01-01')) as v (t)
 where id = 'c0000001-0000-4000-8000-000000000000';
select 'folded', refresh_reporting(), (select count(*) from check_reporting());
select 'new ones', sum(attempts) from mv_leaderboard_month where user_id = 'user_new';

-- What is damaged is found, in months that are there and in what stands for all times.
begin;
update rollup_user_months set attempts = attempts + 1 where month = date_trunc('month', now(), 'UTC') and user_id = 'user_new';
select view_name from check_reporting();
rollback;
begin;
update rollup_user_months set attempts = attempts + 1 where month < now() - interval '13 months';
select 'nobody can tell', count(*) from check_reporting();
rollback;
begin;
delete from rollup_orgs;
delete from rollup_org_users where user_id = 'user_new';
update rollup_scenarios set median_score = median_score + 1;
delete from rollup_org_hours;
select distinct view_name from check_reporting() order by 1;
rollback;

\set VERBOSITY default
\set SHOW_CONTEXT never
select regexp_replace(callcoach.fact_horizon()::text, '.*', 'a rebuild is refused');
\set VERBOSITY sqlstate
select rebuild_reporting();
-- Attached again, it can be rebuilt.
begin;
select format('alter table fact_scenario_attempts attach partition %I for values from (%L) to (%L)', c.relname, m, m + interval '1 month')
  from pg_class c, (select date_trunc('month', now() at time zone 'UTC' - interval '14 months')::date as m) as month
 where c.relname = 'fact_scenario_attempts_p' || to_char(m, 'YYYY_MM') \gexec
select 'attached', callcoach.fact_horizon(), rebuild_reporting() > 6, (select count(*) from check_reporting());
rollback;
-- An organisation that is deleted goes from the reports, and from the table that was retired.
delete from orgs where id = (select org_id from scenario_attempts where id = 'c0000001-0000-4000-8000-000000000000');
select refresh_reporting() \g /dev/null
select callcoach.keep_fact_partitions() \g /dev/null
select 'of deleted organisations', count(*) from reported where org_id not in (select id from orgs);
select 'differences', count(*) from check_reporting();
-- Or what was retired is given up.
update fact_partitions set began = callcoach.fact_horizon();
select 'given up', callcoach.fact_horizon(), rebuild_reporting() > 0, (select count(*) from check_reporting());
