-- The caller's jobs for callcoach in database $1 (NULL: this one).
select jobname::text, schedule, command, active from cron.job
 where jobname like 'callcoach %' and database = coalesce($1::text, current_database()) and username = current_user
 order by jobid
