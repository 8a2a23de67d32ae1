, finished as materialized (
  select c.id, c.org_id, c.user_id, c.scenario_id
    from changed c
    left join before b on b.id = c.id
   where c.status = 'completed' and b.status is distinct from 'completed'
)
