-- Who writes what: each statement as each role, taken back. What is shown is how many rows it wrote, or the SQLSTATE.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/world.sql'
begin;
\set ECHO none
\i :include
\set ECHO all
set local role authenticated;
with tried as (
  select n, btrim(statement) as statement, name, pg_temp.writes(name, statement) as outcome
    from unnest(array['olga', 'adam', 'mia', 'bob', 'nina', null]) as name,
         unnest(array[
    $s$ update user_profiles set full_name = 'x' $s$,
    $s$ update user_profiles set email = 'x@x.test' $s$,
    $s$ update user_profiles set id = gen_random_uuid() $s$,
    $s$ delete from user_profiles $s$,
    $s$ insert into user_profiles (id) values ('00000000-0000-4000-8000-000000000009') $s$,
    $s$ update organizations set name = 'x' $s$,
    $s$ update organizations set settings = '{"capacity": 2}' $s$,
    $s$ update organizations set twilio_auth_token = 'new' $s$,
    $s$ update organizations set id = gen_random_uuid() $s$,
    $s$ update organizations set created_at = now() $s$,
    $s$ insert into organizations (name, industry) values ('x', 'y') $s$,
    $s$ delete from organizations $s$,
    $s$ select create_organization('x', 'y') $s$,
    $s$ insert into organization_members (organization_id, user_id, role) values ('a0000000-0000-4000-8000-000000000000', '00000000-0000-4000-8000-000000000006', 'member') $s$,
    $s$ update organization_members set role = 'admin' where role = 'member' $s$,
    $s$ update organization_members set role = 'owner' where role = 'member' $s$,
    $s$ update organization_members set role = 'owner' where role = 'admin' $s$,
    $s$ update organization_members set role = 'member' where role = 'owner' $s$,
    $s$ update organization_members set user_id = '00000000-0000-4000-8000-000000000006' $s$,
    $s$ delete from organization_members where role = 'member' $s$,
    $s$ delete from organization_members where role = 'admin' $s$,
    $s$ delete from organization_members where role = 'owner' $s$,
    $s$ insert into organization_invitations (organization_id, invited_email, role) values ('a0000000-0000-4000-8000-000000000000', 'new@x.test', 'member') $s$,
    $s$ insert into organization_invitations (organization_id, invited_email, role) values ('a0000000-0000-4000-8000-000000000000', 'new@x.test', 'admin') $s$,
    $s$ insert into organization_invitations (organization_id, invited_email, role) values ('a0000000-0000-4000-8000-000000000000', 'new@x.test', 'owner') $s$,
    $s$ insert into organization_invitations (organization_id, invited_email, role, token) values ('a0000000-0000-4000-8000-000000000000', 'new@x.test', 'member', repeat('x', 40)) $s$,
    $s$ insert into organization_invitations (organization_id, invited_email, role, invited_by_user_id) values ('a0000000-0000-4000-8000-000000000000', 'new@x.test', 'member', '00000000-0000-4000-8000-000000000001') $s$,
    $s$ update organization_invitations set role = 'owner' $s$,
    $s$ update organization_invitations set expires_at = 'infinity' $s$,
    $s$ delete from organization_invitations $s$,
    $s$ insert into vapi_assistants (organization_id, vapi_assistant_id, name, industry, language, system_prompt, voice_config) values ('a0000000-0000-4000-8000-000000000000', 'asst_x', 'x', 'x', 'en', 'x', '{}') $s$,
    $s$ update vapi_assistants set system_prompt = 'x' $s$,
    $s$ update vapi_assistants set vapi_assistant_id = 'x' $s$,
    $s$ delete from vapi_assistants $s$,
    $s$ insert into phone_number_assignments (organization_id, phone_number, phone_provider) values ('a0000000-0000-4000-8000-000000000000', '+15550000009', 'byo') $s$,
    $s$ update phone_number_assignments set is_active = false $s$,
    $s$ update phone_number_assignments set organization_id = 'b0000000-0000-4000-8000-000000000000' $s$,
    $s$ delete from phone_number_assignments $s$,
    $s$ insert into customers (organization_id, name, phone_number) values ('a0000000-0000-4000-8000-000000000000', 'x', '+15550009999') $s$,
    $s$ insert into customers (organization_id, name, phone_number, total_spent) values ('a0000000-0000-4000-8000-000000000000', 'x', '+15550009999', 1) $s$,
    $s$ update customers set notes = 'x' $s$,
    $s$ update customers set total_appointments = 9 $s$,
    $s$ update customers set total_spent = 9 $s$,
    $s$ update customers set last_appointment_date = '2030-01-01' $s$,
    $s$ update customers set organization_id = 'a0000000-0000-4000-8000-000000000000' $s$,
    $s$ delete from customers $s$,
    $s$ insert into appointments (organization_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time) values ('a0000000-0000-4000-8000-000000000000', 'x', '+15550009999', 'x', '2036-06-03', '10:00') $s$,
    $s$ insert into appointments (id, organization_id, customer_name, customer_phone, appointment_type, scheduled_date, scheduled_time) values (gen_random_uuid(), 'a0000000-0000-4000-8000-000000000000', 'x', '+15550009999', 'x', '2036-06-03', '10:00') $s$,
    $s$ update appointments set status = 'confirmed' $s$,
    $s$ update appointments set scheduled_time = '15:00' $s$,
    $s$ update appointments set lane = 7 $s$,
    $s$ update appointments set period = 'empty' $s$,
    $s$ update appointments set organization_id = 'a0000000-0000-4000-8000-000000000000' $s$,
    $s$ delete from appointments $s$,
    $s$ insert into call_logs (organization_id, vapi_call_id, customer_phone_number, call_status) values ('a0000000-0000-4000-8000-000000000000', 'call_x', '+15550009999', 'ended') $s$,
    $s$ update call_logs set summary = 'x' $s$,
    $s$ update call_logs set transcript = 'x' $s$,
    $s$ delete from call_logs $s$,
    $s$ insert into sms_communications (organization_id, phone_number, message_content, message_type, language_code, direction) values ('a0000000-0000-4000-8000-000000000000', '+15550009999', 'x', 'x', 'en', 'outbound') $s$,
    $s$ update sms_communications set status = 'failed' $s$,
    $s$ delete from sms_communications $s$,
    $s$ insert into call_transfers (organization_id, vapi_call_id) values ('a0000000-0000-4000-8000-000000000000', 'call_x') $s$,
    $s$ update call_transfers set status = 'failed' $s$,
    $s$ delete from call_transfers $s$,
    $s$ insert into emergency_contacts (organization_id, name, phone) values ('a0000000-0000-4000-8000-000000000000', 'x', '+15550009999') $s$,
    $s$ update emergency_contacts set phone = '+15550009998' $s$,
    $s$ delete from emergency_contacts $s$,
    $s$ insert into emergency_notifications (organization_id, notification_type, urgency, message) values ('a0000000-0000-4000-8000-000000000000', 'sms', 'high', 'x') $s$,
    $s$ update emergency_notifications set status = 'acknowledged' $s$,
    $s$ delete from emergency_notifications $s$,
    $s$ insert into billing_subscriptions (organization_id, stripe_subscription_id, stripe_customer_id, status, plan_name, current_period_start, current_period_end) values ('a0000000-0000-4000-8000-000000000000', 'x', 'x', 'x', 'x', now(), now()) $s$,
    $s$ update billing_subscriptions set plan_name = 'free' $s$,
    $s$ delete from billing_subscriptions $s$,
    $s$ insert into billing_invoices (organization_id, stripe_invoice_id, amount_paid, status) values ('a0000000-0000-4000-8000-000000000000', 'x', 1, 'paid') $s$,
    $s$ update billing_invoices set amount_paid = 0 $s$,
    $s$ delete from billing_invoices $s$,
    $s$ update audit_log set user_id = null $s$,
    $s$ delete from audit_log $s$,
    $s$ insert into audit_log (table_name, operation) values ('customers', 'DELETE') $s$,
    $s$ delete from callcoach_migrations $s$,
    $s$ select expire_invitations() $s$,
    $s$ select answer_invitation('x', 'accepted') $s$
  ]) with ordinality as s (statement, n)
)
select statement, max(outcome) filter (where name = 'olga') as owner, max(outcome) filter (where name = 'adam') as admin,
       max(outcome) filter (where name = 'mia') as member, max(outcome) filter (where name = 'bob') as other_owner,
       max(outcome) filter (where name = 'nina') as nobody, max(outcome) filter (where name is null) as no_user
  from tried group by n, statement order by n;

-- The server: everything, but what triggers keep.
reset role;
set local role service_role;
select btrim(statement) as statement, pg_temp.writes(null, statement) as server
  from unnest(array[
    $s$ insert into organizations (name, industry, twilio_auth_token) values ('x', 'y', 'z') $s$,
    $s$ update organizations set google_refresh_token = 'new' where name = 'Acme' $s$,
    $s$ insert into organization_members (organization_id, user_id, role) values ('a0000000-0000-4000-8000-000000000000', '00000000-0000-4000-8000-000000000006', 'member') $s$,
    $s$ update organization_members set role = 'member' where role = 'owner' $s$,
    $s$ update customers set total_spent = 9 $s$,
    $s$ update customers set total_appointments = 9 $s$,
    $s$ insert into customers (organization_id, name, phone_number, last_appointment_date) values ('a0000000-0000-4000-8000-000000000000', 'x', '+15550009999', now()) $s$,
    $s$ update appointments set lane = 7 $s$,
    $s$ update appointments set status = 'completed' $s$,
    $s$ insert into call_logs (organization_id, vapi_call_id, customer_phone_number, call_status) values ('a0000000-0000-4000-8000-000000000000', 'call_x', 'anonymous', 'ended') $s$,
    $s$ update billing_subscriptions set status = 'past_due' $s$,
    $s$ delete from audit_log $s$,
    $s$ delete from callcoach_migrations $s$,
    $s$ truncate appointments cascade $s$,
    $s$ select expire_invitations() $s$,
    $s$ select answer_invitation('x', 'accepted') $s$,
    $s$ select create_organization('x', 'y') $s$,
    $s$ delete from organizations $s$
  ]) as statement;
reset role;
set local role anon;
savepoint before;
insert into service_desk.customers (organization_id, name, phone_number) values (:'acme', 'x', '+15550009999');
rollback to before;
select service_desk.get_available_time_slots(:'acme', '2036-06-02');
rollback to before;
select service_desk.create_organization('x', 'y');
rollback;
