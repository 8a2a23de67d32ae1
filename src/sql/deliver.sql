-- What happened, to every enabled endpoint of its organisation that wants to hear of it.
-- Before this stands: with … happened (org_id, event, data) as (…)
, message as materialized (
  select org_id, event, data, key,
         callcoach.webhook_body(key, event, org_id, data) as body
    from (select h.*, callcoach.uuid_v7() as key
            from happened h
           where exists (select from {schema}.webhooks w
                          where w.org_id = h.org_id and w.enabled and h.event = any (w.events))
          offset 0) as heard
)
insert into {schema}.webhook_deliveries
  (org_id, webhook_id, event, idempotency_key, payload, body, status, next_retry_at)
select w.org_id, w.id, m.event, m.key, m.data, m.body, 'pending', now()
  from message m
  join {schema}.webhooks w on w.org_id = m.org_id and w.enabled and m.event = any (w.events)
-- An endpoint that is being deleted is waited for, and then left out.
   for key share of w
