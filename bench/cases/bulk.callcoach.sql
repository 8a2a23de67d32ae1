begin;
\timing on
update scenario_attempts set status = 'completed' where id = any (array(select id from bench.attempts where n <= :size));
\ir bulk_checked.sql
rollback;
