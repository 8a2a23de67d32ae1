-- An attempt becomes 'completed': times, KPIs and score are filled in the row, the fact and the webhooks follow, all in
-- the statement that did it.
\set SHOW_CONTEXT never
set datestyle = 'ISO';
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all

-- By UPDATE. What is there already stays: ended_at 30 s after started_at. Talk 6 s, listen 4 s: 60:40. Six words in 6 s: 60
-- a minute. Sentiment: the lexicon has "pay" at -0.4, and -0.4 / sqrt(15.16) = -0.1027. Score: 0.25 * 80 + 0.75 * 40 = 50,
-- which is below the default of 60.
update scenario_attempts set status = 'completed', evaluation = '{"Rapport": 80, "Closing": 40}' where id = :'attempt_a';
select status, started_at at time zone 'UTC' as started_at, ended_at at time zone 'UTC' as ended_at, duration_seconds, score, score_breakdown
  from scenario_attempts where id = :'attempt_a';
select e.key, e.value from scenario_attempts, jsonb_each(kpis) as e
 where id = :'attempt_a' and e.key in ('talk_ms', 'listen_ms', 'talk_listen_ratio', 'words_per_minute', 'filler_words',
                                       'interruptions', 'questions_asked', 'sentiment_score')
 order by 1;
select kpis = compute_kpis(transcript_json) as kpis_are_compute_kpis, updated_at = now() as touched from scenario_attempts where id = :'attempt_a';
select attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at at time zone 'UTC' as started_at,
       ended_at at time zone 'UTC' as ended_at, date_key
  from fact_scenario_attempts;
select event, org_id, webhook_id, status, retry_count, attempted_at is null as not_yet from webhook_deliveries order by event;
select event, payload - '{kpis,started_at,ended_at}'::text[] as payload from webhook_deliveries order by event;
select d.payload -> 'kpis' = a.kpis as kpis_sent, (d.payload ->> 'started_at')::timestamptz = a.started_at as started_at_sent,
       (d.payload ->> 'ended_at')::timestamptz = a.ended_at as ended_at_sent
  from webhook_deliveries d, scenario_attempts a where d.event = 'scenario.completed' and a.id = :'attempt_a';
-- The body is what is signed: the payload in an envelope.
select d.event, body::jsonb -> 'data' = payload as data, body::jsonb ->> 'idempotency_key' = idempotency_key::text as key,
       body::jsonb ->> 'event' = event as same_event, body::jsonb ->> 'org_id' = org_id::text as org
  from webhook_deliveries d order by d.event;
rollback;

-- By INSERT, with as little as there can be: no scenario, no transcript, no times.
begin;
\set ECHO none
\i :include
\set ECHO all
insert into scenario_attempts (id, org_id, user_id, status) values (:'missing', :'org_a', 'ana', 'completed')
returning started_at = now() as started_now, ended_at = now() as ended_now, duration_seconds, kpis, score, score_breakdown;
select score, duration_seconds, talk_ms, listen_ms from fact_scenario_attempts;
select event, payload ->> 'score' as score, payload -> 'kpis' as kpis from webhook_deliveries;
-- Without started_at there is no duration.
insert into scenario_attempts (org_id, user_id, status, started_at) values (:'org_a', 'ana', 'completed', null)
returning started_at, ended_at = now() as ended_now, duration_seconds;
-- Begun an hour ago: 3600 s. In the future (a clock that is ahead): ended as it started, 0 s.
insert into scenario_attempts (org_id, user_id, status, started_at) values (:'org_a', 'ana', 'completed', now() - interval '1 hour')
returning ended_at = now() as ended_now, duration_seconds;
insert into scenario_attempts (org_id, user_id, status, started_at) values (:'org_a', 'ana', 'completed', now() + interval '1 hour')
returning ended_at = started_at as ended_as_started, duration_seconds;
-- Ended before it started, as given: the times stay, the duration is not negative.
insert into scenario_attempts (org_id, user_id, status, started_at, ended_at) values
  (:'org_a', 'ana', 'completed', '2026-01-05 10:00+00', '2026-01-05 09:00+00')
returning ended_at < started_at as as_given, duration_seconds;
rollback;

-- What is there is not overwritten: ended_at, duration_seconds, kpis, and a score nobody's marks contradict.
begin;
\set ECHO none
\i :include
\set ECHO all
update scenario_attempts set status = 'completed', duration_seconds = 7, kpis = '{"talk_ms": 1234, "listen_ms": 5678}', score = 33
 where id = :'attempt_a'
returning duration_seconds, kpis, score, score_breakdown;
select score, duration_seconds, talk_ms, listen_ms from fact_scenario_attempts;
-- KPIs of somebody else's, that are no numbers or too large, are no reason to lose a fact.
insert into scenario_attempts (org_id, user_id, status, kpis) values
  (:'org_a', 'k1', 'completed', '{"talk_ms": "many", "listen_ms": -5}'),
  (:'org_a', 'k2', 'completed', '{"talk_ms": 1e300, "listen_ms": 3000000000}'),
  (:'org_a', 'k3', 'completed', '{"talk_ms": 1.5}'),
  (:'org_a', 'k4', 'completed', '{}');
select user_id, talk_ms, listen_ms from fact_scenario_attempts where user_id like 'k_' order by user_id;
rollback;

-- A score where marks exist, and only there.
begin;
\set ECHO none
\i :include
\set ECHO all
update scenario_attempts set status = 'completed' where id = :'attempt_a' returning score, score_breakdown;
rollback;
begin;
\set ECHO none
\i :include
\set ECHO all
update scenario_attempts set status = 'completed', score_breakdown = '{"Rapport": 100, "Closing": 60}' where id = :'attempt_a' returning score;
rollback;
begin;
\set ECHO none
\i :include
\set ECHO all
-- A rubric all of KPIs: one question in a band that rises to 2 is 50; 60 % of talk in one that falls from 55 to 75 is 75.
update scenarios set rubric = '{"criteria": [{"name": "Discovery", "weight": 0.5, "kpi": "questions_asked", "band": [0, 2, 12, 20]},
  {"name": "Balance", "weight": 0.5, "kpi": "talk_listen_ratio", "band": [20, 40, 55, 75]}]}' where id = :'scenario_a';
update scenario_attempts set status = 'completed' where id = :'attempt_a' returning score, score_breakdown;
-- KPIs alone do not score what a judge has still to mark.
update scenarios set rubric = '{"criteria": [{"name": "Discovery", "weight": 0.5, "kpi": "questions_asked", "band": [0, 2, 12, 20]},
  {"name": "Charm", "weight": 0.5}]}' where id = :'scenario_b';
update scenario_attempts set status = 'completed' where id = :'attempt_b' returning score, score_breakdown;
rollback;

-- What stands in the way of one attempt names it, and leaves everything as it was.
begin;
\set ECHO none
\i :include
\set ECHO all
update scenario_attempts set status = 'completed', evaluation = '{"Rapport": 101}' where id = :'attempt_a';
\echo :LAST_ERROR_SQLSTATE
update scenario_attempts set status = 'completed', transcript_json = '{"not": "an array"}' where id = :'attempt_a';
\echo :LAST_ERROR_SQLSTATE
insert into scenario_attempts (id, org_id, user_id, status, transcript_json) values (:'missing', :'org_a', 'ana', 'completed', '"text"');
\echo :LAST_ERROR_SQLSTATE
select id, status, kpis, score from scenario_attempts order by id;
select (select count(*) from fact_scenario_attempts) as facts, (select count(*) from webhook_deliveries) as deliveries;
-- While an attempt is not completed, its transcript may be anything yet.
update scenario_attempts set transcript_json = '{"not": "an array"}', status = 'failed' where id = :'attempt_a';
rollback;

-- Other statuses bring nothing about.
begin;
\set ECHO none
\i :include
\set ECHO all
update scenario_attempts set status = 'abandoned', evaluation = '{"Rapport": 80, "Closing": 40}' where id = :'attempt_a'
returning kpis, score, duration_seconds;
insert into scenario_attempts (org_id, user_id, status) values (:'org_a', 'ana', 'failed') returning ended_at, kpis;
select (select count(*) from fact_scenario_attempts) as facts, (select count(*) from webhook_deliveries) as deliveries;
-- The claim of whoever completes it does not matter to the triggers, nor does his search_path.
select set_org_claim(:'org_b');
set local search_path = '';
update public.scenario_attempts set status = 'completed' where id = :'attempt_a' returning kpis ->> 'talk_ms' as talk_ms;
select org_id, event from public.webhook_deliveries order by event;
rollback;
