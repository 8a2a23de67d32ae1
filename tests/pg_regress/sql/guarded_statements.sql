-- API users run queries, and nothing that row level security does not cover: EXPLAIN, LOCK TABLE, cursors WITH
-- HOLD, DDL.
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

-- PostgREST's login, in a request.
\c - authenticator
\set ON_ERROR_ROLLBACK on
\set ECHO none
\i :tried
\set ECHO all
begin;
set local role authenticated;
select set_config('request.jwt.claims', '{"sub": "ada", "org_id": "org_acme"}', true), callcoach.pre_request();
select e.code, e.message, statement
  from unnest(array[
    'explain select * from scenarios', 'explain (analyze, format json) select 1', 'explain execute p',
    'lock table scenarios', 'lock table only scenarios in access share mode', 'lock table pg_class in access share mode',
    'declare c cursor with hold for select * from scenarios',
    'create temp table t as select * from scenarios', 'create temp table t (a uuid references scenarios (id))',
    'select * into temp t from scenarios', 'create temp view v as select 1', 'create temp sequence s owned by scenarios.id',
    'create function pg_temp.f() returns int language sql return 1',
    'create trigger t before insert on scenarios for each row execute function suppress_redundant_updates_trigger()',
    'create rule r as on select to scenarios do instead select 1', 'create statistics s on org_id, title from scenarios',
    'create index on scenarios (title)', 'alter table scenarios disable trigger all', 'truncate scenarios',
    'comment on table scenarios is null', 'analyze scenarios', 'vacuum scenarios', 'refresh materialized view mv_org_overview',
    'alter role authenticator set statement_timeout = 0', 'drop table scenarios', 'grant all on scenarios to public',
    'create policy p on scenarios using (true)', 'security label on table scenarios is null', 'load ''plpgsql''']) as statement,
  pg_temp.tried(statement) as e;
select e.detail, e.hint from pg_temp.tried('explain select 1') as e;
-- What queries need stays.
declare c insensitive scroll cursor for select title from scenarios;
fetch all in c;
close c;
prepare p as select title from scenarios;
execute p;
deallocate p;
set local statement_timeout = '1min';
show statement_timeout;
set constraints all deferred;
do $$ begin perform 1 from scenarios; end $$;
copy (select title from scenarios) to stdout;
-- Nor the other way to see a plan.
set local client_min_messages = log;
set local debug_print_plan = on;
select title from scenarios;
show debug_print_plan;
reset client_min_messages;
-- Without an organisation, and without a transaction.
select set_org_claim(null);
explain select * from scenarios;
rollback;
-- What the server leaves open on the pooled session would be for all.
begin;
set local role service_role;
declare c cursor with hold for select * from scenarios;
rollback;
set role authenticated;
lock table scenarios;
explain select 1;
set callcoach.guard_statements = off;

-- A login of its own that may do what authenticated may; and one that may not, and has nothing to learn.
\c - regress_reader
lock table scenarios;
explain select * from scenarios;
create temp table t (a int);
declare c cursor with hold for select * from scenarios;
\c - regress_other
explain (costs off) select 1;
create temp table t (a int);
lock table scenarios;

-- A superuser is not held back, in whatever role: that is how plans are looked at. Nor is who owns the tables,
-- nor a definer function of somebody else's.
\c - postgres
\set ON_ERROR_ROLLBACK on
begin;
select set_org_claim(:'org_a');
set local role authenticated;
explain (costs off) select title from scenarios where status = 'active';
rollback;
create function regress_definer() returns bigint language plpgsql security definer set search_path = public as $$
begin
  lock table scenarios in access share mode;
  create temp table regress_t on commit drop as select 1;
  return (select count(*) from regress_t);
end
$$;
grant execute on function regress_definer() to authenticated;
alter table orgs owner to regress_other;
grant authenticated to regress_other;
\c - authenticator
begin;
set local role authenticated;
select regress_definer();
rollback;
\c - regress_other
explain (costs off) select 1;
create temp table t (a int);
\c - postgres
alter table orgs owner to postgres;
drop function regress_definer();
-- Where the DBA allows it, everything is.
alter role authenticator set callcoach.guard_statements = off;
\c - authenticator
begin;
set local role authenticated;
explain (costs off) select 1;
rollback;
\c - postgres
alter role authenticator reset callcoach.guard_statements;

-- In a database without the extension nobody is held back, and nothing breaks.
create database regress_without;
\c regress_without regress_reader
lock table pg_class in access share mode;
begin;
lock table pg_type in access share mode;
explain (costs off) select 1;
declare c cursor with hold for select 1;
rollback;
\c regress postgres
drop database regress_without;

-- The hook leaves errors as they are: SQLSTATEs of one's own, names, context, positions.
do $$
declare
  code text; con text; tab text; context text;
begin
  begin
    execute $q$ do $d$ begin raise exception 'x' using errcode = 'ZZ123', constraint = 'con', table = 'tab'; end $d$ $q$;
  exception when others then
    get stacked diagnostics code = returned_sqlstate, con = constraint_name, tab = table_name, context = pg_exception_context;
    raise notice '% % % %', code, con, tab, context;
  end;
end
$$;
create table zz (a nosuchtype);
create temp table one (a int constraint one_key primary key);
\set SHOW_CONTEXT always
copy one from stdin;
1
1
\.

delete from orgs;
drop owned by regress_other;
drop role regress_reader, regress_other;
