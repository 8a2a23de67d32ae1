-- What must be the same before and after, but for the key.
select attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at, created_at, label,
       nullif(date_key, '-infinity') from fact_scenario_attempts order by 1;
select attname, format_type(atttypid, atttypmod), pg_get_expr(d.adbin, d.adrelid), col_description(attrelid, attnum)
  from pg_attribute a left join pg_attrdef d on d.adrelid = attrelid and d.adnum = attnum
 where attrelid = 'fact_scenario_attempts'::regclass and attnum > 0 and not attisdropped and attname <> 'date_key' order by attnum;
select conname, pg_get_constraintdef(oid) from pg_constraint
 where conrelid = 'fact_scenario_attempts'::regclass and contype in ('c', 'f') and conname <> 'fact_scenario_attempts_date_key_right' order by 1;
select replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') from pg_index where indrelid = 'fact_scenario_attempts'::regclass and not indisprimary order by 1;
select pg_get_triggerdef(oid), tgenabled from pg_trigger where tgrelid = 'fact_scenario_attempts'::regclass and not tgisinternal order by 1;
select tablename, policyname, permissive, roles, cmd, qual, with_check from pg_policies where tablename = 'fact_scenario_attempts';
select c.relname, c.relrowsecurity, c.reloptions, c.relowner::regrole, obj_description(c.oid, 'pg_class'),
       (select array_agg(a::text order by a::text) from unnest(c.relacl) a), pg_get_viewdef(c.oid)
  from pg_class c where relname in ('fact_scenario_attempts', 'facts_by_person', 'facts_by_org') order by 1;
select * from facts_by_org order by 1;
