-- Slots, with the clock as an argument: hours, holidays, capacity, and the days on which clocks change.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set tried :abs_srcdir '/../../pg_regress/include/tried.sql'
\set ECHO none
\i :tried
create function pg_temp.slots(day date, minutes int, zone text, settings jsonb default '{}', at timestamptz default '-infinity', starts timestamptz[] default '{}', ends timestamptz[] default '{}', lanes int[] default '{}')
returns text language sql as $$
  select string_agg(case when is_available then '' else '!' end || to_char(start_time, 'HH24:MI') || '-' || left(end_time::text, 5), ' ' order by start_time)
    from callcoach.time_slots(day, minutes, zone, settings, starts, ends, lanes, at) $$;
\set ECHO all
set timezone = 'Asia/Tokyo';
-- By default Monday to Friday, 09:00 to 17:00.
select day, to_char(day, 'Dy'), pg_temp.slots(day, 120, 'America/New_York') from (select '2026-06-01'::date + n as day from generate_series(0, 6) n) d;
select pg_temp.slots('2026-06-01', 60, 'UTC', null) is not distinct from pg_temp.slots('2026-06-01', 60, 'UTC', '{}') as same;
-- Several windows, a day closed, a holiday, up to midnight.
select day, pg_temp.slots(day::date, 60, 'UTC', '{"business_hours": {"monday": [{"start": "08:30", "end": "12:00"}, {"start": "13:00", "end": "15:00"}], "tuesday": [], "friday": [{"start": "22:00", "end": "24:00"}]}, "holidays": ["2026-06-08"]}')
  from unnest(array['2026-06-01', '2026-06-02', '2026-06-03', '2026-06-05', '2026-06-08', '2026-06-15']) as day;
-- 23 hours, 25 hours: New York, Berlin, Lord Howe (half an hour), none; and where clocks change at midnight.
\set night '{"business_hours": {"saturday": [{"start": "00:00", "end": "04:00"}], "sunday": [{"start": "00:00", "end": "04:00"}]}}'
\set always '{"business_hours": {"saturday": [{"start": "00:00", "end": "24:00"}], "sunday": [{"start": "00:00", "end": "24:00"}]}}'
select zone, day, pg_temp.slots(day::date, 60, zone, :'night') as night, pg_temp.slots(day::date, 90, zone, :'night') as "of 90 minutes",
       (select count(*) from callcoach.time_slots(day::date, 30, zone, :'always', null, null, null, '-infinity')) as half_hours
  from (values ('America/New_York', '2026-03-08'), ('America/New_York', '2026-11-01'), ('America/New_York', '2026-11-08'),
               ('Europe/Berlin', '2026-03-29'), ('Europe/Berlin', '2026-10-25'), ('Australia/Lord_Howe', '2026-10-04'), ('Australia/Lord_Howe', '2026-04-05'),
               ('Asia/Kolkata', '2026-03-29'), ('UTC', '2026-03-29'), ('America/Havana', '2026-03-08'), ('America/Havana', '2026-11-01'), ('America/Sao_Paulo', '2018-02-17')) as t (zone, day);
-- Every slot of every day of a year in each zone is a time that PostgreSQL can take back and forth, and none is missing
-- that is one; each is as long as asked. (In Havana one ends at 24:00, which clocks show as 01:00.)
with zones as (select unnest(array['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Havana', 'Africa/Casablanca', 'Pacific/Apia']) as zone),
days as (select '2026-01-01'::date + n as day from generate_series(0, 364) n),
always as (select '{"business_hours": {"monday": [{"start": "00:00", "end": "24:00"}], "tuesday": [{"start": "00:00", "end": "24:00"}], "wednesday": [{"start": "00:00", "end": "24:00"}], "thursday": [{"start": "00:00", "end": "24:00"}], "friday": [{"start": "00:00", "end": "24:00"}], "saturday": [{"start": "00:00", "end": "24:00"}], "sunday": [{"start": "00:00", "end": "24:00"}]}}'::jsonb as settings),
offered as (select z.zone, d.day, s.start_time, s.end_time from zones z, days d, always a, callcoach.time_slots(d.day, 30, z.zone, a.settings, null, null, null, '-infinity') s),
possible as (select z.zone, d.day, (d.day + make_interval(mins => 30 * n))::time as start_time from zones z, days d, generate_series(0, 47) n
              where (d.day + make_interval(mins => 30 * n)) at time zone z.zone at time zone z.zone = d.day + make_interval(mins => 30 * n))
select zone, count(*) filter (where o.zone is null) as missing, count(*) filter (where p.zone is null) as impossible,
       count(*) filter (where ((day + start_time) at time zone zone + interval '30 min') at time zone zone
                              <> case when end_time = '24:00' then day + 1 else day end + case when end_time = '24:00' then '00:00' else end_time end) as of_other_length,
       count(o.zone) as offered
  from offered o full join possible p using (zone, day, start_time) group by zone order by zone;
-- What is booked: over midnight from the day before, in part, from end to end; the past; two at a time.
select pg_temp.slots('2026-06-01', 60, 'UTC', '{"business_hours": {"monday": [{"start": "00:00", "end": "05:00"}]}}', '2026-06-01 00:00+00',
  '{2026-05-31 23:00+00, 2026-06-01 02:30+00, 2026-06-01 04:00+00}', '{2026-06-01 00:30+00, 2026-06-01 02:35+00, 2026-06-01 05:00+00}', '{1, 1, 1}') as booked;
select at, pg_temp.slots('2026-06-01', 120, 'America/New_York', '{}', at::timestamptz) from unnest(array['2026-06-01 13:00:00+00', '2026-06-01 13:00:00.000001+00', '2026-06-01 20:00+00', 'infinity', '-infinity']) as at;
select pg_temp.slots('2026-06-01', 240, 'UTC', '{"capacity": 2}', '-infinity', '{2026-06-01 09:00+00, 2026-06-01 13:00+00, 2026-06-01 14:00+00}', '{2026-06-01 10:00+00, 2026-06-01 15:00+00, 2026-06-01 16:00+00}', '{1, 1, 2}') as two;
-- Durations, and what is refused.
select minutes, (select count(*) from callcoach.time_slots('2026-06-01', minutes, 'UTC', '{}', null, null, null, now())) from unnest(array[5, 7, 45, 480]) as minutes;
select a as arguments, e.* from unnest(array[
  $$'2026-06-01', 4, 'UTC', '{}', null, null, null, now()$$, $$'2026-06-01', 481, 'UTC', '{}', null, null, null, now()$$, $$'2026-06-01', 0, 'UTC', '{}', null, null, null, now()$$,
  $$'2026-06-01', -60, 'UTC', '{}', null, null, null, now()$$, $$'2026-06-01', 2147483647, 'UTC', '{}', null, null, null, now()$$,
  $$'2026-06-01', null, 'UTC', '{}', null, null, null, now()$$, $$null, 60, 'UTC', '{}', null, null, null, now()$$, $$'2026-06-01', 60, null, '{}', null, null, null, now()$$,
  $$'2026-06-01', 60, 'UTC', '{}', null, null, null, null$$, $$'infinity', 60, 'UTC', '{}', null, null, null, now()$$, $$'5874897-12-31', 60, 'UTC', '{}', null, null, null, now()$$,
  $$'4713-01-01 BC', 60, 'UTC', '{}', null, null, null, now()$$,
  $$'2026-06-01', 60, 'Mars/Base', '{}', null, null, null, now()$$, $$'2026-06-01', 60, '', '{}', null, null, null, now()$$, $$'2026-06-01', 60, '../../etc/passwd', '{}', null, null, null, now()$$,
  $$'2026-06-01', 60, 'UTC', '[]', null, null, null, now()$$, $$'2026-06-01', 60, 'UTC', '{"capacity": 0}', null, null, null, now()$$,
  $$'2026-06-01', 60, 'UTC', '{}', array[now()], null, null, now()$$, $$'2026-06-01', 60, 'UTC', '{}', array[null::timestamptz], array[now()], array[1], now()$$,
  $$'2026-06-01', 60, 'UTC', '{}', '{-infinity}', '{infinity}', '{-1}', now()$$]) as a, pg_temp.tried('select count(*) from callcoach.time_slots(' || a || ')') as e;
-- A lane.
select callcoach.seat('{}', null, null, null, '2026-06-01 09:00+00', '2026-06-01 10:00+00') as free,
  callcoach.seat('{}', '{2026-06-01 09:00+00}', '{2026-06-01 10:00+00}', '{1}', '2026-06-01 09:30+00', '2026-06-01 10:30+00') as full,
  callcoach.seat('{"capacity": 2}', '{2026-06-01 09:00+00, 2026-06-01 10:00+00}', '{2026-06-01 10:00+00, 2026-06-01 11:00+00}', '{1, 2}', '2026-06-01 09:30+00', '2026-06-01 10:30+00') as moved;
