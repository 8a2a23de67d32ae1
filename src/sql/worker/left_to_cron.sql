-- What pg_cron does in this database already: the commands of its active jobs named callcoach….
select string_agg(command, ' ') from cron.job
 where active and jobname like 'callcoach%' and database = current_database()
