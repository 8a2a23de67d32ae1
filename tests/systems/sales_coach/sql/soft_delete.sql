-- Deleting marks: hidden from users, seen and undone by service_role; really gone with a parent, or by the purge.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set people :abs_srcdir '/include/people.sql'
\set nobody :abs_srcdir '/include/nobody.sql'
\set asking :abs_srcdir '/include/asking.sql'
\set ECHO none
set search_path = sales_coach, public;
\i :people
\c - authenticator
set search_path = sales_coach, public;
\i :asking
\set ECHO all
-- A user deletes their own, with what hangs on it, and an admin does not see it any more. Others' are not theirs to
-- delete, nor is an admin's organisation's.
begin;
select pg_temp.as_user('ada');
delete from roleplay_sessions where user_id <> callcoach.user_id();
delete from call_uploads where user_id <> callcoach.user_id();
select (select count(*) from roleplay_sessions) as sessions, (select count(*) from call_uploads) as uploads;
select pg_temp.as_user('bob');
delete from roleplay_sessions where user_id <> callcoach.user_id();
delete from call_uploads where user_id <> callcoach.user_id();
select pg_temp.as_user('ana');
delete from roleplay_sessions;
delete from call_uploads;
select (select count(*) from roleplay_sessions) as sessions, (select count(*) from session_scores) as scores,
       (select count(*) from call_uploads) as uploads, session_kpis(md5('session of ana')::uuid) as kpis;
select pg_temp.as_user('ada');
select (select string_agg(persona_id, ' ' order by persona_id) from roleplay_sessions) as sessions,
       (select string_agg(original_filename, ' ' order by original_filename) from call_uploads) as uploads;
select pg_temp.as_user('server');
select persona_id, deleted_at = now() as now from roleplay_sessions where user_id = md5('ana')::uuid order by persona_id;
select original_filename, deleted_at = now() as now from call_uploads where user_id = md5('ana')::uuid order by original_filename;
select (select count(*) from roleplay_sessions where user_id <> md5('ana')::uuid and deleted_at is not null) as sessions_of_others,
       (select count(*) from call_uploads where user_id <> md5('ana')::uuid and deleted_at is not null) as uploads_of_others;
select feedback, deleted_at is not null as deleted from session_scores where session_id = md5('session of ana')::uuid order by feedback;
-- Deleted again, it stays as it was; undone, it is back.
select deleted_at as before from roleplay_sessions where id = md5('deleted session')::uuid \gset
delete from roleplay_sessions where id = md5('deleted session')::uuid;
select deleted_at = :'before' as same from roleplay_sessions where id = md5('deleted session')::uuid;
update roleplay_sessions set deleted_at = null where id = md5('deleted session')::uuid;
select pg_temp.as_user('ana');
select persona_id from roleplay_sessions;
select feedback from session_scores;
rollback;

-- The server's deletes mark as well, in all four tables; nothing is gone, and the log says UPDATE.
begin;
select pg_temp.as_user('server');
select count(*) as n from session_scores \gset
delete from session_scores;
delete from curriculum_progress;
select count(*) = :n as all_there, count(*) filter (where deleted_at is null) as live from session_scores;
select count(*) as progress, count(*) filter (where deleted_at is null) as live from curriculum_progress;
select operation, count(*) from audit_log where table_name = 'session_scores' and (old_data ->> 'deleted_at') is null
   and (new_data ->> 'deleted_at') is not null group by 1;
rollback;

-- A progress that was deleted holds its place: the user cannot begin it anew, the server brings it back.
begin;
select code, message from pg_temp.error_of('ana', $$ insert into curriculum_progress (user_id, module_id) values (md5('ana')::uuid, 6) $$);
select pg_temp.as_user('server');
insert into curriculum_progress (user_id, module_id) values (md5('ana')::uuid, 6)
  on conflict (user_id, module_id) do update set deleted_at = null, completed = false;
select pg_temp.as_user('ana');
select module_id, completed from curriculum_progress order by 1;
rollback;

-- The purge really deletes, and what hangs on it too: what was deleted long enough ago, and no more.
\c - postgres
set search_path = sales_coach, public;
begin;
update roleplay_sessions set deleted_at = now() - interval '91 days' where id = md5('deleted session')::uuid;
select callcoach.purge_deleted('roleplay_sessions') as purged;
select count(*) as sessions from roleplay_sessions where id = md5('deleted session')::uuid;
select count(*) as scores from session_scores where session_id = md5('deleted session')::uuid;
select callcoach.purge_deleted('session_scores') as younger, callcoach.purge_deleted('session_scores', '0') as all_of_them;
select count(*) as scores from session_scores;
rollback;
\set ECHO none
\i :nobody
