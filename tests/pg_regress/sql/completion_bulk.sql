-- Many attempts in one statement, and every kind of statement that can complete one.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
-- 20,000 attempts in A: talk n mod 100 s, marks n mod 101. Two endpoints hear of them, one of low scores only.
insert into webhooks (org_id, name, url, secret, events) values
  (:'org_a', 'Low scores', 'https://a.example/low', 'a secret of sixteen', '{attempt.scored.low}');
update scenarios set rubric = '{"criteria": [{"name": "A", "weight": 1}]}' where id = :'scenario_a';
insert into scenario_attempts (id, org_id, user_id, scenario_id, started_at, ended_at, transcript_json, evaluation)
select ('f0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, :'org_a', 'user ' || n % 10, :'scenario_a',
       '2026-01-05 10:00+00', '2026-01-05 10:05+00',
       jsonb_build_array(jsonb_build_object('speaker', 'user', 'text', 'Hello there.', 'start_ms', 0, 'end_ms', n % 100 * 1000)),
       jsonb_build_object('A', n % 101)
  from generate_series(1, 20000) as n;
select (select count(*) from fact_scenario_attempts) as facts, (select count(*) from webhook_deliveries) as deliveries;

-- One transcript among them is broken: its attempt is named, and nothing has happened.
update scenario_attempts set transcript_json = '{"broken": true}' where id = 'f0000000-0000-4000-8000-000000012345';
update scenario_attempts set status = 'completed' where user_id like 'user %';
\echo :LAST_ERROR_SQLSTATE
select (select count(*) from scenario_attempts where status = 'completed') as completed,
       (select count(*) from fact_scenario_attempts) as facts, (select count(*) from webhook_deliveries) as deliveries;

-- Without it, all the others go through. Low are the marks 0 to 59: of each 101 attempts 60. 20,000 = 198 * 101 + 2, the
-- last two (19,999 and 20,000) have the marks 1 and 2, so 198 * 60 + 2 = 11,882; n = 12,345 has 12,345 mod 101 = 23, so
-- it would have been one of them: 11,881, for two endpoints each.
update scenario_attempts set status = 'completed' where user_id like 'user %' and id <> 'f0000000-0000-4000-8000-000000012345';
select count(*) as facts, sum(score) = (select sum(n % 101) - 23 from generate_series(1, 20000) as n) as scores,
       sum(talk_ms) = (select sum(n % 100 * 1000) - 45000 from generate_series(1, 20000) as n) as talk, min(duration_seconds) as min, max(duration_seconds) as max
  from fact_scenario_attempts;
select w.name, d.event, count(*) as deliveries, count(distinct d.idempotency_key) as keys
  from webhook_deliveries d join webhooks w on w.id = d.webhook_id group by w.name, d.event order by 1, 2;
select count(distinct idempotency_key) as keys from webhook_deliveries;
-- And the one, once it is mended.
update scenario_attempts set transcript_json = '[]', status = 'completed' where id = 'f0000000-0000-4000-8000-000000012345' returning kpis ->> 'talk_ms' as talk_ms;
select count(*) as facts from fact_scenario_attempts;
-- All set back, all deleted.
update scenario_attempts set status = 'failed' where user_id like 'user %' and id < 'f0000000-0000-4000-8000-000000010001';
select count(*) as facts from fact_scenario_attempts;
delete from scenario_attempts where user_id like 'user %';
select count(*) as facts from fact_scenario_attempts;
rollback;

-- COPY
begin;
\set ECHO none
\i :include
\set ECHO all
copy scenario_attempts (org_id, user_id, scenario_id, started_at, ended_at, status, evaluation, transcript_json) from stdin;
a0000000-0000-4000-8000-000000000000	copied 1	a1000000-0000-4000-8000-000000000000	2026-01-05 10:00:00+00	2026-01-05 10:01:00+00	completed	{"Rapport": 80, "Closing": 60}	[{"speaker": "user", "text": "Hi.", "start_ms": 0, "end_ms": 700}]
a0000000-0000-4000-8000-000000000000	copied 2	a1000000-0000-4000-8000-000000000000	2026-01-05 10:00:00+00	2026-01-05 10:02:00+00	in_progress	\N	\N
b0000000-0000-4000-8000-000000000000	copied 3	\N	2026-01-05 10:00:00+00	2026-01-05 10:03:00+00	completed	\N	\N
\.
select user_id, score, talk_ms, duration_seconds from fact_scenario_attempts order by user_id;
select org_id, event from webhook_deliveries order by org_id;
rollback;

-- INSERT … ON CONFLICT: one row is new, one was there. Each is told of once.
begin;
\set ECHO none
\i :include
\set ECHO all
insert into scenario_attempts (id, org_id, user_id, scenario_id, status, evaluation, started_at, ended_at) values
  (:'attempt_a', :'org_a', 'ana', :'scenario_a', 'completed', '{"Rapport": 80, "Closing": 60}', '2026-01-05 10:00+00', '2026-01-05 10:01+00'),
  (:'missing', :'org_a', 'new', :'scenario_a', 'completed', '{"Rapport": 100, "Closing": 100}', '2026-01-05 10:00+00', '2026-01-05 10:02+00')
on conflict (id) do update set status = excluded.status, evaluation = excluded.evaluation;
select user_id, score, talk_ms, duration_seconds from fact_scenario_attempts order by user_id;
select payload ->> 'user_id' as user_id, event from webhook_deliveries order by 1, 2;
-- DO NOTHING: nothing.
insert into scenario_attempts (id, org_id, user_id, status) values (:'attempt_a', :'org_a', 'other', 'completed') on conflict do nothing;
select user_id from fact_scenario_attempts order by user_id;
rollback;

-- MERGE
begin;
\set ECHO none
\i :include
\set ECHO all
merge into scenario_attempts a
using (values (:'attempt_a'::uuid, 'ana'), (:'missing', 'new'), (:'attempt_b', 'gone')) as v (id, user_id) on a.id = v.id
 when matched and v.user_id = 'gone' then delete
 when matched then update set status = 'completed'
 when not matched then insert (id, org_id, user_id, status) values (v.id, 'a0000000-0000-4000-8000-000000000000', v.user_id, 'completed');
select user_id from fact_scenario_attempts order by user_id;
select payload ->> 'user_id' as user_id, event from webhook_deliveries order by 1, 2;
rollback;

-- Writable CTEs: an insert and an update in one statement.
begin;
\set ECHO none
\i :include
\set ECHO all
with new as (
  insert into scenario_attempts (org_id, user_id, status) values (:'org_b', 'new', 'completed') returning user_id, kpis
), done as (
  update scenario_attempts set status = 'completed' where id = :'attempt_a' returning user_id, kpis
)
select user_id, kpis ->> 'talk_ms' as talk_ms from new union all select user_id, kpis ->> 'talk_ms' from done order by 1;
select user_id, talk_ms from fact_scenario_attempts order by user_id;
select payload ->> 'user_id' as user_id, event from webhook_deliveries order by 1, 2;
-- One statement that completes one and takes another back.
update scenario_attempts set status = case id when :'attempt_b' then 'completed' else 'failed' end;
select user_id from fact_scenario_attempts order by user_id;
-- Two that exchange what they are. A statement that changes no row.
update scenario_attempts set status = case status when 'failed' then 'completed' else 'failed' end;
select user_id from fact_scenario_attempts order by user_id;
update scenario_attempts set status = 'completed' where false;
rollback;

-- A prepared statement, run often enough to have a generic plan, and savepoints: what is rolled back leaves nothing.
begin;
\set ECHO none
\i :include
\set ECHO all
prepare complete as insert into scenario_attempts (org_id, user_id, status) values ($1, $2, 'completed');
do $$ begin for n in 1..8 loop execute format('execute complete (%L, %L)', 'a0000000-0000-4000-8000-000000000000', 'p' || n); end loop; end $$;
savepoint s;
execute complete (:'org_a', 'p9');
update scenario_attempts set status = 'failed' where user_id = 'p1';
rollback to savepoint s;
select count(*) as facts, count(*) filter (where user_id = 'p1') as p1 from fact_scenario_attempts;
select count(*) as deliveries from webhook_deliveries;
rollback;
deallocate complete;
