-- Booking: a slot is taken once, or as often as the capacity says; whatever makes an appointment block keeps to it.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/world.sql'
\set tried :abs_srcdir '/../../pg_regress/include/tried.sql'
\set ECHO none
\i :tried
begin;
\i :include
\set ECHO all
create function pg_temp.book(at text, minutes int default 60, day date default '2036-06-02', state text default 'pending') returns text language plpgsql as $$
declare
  said record;
begin
  insert into appointments (organization_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time, duration_minutes, status)
  values ('a0000000-0000-4000-8000-000000000000', at, '+15550009999', 'x', day, at::time, minutes, state) returning lane, period into said;
  return coalesce('lane ' || said.lane, 'no lane');
exception when others then
  return sqlstate || ' ' || sqlerrm;
end
$$;
create function pg_temp.change(what text, how text) returns text language plpgsql as $$
declare
  n bigint;
begin
  execute format('update appointments set %s where customer_name = %L and organization_id = %L', how, what, 'a0000000-0000-4000-8000-000000000000');
  get diagnostics n = row_count;
  return n;
exception when others then
  return sqlstate || ' ' || sqlerrm;
end
$$;
create function pg_temp.slots(day date default '2036-06-02', minutes int default 60) returns text language sql as $$
  select string_agg(case when is_available then '' else '!' end || to_char(start_time, 'HH24:MI'), ' ' order by start_time)
    from get_available_time_slots('a0000000-0000-4000-8000-000000000000', day, minutes) $$;
grant execute on all functions in schema pg_temp to public;
set local role authenticated;
select pg_temp.as_user('mia') \g /dev/null
-- Acme's first appointment is at 09:00 on that Monday, in New York.
select scheduled_time, lane, period from appointments;
select pg_temp.slots();
select pg_temp.book('09:00'), pg_temp.book('08:30'), pg_temp.book('09:59', 1), pg_temp.book('08:00', 61), pg_temp.book('08:30', 480);
select * from pg_temp.tried($$insert into appointments (organization_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time) values ('a0000000-0000-4000-8000-000000000000', 'x', '+15550009999', 'x', '2036-06-02', '09:30')$$);
-- From end to end; outside of business hours; another day; cancelled, completed and missed ones take no room.
select pg_temp.book('10:00'), pg_temp.book('08:00'), pg_temp.book('20:00'), pg_temp.book('09:00', 60, '2036-06-03'),
       pg_temp.book('09:00', 60, '2036-06-02', 'cancelled'), pg_temp.book('09:00', 60, '2036-06-02', 'completed'), pg_temp.book('09:00', 60, '2036-06-02', 'no_show');
select pg_temp.slots(), pg_temp.slots('2036-06-02', 30) as half_hours;
-- A change of time, date, duration; cancelled, and confirmed again when somebody else is there.
select pg_temp.change('Carla', $$scheduled_time = '10:00'$$), pg_temp.change('Carla', $$scheduled_time = '09:30'$$), pg_temp.change('Carla', $$duration_minutes = 61$$),
       pg_temp.change('Carla', $$scheduled_date = '2036-06-03'$$), pg_temp.change('Carla', $$notes = 'x', status = 'confirmed'$$);
select pg_temp.change('Carla', $$status = 'cancelled'$$), pg_temp.slots();
select pg_temp.book('09:30', 30), pg_temp.change('Carla', $$status = 'confirmed'$$), pg_temp.change('Carla', $$status = 'pending', duration_minutes = 30$$), pg_temp.slots('2036-06-02', 30);
select pg_temp.change('Carla', $$scheduled_time = '14:00', duration_minutes = 120$$), pg_temp.slots();
select customer_name, status, lane, period from appointments order by period, customer_name, status;
-- When what happened.
select confirmed_at = now() as confirmed, cancelled_at = now() as cancelled, completed_at from appointments where customer_name = 'Carla';
select pg_temp.change('Carla', $$status = 'completed', completed_at = '2036-06-02 12:00+00'$$), pg_temp.change('Carla', $$status = 'confirmed', confirmed_at = '2036-06-02 13:00+00'$$);
select confirmed_at, completed_at from appointments where customer_name = 'Carla';
-- Over midnight into the next day.
select pg_temp.book('23:30', 480, '2036-06-03'), pg_temp.book('07:29', 60, '2036-06-04'), pg_temp.book('07:30', 60, '2036-06-04');
-- A day on which clocks change: a time that they leave out is none; an hour lasts an hour.
select pg_temp.book('02:30', 60, '2036-03-09'), pg_temp.book('01:30', 60, '2036-03-09'), pg_temp.book('03:00', 30, '2036-03-09'), pg_temp.book('03:30', 30, '2036-03-09');
select * from pg_temp.tried($$insert into appointments (organization_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time) values ('a0000000-0000-4000-8000-000000000000', 'x', '+15550009999', 'x', '2036-03-09', '02:30')$$);
select pg_temp.book('00:30', 60, '2036-11-02'), pg_temp.book('01:00', 60, '2036-11-02');
select scheduled_time, period from appointments where scheduled_date in ('2036-03-09', '2036-11-02') order by period;
-- As far as dates go.
select day, pg_temp.book('09:00', 480, day), pg_temp.slots(day, 240) from unnest(array['4500-07-02', '4707-11-28', '0769-02-05 BC']::date[]) as day;
select day, pg_temp.book('09:00', 60, day) from unnest(array['infinity', '5874897-12-31', '294276-12-31', '4713-11-24 BC', '4713-01-01 BC']::date[]) as day;
select day, e.code, e.message from unnest(array['infinity', '4707-12-01', '5874897-12-31', '0770-01-01 BC', '4713-11-24 BC']) as day, pg_temp.tried(format('select pg_temp.slots(%L)', day)) as e;
rollback;

-- Two at a time. Whoever gives way changes lanes, never time.
begin;
\set ECHO none
\i :include
delete from appointments;
create function pg_temp.book(at text, minutes int default 60, day date default '2036-06-02') returns text language plpgsql as $$
declare
  said record;
begin
  insert into appointments (organization_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time, duration_minutes)
  values ('a0000000-0000-4000-8000-000000000000', at, '+15550009999', 'x', day, at::time, minutes) returning lane into said;
  return 'lane ' || said.lane;
exception when others then
  return sqlstate || ' ' || sqlerrm;
end
$$;
create function pg_temp.slots(minutes int default 60) returns text language sql as $$
  select string_agg(case when is_available then '' else '!' end || to_char(start_time, 'HH24:MI'), ' ' order by start_time)
    from get_available_time_slots('a0000000-0000-4000-8000-000000000000', '2036-06-02', minutes) $$;
grant execute on all functions in schema pg_temp to public;
\set ECHO all
update organizations set settings = '{"capacity": 2}' where id = :'acme';
set local role authenticated;
select pg_temp.as_user('mia') \g /dev/null
select pg_temp.book('09:00'), pg_temp.book('09:00'), pg_temp.book('09:00'), pg_temp.book('10:00'), pg_temp.slots();
delete from appointments where scheduled_time = '09:00' and lane = 2;
select pg_temp.book('10:30', 30), pg_temp.slots();
-- 09:00 to 10:00 in the first lane, 10:00 to 11:00 in the first, 10:30 to 11:00 in the second. Now the first two in
-- different lanes, so that 09:30 to 10:30 would find neither free:
delete from appointments;
select pg_temp.book('09:00'), pg_temp.book('10:00', 30), pg_temp.book('09:15', 15), pg_temp.book('10:00', 60);
delete from appointments where scheduled_time = '09:15' or (scheduled_time = '10:00' and duration_minutes = 30);
select scheduled_time, lane from appointments order by scheduled_time;
select pg_temp.book('09:30'), pg_temp.book('09:30'), pg_temp.slots(30);
select scheduled_time, duration_minutes, lane, period from appointments order by scheduled_time;
-- Less capacity takes nothing away; more is there at once.
reset role;
update organizations set settings = '{}' where id = :'acme';
set local role authenticated;
select pg_temp.slots(), pg_temp.book('09:00'), pg_temp.book('12:00'), pg_temp.book('12:00');
reset role;
update organizations set settings = '{"capacity": 3}' where id = :'acme';
set local role authenticated;
select pg_temp.book('09:30'), pg_temp.book('09:30'), pg_temp.slots();
-- Many in one statement, each sees those before it.
select count(*) filter (where outcome like 'lane%') as booked, count(*) filter (where outcome like '23P01%') as refused
  from (select pg_temp.book('15:00') as outcome from generate_series(1, 20)) t;
savepoint before;
insert into appointments (organization_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time)
select :'acme', 'x', '+15550009999', 'x', '2036-06-02', '16:00' from generate_series(1, 4);
rollback to before;
-- What is of another organisation takes no room here.
select count(*) from get_available_time_slots(:'acme', '2036-06-09') where is_available;
reset role;
insert into appointments (organization_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time) select :'birch', 'x', '+15550009999', 'x', '2036-06-09', '09:00';
select count(*) from get_available_time_slots(:'acme', '2036-06-09') where is_available;
-- The constraint itself, for whoever goes round the trigger.
alter table appointments disable trigger place_appointment;
savepoint before;
insert into appointments (organization_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time, lane, period)
values (:'birch', 'x', '+15550009999', 'x', '2036-06-09', '09:30', 1, '[2036-06-09 13:30+00, 2036-06-09 14:30+00)');
rollback to before;
select e.code, e.message from pg_temp.tried($$insert into appointments (organization_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time)
  values ('b0000000-0000-4000-8000-000000000000', 'x', '+15550009999', 'x', '2036-06-09', '09:30')$$) e;
rollback;

-- Another time zone: what is agreed by the clock stays so.
begin;
\set ECHO none
\i :include
\set ECHO all
insert into appointments (organization_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time)
select :'acme', 'x', '+15550009999', 'x', '2036-06-02', make_time(h, 0, 0) from generate_series(10, 16) h;
insert into appointments (organization_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time) values (:'acme', 'past', '+15550009999', 'x', '2020-06-02', '09:00');
update organizations set timezone = 'America/Chicago' where id = :'acme';
select scheduled_date, scheduled_time, lane, period from appointments where organization_id = :'acme' order by period;
select string_agg(start_time::text || is_available, ' ') from get_available_time_slots(:'acme', '2036-06-02', 120);
update organizations set timezone = 'Asia/Tokyo' where id = :'acme';
select scheduled_time, period from appointments where organization_id = :'acme' and scheduled_date > '2030-01-01' order by period limit 2;
-- To one whose clocks leave an appointment's time out.
insert into appointments (organization_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time) values (:'acme', 'x', '+15550009999', 'x', '2036-03-30', '02:30');
savepoint before;
update organizations set timezone = 'Europe/Berlin' where id = :'acme';
rollback;
