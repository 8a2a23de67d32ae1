-- A row of another organisation cannot be referred to, and asking for it tells nothing: it fails like a missing one.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :include
\set ECHO all
insert into org_members (org_id, user_id, role) values (:'org_a', 'ada', 'admin');
\c - authenticator
\set ON_ERROR_ROLLBACK on
\set ECHO none
\i :tried
\set ECHO all

begin;
set local role authenticated;
select set_config('request.jwt.claims', '{"sub": "ada"}', true), set_org_claim(:'org_a');
-- Each statement with B's id and with an id that is nowhere, by an admin: attempts are not even an admin's to write.
select f.code, f.message, f.detail, f is not distinct from m as the_same_for_a_missing_one
  from (values
    ('insert into scenario_attempts (user_id, scenario_id) values (''ana'', %L)', :'scenario_b'),
    ('insert into scenario_attempts (user_id, assignment_id) values (''ana'', %L)', :'assignment_b'),
    ('insert into assignments (assignee_user_id, type, scenario_id) values (''ana'', ''scenario'', %L)', :'scenario_b'),
    ('insert into assignments (assignee_user_id, type, track_id) values (''ana'', ''track'', %L)', :'track_b'),
    ('insert into track_scenarios (track_id, scenario_id, position) values (''a2000000-0000-4000-8000-000000000000'', %L, 2)', :'scenario_b'),
    ('insert into track_scenarios (track_id, scenario_id, position) values (%L, ''a1000000-0000-4000-8000-000000000000'', 2)', :'track_b'),
    ('update scenario_attempts set scenario_id = %L', :'scenario_b'),
    ('update scenario_attempts set status = ''completed'', scenario_id = %L, evaluation = ''{"Secret of B": 1000}''', :'scenario_b'),
    ('update assignments set scenario_id = %L', :'scenario_b'),
    ('update track_scenarios set track_id = %L', :'track_b')) as s (statement, id),
  pg_temp.tried(format(statement, id)) as f, pg_temp.tried(format(statement, :'missing')) as m;

-- B's scenario is in B's track, which A must not learn from a unique key that comes before the foreign key.
select f.code, f.message, f.detail, f is not distinct from m as the_same_for_a_missing_one
  from pg_temp.tried(format('insert into track_scenarios (track_id, scenario_id, position) values (%L, %L, 1)', :'track_b', :'scenario_b')) as f,
       pg_temp.tried(format('insert into track_scenarios (track_id, scenario_id, position) values (%L, %L, 1)', :'track_b', :'missing')) as m;

-- Nor what B's rubric asks for, from a trigger that comes before the policy: marks that do not fit B's rubric.
select f.code, f.message, f.detail, f.message = m.message as the_same_for_a_missing_one
  from unnest(array[
    'insert into scenario_attempts (id, org_id, user_id, status, evaluation, scenario_id) values (''f1000000-0000-4000-8000-000000000000'', ''b0000000-0000-4000-8000-000000000000'', ''x'', ''completed'', ''{"Secret of B": 1000}'', %L)',
    'update scenario_attempts set org_id = ''b0000000-0000-4000-8000-000000000000'', status = ''completed'', evaluation = ''{"Secret of B": 1000}'', assignment_id = null, scenario_id = %L']) as statement,
  pg_temp.tried(format(statement, :'scenario_b')) as f, pg_temp.tried(format(statement, :'missing')) as m;
rollback;

-- Not even a superuser can tie rows of two organisations together.
\c - postgres
\set ON_ERROR_ROLLBACK on
begin;
update scenario_attempts set scenario_id = :'scenario_b' where id = :'attempt_a';
\echo :LAST_ERROR_SQLSTATE
update scenarios set org_id = :'org_b' where id = :'scenario_a';
\echo :LAST_ERROR_SQLSTATE
insert into webhook_deliveries (org_id, webhook_id, event, payload, body) values (:'org_a', :'webhook_b', 'user.added', '{}', '{}');
\echo :LAST_ERROR_SQLSTATE
insert into fact_kpi_events (org_id, attempt_id, user_id, event_type) values (:'org_a', :'attempt_b', 'ana', 'interruption');
\echo :LAST_ERROR_SQLSTATE
rollback;
delete from orgs;
