-- Everything that the document names, and what else is there: read beside it, line by line.
set search_path = customer_success, public;
select c.relname as tbl, a.attname as col, format_type(a.atttypid, a.atttypmod) as type,
       case when a.attnotnull then 'not null' end as nulls, pg_get_expr(d.adbin, d.adrelid) as "default"
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
 where c.relnamespace = 'customer_success'::regnamespace and c.relkind in ('r', 'v')
   -- Which pgvector brings (vector_search).
   and a.attname <> 'embedding'
 order by c.relname collate "C", a.attnum;
select conrelid::regclass as tbl, conname, pg_get_constraintdef(oid) as definition
  from pg_constraint where connamespace = 'customer_success'::regnamespace order by conrelid::regclass::text collate "C", contype, conname collate "C";
select indexrelid::regclass as index, regexp_replace(pg_get_indexdef(indexrelid), '^CREATE (UNIQUE )?INDEX \S+ ON \S+ USING', '\1') as definition
  from pg_index join pg_class c on c.oid = indrelid
 where c.relnamespace = 'customer_success'::regnamespace and not indisprimary and indexrelid::regclass::text <> 'idx_kb_embedding' order by indexrelid::regclass::text collate "C";
select tgrelid::regclass as tbl, tgname, regexp_replace(pg_get_triggerdef(oid), '^CREATE TRIGGER \S+ (.*) ON \S+ (.*)$', '\1 \2') as definition
  from pg_trigger
 where tgrelid in (select oid from pg_class where relnamespace = 'customer_success'::regnamespace) and not tgisinternal
 order by tgrelid::regclass::text collate "C", tgname collate "C";
select tablename, policyname, permissive, cmd, roles, qual, with_check
  from pg_policies where schemaname = 'customer_success' order by tablename collate "C", policyname collate "C";
-- Who holds what, by table and by column.
select c.relname as tbl, g.grantee::regrole as role, string_agg(lower(g.privilege_type), ', ' order by g.privilege_type) as privileges
  from pg_class c, aclexplode(c.relacl) g
 where c.relnamespace = 'customer_success'::regnamespace and c.relkind in ('r', 'v', 'S') and g.grantee <> c.relowner
 group by c.relname, g.grantee order by c.relname collate "C", g.grantee::regrole::text;
select c.relname as tbl, lower(g.privilege_type) as privilege, g.grantee::regrole as role, string_agg(a.attname, ', ' order by a.attnum) as columns
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attacl is not null, aclexplode(a.attacl) g
 where c.relnamespace = 'customer_success'::regnamespace
 group by c.relname, g.privilege_type, g.grantee order by c.relname collate "C", g.privilege_type;
select p.oid::regprocedure as function, p.prorettype::regtype as returns, l.lanname as language, p.prosecdef as definer, p.provolatile as volatility, p.proconfig as settings,
       (select string_agg(g.grantee::regrole::text, ', ' order by g.grantee::regrole::text) from aclexplode(p.proacl) g where g.grantee <> p.proowner) as callers
  from pg_proc p join pg_language l on l.oid = p.prolang where p.pronamespace = 'customer_success'::regnamespace order by p.oid::regprocedure::text collate "C";
select nspacl from pg_namespace where nspname = 'customer_success';
-- Row level security everywhere, a comment on everything, the view with its caller's rights.
select relname as without_row_security from pg_class where relnamespace = 'customer_success'::regnamespace and relkind = 'r' and not relrowsecurity;
select relname as without_comment from pg_class where relnamespace = 'customer_success'::regnamespace and relkind in ('r', 'v') and obj_description(oid, 'pg_class') is null;
select relname, reloptions from pg_class where relnamespace = 'customer_success'::regnamespace and relkind = 'v';
select version from callcoach_migrations where version <> '002_vector_search' order by version;
