-- A pending delivery for each enabled endpoint of the current organisation that wants the event. The key is in
-- the payload, and the signature covers the payload's text, which jsonb gives back the same every time.
create function enqueue_webhook(event text, payload jsonb) returns int language plpgsql security definer as $$
declare
  org uuid := nullif(current_setting('jwt.claims.org_id', true), '')::uuid;
  message jsonb := payload || jsonb_build_object('event', event, 'idempotency_key', gen_random_uuid());
  bytes text := message;
  queued int;
begin
  insert into webhook_deliveries (webhook_id, event, payload, signature, status, next_retry_at)
  select w.id, enqueue_webhook.event, message, encode(hmac(bytes, w.secret, 'sha256'), 'hex'), 'pending', now()
    from webhooks w
   where w.org_id = org and w.enabled and enqueue_webhook.event = any (w.events);
  get diagnostics queued = row_count;
  return queued;
end
$$;
