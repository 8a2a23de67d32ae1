-- Notes a fold ($1 of one organisation or all, $2 'fold' or 'rebuild', $3 begun when, $4 changes), and forgets
-- those of more than seven days ago, but for what another fold is forgetting.
with past as (
  delete from {schema}.reporting_folds
   where ctid = any (array(select p.ctid from {schema}.reporting_folds p
                            where p.finished_at < now() - interval '7 days' for update skip locked))
)
insert into {schema}.reporting_folds (org_id, kind, started_at, finished_at, changes)
values ($1::uuid, $2, $3::timestamptz, clock_timestamp(), $4::bigint)
