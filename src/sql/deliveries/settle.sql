-- Writes what came of the delivery $1, claimed by $2: status $3 ('pending': to be tried again), response status $4,
-- response body $5, when it was tried $6, milliseconds $7, retry count $8, when it is due again $9, error $10. Comes
-- back with whether it is settled, and whether somebody else has it locked: to be settled later. What is deleted,
-- claimed anew by others or settled already is none of ours any more.
with ours as materialized (
  select c.delivery_id from {schema}.webhook_claims c where c.delivery_id = $1::uuid and c.claim = $2::uuid
), found as materialized (
  -- Looked up by id, whatever is pending.
  select d.id from {schema}.webhook_deliveries d
   where d.id = $1 and d.status <> all ('{success,failed}') and exists (select from ours)
), locked as materialized (
  select d.id from {schema}.webhook_deliveries d
   where d.id = $1 and d.status <> all ('{success,failed}') and exists (select from ours)
     for no key update skip locked
), settled as (
  update {schema}.webhook_deliveries d
     set status = $3::text, response_status = $4::int, response_body = $5::text, attempted_at = $6::timestamptz,
         duration_ms = $7::int, retry_count = $8::int, next_retry_at = $9::timestamptz, error = $10::text
   where d.id = $1 and exists (select from locked)
), released as (
  delete from {schema}.webhook_claims c
   where c.delivery_id = $1 and c.claim = $2 and (exists (select from locked) or not exists (select from found))
)
select exists (select from locked), exists (select from found) and not exists (select from locked)
