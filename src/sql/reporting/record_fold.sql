-- Notes a fold ($1 of one organisation or all, $2 'fold' or 'rebuild', $3 begun when, $4 changes), and forgets
-- those of more than seven days ago.
with past as (
  delete from {schema}.reporting_folds where finished_at < now() - interval '7 days'
)
insert into {schema}.reporting_folds (org_id, kind, started_at, finished_at, changes)
values ($1::uuid, $2, $3::timestamptz, clock_timestamp(), $4::bigint)
