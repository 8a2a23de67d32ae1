-- enqueue_webhook: a pending delivery for each enabled endpoint of the current organisation that subscribes to the event.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :tried
begin;
\i :include
\set ECHO all
insert into webhooks (org_id, name, url, secret, events, enabled) values
  (:'org_a', 'Two events', 'https://a.example/two', 'a secret of sixteen', '{user.added,user.promoted}', true),
  (:'org_a', 'Two as well', 'https://a.example/two', 'a secret of sixteen', '{user.added,scenario.completed}', true),
  (:'org_a', 'Switched off', 'https://a.example/off', 'a secret of sixteen', '{user.added}', false),
  (:'org_b', 'Of B', 'https://b.example/two', 'b secret of sixteen', '{user.added}', true);

-- Without an organisation: 42501.
select enqueue_webhook('user.added', '{"user_id": "eve"}');
\echo :LAST_ERROR_SQLSTATE
select set_org_claim(:'org_a');
select enqueue_webhook('user.added', '{"user_id": "eve"}');
select w.name, d.event, d.payload, d.status, d.retry_count, d.attempted_at, d.response_status, d.next_retry_at = now() as due_now,
       d.created_at = now() as created_now, d.org_id = :'org_a' as in_a
  from webhook_deliveries d join webhooks w on w.id = d.webhook_id order by w.name;
-- One event, one idempotency key, one body: the exact bytes that will be signed.
select count(*), count(distinct idempotency_key) as keys, count(distinct body) as bodies from webhook_deliveries;
select distinct body = format('{"idempotency_key":"%s","event":"user.added","occurred_at":"%s","org_id":"a0000000-0000-4000-8000-000000000000","data":{"user_id": "eve"}}',
         idempotency_key, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) as exact
  from webhook_deliveries;
-- The next event has another key, even with the same payload.
select enqueue_webhook('user.added', '{"user_id": "eve"}');
select count(*), count(distinct idempotency_key) as keys from webhook_deliveries;

-- Nobody subscribes: 0, and no row. webhook.test is nothing to subscribe to.
select enqueue_webhook('track.completed', '{}'), enqueue_webhook('webhook.test', '{}'), enqueue_webhook('user.promoted', '{}'),
       enqueue_webhook('attempt.scored.low', '{}');
select event, count(*) from webhook_deliveries group by event order by event;

-- Unknown events: 22023, with the list as a hint. Names are exact.
select enqueue_webhook('user.removed', '{}');
\echo :LAST_ERROR_SQLSTATE
select event, e.code from unnest(array['', 'User.Added', ' user.added', 'user.added ', 'user', '*']) as event,
  pg_temp.tried(format('select enqueue_webhook(%L, ''{}'')', event)) as e;
select e.code, length(e.message) < 200 as short from pg_temp.tried('select enqueue_webhook(repeat(''x'', 100000), ''{}'')') as e;
select e.code, e.message from pg_temp.tried('select enqueue_webhook(null, ''{}'')') as e;
select e.code, e.message from pg_temp.tried('select enqueue_webhook(''user.added'', null)') as e;
select count(*) from webhook_deliveries;

-- 256 KiB = 262,144 bytes of JSON text: {"t": "…"} is 9 bytes and the text. One more is refused; é is two bytes.
select enqueue_webhook('user.promoted', jsonb_build_object('t', repeat('x', 262135)));
select length(payload::text) as bytes, length(body) - length(payload::text) as envelope from webhook_deliveries order by 1 desc limit 1;
select enqueue_webhook('user.promoted', jsonb_build_object('t', repeat('x', 262136)));
\echo :LAST_ERROR_SQLSTATE
select enqueue_webhook('user.promoted', jsonb_build_object('t', repeat('é', 131067)));
select enqueue_webhook('user.promoted', jsonb_build_object('t', repeat('é', 131068)));
\echo :LAST_ERROR_SQLSTATE
-- Text of any kind arrives as it is.
select enqueue_webhook('user.promoted', '{"t": "\"\\ \u0001 \u2028 é 😀 \ud83d\ude00", "n": 1.50, "a": [null, {}]}');
select right(body, length(payload::text) + 9) = ',"data":' || payload::text || '}' as verbatim, body::jsonb -> 'data' = payload as same
  from webhook_deliveries where payload ? 'n';

-- Nothing survives its savepoint.
select count(*) as before from webhook_deliveries \gset
savepoint s;
select enqueue_webhook('user.added', '{"user_id": "nobody"}');
rollback to savepoint s;
select count(*) = :before as as_before from webhook_deliveries;

-- For whom the events go is the claim's business, not the caller's search_path or tables.
create temp table webhooks (like public.webhooks including defaults);
insert into pg_temp.webhooks (id, org_id, name, url, secret, events, enabled, created_at, updated_at) values
  (:'webhook_b', :'org_a', 'Stolen', 'https://evil.example', 'sixteen letters!', '{track.completed}', true, now(), now());
set local search_path = pg_temp, public;
select public.enqueue_webhook('track.completed', '{}');
set local search_path = public, pg_temp;
select set_org_claim(:'org_b');
select enqueue_webhook('user.added', '{}');
select org_id, count(*) from webhook_deliveries group by org_id order by org_id;

-- service_role may, members may not: nobody sends events in the organisation's name.
set local role service_role;
select enqueue_webhook('user.added', '{}');
set local role authenticated;
select enqueue_webhook('user.added', '{}');
\echo :LAST_ERROR_SQLSTATE
rollback;

-- A read-only transaction, which is what a GET is, writes nothing: whoever listens, and whatever is wrong with the rest.
begin;
\set ECHO none
\i :include
\set ECHO all
-- A setting that ends with psql's own savepoints.
\set ON_ERROR_ROLLBACK off
set local transaction_read_only = on;
select set_org_claim(:'org_a');
savepoint s;
select enqueue_webhook('user.added', '{}');
\echo :LAST_ERROR_SQLSTATE
rollback to s;
select enqueue_webhook('scenario.completed', '{}');
\echo :LAST_ERROR_SQLSTATE
rollback to s;
select test_webhook(:'webhook_a');
\echo :LAST_ERROR_SQLSTATE
rollback to s;
select count(*) from webhook_deliveries;
rollback;
