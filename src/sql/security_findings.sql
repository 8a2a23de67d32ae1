-- What would open a door, in the schema of the tables, the extension's own, and those of other systems that record
-- their migrations as callcoach's are. No rows: nothing found.
create function callcoach.security_findings(out object text, out finding text, out remedy text)
returns setof record language sql stable parallel safe set search_path = pg_catalog, pg_temp as $$
with api_role as (
  select oid, rolname from pg_roles where rolname in ('anon', 'authenticated', 'service_role')
), schema as (
  select n.oid, n.oid = '@extschema@'::regnamespace as is_home
    from pg_namespace n
   where n.oid = '@extschema@'::regnamespace
      or exists (select from pg_class c
                  where c.relnamespace = n.oid and c.relname = 'callcoach_migrations' and c.relkind = 'r')
), relation as (
  -- What an organisation's rows are known by.
  select c.oid, c.oid::regclass::text as object, c.relkind, c.relrowsecurity, c.reloptions, c.relacl, c.relowner,
         c.relnamespace = '@extschema@'::regnamespace as is_home,
         (select min(a.attnum) from pg_attribute a
           where a.attrelid = c.oid and not a.attisdropped
             and (a.attname = 'org_id' or a.attname = 'organization_id' and c.relnamespace <> '@extschema@'::regnamespace)) as org
    from pg_class c
   where (c.relnamespace in (select oid from schema) and c.relkind in ('r', 'p', 'v', 'm', 'f')
          or c.oid in (to_regclass('storage.objects'), to_regclass('storage.buckets')))
     and not exists (select from pg_depend d
                      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
), function as (
  select p.oid, p.oid::regprocedure::text as object, p.prosecdef, p.proleakproof, p.proacl, p.proowner, p.prosqlbody is not null as is_bound,
         path.search_path, path.search_path is not null as has_search_path,
         e.extname is not null as ours
    from pg_proc p
    left join lateral (select substr(s, 13) as search_path from unnest(p.proconfig) s
                        where s like 'search\_path=%') as path on true
    left join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
    left join pg_extension e on e.oid = d.refobjid and e.extname = 'callcoach'
   where (p.pronamespace in (select oid from schema) or p.pronamespace = 'callcoach'::regnamespace)
     -- What other extensions bring is theirs to judge.
     and (d.objid is null or e.extname is not null)
), callable_definer (callable) as (
  values ('service_desk.accept_invitation(text)'), ('service_desk.decline_invitation(text)'),
         ('service_desk.create_organization(text,text,text)')
), table_grant as (
  select r.oid, r.object, r.relkind, g.grantee, a.rolname, g.privilege_type, null as attname
    from relation r, aclexplode(r.relacl) g left join api_role a on a.oid = g.grantee
  union all
  select r.oid, r.object, r.relkind, g.grantee, a.rolname, g.privilege_type, c.attname
    from relation r
    join pg_attribute c on c.attrelid = r.oid and c.attacl is not null, aclexplode(c.attacl) g
    left join api_role a on a.oid = g.grantee
), function_grant as (
  select f.*, g.grantee, a.rolname
    from function f, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) g
    left join api_role a on a.oid = g.grantee
), policy as (
  select r.object, r.is_home, r.org, p.oid, p.polrelid, p.polname, p.polcmd, p.polroles, p.polpermissive,
         concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) as condition
    from pg_policy p join relation r on r.oid = p.polrelid
), command as (
  select * from (values ('r', 'SELECT'), ('a', 'INSERT'), ('w', 'UPDATE'), ('d', 'DELETE')) as c (polcmd, privilege)
)
select object, 'row level security is off',
       format('alter table %s enable row level security', object)
  from relation where relkind in ('r', 'p') and not relrowsecurity
union all
select object, 'the view reads with its owner''s rights, past row level security',
       format('alter view %s set (security_invoker = true)', object)
  from relation
 where relkind = 'v' and not coalesce(reloptions && '{security_invoker=true,security_invoker=on,security_invoker=1}', false)
union all
select distinct object, format('%s can read it, and it cannot carry row level security', coalesce(rolname, 'PUBLIC')),
       format('revoke all on %s from %s', object, coalesce(rolname, 'public'))
  from table_grant where relkind in ('m', 'f') and (rolname is not null or grantee = 0)
union all
select distinct object, format('PUBLIC holds %s', privilege_type), format('revoke all on %s from public', object)
  from table_grant where grantee = 0 and relkind not in ('m', 'f')
union all
select object, format('%s holds %s', rolname, privilege_type),
       format('revoke %s on %s from %I', lower(privilege_type), object, rolname)
  from table_grant
 where rolname is not null and privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
union all
-- service_role passes row level security, and needs no policy.
select distinct g.object, format('%s holds %s, and no policy says of which rows', g.rolname, g.privilege_type),
       format('revoke %s on %s from %I', lower(g.privilege_type), g.object, g.rolname)
  from table_grant g
  join command c on c.privilege = g.privilege_type
 where g.rolname in ('anon', 'authenticated') and g.relkind in ('r', 'p')
   and not exists (select from policy p
                    where p.polrelid = g.oid and p.polcmd::text in ('*', c.polcmd)
                      and p.polroles && array[0::oid, g.grantee])
   -- Supabase grants on those of Storage, and lets row level security decide.
   and g.object not like 'storage.%'
union all
-- What is nobody's in particular (the calendar, published articles) has no org_id.
select object, format('policy %I lets rows of every organisation through', polname), 'add org_id = (select current_org_id())'
  from policy p
 where is_home and polpermissive and condition !~ 'current_org_id|jwt\.claims\.org_id' and org is not null
union all
-- Other systems ask in ways of their own, but they do ask: what names neither column nor function asks nothing, and lets
-- everybody through unless it says false. Who bypasses policies anyway may be named in one.
select object, format('policy %I lets every row through', polname), 'say whose rows they are'
  from policy p
 where not is_home and polpermissive and object not like 'storage.%'
   and regexp_replace(condition, '''[^'']*''|::\w+|\m(true|and|or|not|null|is)\M', '', 'gi') !~ '[[:alpha:]]'
   and exists (select from unnest(polroles) as role (oid) left join pg_roles r on r.oid = role.oid
                where r.oid is null or not (r.rolbypassrls or r.rolsuper))
   and (polcmd <> 'r'
        or org is not null
        or exists (select from pg_attribute a
                    where a.attrelid = p.polrelid and a.attname in ('user_id', 'csm_id', 'customer_id') and not a.attisdropped))
union all
select object, format('policy %I asks its functions for every row', polname), 'write (select current_org_id()) and the like'
  from policy
 where regexp_replace(condition, 'SELECT \(*(\w+\.)?(current_org_id|current_user_id|current_org_role|acts_as|user_id|current_setting|uid|jwt|role)\(', '', 'g')
       ~ '\m(current_org_id|current_user_id|current_org_role|acts_as|callcoach\.user_id|current_setting|auth\.\w+)\('
union all
select p.object, format('%s policies for %s and %s: any of them opens', count(*), lower(c.privilege), coalesce(r.rolname, 'PUBLIC')),
       'make them one'
  from policy p
  join command c on p.polcmd::text in ('*', c.polcmd), unnest(p.polroles) as role (oid)
  left join pg_roles r on r.oid = role.oid
 where p.polpermissive
   -- Those of Storage are each for a bucket. Other systems have policies that their documents name, one by one.
   and (p.is_home or p.object like 'storage.%' and p.condition !~ 'bucket_id')
 group by p.object, c.privilege, role.oid, r.rolname having count(*) > 1
union all
select object, 'it runs with its owner''s rights, and with its caller''s search_path',
       format('alter function %s set search_path = pg_catalog, pg_temp', object)
  from function where prosecdef and not has_search_path
union all
select object, 'its search_path is its caller''s', format('alter function %s set search_path = ''''', object)
  -- A bound body (BEGIN ATOMIC, RETURN) found its names when it was created.
  from function where not prosecdef and not has_search_path and not is_bound and not ours
union all
select object, 'PUBLIC can call it', format('revoke execute on function %s from public', object)
  from function_grant where grantee = 0
union all
select object, 'anon can call it, and it runs with its owner''s rights',
       format('revoke execute on function %s from anon', object)
  from function_grant where rolname = 'anon' and prosecdef
union all
-- Our own that are callable check whom they serve; so do those that policies call, which would recurse otherwise.
select object, format('%s can call it, and it runs with its owner''s rights: it must check the organisation', rolname),
       format('make it security invoker, or revoke execute on function %s from %I', object, rolname)
  from function_grant
 where rolname = 'authenticated' and prosecdef
   -- The first takes no argument, and works on the claim's organisation; the others ask whose endpoint it is. All
   -- are for its admins.
   and not (ours and object similar to
            '%.(refresh\_my\_reporting\(\)|test\_webhook\(uuid\)|rotate\_webhook\_secret\(uuid,interval\)'
            '|redeliver\_webhook\(uuid\)|redeliver\_webhooks\(uuid,timestamp with time zone,timestamp with time zone,text\))')
   and not exists (select from pg_depend d join policy p on p.oid = d.objid
                    where d.classid = 'pg_policy'::regclass and d.refclassid = 'pg_proc'::regclass and d.refobjid = function_grant.oid)
   -- Of the systems' own, those that let somebody in who is nobody there yet.
   and object not in (select callable from callable_definer)
union all
select object, format('%s can call it, and it is internal', rolname),
       format('revoke execute on function %s from %I', object, rolname)
  from function_grant
 where rolname in ('anon', 'authenticated') and ours and object like 'callcoach.%'
   and object not in (
     'callcoach.pre_request()', 'callcoach.user_id()', 'callcoach.org_role()', 'callcoach.acts_as(text[])',
     -- A formula, and what asks the policies as its caller.
     'callcoach.health_score(bigint,numeric)', 'callcoach.update_health_score(regclass,uuid)',
     -- A default, which whoever inserts has to be able to call.
     'callcoach.generate_webhook_secret()')
   -- What functions that run as their caller compute with: arguments in, an answer out.
   and object not similar to 'callcoach.(time\_slots|is\_on\_duty|reaches\_off\_duty)\(%'
union all
select object, 'it runs with its owner''s rights, and looks in its caller''s temporary tables first',
       format('end its search_path with pg_temp, or leave it empty: alter function %s set search_path = ''''', object)
  from function where prosecdef and has_search_path and search_path <> '""' and search_path !~ 'pg_temp$'
union all
select object, 'it is leakproof, so it is shown rows before policies are asked', format('alter function %s not leakproof', object)
  from function where proleakproof
union all
select conrelid::regclass::text, format('foreign key %I can refer to a row of another organisation', conname),
       'make it (org_id, …) references … (org_id, …)'
  from pg_constraint join relation r on r.oid = conrelid
  join relation other on other.oid = confrelid
 where contype = 'f' and r.org <> all (conkey) and other.org is not null
   -- Other systems may have a policy look at what is referred to; then one that writes the column names it.
   and (r.is_home
        or exists (select from api_role a, unnest(conkey) as k (attnum)
                    where a.rolname <> 'service_role'
                      and (has_column_privilege(a.oid, r.oid, k.attnum, 'INSERT') or has_column_privilege(a.oid, r.oid, k.attnum, 'UPDATE'))
                      and not exists (select from policy p join pg_attribute c on c.attrelid = r.oid and c.attnum = k.attnum
                                       where p.polrelid = r.oid and p.polcmd in ('a', 'w', '*')
                                         and p.condition ~ ('\m' || c.attname || '\M'))))
union all
-- 23505 tells what another organisation has, if one may choose the value.
select distinct r.object, format('%s may choose a value that must be unique among all organisations (%s)', a.rolname, i.indexrelid::regclass),
       'lead the key with org_id, or do not grant insert and update of its columns'
  from relation r
  join pg_index i on i.indrelid = r.oid and i.indisunique and r.org <> all (i.indkey::int2[])
  join api_role a on a.rolname <> 'service_role', unnest(i.indkey::int2[]) as k (attnum)
 where k.attnum > 0
   and (has_column_privilege(a.oid, r.oid, k.attnum, 'INSERT') or has_column_privilege(a.oid, r.oid, k.attnum, 'UPDATE'))
union all
select conrelid::regclass::text, format('foreign key %I has no index', conname),
       format('create index on %s (%s)', conrelid::regclass,
         (select string_agg(quote_ident(a.attname), ', ' order by k.n)
            from unnest(conkey) with ordinality as k (attnum, n)
            join pg_attribute a on a.attrelid = conrelid and a.attnum = k.attnum))
  from pg_constraint join relation r on r.oid = conrelid
 where contype = 'f'
   and not exists (select from pg_index i
                    where i.indrelid = conrelid and i.indisvalid
                      and (i.indkey::int2[])[0:cardinality(conkey) - 1] @> conkey
                      and conkey @> (i.indkey::int2[])[0:cardinality(conkey) - 1])
union all
select min(i.indexrelid::regclass::text), format('the same index as %s', max(i.indexrelid::regclass::text)),
       format('drop index %s', min(i.indexrelid::regclass::text))
  from pg_index i join relation r on r.oid = i.indrelid
 group by i.indrelid, i.indkey::text, i.indclass::text, i.indoption::text, i.indcollation::text,
          coalesce(pg_get_expr(i.indpred, i.indrelid), ''), coalesce(pg_get_expr(i.indexprs, i.indrelid), '')
having count(*) > 1
union all
select nspname::text, format('%s can create objects in the schema', coalesce(a.rolname, 'PUBLIC')),
       format('revoke create on schema %I from %s', nspname, coalesce(a.rolname, 'public'))
  from pg_namespace n, aclexplode(n.nspacl) g left join api_role a on a.oid = g.grantee
 where (n.oid in (select oid from schema) or n.oid = 'callcoach'::regnamespace) and g.privilege_type = 'CREATE'
   and (a.rolname is not null or g.grantee = 0)
union all
select rolname::text, 'the role passes row level security', format('alter role %I nosuperuser nobypassrls', rolname)
  from pg_roles where rolname in ('anon', 'authenticated', 'authenticator') and (rolsuper or rolbypassrls)
union all
select r.rolname::text, format('it can become %s, which passes row level security', b.rolname),
       format('revoke %I from %I', b.rolname, r.rolname)
  from pg_roles r, pg_roles b
 where r.rolname in ('anon', 'authenticated') and (b.rolsuper or b.rolbypassrls) and b.oid <> r.oid
   and pg_has_role(r.oid, b.oid, 'MEMBER') and not r.rolsuper
union all
select distinct a.rolname::text, format('it can become %s, which owns tables', o.rolname), format('revoke %I from %I', o.rolname, a.rolname)
  from relation r join pg_roles o on o.oid = r.relowner
  join api_role a on a.rolname in ('anon', 'authenticated') and a.oid <> o.oid and pg_has_role(a.oid, o.oid, 'MEMBER')
 -- Superusers were named above, and whoever is one can become anybody.
 where not o.rolsuper and not o.rolbypassrls and not (select s.rolsuper from pg_roles s where s.oid = a.oid)
union all
select 'anon', 'it is a member of authenticated', 'revoke authenticated from anon'
  from pg_roles r, pg_roles m
 where r.rolname = 'anon' and m.rolname = 'authenticated' and pg_has_role(r.oid, m.oid, 'MEMBER') and not r.rolsuper
union all
select distinct coalesce(nullif(d.defaclnamespace, 0)::regnamespace::text, 'every schema'),
       format('new %s of %I are %s''s', case d.defaclobjtype when 'f' then 'functions' when 'S' then 'sequences' else 'tables' end,
         d.defaclrole::regrole, coalesce(g.rolname, 'PUBLIC')),
       'alter default privileges … revoke all'
  from pg_default_acl d, lateral (select a.grantee, r.rolname from aclexplode(d.defaclacl) a left join api_role r on r.oid = a.grantee) g
 where d.defaclobjtype in ('r', 'f', 'S')
   and (d.defaclnamespace = 0 or d.defaclnamespace in (select c.relnamespace from pg_class c join relation r on r.oid = c.oid))
   and (g.grantee = 0 or g.rolname in ('anon', 'authenticated'))
   and d.defaclrole in (select relowner from relation)
union all
select object, format('the trigger %s is gone: an organisation can be left without an admin', gone), 'create it as 0005_roles does'
  from relation r, unnest(array['keep_an_admin_delete', 'keep_an_admin_update']) as gone
 where r.oid = to_regclass('@extschema@.org_members')
   and not exists (select from pg_trigger t where t.tgrelid = r.oid and t.tgname = gone)
union all
select object, format('%s owns it: policies and grants do not bind an owner', a.rolname),
       format('alter table %s owner to a role of the migrations', object)
  from relation join api_role a on a.oid = relowner
union all
-- ENABLE REPLICA: it fires for what replication brings, and for nobody else.
select r.object, format('trigger %I is disabled', t.tgname), format('alter table %s enable trigger %I', r.object, t.tgname)
  from relation r join pg_trigger t on t.tgrelid = r.oid
 where t.tgenabled in ('D', 'R') and not t.tgisinternal
union all
select 'jwt.claims.org_id', format('%s may set it, and so choose any organisation', coalesce(a.rolname, 'PUBLIC')),
       format('revoke set on parameter jwt.claims.org_id from %s', coalesce(quote_ident(a.rolname), 'public'))
  from pg_parameter_acl p, aclexplode(p.paracl) g left join api_role a on a.oid = g.grantee
 where p.parname = 'jwt.claims.org_id' and (g.grantee = 0 or a.rolname in ('anon', 'authenticated'))
union all
select 'callcoach.guard_statements', 'API users may run EXPLAIN, LOCK TABLE, cursors WITH HOLD and DDL', 'turn it on'
 where current_setting('callcoach.guard_statements') = 'off'
union all
select 'callcoach.guard_claim', 'any role can choose any organisation', 'turn it on, and restart'
 where current_setting('callcoach.guard_claim') = 'off'
union all
select 'callcoach', 'the library is loaded by its first call: until then a forged claim is not refused',
       'add callcoach to shared_preload_libraries or session_preload_libraries'
 where not string_to_array(replace(concat_ws(',', current_setting('shared_preload_libraries'),
                                             current_setting('session_preload_libraries')), ' ', ''), ',')
           && '{callcoach,$libdir/callcoach}'
 order by 1, 2
$$;
