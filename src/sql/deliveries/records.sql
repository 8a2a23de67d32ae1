-- The records of endpoints ($1), but for those that somebody else has locked.
select id, failing_since, failures, enabled from {schema}.webhooks where id = any ($1::uuid[]) order by id
   for no key update skip locked
