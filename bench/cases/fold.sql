-- :changes of the facts, 60 of a hundred new, 30 scored again, 10 gone; then the fold, in a session whose plans are
-- made, or in a new one if :first is true.
\if :{?first} \else \set first false \endif
set synchronous_commit = off;
set client_min_messages = warning;
select refresh_reporting() \g /dev/null
select setseed(:seed) \g /dev/null
create temp table drawn as
select attempt_id, row_number() over (order by random()) as place
  from fact_scenario_attempts tablesample system (greatest(0.2, least(100, 300.0 * :changes / :facts)));
insert into fact_scenario_attempts
  (attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at)
select gen_random_uuid(), org_id, user_id, scenario_id, round((random() * 100)::numeric, 1), 600, 300000, 280000,
       now() - interval '10 minutes', now()
  from fact_scenario_attempts join drawn using (attempt_id) where place <= ceil(:changes * 0.6);
update fact_scenario_attempts set score = round((random() * 99)::numeric, 2) + 0.003
 where attempt_id in (select attempt_id from drawn where place > ceil(:changes * 0.6) and place <= ceil(:changes * 0.9));
delete from fact_scenario_attempts
 where attempt_id in (select attempt_id from drawn where place > ceil(:changes * 0.9) and place <= :changes);
\if :first
  \connect
  set client_min_messages = warning;
\endif
select extract(epoch from clock_timestamp()) as began \gset
\timing on
select refresh_reporting() as folded \gset
\timing off
\echo fold :began
\echo done :folded
