-- Deletes that cascade really delete, past the soft delete: nothing is left without its parent.
\getenv abs_srcdir PG_ABS_SRCDIR
\set people :abs_srcdir '/include/people.sql'
\set nobody :abs_srcdir '/include/nobody.sql'
\set ECHO none
set search_path = sales_coach, public;
\i :people
create function pg_temp.left(out users bigint, out sessions bigint, out scores bigint, out uploads bigint, out progress bigint)
language sql as $$
  select (select count(*) from users), (select count(*) from roleplay_sessions), (select count(*) from session_scores),
         (select count(*) from call_uploads), (select count(*) from curriculum_progress)
$$;
create function pg_temp.orphans() returns bigint language sql as $$
  select (select count(*) from users u where not exists (select from auth.users a where a.id = u.id))
       + (select count(*) from roleplay_sessions s where not exists (select from users u where u.id = s.user_id))
       + (select count(*) from session_scores c where not exists (select from roleplay_sessions s where s.id = c.session_id))
       + (select count(*) from call_uploads c where not exists (select from users u where u.id = c.user_id))
       + (select count(*) from curriculum_progress p where not exists (select from users u where u.id = p.user_id))
       + (select count(*) from curriculum_progress p where not exists (select from curriculum_modules m where m.id = p.module_id))
$$;
\set ECHO all
select * from pg_temp.left();
-- ana: two sessions (one deleted before), three scores (two), two uploads, two of progress.
begin;
set local role supabase_auth_admin;
delete from auth.users where email = 'ana@example.com';
reset role;
select * from pg_temp.left();
select pg_temp.orphans() as orphans;
rollback;
-- The server removes the row in users alone: the account may still sign in, and is nobody here.
begin;
set local role service_role;
delete from users where name = 'Ana';
reset role;
select * from pg_temp.left();
select pg_temp.orphans() as orphans, count(*) as accounts from auth.users where email = 'ana@example.com';
rollback;
-- All at once.
begin;
delete from auth.users;
select * from pg_temp.left();
select pg_temp.orphans() as orphans;
rollback;
-- An organisation's people stay, of none.
begin;
delete from organizations where name = 'Acme';
select name, org_id, role from users where name in ('Ada', 'Ana') order by name;
select * from pg_temp.left();
rollback;
\set ECHO none
\i :nobody
