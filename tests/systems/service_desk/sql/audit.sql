-- The audit log: who changed what; read by owners and admins, written by triggers alone, without secrets.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/world.sql'
begin;
\set ECHO none
\i :include
\set ECHO all
delete from audit_log;
set local role authenticated;
select pg_temp.as_user('mia') \g /dev/null
select set_config('request.headers', '{"x-forwarded-for": "203.0.113.7, 10.0.0.1", "user-agent": "test"}', true) \g /dev/null
update appointments set notes = 'x';
insert into customers (organization_id, name, phone_number) values (:'acme', 'New', '+15550001009'), (:'acme', 'Newer', '+15550001008');
delete from customers where name = 'Newer';
update customers set notes = notes;
select pg_temp.as_user('olga') \g /dev/null
update organizations set twilio_auth_token = 'acme-new-secret', name = 'Acme & Co';
select pg_temp.as_user('bob') \g /dev/null
update emergency_contacts set priority = 2;
reset role;
select table_name, operation, u.email, old_data ->> 'notes' as old_notes, new_data ->> 'notes' as new_notes, coalesce(new_data, old_data) ->> 'name' as name,
       ip_address, user_agent, left(organization_id::text, 1) as organization
  from audit_log l left join auth.users u on u.id = l.user_id order by l.id;
select count(*) from audit_log l where l::text ~ 'secret';
select count(*) from audit_log l where old_data ?| array['twilio_auth_token', 'token', 'transcript', 'lane', 'period'] or new_data ?| array['twilio_auth_token', 'token', 'transcript', 'lane', 'period'];
set local role authenticated;
select name, pg_temp.reads(name, 'audit_log') from unnest(array['olga', 'adam', 'mia', 'bob', 'ben', 'nina', null]) as name;
rollback;
