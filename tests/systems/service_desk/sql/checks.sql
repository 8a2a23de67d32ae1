-- What the columns refuse: each CHECK of the document, telephone numbers, languages, time zones, settings.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/world.sql'
\set tried :abs_srcdir '/../../pg_regress/include/tried.sql'
begin;
\set ECHO none
\i :include
\i :tried
\set ECHO all
create function pg_temp.refused(statement text) returns text language plpgsql as $$
declare
  said text;
begin
  execute statement;
  raise exception using errcode = 'UNDO0';
exception when sqlstate 'UNDO0' then
  return 'accepted';
when others then
  get stacked diagnostics said = constraint_name;
  return sqlstate || coalesce(' ' || nullif(said, ''), ' ' || sqlerrm);
end
$$;
select statement, pg_temp.refused('update ' || statement) as outcome from unnest(array[
  'organization_members set role = ''king''', 'organization_members set role = null',
  'organization_invitations set status = ''lost''', 'organization_invitations set token = ''short''',
  'vapi_assistants set language = ''fr''', 'vapi_assistants set language = null', 'phone_number_assignments set phone_provider = ''att''',
  'customers set primary_language = ''de''', 'customers set total_spent = -1', 'customers set total_spent = 123456789',
  'appointments set duration_minutes = 0', 'appointments set duration_minutes = 481', 'appointments set duration_minutes = 480',
  'appointments set duration_minutes = null', 'appointments set scheduled_time = null', 'appointments set scheduled_date = ''infinity''',
  'appointments set scheduled_date = ''-infinity''',
  'appointments set status = ''maybe''', 'appointments set status = null', 'appointments set language_preference = ''fr''',
  'appointments set calendar_provider = ''apple''', 'appointments set calendar_provider = ''none''', 'appointments set urgency_score = 1.01', 'appointments set urgency_score = -0.01',
  'appointments set urgency_score = ''NaN''', 'call_logs set urgency_score = 2', 'call_logs set call_duration = -1', 'call_logs set language_detected = ''English''',
  'call_logs set language_detected = ''pt-BR''', 'call_logs set customer_phone_number = ''anonymous''',
  'sms_communications set direction = ''up''', 'sms_communications set status = ''read''', 'sms_communications set language_code = ''EN''',
  'call_transfers set status = ''busy''', 'emergency_notifications set status = ''read''',
  'emergency_contacts set available_days = ''{Monday}''', 'emergency_contacts set available_days = ''{monday,sunday}''', 'emergency_contacts set available_days = ''{}''',
  'emergency_contacts set available_hours_start = ''09:00''', 'emergency_contacts set priority = 0', 'emergency_contacts set escalation_timeout = 0',
  'billing_invoices set currency = ''$''', 'billing_subscriptions set current_period_end = ''2020-01-01''',
  'user_profiles set preferred_language = ''english''', 'user_profiles set preferred_language = ''x''',
  'organizations set phone_provider = ''att''', 'organizations set calendar_provider = ''apple''',
  'organizations set timezone = ''Mars/Base''', 'organizations set timezone = null', 'organizations set timezone = ''''', 'organizations set timezone = ''EST5EDT4,M3.2.0''', 'organizations set timezone = ''Europe/Berlin''', 'organizations set timezone = ''UTC''',
  'organizations set settings = null', 'organizations set settings = ''[]''',
  'organizations set settings = ''{"business_hours": {"monday": [{"start": "17:00", "end": "09:00"}]}}''',
  'organizations set settings = ''{"business_hours": {"Monday": []}}''', 'organizations set settings = ''{"capacity": 0}''',
  'organizations set settings = ''{"holidays": ["2026-02-30"]}''', 'organizations set settings = ''{"theme": "dark"}'''
  ]) as statement;
-- What is an abbreviation too means two things; each time zone that is accepted means one, in summer and in winter.
select zone, pg_temp.refused(format('update organizations set timezone = %L', zone)) as outcome
  from unnest(array['CET', 'EET', 'MET', 'WET', 'EST', 'MST', 'HST', 'cet', 'localtime', 'UTC', 'GMT', 'Zulu', 'EST5EDT', 'Singapore']) as zone;
select z.name, count(*)
  from pg_timezone_names z, unnest(array['2036-01-15', '2036-07-15']::date[]) as day, callcoach.time_slots(day, 60, z.name,
         '{"business_hours": {"tuesday": [{"start": "09:00", "end": "17:00"}]}}', array[(day + time '09:00') at time zone z.name],
         array[(day + time '17:00') at time zone z.name], array[1], '-infinity') s
 where s.is_available and not exists (select from pg_timezone_abbrevs a where a.abbrev = upper(z.name)) and z.name <> 'posixrules'
 group by z.name order by z.name;
-- Each column that holds a telephone number.
select target, phone, pg_temp.refused(format('update %s = %L', target, phone)) as outcome
  from unnest(array['organizations set transfer_phone_number', 'organizations set emergency_contact_phone', 'phone_number_assignments set phone_number',
    'customers set phone_number', 'appointments set customer_phone', 'call_logs set customer_phone_number', 'sms_communications set phone_number',
    'call_transfers set transfer_to', 'emergency_contacts set phone']) as target, unnest(array['+493012345678', '555-0100', '+0155500', '15551234567']) as phone;
select phone, pg_temp.refused(format('update customers set phone_number = %L where organization_id = %L', phone, 'a0000000-0000-4000-8000-000000000000')) as outcome
  from unnest(array['+1234567', '+123456', '+123456789012345', '+1234567890123456', '+1 555 000 1001', '+1555000100x', E'+15550001001\n', '', ' +15550001001', '++15550001001', '+１５５５０００１００１']) as phone;
-- Settings say what is wrong with them.
select value, e.code, e.message, e.hint from unnest(array['[]', '{"business_hours": []}', '{"business_hours": {"someday": []}}', '{"business_hours": {"monday": "9-5"}}',
  '{"business_hours": {"monday": [{"start": "09:00", "end": "12:00"}, {"start": "11:00", "end": "13:00"}]}}', '{"capacity": "two"}', '{"holidays": "Christmas"}']) as value,
  pg_temp.tried(format('update organizations set settings = %L', value)) as e;
-- Twice the same.
select statement, pg_temp.refused(statement) as outcome from unnest(array[
  $$insert into organization_members (organization_id, user_id, role) values ('a0000000-0000-4000-8000-000000000000', '00000000-0000-4000-8000-000000000003', 'member')$$,
  $$insert into customers (organization_id, name, phone_number) values ('a0000000-0000-4000-8000-000000000000', 'x', '+15550001001')$$,
  $$insert into phone_number_assignments (organization_id, phone_number, phone_provider) values ('a0000000-0000-4000-8000-000000000000', '+15550000001', 'byo')$$,
  $$insert into vapi_assistants (organization_id, vapi_assistant_id, name, industry, language, system_prompt, voice_config) values ('a0000000-0000-4000-8000-000000000000', 'asst_b', 'x', 'x', 'en', 'x', '{}')$$,
  $$insert into call_logs (organization_id, vapi_call_id, customer_phone_number, call_status) values ('a0000000-0000-4000-8000-000000000000', 'call_b', '+15550009999', 'x')$$,
  $$insert into billing_invoices (organization_id, stripe_invoice_id, amount_paid, status) values ('a0000000-0000-4000-8000-000000000000', 'in_b', 1, 'paid')$$,
  $$insert into billing_subscriptions (organization_id, stripe_subscription_id, stripe_customer_id, status, plan_name, current_period_start, current_period_end) values ('a0000000-0000-4000-8000-000000000000', 'sub_b', 'x', 'x', 'x', now(), now())$$]) as statement;
-- updated_at follows a change, and only a change, in every table that has it.
select tbl, pg_temp.refused(format('do $x$ begin
    alter table %1$I disable trigger update_%1$s_updated_at; update %1$I set updated_at = ''2020-01-01''; alter table %1$I enable trigger update_%1$s_updated_at;
    update %1$I set created_at = created_at; if exists (select from %1$I where updated_at <> ''2020-01-01'') then raise ''touched''; end if;
    update %1$I set created_at = created_at + interval ''1 s''; if exists (select from %1$I where updated_at <> now()) then raise ''not touched''; end if;
  end $x$', tbl)) as outcome
  from (select c.relname as tbl from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'updated_at'
         where c.relnamespace = 'service_desk'::regnamespace and c.relkind = 'r' order by c.relname collate "C") t;
rollback;
