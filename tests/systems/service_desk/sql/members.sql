-- Members: nobody adds or raises themselves, an admin neither makes nor unmakes an owner, the last owner stays.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/world.sql'
\set tried :abs_srcdir '/../../pg_regress/include/tried.sql'
begin;
\set ECHO none
\i :include
\i :tried
\set ECHO all
grant execute on all functions in schema pg_temp to public;
set local role authenticated;
-- Oneself.
select name, pg_temp.writes(name, format($$update organization_members set role = 'owner' where user_id = (select auth.uid())$$)) as owner,
       pg_temp.writes(name, format($$update organization_members set role = 'admin' where user_id = (select auth.uid())$$)) as admin,
       pg_temp.writes(name, format($$delete from organization_members where user_id = (select auth.uid())$$)) as leaves
  from unnest(array['olga', 'adam', 'mia', 'nina']) as name;
select pg_temp.as_user('olga') \g /dev/null
select * from pg_temp.tried($$delete from organization_members$$);
select * from pg_temp.tried($$update organization_members set role = 'member'$$);
-- With a second owner the first may go.
update organization_members set role = 'owner' where user_id = :'adam';
delete from organization_members where user_id = :'olga';
select * from pg_temp.tried($$select * from organizations$$);
select pg_temp.as_user('adam') \g /dev/null
select user_id, role from organization_members order by user_id;
select * from pg_temp.tried($$delete from organization_members where user_id = (select auth.uid())$$);
reset role;
-- The server keeps to it as well; so does the account of the last owner. An organisation that goes takes all along.
select code, message from pg_temp.tried($$delete from organization_members where role = 'owner'$$);
select code, message from pg_temp.tried(format('delete from auth.users where id = %L', :'adam'));
delete from auth.users where id = :'mia';
set local role authenticated;
select pg_temp.as_user('adam') \g /dev/null
delete from organizations;
reset role;
select tbl, count from (select relname as tbl, (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %s where organization_id = %L', oid::regclass, :'acme'), false, true, '')))[1]::text as count
  from pg_class c where relnamespace = 'service_desk'::regnamespace and relkind = 'r'
   and exists (select from pg_attribute a where a.attrelid = c.oid and attname = 'organization_id') and relname <> 'audit_log') t order by tbl collate "C";
-- And nothing of another's.
select count(*) from appointments where organization_id = :'birch';
delete from auth.users where id = :'adam';
-- Whoever makes an organisation owns it.
set local role authenticated;
select pg_temp.as_user('nina') \g /dev/null
select create_organization('Nina''s', 'painting', 'Europe/Berlin') as made \gset
select o.name, o.timezone, m.role, m.user_id = :'nina' as mine from organizations o join organization_members m on m.organization_id = o.id;
select e.code, e.message from unnest(array[
  $$select create_organization('x', 'y', 'Mars/Base')$$, $$select create_organization(' ', 'y')$$, $$select create_organization('x', null)$$,
  $$select create_organization('x', 'y', 'EST5EDT4')$$, $$select create_organization(repeat('x', 300), 'y')$$]) s, pg_temp.tried(s) e;
rollback;
