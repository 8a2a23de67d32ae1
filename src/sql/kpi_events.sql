-- The events of completed attempts that have none yet, for organisations that want them. Phrases that kpi_events
-- would refuse must not stop a completion. Before this stands: with changed as (… rows of scenario_attempts …)
insert into {schema}.fact_kpi_events (attempt_id, org_id, user_id, scenario_id, event_type, event_value, timestamp_ms)
select a.id, a.org_id, a.user_id, a.scenario_id, e.event_type, e.event_value, e.timestamp_ms
  from changed c
  join {schema}.orgs o on o.id = c.org_id and o.metadata -> 'kpi_events' = 'true'
  join {schema}.scenario_attempts a on a.id = c.id
  left join {schema}.scenarios s on s.org_id = a.org_id and s.id = a.scenario_id
 cross join lateral {schema}.kpi_events(
         a.transcript_json,
         array(select k #>> '{}'
                 from jsonb_array_elements(case when jsonb_typeof(o.metadata -> 'keywords') = 'array' then o.metadata -> 'keywords' else '[]' end) as k
                where jsonb_typeof(k) = 'string' and octet_length(k #>> '{}') <= 96
                  and cardinality(regexp_split_to_array(k #>> '{}', '[^[:alnum:]]+')) <= 32
                limit 500),
         array(select p #>> '{}'
                 from jsonb_array_elements(case when jsonb_typeof(s.persona -> 'objections') = 'array' then s.persona -> 'objections' else '[]' end) as p
                where jsonb_typeof(p) = 'string' and octet_length(p #>> '{}') <= 96
                  and cardinality(regexp_split_to_array(p #>> '{}', '[^[:alnum:]]+')) <= 32
                limit 500)) as e
 where a.status = 'completed' and a.transcript_json is not null
   and not exists (select from {schema}.fact_kpi_events f where f.attempt_id = a.id)
