insert into {schema}.webhook_deliveries
  (org_id, webhook_id, event, idempotency_key, payload, body, status, next_retry_at)
select w.org_id, w.id, $2, $3, $4, $5, 'pending', now()
  from {schema}.webhooks w
 where w.org_id = $1 and w.enabled and $2 = any (w.events)
-- An endpoint that is being deleted is waited for, and then left out.
   for key share of w
