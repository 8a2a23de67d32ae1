-- jwt.claims.org_id can be set by set_org_claim() alone: an ordinary login is refused every other way.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
\i :include
\set ECHO all
create role regress_forger login;
grant authenticated to regress_forger;
-- So that it is the claim's own guard that is tried.
alter role regress_forger set callcoach.guard_statements = off;
\c - regress_forger
set jwt.claims.org_id = 'a0000000-0000-4000-8000-000000000000';
\echo :LAST_ERROR_SQLSTATE
begin;
set local jwt.claims.org_id = 'a0000000-0000-4000-8000-000000000000';
\echo :LAST_ERROR_SQLSTATE
rollback;
select set_config('jwt.claims.org_id', 'a0000000-0000-4000-8000-000000000000', false);
\echo :LAST_ERROR_SQLSTATE
select set_config('jwt.claims.org_id', 'a0000000-0000-4000-8000-000000000000', true);
\echo :LAST_ERROR_SQLSTATE
select set_config('JWT.Claims.Org_ID', 'a0000000-0000-4000-8000-000000000000', true);
\echo :LAST_ERROR_SQLSTATE
update pg_settings set setting = 'a0000000-0000-4000-8000-000000000000' where name = 'jwt.claims.org_id';
\echo :LAST_ERROR_SQLSTATE
reset jwt.claims.org_id;
\echo :LAST_ERROR_SQLSTATE
create function pg_temp.forge() returns uuid language sql
  set jwt.claims.org_id = 'a0000000-0000-4000-8000-000000000000' as 'select current_org_id()';
\echo :LAST_ERROR_SQLSTATE
alter role regress_forger set jwt.claims.org_id = 'a0000000-0000-4000-8000-000000000000';
\echo :LAST_ERROR_SQLSTATE
\set answer `PGOPTIONS='-c jwt.claims.org_id=a0000000-0000-4000-8000-000000000000' psql -XAt -U regress_forger -c 'select current_org_id()' 2>&1 | sed 's/.*FATAL/FATAL/'`
\echo :answer
grant set on parameter jwt.claims.org_id to regress_forger;
-- Nor may it widen who is believed, or see it.
set callcoach.gateways = 'regress_forger';
\echo :LAST_ERROR_SQLSTATE
show callcoach.gateways;
\echo :LAST_ERROR_SQLSTATE
-- RESET ALL and DISCARD ALL take nothing that is not given.
reset all;
discard all;
select current_org_id() is null as nowhere;
begin;
set local role authenticated;
select count(*) as rows from scenarios;
rollback;

-- A parameter's owner may give it away: GRANT SET ON PARAMETER admits a trusted middleware.
\c - postgres
grant set on parameter jwt.claims.org_id to regress_forger;
\c - regress_forger
begin;
set local jwt.claims.org_id = 'a0000000-0000-4000-8000-000000000000';
select current_org_id();
rollback;
\c - postgres
revoke set on parameter jwt.claims.org_id from regress_forger;

-- What is no organisation reads as none, and policies find no rows instead of failing.
begin;
select current_org_id() is null as none from (select set_config('jwt.claims.org_id', '', true)) as s;
select current_org_id() is null as none from (select set_config('jwt.claims.org_id', 'garbage', true)) as s;
select current_org_id() is null as none from (select set_config('jwt.claims.org_id', repeat('a', 100000), true)) as s;
select current_org_id() is null as none from (select set_config('jwt.claims.org_id', 'a0000000-0000-4000-8000-000000000000; select 1', true)) as s;
select current_org_id() is null as none from (select set_config('jwt.claims.org_id', '00000000-0000-0000-0000-000000000000', true)) as s;
select current_org_id() is null as none from (select set_config('jwt.claims.org_id', null, true)) as s;
set local jwt.claims.org_id = 'garbage';
set local role authenticated;
select count(*) as rows from scenarios;
rollback;

-- A claim is not inlined into plans: a prepared statement follows it, a generic plan too.
begin;
set local plan_cache_mode = force_generic_plan;
prepare titles as select title from scenarios;
select set_org_claim(:'org_a');
set local role authenticated;
execute titles;
set local role postgres;
select set_org_claim(:'org_b');
set local role authenticated;
execute titles;
set local role postgres;
select set_org_claim(null);
set local role authenticated;
execute titles;
rollback;
deallocate titles;

delete from orgs;
drop role regress_forger;
