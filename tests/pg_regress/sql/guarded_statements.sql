-- Statements that row level security does not cover are refused to those it holds back: EXPLAIN, LOCK TABLE,
-- DECLARE … WITH HOLD.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :include
\set ECHO all
insert into org_members (org_id, user_id, role) values (:'org_a', 'ada', 'admin');
create role regress_reader login in role authenticated;
create role regress_other login;
\set statements 'array[''explain select * from scenarios'', ''explain (analyze, format json) select 1'', ''lock table scenarios'', ''lock table only scenarios in access share mode'', ''declare c cursor with hold for select * from scenarios'', ''declare c insensitive scroll cursor without hold for select 1'']'

-- PostgREST's login, in a request.
\c - authenticator
\set ON_ERROR_ROLLBACK on
\set ECHO none
\i :tried
\set ECHO all
begin;
set local role authenticated;
select set_config('request.jwt.claims', '{"sub": "ada", "org_id": "org_acme"}', true), callcoach.pre_request();
select statement, e.* from unnest(:statements) as statement, pg_temp.tried(statement) as e;
-- Nor from inside a function, nor before there is an organisation.
do $$ begin execute 'explain select * from scenarios'; end $$;
select set_org_claim(null);
explain select * from scenarios;
rollback;
declare c cursor with hold for select * from scenarios;
-- It cannot allow itself to.
set callcoach.allow_explain = on;

-- A login of its own that may do what authenticated may; and one that may not, who has nothing to learn.
\c - regress_reader
\set ON_ERROR_ROLLBACK on
\set ECHO none
\i :tried
\set ECHO all
select statement, e.code from unnest(:statements) as statement, pg_temp.tried(statement) as e;
\c - regress_other
\set ON_ERROR_ROLLBACK on
\set ECHO none
\i :tried
\set ECHO all
select statement, e.code from unnest(:statements) as statement, pg_temp.tried(statement) as e;

-- A superuser is not held back, in whatever role: that is how plans are looked at.
\c - postgres
\set ON_ERROR_ROLLBACK on
begin;
select set_org_claim(:'org_a');
set local role authenticated;
explain (costs off) select title from scenarios where status = 'active';
rollback;
-- Where the DBA allows it, EXPLAIN is free.
alter role authenticator set callcoach.allow_explain = on;
\c - authenticator
begin;
set local role authenticated;
explain (costs off) select 1;
rollback;
\c - postgres
alter role authenticator reset callcoach.allow_explain;
delete from orgs;
drop role regress_reader, regress_other;
