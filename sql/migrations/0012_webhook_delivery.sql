-- 0012_webhook_delivery: what sending needs: claims, what came of an attempt, an endpoint's limits and record.

alter table webhook_deliveries
  add column duration_ms int,
  add column error text;
comment on column webhook_deliveries.retry_count is 'Retries made or due: 0 until the first attempt has failed.';
comment on column webhook_deliveries.duration_ms is 'How long the last attempt took, in milliseconds.';
comment on column webhook_deliveries.error is 'Why the last attempt brought no response, or none that counts.';
comment on column webhook_deliveries.response_body is 'The first 16 KiB of the last response''s body.';
-- Each is written three times: what is dead of it is in the senders' way.
alter table webhook_deliveries set (autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0.02);
-- Senders go from endpoint to endpoint, and take each one's oldest.
create index webhook_deliveries_due_idx on webhook_deliveries (org_id, webhook_id, next_retry_at)
  where status = 'pending';
create index webhook_deliveries_tests_idx on webhook_deliveries (org_id, webhook_id)
  where status = 'pending' and event = 'webhook.test';
-- What is over, by when it was written: for retention.
create index webhook_deliveries_created_at_idx on webhook_deliveries (created_at) where status <> 'pending';

-- Who is sending what. Unlogged: a claim ends with the server that gave it, at the latest, and what was claimed is
-- sent again.
create unlogged table webhook_claims (
  delivery_id uuid primary key,
  claim uuid not null,
  by_worker boolean not null,
  expires_at timestamptz not null
) with (fillfactor = 90, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0,
        autovacuum_analyze_threshold = 2147483647);
comment on table webhook_claims is 'Deliveries that a sender has taken and not settled yet.';
comment on column webhook_claims.claim is 'The sender''s; it settles by it.';
comment on column webhook_claims.by_worker is 'Taken by the database''s background worker, and not by an external sender.';
comment on column webhook_claims.expires_at is 'From then on others may take it.';

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

insert into callcoach_migrations (version) values ('0012_webhook_delivery');
