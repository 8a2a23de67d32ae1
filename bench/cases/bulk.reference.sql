begin;
\timing on
select complete_attempts(array(select id from bench.attempts where n <= :size)) as queued \gset
\ir bulk_checked.sql
rollback;
