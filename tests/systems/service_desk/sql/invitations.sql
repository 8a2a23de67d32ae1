-- Invitations: accepted once, in time, by the invited address, while whoever invited still may; one error for the rest.
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
set local role authenticated;
select pg_temp.as_user('adam') \g /dev/null
insert into organization_invitations (organization_id, invited_email, role) values (:'acme', 'NINA@home.test', 'admin')
returning status, invited_by_user_id = :'adam' as by_adam, expires_at - created_at as lasts;
-- One at a time for an address, an address, a role.
select e.code, e.message from unnest(array[
  $$insert into organization_invitations (organization_id, invited_email, role) values ('a0000000-0000-4000-8000-000000000000', 'nina@HOME.test', 'member')$$,
  $$insert into organization_invitations (organization_id, invited_email, role) values ('a0000000-0000-4000-8000-000000000000', 'nina', 'member')$$,
  $$insert into organization_invitations (organization_id, invited_email, role) values ('a0000000-0000-4000-8000-000000000000', 'x@y.test', 'king')$$,
  $$insert into organization_invitations (organization_id, invited_email, role) values ('b0000000-0000-4000-8000-000000000000', 'x@y.test', 'member')$$]) s, pg_temp.tried(s) e;
reset role;
select length(token), token ~ '^[0-9a-f]{64}$' as is_hex, count(*) over () from organization_invitations where invited_email = 'NINA@home.test';
create temp table t as select token from organization_invitations where invited_email = 'NINA@home.test';
grant select on t to public;
set local role authenticated;
-- Wrong, somebody else's, nobody's.
select name, e.* from unnest(array['nina', 'mia', 'bob', null]) as name,
  lateral (select pg_temp.as_user(name) offset 0) u,
  lateral (select case name when 'nina' then repeat('0', 64) else (select token from t) end as token) k,
  pg_temp.tried(format('select accept_invitation(%L)', k.token)) e;
select e.code, e.message from pg_temp.tried('select accept_invitation(null)') e;
-- The address in the token is not asked: the one of auth.users is.
select set_config('request.jwt.claims', '{"sub": "00000000-0000-4000-8000-000000000004", "email": "nina@home.test", "user_metadata": {"email": "nina@home.test"}}', true) \g /dev/null
select e.code from pg_temp.tried(format('select accept_invitation(%L)', (select token from t))) e;
-- Nina's own. A second time it is used.
select pg_temp.as_user('nina') \g /dev/null
select accept_invitation((select token from t)) = :'acme' as accepted;
select e.code, e.message from pg_temp.tried(format('select accept_invitation(%L)', (select token from t))) e;
select e.code, e.message from pg_temp.tried(format('select decline_invitation(%L)', (select token from t))) e;
select role from organization_members where user_id = :'nina';
select status from organization_invitations where invited_email = 'NINA@home.test';
rollback;

begin;
\set ECHO none
\i :include
\i :tried
\set ECHO all
grant execute on all functions in schema pg_temp to public;
create function pg_temp.invited(who text, by uuid, what text, until timestamptz default now() + interval '1 day') returns text language sql as $$
  insert into organization_invitations (organization_id, invited_email, role, invited_by_user_id, expires_at, token)
  values ('a0000000-0000-4000-8000-000000000000', who, what, by, until, md5(random()::text)) returning token $$;
-- Expired; and marked so only later.
select pg_temp.invited('nina@home.test', :'olga', 'member', now()) as token \gset
set local role authenticated;
select pg_temp.as_user('nina') \g /dev/null
select e.code, e.message from pg_temp.tried(format('select accept_invitation(%L)', :'token')) e;
set local role service_role;
select e.code from pg_temp.tried($$insert into organization_invitations (organization_id, invited_by_user_id, invited_email, role) values ('a0000000-0000-4000-8000-000000000000', '00000000-0000-4000-8000-000000000001', 'nina@home.test', 'member')$$) e;
select expire_invitations(), expire_invitations();
select status from organization_invitations where invited_email = 'nina@home.test';
-- By somebody who is an admin no more, or an owner no more; and an admin's for an owner.
reset role;
select pg_temp.invited('nina@home.test', :'adam', 'member') as token \gset
update organization_members set role = 'member' where user_id = :'adam';
set local role authenticated;
select e.code from pg_temp.tried(format('select accept_invitation(%L)', :'token')) e;
reset role;
update organization_members set role = 'admin' where user_id = :'adam';
update organization_invitations set role = 'owner' where token = :'token';
set local role authenticated;
select e.code from pg_temp.tried(format('select accept_invitation(%L)', :'token')) e;
-- Declined; then invited anew.
reset role;
update organization_invitations set role = 'member' where token = :'token';
set local role authenticated;
select decline_invitation(:'token') = :'acme' as declined;
select e.code from pg_temp.tried(format('select accept_invitation(%L)', :'token')) e;
reset role;
select count(*) from organization_members where user_id = :'nina';
select pg_temp.invited('nina@home.test', :'olga', 'owner') as token \gset
set local role authenticated;
select accept_invitation(:'token') = :'acme' as accepted;
-- Who is a member already stays what they are.
reset role;
select pg_temp.invited('mia@acme.test', :'olga', 'owner') as token \gset
set local role authenticated;
select pg_temp.as_user('mia') \g /dev/null
select accept_invitation(:'token') = :'acme' as accepted;
select user_id, role from organization_members order by user_id;
-- Withdrawn.
reset role;
select pg_temp.invited('ben@birch.test', :'olga', 'member') as token \gset
set local role authenticated;
select pg_temp.as_user('adam') \g /dev/null
delete from organization_invitations where invited_email = 'ben@birch.test';
select pg_temp.as_user('ben') \g /dev/null
select e.code from pg_temp.tried(format('select accept_invitation(%L)', :'token')) e;
rollback;
