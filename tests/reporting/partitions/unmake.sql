-- Back into the default partition with what the upkeep has made for past months, for it to be made again.
do $$
declare
  one record;
begin
  -- As the upkeep does: first orgs, for the foreign key. Dropping what was detached would take more.
  lock table orgs in share row exclusive mode;
  lock table only fact_scenario_attempts in access exclusive mode;
  for one in select * from callcoach.fact_partitions() where past_day <= now() loop
    execute format('alter table fact_scenario_attempts detach partition %s', one.partition);
    execute format('insert into fact_scenario_attempts_default select * from %s', one.partition);
    execute format('alter table %s rename to %I', one.partition, gen_random_uuid());
  end loop;
  update fact_partitions set began = (select min(first_day) from callcoach.fact_partitions());
end
$$;
