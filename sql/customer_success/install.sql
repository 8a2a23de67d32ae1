-- customer_success: its schema and every migration of it, in one transaction, after the extension callcoach. Running
-- it again changes nothing, but for what was missing before: the embeddings, once pgvector is there.
--   psql -d yourdb -f sql/customer_success/install.sql
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
      hint = 'Customer success managers are users of Supabase Auth. Outside Supabase, make the schema auth first.';
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
create schema if not exists customer_success;
-- By its oid: search_path is not asked.
select quote_ident(n.nspname) as callcoach_schema
  from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
 where e.extname = 'callcoach' \gset
set local search_path = customer_success, :callcoach_schema;

-- What is there already, by the migrations' own record.
select to_regclass('customer_success.callcoach_migrations') is null as fresh \gset
\if :fresh
  \ir 001_initial.sql
\endif
select count(*) filter (where version = '002_vector_search') = 0 as need_002,
       count(*) filter (where version = '003_access') = 0 as need_003,
       count(*) filter (where version = '004_health_scores') = 0 as need_004,
       count(*) filter (where version = '005_activity_log') = 0 as need_005
  from customer_success.callcoach_migrations \gset
\if :need_002
  \ir 002_vector_search.sql
\endif
\if :need_003
  \ir 003_access.sql
\endif
\if :need_004
  \ir 004_health_scores.sql
\endif
\if :need_005
  \ir 005_activity_log.sql
\endif
commit;
