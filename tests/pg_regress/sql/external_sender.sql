-- Sending without the worker: claim_webhook_deliveries, settle_webhook_delivery, release_webhook_delivery.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :tried
begin;
\i :include
update webhooks set secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' where id = :'webhook_a';
-- What stands in a row: that of a delivery, without what differs from run to run.
create function pg_temp.state(delivery uuid) returns table (status text, response_status int, response_body text, retry_count int,
  due_in interval, duration_ms int, error text) language sql as $$
  select status, response_status, left(response_body, 20), retry_count,
         date_trunc('minute', next_retry_at - clock_timestamp() + interval '1 s'), duration_ms, error
    from public.webhook_deliveries where id = delivery
$$;
grant execute on function pg_temp.state(uuid) to public;
set local role service_role;
\set ECHO all
-- Nothing is due.
select * from claim_webhook_deliveries(10);
select set_org_claim(:'org_a');
select enqueue_webhook('scenario.completed', '{"n": 1}');
select set_org_claim(:'org_b');
select enqueue_webhook('scenario.completed', '{"n": 2}');
select set_org_claim(null);
-- Ready to be sent: no secret, the signatures of the moment.
select delivery_id as id, claim, headers, body from claim_webhook_deliveries(1) \gset
select delivery_id as id, claim, headers, body from claim_webhook_deliveries(10, '1 hour') \gset other_
select count(*) from claim_webhook_deliveries(10);
select :'id' <> :'other_id' as each_once, :'claim' <> :'other_claim' as a_claim_each,
       position(w.secret in :'headers' || :'body') = 0 as no_secret
  from webhooks w where w.id = :'webhook_a';
reset role;
with d as (select * from webhook_deliveries where id in (:'id', :'other_id') and org_id = :'org_a'),
     h as (select case when d.id = :'id' then :'headers' else :'other_headers' end::jsonb as headers, d.* from d)
select key, case key
         when 'webhook-id' then (value = idempotency_key::text)::text
         when 'webhook-timestamp' then (value::bigint - floor(extract(epoch from clock_timestamp())) between -2 and 0)::text
         when 'webhook-signature' then verify_svix_signature(body, headers ->> 'webhook-id', headers ->> 'webhook-timestamp', value,
           'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')::text
         when 'X-Webhook-Signature' then (length(value) = 71)::text
         else value end as value
  from h, jsonb_each_text(headers) order by key collate "C";
select claim = :'claim' as that, by_worker, expires_at - now() between '60 seconds' and '70 seconds' as for_a_minute from webhook_claims where delivery_id = :'id';
set local role service_role;

-- Delivered; and again, where the answer got lost.
select * from settle_webhook_delivery(:'id', :'claim', 204, duration_ms => 35);
select * from pg_temp.state(:'id');
select * from settle_webhook_delivery(:'id', :'claim', 500);
select * from pg_temp.state(:'id');
-- By who does not have it.
select e.* from pg_temp.tried(format('select settle_webhook_delivery(%L, %L, 200)', :'other_id', :'claim')) as e;
select e.* from pg_temp.tried(format('select settle_webhook_delivery(%L, %L, 200)', :'missing', :'claim')) as e;
select set_org_claim(:'org_a');
select e.code from pg_temp.tried(format('select settle_webhook_delivery(%L, %L, 200)',
  (select id from (values (:'id'), (:'other_id')) v (id) where id::uuid not in (select id from webhook_deliveries where org_id = :'org_a')),
  :'other_claim')) as e;
select set_org_claim(null);
-- To be tried again in a minute; five times in all.
select outcome, retry_count, next_retry_at - clock_timestamp() between '59 s' and '66 s' as in_a_minute
  from settle_webhook_delivery(:'other_id', :'other_claim', 503, 'busy', retry_after => '30');
select * from pg_temp.state(:'other_id');
select count(*) from claim_webhook_deliveries(10);
create function pg_temp.once_more(delivery uuid, answer text) returns table (attempt int, outcome text, retry_count int, wait interval)
language plpgsql as $$
declare
  c record;
begin
  update webhook_deliveries set next_retry_at = clock_timestamp() where id = delivery;
  select * into strict c from claim_webhook_deliveries(10);
  return query execute format('select $2, outcome, retry_count, date_trunc(''minute'', next_retry_at - clock_timestamp() + interval ''1 s'')
    from settle_webhook_delivery($1, $3, %s)', answer) using c.delivery_id, c.attempt, c.claim;
end
$$;
-- Retry-After within twice the step: 5 min become 8; of a day, twice 30 min.
select * from pg_temp.once_more(:'other_id', $$ 429, retry_after => '480' $$);
select * from pg_temp.once_more(:'other_id', $$ 429, retry_after => '86400' $$);
select attempt, outcome, retry_count, wait between '2 h' and '2 h 12 min' as two_hours from pg_temp.once_more(:'other_id', $$ error => 'no response within 15 s' $$);
select attempt, outcome, retry_count, wait between '12 h' and '13 h 12 min' as twelve_hours from pg_temp.once_more(:'other_id', '500');
select * from pg_temp.once_more(:'other_id', $$ 408, repeat('é', 20000) $$);
select status, octet_length(response_body) as bytes, next_retry_at from webhook_deliveries where id = :'other_id';
select failures, failing_since is not null as failing, enabled from webhooks where failures > 0;

-- Failed at once: 4xx, redirects, what the sender will not send to; and 410 switches the endpoint off.
create function pg_temp.single(event text, answer text) returns table (outcome text, error text, failures int, enabled boolean, disabled_reason text)
language plpgsql as $$
declare
  c record;
begin
  perform set_org_claim('a0000000-0000-4000-8000-000000000000');
  perform enqueue_webhook(event, '{}');
  select * into strict c from claim_webhook_deliveries(10);
  execute format('select outcome from settle_webhook_delivery($1, $2, %s)', answer) into outcome using c.delivery_id, c.claim;
  select d.error, w.failures, w.enabled, w.disabled_reason into error, failures, enabled, disabled_reason
    from webhook_deliveries d join webhooks w on w.id = d.webhook_id where d.id = c.delivery_id;
  return next;
  perform set_org_claim(null);
end
$$;
select * from pg_temp.single('scenario.completed', '404');
select * from pg_temp.single('scenario.completed', '302');
select * from pg_temp.single('scenario.completed', $$ error => 'a private address', refused => true $$);
select * from pg_temp.single('scenario.completed', '200');
select failures, failing_since from webhooks where id = :'webhook_a';
-- Five days of nothing else.
update webhooks set failing_since = now() - interval '5 days 1 s', failures = 6 where id = :'webhook_a';
select * from pg_temp.single('scenario.completed', '500') \gset gone_
select failures, enabled, disabled_reason ~ '^every attempt has failed for 5 days: 7 of them, since ' as why from webhooks where id = :'webhook_a';
update webhooks set enabled = true, failing_since = null, failures = 0 where id = :'webhook_a';
select * from pg_temp.single('scenario.completed', '410');
select enabled, disabled_at is not null as at, disabled_reason from webhooks where id = :'webhook_a';
update webhooks set enabled = true, failing_since = null, failures = 0 where id = :'webhook_a';
delete from webhook_deliveries;

-- Given back; claimed by others once the lease is over, and then nothing of the first's any more.
select set_org_claim(:'org_a');
select enqueue_webhook('scenario.completed', '{}');
select set_org_claim(null);
select delivery_id as id, claim from claim_webhook_deliveries(10) \gset
select release_webhook_delivery(:'id', :'missing'), release_webhook_delivery(:'id', :'claim'), release_webhook_delivery(:'id', :'claim');
select e.code, e.message from pg_temp.tried(format('select settle_webhook_delivery(%L, %L, 200)', :'id', :'claim')) as e;
select delivery_id as id, claim from claim_webhook_deliveries(10, '1 second') \gset
select pg_sleep(1.1);
select delivery_id = :'id' as again, claim, attempt from claim_webhook_deliveries(10) \gset second_
select :'second_again' as again, :'second_attempt' as attempt;
select e.* from pg_temp.tried(format('select settle_webhook_delivery(%L, %L, 200)', :'id', :'claim')) as e;
select outcome from settle_webhook_delivery(:'id', :'second_claim', 200);
select e.code from pg_temp.tried(format('select release_webhook_delivery(%L, %L)', :'missing', :'claim')) as e;
select release_webhook_delivery(:'id', :'second_claim');

-- What a URL may not be is settled, not handed out; the next is.
reset role;
alter table webhooks disable trigger check_webhook;
update webhooks set url = 'https://10.1.2.3/hook?key=hidden' where id = :'webhook_a';
alter table webhooks enable trigger check_webhook;
set local role service_role;
select set_org_claim(:'org_a');
select enqueue_webhook('scenario.completed', '{}');
select set_org_claim(:'org_b');
select enqueue_webhook('scenario.completed', '{}');
-- With an organisation, its own only.
select webhook_id = :'webhook_b' as own, url, attempt, timeout_ms from claim_webhook_deliveries(10);
select set_org_claim(null);
select count(*) from claim_webhook_deliveries(1);
select status, error, retry_count from webhook_deliveries where webhook_id = :'webhook_a' and status = 'failed';
select failures from webhooks where id = :'webhook_a';

-- Bad arguments.
select sql, e.code, e.message, e.hint from (values
  ('select claim_webhook_deliveries(0)'), ('select claim_webhook_deliveries(1001)'),
  ('select claim_webhook_deliveries(1, ''999 ms'')'), ('select claim_webhook_deliveries(1, ''1 hour 1 ms'')'), ('select claim_webhook_deliveries(1, ''-1 s'')'),
  ('select settle_webhook_delivery(null, null)'), ('select settle_webhook_delivery(gen_random_uuid(), null)'),
  ('select settle_webhook_delivery(gen_random_uuid(), gen_random_uuid())'),
  ('select settle_webhook_delivery(gen_random_uuid(), gen_random_uuid(), -1)'),
  ('select settle_webhook_delivery(gen_random_uuid(), gen_random_uuid(), 1000)'),
  ('select settle_webhook_delivery(gen_random_uuid(), gen_random_uuid(), 200, duration_ms => -1)')) v (sql), pg_temp.tried(sql) as e;
select count(*) from claim_webhook_deliveries(null);
-- For the server only.
set local role authenticated;
select e.code from unnest(array['select claim_webhook_deliveries(1)', 'select settle_webhook_delivery(null, null)',
  'select release_webhook_delivery(gen_random_uuid(), gen_random_uuid())', 'select * from webhook_claims']) as sql, pg_temp.tried(sql) as e;
set local role service_role;
select e.code from pg_temp.tried('select * from webhook_claims') as e;
rollback;
