-- Who reads what, and how much: owner, admin and member of Acme, owner and member of Birch, who belongs to none, a token
-- without a user, the anonymous, the server.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/world.sql'
begin;
\set ECHO none
\i :include
\set ECHO all
\pset null -
create function pg_temp.everything() returns table (tbl text) language sql as $$
  select relname::text from pg_class where relnamespace = 'service_desk'::regnamespace and relkind in ('r', 'v') $$;
grant execute on function pg_temp.everything() to public;
set local role authenticated;
select tbl, max(rows) filter (where name = 'olga') as owner, max(rows) filter (where name = 'adam') as admin,
       max(rows) filter (where name = 'mia') as member, max(rows) filter (where name = 'bob') as other_owner,
       max(rows) filter (where name = 'ben') as other_member, max(rows) filter (where name = 'nina') as nobody,
       max(rows) filter (where name is null) as no_user
  from (select name, tbl, pg_temp.reads(name, tbl) as rows
          from unnest(array['olga', 'adam', 'mia', 'bob', 'ben', 'nina', null]) as name, pg_temp.everything() offset 0) as r
 group by tbl order by tbl collate "C";
set local role anon;
savepoint before;
select count(*) from service_desk.appointments;
rollback to before;
set local role service_role;
select tbl, pg_temp.reads(null, tbl) as server from pg_temp.everything() order by tbl collate "C";
rollback;

-- Whose rows they are.
begin;
\set ECHO none
\i :include
\set ECHO all
set local role authenticated;
select pg_temp.as_user('mia');
select distinct organization_id from appointments;
select name from organizations;
select full_name, email from user_profiles order by email;
select full_name, email, preferred_language from user_profiles where id = :'mia';
select role, user_id from organization_members order by user_id;
select name, timezone, settings from (select * from organization_details) as d;
select pg_temp.as_user('nina');
select email from user_profiles;
-- In two organisations: both.
reset role;
insert into organization_members (organization_id, user_id, role) values (:'acme', :'nina', 'member'), (:'birch', :'nina', 'admin');
set local role authenticated;
select pg_temp.as_user('nina');
select name from organizations order by name;
select o.name, (select count(*) from billing_invoices b where b.organization_id = o.id) as invoices from organizations o order by name;
rollback;
