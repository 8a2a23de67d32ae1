-- callcoach.pre_request(): PostgREST's hook before each request.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
\i :include
\set ECHO all
insert into org_members (org_id, user_id, role) values (:'org_a', 'cleo', 'manager'), (:'org_b', 'cleo', 'admin');

\c - authenticator
\set ON_ERROR_ROLLBACK on
-- Sets what PostgREST sets, calls the hook, and says where that leads.
create function pg_temp.request(token text, headers text, out code text, out message text, out acts_in uuid)
language plpgsql as $$
begin
  perform set_config('request.jwt.claims', token, true), set_config('request.headers', headers, true);
  perform callcoach.pre_request();
  code := '00000';
  acts_in := current_org_id();
exception when others then
  get stacked diagnostics code = returned_sqlstate, message = message_text;
end
$$;
begin;
set local role authenticated;
-- Without the header: the organisation the token names; none where it names none, or one that is not here (yet).
select token, r.* from unnest(array[
    '{"sub": "x", "app_metadata": {"org_id": "a0000000-0000-4000-8000-000000000000"}}',
    '{"sub": "x", "o": {"id": "org_birch"}}',
    '{"sub": "x", "org_id": "org_acme"}',
    '{"sub": "cleo"}',
    '{"sub": "x", "user_metadata": {"org_id": "a0000000-0000-4000-8000-000000000000"}}',
    '{"sub": "x", "o": {"id": "org_of_no_one"}}',
    '{"sub": "x", "org_id": "f0000000-0000-4000-8000-000000000000"}',
    '{}', 'not json', '']) as token, pg_temp.request(token, '{}') as r;

-- With x-org-id: that one, if the caller may act there; else 42501, the same for a missing one.
select token, header, r.* from (values
    ('{"sub": "cleo"}', 'a0000000-0000-4000-8000-000000000000'),
    ('{"sub": "cleo"}', 'b0000000-0000-4000-8000-000000000000'),
    ('{"sub": "ana"}', 'a0000000-0000-4000-8000-000000000000'),
    ('{"sub": "ana"}', 'b0000000-0000-4000-8000-000000000000'),
    ('{"sub": "ana"}', 'f0000000-0000-4000-8000-000000000000'),
    ('{"sub": "ana"}', '00000000-0000-0000-0000-000000000000'),
    ('{"sub": "ana"}', 'org_acme'),
    ('{"sub": "ana"}', ''),
    ('{"sub": "cleo", "o": {"id": "org_acme"}}', 'a0000000-0000-4000-8000-000000000000'),
    ('{"sub": "cleo", "o": {"id": "org_acme"}}', 'b0000000-0000-4000-8000-000000000000'),
    ('', 'a0000000-0000-4000-8000-000000000000')) as t (token, header),
    pg_temp.request(token, jsonb_build_object('host', 'x', 'x-org-id', header)::text) as r;
-- Headers that are none.
select headers, r.* from unnest(array['', 'not json', '[]', '{"x-org-id": 5}', '{"x-org-id": null}', '{"x-org-id": ["a"]}']) as headers,
    pg_temp.request('{"org_id": "org_acme"}', headers) as r;
commit;
select current_setting('jwt.claims.org_id') as after_the_request;

-- anon may call it: PostgREST calls the hook for every request. Without a token it leads nowhere.
begin;
set local role anon;
select r.* from pg_temp.request('{"role": "anon"}', '{}') as r;
select r.* from pg_temp.request('{"role": "anon"}', '{"x-org-id": "a0000000-0000-4000-8000-000000000000"}') as r;
rollback;

-- service_role may act anywhere, by the header.
begin;
set local role service_role;
select r.* from pg_temp.request('{"role": "service_role"}', '{"x-org-id": "b0000000-0000-4000-8000-000000000000"}') as r;
select r.* from pg_temp.request('{"role": "service_role"}', '{"x-org-id": "f0000000-0000-4000-8000-000000000000"}') as r;
select r.* from pg_temp.request('{"role": "service_role"}', '{}') as r;
rollback;

-- It clears what the session carries.
\c - postgres
set jwt.claims.org_id = 'a0000000-0000-4000-8000-000000000000';
begin;
select current_org_id();
select callcoach.pre_request();
select current_org_id();
rollback;
reset jwt.claims.org_id;
delete from orgs;
