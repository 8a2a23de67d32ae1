-- Values that are huge, or stored in another way than before.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
-- Marks of more than a megabyte are refused before they take a hundred times their size in memory.
savepoint s;
update scenario_attempts set evaluation = (select jsonb_build_object('Rapport', 50, 'x', jsonb_agg(jsonb_build_object('a', n))) from generate_series(1, 100000) n)
 where id = :'attempt_a';
update scenario_attempts set status = 'completed' where id = :'attempt_a';
\echo :LAST_ERROR_SQLSTATE
rollback to s;
-- KPIs by hand that would make a webhook too large are left out of it.
update scenario_attempts set status = 'completed', kpis = jsonb_build_object('talk_ms', 1000, 'notes', repeat('x', 300000)) where id = :'attempt_a';
select event, payload -> 'kpis' as kpis, length(body) < 1000 as small from webhook_deliveries order by event;
rollback to s;
-- A score by hand stays when the whole row is written back, whether its evaluation is stored compressed or not.
update scenario_attempts set status = 'completed',
       evaluation = jsonb_build_object('Rapport', 60, 'Closing', 80, 'notes', repeat('blah ', 2000)) where id = :'attempt_a' returning score;
update scenario_attempts set score = 90 where id = :'attempt_a' returning score;
update scenario_attempts set evaluation = evaluation::text::jsonb, score = score where id = :'attempt_a' returning score;
update scenario_attempts set evaluation = evaluation || '{"Rapport": 80}' where id = :'attempt_a' returning score;
rollback;
