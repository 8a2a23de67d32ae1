-- callcoach.audit_trigger_func: who changed what, in the log beside the table.
\set SHOW_CONTEXT never
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
begin;
create role app_owner;
create role app_user in role authenticated;
create schema app;
grant create, usage on schema app to app_owner;
grant usage on schema app to authenticated;
grant usage on schema callcoach to app_owner;
grant execute on function callcoach.audit_trigger_func() to app_owner;
set role app_owner;
create table app.people (id uuid primary key, name text);
create table app.audit_log (
  n int generated always as identity, table_name text not null, record_id uuid, operation text not null,
  user_id uuid references app.people on delete set null, old_data jsonb, new_data jsonb, ip_address inet, user_agent text);
create table app.things (
  id uuid primary key, title varchar(20), token text, amount numeric, doubled numeric generated always as (amount * 2) stored, gone int);
alter table app.things drop column gone;
create trigger audit after insert or update or delete on app.things
  for each row execute function callcoach.audit_trigger_func('token');
grant select, insert, update, delete on app.things to authenticated;
insert into app.people values ('aaaaaaaa-0000-4000-8000-000000000001', 'Ann');
reset role;

-- As PostgREST sets up a request: the caller has no rights on the log.
set local request.jwt.claims = '{"sub": "aaaaaaaa-0000-4000-8000-000000000001", "role": "authenticated"}';
set local request.headers = '{"x-forwarded-for": "203.0.113.7, 10.0.0.1", "user-agent": "curl/8"}';
set local role authenticated;
insert into app.things values ('bbbbbbbb-0000-4000-8000-000000000001', 'A', 'hush', 1);
update app.things set title = 'A';
update app.things set title = 'B';
update app.things set token = 'hushed';
delete from app.things;
select * from app.audit_log;
insert into app.audit_log (table_name, operation) values ('things', 'INSERT');
reset role;
select operation, table_name, record_id, user_id, ip_address, user_agent from app.audit_log order by n;
select operation, old_data, new_data from app.audit_log order by n;
-- The same tables again: rolled back with its savepoint.
delete from app.audit_log;
savepoint s;
insert into app.things values ('bbbbbbbb-0000-4000-8000-000000000002', 'C', null, 2);
rollback to s;
select count(*) from app.audit_log;
-- ON CONFLICT, MERGE and COPY.
insert into app.things values ('bbbbbbbb-0000-4000-8000-000000000003', 'D', null, 3);
insert into app.things values ('bbbbbbbb-0000-4000-8000-000000000003', 'x', null, 4) on conflict (id) do update set amount = excluded.amount;
insert into app.things values ('bbbbbbbb-0000-4000-8000-000000000003', 'x', null, 4) on conflict do nothing;
merge into app.things t using (values ('bbbbbbbb-0000-4000-8000-000000000003'::uuid, 'E'), ('bbbbbbbb-0000-4000-8000-000000000004', 'F')) as v (id, title)
   on t.id = v.id when matched then update set title = v.title when not matched then insert (id, title) values (v.id, v.title);
copy app.things (id, title) from stdin;
bbbbbbbb-0000-4000-8000-000000000005	G
\.
select operation, old_data ->> 'title' as old, old_data ->> 'doubled' as old_doubled, new_data ->> 'title' as new, new_data ->> 'doubled' as new_doubled
  from app.audit_log order by n;

-- Whatever the request says of itself.
create function pg_temp.logged(claims text, headers text, out user_id uuid, out address inet, out agent int) language plpgsql as $$
begin
  perform set_config('request.jwt.claims', claims, true), set_config('request.headers', headers, true);
  delete from app.audit_log;
  insert into app.things (id) values (gen_random_uuid());
  select a.user_id, a.ip_address, length(a.user_agent) into user_id, address, agent from app.audit_log a;
end
$$;
select v.*, l.* from (values
  (1, '{"sub": "aaaaaaaa-0000-4000-8000-000000000001"}', '{"x-forwarded-for": "2001:db8::1"}'),
  (2, '{"sub": "aaaaaaaa-0000-4000-8000-000000000002"}', '{"x-forwarded-for": "somewhere"}'),
  (3, '{"sub": "user_2abc"}', '{"x-forwarded-for": "203.0.113.7:99"}'),
  (4, '{"sub": 7}', '[]'), (5, 'garbage', 'garbage'), (6, '', ''), (7, '[]', '{"user-agent": 7, "x-forwarded-for": {}}')) as v (n, claims, headers),
  pg_temp.logged(claims, headers) as l order by n;
select l.agent from pg_temp.logged('', json_build_object('user-agent', repeat('x', 5000))::text) as l;
-- A login whose word does not count writes its token itself.
grant insert, select on app.things to app_user;
set session authorization app_user;
set request.jwt.claims = '{"sub": "aaaaaaaa-0000-4000-8000-000000000001"}';
set request.headers = '{"x-forwarded-for": "203.0.113.7", "user-agent": "forged"}';
insert into app.things (id) values ('bbbbbbbb-0000-4000-8000-000000000009');
reset session authorization;
reset request.jwt.claims;
reset request.headers;
select user_id, ip_address, user_agent from app.audit_log where record_id = 'bbbbbbbb-0000-4000-8000-000000000009';

-- Another's log, another's table, a view, no log: nobody gains by it.
create role mallory;
create schema theirs;
grant create, usage on schema theirs, app to mallory;
create table theirs.things (id int);
alter table theirs.things owner to app_owner;
create trigger audit after insert on theirs.things for each row execute function callcoach.audit_trigger_func();
insert into theirs.things values (1);
create table theirs.audit_log (table_name text, operation text, new_data jsonb);
alter table theirs.audit_log owner to mallory;
insert into theirs.things values (1);
drop table theirs.audit_log;
create view theirs.audit_log as select 1 as table_name;
insert into theirs.things values (1);
grant usage on schema callcoach to mallory;
set role mallory;
create table app.mine (id uuid);
create trigger audit after insert on app.mine for each row execute function callcoach.audit_trigger_func();
reset role;
grant execute on function callcoach.audit_trigger_func() to mallory;
set role mallory;
create trigger audit after insert on app.mine for each row execute function callcoach.audit_trigger_func();
insert into app.mine values ('bbbbbbbb-0000-4000-8000-000000000009');
reset role;
-- Triggers of the log run as its owner, and not as who writes the table.
set role app_owner;
create function app.spy() returns trigger language plpgsql as $$ begin raise notice 'as %', current_user; return new; end $$;
create trigger spy before insert on app.audit_log for each row execute function app.spy();
reset role;
insert into app.things (id) values ('bbbbbbbb-0000-4000-8000-00000000000a');
select current_user;
drop trigger spy on app.audit_log;
-- FORCE ROW LEVEL SECURITY, and a function of theirs that is found before ours.
alter table app.audit_log enable row level security, force row level security;
create function app.to_jsonb(anyelement) returns jsonb language sql as $$ select '"hijacked"'::jsonb $$;
set search_path = app, public, pg_catalog;
insert into app.things (id, title) values ('bbbbbbbb-0000-4000-8000-00000000000b', 'H');
reset search_path;
select new_data ->> 'title' as title from app.audit_log where record_id = 'bbbbbbbb-0000-4000-8000-00000000000b';

-- Keys of all kinds; a misspelt column does not put a secret into the log; a log does not log itself.
create table app.numbered (id int primary key, v point);
create table app.keyless (v json);
create table app.named (code uuid primary key);
create table app.paired (a int, b int, primary key (a, b));
do $$ declare t text; begin
  foreach t in array '{numbered,keyless,named,paired}'::text[] loop
    execute format('alter table app.%I owner to app_owner', t);
    execute format('create trigger audit after insert or update or delete on app.%I for each row execute function callcoach.audit_trigger_func()', t);
  end loop;
end $$;
delete from app.audit_log;
insert into app.numbered values (1, '(1,2)');
update app.numbered set v = '(1,2)';
update app.numbered set v = '(1,3)';
insert into app.keyless values ('{"a": 1}');
update app.keyless set v = '{"a":  1}';
insert into app.named values ('cccccccc-0000-4000-8000-000000000001');
insert into app.paired values (1, 2);
delete from app.paired;
select table_name, record_id, operation, old_data, new_data from app.audit_log order by n;
create trigger misspelt after insert on app.numbered for each row execute function callcoach.audit_trigger_func('tokn');
insert into app.numbered values (2);
create trigger itself after insert on app.audit_log for each row execute function callcoach.audit_trigger_func();
insert into app.audit_log (table_name, operation) values ('x', 'x');
drop trigger itself on app.audit_log;
create trigger early before insert on app.named for each row execute function callcoach.audit_trigger_func();
insert into app.named values ('cccccccc-0000-4000-8000-000000000002');
select callcoach.audit_trigger_func();
-- A row of a megabyte, and a deferred trigger.
delete from app.audit_log;
create constraint trigger late after insert on app.keyless deferrable initially deferred for each row execute function callcoach.audit_trigger_func();
alter table app.keyless disable trigger audit;
insert into app.keyless values (to_json(repeat('x', 1 << 20)));
select count(*) from app.audit_log;
set constraints all immediate;
select length(new_data ->> 'v') from app.audit_log;
rollback;
