-- callcoach.audit_trigger_func once a statement, on partitioned tables, and with an activity_log.
\set SHOW_CONTEXT never
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
begin;
create schema app;
create table app.customers (id uuid primary key, name text, secret text);
create table app.contacts (id uuid primary key default gen_random_uuid(), customer_id uuid references app.customers on delete cascade, name text);
create table app.activity_log (
  n int generated always as identity, user_id uuid, customer_id uuid references app.customers on delete set null, action text not null,
  entity_type text, entity_id uuid, old_values jsonb, new_values jsonb, ip_address inet, user_agent text);
create function pg_temp.audited(t text, args text) returns void language plpgsql as $$
begin
  execute format('create trigger i after insert on %s referencing new table as "New rows" for each statement execute function callcoach.audit_trigger_func(%s)', t, args);
  execute format('create trigger u after update on %s referencing old table as was new table as r for each statement execute function callcoach.audit_trigger_func(%s)', t, args);
  execute format('create trigger d after delete on %s referencing old table as o for each statement execute function callcoach.audit_trigger_func(%s)', t, args);
end
$$;
select pg_temp.audited('app.customers', '''secret'''), pg_temp.audited('app.contacts', '');
insert into app.customers select ('aaaaaaaa-0000-4000-8000-00000000000' || i)::uuid, 'C' || i, 'hush' from generate_series(1, 3) i;
insert into app.contacts (id, customer_id, name) select ('bbbbbbbb-0000-4000-8000-00000000000' || i)::uuid, ('aaaaaaaa-0000-4000-8000-00000000000' || i)::uuid, 'P' || i from generate_series(1, 3) i;
update app.customers set name = name || '!' where name <> 'C3';
update app.customers set name = name;
update app.customers set secret = 'hushed' where name = 'C3';
-- Keys that change: rows are paired all the same.
update app.contacts set id = ('cccccccc' || substr(id::text, 9))::uuid, name = lower(name);
select action, entity_type, entity_id, customer_id, old_values, new_values from app.activity_log order by n;
-- What cascades is logged, and refers to no customer that is gone.
delete from app.activity_log;
delete from app.customers where name = 'C3';
select action, entity_type, entity_id, customer_id, old_values ->> 'name' as name from app.activity_log order by entity_type;
-- Many rows, a statement; a column that is called as a row might be; a column that was dropped.
create table app.wide (id uuid primary key default gen_random_uuid(), dropped int, r text, n int);
alter table app.wide drop column dropped;
select pg_temp.audited('app.wide', '');
delete from app.activity_log;
insert into app.wide (r, n) select 'r', i from generate_series(1, 5000) i;
update app.wide set n = n + 1 where n % 2 = 0;
select action, count(*), count(distinct entity_id), bool_and(coalesce(old_values ->> 'id', new_values ->> 'id') = new_values ->> 'id') as same,
       bool_and((old_values ->> 'n')::int + 1 = (new_values ->> 'n')::int) as paired, min(new_values ->> 'r') as r
  from app.activity_log group by action order by action;
-- Two tables whose transition tables are called alike: each row comes with its own columns.
create table app.calls (id uuid primary key default gen_random_uuid(), seconds int, said text);
create table app.notes (said text, pinned boolean, id uuid primary key default gen_random_uuid());
select pg_temp.audited('app.calls', ''), pg_temp.audited('app.notes', '');
delete from app.activity_log;
insert into app.calls values ('eeeeeeee-0000-4000-8000-000000000001', 60, 'on the phone');
insert into app.notes values ('in writing', true, 'eeeeeeee-0000-4000-8000-000000000002');
update app.calls set seconds = 61;
update app.notes set pinned = false;
delete from app.calls;
delete from app.notes;
select action, entity_type, entity_id, old_values, new_values from app.activity_log order by n;
-- Without the table of one side it cannot be.
create trigger lacking after update on app.wide referencing new table as n for each statement execute function callcoach.audit_trigger_func();
update app.wide set n = 0 where n = 3;
drop trigger lacking on app.wide;
create trigger truncated after truncate on app.wide for each statement execute function callcoach.audit_trigger_func();
truncate app.wide;

-- Partitions: by the table's own name, row by row and once a statement, also where rows move.
create table app.events (id uuid, part int, v text) partition by list (part);
create table app.events_1 partition of app.events for values in (1);
create table app.events_2 (v text, dropped int, part int, id uuid);
alter table app.events_2 drop column dropped;
alter table app.events attach partition app.events_2 for values in (2);
create trigger rows after insert or update or delete on app.events for each row execute function callcoach.audit_trigger_func();
delete from app.activity_log;
insert into app.events values ('dddddddd-0000-4000-8000-000000000001', 1, 'a'), ('dddddddd-0000-4000-8000-000000000002', 2, 'b');
update app.events set v = v || '!';
update app.events_1 set v = 'direct';
delete from app.events where part = 2;
select action, entity_type, entity_id, old_values, new_values from app.activity_log order by n;
drop trigger rows on app.events;
select pg_temp.audited('app.events', '');
delete from app.activity_log;
insert into app.events values ('dddddddd-0000-4000-8000-000000000003', 1, 'c');
update app.events set part = 3 - part, v = upper(v);
select action, entity_type, entity_id, old_values, new_values from app.activity_log order by entity_id, n;
-- One is kept from moving: nothing is paired with another's row.
create function pg_temp.no_c() returns trigger language plpgsql as $$ begin return case when new.v = 'C' then null else new end; end $$;
create trigger no_c before insert on app.events_1 for each row execute function pg_temp.no_c();
delete from app.activity_log;
update app.events set part = 3 - part;
select action, entity_id, old_values ->> 'part' as was, new_values ->> 'part' as is from app.activity_log order by entity_id, n;
rollback;
