-- Profiles: made as people sign up, which nothing keeps them from; addresses follow auth.users.
\set SHOW_CONTEXT never
begin;
set local search_path = service_desk, public;
set local role supabase_auth_admin;
insert into auth.users (id, email, raw_user_meta_data, phone) values
  ('10000000-0000-4000-8000-000000000001', 'full@x.test', '{"full_name": "Full Name", "name": "Other"}', null),
  ('10000000-0000-4000-8000-000000000002', 'name@x.test', '{"name": "Only Name"}', null),
  ('10000000-0000-4000-8000-000000000003', 'before.at@x.test', '{}', null),
  ('10000000-0000-4000-8000-000000000004', null, null, '15550001'),
  ('10000000-0000-4000-8000-000000000005', null, '{"full_name": ["a"], "role": "owner"}', null);
reset role;
select id, full_name, email, preferred_language from user_profiles order by id;
select count(*) from organization_members;
-- Neither a table that lacks a column nor one that is locked by a CHECK keeps anybody from signing up.
alter table user_profiles add column required text not null default 'x';
alter table user_profiles alter column required drop default;
set local role supabase_auth_admin;
insert into auth.users (id, email) values ('10000000-0000-4000-8000-000000000006', 'six@x.test');
reset role;
select count(*) from auth.users where email = 'six@x.test';
alter table user_profiles drop column required;
-- Another address; only the address.
set local role supabase_auth_admin;
update auth.users set email = 'new@x.test' where id = '10000000-0000-4000-8000-000000000001';
update auth.users set raw_user_meta_data = '{"full_name": "Renamed"}', email = email where id = '10000000-0000-4000-8000-000000000002';
update auth.users set email = null where id = '10000000-0000-4000-8000-000000000003';
update auth.users set email = 'late@x.test' where id = '10000000-0000-4000-8000-000000000006';
reset role;
select id, full_name, email from user_profiles order by id;
delete from auth.users where id = '10000000-0000-4000-8000-000000000001';
select count(*) from user_profiles;
rollback;
