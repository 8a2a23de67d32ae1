-- scenario.assigned: one for each assignment that is made, and for one that becomes another.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
-- What was queued since the last look.
create function pg_temp.heard() returns table (org text, hook text, event text, data jsonb) language sql as $$
  with taken as (delete from webhook_deliveries returning *)
  select left(t.org_id::text, 2), w.name, t.event, t.payload - 'assignment_id'
    from taken t join webhooks w on w.id = t.webhook_id order by 1, 2, t.id
$$;
-- Nobody wants to hear of it: nothing is queued.
insert into assignments (org_id, assignee_user_id, type, scenario_id) values (:'org_a', 'ana', 'scenario', :'scenario_a');
select * from pg_temp.heard();

update webhooks set events = '{scenario.assigned}';
insert into webhooks (org_id, name, url, events) values (:'org_a', 'Chat of A', 'https://chat.example', '{user.added,scenario.assigned}');
insert into webhooks (org_id, name, url, events, enabled) values (:'org_a', 'Off', 'https://off.example', '{scenario.assigned}', false);
insert into webhooks (org_id, name, url, events) values (:'org_a', 'Other things', 'https://x.example', '{user.added}');

-- One scenario to one person: the times are UTC, whatever the session's time zone is.
set local timezone = 'America/Lima';
insert into assignments (id, org_id, assignee_user_id, type, scenario_id, due_at, created_by)
values ('a3000000-0000-4000-8000-000000000009', :'org_a', 'ana', 'scenario', :'scenario_a', '2027-03-01 09:00:00-05', 'meg');
select org, hook, event, jsonb_pretty(data) from pg_temp.heard();
-- The same body for both, and it says which assignment.
update assignments set assignee_user_id = 'ben' where id = 'a3000000-0000-4000-8000-000000000009';
select count(*), count(distinct body), min(payload ->> 'assignment_id'), min(payload ->> 'assignee_user_id') from webhook_deliveries;
select count(*) from pg_temp.heard();

-- A statement of many rows: each its own, also to a team, of a track, of another organisation; to whom it concerns only.
insert into assignments (org_id, assignee_user_id, assignee_team, type, scenario_id, track_id, due_at, required) values
  (:'org_a', null, 'West', 'track', null, :'track_a', 'infinity', false),
  (:'org_a', 'ana', null, 'scenario', :'scenario_a', null, null, true),
  (:'org_b', 'bob', null, 'track', null, :'track_b', null, true);
select * from pg_temp.heard();

-- Changed: another assignee or another target is another assignment; a date, or nothing, is not.
update assignments set due_at = now() where id = 'a3000000-0000-4000-8000-000000000009';
update assignments set assignee_user_id = assignee_user_id, required = false where id = 'a3000000-0000-4000-8000-000000000009';
select * from pg_temp.heard();
update assignments set assignee_user_id = null, assignee_team = 'West' where id = 'a3000000-0000-4000-8000-000000000009';
update assignments set type = 'track', scenario_id = null, track_id = :'track_a' where id = 'a3000000-0000-4000-8000-000000000009';
select hook, event, data -> 'assignee_user_id' as who, data -> 'assignee_team' as team, data -> 'type' as type, data -> 'title' as title from pg_temp.heard();
-- Of many rows, those that changed so.
update assignments set assignee_user_id = 'ben' where assignee_user_id is not null and org_id = :'org_a' and required;
select hook, count(*) from pg_temp.heard() group by hook order by hook;
update assignments set assignee_user_id = 'ben' where assignee_user_id = 'ben';
select * from pg_temp.heard();

-- A long title is cut.
update scenarios set title = repeat('x', 300000) where id = :'scenario_a';
insert into assignments (org_id, assignee_user_id, type, scenario_id) values (:'org_a', 'ana', 'scenario', :'scenario_a');
select hook, length(data ->> 'title') from pg_temp.heard();

-- Nothing survives its savepoint; an assignment that is refused tells nothing.
savepoint s;
insert into assignments (org_id, assignee_user_id, type, scenario_id) values (:'org_a', 'ana', 'scenario', :'scenario_a');
rollback to savepoint s;
select count(*) from webhook_deliveries;
savepoint s;
insert into assignments (org_id, assignee_user_id, type, scenario_id) values (:'org_a', 'ana', 'scenario', :'scenario_b');
rollback to savepoint s;
select count(*) from webhook_deliveries;

-- A manager assigns over the API: told, although managers can neither read nor write webhooks.
insert into org_members (org_id, user_id, role) values (:'org_a', 'meg', 'manager');
delete from webhook_deliveries;
select set_org_claim(:'org_a');
set local request.jwt.claims = '{"sub": "meg"}';
set local role authenticated;
insert into assignments (assignee_user_id, type, track_id) values ('ana', 'track', :'track_a');
select count(*) as readable from webhooks;
reset role;
select hook, data ->> 'assigned_by' as assigned_by from pg_temp.heard();
rollback;
