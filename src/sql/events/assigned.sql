-- scenario.assigned, one for each assignment. Before this stands: with assigned as (… rows …)
, happened as (
  select a.org_id, 'scenario.assigned' as event, {assignment_data} as data
    from assigned a
    left join {schema}.scenarios s on s.org_id = a.org_id and s.id = a.scenario_id
    left join {schema}.tracks t on t.org_id = a.org_id and t.id = a.track_id
)
select org_id, event, data from happened
