-- The score follows what is written, once a statement, and a customer whose score stays is not written.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_csms.sql'
\set forget :abs_srcdir '/include/forget.sql'
\set expected :abs_srcdir '/include/expected_score.sql'
\set tried :abs_srcdir '/../../pg_regress/include/tried.sql'
set search_path = customer_success, public;
set timezone = 'UTC';
\set ECHO none
\i :include
\i :expected
\i :tried
create temp table seen (id uuid primary key, place text);
-- Who was written since it was last asked.
create function pg_temp.written() returns text language plpgsql as $$
declare
  names text;
begin
  select coalesce(string_agg(c.name || ' ' || coalesce(c.health_score::text, 'none'), ', ' order by c.name), 'nobody') into names
    from customers c left join seen s using (id) where s.place is distinct from c.ctid::text;
  delete from seen;
  insert into seen select id, ctid::text from customers;
  return names;
end
$$;
select pg_temp.written() \g /dev/null
\set ECHO all
select name, health_score from customers order by name;
insert into agent_messages (session_id, role, content) values (:'session_a', 'agent', 'x');
select pg_temp.written();
-- Both customers by one statement, one message or many.
insert into agent_messages (session_id, role, content) select s, 'user', 'x' from unnest(array[:'session_a', :'session_b']::uuid[]) as s, generate_series(1, 3);
select pg_temp.written();
-- Old ones, and those of no customer's session or of none, count for nobody.
insert into agent_sessions (id) values (:'missing');
insert into agent_messages (session_id, role, content, created_at) values (:'session_a', 'user', 'x', now() - interval '31 days'), (:'missing', 'user', 'x', now()), (null, 'user', 'x', now());
select pg_temp.written();
-- What does not count is changed.
update agent_messages set content = 'y';
select pg_temp.written();
-- What does.
update agent_messages set created_at = now() - interval '40 days' where id = :'message_a';
select pg_temp.written();
update agent_messages set session_id = :'session_b' where id in (select id from agent_messages where session_id = :'session_a' and created_at > now() - interval '1 day' limit 1);
select pg_temp.written();
delete from agent_messages where created_at < now() - interval '30 days';
select pg_temp.written();
delete from agent_messages where session_id = :'session_b';
select pg_temp.written();
-- Ten are as good as any more.
insert into agent_messages (session_id, role, content) select :'session_b', 'user', 'x' from generate_series(1, 10);
select pg_temp.written();
insert into agent_messages (session_id, role, content) select :'session_b', 'user', 'x' from generate_series(1, 100);
select pg_temp.written();

-- Training.
insert into training_progress (customer_id, module_id, progress) values (:'a', :'module', 90), (:'nobodys', :'module', 50);
select pg_temp.written();
update training_progress set status = 'in_progress';
select pg_temp.written();
update training_progress set progress = 100 where customer_id = :'nobodys';
select pg_temp.written();
update training_progress set customer_id = :'b' where customer_id = :'nobodys';
select pg_temp.written();
merge into training_progress p using (values (:'nobodys'::uuid, 30)) as v (customer, progress) on p.customer_id = v.customer
  when matched then update set progress = v.progress when not matched then insert (customer_id, progress) values (v.customer, v.progress);
select pg_temp.written();
copy training_progress (customer_id, stakeholder_id, progress) from stdin;
a0000000-0000-4000-8000-000000000000	\N	0
\.
select pg_temp.written();
delete from training_progress where customer_id = :'nobodys';
select pg_temp.written();
-- A module that goes takes its progress along.
delete from training_modules;
select pg_temp.written();

-- A session is moved, and deleted with what was said in it.
update agent_sessions set status = 'ended';
select pg_temp.written();
update agent_sessions set customer_id = :'nobodys' where id = :'session_b';
select pg_temp.written();
update meetings set session_id = null;
delete from agent_sessions where id = :'session_b';
select pg_temp.written();
-- A transaction that is rolled back leaves the score.
begin;
insert into agent_messages (session_id, role, content) values (:'session_a', 'agent', 'x');
savepoint s;
insert into agent_messages (session_id, role, content) values (:'session_a', 'agent', 'x');
rollback to s;
select health_score = pg_temp.expected_score(id) as right from customers where id = :'a';
rollback;
select pg_temp.written();
truncate agent_messages;
select pg_temp.written();
select count(*) filter (where coalesce(health_score, 0) <> pg_temp.expected_score(id)) as wrong from customers;

-- By a CSM, who cannot write the score.
begin;
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true) \g /dev/null
insert into agent_messages (session_id, role, content) values (:'session_a', 'user', 'x');
select name, health_score from customers;
rollback;

-- The trigger function elsewhere.
begin;
create table agent_messages_too (id int);
create table public.agent_messages (session_id uuid, created_at timestamptz);
create trigger t after insert on agent_messages_too for each statement execute function callcoach.keep_health_scores();
create trigger t after insert on public.agent_messages referencing new table as n for each statement execute function callcoach.keep_health_scores();
create trigger t after update on agent_sessions for each row execute function callcoach.keep_health_scores();
create trigger t2 after insert on training_progress for each statement execute function callcoach.keep_health_scores();
create trigger t before delete on training_progress for each statement execute function callcoach.keep_health_scores();
select e.code, e.message
  from unnest(array['insert into agent_messages_too values (1)', 'insert into public.agent_messages values (null, now())', 'update agent_sessions set status = ''x''',
    'insert into training_progress (customer_id) values (null)', 'delete from training_progress']) as statement, pg_temp.tried(statement) as e;
rollback;
set client_min_messages = warning;
\set ECHO none
\i :forget
