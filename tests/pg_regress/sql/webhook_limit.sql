-- An organisation has so many endpoints at most: for its admins and for the server, not for who restores a dump.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :tried
begin;
\i :include
insert into org_members (org_id, user_id, role) values (:'org_a', 'ada', 'admin');
create function pg_temp.endpoints(count int) returns text language sql as $$
  select format('insert into webhooks (name, url, events) select n::text, ''https://hooks.example'', ''{user.added}'' from generate_series(1, %s) n', count)
$$;
-- As the server writes them, which names the organisation.
create function pg_temp.endpoints_of(org text, count int) returns text language sql as $$
  select replace(replace(pg_temp.endpoints(count), '(name', '(org_id, name'), 'select n', format('select %L, n', org))
$$;
grant execute on function pg_temp.endpoints, pg_temp.endpoints_of to public;
\set ECHO all
show callcoach.webhook_max_endpoints;
set local callcoach.webhook_max_endpoints = 3;
select set_org_claim(:'org_a');
set local request.jwt.claims = '{"sub": "ada"}';
set local role authenticated;
-- One is there. One statement that makes three makes none; two one by one are all.
select e.* from pg_temp.tried(pg_temp.endpoints(3)) as e;
select e.* from pg_temp.tried(pg_temp.endpoints(1)) as e;
select e.* from pg_temp.tried(pg_temp.endpoints(1)) as e;
select e.* from pg_temp.tried(pg_temp.endpoints(1)) as e;
select count(*) from webhooks;
-- One that is switched off counts; a deleted one does not. What is there can be changed.
update webhooks set enabled = false;
select e.code from pg_temp.tried(pg_temp.endpoints(1)) as e;
delete from webhooks where id = (select id from webhooks where name = '1' limit 1);
select e.code from pg_temp.tried(pg_temp.endpoints(2)) as e;
select e.code from pg_temp.tried(pg_temp.endpoints(1)) as e;
-- The server, with an organisation or without; each organisation for itself.
set local role service_role;
select e.code, e.message from pg_temp.tried(pg_temp.endpoints_of(:'org_a', 1)) as e;
select set_org_claim(null);
select e.code from pg_temp.tried(pg_temp.endpoints_of(:'org_a', 1)) as e;
select e.code from pg_temp.tried(pg_temp.endpoints_of(:'org_b', 3)) as e;
select e.code from pg_temp.tried(pg_temp.endpoints_of(:'org_b', 2)) as e;
-- What is said of a row before it is counted.
select e.code from pg_temp.tried(replace(pg_temp.endpoints_of(:'org_b', 1), 'https://hooks.example', 'https://10.0.0.1')) as e;
-- Nor is it a setting for them to change.
select e.code from pg_temp.tried('set callcoach.webhook_max_endpoints = 1000') as e;
reset role;
-- Lowered: those that are there stay, and can be changed.
set local callcoach.webhook_max_endpoints = 0;
set local role service_role;
update webhooks set name = 'renamed' where org_id = :'org_b';
select e.code from pg_temp.tried(pg_temp.endpoints_of(:'org_b', 1)) as e;
reset role;
-- Who restores a dump: a superuser, or the table's owner.
select e.* from pg_temp.tried(pg_temp.endpoints_of(:'org_b', 200)) as e;
create role owner_of_tables;
grant usage on schema callcoach to owner_of_tables;
grant execute on function callcoach.generate_webhook_secret to owner_of_tables;
alter table webhooks owner to owner_of_tables;
set local role owner_of_tables;
select e.* from pg_temp.tried(pg_temp.endpoints_of(:'org_b', 5)) as e;
rollback;
