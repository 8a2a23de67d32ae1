-- Back into the default partition with what the upkeep has made for past months, for it to be made again.
do $$
declare
  one record;
begin
  lock table only fact_scenario_attempts in access exclusive mode;
  for one in select * from callcoach.fact_partitions() where past_day <= now() loop
    execute format('alter table fact_scenario_attempts detach partition %s', one.partition);
    execute format('insert into fact_scenario_attempts_default select * from %s', one.partition);
    execute format('drop table %s', one.partition);
  end loop;
  update fact_partitions set began = (select min(first_day) from callcoach.fact_partitions());
end
$$;
