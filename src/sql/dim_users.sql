insert into {schema}.dim_users (org_id, user_id, name, email, role, created_at, updated_at)
select org_id, user_id, metadata ->> 'name', metadata ->> 'email', role, created_at, now() from new_rows
on conflict (org_id, user_id) do update set
  name = excluded.name, email = excluded.email, role = excluded.role, updated_at = excluded.updated_at
