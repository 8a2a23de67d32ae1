-- Attempts that have left 'completed', or were given another id, take their fact away.
delete from {schema}.fact_scenario_attempts f
 using old_rows o
 where f.attempt_id = o.id and o.status = 'completed'
   and not exists (select from new_rows n where n.id = o.id and n.status = 'completed' and n.ended_at is not null)
