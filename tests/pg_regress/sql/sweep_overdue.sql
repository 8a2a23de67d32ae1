-- callcoach.sweep_overdue_assignments: assignment.overdue, once for each assignment that is past due and not completed.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
create function pg_temp.heard() returns table (org text, data jsonb) language sql as $$
  with taken as (delete from webhook_deliveries returning *)
  select left(org_id::text, 2), payload - 'assignment_id' from taken order by org_id, payload ->> 'assigned_by'
$$;
select callcoach.sweep_overdue_assignments();
update webhooks set events = '{assignment.overdue}';
insert into org_members (org_id, user_id, role, metadata) values
  (:'org_a', 'wes', 'trainee', '{"team": "West"}'), (:'org_a', 'wim', 'trainee', '{"team": "West"}'),
  (:'org_a', 'eli', 'trainee', '{"team": "East"}');
update scenario_attempts set status = 'completed', user_id = 'eli' where id = :'attempt_a';
delete from assignments;
-- created_by says what each is for.
insert into assignments (org_id, assignee_user_id, assignee_team, type, scenario_id, track_id, due_at, required, created_by) values
  (:'org_a', 'ana', null,   'scenario', :'scenario_a', null, now() - interval '1 day', true, '01 past due'),
  (:'org_a', 'ana', null,   'scenario', :'scenario_a', null, now() + interval '1 day', true, '02 not due'),
  (:'org_a', 'ana', null,   'scenario', :'scenario_a', null, null, true, '03 never due'),
  (:'org_a', 'ana', null,   'scenario', :'scenario_a', null, 'infinity', true, '04 never ever due'),
  (:'org_a', 'eli', null,   'scenario', :'scenario_a', null, now() - interval '1 day', true, '05 completed'),
  (:'org_a', null,  'West', 'scenario', :'scenario_a', null, '2025-09-01 09:00:00+00', false, '06 two of a team'),
  (:'org_a', null,  'East', 'track',    null, :'track_a', now() - interval '1 day', true, '07 completed by the whole team'),
  (:'org_a', null,  'None', 'track',    null, :'track_a', now() - interval '1 day', true, '08 nobody in the team'),
  (:'org_b', 'bob', null,   'track',    null, :'track_b', '-infinity', true, '09 another organisation''s');
set local timezone = 'America/Lima';
select callcoach.sweep_overdue_assignments();
select org, jsonb_pretty(data - 'due_at') as data, data -> 'due_at' = 'null' or (data ->> 'due_at') like '%+00:00' as due_in_utc,
       data ->> 'assigned_by' as which from pg_temp.heard();
-- Each once.
select callcoach.sweep_overdue_assignments();
select created_by, overdue_checked_at = now() as checked_now from assignments order by created_by;

-- Completed, and set back: what was looked at stays so.
update scenario_attempts set status = 'in_progress' where id = :'attempt_a';
select callcoach.sweep_overdue_assignments();
-- Due later is due again; earlier, or changed otherwise, is not.
update assignments set due_at = due_at - interval '1 hour' where created_by = '01 past due';
update assignments set required = false where created_by = '01 past due';
select callcoach.sweep_overdue_assignments();
update assignments set due_at = now() + interval '1 hour' where created_by = '01 past due';
select callcoach.sweep_overdue_assignments();
update assignments set due_at = now() - interval '1 minute' where created_by = '01 past due';
select callcoach.sweep_overdue_assignments();
-- Given to somebody else, or something else to do: again.
update assignments set assignee_user_id = 'wes' where created_by = '01 past due';
select callcoach.sweep_overdue_assignments();
update assignments set type = 'track', scenario_id = null, track_id = :'track_a' where created_by = '01 past due';
select callcoach.sweep_overdue_assignments();
select data ->> 'assignee_user_id' as who, data ->> 'title' as title from pg_temp.heard();

-- What cannot be done any more is nobody's fault: an archived scenario or track, a track without active scenarios.
update scenarios set status = 'archived' where id = :'scenario_a';
insert into assignments (org_id, assignee_user_id, type, scenario_id, track_id, due_at) values
  (:'org_a', 'ana', 'scenario', :'scenario_a', null, now() - interval '1 day'), (:'org_a', 'ana', 'track', null, :'track_a', now() - interval '1 day');
select callcoach.sweep_overdue_assignments();
update scenarios set status = 'active' where id = :'scenario_a';
update tracks set status = 'archived' where id = :'track_a';
insert into assignments (org_id, assignee_user_id, type, track_id, due_at) values (:'org_a', 'ana', 'track', :'track_a', now() - interval '1 day');
select callcoach.sweep_overdue_assignments();

-- At most so many at a time, the oldest first; what is completed among them does not count, so that less than the
-- limit means there are no more.
delete from assignments;
update scenario_attempts set status = 'completed' where id = :'attempt_a';
insert into assignments (org_id, assignee_user_id, type, scenario_id, due_at, created_by)
select :'org_a', case when n in (2, 3, 4) then 'eli' else 'ana' end, 'scenario', :'scenario_a', now() - n * interval '1 day', 'n' || n
  from generate_series(1, 6) n;
select callcoach.sweep_overdue_assignments(0), (select count(*) from assignments where overdue_checked_at is not null) as checked;
select callcoach.sweep_overdue_assignments(2);
select data ->> 'assigned_by' as which from pg_temp.heard();
select callcoach.sweep_overdue_assignments(2);
select data ->> 'assigned_by' as which from pg_temp.heard();
select callcoach.sweep_overdue_assignments(2);
select callcoach.sweep_overdue_assignments(-1);
\echo :LAST_ERROR_SQLSTATE

-- Nobody listens: found and noted all the same, and nothing queued.
update webhooks set enabled = false;
update assignments set overdue_checked_at = null;
select callcoach.sweep_overdue_assignments();
select count(*) from webhook_deliveries;

-- It reads the index of what is still to be looked at.
insert into assignments (org_id, assignee_user_id, type, scenario_id, due_at, overdue_checked_at)
select :'org_a', 'ana', 'scenario', :'scenario_a', now() - interval '1 day', now() from generate_series(1, 5000);
analyze assignments;
explain (costs off) select id from assignments where due_at < statement_timestamp() and overdue_checked_at is null order by due_at limit 10 for no key update skip locked;

-- The server's to call.
update assignments set overdue_checked_at = null where created_by = 'n1';
set local role service_role;
select callcoach.sweep_overdue_assignments();
set local role authenticated;
select callcoach.sweep_overdue_assignments();
\echo :LAST_ERROR_SQLSTATE
set local role anon;
select callcoach.sweep_overdue_assignments();
\echo :LAST_ERROR_SQLSTATE
rollback;
