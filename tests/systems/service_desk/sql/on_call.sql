-- Who is called: on duty by days and hours on the organisation's clocks, by priority, primary first; off duty in an
-- emergency only.
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
-- On duty: the clock as an argument. 2026-06-05 was a Friday.
select days, starts, ends, string_agg(to_char(at, 'Dy HH24:MI'), ', ' order by at) filter (where callcoach.is_on_duty(days::text[], starts::time, ends::time, at)) as on_duty
  from (values (null, null, null), ('{}', null, null), ('{friday}', null, null), ('{friday}', '09:00', '17:00'), ('{friday}', '22:00', '06:00'), ('{sunday}', '22:00', '06:00'),
               (null, '22:00', '06:00'), ('{friday}', '00:00', '24:00'), ('{friday}', '12:00', '12:00'), ('{friday}', '23:59:59.999999', '00:00'), ('{Friday,freitag}', null, null)) as c (days, starts, ends),
       unnest(array['2026-06-05 00:00', '2026-06-05 08:59:59.999999', '2026-06-05 09:00', '2026-06-05 17:00', '2026-06-05 22:00', '2026-06-05 23:59:59.999999', '2026-06-06 05:59', '2026-06-06 06:00', '2026-06-08 03:00']::timestamp[]) as at
 group by days, starts, ends order by days nulls first, starts nulls first, ends;
select urgency, e.* from unnest(array['low', 'normal', 'medium', 'high', 'emergency', 'urgent', 'EMERGENCY', '', null]) as urgency, pg_temp.tried(format('select callcoach.reaches_off_duty(%L)', urgency)) e;
select e.* from pg_temp.tried($$select callcoach.is_on_duty(null, null, null, null)$$) e;

-- Whom the function picks. Duty is set about the time it is in Acme's time zone, so that this can be run at any time.
delete from emergency_contacts where organization_id = :'acme';
create function pg_temp.contact(who text, is_on boolean, prio int default 1, is_first boolean default false, active boolean default true) returns void language sql as $$
  insert into emergency_contacts (organization_id, name, phone, available_days, priority, is_primary, is_active)
  values ('a0000000-0000-4000-8000-000000000000', who, '+15550003009', case when is_on then null else '{}'::text[] end, prio, is_first, active) $$;
create function pg_temp.called(what text) returns text language sql as $$
  select coalesce((c).name, case when c is null then 'nobody' end) from get_on_call_contact('a0000000-0000-4000-8000-000000000000', what) c $$;
grant execute on all functions in schema pg_temp to public;
select pg_temp.as_user('mia'), set_config('role', 'authenticated', true) \g /dev/null
select pg_temp.called('high'), pg_temp.called('emergency'), get_on_call_contact(:'acme', 'emergency') is null as is_null;
reset role;
select pg_temp.contact('inactive', true, 1, true, false), pg_temp.contact('off, second', false, 2, true), pg_temp.contact('off, first', false, 1) \g /dev/null
set local role authenticated;
select pg_temp.called('low'), pg_temp.called('high'), pg_temp.called('emergency');
reset role;
select pg_temp.contact('on, third', true, 3, true) \g /dev/null
set local role authenticated;
select pg_temp.called('low'), pg_temp.called('emergency');
reset role;
select pg_temp.contact('on, second', true, 2), pg_temp.contact('on, second, primary', true, 2, true) \g /dev/null
set local role authenticated;
select pg_temp.called('low'), pg_temp.called('emergency');
-- Among equals the older one.
reset role;
update emergency_contacts set created_at = now() - interval '1 day' where name = 'on, third';
update emergency_contacts set priority = 2 where name = 'on, third';
set local role authenticated;
select pg_temp.called('medium');
-- Hours on Acme's clocks, not on the session's or UTC's: on for the hour that it is there.
reset role;
delete from emergency_contacts where organization_id = :'acme';
update organizations set timezone = 'Asia/Kathmandu' where id = :'acme';
insert into emergency_contacts (organization_id, name, phone, available_hours_start, available_hours_end)
select :'acme', name, '+15550003009', (local + a)::time, (local + b)::time
  from (select now() at time zone 'Asia/Kathmandu' as local) l,
       (values ('now', interval '-10 min', interval '10 min'), ('later', interval '10 min', interval '20 min')) as t (name, a, b);
set local role authenticated;
select pg_temp.called('low');
reset role;
delete from emergency_contacts where name = 'now';
set local role authenticated;
select pg_temp.called('low'), pg_temp.called('emergency');
-- The server; others, and what is no urgency.
select statement, e.* from unnest(array[$$select get_on_call_contact('a0000000-0000-4000-8000-000000000000', 'someday')$$, $$select get_on_call_contact('a0000000-0000-4000-8000-000000000000', null)$$]) as statement, pg_temp.tried(statement) e;
select pg_temp.writes(name, $$select get_on_call_contact('a0000000-0000-4000-8000-000000000000', 'low')$$), name from unnest(array['olga', 'adam', 'mia', 'bob', 'nina', null]) as name;
set local role service_role;
select (get_on_call_contact(:'acme', 'emergency')).name, (get_on_call_contact(:'birch', 'low')).name;
rollback;
