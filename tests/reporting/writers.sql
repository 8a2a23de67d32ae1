-- One writer's transaction, for pgbench: facts come, change, go, and sometimes all of it is taken back.
\set kind random(1, 12)
\set org random(1, 6)
\set score random(0, 10000)
begin;
insert into fact_scenario_attempts (attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at)
select gen_random_uuid(), id, 'user_' || :kind, null, :score / 100.0, 60, 30000, 20000, now() - interval '1 minute', now()
  from (select id, row_number() over (order by id) as n from orgs) as o where n = :org;
\if :kind > 6
update fact_scenario_attempts set score = :score / 100.0
 where attempt_id in (select attempt_id from fact_scenario_attempts order by random() limit 3 for update skip locked);
\endif
\if :kind > 9
savepoint s;
delete from fact_scenario_attempts
 where attempt_id in (select attempt_id from fact_scenario_attempts order by random() limit 2 for update skip locked);
\endif
\if :kind = 12
rollback to savepoint s;
\endif
\if :kind = 7
rollback;
\else
commit;
\endif
