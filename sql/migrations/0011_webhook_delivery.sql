-- 0011_webhook_delivery: what sending needs: claims, what came of an attempt, an endpoint's limits and record.

alter table webhook_deliveries
  add column duration_ms int,
  add column error text,
  add column redelivered_at timestamptz;
comment on column webhook_deliveries.retry_count is 'Retries made or due: 0 until the first attempt has failed.';
comment on column webhook_deliveries.duration_ms is 'How long the last attempt took, in milliseconds.';
comment on column webhook_deliveries.error is 'Why the last attempt brought no response, or none that counts.';
comment on column webhook_deliveries.redelivered_at is 'When it was queued again last, after it was over; NULL: never.';
comment on column webhook_deliveries.response_body is 'The first 16 KiB of the last response''s body.';
-- Each is written three times: what is dead of it is in the senders' way.
alter table webhook_deliveries set (autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0.02);
-- Senders go from endpoint to endpoint, and take each one's oldest.
create index webhook_deliveries_due_idx on webhook_deliveries (org_id, webhook_id, next_retry_at)
  where status = 'pending';
create index webhook_deliveries_tests_idx on webhook_deliveries (org_id, webhook_id)
  where status = 'pending' and event = 'webhook.test';
-- An endpoint's attempts, the latest first, and those that were its last: for webhook_health.
create index webhook_deliveries_attempted_at_idx on webhook_deliveries (org_id, webhook_id, attempted_at);
create index webhook_deliveries_failed_idx on webhook_deliveries (org_id, webhook_id, attempted_at)
  where status = 'failed';
-- The first begins with the same columns.
drop index webhook_deliveries_org_id_webhook_id_idx;
-- What is over, by when it was written: for retention.
create index webhook_deliveries_created_at_idx on webhook_deliveries (created_at) where status <> 'pending';

-- Who is sending what. Unlogged: a claim ends with the server that gave it, at the latest, and what was claimed is
-- sent again.
create unlogged table webhook_claims (
  delivery_id uuid primary key,
  claim uuid not null,
  by_worker boolean not null,
  expires_at timestamptz not null,
  settled_at timestamptz
) with (fillfactor = 90, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0,
        autovacuum_analyze_threshold = 2147483647);
comment on table webhook_claims is 'Deliveries that a sender has taken and not settled yet.';
comment on column webhook_claims.claim is 'The sender''s; it settles by it.';
comment on column webhook_claims.by_worker is 'Taken by the database''s background worker, and not by an external sender.';
comment on column webhook_claims.expires_at is 'From then on others may take it.';
comment on column webhook_claims.settled_at is 'When an external sender settled it: kept for an hour, so that it may say so again.';

-- A domain, as a CHECK of the table shows the row, secret included.
create domain webhook_limit as int constraint webhook_limit_range check (value between 1 and 10000);
comment on domain webhook_limit is 'Requests at once, or in a second.';
alter table webhooks
  add column max_in_flight webhook_limit,
  add column max_per_second webhook_limit,
  add column failing_since timestamptz,
  add column failures int not null default 0;
comment on column webhooks.max_in_flight is 'The most requests at once; NULL: callcoach.webhook_endpoint_concurrency.';
comment on column webhooks.max_per_second is 'The most requests in a second; NULL: as many as there are.';
comment on column webhooks.failing_since is 'When the first attempt failed since one succeeded; NULL while they succeed. After five days of nothing else it is disabled.';
comment on column webhooks.failures is 'The attempts that have failed since then.';

alter table webhook_claims enable row level security;
do $$
declare
  r text;
begin
  revoke all on table webhook_claims from public;
  for r in select rolname from pg_catalog.pg_roles
            where rolname in ('anon', 'authenticated', 'service_role') order by rolname
  loop
    execute format('revoke all on table webhook_claims from %I', r);
  end loop;
end
$$;

-- How endpoints fare. It reads no unlogged table: those cannot be read on a standby.
create view webhook_health with (security_invoker = true) as
select w.org_id, w.id as webhook_id, w.name, w.enabled, w.disabled_at, w.disabled_reason, w.failing_since, w.failures,
       p.pending, p.due, p.in_retry, now() - p.oldest as oldest_pending_age,
       d.delivered as delivered_24h, d.failed as failed_24h,
       round(d.delivered::numeric / nullif(d.delivered + d.failed, 0), 4) as success_rate_24h,
       d.p50_ms as p50_ms_24h, d.p95_ms as p95_ms_24h,
       s.attempted_at as last_success_at,
       f.attempted_at as last_failure_at, f.response_status as last_failure_status, f.error as last_failure_error
  from webhooks w
 cross join lateral (
       select count(*) as pending, count(*) filter (where next_retry_at <= now()) as due,
              count(*) filter (where retry_count > 0) as in_retry, min(coalesce(redelivered_at, created_at)) as oldest
         from webhook_deliveries
        where org_id = w.org_id and webhook_id = w.id and status = 'pending') p
 cross join lateral (
       select count(*) filter (where status = 'success') as delivered, count(*) filter (where status = 'failed') as failed,
              percentile_disc(0.5) within group (order by duration_ms) as p50_ms,
              percentile_disc(0.95) within group (order by duration_ms) as p95_ms
         from webhook_deliveries
        where org_id = w.org_id and webhook_id = w.id and status <> 'pending'
          and attempted_at > now() - interval '24 hours') d
  left join lateral (
       select attempted_at from webhook_deliveries
        where org_id = w.org_id and webhook_id = w.id and status = 'success' and attempted_at is not null
        order by attempted_at desc limit 1) s on true
  left join lateral (
       select attempted_at, response_status, error
         from ((select attempted_at, response_status, error from webhook_deliveries
                 where org_id = w.org_id and webhook_id = w.id and status = 'failed' and attempted_at is not null
                 order by attempted_at desc limit 1)
               union all
               (select attempted_at, response_status, error from webhook_deliveries
                 where org_id = w.org_id and webhook_id = w.id and status = 'pending' and retry_count > 0
                   and attempted_at is not null
                 order by attempted_at desc limit 1)) as last
        order by attempted_at desc limit 1) f on true;
comment on view webhook_health is 'How each endpoint fares: what waits, what came of the last 24 hours'' deliveries, the last success and the last failure. An admin sees those of their own organisation.';
comment on column webhook_health.due is 'Pending ones whose time has come.';
comment on column webhook_health.in_retry is 'Pending ones that were tried and failed.';
comment on column webhook_health.success_rate_24h is 'Delivered ones among those that were over within 24 hours, 0 to 1; NULL without any.';
comment on column webhook_health.p50_ms_24h is 'Half of those took no longer, in milliseconds.';
comment on column webhook_health.last_failure_status is 'What the endpoint answered; NULL: nothing.';

do $$
declare
  r text;
begin
  revoke all on table webhook_health from public;
  for r in select rolname from pg_catalog.pg_roles
            where rolname in ('anon', 'authenticated', 'service_role') order by rolname
  loop
    execute format('revoke all on table webhook_health from %I', r);
    if r <> 'anon' then
      execute format('grant select on table webhook_health to %I', r);
    end if;
  end loop;
end
$$;

insert into callcoach_migrations (version) values ('0011_webhook_delivery');
