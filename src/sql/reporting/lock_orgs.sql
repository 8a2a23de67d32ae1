-- Organisations with changes in the log, each locked by its row of dim_orgs until the transaction ends. One that
-- somebody else folds is left to a later fold, so that nobody's open transaction stops the others' reports. One
-- that is deleted has no row, and is nobody's but ours: only one session folds for all at a time.
with logged as materialized (
  select distinct org_id from {schema}.reporting_deltas
), locked as materialized (
  select d.org_id from {schema}.dim_orgs d
   where d.org_id in (select org_id from logged)
   order by d.org_id
     for no key update skip locked
)
select array(select org_id from locked
             union all
             select l.org_id from logged l
              where not exists (select from {schema}.dim_orgs d where d.org_id = l.org_id))
