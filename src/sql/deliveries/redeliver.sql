-- Has endpoint $1's deliveries sent again that were queued from $2 to before $3 and are $4, the oldest $5 at most.
update {schema}.webhook_deliveries
   set status = 'pending', retry_count = 0, next_retry_at = now(), redelivered_at = now()
 where id = any (array(select d.id
                         from {schema}.webhooks w
                         join {schema}.webhook_deliveries d on d.org_id = w.org_id and d.webhook_id = w.id
                        where w.id = $1::uuid and d.created_at >= $2::timestamptz and d.created_at < $3::timestamptz
                          and d.status = $4::text and d.status <> 'pending'
                        order by d.created_at
                        limit $5::int
                          for no key update of d skip locked))
