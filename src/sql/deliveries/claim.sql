-- Claims due deliveries, endpoint by endpoint in turn: $1 at most, $2 of one endpoint, $3 bytes of bodies; for $4
-- seconds from $8 on, by the claim $5, of the worker or not ($6), none of the endpoints $7, $9 of one organisation, none
-- of the organisations $10, those of the organisation $11 only (NULL: of all). What is locked, as by a deletion, is left
-- alone; what others have claimed, until that expires. "each": how many of one endpoint were looked for, unless it has a
-- rate: then five seconds' worth at most.
with recursive queued as (
  -- One organisation's is a range of the index, as all are.
  (select d.org_id, d.webhook_id from {schema}.webhook_deliveries d
    where d.status = 'pending' and d.org_id >= coalesce($11::uuid, '00000000-0000-0000-0000-000000000000')
      and d.org_id <= coalesce($11, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    order by d.org_id, d.webhook_id limit 1)
  union all
  select n.org_id, n.webhook_id
    from queued q
   cross join lateral (
         select d.org_id, d.webhook_id from {schema}.webhook_deliveries d
          where d.status = 'pending' and (d.org_id, d.webhook_id) > (q.org_id, q.webhook_id)
            and d.org_id <= coalesce($11, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
          order by d.org_id, d.webhook_id limit 1) n
), endpoint as materialized (
  select w.org_id, w.id, w.enabled, base.each, least(base.each, w.max_per_second * 5) as most
    from (select q.*, least($2::int, greatest(4, ceil($1::int / count(*) over ())))::int as each
            from queued q
           where q.webhook_id <> all ($7::uuid[]) and q.org_id <> all ($10::uuid[])) as base
   cross join lateral (
         select w.org_id, w.id, w.enabled, w.max_per_second::int from {schema}.webhooks w
          where w.org_id = base.org_id and w.id = base.webhook_id offset 0) w
), due as (
  select d.id, d.bytes, d.next_retry_at, e.org_id,
         row_number() over (partition by e.id order by d.next_retry_at) as turn
    from endpoint e
   cross join lateral (
         (select p.id, octet_length(p.body) as bytes, p.next_retry_at
            from {schema}.webhook_deliveries p
           where e.enabled and p.status = 'pending' and p.org_id = e.org_id and p.webhook_id = e.id
             and p.next_retry_at <= $8::timestamptz
             and not exists (select from {schema}.webhook_claims c
                              where c.delivery_id = p.id and c.expires_at > $8::timestamptz)
           order by p.next_retry_at limit e.most)
         union all
         -- An endpoint that is switched off is sent what tries it out.
         (select p.id, octet_length(p.body), p.next_retry_at
            from {schema}.webhook_deliveries p
           where not e.enabled and p.status = 'pending' and p.event = 'webhook.test'
             and p.org_id = e.org_id and p.webhook_id = e.id
             and p.next_retry_at <= $8::timestamptz
             and not exists (select from {schema}.webhook_claims c
                              where c.delivery_id = p.id and c.expires_at > $8::timestamptz)
           order by p.next_retry_at limit e.most)) d
), chosen as (
  select id
    from (select *, sum(bytes) over (order by org_turn, next_retry_at, id) as total
            from (select *, row_number() over (partition by org_id order by turn, next_retry_at, id) as org_turn
                    from due) as by_turn
           where org_turn <= $9::int) as by_org
   where total - bytes < $3::bigint
   order by org_turn, next_retry_at
   limit $1
), locked as materialized (
  -- Looked at again, now that it is locked: it may have been settled since, or be due later. (Said so that no index of what is pending
  -- serves: these are looked up by id, also by a plan that was made when nothing was pending.)
  select d.id
    from chosen
   cross join lateral (
         select d.id from {schema}.webhook_deliveries d
          where d.id = chosen.id and d.status <> all ('{success,failed}') and d.next_retry_at <= $8::timestamptz
         offset 0 for no key update skip locked) d
), claimed as (
  insert into {schema}.webhook_claims as c (delivery_id, claim, by_worker, expires_at)
  select id, $5::uuid, $6::boolean, clock_timestamp() + make_interval(secs => $4::float8) from locked
  on conflict (delivery_id) do update
    set claim = excluded.claim, by_worker = excluded.by_worker, expires_at = excluded.expires_at,
        settled_at = null
    where c.expires_at <= clock_timestamp()
  returning delivery_id
)
select d.id, d.org_id, d.webhook_id, d.event, d.idempotency_key, d.body, d.retry_count, w.url, w.secret, w.previous_secret,
       w.max_in_flight, w.max_per_second, w.is_failing, (select max(each) from endpoint) as each
  from claimed
 cross join lateral (
       select d.id, d.org_id, d.webhook_id, d.event::text, d.idempotency_key, d.body, d.retry_count
         from {schema}.webhook_deliveries d where d.id = claimed.delivery_id offset 0) d
 cross join lateral (
       select w.url::text, w.secret::text, w.max_in_flight::int, w.max_per_second::int,
              case when w.previous_secret_expires_at > $8::timestamptz then w.previous_secret::text end as previous_secret,
              w.failing_since is not null as is_failing
         from {schema}.webhooks w where w.org_id = d.org_id and w.id = d.webhook_id offset 0) w
