-- populate_fact_from_attempt: the fact of one completed attempt, by hand.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :tried
begin;
\i :include
\set ECHO all
-- Not completed: no fact.
select populate_fact_from_attempt(:'attempt_a');
select count(*) from fact_scenario_attempts;
-- Lost or spoiled facts come back, every column of them.
update scenario_attempts set status = 'completed', evaluation = '{"Rapport": 80, "Closing": 60, "Secret of B": 50}';
create temp table facts as select * from fact_scenario_attempts;
delete from fact_scenario_attempts;
select populate_fact_from_attempt(:'attempt_a');
select attempt_id, score, talk_ms from fact_scenario_attempts;
update fact_scenario_attempts set user_id = 'x', scenario_id = null, score = 1, duration_seconds = 1, talk_ms = 1, listen_ms = 1,
       started_at = now(), ended_at = now();
select populate_fact_from_attempt(:'attempt_a');
select count(*) as right from fact_scenario_attempts f join facts b using (attempt_id, org_id, user_id, scenario_id, score, duration_seconds,
  talk_ms, listen_ms, started_at, ended_at, date_key);
-- Again: nothing changes.
select ctid as before from fact_scenario_attempts \gset
select populate_fact_from_attempt(:'attempt_a');
select ctid = :'before' as untouched from fact_scenario_attempts;
select count(*) as deliveries from webhook_deliveries;
select populate_fact_from_attempt(null) is null as null_for_null;

-- Missing and foreign attempts: PT404, and not to be told apart.
select populate_fact_from_attempt(:'missing');
\echo :LAST_ERROR_SQLSTATE
select set_org_claim(:'org_a');
set local role service_role;
select populate_fact_from_attempt(:'attempt_b');
\echo :LAST_ERROR_SQLSTATE
select f is not distinct from m as the_same
  from pg_temp.tried(format('select populate_fact_from_attempt(%L)', :'attempt_b')) as f,
       pg_temp.tried(format('select populate_fact_from_attempt(%L)', :'missing')) as m;
select attempt_id from fact_scenario_attempts;
set local role authenticated;
select populate_fact_from_attempt(:'attempt_a');
\echo :LAST_ERROR_SQLSTATE
rollback;
