-- Makes the jobs that database $1 (NULL: this one) lacks. In another database the extension is taken to be in the
-- same schema.
select case when $1::text is null or $1 = current_database()
         then cron.schedule(job.name, job.schedule, job.command)
         else cron.schedule_in_database(job.name || ' in ' || $1, job.schedule, job.command, $1) end
  from (select format('%I', n.nspname) as home
          from pg_extension e join pg_namespace n on n.oid = e.extnamespace
         where e.extname = 'callcoach') as extension,
       lateral (values
         ('callcoach reports', '* * * * *', 'select ' || home || '.refresh_reporting()'),
         ('callcoach overdue assignments', '*/5 * * * *', 'select callcoach.sweep_overdue_assignments()'),
         -- Transaction by transaction.
         ('callcoach retention', '17 3 * * *',
          'do $$ begin while callcoach.apply_retention() >= 20000 loop commit; end loop; end $$')
       ) as job (name, schedule, command)
 where not exists (
   select from cron.job known
    where known.jobname in (job.name, job.name || ' in ' || $1)
      and known.database = coalesce($1, current_database()) and known.username = current_user)
