-- The foreign keys of a table: its columns, the table they refer to and its owner, whether it cascades, and a statement
-- that looks for the row that it refers to. Those to the partitions of a table that one refers to are that one's parts.
select c.conkey, c.confrelid, t.relowner, c.confdeltype = 'c',
       (select a.attname::text from pg_catalog.pg_attribute a
         where a.attrelid = c.confrelid and a.attnum = c.confkey[1]),
       pg_catalog.format('select from %s %I.%I x where ',
         case t.relkind when 'p' then '' else 'only' end, n.nspname, t.relname)
       || (select pg_catalog.string_agg(
             pg_catalog.format('x.%I operator(%I.%s) $%s', a.attname, s.nspname, o.oprname, k.i), ' and ' order by k.i)
             from rows from (pg_catalog.unnest(c.confkey), pg_catalog.unnest(c.conpfeqop)) with ordinality as k (attnum, operator, i)
             join pg_catalog.pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.attnum
             join pg_catalog.pg_operator o on o.oid = k.operator
             join pg_catalog.pg_namespace s on s.oid = o.oprnamespace)
  from pg_catalog.pg_constraint c
  join pg_catalog.pg_class t on t.oid = c.confrelid
  join pg_catalog.pg_namespace n on n.oid = t.relnamespace
 where c.conrelid = $1 and c.contype = 'f'
   and not exists (select from pg_catalog.pg_constraint p where p.oid = c.conparentid and p.conrelid = c.conrelid)
