-- What must fail: other organisations' rows, by every statement that there is; forged and left-over identities; plans
-- that outlive a switch of users; what row level security does not cover; hijacked names. ana, of Acme, and ada, its
-- admin, want what bob and bea of Birch have.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set people :abs_srcdir '/include/people.sql'
\set nobody :abs_srcdir '/include/nobody.sql'
\set asking :abs_srcdir '/include/asking.sql'
\set ECHO none
set search_path = sales_coach, public;
\i :people
create role mallory login in role authenticated;
\c - authenticator
set search_path = sales_coach, public;
\i :asking
\set ECHO all
-- Birch's rows, by each statement: rows touched, or the SQLSTATE.
select statement, pg_temp.tries('ana', statement) as ana, pg_temp.tries('ada', statement) as ada_admin from unnest(array[
  $s$ select from roleplay_sessions where user_id in (md5('bob')::uuid, md5('bea')::uuid) $s$,
  $s$ select from roleplay_sessions where id = md5('session of bob')::uuid for update $s$,
  $s$ select from users where email = 'bob@example.com' for share $s$,
  $s$ update users set name = 'x' where name = 'Bob' $s$,
  $s$ update users set name = 'x' where name = 'Bob' returning email $s$,
  $s$ delete from roleplay_sessions where id = md5('session of bob')::uuid returning transcript $s$,
  $s$ delete from call_uploads where user_id = md5('bob')::uuid $s$,
  $s$ update call_uploads set file_path = callcoach.user_id() || '/x' where id = md5('upload of bob')::uuid $s$,
  $s$ insert into call_uploads (user_id, file_path) values (md5('bob')::uuid, md5('bob')::uuid || '/x') $s$,
  $s$ insert into session_scores (session_id, dimension, score) values (md5('session of bob')::uuid, 'pitch', 1) $s$,
  $s$ insert into curriculum_progress (user_id, module_id) values (md5('bob')::uuid, 4) on conflict (user_id, module_id) do update set score = 1 $s$,
  $s$ insert into curriculum_progress (user_id, module_id) values (md5('bob')::uuid, 4) on conflict do nothing $s$,
  $s$ merge into call_uploads c using (select 1) as one on c.user_id = md5('bob')::uuid when matched then delete when not matched then do nothing $s$,
  $s$ merge into curriculum_progress p using (select 1) as one on p.user_id = md5('bob')::uuid
      when matched then update set score = 1 when not matched then insert (user_id, module_id) values (md5('bob')::uuid, 4) $s$,
  $s$ select from audit_log where new_data ->> 'user_id' = md5('bob')::uuid::text or record_id = md5('bob')::uuid $s$,
  $s$ select session_kpis(md5('session of bob')::uuid) is not null where session_kpis(md5('session of bob')::uuid) is not null $s$,
  -- A deleted row, and a session that is one's own, but with another's score or time.
  $s$ select from roleplay_sessions where deleted_at is not null $s$,
  $s$ update roleplay_sessions set deleted_at = null $s$,
  $s$ update session_scores set score = 10 where session_id = md5('session of ana')::uuid $s$,
  $s$ insert into roleplay_sessions (user_id, persona_id, scenario_type, created_at) values (callcoach.user_id(), 'x', 'closing', '2020-01-01') $s$,
  -- What row level security does not cover.
  $s$ truncate roleplay_sessions $s$, $s$ truncate users cascade $s$, $s$ lock table users $s$,
  $s$ create trigger t after insert on roleplay_sessions for each row execute function callcoach.soft_delete() $s$,
  $s$ create table sales_coach.spy (id uuid references sales_coach.users) $s$,
  $s$ create function sales_coach.uid(text) returns uuid language sql as 'select null::uuid' $s$,
  $s$ alter table users disable row level security $s$, $s$ create policy p on users using (true) $s$,
  $s$ explain select from users $s$,
  $s$ declare c cursor with hold for select from users $s$,
  $s$ create temp table users (id uuid, org_id uuid, role text) $s$,
  $s$ copy users to stdout $s$, $s$ copy call_uploads (user_id, file_path) from program 'id' $s$,
  $s$ select from callcoach_migrations $s$, $s$ select from auth.users $s$,
  $s$ select callcoach.purge_deleted('call_uploads', '0') $s$,
  $s$ set role service_role $s$, $s$ set session authorization postgres $s$]) as statement;

-- A file in one's own folder that fetch() would find in Bob's: %2e%2e is .. there, \ is / and a tab is nothing.
select replace(path, md5('bob')::uuid::text, 'bob') as path,
       pg_temp.tries('ana', format('insert into call_uploads (user_id, file_path) values (callcoach.user_id(), %L)', md5('ana')::uuid || path)) as added,
       pg_temp.tries('ana', format('update call_uploads set file_path = %L where id = md5(''upload of ana'')::uuid', md5('ana')::uuid || path)) as changed
  from unnest(array['/3_Q&A (final), 50 min.mp3', '/%2e%2e/' || md5('bob')::uuid || '/1_bob.mp3', '/.%2E/' || md5('bob')::uuid || '/1_bob.mp3',
                    '/..\' || md5('bob')::uuid || '\1_bob.mp3', E'/.\t./' || md5('bob')::uuid || '/1_bob.mp3', E'/.\r\n./x.mp3']) as path;

-- A function that tells what it sees sees nothing that its caller may not: policies come first.
begin;
create function pg_temp.tell(v text) returns boolean language plpgsql cost 0.0000001 as $$ begin raise notice 'seen: %', v; return true; end $$;
grant execute on function pg_temp.tell(text) to public;
select pg_temp.as_user('ana');
select count(*) from users where pg_temp.tell(email);
select count(*) from audit_log where pg_temp.tell(new_data::text);
-- Nor does a division by zero on another's row.
select count(*) from roleplay_sessions where 1 / (case when persona_id = 'bob' then 0 else 1 end) = 1;
rollback;

-- Garbage for a token is nobody, not an error; and a token without a user.
begin;
set local role authenticated;
select claims, pg_temp.tries('ana', format('select set_config(''request.jwt.claims'', %L, true)', claims)) as set,
       (select count(*) from users) as users
  from unnest(array['', '{}', '[]', '{"sub": null}', '{"sub": ""}', '{"sub": "user_2x"}', '{"sub": ["276b6c46"]}',
                    '{"user_metadata": {"sub": "276b6c46"}}']) as claims;
select set_config('request.jwt.claims', '{"sub": "user_2x"}', true), callcoach.user_id(), admin_org_id(), (select count(*) from users) as users;
select set_config('request.jwt.claims', '{"sub": ""}', true), callcoach.user_id(), admin_org_id(), (select count(*) from users) as users;
rollback;
-- What users write about themselves counts for nothing.
begin;
select set_config('role', 'authenticated', true), set_config('request.jwt.claims', format(
  '{"sub": "%s", "user_role": "admin", "user_metadata": {"role": "admin", "org_id": "%s"}}', md5('noa')::uuid, md5('acme')::uuid), true) \g /dev/null
select name from users;
rollback;

-- Nothing is left of a request on the pooled session: not after COMMIT, not after ROLLBACK TO.
begin;
select pg_temp.as_user('ada');
commit;
begin;
set local role authenticated;
select count(*) as users from users;
rollback;
begin;
select pg_temp.as_user('ana');
savepoint s;
select pg_temp.as_user('bea');
select string_agg(name, ' ' order by name) as bea_sees from users;
rollback to s;
select string_agg(name, ' ' order by name) as ana_sees from users;
rollback;

-- One plan, generic or not, for all: each sees their own, on the same session.
set plan_cache_mode = force_generic_plan;
begin;
set local role authenticated;
prepare sessions as select string_agg(persona_id, ' ' order by persona_id) from sales_coach.roleplay_sessions;
commit;
begin; select pg_temp.as_user('ana'); execute sessions; commit;
begin; select pg_temp.as_user('ada'); execute sessions; commit;
begin; select pg_temp.as_user('bea'); execute sessions; commit;
begin; select pg_temp.as_user('server'); execute sessions; commit;
begin; select pg_temp.as_user('none'); execute sessions; commit;
begin; select pg_temp.as_user('anon'); execute sessions; rollback;
set plan_cache_mode = auto;
-- A cursor is read as who asks when it is first read.
begin;
select pg_temp.as_user('ana');
declare mine cursor for select persona_id from roleplay_sessions order by persona_id;
select pg_temp.as_user('bea');
fetch all from mine;
rollback;

-- An ordinary login that writes itself a token is nobody.
\c - mallory
set search_path = sales_coach, public;
select set_config('request.jwt.claims', format('{"sub": "%s", "role": "authenticated"}', md5('ada')::uuid), false) is null as unset,
       auth.uid() = md5('ada')::uuid as believed_by_auth, callcoach.user_id() as believed_here, admin_org_id() as organisation;
select (select count(*) from users) as users, (select count(*) from organizations) as organisations, (select count(*) from roleplay_sessions) as sessions,
       (select count(*) from session_scores) as scores, (select count(*) from call_uploads) as uploads,
       (select count(*) from curriculum_progress) as progress, (select count(*) from audit_log) as log;
insert into roleplay_sessions (user_id, persona_id, scenario_type) values (md5('ada')::uuid, 'x', 'closing');
update users set name = 'x';
delete from roleplay_sessions;
set role service_role;
-- Names that are looked up along a path of one's own: functions and policies have found theirs already.
create function pg_temp.current_user_id() returns text language sql as 'select md5(''ada'')::uuid::text';
set search_path = pg_temp, sales_coach, public;
select admin_org_id(), callcoach.user_id(), (select count(*) from users) as users;

\c - postgres
set search_path = sales_coach, public;
drop role mallory;
-- A table without row level security, a grant too much, a definer: the sweep finds them in this schema too.
begin;
create table spy (note text);
grant select on spy to authenticated;
grant truncate on users to authenticated;
alter table call_uploads disable row level security;
create function tell() returns text language sql security definer as 'select ''x''::text';
select object, finding from callcoach.security_findings() where object ~ 'spy|users|call_uploads|tell' order by 1, 2;
rollback;
select * from callcoach.security_findings();
\set ECHO none
\i :nobody
