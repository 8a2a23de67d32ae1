-- What the systems beside the training platform begin with, within install.sql's transaction, which has set `system` to
-- the schema's name: what they stand on is there, or it is said what is missing; names are found in their schema first,
-- then in the extension's.
select pg_catalog.set_config('client_min_messages', 'warning', true) \g /dev/null
do $$
declare
  missing text;
begin
  if not exists (select from pg_catalog.pg_extension where extname = 'callcoach') then
    raise exception using errcode = '55000', message = 'the extension callcoach is not installed in this database',
      hint = 'Run CREATE EXTENSION callcoach, or sql/install.sql, first.';
  end if;
  if pg_catalog.to_regclass('auth.users') is null then
    raise exception using errcode = '55000', message = 'this database has no auth.users (Supabase Auth)',
      hint = 'The users of this system are those of Supabase Auth. Outside Supabase, make a schema auth like its first.';
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
create schema if not exists :"system";
-- By its oid: search_path is not asked.
select quote_ident(n.nspname) as callcoach_schema
  from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
 where e.extname = 'callcoach' \gset
set local search_path = :"system", :callcoach_schema;
-- By the migrations' own record: is there nothing yet?
select to_regclass(format('%I.callcoach_migrations', :'system')) is null as fresh \gset
