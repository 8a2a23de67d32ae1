-- callcoach.security_findings(): nothing on what was installed, and a line for each door somebody opens.
select * from callcoach.security_findings();

\set ON_ERROR_ROLLBACK on
begin;
-- The default privileges are right: what is made later is nobody's.
create table new_table (id int primary key, org_id uuid references orgs);
create function new_function() returns int language sql set search_path = '' return 1;
select relacl from pg_class where relname = 'new_table';
select has_function_privilege('anon', 'new_function()', 'execute') as anon, has_function_privilege('authenticated', 'new_function()', 'execute') as authenticated,
       has_table_privilege('authenticated', 'new_table', 'select') as reads;
select * from callcoach.security_findings();
alter table new_table enable row level security;
create index on new_table (org_id);
select * from callcoach.security_findings();
rollback;

-- Each door by itself.
create function pg_temp.found(door text, out object text, out finding text, out remedy text) returns setof record language plpgsql as $$
begin
  execute door;
  return query select f.* from callcoach.security_findings() f;
end
$$;
\pset format unaligned
\pset tuples_only on
begin; select door, f.* from (values ('alter table scenarios disable row level security')) as d (door), pg_temp.found(door) as f; rollback;
begin; select f.* from pg_temp.found('create view titles as select title from scenarios') as f; rollback;
begin; select f.* from pg_temp.found('create view titles with (security_invoker = on) as select title from scenarios') as f; rollback;
begin; select f.* from pg_temp.found('create materialized view mine as select * from scenarios; grant select on mine to authenticated') as f; rollback;
begin; select f.* from pg_temp.found('grant select on scenarios to public') as f; rollback;
begin; select f.* from pg_temp.found('grant truncate on scenarios to service_role') as f; rollback;
begin; select f.* from pg_temp.found('grant trigger, references on scenarios to authenticated') as f; rollback;
begin; select f.* from pg_temp.found('grant update on scenario_attempts to authenticated') as f; rollback;
begin; select f.* from pg_temp.found('grant update (score) on scenario_attempts to authenticated') as f; rollback;
begin; select f.* from pg_temp.found('grant select on scenarios to anon') as f; rollback;
begin; select f.* from pg_temp.found('create policy second on scenarios for select to authenticated using (true)') as f; rollback;
begin; select f.* from pg_temp.found('alter policy scenarios_select on scenarios using (true)') as f; rollback;
begin; select f.* from pg_temp.found('create policy slow on dim_time for insert to authenticated with check (current_user_id() = ''x'')') as f; rollback;
begin; select f.* from pg_temp.found('create policy slow on dim_time for delete to authenticated using (year = (select 1) and current_setting(''jwt.claims.org_id'')::uuid is null)') as f; rollback;
begin; select f.* from pg_temp.found('create function f() returns int language sql security definer return 1') as f; rollback;
begin; select f.* from pg_temp.found('create function f() returns int language sql as $f$ select 1 $f$') as f; rollback;
-- Bound when it is created, it looks nothing up later.
begin; select f.* from pg_temp.found('create function f() returns int language sql return 1') as f; rollback;
begin; select f.* from pg_temp.found('grant execute on function score_attempt(uuid) to public') as f; rollback;
begin; select f.* from pg_temp.found('grant execute on function enqueue_webhook(text, jsonb) to anon') as f; rollback;
begin; select f.* from pg_temp.found('alter function enqueue_webhook(text, jsonb) reset search_path') as f; rollback;
begin; select f.* from pg_temp.found('drop index assignments_org_id_track_id_idx') as f; rollback;
begin; select f.* from pg_temp.found('create index twice on assignments (org_id, track_id)') as f; rollback;
begin; select f.* from pg_temp.found('grant create on schema public to authenticated') as f; rollback;
begin; select f.* from pg_temp.found('alter role authenticated bypassrls') as f; rollback;
begin; select f.* from pg_temp.found('grant service_role to authenticated') as f; rollback;
begin; select f.* from pg_temp.found('alter table articles owner to authenticated') as f; rollback;
begin; select f.* from pg_temp.found('alter table org_members disable trigger keep_an_admin_delete') as f; rollback;
begin; select f.* from pg_temp.found('alter table org_members enable replica trigger keep_an_admin_delete') as f; rollback;
begin; create role tables_owner; select f.* from pg_temp.found('alter table scenarios owner to tables_owner; alter table orgs owner to tables_owner; grant tables_owner to authenticated') as f; rollback;
begin; select f.* from pg_temp.found('grant set on parameter jwt.claims.org_id to public') as f; rollback;
begin; select f.* from pg_temp.found('set local callcoach.guard_statements = off') as f; rollback;
begin; select f.* from pg_temp.found('create function f() returns int language sql security definer set search_path = pg_catalog return 1; grant execute on function f() to authenticated') as f; rollback;
\pset tuples_only off
-- It is the DBA's.
set role authenticated;
select * from callcoach.security_findings();
reset role;

-- Systems that record their migrations as callcoach's are: in their schema, with organisations of their own. (Each door
-- by itself again; others are the same as above.)
begin;
create function pg_temp.system(door text default '') returns setof text language plpgsql as $$
begin
  create schema auth;
  create function auth.uid() returns uuid language sql stable set search_path = '' return '00000000-0000-0000-0000-000000000000'::uuid;
  create schema a_system;
  create table a_system.callcoach_migrations (version text primary key);
  create table a_system.organizations (id uuid primary key, name text unique);
  create table a_system.members (organization_id uuid references a_system.organizations, user_id uuid, primary key (organization_id, user_id));
  create table a_system.customers (id uuid primary key, organization_id uuid references a_system.organizations);
  create table a_system.calls (id uuid primary key, organization_id uuid references a_system.organizations, customer_id uuid references a_system.customers);
  create table a_system.articles (id uuid primary key);
  create index on a_system.customers (organization_id);
  create index on a_system.calls (organization_id);
  create index on a_system.calls (customer_id);
  alter table a_system.callcoach_migrations enable row level security;
  alter table a_system.organizations enable row level security;
  alter table a_system.members enable row level security;
  alter table a_system.customers enable row level security;
  alter table a_system.calls enable row level security;
  alter table a_system.articles enable row level security;
  create function a_system.my_organizations() returns setof uuid language sql stable security definer set search_path = pg_catalog, pg_temp as
    'select organization_id from a_system.members where user_id = (select callcoach.user_id())';
  grant execute on function a_system.my_organizations() to authenticated, service_role;
  create policy own on a_system.organizations to authenticated using (id in (select a_system.my_organizations()));
  create policy own on a_system.customers to authenticated using (organization_id in (select a_system.my_organizations()));
  create policy own on a_system.calls to authenticated using (organization_id in (select a_system.my_organizations()))
    with check (organization_id in (select a_system.my_organizations()) and customer_id in (select c.id from a_system.customers c where c.organization_id = calls.organization_id));
  create policy server on a_system.calls to service_role using (true);
  create policy everybody on a_system.articles for select to authenticated using (true);
  grant select on a_system.organizations, a_system.customers, a_system.calls, a_system.articles to authenticated;
  grant insert (organization_id, customer_id), update (customer_id) on a_system.calls to authenticated;
  execute door;
  return query select concat_ws('|', f.object, f.finding) from callcoach.security_findings() f;
end
$$;
savepoint s;
select pg_temp.system(); rollback to s;
select pg_temp.system('alter table a_system.calls disable row level security'); rollback to s;
select pg_temp.system('grant select on a_system.callcoach_migrations to authenticated'); rollback to s;
select pg_temp.system('grant truncate on a_system.calls to service_role'); rollback to s;
select pg_temp.system('create policy open on a_system.members to authenticated using (true)'); rollback to s;
select pg_temp.system('create policy open on a_system.members to authenticated using (1 = 1)'); rollback to s;
select pg_temp.system('create policy open on a_system.members to authenticated using (not (''it''''s'' = ''x y'' and 1 > 2) or null is null)'); rollback to s;
select pg_temp.system('create policy closed on a_system.members to authenticated using (false)'); rollback to s;
select pg_temp.system('create policy open on a_system.articles for insert to authenticated with check (true)'); rollback to s;
select pg_temp.system('alter policy own on a_system.customers using (organization_id in (select organization_id from a_system.members where user_id = auth.uid()))'); rollback to s;
select pg_temp.system('alter policy own on a_system.customers using (organization_id in (select organization_id from a_system.members where user_id = callcoach.user_id()))'); rollback to s;
select pg_temp.system('alter policy own on a_system.calls with check (organization_id in (select a_system.my_organizations()))'); rollback to s;
select pg_temp.system('grant insert (id) on a_system.calls to authenticated'); rollback to s;
select pg_temp.system('drop policy own on a_system.organizations; drop policy own on a_system.customers; drop policy own on a_system.calls; revoke all on all tables in schema a_system from authenticated'); rollback to s;
select pg_temp.system('create function a_system.peek() returns bigint language sql security definer as ''select 1''; grant execute on function a_system.peek() to public'); rollback to s;
select pg_temp.system('create view a_system.v as select * from a_system.calls'); rollback to s;
select pg_temp.system('grant create on schema a_system to authenticated'); rollback to s;
-- One that does not record them is somebody else's business.
select pg_temp.system('alter table a_system.calls disable row level security; drop table a_system.callcoach_migrations'); rollback to s;
rollback;
