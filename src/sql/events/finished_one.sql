with finished as (
  select $1::uuid as id, $2::uuid as org_id, $3::text as user_id, $4::uuid as scenario_id
)
