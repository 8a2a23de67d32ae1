-- Events of attempts that have left 'completed', or whose call, person or scenario is another one now.
with had as materialized (
  select distinct o.id, o.org_id, o.user_id, o.scenario_id, o.transcript_json
    from old_rows o join {schema}.fact_kpi_events e on e.attempt_id = o.id
)
delete from {schema}.fact_kpi_events e
 using had o left join new_rows n on n.id = o.id
 where e.attempt_id = o.id
   and (n.id is null or n.status <> 'completed'
        or (n.org_id, n.user_id, n.scenario_id) is distinct from (o.org_id, o.user_id, o.scenario_id)
        or n.transcript_json is distinct from o.transcript_json)
