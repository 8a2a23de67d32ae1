-- One organisation ($1), once nobody else folds it; none if it is deleted.
with locked as materialized (
  select d.org_id from {schema}.dim_orgs d where d.org_id = $1::uuid for no key update
)
select array(select org_id from locked)
