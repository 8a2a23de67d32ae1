-- Row level security: a request that acts in A reads, changes and counts A's rows, and no others. Connected as
-- PostgREST connects: a superuser under SET ROLE could always go back.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :include
\set ECHO all
-- An admin, who may do most. What the roles may do is in the test roles.
insert into org_members (org_id, user_id, role) values (:'org_a', 'ada', 'admin');
update scenario_attempts set status = 'completed';
insert into fact_kpi_events (attempt_id, org_id, user_id, event_type)
select id, org_id, user_id, 'filler_word' from scenario_attempts;
select (select count(*) from fact_scenario_attempts) as facts, (select count(*) from webhook_deliveries) as deliveries;
insert into track_completion_events (org_id, assignment_id, track_id, user_id) values
  (:'org_a', :'assignment_a', :'track_a', 'ana'), (:'org_b', :'assignment_b', :'track_b', 'bob');
-- Rollups, a fold of each organisation's own, and changes that are not folded yet.
delete from reporting_folds;
select callcoach.fold_reporting(:'org_a', null), callcoach.fold_reporting(:'org_b', null) \g /dev/null
update fact_scenario_attempts set duration_seconds = 77;

-- So that privileges are tried, and not that API users run queries only.
alter role authenticator set callcoach.guard_statements = off;
\c - authenticator
\set ON_ERROR_ROLLBACK on
\set ECHO none
\i :tried
\set ECHO all
create temp view seen as
select 'orgs' as tbl, id as org_id from orgs
union all select 'org_members', org_id from org_members
union all select 'scenarios', org_id from scenarios
union all select 'tracks', org_id from tracks
union all select 'track_scenarios', org_id from track_scenarios
union all select 'assignments', org_id from assignments
union all select 'scenario_attempts', org_id from scenario_attempts
union all select 'webhooks', org_id from webhooks
union all select 'webhook_deliveries', org_id from webhook_deliveries
union all select 'track_completion_events', org_id from track_completion_events
union all select 'fact_scenario_attempts', org_id from fact_scenario_attempts
union all select 'fact_kpi_events', org_id from fact_kpi_events
union all select 'dim_orgs', org_id from dim_orgs
union all select 'dim_users', org_id from dim_users
union all select 'dim_scenarios', org_id from dim_scenarios
union all select 'dim_tracks', org_id from dim_tracks
union all select 'reporting_deltas', org_id from reporting_deltas
union all select 'reporting_folds', org_id from reporting_folds
union all select 'rollup_user_months', org_id from rollup_user_months
union all select 'rollup_orgs', org_id from rollup_orgs
union all select 'rollup_org_users', org_id from rollup_org_users
union all select 'rollup_org_hours', org_id from rollup_org_hours
union all select 'rollup_scenarios', org_id from rollup_scenarios
union all select 'mv_leaderboard_month', org_id from mv_leaderboard_month
union all select 'mv_org_overview', org_id from mv_org_overview
union all select 'mv_scenario_insights', org_id from mv_scenario_insights;
alter view seen set (security_invoker = true);
grant select on seen to authenticated, anon;

-- No organisation: no rows.
begin;
set local role authenticated;
select count(*) as rows from seen;
rollback;

-- Acting in A, as ada's token allows.
begin;
set local role authenticated;
select set_config('request.jwt.claims', '{"sub": "ada"}', true), set_org_claim(:'org_a');
select tbl, count(*) as rows, count(*) filter (where org_id <> :'org_a') as foreign_rows
  from seen group by tbl order by tbl collate "C";
select count(*) from scenarios where id = :'scenario_b';
select count(*) from scenario_attempts where org_id = :'org_b';
select title from scenarios for update;
select count(*) from (select from scenario_attempts where id = :'attempt_b' for update) as locked;

-- Changing or deleting B's rows: there are none.
select e.code, e.message, statement
  from unnest(array[
    'update orgs set name = ''x'' where id = ''' || :'org_b' || '''',
    'update org_members set role = ''admin'' where org_id = ''' || :'org_b' || '''',
    'update scenarios set title = ''x'' where org_id = ''' || :'org_b' || '''',
    'update tracks set title = ''x'' where org_id = ''' || :'org_b' || '''',
    'update track_scenarios set position = 2 where org_id = ''' || :'org_b' || '''',
    'update assignments set required = false where org_id = ''' || :'org_b' || '''',
    'update scenario_attempts set feedback_text = ''x'' where org_id = ''' || :'org_b' || '''',
    'update webhooks set url = ''https://evil.example'' where org_id = ''' || :'org_b' || '''',
    'delete from orgs where id = ''' || :'org_b' || '''',
    'delete from org_members where org_id = ''' || :'org_b' || '''',
    'delete from scenarios where org_id = ''' || :'org_b' || '''',
    'delete from tracks where org_id = ''' || :'org_b' || '''',
    'delete from track_scenarios where org_id = ''' || :'org_b' || '''',
    'delete from assignments where org_id = ''' || :'org_b' || '''',
    'delete from scenario_attempts where org_id = ''' || :'org_b' || '''',
    'delete from webhooks where org_id = ''' || :'org_b' || '''']) as statement,
  pg_temp.tried(statement) as e;

-- Writing into B, and moving a row of A's there: refused.
select e.code, e.message
  from unnest(array[
    'insert into orgs (id, name) values (''' || :'missing' || ''', ''x'')',
    'insert into org_members (org_id, user_id, role) values (''' || :'org_b' || ''', ''ana'', ''admin'')',
    'insert into scenarios (org_id, title) values (''' || :'org_b' || ''', ''x'')',
    'insert into tracks (org_id, title) values (''' || :'org_b' || ''', ''x'')',
    'insert into track_scenarios (org_id, track_id, scenario_id, position) values (''' || :'org_b' || ''', ''' || :'track_b' || ''', ''' || :'scenario_b' || ''', 2)',
    'insert into assignments (org_id, assignee_user_id, type, scenario_id) values (''' || :'org_b' || ''', ''bob'', ''scenario'', ''' || :'scenario_b' || ''')',
    'insert into scenario_attempts (org_id, user_id) values (''' || :'org_b' || ''', ''bob'')',
    'insert into webhooks (org_id, name, url, secret, events) values (''' || :'org_b' || ''', ''x'', ''https://evil.example'', ''sixteen letters!'', ''{scenario.completed}'')',
    'update org_members set org_id = ''' || :'org_b' || '''',
    'update scenarios set org_id = ''' || :'org_b' || '''',
    'update tracks set org_id = ''' || :'org_b' || '''',
    'update scenario_attempts set org_id = ''' || :'org_b' || '''',
    'update webhooks set org_id = ''' || :'org_b' || '''',
    'update orgs set id = ''' || :'missing' || '''']) as statement,
  pg_temp.tried(statement) as e;
-- An upsert that hits B's row, MERGE and COPY.
insert into scenarios (id, title) values (:'scenario_b', 'x') on conflict (id) do update set title = 'x';
\echo :LAST_ERROR_SQLSTATE
merge into scenarios s using (values (:'scenario_b'::uuid)) as v (id) on s.id = v.id when matched then update set title = 'x';
merge into scenarios s using (values (:'org_b'::uuid)) as v (org_id) on s.org_id = v.org_id
  when not matched then insert (org_id, title) values (v.org_id, 'x');
\echo :LAST_ERROR_SQLSTATE
copy scenarios (org_id, title) from stdin;
b0000000-0000-4000-8000-000000000000	x
\.
\echo :LAST_ERROR_SQLSTATE
copy scenarios (org_id, title) to stdout;

-- Its own rows it may write; org_id comes from the claim.
insert into scenarios (title) values ('Second') returning org_id = :'org_a' as in_a;
rollback;

-- Derived rows and the delivery log are read, never written.
begin;
set local role authenticated;
select set_config('request.jwt.claims', '{"sub": "ada"}', true), set_org_claim(:'org_a');
select e.code, e.message
  from unnest(array['webhook_deliveries', 'fact_scenario_attempts', 'fact_kpi_events', 'dim_orgs', 'dim_users', 'dim_scenarios',
                    'dim_tracks', 'dim_time', 'reporting_deltas', 'reporting_folds', 'rollup_user_months', 'rollup_orgs',
                    'rollup_org_users', 'rollup_org_hours', 'rollup_scenarios', 'track_completion_events']) as tbl,
       unnest(array['insert into %I default values', 'delete from %I']) as statement,
       pg_temp.tried(format(statement, tbl)) as e;
update fact_scenario_attempts set score = 100;
select backlog from reporting_status;
select * from callcoach_migrations;
\echo :LAST_ERROR_SQLSTATE
select count(*) > 40000 as calendar from dim_time;
-- What Supabase's default privileges would have given: TRUNCATE, TRIGGER, REFERENCES.
select e.code, e.message
  from unnest(array[
    'truncate scenario_attempts cascade',
    'truncate orgs cascade',
    'create trigger t before insert on scenarios for each row execute function suppress_redundant_updates_trigger()',
    'alter table scenarios disable row level security',
    'create policy p on scenarios using (true)',
    'drop policy scenarios_select on scenarios']) as statement, pg_temp.tried(statement) as e;
set local row_security = off;
select title from scenarios;
\echo :LAST_ERROR_SQLSTATE
rollback;

-- A function that leaks what it is given sees no row of B's: the policy comes first.
begin;
create function pg_temp.leak(t text) returns boolean language plpgsql cost 0.0001 as $$ begin raise notice 'seen: %', t; return true; end $$;
grant execute on function pg_temp.leak(text) to public;
set local role authenticated;
select set_config('request.jwt.claims', '{"sub": "ada"}', true), set_org_claim(:'org_a');
select title from scenarios where pg_temp.leak(title);
select 1 / (case when title = 'Renewal' then 0 else 1 end) as no_oracle from scenarios;
rollback;

-- anon sees nothing at all.
begin;
set local role anon;
select distinct e.code, e.message
  from unnest(array['orgs', 'org_members', 'scenarios', 'tracks', 'track_scenarios', 'assignments', 'scenario_attempts', 'webhooks',
                    'webhook_deliveries', 'fact_scenario_attempts', 'fact_kpi_events', 'dim_orgs', 'dim_users', 'dim_scenarios',
                    'dim_tracks', 'dim_time', 'mv_leaderboard_month', 'mv_org_overview', 'mv_scenario_insights',
                    'reporting_status', 'reporting_deltas', 'reporting_folds', 'rollup_user_months', 'rollup_orgs',
                    'rollup_org_users', 'rollup_org_hours', 'rollup_scenarios',
                    'track_completion_events', 'callcoach_migrations']) as tbl,
       pg_temp.tried(format('select * from %I', tbl)) as e
 order by 2;
rollback;

-- service_role bypasses the policies, with or without a claim.
begin;
set local role service_role;
select count(*) from scenarios;
rollback;

\c - postgres
alter role authenticator reset callcoach.guard_statements;
delete from orgs;
