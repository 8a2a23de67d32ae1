-- The view: what joining everything and counting the distinct gives, without joining everything.
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_csms.sql'
\set forget :abs_srcdir '/include/forget.sql'
set search_path = customer_success, public;
set client_min_messages = warning;
select column_name, data_type from information_schema.columns where table_schema = 'customer_success' and table_name = 'customer_health_view' order by ordinal_position;
-- Random customers, some without one thing or another, some with much of everything.
select setseed(0.5);
insert into auth.users (id) select ('aa000000-0000-4000-8000-00000000000' || n)::uuid from generate_series(1, 3) as n;
insert into customers (name, csm_id, arr, stage)
select 'customer ' || n, ('aa000000-0000-4000-8000-00000000000' || 1 + n % 3)::uuid, n, (array['prospect', 'active', null])[1 + n % 3]
  from generate_series(1, 60) as n;
insert into stakeholders (customer_id, name) select id, 'x' from customers, generate_series(1, 6) where random() < 0.3;
insert into meetings (customer_id, title, scheduled_at)
select id, 'x', case when random() < 0.8 then now() + (random() * 100 - 50) * interval '1 day' end from customers, generate_series(1, 6) where random() < 0.3;
insert into insights (customer_id, source, type, content)
select id, 'crm', (array['concern', 'quote', 'decision'])[1 + floor(random() * 3)::int], 'x' from customers, generate_series(1, 9) where random() < 0.4;
insert into agent_sessions (customer_id) select case when random() < 0.9 then id end from customers, generate_series(1, 3) where random() < 0.5;
insert into agent_messages (session_id, role, content, created_at)
select id, 'user', 'x', case when random() < 0.9 then now() - random() * interval '90 days' end from agent_sessions, generate_series(1, 5) where random() < 0.5;
create temp view by_definition as
select c.id, c.name, c.arr, c.health_score, c.stage, count(distinct s.id) as stakeholder_count, count(distinct m.id) as meeting_count,
       count(distinct i.id) filter (where i.type = 'concern') as concern_count, max(m.scheduled_at) as last_meeting, max(said.created_at) as last_interaction
  from customers c
  left join (agent_sessions held join agent_messages said on said.session_id = held.id) on held.customer_id = c.id
  left join insights i on i.customer_id = c.id
  left join meetings m on m.customer_id = c.id
  left join stakeholders s on s.customer_id = c.id
 group by c.id;
select count(*) as customers, count(*) filter (where concern_count > 1 and meeting_count > 1 and stakeholder_count > 1) as with_much,
       count(*) filter (where stakeholder_count = 0 or meeting_count = 0 or last_interaction is null) as with_little from customer_health_view;
select (select count(*) from (table customer_health_view except table by_definition) as x) as too_much,
       (select count(*) from (table by_definition except table customer_health_view) as x) as missing;
-- As a CSM: the same of the own ones.
create temp table truth as table by_definition;
grant select on truth to authenticated;
begin;
set local role authenticated;
select set_config('request.jwt.claims', '{"sub": "aa000000-0000-4000-8000-000000000001", "role": "authenticated"}', true) \g /dev/null
select count(*) as mine, count(*) filter (where not exists (select from truth t where t::text = v::text)) as other from customer_health_view v;
rollback;
\set ECHO none
\i :forget
\set ECHO all

-- 1,000 customers and 100,000 messages (100 in each of 1,000 sessions), 5 of everything else: what is read, in rows.
insert into auth.users (id) select ('aa000000-0000-4000-8000-00000000000' || n)::uuid from generate_series(0, 9) as n;
alter table agent_messages disable trigger user;
insert into customers (name, csm_id) select 'customer ' || n, ('aa000000-0000-4000-8000-00000000000' || n % 10)::uuid from generate_series(1, 1000) as n;
insert into stakeholders (customer_id, name) select id, 'x' from customers, generate_series(1, 5);
insert into meetings (customer_id, title, scheduled_at) select id, 'x', now() from customers, generate_series(1, 5);
insert into insights (customer_id, source, type, content) select id, 'crm', 'concern', 'x' from customers, generate_series(1, 5);
insert into agent_sessions (customer_id) select id from customers;
insert into agent_messages (session_id, role, content, created_at)
select id, 'user', 'x', now() - n * interval '1 hour' from agent_sessions, generate_series(1, 100) as n;
alter table agent_messages enable trigger user;
vacuum analyze customers, stakeholders, meetings, insights, agent_sessions, agent_messages;
-- Of each table, how many rows all of its scans have given.
create function pg_temp.rows_read(query text) returns table (tbl text, rows bigint) language plpgsql as $$
declare
  plan json;
begin
  execute 'explain (analyze, timing off, summary off, format json) ' || query into plan;
  return query
  with recursive node as (
    select plan -> 0 -> 'Plan' as n
    union all
    select child from node, json_array_elements(n -> 'Plans') as child where n -> 'Plans' is not null
  )
  select n ->> 'Relation Name', sum((n ->> 'Actual Rows')::numeric * (n ->> 'Actual Loops')::numeric
           + coalesce((n ->> 'Rows Removed by Filter')::numeric, 0) * (n ->> 'Actual Loops')::numeric)::bigint
    from node where n ->> 'Relation Name' is not null group by 1 order by 1;
end
$$;
-- All customers: each row once, and one message of each session.
select * from pg_temp.rows_read('select * from customer_success.customer_health_view');
-- One customer: that one's rows.
select * from pg_temp.rows_read($$select * from customer_success.customer_health_view where id = (select id from customer_success.customers limit 1)$$);
select * from pg_temp.rows_read($$select * from customer_success.customer_health_view where name = 'customer 500'$$);
-- A CSM's hundred. (For EXPLAIN, which API users may not.)
grant execute on function pg_temp.rows_read(text) to authenticated;
set callcoach.guard_statements = off;
create function pg_temp.as_csm(query text) returns setof record language plpgsql as $$
begin
  perform set_config('request.jwt.claims', '{"sub": "aa000000-0000-4000-8000-000000000001", "role": "authenticated"}', true);
  set local role authenticated;
  return query select * from pg_temp.rows_read(query);
end
$$;
begin;
select * from pg_temp.as_csm('select * from customer_success.customer_health_view') as (tbl text, rows bigint);
rollback;
begin;
select * from pg_temp.as_csm($$select * from customer_success.customer_health_view where name = 'customer 501'$$) as (tbl text, rows bigint);
rollback;
-- The messages of a session: those, and the session by its key.
select id as session from agent_sessions where customer_id = (select id from customers where name = 'customer 501') \gset
begin;
select * from pg_temp.as_csm(format('select * from customer_success.agent_messages where session_id = %L', :'session')) as (tbl text, rows bigint);
rollback;
-- One CSM who has them all: not each customer against each.
update customers set csm_id = 'aa000000-0000-4000-8000-000000000001';
begin;
select * from pg_temp.as_csm('select * from customer_success.customer_health_view') as (tbl text, rows bigint);
rollback;

-- By which indexes.
set enable_bitmapscan = off;
explain (costs off) select * from customer_health_view where id = '00000000-0000-4000-8000-000000000000';
\set ECHO none
\i :forget
