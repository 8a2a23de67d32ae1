-- pg_partman keeps the partitions of schema api.
set search_path = :"schema";
set client_min_messages = warning;
select parent_table, control, partition_interval, premake from partman.part_config;
select 'partitions', count(*), count(first_day) from callcoach.fact_partitions();
update partman.part_config set premake = 6;
call partman.run_maintenance_proc();
select 'six months ahead', max(past_day) > now() + interval '6 months' from callcoach.fact_partitions();
select 'unsealed', c.relname from pg_class c join pg_inherits i on i.inhrelid = c.oid
 where i.inhparent = 'fact_scenario_attempts'::regclass
   and (not c.relrowsecurity or exists (select from aclexplode(c.relacl) a where a.grantee <> c.relowner));
select 'findings', object, finding from callcoach.security_findings();
select 'kept', callcoach.keep_fact_partitions();
select refresh_reporting() \g /dev/null
update partman.part_config set retention = '12 months', retention_keep_table = false;
-- The months between are made first, so that what is retired ends where the first partition begins.
select 'kept', callcoach.keep_fact_partitions() > 0;
call partman.run_maintenance_proc();
select 'horizon', callcoach.fact_horizon() between now() - interval '14 months' and now() - interval '12 months';
select 'differences', count(*) from check_reporting();
