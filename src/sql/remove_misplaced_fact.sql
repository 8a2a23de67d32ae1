-- Where facts are partitioned by month: those of one completed attempt ($1, which is locked) on other days than its
-- own, in whatever partition. Its own is upserted afterwards.
delete from {schema}.fact_scenario_attempts f
 using {schema}.scenario_attempts a
 where a.id = $1 and a.status = 'completed' and a.ended_at is not null
   and f.attempt_id = $1
   and f.date_key <> coalesce((a.started_at at time zone 'UTC')::date, '-infinity')
