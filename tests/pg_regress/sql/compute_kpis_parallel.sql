-- compute_kpis and kpi_events are PARALLEL SAFE and said to be dear: a query over a table of calls is dealt out to
-- parallel workers, which find the same.
create table calls_in_parallel (id int primary key, transcript jsonb);
insert into calls_in_parallel
select n, jsonb_build_array(
         jsonb_build_object('speaker', 'assistant', 'text', 'Hello, this is Dana. How can I help?', 'start_ms', 0, 'end_ms', 2000 + n),
         jsonb_build_object('speaker', 'user', 'text', repeat('Um, what is the rate? ', 1 + n % 7), 'start_ms', 1000 + n, 'end_ms', 9000 + 2 * n))
  from generate_series(1, 2000) as n;
analyze calls_in_parallel;

set max_parallel_workers_per_gather = 2;
set min_parallel_table_scan_size = 0;
explain (costs off)
select sum((compute_kpis(transcript) -> 'talk_ms')::bigint) from calls_in_parallel;
explain (costs off)
select count(*) from calls_in_parallel cross join lateral kpi_events(transcript);

create temp table by_workers as
select sum((k -> 'talk_ms')::bigint) as talk_ms, sum((k -> 'filler_words')::bigint) as fillers, md5(string_agg(k::text, ' ' order by id)) as all_keys
  from (select id, compute_kpis(transcript) as k from calls_in_parallel) as calls;
set max_parallel_workers_per_gather = 0;
select w.*, w = l as same_without_workers
  from by_workers w,
       (select sum((k -> 'talk_ms')::bigint) as talk_ms, sum((k -> 'filler_words')::bigint) as fillers, md5(string_agg(k::text, ' ' order by id)) as all_keys
          from (select id, compute_kpis(transcript) as k from calls_in_parallel) as calls) l;
-- Each utterance of the user's lasts 8000 + n ms, and has 1 + n % 7 fillers.
select sum(8000 + n) as talk_ms, sum(1 + n % 7) as fillers from generate_series(1, 2000) as n;
drop table calls_in_parallel;
