-- Another organisation's rows: not to be read, written, moved, referred to, counted or guessed by whoever belongs to Acme.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/world.sql'
\set tried :abs_srcdir '/../../pg_regress/include/tried.sql'
begin;
\set ECHO none
\i :include
\i :tried
\set ECHO all
grant execute on all functions in schema pg_temp to public;
set local role authenticated;

-- By their ids, each table: read, locked, changed, deleted; as Acme's owner, who may do all that at home.
select tbl, pg_temp.writes('olga', format('select from %I where %s', tbl, key)) as read,
       pg_temp.writes('olga', format('select from %I where %s for update', tbl, key)) as locked,
       pg_temp.writes('olga', format('update %I set %s where %s', tbl, change, key)) as changed,
       pg_temp.writes('olga', format('delete from %I where %s', tbl, key)) as deleted
  from (select tbl, case tbl when 'organizations' then 'id' when 'user_profiles' then 'id' else 'organization_id' end
               || case tbl when 'user_profiles' then ' = ''00000000-0000-4000-8000-000000000004'''
                           else ' = ''b0000000-0000-4000-8000-000000000000''' end as key, change
          from (values ('organizations', 'name = ''x'''), ('user_profiles', 'full_name = ''x'''),
                       ('organization_members', 'role = ''member'''), ('vapi_assistants', 'name = ''x'''),
                       ('phone_number_assignments', 'is_active = false'), ('customers', 'notes = ''x'''),
                       ('appointments', 'notes = ''x'''), ('call_logs', 'summary = ''x'''),
                       ('emergency_contacts', 'notes = ''x''')) as t (tbl, change)) as t;

-- Inserted, upserted, moved, merged, returned, copied.
select pg_temp.as_user('mia');
select * from pg_temp.tried($$insert into customers (organization_id, name, phone_number) values ('b0000000-0000-4000-8000-000000000000', 'x', '+15550009999')$$);
-- The same for a number that Birch has and one that it has not, for an organisation that is not there, and for a slot
-- that is taken there and one that is free.
select phone, e.* from unnest(array['+15550001001', '+15550009999']) as phone,
  pg_temp.tried(format($$insert into customers (organization_id, name, phone_number) values ('b0000000-0000-4000-8000-000000000000', 'x', %L) on conflict (organization_id, phone_number) do update set name = 'stolen'$$, phone)) as e;
select organization, at, e.* from unnest(array['b0000000-0000-4000-8000-000000000000', 'c0000000-0000-4000-8000-000000000000']) as organization,
  unnest(array['09:00', '11:00']) as at,
  pg_temp.tried(format($$insert into appointments (organization_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time) values (%L, 'x', '+15550009999', 'x', '2036-06-02', %L)$$, organization, at)) as e;
select * from pg_temp.tried($$update customers set organization_id = 'b0000000-0000-4000-8000-000000000000'$$);
select * from pg_temp.tried($$merge into customers c using (select 'b2000000-0000-4000-8000-000000000000'::uuid as id) s on c.id = s.id when matched then update set notes = 'x' when not matched then do nothing$$);
select * from pg_temp.tried($$copy customers to stdout$$);

-- Foreign keys: a row of Birch and one that is not there are refused with the same words.
select 'customer' as of, right(id, 1) as which, e.code, e.message from unnest(array['b2000000-0000-4000-8000-000000000000', 'b2000000-0000-4000-8000-000000000001']) as id,
  pg_temp.tried(format($$update appointments set customer_id = %L$$, id)) as e
union all
select 'assistant', right(id, 1), e.code, e.message from unnest(array['b1000000-0000-4000-8000-000000000000', 'b1000000-0000-4000-8000-000000000001']) as id,
  lateral (select pg_temp.as_user('olga') offset 0) u,
  pg_temp.tried(format($$update phone_number_assignments set vapi_assistant_id = %L$$, id)) as e;
reset role;
-- Nor by the server, which no policy holds back.
set local role service_role;
select statement, e.code from unnest(array[
  $$update appointments set customer_id = 'b2000000-0000-4000-8000-000000000000' where organization_id::text like 'a%'$$,
  $$update sms_communications set customer_id = 'b2000000-0000-4000-8000-000000000000' where organization_id::text like 'a%'$$,
  $$update call_logs set vapi_assistant_id = 'b1000000-0000-4000-8000-000000000000' where organization_id::text like 'a%'$$,
  $$update phone_number_assignments set vapi_assistant_id = 'b1000000-0000-4000-8000-000000000000' where organization_id::text like 'a%'$$,
  $$update emergency_notifications set emergency_contact_id = 'b4000000-0000-4000-8000-000000000000' where organization_id::text like 'a%'$$]) as statement,
  pg_temp.tried(statement) as e;
reset role;
set local role authenticated;

-- Functions with an organisation that is foreign, and one that is not there: one error.
select pg_temp.as_user('mia');
select statement, e.* from unnest(array[
  $$select get_available_time_slots('b0000000-0000-4000-8000-000000000000', '2036-06-02')$$,
  $$select get_available_time_slots('c0000000-0000-4000-8000-000000000000', '2036-06-02')$$,
  $$select get_available_time_slots(null, '2036-06-02')$$,
  $$select get_on_call_contact('b0000000-0000-4000-8000-000000000000', 'high')$$,
  $$select get_on_call_contact('c0000000-0000-4000-8000-000000000000', 'high')$$,
  $$select get_on_call_contact(null, 'high')$$,
  $$select desk_of('b0000000-0000-4000-8000-000000000000')$$]) as statement, pg_temp.tried(statement) as e;

-- What user_metadata and app_metadata claim counts for nothing: membership is in the table.
select set_config('request.jwt.claims', '{"role": "authenticated", "sub": "00000000-0000-4000-8000-000000000006", "user_metadata": {"organization_id": "b0000000-0000-4000-8000-000000000000", "role": "owner"}, "app_metadata": {"org_id": "b0000000-0000-4000-8000-000000000000"}}', true) \g /dev/null
select count(*) from appointments;
-- A sub that is no uuid, none, an empty token: an error, or no rows.
reset role;
create function pg_temp.claiming(claims text) returns text language plpgsql as $$
begin
  perform set_config('request.jwt.claims', claims, true);
  return (select count(*) from appointments);
exception when others then
  return sqlstate;
end
$$;
grant execute on function pg_temp.claiming(text) to public;
set local role authenticated;
select claims, pg_temp.claiming(claims) from unnest(array['{"sub": "user_1"}', '{"sub": ""}', '{}', '', '{"sub": null}', '[]', '{']) as claims;

-- Functions and errors that would tell of rows are asked of one's own only.
reset role;
create function pg_temp.leak(anyelement) returns boolean language plpgsql cost 0.0000001 as $$ begin raise notice 'seen: %', $1; return true; end $$;
grant execute on all functions in schema pg_temp to public;
set local client_min_messages = notice;
set local role authenticated;
select pg_temp.as_user('mia') \g /dev/null
select count(*) from customers where pg_temp.leak(organization_id);
select count(*) from call_logs where pg_temp.leak(transcript);
select count(*) from customers where 1 / (organization_id <> 'b0000000-0000-4000-8000-000000000000')::int > 0;
select count(*) from organization_details where pg_temp.leak(name);
set local client_min_messages = warning;

-- Beyond queries.
select pg_temp.as_user('olga') \g /dev/null
select statement, e.code, e.message from unnest(array[
  'truncate appointments', 'create trigger t before insert on appointments for each row execute function stamp_appointment()',
  'create table appointments_x (id uuid references appointments (id))', 'alter table appointments disable row level security',
  'drop policy "Users can view their organization''s appointments" on appointments', 'create function service_desk.f() returns int language sql return 1',
  'alter table appointments disable trigger place_appointment', 'create index on appointments (id)']) as statement,
  pg_temp.tried(statement) as e;
rollback;

-- A function or operator of the attacker's in a temporary schema is not taken for the real one by what runs with the
-- owner's rights, nor a table.
begin;
\set ECHO none
\i :include
\set ECHO all
create function pg_temp.lower(text) returns text language sql as $$ select 'nina@home.test' $$;
create temp table organization_members (organization_id uuid, user_id uuid, role text);
create temp table organization_invitations as select * from service_desk.organization_invitations;
insert into organization_members values (:'birch', :'mia', 'owner');
grant all on organization_members, organization_invitations to public;
grant execute on function pg_temp.lower(text) to public;
set local search_path = pg_temp, service_desk, pg_catalog;
set local role authenticated;
select pg_temp.as_user('mia') \g /dev/null
select * from service_desk.my_organizations();
savepoint before;
select service_desk.accept_invitation('b0000000000000000000000000000000000000000');
rollback to before;
select pg_temp.as_user('nina') \g /dev/null
select service_desk.accept_invitation('b0000000000000000000000000000000000000000');
rollback;

-- Prepared and generic plans, and cursors, across a switch of users.
begin;
\set ECHO none
\i :include
\set ECHO all
set local role authenticated;
set local plan_cache_mode = force_generic_plan;
prepare mine as select organization_id from appointments;
select pg_temp.as_user('mia') \g /dev/null
execute mine;
select pg_temp.as_user('ben') \g /dev/null
execute mine;
select pg_temp.as_user('nina') \g /dev/null
execute mine;
-- After what was rolled back, too.
savepoint before;
select pg_temp.as_user('mia') \g /dev/null
rollback to before;
execute mine;
rollback;
deallocate mine;

-- An ordinary login that writes itself a token is nobody.
create role desk_login login in role authenticated;
set search_path = service_desk, public;
insert into auth.users (id, email) values ('00000000-0000-4000-8000-0000000000ff', 'vera@vale.test');
insert into organizations (id, name, industry) values ('f0000000-0000-4000-8000-000000000000', 'Vale', 'hvac');
insert into organization_members (organization_id, user_id, role)
values ('f0000000-0000-4000-8000-000000000000', '00000000-0000-4000-8000-0000000000ff', 'owner');
\c - desk_login
set search_path = service_desk, public;
select set_config('request.jwt.claims', '{"sub": "00000000-0000-4000-8000-0000000000ff", "role": "authenticated"}', false) \g /dev/null
select auth.uid() is not null as believed_by_auth, callcoach.user_id() is not null as believed_here,
       (select count(*) from my_organizations()) as organisations_of_theirs, (select count(id) from organizations) as organisations,
       (select count(*) from user_profiles) as profiles, (select count(*) from organization_members) as members;
select create_organization('x', 'x');
\c - postgres
set search_path = service_desk, public;
delete from organizations where id = 'f0000000-0000-4000-8000-000000000000';
delete from auth.users where id = '00000000-0000-4000-8000-0000000000ff';
delete from audit_log;
drop role desk_login;
