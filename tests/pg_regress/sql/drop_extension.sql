-- DROP EXTENSION refuses while triggers, policies and defaults use it; with CASCADE it takes those, and no row.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :tried
begin;
\i :include
\set ECHO all
update scenario_attempts set status = 'completed';
select e.code, e.message, e.hint from pg_temp.tried('drop extension callcoach') as e;
select e.code, e.message from pg_temp.tried('drop function current_org_id()') as e;
select e.code, e.message from pg_temp.tried('drop schema callcoach') as e;

create temp table kept (tbl regclass, rows bigint, sum text);
create function pg_temp.digest(tbl regclass, out rows bigint, out sum text) language plpgsql as $$
begin
  execute format('select count(*), md5(string_agg(t::text, '','' order by t::text)) from %s as t', tbl) into rows, sum;
end
$$;
insert into kept
select c.oid, d.* from pg_class c, pg_temp.digest(c.oid) as d where c.relnamespace = 'public'::regnamespace and c.relkind = 'r';
set local client_min_messages = error;
drop extension callcoach cascade;
reset client_min_messages;
select k.tbl, k.rows, (k.rows, k.sum) is not distinct from (d.rows, d.sum) as kept
  from kept k, pg_temp.digest(k.tbl) as d order by k.tbl::text collate "C";
select count(*) as functions from pg_proc where proname in ('set_org_claim', 'current_org_id', 'compute_kpis', 'score_attempt', 'explain_score');
select count(*) as schemas from pg_namespace where nspname = 'callcoach';
-- Row level security stays on: without its policies it shows nobody's rows to anyone.
set local role authenticated;
select count(*) from scenarios;
set local role postgres;
-- The rows can be written as in any table.
update scenario_attempts set status = 'abandoned' where id = :'attempt_a' returning status;
rollback;
select count(*) from pg_extension where extname = 'callcoach';
