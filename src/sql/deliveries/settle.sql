-- Writes what came of claimed deliveries: ids $1; the claim $2; and of each, from $3 on: status ('pending': to be
-- tried again), response status, response body, when it was tried, milliseconds, retry count, when it is due again,
-- error. Comes back with those that somebody else has locked, to be settled later. What is deleted, claimed anew by
-- others or settled already is none of ours any more.
with result as materialized (
  select * from unnest($1::uuid[], $3::text[], $4::int[], $5::text[], $6::timestamptz[], $7::int[], $8::int[],
                       $9::timestamptz[], $10::text[])
             as r (id, status, response_status, response_body, attempted_at, duration_ms, retry_count, next_retry_at,
                   error)
), ours as materialized (
  select r.* from result r
    join {schema}.webhook_claims c on c.delivery_id = r.id and c.claim = $2::uuid
), locked as materialized (
  -- By id, as in claim.sql.
  select d.id
    from ours o
   cross join lateral (select d.id, d.status from {schema}.webhook_deliveries d
                        where d.id = o.id offset 0 for no key update skip locked) d
   where d.status = 'pending'
), settled as (
  update {schema}.webhook_deliveries d
     set status = o.status, response_status = o.response_status, response_body = o.response_body,
         attempted_at = o.attempted_at, duration_ms = o.duration_ms, retry_count = o.retry_count,
         next_retry_at = o.next_retry_at, error = o.error
    from ours o
   where d.id = o.id and d.id in (select id from locked)
  returning d.id
), still_there as materialized (
  select o.id from ours o
   where o.id not in (select id from locked)
     and exists (select from {schema}.webhook_deliveries d where d.id = o.id and d.status = 'pending')
), released as (
  delete from {schema}.webhook_claims c
   using ours o
   where c.delivery_id = o.id and c.claim = $2 and o.id not in (select id from still_there)
)
select (select count(*) from settled), array(select id from still_there)
