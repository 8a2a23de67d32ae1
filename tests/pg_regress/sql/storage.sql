-- 0006_storage: the buckets, and who may read and write what in them. Supabase Storage has its own login and no
-- request hook: the token alone says who asks.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set stand_in :abs_srcdir '/../../scripts/supabase_storage.sql'
\set migration `cat "$PG_ABS_SRCDIR/../../sql/migrations/0006_storage.sql"`
\set ECHO none
\i :include
\set ECHO all
insert into org_members (org_id, user_id, role) values
  (:'org_a', 'tom', 'trainee'), (:'org_a', 'mia', 'manager'), (:'org_a', 'hal', 'hr'), (:'org_a', 'ada', 'admin');

-- Without the schema it says so, and may be run again when the schema is there.
select count(*) from callcoach_migrations where version = '0006_storage';
\set ECHO none
:migration
\i :stand_in
set client_min_messages = warning;
:migration
-- A bucket that is there keeps its limits, and is public no longer.
update storage.buckets set public = true, file_size_limit = 5, allowed_mime_types = '{text/plain}' where id = 'tmp';
:migration
\set ECHO all
select id, name, public, file_size_limit, allowed_mime_types from storage.buckets order by id;
select count(*) from callcoach_migrations where version = '0006_storage';
select policyname, cmd, roles from pg_policies where schemaname = 'storage' order by 1;
select rolname, privilege, has_table_privilege(rolname, 'storage.objects', privilege) as held
  from unnest(array['anon', 'authenticated', 'service_role']) as rolname, unnest(array['TRUNCATE', 'TRIGGER', 'REFERENCES']) as privilege
 where has_table_privilege(rolname, 'storage.objects', privilege);
select * from callcoach.security_findings();
begin;
grant truncate on storage.objects to authenticated;
select * from callcoach.security_findings();
rollback;

-- Of each organisation an object in every bucket, exports of ana and of mia; one in tmp that is two days old.
insert into storage.buckets (id, name) values ('avatars', 'avatars');
insert into storage.objects (bucket_id, name, owner_id, created_at)
select bucket, org || '/' || path, owner, now() - age
  from unnest(array[:'org_a', :'org_b']) as org,
       (values ('recordings', 'ana.mp3', 'ana', interval '9 days'), ('transcripts', '2026/ana.json', 'ana', '9 days'),
               ('org-assets', 'logo.png', 'ada', '9 days'), ('scenario-assets', 'persona.png', 'mia', '9 days'),
               ('exports', 'ana/mine.csv', 'ana', '9 days'), ('exports', 'mia/all.csv', 'mia', '9 days'),
               ('exports', 'ana.csv', 'ana', '9 days'),
               ('tmp', 'new', 'ana', '1 hour'), ('tmp', 'old', 'ana', '2 days'), ('avatars', 'ana.png', 'ana', '1 hour')
       ) as o (bucket, path, owner, age);
insert into storage.objects (bucket_id, name) values ('recordings', 'no_folder.mp3');

\c - supabase_storage_admin
\set ON_ERROR_ROLLBACK on
set search_path = public;
-- As Storage does for a request: the role and the token, for the transaction.
create function pg_temp.as_user(sub text) returns void language plpgsql as $$
begin
  perform set_config('role', 'authenticated', true);
  perform set_config('request.jwt.claims', jsonb_build_object('sub', sub, 'role', 'authenticated', 'app_metadata',
    jsonb_build_object('org_id', 'a0000000-0000-4000-8000-000000000000'))::text, true);
end
$$;
grant execute on function pg_temp.as_user(text) to public;
create function pg_temp.tries(sub text, statement text) returns text language plpgsql as $$
declare
  n bigint;
begin
  perform pg_temp.as_user(sub);
  execute statement;
  get diagnostics n = row_count;
  raise exception using errcode = 'UNDO0', message = n;
exception when sqlstate 'UNDO0' then
  return sqlerrm;
when others then
  return sqlstate;
end
$$;
grant execute on function pg_temp.tries(text, text) to public;

begin;
select pg_temp.as_user('ana');
select current_org_id(), current_user_id(), current_org_role();
select bucket_id, split_part(name, '/', 2) || coalesce('/' || nullif(split_part(name, '/', 3), ''), '') as path,
       name like 'a0000000-0000-4000-8000-000000000000/%' as own
  from storage.objects order by 1, 2;
rollback;

\pset null -
with tried as (
  select n, statement, sub, pg_temp.tries(sub, statement) as outcome
    from unnest(array['ana', 'tom', 'mia', 'hal', 'ada', 'max']) as sub,
         unnest(array[
    $s$ select from storage.objects where bucket_id = 'recordings' $s$,
    $s$ select from storage.objects where bucket_id = 'transcripts' $s$,
    $s$ select from storage.objects where bucket_id = 'org-assets' $s$,
    $s$ select from storage.objects where bucket_id = 'scenario-assets' $s$,
    $s$ select from storage.objects where bucket_id = 'exports' $s$,
    $s$ select from storage.objects where bucket_id = 'tmp' $s$,
    $s$ select from storage.objects where bucket_id = 'avatars' $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('recordings', 'a0000000-0000-4000-8000-000000000000/x') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('recordings', 'b0000000-0000-4000-8000-000000000000/x') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('recordings', 'b0000000-0000-4000-8000-000000000000/ana.mp3') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('recordings', 'x') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('tmp', 'a0000000-0000-4000-8000-000000000000/../b0000000-0000-4000-8000-000000000000/x') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('tmp', 'a0000000-0000-4000-8000-000000000000//x') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('tmp', 'a0000000-0000-4000-8000-000000000000/') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('tmp', 'a0000000-0000-4000-8000-000000000000/.../.x..y') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('org-assets', 'a0000000-0000-4000-8000-000000000000/x') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('scenario-assets', 'a0000000-0000-4000-8000-000000000000/x') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('exports', 'a0000000-0000-4000-8000-000000000000/ana/x') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('tmp', 'a0000000-0000-4000-8000-000000000000/x') $s$,
    $s$ update storage.objects set version = '2' where bucket_id in ('recordings', 'transcripts') $s$,
    $s$ update storage.objects set version = '2' where bucket_id = 'tmp' $s$,
    $s$ update storage.objects set name = 'b0000000-0000-4000-8000-000000000000/moved' where bucket_id = 'tmp' $s$,
    $s$ update storage.objects set bucket_id = 'avatars' where bucket_id = 'tmp' $s$,
    $s$ delete from storage.objects where bucket_id in ('recordings', 'transcripts') $s$,
    $s$ delete from storage.objects where bucket_id in ('org-assets', 'scenario-assets') $s$,
    $s$ delete from storage.objects where bucket_id = 'exports' $s$,
    $s$ delete from storage.objects where bucket_id = 'tmp' $s$,
    $s$ select from storage.buckets $s$,
    $s$ update storage.buckets set public = true $s$]) with ordinality as s (statement, n)
)
select btrim(statement) as statement,
       max(outcome) filter (where sub = 'ana') as ana, max(outcome) filter (where sub = 'tom') as trainee,
       max(outcome) filter (where sub = 'mia') as manager, max(outcome) filter (where sub = 'hal') as hr,
       max(outcome) filter (where sub = 'ada') as admin, max(outcome) filter (where sub = 'max') as nobody
  from tried group by statement, n order by n;
\pset null ''
-- anon, a token without an organisation, and service_role.
begin;
set local role anon;
select count(*) from storage.objects;
rollback;
begin;
set local role authenticated;
select set_config('request.jwt.claims', '{"sub": "ana", "user_metadata": {"org_id": "a0000000-0000-4000-8000-000000000000"}}', true);
select count(*) from storage.objects;
-- A member of several says which by the header, which Storage hands on too.
select set_config('request.jwt.claims', '{"sub": "ana"}', true), set_config('request.headers', '{"x-org-id": "a0000000-0000-4000-8000-000000000000"}', true);
select count(*) > 0 as rows from storage.objects;
select set_config('request.headers', '{"x-org-id": "b0000000-0000-4000-8000-000000000000"}', true);
select count(*) from storage.objects;
rollback;
begin;
set local role service_role;
select count(*) > 15 as everything from storage.objects;
rollback;

\c - postgres
set client_min_messages = warning;
drop schema storage cascade;
drop owned by supabase_storage_admin;
drop role supabase_storage_admin;
delete from callcoach_migrations where version = '0006_storage';
delete from orgs;
