set client_min_messages = warning;
begin;
\timing on
select rebuild_reporting() as facts \gset
\timing off
\echo done :facts
rollback;
