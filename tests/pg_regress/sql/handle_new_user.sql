-- callcoach.handle_new_user: a row for each who signs up, and no sign-up that fails.
\set SHOW_CONTEXT never
\set VERBOSITY terse
\getenv abs_srcdir PG_ABS_SRCDIR
\set auth :abs_srcdir '/../../scripts/supabase_auth.sql'
\set ECHO none
begin;
\i :auth
\set ECHO all
create role app_owner;
create schema app;
grant usage on schema app to app_owner;
create table app.users (id uuid primary key references auth.users on delete cascade, org_id uuid, email text not null unique, name varchar(10) not null, role text default 'user');
alter table app.users owner to app_owner;
create table app.profiles (id uuid primary key, full_name varchar(255), email varchar(255));
alter table app.profiles owner to app_owner;
create trigger on_auth_user_created after insert on auth.users for each row execute function callcoach.handle_new_user('app.users');
create trigger on_auth_user_created_profile after insert on auth.users for each row execute function callcoach.handle_new_user('app.profiles');
create function pg_temp.signs_up(n int, email text, phone text, metadata jsonb) returns void language sql as $$
  insert into auth.users (id, email, phone, raw_user_meta_data) values (('aaaaaaaa-0000-4000-8000-0000000000' || to_char(n, 'FM00'))::uuid, email, phone, metadata)
$$;
grant execute on function pg_temp.signs_up(int, text, text, jsonb) to supabase_auth_admin;
-- The metadata is theirs to write: a name, and neither role nor organisation.
set role supabase_auth_admin;
select pg_temp.signs_up(1, 'ann@example.org', null, '{"full_name": " Ann ", "name": "no", "role": "admin", "org_id": "bbbbbbbb-0000-4000-8000-000000000001"}');
select pg_temp.signs_up(2, 'bob@example.org', null, '{"name": "Bob"}');
select pg_temp.signs_up(3, 'cem@example.org', null, '{"full_name": "", "name": ["x"]}');
select pg_temp.signs_up(4, 'dee.dee.dee.dee@example.org', null, null);
select pg_temp.signs_up(5, '@example.org', null, '[]');
select pg_temp.signs_up(6, null, '+1555', '{"full_name": {"a": 1}}');
select pg_temp.signs_up(7, null, null, '"text"');
reset role;
select id, email, name, role, org_id from app.users order by id;
select right(id::text, 2) as n, email, full_name from app.profiles order by id;
-- Idempotent: who is there already stays as they are.
insert into app.users (id, email, name) select 'aaaaaaaa-0000-4000-8000-000000000020', 'old@example.org', 'Old' where false;
insert into app.profiles (id, full_name) values ('aaaaaaaa-0000-4000-8000-000000000008', 'Kept');
select pg_temp.signs_up(8, 'ann@example.org.uk', null, '{"name": "Other"}');
select full_name from app.profiles where id = 'aaaaaaaa-0000-4000-8000-000000000008';
-- Whatever is wrong with the table, or with the trigger, is a warning, with its SQLSTATE.
\set VERBOSITY sqlstate
alter table app.users add check (name <> 'Eve');
alter table app.users add column needed int not null default 1;
select pg_temp.signs_up(10, 'eve@example.org', null, '{"name": "Eve"}');
alter table app.users alter needed drop default;
select pg_temp.signs_up(11, 'fay@example.org', null, null);
alter table app.users rename to people;
select pg_temp.signs_up(12, 'gil@example.org', null, null);
alter table app.people rename to users;
alter table app.users alter needed set default 1;
create function app.boom() returns trigger language plpgsql as $$ begin raise exception using errcode = 'PT418', message = 'a teapot'; end $$;
create trigger boom before insert on app.users for each row execute function app.boom();
select pg_temp.signs_up(13, 'hal@example.org', null, null);
drop trigger boom on app.users;
create trigger wrong after insert on auth.users for each row execute function callcoach.handle_new_user();
create trigger wrong_too before insert on auth.users for each row execute function callcoach.handle_new_user('app.users');
select pg_temp.signs_up(14, 'ida@example.org', null, null);
\set VERBOSITY default
drop trigger wrong on auth.users;
drop trigger wrong_too on auth.users;
select count(*) as signed_up from auth.users;
select count(*) as with_a_row from app.users;
\set VERBOSITY terse
-- callcoach.handle_user_email: the address follows, as far as that can be.
create trigger on_auth_user_email after update of email on auth.users for each row when (old.email is distinct from new.email) execute function callcoach.handle_user_email('app.users');
alter table app.profiles alter email type varchar(100);
create trigger on_auth_user_email_profile after update of email on auth.users for each row execute function callcoach.handle_user_email('app.profiles');
set role supabase_auth_admin;
update auth.users set email = 'ann@new.example.org' where email = 'ann@example.org';
-- Freed, so that somebody else can have it.
select pg_temp.signs_up(16, 'ann@example.org', null, '{"name": "Ann 2"}');
-- Too long for a profile, none at all where one is needed, and one that somebody has got.
update auth.users set email = repeat('b', 200) || '@example.org' where email = 'bob@example.org';
update auth.users set email = null where email = 'cem@example.org';
reset role;
update app.users set email = 'taken@example.org' where email = '@example.org';
set role supabase_auth_admin;
update auth.users set email = 'taken@example.org' where email like 'dee.%';
-- What else changes is nobody's business here; who has no row gets none.
update auth.users set phone = '1' where email = 'ann@new.example.org';
update auth.users set email = 'seven@example.org' where right(id::text, 2) = '07';
reset role;
select right(id::text, 2) as n, left(email, 20) as email, length(email), name from app.users order by id;
select right(id::text, 2) as n, left(email, 20) as email, length(email) from app.profiles order by id;
select right(id::text, 2) as n, left(email, 20) as email from auth.users order by id;
-- Made wrong it says so, and nobody is kept from changing their address.
\set VERBOSITY sqlstate
drop trigger on_auth_user_email on auth.users;
drop trigger on_auth_user_email_profile on auth.users;
create table app.nameless (id uuid);
create trigger wrong after update on auth.users for each row execute function callcoach.handle_user_email('app.nameless');
create trigger wrong_too before update on auth.users for each row execute function callcoach.handle_user_email('app.users');
create trigger wrong_also after insert on auth.users for each row execute function callcoach.handle_user_email('app.users');
update auth.users set email = 'ann@newer.example.org' where email = 'ann@new.example.org' returning email;
select pg_temp.signs_up(17, 'kim@example.org', null, null);
drop trigger wrong on auth.users;
drop trigger wrong_too on auth.users;
drop trigger wrong_also on auth.users;
create trigger for_sign_ups after update on auth.users for each row execute function callcoach.handle_new_user('app.users');
update auth.users set email = 'ann@newest.example.org' where email = 'ann@newer.example.org' returning email;
drop trigger for_sign_ups on auth.users;
\set VERBOSITY terse
-- It runs as the owner of the table it fills, and from auth.users alone.
create function app.spy() returns trigger language plpgsql as $$ begin raise notice 'as %', current_user; return new; end $$;
create trigger spy before insert on app.users for each row execute function app.spy();
set role supabase_auth_admin;
select pg_temp.signs_up(15, 'jon@example.org', null, null);
reset role;
create table app.fakes (id uuid, email text, phone text, raw_user_meta_data jsonb);
create trigger fake after insert on app.fakes for each row execute function callcoach.handle_new_user('app.users');
insert into app.fakes values ('aaaaaaaa-0000-4000-8000-000000000099', 'fake@example.org');
create trigger fake_email after update on app.fakes for each row execute function callcoach.handle_user_email('app.users');
update app.fakes set id = 'aaaaaaaa-0000-4000-8000-000000000001', email = 'fake@example.org';
select email from app.users where right(id::text, 2) = '01';
create trigger spy_too before update on app.users for each row execute function app.spy();
create trigger on_auth_user_email after update of email on auth.users for each row execute function callcoach.handle_user_email('app.users');
set role supabase_auth_admin;
update auth.users set email = 'jon@new.example.org' where email = 'jon@example.org';
reset role;
-- Deleted with the user.
delete from auth.users where email = 'jon@new.example.org';
select count(*) from app.users where email = 'jon@new.example.org';
rollback;
