-- What goes along when something is deleted, and what stays.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
update scenario_attempts set status = 'completed', evaluation = '{"Rapport": 10, "Closing": 10, "Secret of B": 10}';
insert into fact_kpi_events (attempt_id, org_id, user_id, event_type) select id, org_id, user_id, 'filler_word' from scenario_attempts;
insert into assignments (org_id, assignee_user_id, type, track_id) values (:'org_a', 'ana', 'track', :'track_a');

-- A scenario: its assignments and places in tracks go; attempts and their facts stay, without it.
savepoint s;
delete from scenarios where id = :'scenario_a';
select scenario_id, assignment_id, status, score from scenario_attempts where id = :'attempt_a';
select scenario_id, score, talk_ms from fact_scenario_attempts where attempt_id = :'attempt_a';
select (select count(*) from track_scenarios where org_id = :'org_a') as places, (select count(*) from assignments where org_id = :'org_a') as assignments;
select title, scenario_count from dim_tracks where org_id = :'org_a';
select count(*) as completions_told from webhook_deliveries where org_id = :'org_a' and event = 'scenario.completed';
rollback to savepoint s;
-- An assignment: the attempt stays.
savepoint s;
delete from assignments where id = :'assignment_a';
select scenario_id is not null as scenario, assignment_id, status from scenario_attempts where id = :'attempt_a';
rollback to savepoint s;
-- A track: its assignments go.
savepoint s;
delete from tracks where id = :'track_a';
select type from assignments where org_id = :'org_a';
rollback to savepoint s;
-- An endpoint: its deliveries go. An attempt: its fact and events go, deliveries stay.
savepoint s;
delete from scenario_attempts where id = :'attempt_a';
select (select count(*) from fact_scenario_attempts where org_id = :'org_a') as facts, (select count(*) from fact_kpi_events where org_id = :'org_a') as events,
       (select count(*) from webhook_deliveries where org_id = :'org_a') as deliveries;
delete from webhooks where id = :'webhook_a';
select count(*) from webhook_deliveries where org_id = :'org_a';
rollback to savepoint s;

-- An organisation: every row of its own in every table, and none of anybody else's.
create temp table rows_of (tbl text, org uuid, before bigint, after bigint);
create function pg_temp.count_rows(tbl regclass, org uuid) returns bigint language plpgsql as $$
declare
  n bigint;
begin
  execute format('select count(*) from %s where %I = $1', tbl, case tbl when 'orgs'::regclass then 'id' else 'org_id' end) into n using org;
  return n;
end
$$;
insert into rows_of (tbl, org, before)
select c.oid::regclass::text, o.id, pg_temp.count_rows(c.oid, o.id)
  from pg_class c, orgs o
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
   and (c.relname = 'orgs' or exists (select from pg_attribute where attrelid = c.oid and attname = 'org_id'));
delete from orgs where id = :'org_a';
update rows_of set after = pg_temp.count_rows(tbl::regclass, org);
select tbl, max(before) filter (where org = :'org_a') as a_before, max(after) filter (where org = :'org_a') as a_after,
       max(before) filter (where org = :'org_b') as b_before, max(after) filter (where org = :'org_b') as b_after
  from rows_of group by tbl order by tbl collate "C";
rollback;
