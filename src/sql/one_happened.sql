, happened as (
  select org_id, 'scenario.completed' as event, {completed_data} as data
    from changed
)
