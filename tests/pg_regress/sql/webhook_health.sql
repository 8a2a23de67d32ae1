-- webhook_health: how each endpoint fares.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
insert into org_members (org_id, user_id, role) values (:'org_a', 'ada', 'admin'), (:'org_a', 'meg', 'manager');
\set ECHO all
-- Nothing yet.
select name, enabled, failures, pending, due, in_retry, oldest_pending_age, delivered_24h, failed_24h, success_rate_24h, p50_ms_24h, p95_ms_24h,
       last_success_at, last_failure_at
  from webhook_health where webhook_id = :'webhook_a';
-- n-th of: delivered in n ms, some of them longer ago than a day; failed; waiting to be tried again, or at all.
insert into webhook_deliveries (org_id, webhook_id, event, payload, body, status, response_status, attempted_at, retry_count, next_retry_at,
                                created_at, duration_ms, error)
select :'org_a', :'webhook_a', 'scenario.completed', '{}', '{}', status, response_status, now() - tried, retries, now() + due, now() - queued, ms, error
  from (select 'success', 200, n * interval '1 min', 0, null::interval, interval '2 days', n, null from generate_series(1, 98) n
        union all select 'success', 200, interval '25 hours', 0, null, interval '2 days', 5000, null
        union all select 'failed', 404, interval '2 hours', 0, null, interval '3 hours', 200, null
        union all select 'failed', null, interval '3 hours', 5, null, interval '1 day', 300, 'refused'
        union all select 'pending', 503, interval '1 hour', 2, interval '1 hour', interval '90 min', 20, null
        union all select 'pending', null, null, 0, interval '0', interval '5 min', null, null)
       as v (status, response_status, tried, retries, due, queued, ms, error);
update webhooks set failing_since = now() - interval '1 hour', failures = 3 where id = :'webhook_a';
select name, failures, now() - failing_since as failing, pending, due, in_retry, oldest_pending_age, delivered_24h, failed_24h, success_rate_24h,
       p50_ms_24h, p95_ms_24h, now() - last_success_at as last_success, now() - last_failure_at as last_failure, last_failure_status, last_failure_error
  from webhook_health where webhook_id = :'webhook_a';
-- Once that one is delivered, the last failure is another one; a redelivered one waits from then on.
update webhook_deliveries set status = 'success', next_retry_at = null where response_status = 503;
update webhook_deliveries set status = 'pending', next_retry_at = now(), redelivered_at = now() where error = 'refused';
select pending, due, in_retry, oldest_pending_age, now() - last_failure_at as last_failure, last_failure_status, last_failure_error
  from webhook_health where webhook_id = :'webhook_a';
update webhooks set enabled = false, disabled_reason = 'the endpoint answered 410 Gone' where id = :'webhook_a';
select enabled, disabled_at is not null as at, disabled_reason from webhook_health where webhook_id = :'webhook_a';
-- The server sees all; admins their organisation's; others nothing.
set local role service_role;
select name from webhook_health order by name;
set local role authenticated;
select set_org_claim(:'org_a');
set local request.jwt.claims = '{"sub": "ada"}';
select name, pending, delivered_24h from webhook_health order by name;
set local request.jwt.claims = '{"sub": "meg"}';
select name from webhook_health;
set local request.jwt.claims = '{"sub": "ana"}';
select name from webhook_health;
reset role;
-- It can be read on a standby: no unlogged table.
select distinct c.relname, c.relpersistence from pg_rewrite r join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
  join pg_class c on d.refclassid = 'pg_class'::regclass and c.oid = d.refobjid and c.oid <> r.ev_class
 where r.ev_class = 'webhook_health'::regclass order by 1;

-- Of one organisation among many rows: by indexes alone.
insert into webhook_deliveries (org_id, webhook_id, event, payload, body, status, response_status, attempted_at, created_at, duration_ms)
select w.org_id, w.id, 'scenario.completed', '{}', '{}', 'success', 200, now() - n * interval '1 min', now() - n * interval '1 min', 10
  from webhooks w, generate_series(1, 20000) n where w.id = :'webhook_b';
insert into webhook_deliveries (org_id, webhook_id, event, payload, body, status, next_retry_at)
select org_id, id, 'scenario.completed', '{}', '{}', 'pending', now() from webhooks, generate_series(1, 20000) n where id = :'webhook_b';
analyze webhooks, webhook_deliveries;
create function pg_temp.scans(org uuid) returns table (scans bigint, by_an_index bigint) language plpgsql as $$
declare
  plan jsonb;
begin
  execute format('explain (format json) select * from webhook_health where org_id = %L', org) into plan;
  return query select count(*), count(*) filter (where n ->> 'Node Type' <> 'Seq Scan')
    from jsonb_path_query(plan, 'strict $.**') as n
   where jsonb_typeof(n) = 'object' and n ->> 'Relation Name' = 'webhook_deliveries';
end
$$;
select * from pg_temp.scans(:'org_a');
select * from pg_temp.scans(:'org_b');
rollback;
