-- Readers go on seeing these rows until the rebuild commits.
with user_months as (delete from {schema}.rollup_user_months),
     org_users as (delete from {schema}.rollup_org_users),
     hours as (delete from {schema}.rollup_org_hours),
     scenarios as (delete from {schema}.rollup_scenarios)
delete from {schema}.rollup_orgs
