-- The audit log: what it says, of whom, to whom; and that it cannot be written by hand.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set people :abs_srcdir '/include/people.sql'
\set nobody :abs_srcdir '/include/nobody.sql'
\set asking :abs_srcdir '/include/asking.sql'
\set ECHO none
set search_path = sales_coach, public;
\i :people
\set ECHO all
-- Each change of the four tables, and no other: signing up, then what people.sql does.
select table_name, operation, count(*), count(old_data) as old, count(new_data) as new, count(organization_id) as of_organisation
  from audit_log group by 1, 2 order by 1, 2;
delete from audit_log;

-- As an API user, behind a proxy.
\c - authenticator
set search_path = sales_coach, public;
\set ECHO none
\i :asking
\set ECHO all
begin;
select pg_temp.as_user('ana');
select set_config('request.headers', '{"x-forwarded-for": "203.0.113.7, 10.0.0.1", "user-agent": "coach/1.0"}', true) \g /dev/null
update users set name = 'Ana R.' where id = callcoach.user_id();
-- Without effect: nothing to log.
update users set name = 'Ana R.' where id = callcoach.user_id();
insert into roleplay_sessions (user_id, persona_id, scenario_type, transcript) values (callcoach.user_id(), 'new', 'objection', '[{"secret": "what was said"}]');
delete from roleplay_sessions where persona_id = 'new';
update call_uploads set transcript = '{"text": "what was said"}' where user_id = callcoach.user_id();
update call_uploads set overall_score = 10, status = 'completed' where user_id = callcoach.user_id();
commit;
\c - postgres
set search_path = sales_coach, public;
select table_name, operation, user_id = md5('ana')::uuid as by_ana, host(ip_address) as address, user_agent as agent,
       organization_id = md5('acme')::uuid as of_acme, record_id in (md5('ana')::uuid, md5('upload of ana')::uuid) as known,
       (select string_agg(key || ': ' || coalesce(old_data ->> key, '') || ' > ' || coalesce(new_data ->> key, ''), ', ' order by key)
          from jsonb_object_keys(coalesce(new_data, old_data)) as key
         where old_data -> key is distinct from new_data -> key and key not in ('id', 'user_id', 'created_at', 'deleted_at')) as changed
  from audit_log order by created_at;
select count(*) as with_transcripts from audit_log
 where old_data ? 'transcript' or new_data ? 'transcript' or audit_log::text ~ 'what was said';
delete from audit_log;

-- In bulk: a row for each, from one statement.
insert into roleplay_sessions (user_id, persona_id, scenario_type)
select md5(who)::uuid, 'bulk', 'closing' from unnest(array['ana', 'bob', 'noa']) as who, generate_series(1, 100);
update roleplay_sessions set duration_seconds = 5 where persona_id = 'bulk';
select operation, count(*), count(distinct record_id) as records,
       count(*) filter (where organization_id = md5('acme')::uuid) as acme,
       count(*) filter (where organization_id = md5('birch')::uuid) as birch,
       count(*) filter (where organization_id is null) as nobodys
  from audit_log group by 1 order by 1;
update roleplay_sessions set duration_seconds = 5 where persona_id = 'bulk';
select count(*) from audit_log;
delete from audit_log;

-- People move. What was done in an organisation stays its own; the move itself is between two, and neither's.
update users set org_id = md5('birch')::uuid where name like 'Ana%';
update roleplay_sessions set duration_seconds = 60 where id = md5('session of ana')::uuid;
update users set org_id = null where name like 'Ana%';
update roleplay_sessions set duration_seconds = 61 where id = md5('session of ana')::uuid;
update users set org_id = md5('acme')::uuid where name like 'Ana%';
update session_scores set score = 8 where id = md5('score of ana')::uuid;
select l.table_name, o.name as of_organisation,
       coalesce((select f.name from organizations f where f.id = (l.old_data ->> 'org_id')::uuid), '-') as before,
       coalesce((select t.name from organizations t where t.id = (l.new_data ->> 'org_id')::uuid), '-') as after
  from audit_log l left join organizations o on o.id = l.organization_id order by l.created_at;
delete from audit_log;

-- A score moved to a session of another organisation, a session to a user of another: neither's.
update session_scores set session_id = md5('session of bob')::uuid where id = md5('score of ana')::uuid;
update roleplay_sessions set user_id = md5('bob')::uuid where id = md5('session of ana')::uuid;
select table_name, organization_id from audit_log order by created_at;
update session_scores set session_id = md5('session of ana')::uuid where id = md5('score of ana')::uuid;
update roleplay_sessions set user_id = md5('ana')::uuid where id = md5('session of ana')::uuid;
-- From the start once more, so that the log knows whose they are.
update users set name = name || '.';
update roleplay_sessions set duration_seconds = 7;
delete from audit_log where created_at < (select min(created_at) from audit_log where table_name = 'users');

-- Rows that go with their user: of the user's organisation, though the user is gone. Who did it may be gone too.
delete from auth.users where email in ('ana@example.com', 'noa@example.com');
select l.table_name, l.operation, o.name as of_organisation, count(*), count(l.user_id) as by_somebody
  from audit_log l left join organizations o on o.id = l.organization_id
 where l.operation = 'DELETE' group by 1, 2, 3 order by 1, 2, 3;
-- Also when the log has forgotten everything before: the user's own row is logged before what goes with it.
delete from audit_log;
delete from auth.users where email = 'bob@example.com';
select table_name, operation, (select name from organizations where id = organization_id) as of_organisation, count(*)
  from audit_log group by 1, 2, 3 order by 1, 2, 3;

-- The organisation goes, the log stays.
delete from organizations where name = 'Birch';
select table_name, operation, organization_id = md5('birch')::uuid as of_birch, old_data ->> 'org_id' is not null as had_one,
       new_data ->> 'org_id' as has from audit_log where operation = 'UPDATE';

-- By hand: nobody. Its helpers neither.
\c - authenticator
set search_path = sales_coach, public;
\set ECHO none
\i :asking
\set ECHO all
select who, statement, e.code, e.message from unnest(array['ada', 'server']) as who, unnest(array[
  $s$ insert into audit_log (table_name, operation) values ('users', 'INSERT') $s$,
  $s$ update audit_log set user_id = null $s$,
  $s$ delete from audit_log $s$,
  $s$ truncate audit_log $s$,
  $s$ select organization_of_user(md5('bea')::uuid) $s$,
  $s$ select organization_of_session(md5('session of bea')::uuid) $s$,
  $s$ select organization_of_row('users', '{}') $s$,
  $s$ create trigger mine after insert on roleplay_sessions for each row execute function callcoach.audit_trigger_func() $s$])
  as statement, pg_temp.error_of(who, statement) as e;
-- A token that is not verified acts as nobody, and the address is one, or NULL.
\c - postgres
set search_path = sales_coach, public;
delete from audit_log;
begin;
select set_config('request.jwt.claims', '{"sub": "no uuid"}', true), set_config('request.headers', '{"x-forwarded-for": "<script>"}', true) \g /dev/null
update users set name = 'A' where name = 'Ada.';
select set_config('request.jwt.claims', '{"sub": "f0000000-0000-4000-8000-000000000000"}', true), set_config('request.headers', 'no json', true) \g /dev/null
update users set name = 'B' where name = 'A';
select set_config('request.jwt.claims', 'garbage', true), set_config('request.headers', '', true) \g /dev/null
update users set name = 'Ada' where name = 'B';
select user_id, ip_address, user_agent, new_data ->> 'name' as name from audit_log order by created_at;
rollback;
\set ECHO none
\i :nobody
