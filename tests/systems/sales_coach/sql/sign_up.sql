-- Signing up: on_auth_user_created makes a row in users, never a role or an organisation, and never refuses anybody.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set nobody :abs_srcdir '/include/nobody.sql'
\set migration `cat "$PG_ABS_SRCDIR/../../../sql/sales_coach/006_auth_user_sync.sql"`
set search_path = sales_coach, public;
insert into organizations (id, name) values (md5('acme')::uuid, 'Acme');
\c - supabase_auth_admin
insert into auth.users (id, email, raw_user_meta_data) values
  (md5('full')::uuid, 'full@example.com', '{"full_name": "Fay Full", "name": "fay"}'),
  (md5('name')::uuid, 'name@example.com', '{"name": "Ned Name"}'),
  (md5('none')::uuid, 'none.at.all@example.com', '{}'),
  (md5('null')::uuid, 'null@example.com', null),
  (md5('odd')::uuid, 'odd@example.com', '["full_name"]'),
  -- What a user writes about themselves counts for nothing.
  (md5('eve')::uuid, 'eve@example.com', jsonb_build_object('full_name', 'Eve', 'role', 'admin', 'org_id', md5('acme')::uuid));
-- Names that are none, or far too long.
insert into auth.users (id, email, raw_user_meta_data) values
  (md5('object')::uuid, 'object@example.com', '{"full_name": {"first": "Ola"}, "name": ["Ola"]}'),
  (md5('long')::uuid, 'long@example.com', jsonb_build_object('full_name', repeat('Lo', 500000))),
  (md5('nameless')::uuid, '@example.com', '{"full_name": "  "}');
-- The same address again, in another letter case even, or none at all: the account is made either way.
insert into auth.users (id, email, raw_user_meta_data, is_sso_user) values (md5('same')::uuid, 'full@example.com', '{}', true);
insert into auth.users (id, phone) values (md5('phone')::uuid, '+15550100');
-- A changed address follows, and the old one is somebody else's to sign up with.
update auth.users set email = 'ned@example.com' where email = 'name@example.com';
insert into auth.users (id, email) values (md5('second')::uuid, 'name@example.com');
\c - postgres
set search_path = sales_coach, public;
select count(*) as accounts from auth.users;
select email, name, role, org_id from users where length(name) < 200 order by email collate "C";
select email, length(name) from users where length(name) >= 200;
create temp table signed_up as select id, email, name, role, org_id from users;
-- Who has signed up before is there too, when the migration is applied to a database with users.
begin;
\set ECHO none
drop trigger on_auth_user_created on auth.users;
drop trigger sales_coach_user_email on auth.users;
delete from callcoach_migrations where version = '006_auth_user_sync';
delete from users;
:migration
\set ECHO all
select email, name, role, org_id from users where length(name) < 200 order by email collate "C";
-- With the names that they would have had.
select s.email, s.name, u.name from users u join signed_up s using (id) where u.name <> s.name;
-- Another application's trigger of the same name goes on beside it.
\set ECHO none
drop trigger sales_coach_user_email on auth.users;
delete from callcoach_migrations where version = '006_auth_user_sync';
:migration
\set ECHO all
select tgname from pg_trigger where tgrelid = 'auth.users'::regclass and not tgisinternal order by 1;
insert into auth.users (id, email) values (md5('late')::uuid, 'late@example.com');
select name from users where id = md5('late')::uuid;
rollback;
\set ECHO none
\i :nobody
