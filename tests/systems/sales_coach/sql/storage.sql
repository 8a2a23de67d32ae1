-- The bucket call-recordings, and that each sees and writes in their own folder only. Supabase Storage has its own
-- login, and no request hook: the token alone says who asks.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set nobody :abs_srcdir '/include/nobody.sql'
\set asking :abs_srcdir '/include/asking.sql'
\set migration `cat "$PG_ABS_SRCDIR/../../../sql/sales_coach/003_call_uploads_status.sql"`
set search_path = sales_coach, public;
insert into auth.users (id, email) select md5(who)::uuid, who || '@example.com' from unnest(array['ana', 'ada', 'bob']) as who;
insert into organizations (id, name) values (md5('acme')::uuid, 'Acme');
update users set org_id = md5('acme')::uuid, role = case name when 'ada' then 'admin' else 'user' end where name in ('ana', 'ada');
select id, name, public, file_size_limit, allowed_mime_types from storage.buckets where id = 'call-recordings';
select policyname, cmd, roles from pg_policies where schemaname = 'storage' and policyname like 'Users can %' order by 1;
-- A bucket that is there keeps its limits, and is public no longer.
begin;
update storage.buckets set public = true, file_size_limit = 5, allowed_mime_types = null where id = 'call-recordings';
delete from callcoach_migrations where version = '003_call_uploads_status';
\set ECHO none
set local client_min_messages = warning;
:migration
\set ECHO all
select public, file_size_limit, cardinality(allowed_mime_types) as types from storage.buckets where id = 'call-recordings';
rollback;

insert into storage.buckets (id, name) values ('avatars', 'avatars');
insert into storage.objects (bucket_id, name) select 'call-recordings', md5(who)::uuid || '/1_call.mp3' from unnest(array['ana', 'ada', 'bob']) as who;
insert into storage.objects (bucket_id, name) values ('avatars', md5('ana')::uuid || '/face.png'), ('call-recordings', 'no_folder.mp3'),
  ('call-recordings', 'shared/' || md5('ana')::uuid || '/x.mp3');
\c - supabase_storage_admin
set search_path = sales_coach, public;
\set ECHO none
\i :asking
\set ECHO all
\pset null -
with tried as (
  select n, statement, who, pg_temp.tries(who, statement) as outcome
    from unnest(array['ana', 'ada', 'bob', 'none', 'anon', 'server']) as who,
         unnest(array[
    $s$ select from storage.objects $s$,
    $s$ select from storage.objects where name like md5('ana')::uuid || '/%' $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('call-recordings', md5('ana')::uuid || '/2_call.mp3') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('call-recordings', md5('bob')::uuid || '/1_call.mp3') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('call-recordings', upper(md5('ana')::uuid::text) || '/2_call.mp3') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('call-recordings', md5('ana')::uuid || '/../' || md5('bob')::uuid || '/x.mp3') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('call-recordings', md5('ana')::uuid || '/%2e%2e/' || md5('bob')::uuid || '/x.mp3') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('call-recordings', md5('ana')::uuid || '//x.mp3') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('call-recordings', md5('ana')::uuid || '/') $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('call-recordings', md5('ana')::uuid::text) $s$,
    $s$ insert into storage.objects (bucket_id, name) values ('avatars', md5('ana')::uuid || '/x.png') $s$,
    $s$ update storage.objects set name = md5('ana')::uuid || '/stolen.mp3' $s$,
    $s$ delete from storage.objects $s$,
    $s$ update storage.buckets set public = true $s$,
    $s$ truncate storage.objects $s$]) with ordinality as s (statement, n)
)
select btrim(statement) as statement,
       max(outcome) filter (where who = 'ana') as ana, max(outcome) filter (where who = 'ada') as ada_admin,
       max(outcome) filter (where who = 'bob') as bob, max(outcome) filter (where who = 'none') as none,
       max(outcome) filter (where who = 'anon') as anon, max(outcome) filter (where who = 'server') as server
  from tried group by statement, n order by n;
\c - postgres
set search_path = sales_coach, public;
delete from storage.objects;
delete from storage.buckets where id = 'avatars';
\set ECHO none
\i :nobody
