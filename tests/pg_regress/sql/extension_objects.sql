-- What CREATE EXTENSION callcoach makes: functions, settings, and who may use them.

create temp view function as
select n.nspname || '.' || p.proname as name, p.*
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
  join pg_extension e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid and e.extname = 'callcoach';

-- Names of functions and arguments are API: PostgREST finds a function by them.
select name, pg_get_function_arguments(oid) as arguments,
       regexp_replace(pg_get_function_result(oid), ', ', E',\n  ', 'g') as result
  from function order by name collate "C", pronargs;

select name, case provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end as volatility,
       case proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end as parallel,
       proisstrict as strict, prosecdef as definer, proconfig as config
  from function order by name collate "C", pronargs;

-- Who may call what, whoever the owner is. Nothing is anybody's (PUBLIC).
select name,
       coalesce((select string_agg(case grantee when 0 then 'PUBLIC' else grantee::regrole::text end, ', '
                                   order by grantee::regrole::text collate "C")
                   from aclexplode(coalesce(proacl, acldefault('f', proowner)))
                  where grantee <> proowner and privilege_type = 'EXECUTE'), '') as callers
  from function order by name collate "C", pronargs;

-- None of these may show a row: no comment; a definer without a pinned search_path, or one that
-- starts with a schema others can write to.
select name as without_comment from function where obj_description(oid, 'pg_proc') is null;
select name as definer_without_search_path from function
 where prosecdef and ('search_path=pg_catalog, pg_temp' = any (proconfig)) is not true;

-- The schema callcoach holds nothing but functions of the extension.
select name, obj_description(oid, 'pg_proc') as comment from function
 where pronamespace = 'callcoach'::regnamespace order by name collate "C";
select proname as stranger from pg_proc
 where pronamespace = 'callcoach'::regnamespace and oid not in (select oid from function);
select relname as stranger from pg_class where relnamespace = 'callcoach'::regnamespace;
select case grantee when 0 then 'PUBLIC' else grantee::regrole::text end as grantee, privilege_type
  from pg_namespace, aclexplode(nspacl)
 where nspname = 'callcoach' and grantee <> nspowner order by 1, 2;

-- Everything else the extension owns: no table, so that DROP EXTENSION loses no data.
select pg_describe_object(d.classid, d.objid, d.objsubid) as other_member
  from pg_depend d join pg_extension e on e.oid = d.refobjid
 where d.refclassid = 'pg_extension'::regclass and e.extname = 'callcoach' and d.deptype = 'e'
   and d.classid <> 'pg_proc'::regclass
 order by 1;
select extname, extrelocatable from pg_extension where extname = 'callcoach';

-- Settings, and how they may be set. The prefix is reserved: no others can be made up.
select name, context, vartype, boot_val, setting = boot_val as unset from pg_settings
 where name like 'callcoach.%' or name like 'jwt.%' order by name collate "C";
set callcoach.no_such_setting = 1;
\echo :LAST_ERROR_SQLSTATE
