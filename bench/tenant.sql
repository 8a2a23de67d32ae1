-- The facts of 20 organisations, dealt out as they come in: every page has rows of every organisation. The same 50
-- trainees and one manager are members of them all.
--   rows      how many facts, a multiple of 1,000: a trainee's are rows / 1,000
--   manager   the manager's user_id
\set ON_ERROR_STOP on
set synchronous_commit = off;
-- No checks of foreign keys, no dimensions, no events.
set session_replication_role = replica;
insert into orgs (id, name)
select ('00000001-0000-4000-8000-' || 100000000000 + n)::uuid, 'Organisation ' || n from generate_series(1, 20) n;
insert into org_members (org_id, user_id, role)
select id, :'manager', 'manager'::user_role from orgs
 union all
select id, 'user_2' || left(md5('trainee ' || p), 26), 'trainee' from orgs, generate_series(1, 50) p;
insert into fact_scenario_attempts (attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms,
                                    listen_ms, started_at, ended_at)
select gen_random_uuid(), ('00000001-0000-4000-8000-' || 100000000001 + n % 20)::uuid,
       'user_2' || left(md5('trainee ' || 1 + n / 20 % 50), 26),
       ('00000002-0000-4000-8000-' || 100000000100 + n % 20 * 100 + n % 12)::uuid, 60 + n % 4001 / 100.0,
       300 + n % 901, 150000 + n % 90001, 150000 + n % 80001,
       timestamptz '2025-01-01 08:00:00+00' + n * interval '20 s',
       timestamptz '2025-01-01 08:15:00+00' + n * interval '20 s'
  from generate_series(1, :rows) n;
vacuum (analyze);
