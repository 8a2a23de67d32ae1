-- Deletes deliveries that wait for endpoints that are switched off, queued, last, more than $1 days ago; $2 at most.
-- One that is being sent all the same (webhook.test) is not as old.
delete from {schema}.webhook_deliveries
 where id = any (array(select d.id
                         from {schema}.webhooks w
                         join {schema}.webhook_deliveries d on d.org_id = w.org_id and d.webhook_id = w.id
                        where not w.enabled and d.status = 'pending'
                          and greatest(d.created_at, d.redelivered_at) < now() - make_interval(days => $1::int)
                        limit $2::int
                          for update of d skip locked))
