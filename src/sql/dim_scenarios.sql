insert into {schema}.dim_scenarios (org_id, scenario_id, title, difficulty, category, created_at, updated_at)
select org_id, id, title, difficulty, coalesce(persona ->> 'category', persona ->> 'role'), created_at, now()
  from new_rows
on conflict (org_id, scenario_id) do update set
  title = excluded.title, difficulty = excluded.difficulty, category = excluded.category,
  updated_at = excluded.updated_at
