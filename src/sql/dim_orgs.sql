insert into {schema}.dim_orgs (org_id, name, plan, created_at, updated_at)
select id, name, plan, created_at, now() from new_rows
on conflict (org_id) do update set name = excluded.name, plan = excluded.plan, updated_at = excluded.updated_at
