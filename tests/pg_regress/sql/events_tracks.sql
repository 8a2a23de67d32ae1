-- track.completed: the last active scenario of an assigned track was completed by that user; once for each.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
-- Four more scenarios in A, three of them active; a track of Two, Three and a draft, one of Two and Four.
insert into scenarios (id, org_id, title, status)
select format('a1000000-0000-4000-8000-00000000000%s', n)::uuid, :'org_a', title, status
  from (values (2, 'Two', 'active'), (3, 'Three', 'active'), (4, 'Four', 'active'), (5, 'Draft', 'draft')) as s (n, title, status);
insert into tracks (id, org_id, title) values
  ('a2000000-0000-4000-8000-000000000002', :'org_a', 'Two and Three'), ('a2000000-0000-4000-8000-000000000003', :'org_a', 'Two and Four');
insert into track_scenarios (org_id, track_id, scenario_id, position)
select :'org_a', format('a2000000-0000-4000-8000-00000000000%s', t)::uuid, format('a1000000-0000-4000-8000-00000000000%s', s)::uuid, n
  from (values (2, 2, 1), (2, 3, 2), (2, 5, 3), (3, 2, 1), (3, 4, 2)) as p (t, s, n);
insert into org_members (org_id, user_id, role, metadata) values
  (:'org_a', 'wes', 'trainee', '{"team": "West"}'), (:'org_a', 'wim', 'trainee', '{"team": "West"}'), (:'org_a', 'eli', 'trainee', '{"team": "East"}');

create function pg_temp.complete(who text, variadic scenarios int[]) returns bigint language sql as $$
  with done as (
    insert into scenario_attempts (org_id, user_id, scenario_id, status)
    select 'a0000000-0000-4000-8000-000000000000', who, format('a1000000-0000-4000-8000-00000000000%s', n)::uuid, 'completed'
      from unnest(scenarios) as n returning 1)
  select count(*) from done
$$;
create function pg_temp.heard() returns table (data jsonb) language sql as $$
  with taken as (delete from webhook_deliveries where event = 'track.completed' returning *)
  select payload - 'completed_at' from taken order by payload ->> 'user_id', payload ->> 'assignment_id'
$$;
insert into assignments (id, org_id, assignee_user_id, assignee_team, type, track_id, due_at) values
  ('a3000000-0000-4000-8000-000000000002', :'org_a', 'ana', null, 'track', 'a2000000-0000-4000-8000-000000000002', '2027-03-01 09:00:00+00'),
  ('a3000000-0000-4000-8000-000000000003', :'org_a', null, 'West', 'track', 'a2000000-0000-4000-8000-000000000002', null),
  ('a3000000-0000-4000-8000-000000000004', :'org_a', 'ana', null, 'track', 'a2000000-0000-4000-8000-000000000003', 'infinity');

-- Nobody listens: nothing is queued, nothing recorded.
select pg_temp.complete('eli', 2), pg_temp.complete('wim', 2), pg_temp.complete('wim', 3);
select count(*) from track_completion_events;
update webhooks set events = '{track.completed}' where org_id = :'org_a';
-- Practising again what was completed before somebody listened completes nothing.
select pg_temp.complete('wim', 3);
select * from pg_temp.heard();

-- Her own track: with the last active scenario, a draft is not waited for.
select pg_temp.complete('ana', 2);
select * from pg_temp.heard();
savepoint s;
select pg_temp.complete('ana', 3);
select jsonb_pretty(data) as data from pg_temp.heard();
select assignment_id, track_id, user_id, raised_at = now() as now from track_completion_events;
rollback to savepoint s;
-- By an update of a call that was going on, one row and its times in UTC.
insert into scenario_attempts (id, org_id, user_id, scenario_id) values ('a4000000-0000-4000-8000-000000000003', :'org_a', 'ana', 'a1000000-0000-4000-8000-000000000003');
update scenario_attempts set status = 'failed' where id = 'a4000000-0000-4000-8000-000000000003';
select * from pg_temp.heard();
set local timezone = 'America/Lima';
update scenario_attempts set status = 'completed' where id = 'a4000000-0000-4000-8000-000000000003';
select event, payload ->> 'due_at' as due_at, (payload ->> 'completed_at') like '%+00:00' as in_utc from webhook_deliveries order by id;
select * from pg_temp.heard();

-- Once: not for calls after it, nor when it is set back and completed again, nor for a scenario that is added later.
select pg_temp.complete('ana', 3);
update scenario_attempts set status = 'in_progress' where user_id = 'ana' and scenario_id = 'a1000000-0000-4000-8000-000000000003';
update scenario_attempts set status = 'completed' where user_id = 'ana' and scenario_id = 'a1000000-0000-4000-8000-000000000003';
update scenarios set status = 'active' where id = 'a1000000-0000-4000-8000-000000000005';
select pg_temp.complete('ana', 5);
select * from pg_temp.heard();
-- Who has not completed the track before it grew has one more to do.
select pg_temp.complete('wes', 2, 3);
select * from pg_temp.heard();
select pg_temp.complete('wes', 5);
select * from pg_temp.heard();
-- Of a team each member, by the team they are in now; not who is in another, or has nothing left to do since another time.
select pg_temp.complete('eli', 3, 5), pg_temp.complete('wim', 5);
select * from pg_temp.heard();

-- The same track assigned again is another assignment: completed by who completes it from then on. Given to
-- somebody else, it is theirs to complete.
update assignments set assignee_user_id = 'eli' where id = 'a3000000-0000-4000-8000-000000000004';
select pg_temp.complete('ana', 4);
select * from pg_temp.heard();
select pg_temp.complete('eli', 4);
select * from pg_temp.heard();

-- Many at once: two people and two tracks in one statement, and a scenario that completes two tracks.
update scenarios set status = 'draft' where id = 'a1000000-0000-4000-8000-000000000005';
insert into org_members (org_id, user_id, role, metadata)
select :'org_a', 'm' || n, 'trainee', '{"team": "Many"}' from generate_series(1, 3) n;
insert into assignments (id, org_id, assignee_team, type, track_id) values
  ('a3000000-0000-4000-8000-000000000005', :'org_a', 'Many', 'track', 'a2000000-0000-4000-8000-000000000002'),
  ('a3000000-0000-4000-8000-000000000006', :'org_a', 'Many', 'track', 'a2000000-0000-4000-8000-000000000003');
select pg_temp.complete('m1', 3, 4), pg_temp.complete('m2', 3), pg_temp.complete('m3', 4);
insert into scenario_attempts (org_id, user_id, scenario_id)
select :'org_a', 'm' || n % 3 + 1, 'a1000000-0000-4000-8000-000000000002' from generate_series(1, 6) n;
update scenario_attempts set status = 'completed' where user_id like 'm_' and status = 'in_progress';
select data ->> 'user_id' as who, data ->> 'title' as title from pg_temp.heard();

-- An archived track is nobody's to complete; nor is one of another organisation; an attempt without a scenario completes nothing.
update tracks set status = 'archived' where id = 'a2000000-0000-4000-8000-000000000003';
select pg_temp.complete('m2', 4);
insert into scenario_attempts (org_id, user_id, status) values (:'org_a', 'm2', 'completed');
select * from pg_temp.heard();
update webhooks set events = '{track.completed}';
insert into assignments (org_id, assignee_user_id, type, track_id) values (:'org_b', 'ana', 'track', :'track_b'), (:'org_b', 'bob', 'track', :'track_b');
update scenario_attempts set status = 'completed' where id = :'attempt_b';
select data ->> 'user_id' as who, data ->> 'title' as title from pg_temp.heard();
-- The records go with their assignment.
select count(*) from track_completion_events where assignment_id = 'a3000000-0000-4000-8000-000000000005';
delete from assignments where id = 'a3000000-0000-4000-8000-000000000005';
select count(*) from track_completion_events where assignment_id = 'a3000000-0000-4000-8000-000000000005';
rollback;
