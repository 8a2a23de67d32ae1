-- What the API roles may do, table by table. Supabase's default privileges give them everything on a new table;
-- what stands here is left. r SELECT, a INSERT, w UPDATE, d DELETE, D TRUNCATE, x REFERENCES, t TRIGGER.
create temp view granted as
select c.oid, c.relname, c.relkind, case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end as grantee,
       a.privilege_type
  from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and a.grantee <> c.relowner;

select c.relname, c.relkind,
       max(privileges) filter (where grantee = 'PUBLIC') as public,
       max(privileges) filter (where grantee = 'anon') as anon,
       max(privileges) filter (where grantee = 'authenticated') as authenticated,
       max(privileges) filter (where grantee = 'service_role') as service_role
  from pg_class c
  left join (
    select oid, grantee,
           string_agg(case privilege_type when 'SELECT' then 'r' when 'INSERT' then 'a' when 'UPDATE' then 'w'
                        when 'DELETE' then 'd' when 'TRUNCATE' then 'D' when 'REFERENCES' then 'x'
                        when 'TRIGGER' then 't' else privilege_type end, ''
                      order by array_position('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}', privilege_type)) as privileges
      from granted group by oid, grantee) g on g.oid = c.oid
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
 group by c.oid, c.relname, c.relkind order by c.relname collate "C";

-- By column: what is inserted and updated. No id, so that it comes from the database; org_id is inserted, and never changed.
select attrelid::regclass, attname, attacl from pg_attribute a join pg_class c on c.oid = a.attrelid
 where c.relnamespace = 'public'::regnamespace and attacl is not null
 order by c.relname collate "C", attnum;

-- Materialized views cannot carry row level security: no API role reads one.
select relname, grantee, privilege_type from granted where relkind = 'm';

-- A definer view would bypass row level security: none without security_invoker.
select relname from pg_class
 where relnamespace = 'public'::regnamespace and relkind = 'v'
   and not coalesce('security_invoker=true' = any (reloptions), false);
