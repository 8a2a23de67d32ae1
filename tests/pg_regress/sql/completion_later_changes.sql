-- What changes after an attempt was completed flows through to KPIs, score and fact.
\set SHOW_CONTEXT never
set datestyle = 'ISO';
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
create temp view state as
select a.status, a.kpis ->> 'talk_ms' as talk_ms, a.score, a.score_breakdown, f.user_id as fact_user, f.scenario_id is not null as fact_scenario,
       f.score as fact_score, f.talk_ms as fact_talk_ms, f.duration_seconds as fact_seconds, f.date_key
  from scenario_attempts a full join fact_scenario_attempts f on f.attempt_id = a.id
 where coalesce(a.id, f.attempt_id) = 'a4000000-0000-4000-8000-000000000000';
update scenario_attempts set status = 'completed', evaluation = '{"Rapport": 80, "Closing": 60}' where id = :'attempt_a';
select * from state;
-- Another transcript: other KPIs.
update scenario_attempts set transcript_json = '[{"speaker": "user", "text": "Hi.", "start_ms": 0, "end_ms": 2500}]' where id = :'attempt_a';
select * from state;
-- … which are not computed where the same statement writes them itself.
update scenario_attempts set transcript_json = '[]', kpis = '{"talk_ms": 77}' where id = :'attempt_a';
select * from state;
-- A transcript that is taken away (retention) leaves what was measured.
update scenario_attempts set transcript_json = null where id = :'attempt_a';
select * from state;
-- A broken one is refused, and names the attempt.
update scenario_attempts set transcript_json = '{}' where id = :'attempt_a';
\echo :LAST_ERROR_SQLSTATE
-- Other marks: 0.25 * 100 + 0.75 * 60 = 70.
update scenario_attempts set evaluation = '{"Rapport": 100, "Closing": 60}' where id = :'attempt_a';
select * from state;
-- Marks out of range are refused.
update scenario_attempts set evaluation = '{"Rapport": 100, "Closing": 600}' where id = :'attempt_a';
\echo :LAST_ERROR_SQLSTATE
-- A score by hand.
update scenario_attempts set score = 12.5 where id = :'attempt_a';
select * from state;
-- score_attempt puts it right: 70, in the fact too.
select score_attempt(:'attempt_a');
select * from state;
-- A bound KPI that changes changes the score: a band of words a minute up to 200 is 100 there: 3 words in 1.5 s are 120,
-- which is 60 between 0 and 200.
update scenarios set rubric = '{"criteria": [{"name": "Pace", "weight": 1, "kpi": "words_per_minute", "band": [0, 200, 300, 400]}]}' where id = :'scenario_a';
update scenario_attempts set evaluation = null, transcript_json = '[{"speaker": "user", "text": "One two three.", "start_ms": 0, "end_ms": 1500}]'
 where id = :'attempt_a';
select * from state;
-- Who, when and for how long. 2026-01-31 23:30 in Los Angeles is the 1st of February, UTC.
update scenario_attempts set user_id = 'amy', started_at = '2026-01-31 23:30:00-08', ended_at = '2026-01-31 23:40:00-08', duration_seconds = 600
 where id = :'attempt_a';
select * from state;
-- Its scenario is deleted: attempt and fact stay, without one.
delete from scenarios where id = :'scenario_a';
select * from state;
-- Left 'completed': no fact. What was measured stays in the attempt. Back again: the fact is back.
update scenario_attempts set status = 'failed' where id = :'attempt_a';
select * from state;
update scenario_attempts set status = 'completed' where id = :'attempt_a';
select * from state;
-- A new id takes the fact along.
update scenario_attempts set id = :'missing' where id = :'attempt_a';
select attempt_id from fact_scenario_attempts;
-- Deleted: no fact.
delete from scenario_attempts where id = :'missing';
select count(*) from fact_scenario_attempts;
rollback;

-- The fact is not written again where nothing in it changes.
begin;
\set ECHO none
\i :include
\set ECHO all
update scenario_attempts set status = 'completed' where org_id in (:'org_a', :'org_b');
select ctid as before from fact_scenario_attempts where attempt_id = :'attempt_a' \gset
update scenario_attempts set feedback_text = 'Well done.' where id = :'attempt_a';
select ctid = :'before' as untouched from fact_scenario_attempts where attempt_id = :'attempt_a';
-- Another organisation's fact stays where one's is removed.
update scenario_attempts set status = 'abandoned' where id = :'attempt_a';
select attempt_id from fact_scenario_attempts;
-- TRUNCATE takes them all.
truncate scenario_attempts cascade;
select count(*) from fact_scenario_attempts;
rollback;
