-- Who the caller is: current_user_id, current_org_role, acts_as; whose word counts, and whose does not.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
\i :include
\set ECHO all
insert into org_members (org_id, user_id, role) values (:'org_a', 'cleo', 'manager'), (:'org_b', 'cleo', 'admin');
create role regress_login login in role authenticated;
create role regress_middleware login in role authenticated;
grant set on parameter jwt.claims.org_id to regress_middleware;
create view regress_whoami as
  select current_user_id() as user_id, current_org_id() as org_id, current_org_role() as role,
         callcoach.acts_as('trainee') as trainee, callcoach.acts_as('manager', 'admin') as author;
alter view regress_whoami set (security_invoker = true);
grant select on regress_whoami to authenticated, anon;

-- PostgREST's login. The role is that of the current organisation; a person has one in each.
\c - authenticator
\set ON_ERROR_ROLLBACK on
begin;
set local role authenticated;
select * from regress_whoami;
select set_config('request.jwt.claims', '{"sub": "cleo"}', true);
select * from regress_whoami;
select set_org_claim(:'org_a');
select * from regress_whoami;
select set_org_claim(:'org_b');
select * from regress_whoami;
-- Without the hook the token alone says where, unless the claim has been taken back.
select set_org_claim(null);
select set_config('request.jwt.claims', '{"sub": "cleo", "org_id": "org_birch"}', true);
select * from regress_whoami;
commit;
begin;
set local role authenticated;
select set_config('request.jwt.claims', '{"sub": "cleo", "org_id": "org_birch"}', true);
select * from regress_whoami;
savepoint s;
select set_org_claim(null);
select * from regress_whoami;
-- Parallel workers know that it was taken back; a savepoint that is rolled back gives it back.
set local force_parallel_mode = on;
select current_org_id(), callcoach.acts_as('admin');
rollback to s;
select * from regress_whoami;
rollback;
-- Tokens without a user, or with one that is none; roles that are none.
begin;
set local role authenticated;
select token, w.user_id, w.role
  from unnest(array['{}', '[]', '{"sub": null}', '{"sub": 5}', '{"sub": ""}', 'not json', '{"sub": "x\u0000y"}', '{"sub": "cleo"']) as token,
       lateral (select set_config('request.jwt.claims', token, true) offset 0) as s, regress_whoami as w;
select set_config('request.jwt.claims', '{"sub": "cleo", "org_id": "org_birch"}', true);
select callcoach.acts_as('ADMIN') as upper, callcoach.acts_as('') as empty, callcoach.acts_as(null) as null_role,
       callcoach.acts_as(variadic '{}') as none, callcoach.acts_as(variadic null) as null_array, callcoach.acts_as('x', 'admin') as second;
rollback;

-- For systems whose users are uuids: the same user, or NULL where the sub is none as Supabase Auth writes it.
begin;
set local role anon;
select sub, callcoach.user_id()
  from unnest(array['c1e00000-0000-4000-8000-00000000000a', 'C1E00000-0000-4000-8000-00000000000A', '', 'cleo', 'c1e0000000004000800000000000000a',
                    '{c1e00000-0000-4000-8000-00000000000a}', 'urn:uuid:c1e00000-0000-4000-8000-00000000000a', ' c1e00000-0000-4000-8000-00000000000',
                    'c1e00000-0000-4000-8000-00000000000g', 'c1e0-00000000-4000-8000-00000000000a', 'ééééééééé000000000000000000', null]) as sub,
       lateral (select set_config('request.jwt.claims', json_build_object('sub', sub)::text, true) offset 0) as s;
rollback;

-- A login of its own that writes itself a token is nobody.
\c - regress_login
begin;
select set_config('request.jwt.claims', '{"sub": "cleo", "org_id": "org_birch", "role": "service_role"}', true),
       set_config('request.headers', '{"x-org-id": "b0000000-0000-4000-8000-000000000000"}', true);
select * from regress_whoami;
select count(*) from scenarios;
select set_config('request.jwt.claims', '{"sub": "c1e00000-0000-4000-8000-00000000000a"}', true), callcoach.user_id();
rollback;

-- A middleware that may choose the organisation: with a user's token it is that user, without one the organisation.
\c - regress_middleware
\set ON_ERROR_ROLLBACK on
begin;
set local jwt.claims.org_id = 'a0000000-0000-4000-8000-000000000000';
select * from regress_whoami;
select set_config('request.jwt.claims', '{"sub": "cleo"}', true);
select * from regress_whoami;
select set_config('request.jwt.claims', '{"sub": "bob"}', true);
select * from regress_whoami;
select count(*) from scenarios;
rollback;

\c - postgres
revoke set on parameter jwt.claims.org_id from regress_middleware;
drop view regress_whoami;
drop role regress_login, regress_middleware;
delete from orgs;
