-- A plumber's desk, from sign-up to a full calendar: make demo SYSTEM=service_desk
\set QUIET on
\set SHOW_CONTEXT never
\pset footer off
\pset null '-'
set search_path = service_desk, public;
set client_min_messages = warning;
set timezone = 'America/New_York';
\set olga '00000000-0000-4000-8000-000000000001'
\set mia '00000000-0000-4000-8000-000000000002'
\set bob '00000000-0000-4000-8000-000000000003'

\echo
\echo '== Three people sign up; each has a profile. Olga makes an organisation, and invites Mia'
insert into auth.users (id, email, raw_user_meta_data) values
  (:'olga', 'olga@riverside.example', '{"full_name": "Olga Owner"}'), (:'mia', 'mia@riverside.example', '{"name": "Mia"}'),
  (:'bob', 'bob@elsewhere.example', '{}');
create function pg_temp.sign_in(who uuid) returns void language sql as $$
  select set_config('request.jwt.claims', jsonb_build_object('role', 'authenticated', 'sub', who)::text, false) $$;
grant execute on function pg_temp.sign_in(uuid) to public;
select pg_temp.sign_in(:'olga') \g /dev/null
set role authenticated;
select create_organization('Riverside Plumbing', 'plumbing', 'America/New_York') as riverside \gset
update organizations set twilio_auth_token = 'a secret of Twilio''s', settings = '{
  "capacity": 2, "holidays": ["2036-07-04"],
  "business_hours": {
    "monday": [{"start": "08:00", "end": "12:00"}, {"start": "13:00", "end": "17:00"}],
    "friday": [{"start": "08:00", "end": "12:00"}],
    "sunday": [{"start": "00:00", "end": "06:00"}]}}';
insert into organization_invitations (organization_id, invited_email, role) values (:'riverside', 'mia@riverside.example', 'member');
reset role;
-- The server mails the token, which nobody else can read.
select token from organization_invitations \gset
set role authenticated;
select pg_temp.sign_in(:'mia') \g /dev/null
select accept_invitation(:'token') \g /dev/null
select p.full_name, p.email, m.role from organization_members m join user_profiles p on p.id = m.user_id order by m.role desc;

\echo '== Mia books: two may go on at once, the third is told that it is full'
insert into customers (organization_id, name, phone_number) values
  (:'riverside', 'Carla', '+12025550101'), (:'riverside', 'Dora', '+12025550102'), (:'riverside', 'Emil', '+12025550103');
insert into appointments (organization_id, customer_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time, duration_minutes)
select organization_id, id, name, phone_number, 'repair', '2036-06-02', (case name when 'Carla' then '09:00' else '09:30' end)::time, 60
  from customers where name in ('Carla', 'Dora');
\set ON_ERROR_STOP off
insert into appointments (organization_id, customer_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time, duration_minutes)
select organization_id, id, name, phone_number, 'repair', '2036-06-02', '09:00', 60 from customers where name = 'Emil';
\set ON_ERROR_STOP on
\echo
\echo '== The slots of that Monday (get_available_time_slots)'
select start_time, end_time, case when is_available then 'free' else 'full' end as is from get_available_time_slots(:'riverside', '2036-06-02');
\echo '== Emil takes 10:30; Carla cancels; counters follow'
insert into appointments (organization_id, customer_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time)
select organization_id, id, name, phone_number, 'repair', '2036-06-02', '10:30' from customers where name = 'Emil';
update appointments set status = 'cancelled' where customer_name = 'Carla';
select customer_name, status, scheduled_time, duration_minutes as minutes, lane, period from appointments order by scheduled_time;
select name, total_appointments, last_appointment_date from customers order by name;

\echo '== A holiday has no slots; on the night when clocks are set forward, 02:00 is not there and an hour stays an hour'
select count(*) as on_the_fourth_of_july from get_available_time_slots(:'riverside', '2036-07-04');
select start_time, end_time from get_available_time_slots(:'riverside', '2036-03-09');

\echo '== Who is on call (get_on_call_contact): duty by days and hours; in an emergency whoever comes first, on duty or not'
reset role;
insert into emergency_contacts (organization_id, name, phone, priority, available_days, available_hours_start, available_hours_end) values
  (:'riverside', 'Nico, never on duty', '+12025550111', 1, '{}', null, null),
  (:'riverside', 'Rita, for the next hour', '+12025550112', 2, null, (now() at time zone 'America/New_York')::time, (now() at time zone 'America/New_York' + interval '1 hour')::time);
set role authenticated;
select urgency, (get_on_call_contact(:'riverside', urgency)).name from unnest(array['normal', 'emergency']) as urgency;
reset role;
delete from emergency_contacts where name like 'Rita%';
set role authenticated;
select urgency, (get_on_call_contact(:'riverside', urgency)).name from unnest(array['normal', 'emergency']) as urgency;

\echo '== Bob, of no organisation: no rows, and one error whether it exists or not. Nobody reads the credentials back'
select pg_temp.sign_in(:'bob') \g /dev/null
select count(*) as appointments_that_bob_sees from appointments;
\set ON_ERROR_STOP off
select * from get_available_time_slots(:'riverside', '2036-06-02');
select * from get_available_time_slots('00000000-0000-4000-8000-00000000000f', '2036-06-02');
select pg_temp.sign_in(:'olga') \g /dev/null
select twilio_auth_token from organizations;
\set ON_ERROR_STOP on
\echo
\echo '== What the audit log says of it, to Olga'
select operation, table_name, count(*), count(*) filter (where user_id = :'mia') as by_mia from audit_log
 group by operation, table_name order by table_name, operation;
reset role;
