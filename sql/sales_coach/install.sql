-- sales_coach and every migration of it, in one transaction, after the extension callcoach. Running it again
-- changes nothing, but for what was missing before: the vectors where pgvector has come, the bucket where Storage has.
--   psql -d yourdb -f sql/sales_coach/install.sql
\set ON_ERROR_STOP on

begin;
set local client_min_messages = warning;
do $$
declare
  missing text;
begin
  if not exists (select from pg_catalog.pg_extension where extname = 'callcoach') then
    raise exception using errcode = '55000', message = 'the extension callcoach is not installed in this database',
      hint = 'Run CREATE EXTENSION callcoach, or sql/install.sql, first.';
  end if;
  if pg_catalog.to_regclass('auth.users') is null then
    raise exception using errcode = '55000', message = 'this database has no table auth.users (Supabase Auth)',
      hint = 'The users of sales_coach are those of Supabase Auth. Outside Supabase, make the schema auth first.';
  end if;
  select string_agg(r, ', ') into missing
    from unnest(array['anon', 'authenticated', 'service_role']) as r
   where not exists (select from pg_catalog.pg_roles where rolname = r);
  if missing is not null then
    raise exception using errcode = '55000', message = format('the roles of the API are missing: %s', missing),
      hint = 'Policies and grants are made for anon, authenticated and service_role: create them first.';
  end if;
end
$$;
create schema if not exists sales_coach;
select quote_ident(n.nspname) as callcoach_schema
  from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
 where e.extname = 'callcoach' \gset
set local search_path = sales_coach, :callcoach_schema;

-- What is there already, by the migrations' own record.
select to_regclass('sales_coach.callcoach_migrations') is null as fresh \gset
\if :fresh
  \ir 001_initial_schema.sql
\endif
select count(*) filter (where version = '002_knowledge_base') = 0 as need_002,
       count(*) filter (where version = '003_call_uploads_status') = 0 as need_003,
       count(*) filter (where version = '004_audit_log') = 0 as need_004,
       count(*) filter (where version = '005_soft_delete') = 0 as need_005,
       count(*) filter (where version = '006_auth_user_sync') = 0 as need_006,
       count(*) filter (where version = '007_security_advisories_fix') = 0 as need_007,
       count(*) filter (where version = '008_fix_performance_advisories') = 0 as need_008,
       count(*) filter (where version = '009_consolidate_rls_policies') = 0 as need_009,
       count(*) filter (where version = '010_performance_indexes') = 0 as need_010,
       count(*) filter (where version = '011_session_kpis') = 0 as need_011
  from sales_coach.callcoach_migrations \gset
\if :need_002
  \ir 002_knowledge_base.sql
\endif
\if :need_003
  \ir 003_call_uploads_status.sql
\endif
\if :need_004
  \ir 004_audit_log.sql
\endif
\if :need_005
  \ir 005_soft_delete.sql
\endif
\if :need_006
  \ir 006_auth_user_sync.sql
\endif
\if :need_007
  \ir 007_security_advisories_fix.sql
\endif
\if :need_008
  \ir 008_fix_performance_advisories.sql
\endif
\if :need_009
  \ir 009_consolidate_rls_policies.sql
\endif
\if :need_010
  \ir 010_performance_indexes.sql
\endif
\if :need_011
  \ir 011_session_kpis.sql
\endif
commit;
