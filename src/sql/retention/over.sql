-- Deletes deliveries that are over and were queued, last, more than $1 days ago; the oldest $2 at most. (By an array:
-- joined, the whole table would be read.)
delete from {schema}.webhook_deliveries
 where id = any (array(select id from {schema}.webhook_deliveries
                        where status <> 'pending' and created_at < now() - make_interval(days => $1::int)
                          and (redelivered_at is null or redelivered_at < now() - make_interval(days => $1))
                        order by created_at limit $2::int
                          for update skip locked))
