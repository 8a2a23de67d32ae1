-- The same where facts are partitioned by month; also of attempts that have moved to another day, whose fact is
-- written anew there. A fact is looked for on the day it had, and so in one partition.
delete from {schema}.fact_scenario_attempts f
 using old_rows o
 where f.attempt_id = o.id and f.date_key = coalesce((o.started_at at time zone 'UTC')::date, '-infinity')
   and o.status = 'completed'
   and not exists (select from new_rows n
                    where n.id = o.id and n.status = 'completed' and n.ended_at is not null
                      and (n.started_at at time zone 'UTC')::date is not distinct from (o.started_at at time zone 'UTC')::date)
