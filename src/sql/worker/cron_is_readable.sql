-- Is pg_cron in this database, and its table the caller's to read?
select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
  from pg_extension e, pg_class c join pg_namespace n on n.oid = c.relnamespace
 where e.extname = 'pg_cron' and n.nspname = 'cron' and c.relname = 'job' and c.relkind = 'r'
