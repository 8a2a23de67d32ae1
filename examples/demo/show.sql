-- Completes the demo's attempts, and shows what a person wants to see.
\set claims_evaluation `cat examples/claims_intake/evaluation.json`
\pset footer off

\echo
\echo '--- One statement completes four attempts: KPIs, scores, facts and webhooks follow in its transaction.'
update scenario_attempts set status = 'completed';
\echo '--- The judge of the claims call answers only now; the score and the fact follow.'
update scenario_attempts set evaluation = :'claims_evaluation' where user_id = 'user_ben' and evaluation is null;
select refresh_reporting() \g /dev/null

\echo
\echo '--- KPIs'
select u.name as trainee, s.title as scenario, k.talk_ms, k.listen_ms, k.talk_listen_ratio as ratio,
       k.words_per_minute as wpm, k.filler_words as fillers, k.interruptions, k.questions_asked as questions,
       k.sentiment_score as sentiment
  from scenario_attempts a
  join dim_users u using (org_id, user_id)
  join scenarios s on s.id = a.scenario_id,
       jsonb_to_record(a.kpis) as k (talk_ms bigint, listen_ms bigint, talk_listen_ratio text, words_per_minute int,
                                     filler_words int, interruptions int, questions_asked int, sentiment_score numeric)
 order by a.org_id, u.name, s.title;

\echo '--- How Ana''s score came about (the last line is the whole attempt)'
select * from explain_score('a1100000-0000-4000-8000-000000000000');

\echo '--- Facts'
select u.name as trainee, f.date_key, f.score, f.duration_seconds as seconds, f.talk_ms, f.listen_ms
  from fact_scenario_attempts f join dim_users u using (org_id, user_id) order by f.org_id, u.name, f.score;

\echo '--- Leaderboard of the month'
select o.name as organisation, u.name as trainee, to_char(l.month at time zone 'UTC', 'YYYY-MM') as month,
       round(l.avg_score, 2) as avg_score, l.attempts, l.total_duration as seconds,
       round(l.avg_talk_percentage::numeric, 1) as talk_percent
  from mv_leaderboard_month l join dim_users u using (org_id, user_id) join dim_orgs o using (org_id)
 order by o.name, l.avg_score desc;

\echo '--- Webhooks queued in the same transaction (disabled endpoints get none); a worker is sending them by now'
select w.name as endpoint, d.event, right(d.idempotency_key::text, 8) as id, length(d.body) as bytes,
       d.payload ->> 'score' as score
  from webhook_deliveries d join webhooks w on w.id = d.webhook_id order by d.org_id, w.name, d.event, d.payload ->> 'score';
\echo '--- The body of one, as it is signed'
select left(body, 150) || ' …' as body from webhook_deliveries where event = 'scenario.completed' order by length(body) limit 1;

\echo '--- The same tables, as the people see them: PostgREST''s login, each with a verified token'
\set ana '{"sub": "user_ana", "o": {"id": "org_harbor"}}'
\set mia '{"sub": "user_mia", "o": {"id": "org_harbor"}}'
\set noa '{"sub": "user_noa", "o": {"id": "org_northwind"}}'
\set eve '{"sub": "user_eve"}'
\c - authenticator
\i examples/demo/people.sql
begin;
set local role authenticated;
select who, p.* from (values
    ('Ana, a trainee', :'ana'), ('Mia, a manager', :'mia'), ('Noa, of another organisation', :'noa'),
    ('Eve, an outsider with a token', :'eve')) as t (who, token), pg_temp.sees(token) as p;
\echo '--- What they may do: rows touched (and taken back), or the error'
select who, what, e.* from (values
    ('Ana', :'ana', 'starts a call', $$insert into scenario_attempts (user_id, scenario_id)
                                       values ('user_ana', 'a1000000-0000-4000-8000-000000000000')$$),
    ('Ana', :'ana', 'starts one for Ben', $$insert into scenario_attempts (user_id) values ('user_ben')$$),
    ('Ana', :'ana', 'gives herself 100', $$update scenario_attempts set score = 100$$),
    ('Ana', :'ana', 'makes herself admin', $$update org_members set role = 'admin' where user_id = 'user_ana'$$),
    ('Mia', :'mia', 'edits a scenario', $$update scenarios set title = title where id = 'a1000000-0000-4000-8000-000000000000'$$),
    ('Mia', :'mia', 'reads the webhooks'' secrets', $$select secret from webhooks$$),
    ('Noa', :'noa', 'asks for Harbor''s calls', $$select from scenario_attempts where org_id = 'a0000000-0000-4000-8000-000000000000'$$),
    ('Noa', :'noa', 'claims to act in Harbor', $$select set_org_claim('a0000000-0000-4000-8000-000000000000')$$),
    ('Noa', :'noa', 'forges the claim', $$select set_config('jwt.claims.org_id', 'a0000000-0000-4000-8000-000000000000', true)$$),
    ('Eve', :'eve', 'adds herself to Harbor', $$insert into org_members (org_id, user_id, role)
                                                values ('a0000000-0000-4000-8000-000000000000', 'user_eve', 'admin')$$)
  ) as t (who, token, what, statement), pg_temp.tries(token, statement) as e;
rollback;
