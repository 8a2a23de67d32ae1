-- Rows of these organisations ($1) that have come to stand for no attempt.
with user_months as (
  delete from {schema}.rollup_user_months where org_id = any ($1::uuid[]) and attempts = 0
), org_users as (
  delete from {schema}.rollup_org_users where org_id = any ($1) and attempts = 0
), hours as (
  delete from {schema}.rollup_org_hours where org_id = any ($1) and attempts = 0
), scenarios as (
  delete from {schema}.rollup_scenarios where org_id = any ($1) and attempts = 0
)
delete from {schema}.rollup_orgs where org_id = any ($1) and attempts = 0
