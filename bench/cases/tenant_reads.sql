-- :read, each time a statement of its own, and once more for what it found and how. The last time is that of the
-- statement that wrote the others.
set local max_parallel_workers_per_gather = 0;
set local enable_indexscan = :index;
set local enable_bitmapscan = :index;
set local enable_indexonlyscan = :index;
\timing on
select :'read' from generate_series(1, :repeat) \gexec
\timing off
:read \gset
select seq_scan, idx_scan from pg_stat_xact_user_tables where relname = 'fact_scenario_attempts' \gset
rollback;
\echo done :attempts :seq_scan :idx_scan
\echo digest :score :seconds
