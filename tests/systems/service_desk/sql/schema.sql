-- The document's tables: columns, CHECKs, keys, indexes, triggers; row level security on every one.
\set SHOW_CONTEXT never
select c.relname, string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
         || case when a.attnotnull then ' not null' else '' end
         || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''), E'\n' order by a.attnum) as columns
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
 where c.relnamespace = 'service_desk'::regnamespace and c.relkind in ('r', 'v')
 group by c.relname order by c.relname collate "C";

select conrelid::regclass as table, conname, pg_get_constraintdef(oid) as definition
  from pg_constraint where connamespace = 'service_desk'::regnamespace order by conrelid::regclass::text collate "C", conname collate "C";

-- Every index that the document names.
select wanted, pg_get_indexdef(to_regclass('service_desk.' || wanted)) as definition
  from unnest(array[
    'idx_organization_members_org', 'idx_vapi_assistants_org', 'idx_phone_assignments_org', 'idx_customers_org',
    'idx_appointments_org', 'idx_call_logs_org', 'idx_sms_communications_org', 'idx_appointments_date',
    'idx_call_logs_created', 'idx_sms_created', 'idx_appointments_status', 'idx_call_logs_status', 'idx_customers_phone',
    'idx_appointments_phone', 'idx_phone_assignments_number', 'idx_emergency_contacts_org',
    'idx_emergency_contacts_priority']) as wanted;

select c.relname, c.relrowsecurity as secured, array_agg(p.polname order by p.polname collate "C") as policies
  from pg_class c left join pg_policy p on p.polrelid = c.oid
 where c.relnamespace = 'service_desk'::regnamespace and c.relkind = 'r'
 group by c.oid, c.relname, c.relrowsecurity order by c.relname collate "C";

select tgrelid::regclass as table, tgname, tgfoid::regproc as function
  from pg_trigger
 where not tgisinternal and (tgrelid in (select oid from pg_class where relnamespace = 'service_desk'::regnamespace)
                             or tgname like 'service\_desk\_%')
 order by tgrelid::regclass::text collate "C", tgname collate "C";

select p.oid::regprocedure as function, p.prosecdef as definer, p.provolatile as volatility, p.proparallel as parallel,
       p.proconfig as settings, p.proacl as access
  from pg_proc p where p.pronamespace = 'service_desk'::regnamespace order by p.oid::regprocedure::text collate "C";
-- The document's migrations, by name.
select version from service_desk.callcoach_migrations order by version;
-- Nothing is undescribed.
select c.oid::regclass::text from pg_class c
 where c.relnamespace = 'service_desk'::regnamespace and c.relkind in ('r', 'v') and obj_description(c.oid, 'pg_class') is null
union all
select p.oid::regprocedure::text from pg_proc p
 where p.pronamespace = 'service_desk'::regnamespace and obj_description(p.oid, 'pg_proc') is null;
select * from callcoach.security_findings() where object ~ 'service_desk|auth';
