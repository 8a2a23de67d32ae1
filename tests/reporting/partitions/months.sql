-- Completed attempts of the months before, of no time, and of one far ahead, beside those of the demo.
insert into scenario_attempts (id, org_id, user_id, scenario_id, started_at, ended_at, status, score, kpis)
select ('c' || lpad(n::text, 7, '0') || '-0000-4000-8000-000000000000')::uuid, o.id, 'user_' || n % 3, null, t.started_at,
       coalesce(t.started_at, now()) + interval '5 minutes', 'completed', 50 + n, '{"talk_ms": 1000, "listen_ms": 3000}'
  from (values (1, date_trunc('month', now(), 'UTC') - interval '14 months'), (2, date_trunc('month', now(), 'UTC') - interval '14 months' + interval '20 days'),
               (3, date_trunc('month', now(), 'UTC') - interval '3 months'), (4, date_trunc('month', now(), 'UTC') - interval '1 second'),
               (5, null), (6, '2090-01-01 12:00+00')) as t (n, started_at)
 cross join lateral (select id from orgs order by id offset n % 2 limit 1) o;
-- One more, not completed yet, of the oldest month.
insert into scenario_attempts (id, org_id, user_id, started_at)
select 'd0000000-0000-4000-8000-000000000000', id, 'user_late', date_trunc('month', now(), 'UTC') - interval '14 months'
  from orgs order by id limit 1;
