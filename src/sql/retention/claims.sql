-- Forgets claims that ended an hour ago, $1 at most: settled ones, and those of senders that never came back.
delete from {schema}.webhook_claims
 where delivery_id = any (array(select delivery_id from {schema}.webhook_claims
                                 where expires_at < clock_timestamp() - interval '1 hour'
                                 order by expires_at limit $1::int
                                   for update skip locked))
   and expires_at < clock_timestamp() - interval '1 hour'
