-- Credentials: written by owners, admins and the server; read back by no API role, by no way round.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/world.sql'
\set tried :abs_srcdir '/../../pg_regress/include/tried.sql'
begin;
\set ECHO none
\i :include
\i :tried
\set ECHO all
create function pg_temp.attempts() returns table (n bigint, statement text) language sql as $$
  select n, format(replace(s, '%', '%1$s'), column_name) from unnest(array[
    'select % from organizations', 'select * from organizations', 'select organizations from organizations',
    'select to_jsonb(o) from organizations o', 'select count(%) from organizations', 'select from organizations where %::text = ''x''',
    'select from organizations order by %', 'update organizations set name = name returning %',
    'update organizations set name = name returning *', 'update organizations set name = left(%::text, 9)',
    'update organizations set name = name where %::text like ''a''', 'delete from organizations where %::text like ''a''',
    'select max(%::text) over () from organizations',
    'insert into organizations (id, name, industry) values (gen_random_uuid(), ''x'', ''y'') on conflict (id) do update set name = organizations.%::text']) with ordinality as a (s, n),
    unnest(array['twilio_auth_token', 'byo_sip_credentials', 'google_refresh_token', 'outlook_refresh_token', 'calendly_api_key']) as column_name
  $$;
grant execute on all functions in schema pg_temp to public;
set local role authenticated;
select pg_temp.as_user('olga') \g /dev/null
select min(regexp_replace(a.statement, 'twilio_auth_token', '%')) as attempt, array_agg(distinct e.code) as codes, count(*)
  from pg_temp.attempts() a, pg_temp.tried(a.statement) e group by a.n order by a.n;
set local role service_role;
select array_agg(distinct e.code) as codes, count(*) from pg_temp.attempts() a, pg_temp.tried(a.statement) e;
set local role authenticated;
-- A member cannot write them.
select pg_temp.writes('mia', $$update organizations set twilio_auth_token = 'x'$$), pg_temp.writes('adam', $$update organizations set twilio_auth_token = 'x'$$);
-- Who violates a constraint is not shown the row.
select pg_temp.as_user('olga') \g /dev/null
select e.* from unnest(array['update organizations set name = '' ''', 'update organizations set industry = null', 'update organizations set max_transfer_wait_time = 0']) s, pg_temp.tried(s) e;
set local role service_role;
select e.code, e.detail ~ 'secret' as shown from unnest(array['update organizations set name = '' ''', 'update organizations set industry = null', 'update organizations set max_transfer_wait_time = 0']) s, pg_temp.tried(s) e;
reset role;
-- Nor does the planner keep samples, or the audit log a copy.
analyze organizations;
select attname from pg_stats where schemaname = 'service_desk' and tablename = 'organizations'
   and attname in ('twilio_auth_token', 'byo_sip_credentials', 'google_refresh_token', 'outlook_refresh_token', 'calendly_api_key');
update organizations set twilio_auth_token = 'a-newer-twilio-secret' where id = :'acme';
select operation, old_data ? 'twilio_auth_token' or new_data ? 'twilio_auth_token' as shown from audit_log where table_name = 'organizations' order by id;
select count(*) from audit_log a where a::text ~ 'secret' or a::text ~ '0000000000000000000000000000000000000000';
-- The owner of the table, and whom it lets.
create role telephony nologin;
grant usage on schema service_desk to telephony;
grant select (id, twilio_auth_token) on organizations to telephony;
create policy "Telephony reads credentials" on organizations for select to telephony using (true);
set local role telephony;
select twilio_auth_token from organizations where id = :'acme';
reset role;
-- Tokens of invitations.
set local role authenticated;
select pg_temp.as_user('olga') \g /dev/null
select e.code, e.message from unnest(array['select token from organization_invitations', 'select * from organization_invitations',
  'select from organization_invitations where token like ''a%''', 'delete from organization_invitations where token like ''a%''',
  'insert into organization_invitations (organization_id, invited_email, role) values (''a0000000-0000-4000-8000-000000000000'', ''n@x.test'', ''member'') returning token']) s, pg_temp.tried(s) e;
set local role service_role;
select invited_email, token from organization_invitations order by token;
rollback;
