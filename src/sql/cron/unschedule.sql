-- Takes the caller's jobs for callcoach in database $1 (NULL: this one) away.
select cron.unschedule(jobid) from cron.job
 where jobname in ('callcoach reports', 'callcoach overdue assignments', 'callcoach retention',
                   'callcoach reports in ' || $1::text, 'callcoach overdue assignments in ' || $1,
                   'callcoach retention in ' || $1)
   and database = coalesce($1, current_database()) and username = current_user
