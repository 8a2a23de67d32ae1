-- Who may do what within an organisation: a matrix of roles, tables and commands, each cell tried.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :include
\set ECHO all
-- Two of each: the trainee who asks is ana; tom is another.
insert into org_members (org_id, user_id, role, metadata) values
  (:'org_a', 'tom', 'trainee', '{"team": "north"}'), (:'org_a', 'mia', 'manager', '{}'), (:'org_a', 'hal', 'hr', '{}'),
  (:'org_a', 'ada', 'admin', '{}'), (:'org_a', 'abe', 'admin', '{}'), (:'org_b', 'mia', 'admin', '{}');
update org_members set metadata = '{"team": "south"}' where user_id = 'ana';
insert into scenarios (id, org_id, title, status) values ('a1000000-0000-4000-8000-000000000001', :'org_a', 'Draft', 'draft');
insert into tracks (id, org_id, title, status) values ('a2000000-0000-4000-8000-000000000001', :'org_a', 'Old', 'archived');
insert into track_scenarios (org_id, track_id, scenario_id, position) values
  (:'org_a', :'track_a', 'a1000000-0000-4000-8000-000000000001', 2),
  (:'org_a', 'a2000000-0000-4000-8000-000000000001', :'scenario_a', 1);
insert into assignments (org_id, assignee_user_id, assignee_team, type, scenario_id) values
  (:'org_a', 'tom', null, 'scenario', :'scenario_a'), (:'org_a', null, 'north', 'scenario', :'scenario_a'),
  (:'org_a', null, 'south', 'scenario', :'scenario_a');
insert into scenario_attempts (id, org_id, user_id, scenario_id) values
  ('a4000000-0000-4000-8000-000000000001', :'org_a', 'tom', :'scenario_a');
update scenario_attempts set status = 'completed';
insert into fact_kpi_events (attempt_id, org_id, user_id, event_type)
select id, org_id, user_id, 'filler_word' from scenario_attempts;
insert into track_completion_events (org_id, assignment_id, track_id, user_id) values (:'org_a', :'assignment_a', :'track_a', 'ana');
delete from reporting_folds;
select callcoach.fold_reporting(:'org_a', null) \g /dev/null
update fact_scenario_attempts set duration_seconds = 77;
insert into articles (slug, title, content, category, published_at) values
  ('published', 'P', '', 'guide', '2026-01-01'), ('draft', 'D', '', 'guide', null);

\c - authenticator
\set ON_ERROR_ROLLBACK on
\set ECHO none
\i :tried
\set ECHO all
create function pg_temp.as_user(sub text) returns void language plpgsql as $$
begin
  perform set_config('request.jwt.claims', jsonb_build_object('sub', sub, 'app_metadata',
    jsonb_build_object('org_id', 'a0000000-0000-4000-8000-000000000000'))::text, true);
  perform callcoach.pre_request();
end
$$;
grant execute on function pg_temp.as_user(text) to public;
-- Rows that a role reads; of the organisation's, how many are there.
create function pg_temp.reads(sub text, tbl text) returns text language plpgsql as $$
declare
  n bigint;
begin
  perform pg_temp.as_user(sub);
  execute format('select count(*) from %I', tbl) into n;
  return n;
exception when insufficient_privilege then
  return 'refused';
end
$$;
grant execute on function pg_temp.reads(text, text) to public;

-- Reading. max has a token of the organisation, and is no member of it (any more).
begin;
set local role authenticated;
\pset null -
select tbl,
       max(rows) filter (where sub = 'ana') as trainee, max(rows) filter (where sub = 'mia') as manager,
       max(rows) filter (where sub = 'hal') as hr, max(rows) filter (where sub = 'ada') as admin,
       max(rows) filter (where sub = 'max') as nobody
  from (select sub, tbl, pg_temp.reads(sub, tbl) as rows
          from unnest(array['ana', 'mia', 'hal', 'ada', 'max']) as sub,
               unnest(array['orgs', 'org_members', 'scenarios', 'tracks', 'track_scenarios', 'assignments', 'scenario_attempts',
                            'webhooks', 'webhook_deliveries', 'track_completion_events', 'fact_scenario_attempts', 'fact_kpi_events', 'dim_orgs', 'dim_users',
                            'dim_scenarios', 'dim_tracks', 'articles', 'callcoach_migrations', 'reporting_deltas',
                            'reporting_folds', 'rollup_user_months', 'rollup_orgs', 'rollup_org_users', 'rollup_org_hours',
                            'rollup_scenarios', 'mv_leaderboard_month', 'mv_org_overview', 'mv_scenario_insights']) as tbl
         offset 0) as r
 group by tbl order by tbl collate "C";
\pset null ''
select sub, current_user_id(), current_org_role(), callcoach.acts_as('manager', 'admin') as manager_or_admin
  from unnest(array['ana', 'mia', 'hal', 'ada', 'max']) as sub, lateral (select pg_temp.as_user(sub) offset 0) as u;
-- A trainee's own: by name, by team, active.
select pg_temp.as_user('ana');
select assignee_user_id, assignee_team from assignments order by 1, 2;
select title, status from scenarios;
select title, status from tracks;
select position from track_scenarios;
select user_id from scenario_attempts;
select pg_temp.as_user('tom');
select assignee_user_id, assignee_team from assignments order by 1, 2;
rollback;

-- Writing: each statement as each role, taken back. What is shown is the SQLSTATE, or how many rows it wrote.
create function pg_temp.writes(sub text, statement text) returns text language plpgsql as $$
declare
  n bigint;
begin
  perform pg_temp.as_user(sub);
  begin
    execute statement;
    get diagnostics n = row_count;
    raise exception using errcode = 'UNDO0', message = n;
  exception when sqlstate 'UNDO0' then
    return sqlerrm;
  when others then
    return sqlstate;
  end;
end
$$;
grant execute on function pg_temp.writes(text, text) to public;
begin;
set local role authenticated;
with tried as (
  select n, statement, sub, pg_temp.writes(sub, statement) as outcome
    from unnest(array['ana', 'mia', 'hal', 'ada', 'max']) as sub,
         unnest(array[
    $s$ update orgs set name = 'x' $s$,
    $s$ update orgs set plan = 'enterprise' $s$,
    $s$ update orgs set stripe_customer_id = 'cus_b' $s$,
    $s$ update orgs set clerk_org_id = 'org_birch' $s$,
    $s$ update orgs set entitlements = '{"everything": true}' $s$,
    $s$ delete from orgs $s$,
    $s$ insert into org_members (user_id, role) values ('new', 'admin') $s$,
    $s$ update org_members set role = 'admin' where user_id = current_user_id() $s$,
    $s$ update org_members set role = 'manager' where user_id = 'tom' $s$,
    $s$ update org_members set user_id = 'ana' where user_id = 'tom' $s$,
    $s$ update org_members set metadata = '{"team": "north"}' where user_id = current_user_id() $s$,
    $s$ delete from org_members where user_id = 'tom' $s$,
    $s$ insert into scenarios (title) values ('x') $s$,
    $s$ insert into scenarios (id, title) values (gen_random_uuid(), 'x') $s$,
    $s$ update scenarios set rubric = null $s$,
    $s$ update scenarios set org_id = org_id $s$,
    $s$ delete from scenarios $s$,
    $s$ insert into tracks (title) values ('x') $s$,
    $s$ update tracks set title = 'x' $s$,
    $s$ delete from tracks $s$,
    $s$ insert into track_scenarios (track_id, scenario_id, position)
        values ('a2000000-0000-4000-8000-000000000001', 'a1000000-0000-4000-8000-000000000001', 9) $s$,
    $s$ update track_scenarios set position = 9 $s$,
    $s$ delete from track_scenarios $s$,
    $s$ insert into assignments (assignee_user_id, type, scenario_id) values ('ana', 'scenario', 'a1000000-0000-4000-8000-000000000000') $s$,
    $s$ update assignments set required = false $s$,
    $s$ delete from assignments $s$,
    $s$ insert into scenario_attempts (user_id, scenario_id) values (current_user_id(), 'a1000000-0000-4000-8000-000000000000') $s$,
    $s$ insert into scenario_attempts (user_id) values ('tom') $s$,
    $s$ insert into scenario_attempts (user_id, scenario_id) values (current_user_id(), 'a1000000-0000-4000-8000-000000000001') $s$,
    $s$ insert into scenario_attempts (user_id, status) values (current_user_id(), 'completed') $s$,
    $s$ insert into scenario_attempts (user_id, vapi_call_id) values (current_user_id(), 'the call of another') $s$,
    $s$ insert into scenario_attempts (user_id, score) values (current_user_id(), 100) $s$,
    $s$ insert into scenario_attempts (user_id, kpis) values (current_user_id(), '{}') $s$,
    $s$ insert into scenario_attempts (user_id, evaluation) values (current_user_id(), '{}') $s$,
    $s$ insert into scenario_attempts (user_id, transcript_json) values (current_user_id(), '[]') $s$,
    $s$ insert into scenario_attempts (user_id, started_at) values (current_user_id(), '2020-01-01') $s$,
    $s$ insert into scenario_attempts (user_id, started_at) values (current_user_id(), null) $s$,
    $s$ update scenario_attempts set score = 100 $s$,
    $s$ update scenario_attempts set status = 'abandoned' $s$,
    $s$ delete from scenario_attempts where user_id = 'tom' $s$,
    $s$ insert into webhooks (name, url, secret, events)
        values ('x', 'https://x.example', 'sixteen letters!', '{user.added}') $s$,
    $s$ update webhooks set secret = 'seventeen letters' $s$,
    $s$ delete from webhooks $s$,
    $s$ update webhook_deliveries set status = 'success' $s$,
    $s$ insert into articles (slug, title, content, category) values ('x', 'x', '', 'guide') $s$,
    $s$ update articles set content = 'x' $s$]) with ordinality as s (statement, n)
)
select btrim(regexp_replace(statement, '\s+', ' ', 'g')) as statement,
       max(outcome) filter (where sub = 'ana') as trainee, max(outcome) filter (where sub = 'mia') as manager,
       max(outcome) filter (where sub = 'hal') as hr, max(outcome) filter (where sub = 'ada') as admin,
       max(outcome) filter (where sub = 'max') as nobody
  from tried group by statement, n order by n;
-- Who wrote it is filled in.
select pg_temp.as_user('mia');
insert into scenarios (title) values ('Of mia') returning created_by;
insert into assignments (assignee_user_id, type, scenario_id) values ('ana', 'scenario', :'scenario_a') returning created_by;
rollback;

-- An organisation keeps an admin. The server may do as it likes: it follows the identity provider.
begin;
set local role authenticated;
select pg_temp.as_user('ada');
delete from org_members where user_id = 'abe';
select code, message, detail, hint from pg_temp.tried($$ delete from org_members where user_id = 'ada' $$);
select code, message from pg_temp.tried($$ update org_members set role = 'hr' where user_id = 'ada' $$);
select code, message from pg_temp.tried($$ update org_members set role = 'trainee' $$);
select code, message from pg_temp.tried($$ delete from org_members $$);
update org_members set metadata = '{"name": "Ada"}' where user_id = 'ada' returning role;
insert into org_members (user_id, role) values ('eve', 'admin');
-- One statement may change who it is, as long as one is left.
update org_members set role = case user_id when 'ana' then 'admin' else 'trainee' end::user_role where user_id in ('ana', 'ada', 'eve');
select current_org_role();
rollback;
begin;
set local role service_role;
delete from org_members where org_id = :'org_a' and role = 'admin';
rollback;

-- A server that may choose any organisation, and brings no user's token, acts as an admin of the one it has chosen.
\c - postgres
\set ON_ERROR_ROLLBACK on
begin;
select set_org_claim(:'org_a');
set local role authenticated;
select callcoach.acts_as('admin') as admin, callcoach.acts_as('trainee') as trainee, current_org_role() as role, current_user_id() as user_id;
select count(*) from scenarios;
rollback;
delete from orgs;
delete from articles;
