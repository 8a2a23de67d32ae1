-- explain_score only reads: in a read-only transaction, without a transaction id.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
update scenario_attempts set evaluation = '{"Rapport": 60, "Closing": 80}' where id = :'attempt_a';
-- What this transaction wrote is seen.
select criterion, score, source from explain_score(:'attempt_a');
rollback;
begin read only;
select count(*) from explain_score('a4000000-0000-4000-8000-000000000000');
\echo :LAST_ERROR_SQLSTATE
select pg_current_xact_id_if_assigned() is null as without_id;
rollback;
