-- How old the worker's transactions are, looked at every two milliseconds while the backlog is sent, not while it is
-- made and what was there before is swept up; the oldest.
create temp table seen (ms float8);
do $$
declare
  oldest float8 := 0;
  looks int := 0;
begin
  while not exists (select from bench_phase where name = 'over') loop
    select greatest(oldest, max(1000 * extract(epoch from clock_timestamp() - xact_start))) into oldest
      from pg_stat_activity where backend_type = 'callcoach worker' and datname = current_database()
       and exists (select from bench_phase where name = 'sending');
    looks := looks + 1;
    -- The next look sees the next state.
    commit;
    perform pg_sleep(0.002);
  end loop;
  insert into seen select oldest from generate_series(1, 1) where looks > 100;
end
$$;
select max(ms) from seen;
