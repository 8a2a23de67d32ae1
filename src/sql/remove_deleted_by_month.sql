-- Facts of deleted attempts where facts are partitioned by month: each is looked for on its day.
delete from {schema}.fact_scenario_attempts f
 using old_rows o
 where f.attempt_id = o.id and f.date_key = coalesce((o.started_at at time zone 'UTC')::date, '-infinity')
