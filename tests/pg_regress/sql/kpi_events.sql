-- kpi_events, and the events of completed calls in fact_kpi_events where an organisation wants them.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
\i :include
\set ECHO all
\set call '[{"speaker": "user", "text": "Um, what rate do you pay now? Is a rate lock of interest?", "start_ms": 0, "end_ms": 5700}, {"speaker": "assistant", "text": "The price is too high for us, honestly, and we said so twice.", "start_ms": 6000, "end_ms": 12100}, {"speaker": "user", "text": "You know, I like that.", "start_ms": 10000, "end_ms": 12200}, {"speaker": "user", "text": "Uh, no times.", "start_ms": null}]'

select * from kpi_events(:'call', array['rate lock', 'RATE', 'nothing'], array['price', 'too high']);
-- As many as compute_kpis counts.
select (select count(*) from kpi_events(:'call') where event_type = 'filler_word') = (k ->> 'filler_words')::int as fillers,
       (select count(*) from kpi_events(:'call') where event_value = '{"speaker": "user"}') = (k ->> 'interruptions')::int as interruptions,
       (select count(*) from kpi_events(:'call') where event_value = '{"type": "open"}') = (k ->> 'open_questions')::int as open,
       (select count(*) from kpi_events(:'call') where event_value = '{"type": "closed"}') = (k ->> 'closed_questions')::int as closed
  from compute_kpis(:'call') as k;
select count(*) from kpi_events('[]');
select count(*) from kpi_events(null);
select count(*) from kpi_events(:'call', array[null, '', '?!']);
select * from kpi_events('{}');
select * from kpi_events('[]', array(select 'w' || n from generate_series(1, 1001) as n));
\echo :LAST_ERROR_SQLSTATE
select * from kpi_events('[]', array[repeat('word ', 33)]);

-- On completion: for A, which wants them, and not for B.
update orgs set metadata = '{"kpi_events": true, "keywords": ["rate lock", 5, null]}' where id = :'org_a';
update scenarios set persona = '{"objections": ["price", {"no": "text"}]}' where id = :'scenario_a';
update scenario_attempts set transcript_json = :'call', status = 'completed' where id = :'attempt_a';
update scenario_attempts set transcript_json = :'call', status = 'completed' where id = :'attempt_b';
select org_id = :'org_a' as of_a, user_id, scenario_id = :'scenario_a' as scenario, event_type, event_value, timestamp_ms
  from fact_kpi_events where attempt_id in (:'attempt_a', :'attempt_b') order by timestamp_ms nulls last, event_type collate "C";
-- A score that arrives later leaves them as they are; another transcript brings others; leaving takes them away.
select max(created_at) as written from fact_kpi_events \gset
update scenario_attempts set evaluation = '{"Rapport": 50, "Closing": 50}' where id = :'attempt_a';
select count(*), max(created_at) = :'written' as the_same from fact_kpi_events;
update scenario_attempts set transcript_json = '[{"speaker": "user", "text": "Um. Um.", "start_ms": 0, "end_ms": 700}]' where id = :'attempt_a';
select event_type, event_value, timestamp_ms from fact_kpi_events order by timestamp_ms;
update scenario_attempts set user_id = 'tom' where id = :'attempt_a';
select user_id, count(*) from fact_kpi_events group by user_id;
update scenario_attempts set status = 'failed' where id = :'attempt_a';
select count(*) from fact_kpi_events;
-- Set-based, and inserted as completed; turned off, nothing new.
insert into scenario_attempts (org_id, user_id, transcript_json, status)
select org, 'ana', :'call', 'completed' from unnest(array[:'org_a', :'org_b', :'org_a']::uuid[]) as org;
select org_id = :'org_a' as of_a, count(*), count(distinct attempt_id) as attempts from fact_kpi_events group by 1;
update scenario_attempts set status = 'abandoned' where status = 'completed';
select count(*) from fact_kpi_events;
update scenario_attempts set status = 'completed' where user_id = 'ana';
select count(distinct attempt_id) as attempts from fact_kpi_events;
delete from scenario_attempts where org_id = :'org_a';
select count(*) from fact_kpi_events;
update orgs set metadata = '{"kpi_events": "true"}' where id = :'org_a';
insert into scenario_attempts (org_id, user_id, transcript_json, status) values (:'org_a', 'ana', :'call', 'completed');
select count(*) from fact_kpi_events;
-- Phrases that kpi_events would refuse do not stop a completion.
update orgs set metadata = jsonb_build_object('kpi_events', true, 'keywords',
  (select jsonb_agg('word ' || n) || jsonb_build_array(repeat('word ', 40), repeat('x y ', 20)) from generate_series(1, 2000) as n)) where id = :'org_a';
insert into scenario_attempts (org_id, user_id, transcript_json, status) values (:'org_a', 'ana', :'call', 'completed');
select count(*) > 0 as events from fact_kpi_events;
delete from orgs;
