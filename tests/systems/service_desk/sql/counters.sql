-- Customers' counters follow their appointments: one statement or many rows, moved, cancelled, deleted, truncated.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/world.sql'
begin;
\set ECHO none
\i :include
\set ECHO all
update organizations set settings = '{"capacity": 100}';
insert into customers (id, organization_id, name, phone_number) values ('a2000000-0000-4000-8000-000000000001', :'acme', 'Dora', '+15550001002');
create temp view counters as
select c.name, c.total_appointments as total, c.last_appointment_date as last,
       (c.total_appointments, c.last_appointment_date) is not distinct from (f.total, f.last) as as_counted
  from customers c, lateral (select count(*) as total, max(a.scheduled_date) as last from appointments a where a.customer_id = c.id and a.status <> 'cancelled') f where c.organization_id = 'a0000000-0000-4000-8000-000000000000' order by c.name;
grant select on pg_temp.counters to authenticated;
create function pg_temp.book(who uuid, first date, days int) returns void language sql as $$
  insert into appointments (organization_id, customer_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time)
  select 'a0000000-0000-4000-8000-000000000000', who, 'x', '+15550009999', 'x', first + n, '12:00' from generate_series(1, days) n $$;
grant execute on all functions in schema pg_temp to public;
set local role authenticated;
select pg_temp.as_user('mia') \g /dev/null
select * from pg_temp.counters;
select pg_temp.book('a2000000-0000-4000-8000-000000000000', '2036-06-10', 50), pg_temp.book('a2000000-0000-4000-8000-000000000001', '2036-07-01', 3) \g /dev/null
select * from pg_temp.counters;
-- Cancelled, and taken up again.
update appointments set status = 'cancelled' where scheduled_date > '2036-07-20';
select * from pg_temp.counters;
update appointments set status = 'confirmed' where scheduled_date > '2036-07-29';
select * from pg_temp.counters;
-- Completed and missed ones count; another date; other columns do not matter.
update appointments set status = case when scheduled_date < '2036-06-20' then 'completed' else 'no_show' end where scheduled_date < '2036-06-30';
update appointments set scheduled_date = '2037-01-01' where scheduled_date = '2036-07-04';
update appointments set notes = 'x';
select * from pg_temp.counters;
-- Moved between customers, to none, swapped in one statement.
update appointments set customer_id = 'a2000000-0000-4000-8000-000000000001' where scheduled_date < '2036-06-15';
select * from pg_temp.counters;
update appointments set customer_id = case customer_id when 'a2000000-0000-4000-8000-000000000000' then 'a2000000-0000-4000-8000-000000000001'::uuid else 'a2000000-0000-4000-8000-000000000000' end;
select * from pg_temp.counters;
update appointments set customer_id = null where scheduled_date > '2036-07-25';
select * from pg_temp.counters;
delete from appointments where scheduled_date < '2036-06-25';
select * from pg_temp.counters;
-- A customer who goes leaves the appointments; one rolled back leaves the counters.
savepoint before;
delete from customers where name = 'Dora';
select customer_id is null as without, count(*) from appointments group by 1 order by 1;
rollback to before;
select * from pg_temp.counters;
reset role;
truncate appointments;
select * from pg_temp.counters;
rollback;
