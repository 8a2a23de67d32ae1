-- redeliver_webhook, redeliver_webhooks: what is over is sent again, the same to the byte.
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
create function pg_temp.delivery(n int) returns uuid language sql immutable as $$ select format('d0000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid $$;
grant execute on function pg_temp.delivery(int) to public;
insert into webhook_deliveries (id, org_id, webhook_id, event, payload, body, status, response_status, response_body, attempted_at, retry_count,
                                next_retry_at, created_at, duration_ms, error)
select pg_temp.delivery(n), w.org_id, w.id, 'scenario.completed', '{}', '{"n": ' || n || '}', status, response_status, 'answer', now(), 5,
       case status when 'pending' then now() + interval '1 hour' end, '2026-01-01'::timestamptz + n * interval '1 day', 7, error
  from (values (1, 'failed', 500, null, :'webhook_a'), (2, 'failed', 404, null, :'webhook_a'), (3, 'success', 200, null, :'webhook_a'),
               (4, 'pending', 503, null, :'webhook_a'), (5, 'failed', null, 'refused', :'webhook_a'), (6, 'failed', 500, null, :'webhook_b'))
       as v (n, status, response_status, error, webhook)
  join webhooks w on w.id = webhook::uuid;
create temp table before as select id, idempotency_key, payload, body, event, created_at from webhook_deliveries;
create function pg_temp.tried_as(who text, sql text, out code text, out message text, out detail text) language plpgsql as $$
begin
  perform set_config('request.jwt.claims', json_build_object('sub', who)::text, true), set_config('role', 'authenticated', true);
  select e.code, e.message, e.detail into code, message, detail from pg_temp.tried(sql) as e;
  perform set_config('role', 'none', true);
end
$$;
\set ECHO all
-- An admin, over the API.
select set_org_claim(:'org_a');
set local request.jwt.claims = '{"sub": "ada"}';
set local role authenticated;
select redeliver_webhook(pg_temp.delivery(1)) = pg_temp.delivery(1) as that;
select redeliver_webhook(pg_temp.delivery(3)) is not null as also_delivered_ones;
-- Due at once; the last attempt's answer stays until the next.
select status, retry_count, next_retry_at = now() as due, redelivered_at = now() as noted, response_status, response_body, duration_ms
  from webhook_deliveries where id in (pg_temp.delivery(1), pg_temp.delivery(3)) order by id;
-- One that is waiting is sent anyway.
select e.* from pg_temp.tried('select redeliver_webhook(pg_temp.delivery(4))') as e;
select e.code from pg_temp.tried('select redeliver_webhook(pg_temp.delivery(1))') as e;
select status, retry_count, redelivered_at from webhook_deliveries where id = pg_temp.delivery(4);
select redeliver_webhook(null);
-- Many: those queued within a time, to before its end; of one status.
select redeliver_webhooks(:'webhook_a', '2026-01-03', '2026-01-06');
select redeliver_webhooks(:'webhook_a', '2026-01-03', '2026-01-06 00:00:00.000001+00'), redeliver_webhooks(:'webhook_a', '2026-01-01');
select redeliver_webhooks(:'webhook_a', '2026-01-01');
select right(id::text, 2) as n, status, retry_count, redelivered_at is not null as again from webhook_deliveries order by id;
reset role;
update webhook_deliveries set status = 'success', next_retry_at = null where webhook_id = :'webhook_a' and redelivered_at is not null;
set local role authenticated;
select redeliver_webhooks(:'webhook_a', '-infinity', 'infinity'), redeliver_webhooks(:'webhook_a', '-infinity', 'infinity', 'success');
-- The same to the byte.
reset role;
select count(*) as rows, count(*) filter (where row(d.id, d.idempotency_key, d.payload, d.body, d.event, d.created_at)
         = row(b.id, b.idempotency_key, b.payload, b.body, b.event, b.created_at)) as same
  from webhook_deliveries d full join before b on b.id = d.id;
select sql, e.code, e.message from (values
  ('select redeliver_webhooks(null, now())'), ('select redeliver_webhooks(%L, null)'), ('select redeliver_webhooks(%L, now(), null)'),
  ('select redeliver_webhooks(%L, now(), now(), null)'), ('select redeliver_webhooks(%L, now(), now(), ''pending'')')) v (sql),
  pg_temp.tried(format(sql, :'webhook_a')) as e;
-- 10,000 at most, the oldest first.
insert into webhook_deliveries (org_id, webhook_id, event, payload, body, status, created_at)
select :'org_a', :'webhook_a', 'scenario.completed', '{}', '{}', 'failed', '2020-01-01'::timestamptz + n * interval '1 s' from generate_series(1, 10003) n;
select redeliver_webhooks(:'webhook_a', '2020-01-01') as first;
select min(created_at) at time zone 'UTC' as first_left, count(*) from webhook_deliveries where status = 'failed' and created_at < '2021-01-01';
select redeliver_webhooks(:'webhook_a', '2020-01-01') as rest;
-- Others: PT404, as for one that does not exist.
select v.who, v.which, e.code, e.message, e.detail
  from (values ('ada', 6), ('ada', 99), ('meg', 5), ('hal', 5), ('ana', 5), ('abe', 5), ('nobody', 5)) as v (who, which),
       pg_temp.tried_as(who, format('select redeliver_webhook(%L)', pg_temp.delivery(which))) as e;
select v.who, v.which, e.code, e.message
  from (values ('ada', :'webhook_b'), ('ada', :'missing'), ('meg', :'webhook_a'), ('ana', :'webhook_a'), ('abe', :'webhook_a')) as v (who, which),
       pg_temp.tried_as(who, format('select redeliver_webhooks(%L, ''-infinity'')', which)) as e;
set local role anon;
select e.code from unnest(array['select redeliver_webhook(gen_random_uuid())', 'select redeliver_webhooks(null, null)']) as sql, pg_temp.tried(sql) as e;
-- The server: with a claim that organisation's, without one any.
set local role service_role;
set local request.jwt.claims = '';
select e.code from pg_temp.tried('select redeliver_webhook(pg_temp.delivery(6))') as e;
select set_org_claim(null);
select e.code, e.message from pg_temp.tried('select redeliver_webhook(pg_temp.delivery(6))') as e;
-- An endpoint that is switched off: they wait until it is switched on.
update webhooks set enabled = false where id = :'webhook_b';
select count(*) from claim_webhook_deliveries(1000) where webhook_id = :'webhook_b';
update webhooks set enabled = true where id = :'webhook_b';
select count(*), min(attempt) as attempt from claim_webhook_deliveries(1000) where webhook_id = :'webhook_b';
-- What is being sent is not over.
select e.code from pg_temp.tried('select redeliver_webhook(pg_temp.delivery(6))') as e;
rollback;
