-- test_webhook: a delivery of webhook.test for one endpoint, whatever it subscribes to.
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
-- An admin, over the API.
select set_org_claim(:'org_a');
set local request.jwt.claims = '{"sub": "ada"}';
set local role authenticated;
select test_webhook(:'webhook_a') as delivery \gset
select id = :'delivery' as that, webhook_id = :'webhook_a' as for_it, event, payload, status, retry_count, next_retry_at = now() as due,
       body = format('{"idempotency_key":"%s","event":"webhook.test","occurred_at":"%s","org_id":"%s","data":%s}', idempotency_key,
                     to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), org_id, payload) as body
  from webhook_deliveries;
-- Every call is a test of its own. One that is switched off can be tried before it is switched on again.
select test_webhook(:'webhook_a') <> :'delivery' as another;
update webhooks set enabled = false;
select test_webhook(:'webhook_a') is not null as also_off;
select count(*), count(distinct idempotency_key) as keys from webhook_deliveries;
select test_webhook(null);
reset role;
create function pg_temp.tried_as(who text, sql text, out code text, out message text, out detail text) language plpgsql as $$
begin
  perform set_config('request.jwt.claims', json_build_object('sub', who)::text, true), set_config('role', 'authenticated', true);
  select e.code, e.message, e.detail into code, message, detail from pg_temp.tried(sql) as e;
  perform set_config('role', 'none', true);
end
$$;
-- Others: PT404, as for one that does not exist.
select v.who, v.which, e.code, e.message, e.detail
  from (values ('ada', :'webhook_b'), ('ada', :'missing'), ('meg', :'webhook_a'), ('hal', :'webhook_a'), ('ana', :'webhook_a'),
               ('abe', :'webhook_a'), ('nobody', :'webhook_a')) as v (who, which),
       pg_temp.tried_as(who, format('select test_webhook(%L)', which)) as e;
set local role anon;
select test_webhook(:'webhook_a');
\echo :LAST_ERROR_SQLSTATE
-- The server: with a claim that organisation's, without one any.
set local role service_role;
select e.code from pg_temp.tried(format('select test_webhook(%L)', :'webhook_b')) as e;
select set_org_claim(null);
select e.code from pg_temp.tried(format('select test_webhook(%L)', :'webhook_b')) as e;
reset role;
select left(org_id::text, 2) as org, count(*), min(payload ->> 'requested_by') as by from webhook_deliveries group by org_id order by 1;
-- enqueue_webhook of it reaches nobody: it is nothing to subscribe to.
select set_org_claim(:'org_a');
select enqueue_webhook('webhook.test', '{}');
-- Nothing survives its savepoint.
savepoint s;
select test_webhook(:'webhook_a') is not null as queued;
rollback to savepoint s;
select count(*) from webhook_deliveries;
rollback;
