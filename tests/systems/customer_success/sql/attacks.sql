-- Ana's attempts on Bob's customer: each row by name, in each way; references across customers; tokens that nobody
-- verified; the functions; what privileges and plans could give away. Connected as PostgREST connects.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_csms.sql'
\set forget :abs_srcdir '/include/forget.sql'
\set tried :abs_srcdir '/../../pg_regress/include/tried.sql'
set search_path = customer_success, public;
\set ECHO none
\i :include
\set ECHO all
alter role authenticator set callcoach.guard_statements = off;
alter role authenticator set search_path = customer_success, public;
-- For the names in a statement that is prepared, which give their caller nothing.
grant usage on schema customer_success to authenticator;
create role developer login in role authenticated;
alter role developer set search_path = customer_success, public;
\c - authenticator
\set ON_ERROR_ROLLBACK on
\set ECHO none
\i :tried
\set ECHO all

-- Changing, deleting, locking Bob's rows: there are none.
begin;
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true) \g /dev/null
select e.code, e.message, statement
  from unnest(array[
    'update customers set name = ''x'' where id = ''' || :'b' || '''',
    'update customers set name = ''x'' where id = ''' || :'nobodys' || '''',
    'update stakeholders set name = ''x'' where customer_id = ''' || :'b' || '''',
    'update contracts set status = ''x'' where customer_id = ''' || :'b' || '''',
    'update entitlements set name = ''x'' where contract_id = ''' || :'contract_b' || '''',
    'update agent_sessions set status = ''x'' where customer_id = ''' || :'b' || '''',
    'update agent_messages set content = ''x'' where session_id = ''' || :'session_b' || '''',
    'update approvals set status = ''approved'', resolved_by = ''' || :'ana' || ''' where session_id = ''' || :'session_b' || '''',
    'update meetings set title = ''x'' where customer_id = ''' || :'b' || '''',
    'update transcripts set content = ''x'' where meeting_id = ''' || :'meeting_b' || '''',
    'update insights set content = ''x'' where customer_id = ''' || :'b' || '''',
    'update training_progress set progress = 0 where customer_id = ''' || :'b' || '''',
    'delete from customers where id = ''' || :'b' || '''',
    'delete from stakeholders where customer_id = ''' || :'b' || '''',
    'delete from contracts where customer_id = ''' || :'b' || '''',
    'delete from entitlements where contract_id = ''' || :'contract_b' || '''',
    'delete from agent_sessions where customer_id = ''' || :'b' || '''',
    'delete from agent_messages where session_id = ''' || :'session_b' || '''',
    'delete from meetings where customer_id = ''' || :'b' || '''',
    'delete from transcripts where meeting_id = ''' || :'meeting_b' || '''',
    'delete from insights where customer_id = ''' || :'b' || '''',
    'delete from training_progress where customer_id = ''' || :'b' || '''']) as statement,
  pg_temp.tried(statement) as e;
select name from customers for update;
select count(*) from (select from agent_messages where session_id = :'session_b' for update) as locked;
select count(*) from customer_health_view where id = :'b';
merge into customers c using (values (:'b'::uuid)) as v (id) on c.id = v.id when matched then update set name = 'x';
copy customers (name) to stdout;

-- Writing under Bob's customer and moving a row there: refused, and just as if there were none.
select e.code, e.message, e.detail, statement
  from unnest(array[:'b', :'missing']) as other,
  lateral unnest(array[
    'insert into stakeholders (customer_id, name) values (''' || other || ''', ''x'')',
    'insert into contracts (customer_id) values (''' || other || ''')',
    'insert into agent_sessions (customer_id) values (''' || other || ''')',
    'insert into meetings (customer_id, title) values (''' || other || ''', ''x'')',
    'insert into insights (customer_id, source, type, content) values (''' || other || ''', ''crm'', ''quote'', ''x'')',
    'insert into training_progress (customer_id, module_id) values (''' || other || ''', ''' || :'module' || ''')',
    'insert into customers (name, csm_id) values (''x'', ''' || other || ''')',
    'update contracts set customer_id = ''' || other || '''',
    'update insights set customer_id = ''' || other || '''',
    'update training_progress set customer_id = ''' || other || ''', stakeholder_id = null',
    'update stakeholders set customer_id = ''' || other || '''',
    'update agent_sessions set customer_id = ''' || other || '''',
    'update meetings set customer_id = ''' || other || '''']) as statement,
  pg_temp.tried(statement) as e;
-- Under what hangs on it.
select e.code, e.message, e.detail, statement
  from unnest(array['b', 'f']) as other,
  lateral unnest(array[
    format('insert into entitlements (contract_id, name) values (''%s2000000-0000-4000-8000-000000000000'', ''x'')', other),
    format('insert into agent_messages (session_id, role, content) values (''%s3000000-0000-4000-8000-000000000000'', ''user'', ''x'')', other),
    format('insert into transcripts (meeting_id, content) values (''%s6000000-0000-4000-8000-000000000000'', ''x'')', other),
    format('update entitlements set contract_id = ''%s2000000-0000-4000-8000-000000000000''', other),
    format('update agent_messages set session_id = ''%s3000000-0000-4000-8000-000000000000''', other),
    format('update transcripts set meeting_id = ''%s6000000-0000-4000-8000-000000000000''', other),
    -- A row of hers that refers to one of Bob's.
    format('insert into meetings (customer_id, session_id, title) values (''%s'', ''%s3000000-0000-4000-8000-000000000000'', ''x'')', :'a', other),
    format('insert into insights (customer_id, meeting_id, source, type, content) values (''%s'', ''%s6000000-0000-4000-8000-000000000000'', ''crm'', ''quote'', ''x'')', :'a', other),
    format('insert into training_progress (customer_id, stakeholder_id) values (''%s'', ''%s1000000-0000-4000-8000-000000000000'')', :'a', other),
    format('update meetings set session_id = ''%s3000000-0000-4000-8000-000000000000''', other),
    format('update insights set meeting_id = ''%s6000000-0000-4000-8000-000000000000''', other),
    format('update training_progress set stakeholder_id = ''%s1000000-0000-4000-8000-000000000000''', other)]) as statement,
  pg_temp.tried(statement) as e;
-- An upsert that would hit Bob's line of progress, whose key is unique among all.
insert into training_progress (customer_id, stakeholder_id, module_id, progress) values (:'b', :'stakeholder_b', :'module', 0)
  on conflict (customer_id, stakeholder_id, module_id) do update set progress = 0;
\echo :LAST_ERROR_SQLSTATE
insert into training_progress (customer_id, stakeholder_id, module_id) values (:'b', :'stakeholder_b', :'module') on conflict do nothing;
\echo :LAST_ERROR_SQLSTATE

-- The function: Bob's customer, nobody's, and one that is not there.
select e.code, e.message, e.detail
  from unnest(array[:'b', :'nobodys', :'missing']) as other,
  pg_temp.tried(format('select update_health_score(%L)', other)) as e;
select e.code, e.message
  from unnest(array[:'b', :'missing']) as other,
  pg_temp.tried(format('select callcoach.update_health_score(''customers'', %L)', other)) as e;
-- Tables that are not those: the function would write with their owner's rights.
create temp table customers (id uuid, health_score int, updated_at timestamptz);
select e.code, e.message from pg_temp.tried('select callcoach.update_health_score(''pg_temp.customers'', ''' || :'a' || ''')') as e;
select e.code, e.message from pg_temp.tried('select callcoach.update_health_score(''agent_sessions'', ''' || :'a' || ''')') as e;
select e.code, e.message from pg_temp.tried('select callcoach.update_health_score(''pg_class'', ''' || :'a' || ''')') as e;
select e.code, e.message from pg_temp.tried('select callcoach.refresh_health_scores(''customer_success.customers'')') as e;
-- What lies in the caller's temporary schema and search_path is not looked at.
create function pg_temp.count(text) returns int language sql as 'select 1/0';
set local search_path = pg_temp, customer_success;
select customer_success.update_health_score(:'a');
set local search_path = customer_success, public;
drop table pg_temp.customers;

-- TRUNCATE, TRIGGER, REFERENCES, and what only an owner may.
select e.code, e.message
  from unnest(array[
    'truncate customers cascade', 'truncate activity_log',
    'create trigger t before insert on customers for each row execute function suppress_redundant_updates_trigger()',
    'alter table customers disable row level security', 'create policy p on customers using (true)',
    'drop policy customers_policy on customers', 'alter table customers disable trigger all',
    'create table customer_success.mine (id int)']) as statement, pg_temp.tried(statement) as e;
set local row_security = off;
select name from customers;
\echo :LAST_ERROR_SQLSTATE
rollback;

-- A function that leaks what it is given sees no row of Bob's: the policy comes first.
begin;
create function pg_temp.leak(t text) returns boolean language plpgsql cost 0.0001 as $$ begin raise notice 'seen: %', t; return true; end $$;
grant execute on function pg_temp.leak(text) to public;
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true) \g /dev/null
select name from customers where pg_temp.leak(name);
select content from agent_messages where pg_temp.leak(content);
select name from customer_health_view where pg_temp.leak(name);
select 1 / (case when name = 'Birch' then 0 else 1 end) as no_oracle from customers;
rollback;

-- One prepared statement, two CSMs on one session.
prepare mine as select name from customers order by name;
begin;
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true) \g /dev/null
set local plan_cache_mode = force_generic_plan;
execute mine;
select set_config('request.jwt.claims', json_build_object('sub', :'bob', 'role', 'authenticated')::text, true) \g /dev/null
execute mine;
reset role;
set local role service_role;
execute mine;
rollback;
-- The claims have gone with the transaction.
begin;
set local role authenticated;
execute mine;
rollback;
-- What is in the settings that is no token of a user's.
create function pg_temp.seen_by(claims text, out code text, out message text) language plpgsql as $$
begin
  perform set_config('request.jwt.claims', claims, true);
  select e.code, e.message into code, message from pg_temp.tried('select name from customer_success.customers') as e;
end
$$;
grant execute on function pg_temp.seen_by(text) to public;
begin;
set local role authenticated;
select claims, e.code, e.message
  from unnest(array['{"sub": "' || :'ana' || '"}', '', 'garbage', '[]', '{"sub": "user_clerk"}', '{"sub": ""}', '{"sub": null}', '{"user_metadata": {"sub": "' || :'ana' || '"}}']) as claims,
  pg_temp.seen_by(claims) as e;
rollback;

-- A developer's login with the rights of authenticated: claims that it sets itself are nobody's.
\c - developer
begin;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true) \g /dev/null
select auth.uid() = :'ana' as believes_itself, callcoach.user_id() as believed_here, (select count(*) from customers) as customers, (select count(*) from agent_sessions) as sessions,
       (select count(*) from agent_messages) as messages, (select count(*) from activity_log) as log;
insert into customers (name, csm_id) values ('x', :'ana');
\echo :LAST_ERROR_SQLSTATE
rollback;
begin;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'service_role')::text, true) \g /dev/null
select count(*) from customers;
select update_health_score(:'a');
\echo :LAST_ERROR_SQLSTATE
rollback;
-- Nor does it learn from the planner what there is.
explain (costs off) select from customers;

\c - postgres
-- The policies are what holds a move back, not the grants alone: with the right to the columns it is still refused.
set search_path = customer_success, public;
\set ON_ERROR_ROLLBACK on
begin;
grant update (customer_id) on stakeholders, agent_sessions, meetings to authenticated;
grant update (csm_id) on customers to authenticated;
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true) \g /dev/null
update stakeholders set customer_id = :'b';
update agent_sessions set customer_id = :'b';
update meetings set customer_id = :'b', session_id = null;
update customers set csm_id = :'bob';
update customers set csm_id = null;
rollback;

-- What callcoach itself finds to say of this schema: nothing.
select * from callcoach.security_findings() where object like 'customer\_success%' or object like '%health\_score%';
alter role authenticator reset callcoach.guard_statements;
alter role authenticator reset search_path;
revoke usage on schema customer_success from authenticator;
drop role developer;
set client_min_messages = warning;
\set ECHO none
\i :forget
