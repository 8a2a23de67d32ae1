-- grant_signed_url: who may have a URL of which object, and what stands in its token. The expiry is taken from the
-- transaction's start, so it is shown as a difference.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :include
\set ECHO all
insert into org_members (org_id, user_id, role) values (:'org_a', 'ada', 'admin');

-- Without settings it says which.
select set_org_claim(:'org_a'), grant_signed_url('recordings/a0000000-0000-4000-8000-000000000000/call.mp3', 60);
\echo :LAST_ERROR_SQLSTATE
alter system set callcoach.storage_url = 'https://project.supabase.co/storage/v1/';
select pg_reload_conf();
select from pg_sleep(0.5); -- until the server has read it
\c
select set_org_claim(:'org_a'), grant_signed_url('recordings/a0000000-0000-4000-8000-000000000000/call.mp3', 60);
-- The secret is never shown, and not stored where everybody can read it.
alter database regress set callcoach.storage_jwt_secret = 'readable by all';
alter role postgres set callcoach.storage_jwt_secret = 'readable by all';
alter system set callcoach.storage_jwt_secret = 'super-secret-jwt-token-with-at-least-32-characters-long';
select pg_reload_conf();
select from pg_sleep(0.5);
\c - authenticator
\set ON_ERROR_ROLLBACK on
show callcoach.storage_jwt_secret;
\c - postgres
show callcoach.storage_jwt_secret;
select setting from pg_settings where name = 'callcoach.storage_jwt_secret';

\c - authenticator
\set ON_ERROR_ROLLBACK on
\set ECHO none
\i :tried
-- The URL without its token, and the token's parts.
create function pg_temp.url(path text, ttl int, out base text, out header text, out claims jsonb) language plpgsql as $$
declare
  url text := grant_signed_url(path, ttl);
  part text[] := string_to_array(split_part(url, '?token=', 2), '.');
begin
  base := split_part(url, '?token=', 1);
  header := convert_from(decode(translate(part[1], '-_', '+/'), 'base64'), 'UTF8');
  claims := convert_from(decode(rpad(translate(part[2], '-_', '+/'), (length(part[2]) + 3) / 4 * 4, '='), 'base64'), 'UTF8');
  claims := jsonb_set(jsonb_set(claims, '{exp}', to_jsonb((claims ->> 'exp')::bigint - floor(extract(epoch from now())))),
                      '{iat}', to_jsonb((claims ->> 'iat')::bigint - floor(extract(epoch from now()))));
end
$$;
grant execute on function pg_temp.url(text, int) to public;
\set ECHO all
begin;
set local role authenticated;
select set_config('request.jwt.claims', '{"sub": "ana", "org_id": "org_acme"}', true), callcoach.pre_request();
select * from pg_temp.url('recordings/a0000000-0000-4000-8000-000000000000/call.mp3', 60);
select * from pg_temp.url('transcripts/a0000000-0000-4000-8000-000000000000/2026/Ä call+1 (final).json', 3600);
select * from pg_temp.url('exports/a0000000-0000-4000-8000-000000000000/ana/report.csv', 1);
-- Not hers, not there, not at all: one error for all that may not be, another for what cannot be.
select path, e.code, e.message
  from unnest(array[
    'recordings/b0000000-0000-4000-8000-000000000000/call.mp3',
    'recordings/f0000000-0000-4000-8000-000000000000/call.mp3',
    'recordings/00000000-0000-0000-0000-000000000000/call.mp3',
    'recordings/A0000000-0000-4000-8000-000000000000/call.mp3',
    'recordings/a0000000000040008000000000000000/call.mp3',
    'recordings/org_acme/call.mp3',
    'exports/a0000000-0000-4000-8000-000000000000/ada/report.csv',
    'exports/a0000000-0000-4000-8000-000000000000/ANA/report.csv',
    'exports/a0000000-0000-4000-8000-000000000000/report.csv',
    'org-assets/a0000000-0000-4000-8000-000000000000/logo.png',
    'recordings/a0000000-0000-4000-8000-000000000000/../b0000000-0000-4000-8000-000000000000/call.mp3',
    'recordings/a0000000-0000-4000-8000-000000000000/./call.mp3',
    'recordings/a0000000-0000-4000-8000-000000000000/..',
    'recordings/a0000000-0000-4000-8000-000000000000//call.mp3',
    'recordings/a0000000-0000-4000-8000-000000000000/',
    'recordings/a0000000-0000-4000-8000-000000000000',
    '/recordings/a0000000-0000-4000-8000-000000000000/call.mp3',
    'recordings/a0000000-0000-4000-8000-000000000000/..%2f..%2fcall.mp3',
    'recordings/a0000000-0000-4000-8000-000000000000/%2e%2e/call.mp3',
    'recordings/a0000000-0000-4000-8000-000000000000\..\call.mp3',
    E'recordings/a0000000-0000-4000-8000-000000000000/call\n.mp3',
    E'recordings/a0000000-0000-4000-8000-000000000000/\u202Ecall.mp3',
    'secrets/a0000000-0000-4000-8000-000000000000/call.mp3',
    'Recordings/a0000000-0000-4000-8000-000000000000/call.mp3',
    'call.mp3', '', null]) as path, pg_temp.tried(format('select grant_signed_url(%L, 60)', path)) as e;
select length(path), e.code, e.message
  from repeat('a', 985) as name, lateral (values ('tmp/a0000000-0000-4000-8000-000000000000/' || left(name, 983)), ('tmp/a0000000-0000-4000-8000-000000000000/' || name)) as p (path),
       pg_temp.tried(format('select grant_signed_url(%L, 60)', path)) as e;
select ttl, e.code, e.message, e.hint
  from unnest(array[null, -2147483648, -1, 0, 1, 3600, 3601, 2147483647]) as ttl,
       pg_temp.tried(format('select grant_signed_url(%L, %L)', 'tmp/a0000000-0000-4000-8000-000000000000/x', ttl)) as e;
-- The same as an admin.
select set_config('request.jwt.claims', '{"sub": "ada", "org_id": "org_acme"}', true), callcoach.pre_request();
select base from pg_temp.url('org-assets/a0000000-0000-4000-8000-000000000000/logo.png', 60);
select e.code from pg_temp.tried($$ select grant_signed_url('exports/a0000000-0000-4000-8000-000000000000/ana/report.csv', 60) $$) as e;
-- As somebody whose token names the organisation, and who is no member.
select set_config('request.jwt.claims', '{"sub": "max", "org_id": "org_acme"}', true), callcoach.pre_request();
select e.code from pg_temp.tried($$ select grant_signed_url('recordings/a0000000-0000-4000-8000-000000000000/call.mp3', 60) $$) as e;
rollback;
-- The server: its current organisation's, and without one none.
begin;
set local role service_role;
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
select e.code from pg_temp.tried($$ select grant_signed_url('recordings/a0000000-0000-4000-8000-000000000000/call.mp3', 60) $$) as e;
select set_org_claim(:'org_a');
select base from pg_temp.url('exports/a0000000-0000-4000-8000-000000000000/ana/report.csv', 60);
select e.code from pg_temp.tried($$ select grant_signed_url('recordings/b0000000-0000-4000-8000-000000000000/call.mp3', 60) $$) as e;
rollback;
begin;
set local role anon;
select grant_signed_url('recordings/a0000000-0000-4000-8000-000000000000/call.mp3', 60);
rollback;
\c - postgres
alter system reset callcoach.storage_url;
alter system reset callcoach.storage_jwt_secret;
select pg_reload_conf();
delete from orgs;
