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
begin; select f.* from pg_temp.found('grant set on parameter jwt.claims.org_id to public') as f; rollback;
begin; select f.* from pg_temp.found('set local callcoach.guard_statements = off') as f; rollback;
begin; select f.* from pg_temp.found('create function f() returns int language sql security definer set search_path = pg_catalog return 1; grant execute on function f() to authenticated') as f; rollback;
\pset tuples_only off
-- It is the DBA's.
set role authenticated;
select * from callcoach.security_findings();
reset role;
