-- callcoach.soft_delete: a DELETE marks, a cascade deletes; callcoach.purge_deleted.
\set SHOW_CONTEXT never
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
begin;
create role app_owner;
create schema app;
grant usage on schema app to app_owner, authenticated, service_role;
create table app.users (id int primary key);
create table app.sessions (id int primary key, user_id int references app.users on delete cascade, part_of int references app.sessions on delete cascade,
  deleted_at timestamptz, updated_at timestamptz);
create index on app.sessions (user_id);
create table app.scores (id bigint primary key, session_id bigint references app.sessions on delete cascade, deleted_at timestamptz);
create table app.notes (id int primary key, session_id int references app.sessions on delete restrict);
do $$ declare t text; begin
  foreach t in array '{users,sessions,scores,notes}'::text[] loop
    execute format('alter table app.%I owner to app_owner', t);
    execute format('alter table app.%I enable row level security', t);
    execute format('create policy own on app.%I to authenticated using (%s)', t, case when t in ('users', 'notes') then 'true' else 'deleted_at is null' end);
    execute format('grant select, delete on app.%I to authenticated, service_role', t);
  end loop;
end $$;
create trigger soft before delete on app.sessions for each row execute function callcoach.soft_delete();
create trigger soft before delete on app.scores for each row execute function callcoach.soft_delete();
create trigger touched before update on app.sessions for each row execute function callcoach.update_updated_at_column();
insert into app.users values (1), (2);
insert into app.sessions (id, user_id, part_of) values (1, 1, null), (2, 1, null), (3, 2, null), (4, null, null), (5, null, 4);
insert into app.scores values (10, 1), (11, 1), (30, 3);

-- Whoever may delete need not be allowed to update; the row is hidden from them afterwards, and not from the server.
set role authenticated;
delete from app.sessions where id in (1, 4) returning id;
update app.sessions set deleted_at = null;
select id from app.sessions order by id;
select id from app.scores order by id;
reset role;
set role service_role;
select id, deleted_at = now() as deleted_now, updated_at = now() as touched from app.sessions order by id;
-- Again: it stays as it is.
reset role;
alter table app.sessions disable trigger user;
update app.sessions set deleted_at = '2020-01-01' where id = 1;
alter table app.sessions enable trigger user;
set role service_role;
delete from app.sessions where id = 1;
select id, deleted_at at time zone 'UTC' as deleted_at from app.sessions where id = 1;
reset role;

-- With its parent it is really deleted, and what hangs on it: no orphans; also what was soft-deleted before.
delete from app.users where id = 1;
select (select array_agg(id order by id) from app.sessions) as sessions, (select array_agg(id order by id) from app.scores) as scores;
-- From within a function it is no cascade, however deep.
create function pg_temp.drop_score() returns trigger language plpgsql as $$ begin delete from app.scores where id = 30; return null; end $$;
create trigger deep after insert on app.users for each row execute function pg_temp.drop_score();
insert into app.users values (3);
select id, deleted_at is not null as marked from app.scores;
drop trigger deep on app.users;

-- MERGE, CTEs, savepoints.
savepoint s;
merge into app.sessions x using (values (3)) as v (id) on x.id = v.id when matched then delete;
select id, deleted_at is not null as marked from app.sessions where id = 3;
rollback to s;
with gone as (delete from app.sessions where id = 3 returning id) select count(*) as returned from gone;
select id, deleted_at is not null as marked from app.sessions where id = 3;

-- A purge: the owner's and service_role's, of what was deleted long enough ago; with what cascades from it.
alter table app.sessions disable trigger user;
update app.sessions set deleted_at = now() - interval '91 days' where id = 4;
alter table app.sessions enable trigger user;
select id, part_of, deleted_at at time zone 'UTC' < now() - interval '1 day' as long_ago from app.sessions order by id;
set role authenticated;
select callcoach.purge_deleted('app.sessions');
reset role;
grant execute on function callcoach.purge_deleted(regclass, interval) to authenticated;
set role authenticated;
select callcoach.purge_deleted('app.sessions');
reset role;
set role service_role;
select callcoach.purge_deleted('app.sessions', '1 year');
select callcoach.purge_deleted('app.sessions');
-- The purge is over: deleting marks again.
delete from app.scores;
reset role;
select (select array_agg(id order by id) from app.sessions) as sessions, (select array_agg(id order by id) from app.scores) as scores;
-- What RESTRICT keeps stays: the purge fails as a whole, and is over.
update app.sessions set deleted_at = now() - interval '1 second';
insert into app.notes values (1, 3);
select callcoach.purge_deleted('app.sessions', '0');
delete from app.notes;
delete from app.sessions;
select count(*) from app.sessions;
grant usage on schema callcoach to app_owner;
grant execute on function callcoach.purge_deleted(regclass, interval) to app_owner;
set role app_owner;
select callcoach.purge_deleted('app.sessions', '0');
reset role;
-- What it does not do.
select callcoach.purge_deleted('app.sessions', '-1 day');
select callcoach.purge_deleted('app.sessions', null);
select callcoach.purge_deleted(null);
select callcoach.purge_deleted('app.notes');
set role service_role;
select callcoach.purge_deleted('app.users');
select callcoach.purge_deleted('pg_catalog.pg_class');
reset role;
create table app.unmarked (id int);
create trigger soft before delete on app.unmarked for each row execute function callcoach.soft_delete();
insert into app.unmarked values (1);
delete from app.unmarked;
create trigger late after delete on app.scores for each row execute function callcoach.soft_delete();
insert into app.scores values (40, null);
alter table app.scores disable trigger soft;
delete from app.scores;
select callcoach.purge_deleted('app.scores');
rollback;

-- Partitions, keys of several columns and of other types, audit, and cascades to a partitioned parent.
begin;
create schema app;
create table app.parents (a int, b text, primary key (a, b)) partition by list (a);
create table app.parents_1 partition of app.parents for values in (1);
create table app.parents_2 partition of app.parents for values in (2);
create table app.children (id int, part int, a bigint, b varchar(10), deleted_at timestamptz,
  foreign key (a, b) references app.parents on delete cascade) partition by list (part);
create table app.children_1 partition of app.children for values in (1);
create table app.children_2 (deleted_at timestamptz, b varchar(10), a bigint, part int, id int);
alter table app.children attach partition app.children_2 for values in (2);
create table app.audit_log (n int generated always as identity, table_name text, record_id text, operation text, old_data jsonb, new_data jsonb);
create trigger soft before delete on app.children for each row execute function callcoach.soft_delete();
create trigger audited_u after update on app.children referencing old table as o new table as n for each statement execute function callcoach.audit_trigger_func('deleted_at');
create trigger audited_d after delete on app.children referencing old table as o for each statement execute function callcoach.audit_trigger_func('deleted_at');
insert into app.parents values (1, 'x'), (2, 'y');
insert into app.children values (1, 1, 1, 'x'), (2, 2, 1, 'x'), (3, 2, 2, 'y'), (4, 2, null, 'z');
delete from app.children;
select id, deleted_at is not null as marked from app.children order by id;
delete from app.parents where a = 1;
select id, deleted_at is not null as marked from app.children order by id;
select operation, record_id, old_data from app.audit_log order by n;
rollback;
