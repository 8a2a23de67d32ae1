-- Everything that the document lists is there: columns with type, nullability and default; keys, checks, indexes and
-- triggers by name; functions by signature.
create temp table specified (place serial, tbl text, col text, type text, required boolean, value text);
copy specified (tbl, col, type, required, value) from stdin (delimiter '|', null '');
organizations|id|uuid|t|gen_random_uuid()
organizations|name|text|t|
organizations|plan|text|f|
organizations|created_at|timestamp with time zone|f|now()
users|id|uuid|t|
users|org_id|uuid|f|
users|email|text|t|
users|name|text|t|
users|role|text|f|'user'::text
users|created_at|timestamp with time zone|f|now()
roleplay_sessions|id|uuid|t|gen_random_uuid()
roleplay_sessions|user_id|uuid|t|
roleplay_sessions|persona_id|text|t|
roleplay_sessions|scenario_type|text|t|
roleplay_sessions|duration_seconds|integer|f|
roleplay_sessions|vapi_call_id|text|f|
roleplay_sessions|transcript|jsonb|f|
roleplay_sessions|created_at|timestamp with time zone|f|now()
roleplay_sessions|deleted_at|timestamp with time zone|f|
session_scores|id|uuid|t|gen_random_uuid()
session_scores|session_id|uuid|t|
session_scores|dimension|text|t|
session_scores|score|integer|t|
session_scores|feedback|text|f|
session_scores|created_at|timestamp with time zone|f|now()
session_scores|deleted_at|timestamp with time zone|f|
call_uploads|id|uuid|t|gen_random_uuid()
call_uploads|user_id|uuid|t|
call_uploads|file_path|text|t|
call_uploads|original_filename|text|f|
call_uploads|status|text|f|
call_uploads|file_size_bytes|integer|f|
call_uploads|duration_seconds|integer|f|
call_uploads|transcript|jsonb|f|
call_uploads|analysis|jsonb|f|
call_uploads|overall_score|integer|f|
call_uploads|error_message|text|f|
call_uploads|created_at|timestamp with time zone|f|now()
call_uploads|deleted_at|timestamp with time zone|f|
curriculum_modules|id|integer|t|
curriculum_modules|name|text|t|
curriculum_modules|description|text|f|
curriculum_modules|order_index|integer|t|
curriculum_modules|topics|text[]|f|
curriculum_modules|content|jsonb|f|
curriculum_modules|created_at|timestamp with time zone|f|now()
curriculum_progress|id|uuid|t|gen_random_uuid()
curriculum_progress|user_id|uuid|t|
curriculum_progress|module_id|integer|t|
curriculum_progress|completed|boolean|f|
curriculum_progress|score|integer|f|
curriculum_progress|completed_at|timestamp with time zone|f|
curriculum_progress|deleted_at|timestamp with time zone|f|
knowledge_base|id|uuid|t|gen_random_uuid()
knowledge_base|source|text|t|
knowledge_base|source_file|text|t|
knowledge_base|section_title|text|t|
knowledge_base|content|text|t|
knowledge_base|topics|text[]|f|
knowledge_base|metadata|jsonb|f|
knowledge_base|embedding|extensions.vector(1536)|f|
knowledge_base|created_at|timestamp with time zone|f|now()
knowledge_base|updated_at|timestamp with time zone|f|now()
objection_library|id|uuid|t|gen_random_uuid()
objection_library|category|text|t|
objection_library|objection_text|text|t|
objection_library|response_template|text|t|
objection_library|psychology_principle|text|f|
objection_library|embedding|extensions.vector(1536)|f|
objection_library|created_at|timestamp with time zone|f|now()
audit_log|id|uuid|t|gen_random_uuid()
audit_log|table_name|text|t|
audit_log|record_id|uuid|f|
audit_log|operation|text|t|
audit_log|user_id|uuid|f|
audit_log|old_data|jsonb|f|
audit_log|new_data|jsonb|f|
audit_log|ip_address|inet|f|
audit_log|user_agent|text|f|
audit_log|created_at|timestamp with time zone|f|
session_events|id|uuid|t|gen_random_uuid()
session_events|session_id|uuid|t|
session_events|event_type|text|t|
session_events|data|jsonb|t|
session_events|created_at|timestamp with time zone|f|now()
\.
select count(*) as specified, count(distinct tbl) as tables from specified;
create temp view actual as
select c.relname::text as tbl, a.attname::text as col, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
       pg_get_expr(d.adbin, d.adrelid) as value
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
 where c.relnamespace = 'sales_coach'::regnamespace and c.relkind in ('r', 'p', 'v', 'm');
-- Missing, or otherwise than specified: none.
select s.tbl, s.col, s.type, s.required, s.value, a.type as actual, a.required as actually, a.value as actual_value
  from specified s left join actual a using (tbl, col)
 where (s.type, s.required) is distinct from (a.type, a.required) or s.value is not null and s.value is distinct from a.value
 order by s.place;
-- Defaults and columns that the document does not have.
select tbl, col, a.type, a.value from actual a left join specified s using (tbl, col)
 where s.col is null or s.value is null and a.value is not null
 order by tbl collate "C", col collate "C";

select conrelid::regclass as tbl, contype, conname, pg_get_constraintdef(oid) as definition
  from pg_constraint where connamespace = 'sales_coach'::regnamespace
 order by conrelid::regclass::text collate "C", contype, conname collate "C";

select tablename, indexname, regexp_replace(indexdef, '^.* USING ', '') as definition
  from pg_indexes where schemaname = 'sales_coach' and indexname !~ '_p?key$'
 order by tablename collate "C", indexname collate "C";
-- The document's indexes, missing: none.
select i as missing from unnest(string_to_array(
  'idx_roleplay_sessions_user_id idx_roleplay_sessions_created_at idx_roleplay_sessions_deleted idx_session_scores_session_id '
  'idx_session_scores_deleted idx_call_uploads_user_id idx_call_uploads_status idx_call_uploads_user_status idx_call_uploads_deleted '
  'idx_curriculum_progress_user_id idx_curriculum_progress_deleted idx_knowledge_base_source idx_knowledge_base_source_file '
  'idx_knowledge_base_topics idx_knowledge_base_created_at idx_objection_library_category idx_audit_log_user idx_audit_log_table '
  'idx_audit_log_created idx_audit_log_record', ' ')) as i
 where to_regclass('sales_coach.' || i) is null;

select tgrelid::regclass as tbl, tgname, tgfoid::regproc as function,
       regexp_replace(pg_get_triggerdef(oid), '^CREATE TRIGGER \S+ | EXECUTE FUNCTION .*$', '', 'g') as event
  from pg_trigger
 where not tgisinternal and (tgrelid = 'auth.users'::regclass
    or (select relnamespace from pg_class where oid = tgrelid) = 'sales_coach'::regnamespace)
 order by tgrelid::regclass::text collate "C", tgname collate "C";

-- Functions: signature, rights, volatility, search_path, who may call them.
select p.oid::regprocedure as function, pg_get_function_arguments(p.oid) as arguments, pg_get_function_result(p.oid) as result
  from pg_proc p where pronamespace = 'sales_coach'::regnamespace order by 1;
select p.oid::regprocedure as function, case when prosecdef then 'definer' else 'invoker' end as rights,
       provolatile as volatility, proparallel as parallel, prosqlbody is not null as bound, proconfig as settings,
       (select string_agg(g.grantee::regrole::text, ' ' order by g.grantee::regrole::text)
          from aclexplode(coalesce(proacl, acldefault('f', proowner))) g where g.grantee <> proowner) as callers
  from pg_proc p where pronamespace = 'sales_coach'::regnamespace order by 1;
select f as function from unnest(array['handle_new_user', 'audit_trigger_func', 'soft_delete', 'update_knowledge_base_updated_at']) as f
 where to_regprocedure(format('callcoach.%I()', f)) is null
    or (select prorettype from pg_proc where oid = to_regprocedure(format('callcoach.%I()', f))) <> 'trigger'::regtype;

-- Row level security is on everywhere, and everything says what it is for.
select relname from pg_class where relnamespace = 'sales_coach'::regnamespace and relkind in ('r', 'p')
   and (not relrowsecurity or obj_description(oid, 'pg_class') is null);
select oid::regprocedure from pg_proc where pronamespace = 'sales_coach'::regnamespace and obj_description(oid, 'pg_proc') is null;

-- Grants: by table, and by column.
select relname, grantee, string_agg(privilege, ', ' order by privilege) as privileges from (
  select relname::text, g.grantee::regrole::text as grantee, lower(g.privilege_type) as privilege
    from pg_class c, aclexplode(relacl) g where relnamespace = 'sales_coach'::regnamespace and relkind = 'r' and g.grantee <> relowner
  union all
  select relname::text, case g.grantee when 0 then 'public' else g.grantee::regrole::text end,
         lower(g.privilege_type) || ' (' || string_agg(attname, ', ' order by attnum) || ')'
    from pg_class c join pg_attribute a on a.attrelid = c.oid, aclexplode(attacl) g
   where relnamespace = 'sales_coach'::regnamespace and relkind = 'r' group by relname, g.grantee, g.privilege_type) p
 group by relname, grantee order by relname collate "C", grantee collate "C";
select version from sales_coach.callcoach_migrations order by version;
select * from callcoach.security_findings();
