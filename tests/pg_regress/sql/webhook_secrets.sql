-- Secrets of endpoints: made where none is given, of a known form, rotated, and in no error.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :tried
begin;
\i :include
insert into org_members (org_id, user_id, role) values (:'org_a', 'ada', 'admin'), (:'org_a', 'meg', 'manager'), (:'org_a', 'hal', 'hr');
insert into org_members (org_id, user_id, role) values (:'org_b', 'abe', 'admin');
\set ECHO all
-- None given: whsec_ and 32 bytes, another each time; for the server and for an admin over the API.
insert into webhooks (org_id, name, url, events)
select :'org_a', 'Made ' || n, 'https://a.example', '{user.added}' from generate_series(1, 3) n;
select set_org_claim(:'org_a');
set local request.jwt.claims = '{"sub": "ada"}';
set local role authenticated;
insert into webhooks (name, url, events) values ('Made 4', 'https://a.example', '{user.added}');
reset role;
set local role service_role;
insert into webhooks (name, url, events) values ('Made 5', 'https://a.example', '{user.added}');
reset role;
select count(*), count(distinct secret) as distinct, bool_and(secret like 'whsec\_%') as prefixed,
       min(length(decode(substr(secret, 7), 'base64'))) as bytes from webhooks where name like 'Made%';

-- Of a known form: whsec_ and strict base64 of 24 to 64 bytes, or 16 to 512 characters.
create function pg_temp.of_bytes(n int) returns text language sql as $$
  select 'whsec_' || replace(encode(substr(decode(repeat('fbefbe', 50), 'hex'), 1, n), 'base64'), E'\n', '')
$$;
select bytes, e.code from unnest(array[0, 1, 23, 24, 25, 26, 32, 62, 63, 64, 65, 66, 67]) as bytes,
  pg_temp.tried(format('update webhooks set secret = %L', pg_temp.of_bytes(bytes))) as e;
select what, e.code, e.message from (values
    ('not base64', 'whsec_not base64 at all, not at all'),
    ('no padding', rtrim(pg_temp.of_bytes(32), '=')),
    ('too much padding', pg_temp.of_bytes(32) || '='),
    ('bits to spare', 'whsec_' || repeat('A', 42) || 'B='),
    ('the same, none to spare', 'whsec_' || repeat('A', 43) || '='),
    ('url-safe base64', 'whsec_' || repeat('-_-_', 8)),
    ('a line break', 'whsec_' || repeat('AAAA', 8) || E'\n'),
    ('in capitals it is of any kind', 'WHSEC_not base64'),
    ('15 characters', repeat('x', 15)), ('16 characters', repeat('x', 16)),
    ('512 characters', repeat('é', 512)), ('513 characters', repeat('é', 513))
  ) as v (what, secret),
  pg_temp.tried(format('update webhooks set secret = %L', secret)) as e;

-- Every way in which a row can be refused, by who may read all of it (service_role and the owner) and by an
-- admin: no error shows the secret.
create table pg_temp.refused (what text, statement text);
insert into pg_temp.refused values
  ('NOT NULL', $s$ insert into webhooks (org_id, name, url, secret, events) values (:org, null, 'https://a.example', :secret, '{user.added}') $s$),
  ('NOT NULL of a domain', $s$ insert into webhooks (org_id, name, url, secret, events) values (:org, 'x', null, :secret, '{user.added}') $s$),
  ('NOT NULL, no column', $s$ insert into webhooks (org_id, name, url, secret) values (:org, 'x', 'https://a.example', :secret) $s$),
  ('NOT NULL organisation', $s$ insert into webhooks (org_id, name, url, secret, events) values (null, 'x', 'https://a.example', :secret, '{user.added}') $s$),
  ('NOT NULL, update', $s$ update webhooks set secret = :secret, enabled = null $s$),
  ('NOT NULL secret', $s$ update webhooks set secret = null $s$),
  ('foreign key', $s$ insert into webhooks (org_id, name, url, secret, events) values ('f0000000-0000-4000-8000-000000000000', 'x', 'https://a.example', :secret, '{user.added}') $s$),
  ('primary key', $s$ insert into webhooks (id, org_id, name, url, secret, events) select id, org_id, name, url, :secret, events from webhooks where id = 'a5000000-0000-4000-8000-000000000000' $s$),
  ('domain: secret', $s$ insert into webhooks (org_id, name, url, secret, events) values (:org, 'x', 'https://a.example', 'whsec_' || :secret, '{user.added}') $s$),
  ('domain: url', $s$ insert into webhooks (org_id, name, url, secret, events) values (:org, 'x', 'ftp://a.example', :secret, '{user.added}') $s$),
  ('domain: events', $s$ insert into webhooks (org_id, name, url, secret, events) values (:org, 'x', 'https://a.example', :secret, '{user.gone}') $s$),
  ('type', $s$ insert into webhooks (org_id, name, url, secret, enabled, events) values (:org, 'x', 'https://a.example', :secret, 'maybe', '{user.added}') $s$),
  ('another organisation', $s$ insert into webhooks (org_id, name, url, secret, events) values ('b0000000-0000-4000-8000-000000000000', 'x', 'https://a.example', :secret, '{nothing}') $s$),
  ('half a rotation', $s$ update webhooks set previous_secret = :secret $s$),
  ('division', $s$ update webhooks set secret = :secret, name = (1 / (length(name) - length(name)))::text $s$);
grant select on pg_temp.refused to public;
create function pg_temp.attempts() returns table (what text, code text, message text, detail text, shown boolean) language sql as $$
  select r.what, e.code, e.message, e.detail, concat(e.message, e.detail, e.hint) ilike '%hidden%'
    from pg_temp.refused r,
         pg_temp.tried(replace(replace(r.statement, ':org', '''a0000000-0000-4000-8000-000000000000'''), ':secret', '''hidden hidden hidden''')) as e
$$;
grant execute on function pg_temp.attempts() to public;
set local role service_role;
select * from pg_temp.attempts();
set local role authenticated;
select * from pg_temp.attempts();
reset role;
select * from pg_temp.attempts() where shown or code in ('00000', 'XX000');

-- No samples of them for the planner.
analyze webhooks;
select attname from pg_stats where tablename = 'webhooks' and attname like '%secret' and schemaname = 'public';

-- Rotation: the new one is given once, the old one goes on beside it for a day.
update webhooks set secret = 'the first secret of it', name = 'Rotated' where id = :'webhook_a';
set local role authenticated;
select rotate_webhook_secret(:'webhook_a') as new_secret \gset
select secret = :'new_secret' as given, secret like 'whsec\_%' as made, previous_secret,
       previous_secret_expires_at - now() as overlap from webhooks where id = :'webhook_a';
select rotate_webhook_secret(:'webhook_a', overlap => '90 minutes') <> :'new_secret' as another;
select previous_secret = :'new_secret' as previous, previous_secret_expires_at - now() as overlap from webhooks where id = :'webhook_a';
-- At once: nothing signs beside it.
select rotate_webhook_secret(:'webhook_a', '0') is not null as rotated;
select previous_secret, previous_secret_expires_at from webhooks where id = :'webhook_a';
select overlap, e.code, e.message from unnest(array['30 days', '30 days 1 second', '-1 second', '1 month', '2 months', null]) as overlap,
  pg_temp.tried(format('select rotate_webhook_secret(%L, %L::interval)', :'webhook_a', overlap)) as e;
select e.code, e.message from pg_temp.tried('select rotate_webhook_secret(null)') as e;
-- Members set secret, and nothing of a rotation.
select c as column, e.code, e.message from unnest(array['previous_secret = null', 'previous_secret_expires_at = null', 'disabled_at = null', 'disabled_reason = null']) as c,
  pg_temp.tried('update webhooks set ' || c) as e;
reset role;

create function pg_temp.tried_as(who text, sql text, out code text, out message text, out detail text) language plpgsql as $$
begin
  perform set_config('request.jwt.claims', json_build_object('sub', who)::text, true), set_config('role', 'authenticated', true);
  select e.code, e.message, e.detail into code, message, detail from pg_temp.tried(sql) as e;
  perform set_config('role', 'none', true);
end
$$;
-- An admin's own organisation only, and nobody else's: PT404, as for one that does not exist.
select v.who, v.which, e.code, e.message, e.detail
  from (values ('ada', :'webhook_b'), ('ada', :'missing'), ('meg', :'webhook_a'), ('hal', :'webhook_a'), ('ana', :'webhook_a'),
               ('abe', :'webhook_a'), ('nobody', :'webhook_a')) as v (who, which),
       pg_temp.tried_as(who, format('select rotate_webhook_secret(%L)', which)) as e;
-- The server: any, or with a claim that organisation's.
set local role service_role;
select e.code from pg_temp.tried(format('select rotate_webhook_secret(%L)', :'webhook_b')) as e;
select set_org_claim(null);
select e.code from pg_temp.tried(format('select rotate_webhook_secret(%L)', :'webhook_b')) as e;
reset role;

-- Switched off and on: since when, and no reason of an earlier time.
update webhooks set enabled = false where id = :'webhook_a';
select enabled, disabled_at = now() as now, disabled_reason from webhooks where id = :'webhook_a';
update webhooks set disabled_reason = '410 Gone', disabled_at = '2026-01-01' where id = :'webhook_a';
update webhooks set enabled = false, name = 'Off' where id = :'webhook_a';
select enabled, disabled_at, disabled_reason from webhooks where id = :'webhook_a';
update webhooks set enabled = true where id = :'webhook_a';
select enabled, disabled_at, disabled_reason from webhooks where id = :'webhook_a';
insert into webhooks (org_id, name, url, events, enabled) values (:'org_a', 'Born off', 'https://a.example', '{user.added}', false);
select enabled, disabled_at = now() as now from webhooks where name = 'Born off';
rollback;
