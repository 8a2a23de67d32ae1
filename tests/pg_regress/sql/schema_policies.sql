-- Row level security: on for every table, and what the policies say.
select c.relname, c.relrowsecurity as rls, count(p.oid) as policies
  from pg_class c left join pg_policy p on p.polrelid = c.oid
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
 group by c.oid, c.relname, c.relrowsecurity order by c.relname collate "C";

-- A table with an org_id, or orgs, without row level security: none.
select c.relname as unprotected
  from pg_class c
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity;

\pset format unaligned
\pset tuples_only on
select tablename, policyname, permissive, cmd, roles,
       case when with_check is distinct from qual then e'\n  using ' || qual end,
       case when with_check is distinct from qual then e'\n  with check ' || with_check
            else e'\n  using and with check ' || qual end
  from pg_policies where schemaname = 'public' order by tablename collate "C", policyname collate "C";
\pset tuples_only off
\pset format aligned

-- Every table, view and type has a comment.
select c.relname as without_comment from pg_class c
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
   and obj_description(c.oid, 'pg_class') is null
 order by 1;
select obj_description('user_role'::regtype, 'pg_type') is not null as user_role_commented;
