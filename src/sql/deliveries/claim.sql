-- Claims due deliveries, endpoint by endpoint in turn: $1 at most, $2 of one endpoint, $3 bytes of bodies; for $4
-- seconds, by the claim $5, of the worker or not ($6), none of the endpoints $7. What is locked, as by a deletion,
-- is left alone; what others have claimed, until that expires.
with recursive endpoint as (
  (select d.org_id, d.webhook_id from {schema}.webhook_deliveries d
    where d.status = 'pending' order by d.org_id, d.webhook_id limit 1)
  union all
  select n.org_id, n.webhook_id
    from endpoint e
   cross join lateral (
         select d.org_id, d.webhook_id from {schema}.webhook_deliveries d
          where d.status = 'pending' and (d.org_id, d.webhook_id) > (e.org_id, e.webhook_id)
          order by d.org_id, d.webhook_id limit 1) n
), due as (
  select d.id, d.bytes, d.next_retry_at,
         row_number() over (partition by w.id order by d.next_retry_at) as turn
    from endpoint e
    join {schema}.webhooks w on w.org_id = e.org_id and w.id = e.webhook_id and w.id <> all ($7::uuid[])
   cross join lateral (
         (select p.id, octet_length(p.body) as bytes, p.next_retry_at
            from {schema}.webhook_deliveries p
           where w.enabled and p.status = 'pending' and p.org_id = e.org_id and p.webhook_id = e.webhook_id
             and p.next_retry_at <= clock_timestamp()
             and not exists (select from {schema}.webhook_claims c
                              where c.delivery_id = p.id and c.expires_at > clock_timestamp())
           order by p.next_retry_at limit $2::int)
         union all
         -- An endpoint that is switched off is sent what tries it out.
         (select p.id, octet_length(p.body), p.next_retry_at
            from {schema}.webhook_deliveries p
           where not w.enabled and p.status = 'pending' and p.event = 'webhook.test'
             and p.org_id = e.org_id and p.webhook_id = e.webhook_id
             and p.next_retry_at <= clock_timestamp()
             and not exists (select from {schema}.webhook_claims c
                              where c.delivery_id = p.id and c.expires_at > clock_timestamp())
           order by p.next_retry_at limit $2)) d
), chosen as (
  select id from (select id, turn, next_retry_at, sum(bytes) over (order by turn, next_retry_at, id) as total, bytes
                    from due) as by_turn
   where total - bytes < $3::bigint
   order by turn, next_retry_at
   limit $1::int
), locked as materialized (
  -- Looked at again, now that it is locked: it may have been settled since, to be tried again later even.
  select d.id from {schema}.webhook_deliveries d
   where d.id in (select id from chosen) and d.status = 'pending' and d.next_retry_at <= clock_timestamp()
     for no key update skip locked
), claimed as (
  insert into {schema}.webhook_claims as c (delivery_id, claim, by_worker, expires_at)
  select id, $5::uuid, $6::boolean, clock_timestamp() + make_interval(secs => $4::float8) from locked
  on conflict (delivery_id) do update
    set claim = excluded.claim, by_worker = excluded.by_worker, expires_at = excluded.expires_at,
        settled_at = null
    where c.expires_at <= clock_timestamp()
  returning delivery_id
)
select d.id, d.org_id, d.webhook_id, d.event::text, d.idempotency_key, d.body, d.retry_count, w.url::text, w.secret::text,
       case when w.previous_secret_expires_at > now() then w.previous_secret::text end as previous_secret,
       w.max_in_flight::int, w.max_per_second::int, w.failing_since is not null as is_failing
  from claimed
  join {schema}.webhook_deliveries d on d.id = claimed.delivery_id
  join {schema}.webhooks w on w.org_id = d.org_id and w.id = d.webhook_id
