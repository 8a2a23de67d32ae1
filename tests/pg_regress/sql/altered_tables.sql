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
