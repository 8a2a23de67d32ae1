-- Tables that are not as the migrations made them give an error, not a crash.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
-- A status of another type, a score of another type.
drop policy scenario_attempts_insert on scenario_attempts;
savepoint s;
create type other_status as enum ('in_progress', 'completed', 'failed', 'abandoned');
alter table scenario_attempts drop constraint scenario_attempts_status_known, alter status drop default;
alter table scenario_attempts alter status type other_status using status::other_status;
update scenario_attempts set user_id = user_id || 'x';
rollback to s;
alter table scenario_attempts alter score type float8;
update scenario_attempts set status = 'completed', evaluation = '{"Rapport": 60, "Closing": 80}' where id = :'attempt_a';
rollback to s;
-- A domain over the type is the type.
create domain attempt_status as text;
alter table scenario_attempts drop constraint scenario_attempts_status_known, alter status drop default;
alter table scenario_attempts alter status type attempt_status;
update scenario_attempts set status = 'completed' where id = :'attempt_a' returning kpis ->> 'talk_ms' as talk_ms;
rollback to s;
-- Something else under the name orgs, in a schema of its own with the extension in it.
rollback;
begin;
set local client_min_messages = warning;
drop extension callcoach cascade;
create schema elsewhere;
create table elsewhere.orgs (id bigint primary key);
insert into elsewhere.orgs values (1);
create extension callcoach schema elsewhere;
savepoint s;
select elsewhere.set_org_claim('ffffffff-ffff-4fff-bfff-ffffffffffff');
rollback to s;
drop table elsewhere.orgs;
create view elsewhere.orgs as select gen_random_uuid() as id;
savepoint s;
select elsewhere.set_org_claim('ffffffff-ffff-4fff-bfff-ffffffffffff');
rollback to s;
drop view elsewhere.orgs;
select elsewhere.set_org_claim('ffffffff-ffff-4fff-bfff-ffffffffffff');
rollback;

-- Indexes that are replaced by others of their name: rows are found all the same. Columns of another type: nobody is.
begin;
\set ECHO none
\i :include
\set ECHO all
insert into org_members (org_id, user_id, role) values (:'org_a', 'ada', 'admin');
create function pg_temp.acts(token text) returns boolean language plpgsql as $$
begin
  perform set_config('request.jwt.claims', token, true), set_org_claim('a0000000-0000-4000-8000-000000000000');
  return current_org_id() is not null;
exception when insufficient_privilege then
  return false;
end
$$;
drop index orgs_clerk_org_id_key;
alter table org_members drop constraint org_members_org_id_user_id_key;
select pg_temp.acts('{"sub": "x", "org_id": "org_acme"}') as by_org, pg_temp.acts('{"sub": "ada"}') as by_sub, pg_temp.acts('{"sub": "bob"}') as foreigner;
create index orgs_clerk_org_id_key on orgs (lower(clerk_org_id));
create index org_members_org_id_user_id_key on org_members (user_id, org_id);
select pg_temp.acts('{"sub": "x", "org_id": "org_acme"}') as by_org, pg_temp.acts('{"sub": "ada"}') as by_sub, pg_temp.acts('{"sub": "bob"}') as foreigner;
drop index orgs_clerk_org_id_key, org_members_org_id_user_id_key;
create index orgs_clerk_org_id_key on orgs using hash (clerk_org_id);
create index org_members_org_id_user_id_key on org_members (org_id, user_id) where false;
select pg_temp.acts('{"sub": "x", "org_id": "org_acme"}') as by_org, pg_temp.acts('{"sub": "ada"}') as by_sub, pg_temp.acts('{"sub": "bob"}') as foreigner;
drop index orgs_clerk_org_id_key;
alter table orgs alter clerk_org_id type varchar(50);
select pg_temp.acts('{"sub": "x", "org_id": "org_acme"}') as by_org;
rollback;
