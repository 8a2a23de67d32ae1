-- set_org_claim: who may act in which organisation. The rules look at the login, so logins connect here.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
\i :include
\set ECHO all
insert into org_members (org_id, user_id, role) values (:'org_a', 'cleo', 'manager'), (:'org_b', 'cleo', 'admin');
create role regress_app login;
grant authenticated to regress_app;
alter role regress_app set callcoach.guard_statements = off; -- it will try temporary tables
create role regress_server login bypassrls;
grant service_role to regress_server;
create function regress_as_service_role(org uuid) returns void language sql security definer as 'select set_org_claim(org)';
alter function regress_as_service_role(uuid) owner to service_role;
grant execute on function regress_as_service_role(uuid) to authenticated;

-- A superuser without a token: any organisation there is. NULL takes the claim back.
begin;
select current_org_id() is null as none_at_first;
select set_org_claim(:'org_a');
select current_org_id() = :'org_a' as in_a, current_setting('jwt.claims.org_id') = :'org_a' as setting;
select set_org_claim(null);
select current_org_id() is null as none, current_setting('jwt.claims.org_id') as setting;
select set_org_claim(:'missing');
\echo :LAST_ERROR_SQLSTATE
select set_org_claim('00000000-0000-0000-0000-000000000000');
\echo :LAST_ERROR_SQLSTATE
select set_org_claim('no uuid');
\echo :LAST_ERROR_SQLSTATE
-- A claim that was refused leaves the one before.
select set_org_claim(:'org_b');
select set_org_claim(:'missing');
select current_org_id() = :'org_b' as still_in_b;
commit;

-- It ends with the transaction, and no '' stays behind for the next one on a pooled connection.
select current_org_id() is null as ended, current_setting('jwt.claims.org_id') as setting,
       (select count(*) from scenarios where org_id = current_setting('jwt.claims.org_id')::uuid) as rows;
begin;
select set_org_claim(:'org_a');
savepoint s;
select set_org_claim(:'org_b');
select current_org_id() = :'org_b' as in_b;
rollback to savepoint s;
select current_org_id() = :'org_a' as back_in_a;
savepoint s;
select set_org_claim(null);
rollback to savepoint s;
select current_org_id() = :'org_a' as back_in_a;
rollback;
select current_org_id() is null as ended;
-- Outside a transaction it holds for the one statement.
select set_org_claim(:'org_a');
select current_org_id() is null as ended;

-- An ordinary login, without a token: nowhere.
\c - regress_app
\set ON_ERROR_ROLLBACK on
select set_org_claim(:'org_a');
\echo :LAST_ERROR_SQLSTATE
select set_org_claim(:'missing');
\echo :LAST_ERROR_SQLSTATE
select set_org_claim(null);
-- With a token it made up: nowhere, whatever the token says and whatever role it takes.
begin;
select set_config('request.jwt.claims', '{"sub": "ana", "role": "authenticated"}', true);
select set_org_claim(:'org_a');
select set_config('request.jwt.claims', '{"sub": "x", "app_metadata": {"org_id": "a0000000-0000-4000-8000-000000000000"}}', true);
select set_org_claim(:'org_a');
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
select set_org_claim(:'org_a');
set local role authenticated;
select set_org_claim(:'org_a');
select current_org_id() is null as nowhere;
rollback;
-- With tables of its own in front of the real ones: the real ones are read.
begin;
create temp table orgs (id uuid primary key, clerk_org_id text);
create temp table org_members (org_id uuid, user_id text);
insert into pg_temp.org_members values (:'org_a', 'mallory');
select set_config('request.jwt.claims', '{"sub": "mallory"}', true);
select set_org_claim(:'org_a');
rollback;

-- A login with BYPASSRLS, as a server has it: without a token every organisation, with one what the token allows.
\c - regress_server
\set ON_ERROR_ROLLBACK on
begin;
select set_org_claim(:'org_a');
select current_org_id() = :'org_a' as in_a;
select set_org_claim(:'missing');
select set_config('request.jwt.claims', '{"sub": "bob"}', true);
select set_org_claim(:'org_a');
select set_org_claim(:'org_b');
select current_org_id() = :'org_b' as in_b;
rollback;

-- PostgREST: authenticator verifies the token, sets it, and takes the request's role.
\c - authenticator
\set ON_ERROR_ROLLBACK on
create function pg_temp.acts(token text, org uuid, out code text, out message text, out detail text, out hint text, out acts_there boolean)
language plpgsql as $$
begin
  perform set_config('request.jwt.claims', token, true);
  perform set_org_claim(null);
  perform set_org_claim(org);
  code := '00000';
  acts_there := current_org_id() = org;
exception when others then
  get stacked diagnostics code = returned_sqlstate, message = message_text,
    detail = pg_exception_detail, hint = pg_exception_hint;
end
$$;
begin;
set local role authenticated;
select set_config('regress.tokens', $$[
  {"sub": "ana"},
  {"sub": "bob"},
  {"sub": "cleo"},
  {"sub": "nobody"},
  {"sub": "ANA"},
  {"sub": ["ana"]},
  {},
  [],
  {"sub": "x", "app_metadata": {"org_id": "a0000000-0000-4000-8000-000000000000"}},
  {"sub": "x", "app_metadata": {"org_id": "A0000000-0000-4000-8000-000000000000"}},
  {"sub": "cleo", "app_metadata": {"org_id": "b0000000-0000-4000-8000-000000000000"}},
  {"sub": "x", "app_metadata": {"org_id": "org_acme"}},
  {"sub": "x", "o": {"id": "org_acme", "rol": "member"}},
  {"sub": "cleo", "o": {"id": "org_birch"}},
  {"sub": "ana", "o": {"id": "org_of_no_one"}},
  {"sub": "x", "o.id": "org_acme"},
  {"sub": "x", "org_id": "org_acme"},
  {"sub": "x", "org_id": "a0000000-0000-4000-8000-000000000000"},
  {"sub": "x", "user_metadata": {"org_id": "a0000000-0000-4000-8000-000000000000"}},
  {"sub": "x", "org_id": "b0000000-0000-4000-8000-000000000000", "user_metadata": {"org_id": "a0000000-0000-4000-8000-000000000000"}},
  {"sub": "x", "role": "service_role"}
]$$, true) is not null as tokens;
-- The role in the token is not what PostgREST has set: it counts for nothing by itself.
select token, a.code, a.acts_there
  from jsonb_array_elements(current_setting('regress.tokens')::jsonb) as token, pg_temp.acts(token::text, :'org_a') as a;
select token, a.code from unnest(array['not json', '"ana"', '5', '{"sub": "ana"', ' ', '{"sub": "ana"}x', '{"sub":null}', '']) as token,
       pg_temp.acts(token, :'org_a') as a;
-- A foreign organisation and a missing one give the same error.
select o.which, e.* from (values ('foreign', :'org_b'::uuid), ('missing', :'missing'), ('nil', '00000000-0000-0000-0000-000000000000')) as o (which, id),
       pg_temp.acts('{"sub": "ana"}', o.id) as e;
select o.which, e.code from (values ('foreign', :'org_b'::uuid), ('missing', :'missing')) as o (which, id),
       pg_temp.acts('{"org_id": "org_acme"}', o.id) as e;
-- A member of two may change between them.
select o.id, e.code, e.acts_there from unnest(array[:'org_a', :'org_b', :'org_a']::uuid[]) as o (id), pg_temp.acts('{"sub": "cleo"}', o.id) as e;
commit;

-- service_role: every organisation there is.
begin;
set local role service_role;
select o.id, e.code, e.acts_there from unnest(array[:'org_a', :'org_b', :'missing']::uuid[]) as o (id), pg_temp.acts('{"role": "service_role"}', o.id) as e;
-- Without a token not even that: authenticator itself is nobody.
select e.code from pg_temp.acts('', :'org_a') as e;
commit;
-- A definer function of service_role's lends its caller nothing: what counts is the role that SET ROLE chose.
begin;
set local role authenticated;
select set_config('request.jwt.claims', '{"sub": "ana"}', true) is not null as token;
select regress_as_service_role(:'org_b');
\echo :LAST_ERROR_SQLSTATE
select regress_as_service_role(:'org_a');
select current_org_id() = :'org_a' as in_a;
rollback;

-- anon may not even ask.
begin;
set local role anon;
select set_config('request.jwt.claims', '{"role": "anon"}', true) is not null as token;
select set_org_claim(:'org_a');
\echo :LAST_ERROR_SQLSTATE
select current_org_id() is null as nowhere;
rollback;

\c - postgres
-- Who has left an organisation cannot come back into it.
delete from org_members where user_id = 'ana';
\c - authenticator
begin;
set local role authenticated;
select set_config('request.jwt.claims', '{"sub": "ana"}', true) is not null as token;
select set_org_claim(:'org_a');
\echo :LAST_ERROR_SQLSTATE
rollback;

\c - postgres
delete from orgs;
drop function regress_as_service_role(uuid);
drop role regress_app, regress_server;
