-- What has become of the webhooks so far. Times until the next attempt depend on chance.
\pset footer off
select w.name as endpoint, d.event, right(d.idempotency_key::text, 8) as id, d.status, d.response_status as response,
       d.retry_count as retries, round(extract(epoch from d.next_retry_at - now())) as next_in_seconds
  from webhook_deliveries d join webhooks w on w.id = d.webhook_id order by d.org_id, w.name, d.event, d.created_at;
