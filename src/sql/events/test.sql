-- webhook.test for endpoint $1, asked for by $2.
with message as materialized (
  select *, callcoach.webhook_body(key, 'webhook.test', org_id, data) as body
    from (select w.org_id, w.id, callcoach.uuid_v7() as key,
                 jsonb_build_object('webhook_id', w.id, 'requested_by', $2::text) as data
            from {schema}.webhooks w
           where w.id = $1
          offset 0
-- One that is being deleted is waited for, and then not there.
             for key share of w) as tried
)
insert into {schema}.webhook_deliveries
  (org_id, webhook_id, event, idempotency_key, payload, body, status, next_retry_at)
select org_id, id, 'webhook.test', key, data, body, 'pending', now()
  from message
returning id
