-- Keys, foreign keys (never across organisations, each with an index), checks, indexes.
select conrelid::regclass as tbl, contype, conname, pg_get_constraintdef(oid) as definition
  from pg_constraint
 where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'f')
 order by conrelid::regclass::text collate "C", contype, conname collate "C";

-- A foreign key no index leads with: deleting what it refers to would scan the table. None.
select f.conrelid::regclass as tbl, f.conname as without_index
  from pg_constraint f
 where f.contype = 'f' and f.connamespace = 'public'::regnamespace
   and not exists (
     select from pg_index i
      where i.indrelid = f.conrelid and i.indisvalid
        and (i.indkey::int2[])[0:cardinality(f.conkey) - 1] <@ f.conkey
        and f.conkey <@ (i.indkey::int2[])[0:cardinality(f.conkey) - 1])
 order by 1, 2;

-- A foreign key between tenant tables without org_id on both sides: none.
select f.conrelid::regclass as tbl, f.conname as across_organisations
  from pg_constraint f
 where f.contype = 'f' and f.connamespace = 'public'::regnamespace and f.confrelid <> 'orgs'::regclass
   and not exists (
     select from unnest(f.conkey, f.confkey) as k (mine, theirs)
       join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.mine and a.attname = 'org_id'
       join pg_attribute b on b.attrelid = f.confrelid and b.attnum = k.theirs and b.attname = 'org_id');

-- A unique index of several columns that does not lead with the organisation: its error would tell of another
-- organisation's rows. None.
select i.indrelid::regclass as tbl, i.indexrelid::regclass as across_organisations
  from pg_index i join pg_class c on c.oid = i.indrelid
 where c.relnamespace = 'public'::regnamespace and i.indisunique and i.indnatts > 1
   and not exists (select from pg_attribute a
                    where a.attrelid = i.indrelid and a.attnum = i.indkey[0] and a.attname = 'org_id');

select conrelid::regclass as tbl, conname, pg_get_constraintdef(oid) as definition
  from pg_constraint
 where connamespace = 'public'::regnamespace and contype = 'c'
 order by conrelid::regclass::text collate "C", conname collate "C";

select tablename, regexp_replace(indexdef, '^CREATE (UNIQUE )?INDEX (\S+) ON public\.\S+ USING', '\1\2:') as definition
  from pg_indexes
 where schemaname = 'public' order by tablename collate "C", indexname collate "C";

-- What the specification wants to be fast, by leading columns: all of it is there.
select tbl, columns from (values
    ('orgs', 'stripe_customer_id'), ('org_members', 'org_id, user_id'), ('scenarios', 'org_id, status'),
    ('assignments', 'org_id, assignee_user_id'), ('scenario_attempts', 'org_id, user_id, started_at DESC'),
    ('scenario_attempts', 'org_id, scenario_id, ended_at'), ('articles', 'slug'), ('articles', 'category'),
    ('webhook_deliveries', 'status'), ('webhook_deliveries', 'next_retry_at'),
    ('fact_scenario_attempts', 'org_id, date_key'), ('fact_scenario_attempts', 'org_id, user_id, date_key'),
    ('fact_scenario_attempts', 'org_id, scenario_id'), ('fact_kpi_events', 'attempt_id'),
    ('fact_kpi_events', 'org_id, event_type')) as wanted (tbl, columns)
 where not exists (
   select from pg_indexes where schemaname = 'public' and tablename = tbl and strpos(indexdef, '(' || columns || ')') > 0);
