-- Two organisations and their people: olga owns Acme, adam is its admin, mia a member; bob owns Birch, ben is its
-- member; nina belongs to none. A row of every table in each. Within a transaction that is rolled back.
\set acme 'a0000000-0000-4000-8000-000000000000'
\set birch 'b0000000-0000-4000-8000-000000000000'
\set olga '00000000-0000-4000-8000-000000000001'
\set adam '00000000-0000-4000-8000-000000000002'
\set mia '00000000-0000-4000-8000-000000000003'
\set bob '00000000-0000-4000-8000-000000000004'
\set ben '00000000-0000-4000-8000-000000000005'
\set nina '00000000-0000-4000-8000-000000000006'
set local search_path = service_desk, public;
set local timezone = 'UTC';
set local client_min_messages = warning;
insert into auth.users (id, email, raw_user_meta_data, created_at) values
  (:'olga', 'olga@acme.test', '{"full_name": "Olga Owner"}', now()), (:'adam', 'adam@acme.test', '{"name": "Adam Admin"}', now()),
  (:'mia', 'mia@acme.test', '{}', now()), (:'bob', 'bob@birch.test', null, now()), (:'ben', 'ben@birch.test', null, now()),
  (:'nina', 'nina@home.test', null, now());
insert into organizations (id, name, industry, twilio_auth_token, byo_sip_credentials, google_refresh_token, outlook_refresh_token, calendly_api_key, settings) values
  (:'acme', 'Acme', 'plumbing', 'acme-twilio-secret', '{"password": "acme-sip-secret"}', 'acme-google-secret', 'acme-outlook-secret', 'acme-calendly-secret', '{}'),
  (:'birch', 'Birch', 'roofing', 'birch-twilio-secret', '{"password": "birch-sip-secret"}', 'birch-google-secret', 'birch-outlook-secret', 'birch-calendly-secret', '{}');
insert into organization_members (organization_id, user_id, role) values
  (:'acme', :'olga', 'owner'), (:'acme', :'adam', 'admin'), (:'acme', :'mia', 'member'),
  (:'birch', :'bob', 'owner'), (:'birch', :'ben', 'member');
-- For organisation o, by its letter: o1… is the assistant, o2… the customer, o3… the appointment, o4… the contact.
create function pg_temp.furnish(o uuid, owner uuid) returns void language plpgsql as $$
declare
  l constant text := left(o::text, 1);
  tail constant text := '000000-0000-4000-8000-000000000000';
begin
  insert into organization_invitations (id, organization_id, invited_by_user_id, invited_email, role, token) values
    ((l || '9' || tail)::uuid, o, owner, 'guest@' || l || '.test', 'member', l || repeat('0', 40));
  insert into vapi_assistants (id, organization_id, vapi_assistant_id, name, industry, language, system_prompt, voice_config) values
    ((l || '1' || tail)::uuid, o, 'asst_' || l, 'Desk', 'plumbing', 'en', 'Be kind.', '{}');
  insert into phone_number_assignments (id, organization_id, vapi_assistant_id, phone_number, phone_provider) values
    ((l || '5' || tail)::uuid, o, (l || '1' || tail)::uuid, '+15550000001', 'twilio');
  insert into customers (id, organization_id, name, phone_number) values
    ((l || '2' || tail)::uuid, o, 'Carla', '+15550001001');
  insert into appointments (id, organization_id, customer_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time) values
    ((l || '3' || tail)::uuid, o, (l || '2' || tail)::uuid, 'Carla', '+15550001001', 'repair', '2036-06-02', '09:00');
  insert into call_logs (id, organization_id, vapi_call_id, vapi_assistant_id, customer_phone_number, call_status, transcript) values
    ((l || '6' || tail)::uuid, o, 'call_' || l, (l || '1' || tail)::uuid, '+15550001001', 'ended', 'a transcript of ' || l);
  insert into sms_communications (id, organization_id, customer_id, phone_number, message_content, message_type, language_code, direction) values
    ((l || '7' || tail)::uuid, o, (l || '2' || tail)::uuid, '+15550001001', 'See you.', 'reminder', 'en', 'outbound');
  insert into call_transfers (id, organization_id, vapi_call_id, transfer_to) values
    ((l || '8' || tail)::uuid, o, 'call_' || l, '+15550002001');
  insert into emergency_contacts (id, organization_id, name, phone) values
    ((l || '4' || tail)::uuid, o, 'Erin', '+15550003001');
  insert into emergency_notifications (organization_id, emergency_contact_id, notification_type, urgency, message) values
    (o, (l || '4' || tail)::uuid, 'sms', 'emergency', 'A pipe burst.');
  insert into billing_subscriptions (organization_id, stripe_subscription_id, stripe_customer_id, status, plan_name, current_period_start, current_period_end) values
    (o, 'sub_' || l, 'cus_' || l, 'active', 'pro', '2026-01-01', '2026-02-01');
  insert into billing_invoices (organization_id, stripe_invoice_id, amount_paid, status) values
    (o, 'in_' || l, 4900, 'paid');
end
$$;
select pg_temp.furnish(:'acme', :'olga'), pg_temp.furnish(:'birch', :'bob') \g /dev/null
-- The request of a user, by name; NULL: a token without one.
create function pg_temp.as_user(name text) returns void language sql as $$
  select set_config('request.jwt.claims', jsonb_strip_nulls(jsonb_build_object('role', 'authenticated', 'sub',
    (select '00000000-0000-4000-8000-00000000000' || n from unnest(array['olga', 'adam', 'mia', 'bob', 'ben', 'nina']) with ordinality as u (name, n)
      where u.name = as_user.name), 'email', case when name is not null then name || '@acme.test' end))::text, true)
$$;
-- A statement as a user, taken back: its SQLSTATE, or how many rows it wrote.
create function pg_temp.writes(name text, statement text) returns text language plpgsql as $$
declare
  n bigint;
begin
  perform pg_temp.as_user(name);
  begin
    execute statement;
    get diagnostics n = row_count;
    raise exception using errcode = 'UNDO0', message = n;
  exception when sqlstate 'UNDO0' then
    return sqlerrm;
  when others then
    return sqlstate;
  end;
end
$$;
-- Rows that a user reads.
create function pg_temp.reads(name text, tbl text) returns text language plpgsql as $$
declare
  n bigint;
begin
  perform pg_temp.as_user(name);
  execute format('select count(*) from %I', tbl) into n;
  return n;
exception when insufficient_privilege then
  return 'refused';
end
$$;
grant execute on all functions in schema pg_temp to public;
