-- Partitions fact_scenario_attempts by month, in one transaction; docs/reporting.md says when that pays. To be run
-- by the owner of the tables after sql/install.sql. Running it again only sees to the partitions' upkeep.
--   psql -d yourdb -f sql/optional/partition_facts.sql                    where the tables are in schema public
--   psql -d yourdb -v schema=api -f sql/optional/partition_facts.sql      where they are in another
-- While the facts are copied they can be read, and completions wait; at the end, for a moment, everybody does.
\set ON_ERROR_STOP on
\if :{?schema}
\else
  \set schema public
\endif

select current_setting('search_path') as path_before \gset
begin;
set local search_path = :"schema";
set local timezone = 'UTC';
set local datestyle = 'ISO';
select relkind = 'p' as partitioned from pg_catalog.pg_class where oid = 'fact_scenario_attempts'::regclass \gset
\if :partitioned
do $$ begin raise notice 'partition_facts: fact_scenario_attempts is partitioned already'; end $$;
\else

-- What the upkeep goes by, and where the facts begin: after partitions were retired the difference tells.
create table fact_partitions (
  table_name text primary key,
  began date not null,
  months_ahead int not null default 3,
  retain interval,
  constraint fact_partitions_months_ahead check (months_ahead between 1 and 120),
  constraint fact_partitions_retain check (retain >= interval '2 months')
);
alter table fact_partitions enable row level security;
comment on table fact_partitions is 'Settings of the upkeep of partitioned facts: callcoach.keep_fact_partitions().';
comment on column fact_partitions.began is 'The first day that counts. While no partition was retired, the first day of the first one.';
comment on column fact_partitions.months_ahead is 'For how many months after this one there are partitions.';
comment on column fact_partitions.retain is 'Partitions older than this are detached; NULL: none. Where pg_partman keeps the table, its own setting counts.';

do $$
declare
  home constant text := current_schema();
  facts constant regclass := 'fact_scenario_attempts';
  old_table pg_catalog.pg_class;
  new_table regclass;
  target constant text := format('%I.fact_scenario_attempts', home);
  columns text;
  copied text;
  partman record;
  one record;
  sql text;
  -- What is made anew: once the facts are copied, and once the old table is gone.
  afterwards text[] := '{}';
  view_again text[] := '{}';
  view_rights text[] := '{}';
  views text[] := '{}';
  began timestamptz := clock_timestamp();
  facts_copied bigint;
begin
  -- Nobody is deleting an organisation or writing a fact from here on.
  lock table orgs in share row exclusive mode;
  lock table fact_scenario_attempts in share row exclusive mode;
  select * into strict old_table from pg_class where oid = facts;

  for one in
    select conname from pg_constraint where conrelid = facts and contype in ('u', 'x')
    union all
    select attname from pg_attribute
     where attrelid = facts and attgenerated <> '' and attname <> 'date_key' and not attisdropped
    union all
    select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = facts and i.indisunique and not i.indisprimary
  loop
    raise exception using errcode = '0A000',
      message = format('%I of fact_scenario_attempts cannot be kept in a partitioned table', one.conname),
      detail = 'No unique index without the day, no exclusion constraint, no generated column.', hint = 'Drop it first.';
  end loop;

  -- Indexes, foreign keys, triggers, policies, grants: as they are, by PostgreSQL's own words. What is NULL in a
  -- format() is left out.
  afterwards := afterwards || array(
    select pg_get_indexdef(indexrelid) from pg_index where indrelid = facts and not indisprimary order by indexrelid);
  afterwards := afterwards || array(
    select format('alter table %s add constraint %I %s', target, conname, pg_get_constraintdef(oid))
      from pg_constraint where conrelid = facts and contype = 'f' order by conname);
  afterwards := afterwards || array(
    select pg_get_triggerdef(oid) || case tgenabled when 'O' then '' else format('; alter table %s %s trigger %I', target,
             case tgenabled when 'D' then 'disable' when 'R' then 'enable replica' else 'enable always' end, tgname) end
      from pg_trigger where tgrelid = facts and not tgisinternal order by tgname);
  afterwards := afterwards || array(
    select format('create policy %I on %s as %s for %s to %s%s%s', polname, target,
             case when polpermissive then 'permissive' else 'restrictive' end,
             case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
             (select string_agg(case r when 0 then 'public' else r::regrole::text end, ', ') from unnest(polroles) as r),
             ' using (' || pg_get_expr(polqual, polrelid) || ')', ' with check (' || pg_get_expr(polwithcheck, polrelid) || ')')
      from pg_policy where polrelid = facts order by polname);
  if old_table.relrowsecurity then
    afterwards := afterwards || format('alter table %s enable row level security', target);
  end if;
  if old_table.relforcerowsecurity then
    afterwards := afterwards || format('alter table %s force row level security', target);
  end if;
  afterwards := afterwards || array(
    select format('grant %s on table %s to %s%s', a.privilege_type, target,
             case a.grantee when 0 then 'public' else a.grantee::regrole::text end,
             case when a.is_grantable then ' with grant option' else '' end)
      from aclexplode(old_table.relacl) a where a.grantee <> old_table.relowner);
  afterwards := afterwards || array(
    select format('grant %s (%I) on table %s to %s', a.privilege_type, c.attname, target,
             case a.grantee when 0 then 'public' else a.grantee::regrole::text end)
      from pg_attribute c, aclexplode(c.attacl) a where c.attrelid = facts and a.grantee <> old_table.relowner);
  if obj_description(facts, 'pg_class') is not null then
    afterwards := afterwards || format('comment on table %s is %L', target, obj_description(facts, 'pg_class'));
  end if;
  for one in
    select p.pubname from pg_publication_rel r join pg_publication p on p.oid = r.prpubid where r.prrelid = facts
  loop
    afterwards := afterwards || format('alter publication %I add table %s', one.pubname, target);
  end loop;

  -- Views over the facts, the ones that others read first.
  for one in
    with recursive reader as (
      select r.ev_class as oid, 1 as depth
        from pg_depend d join pg_rewrite r on r.oid = d.objid
       where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = facts
      union
      select r.ev_class, v.depth + 1
        from reader v
        join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = v.oid
        join pg_rewrite r on r.oid = d.objid
       where r.ev_class <> v.oid)
    select c.*, c.oid::regclass as name, max(v.depth) as depth
      from reader v join pg_class c on c.oid = v.oid
     group by c.oid order by max(v.depth)
  loop
    if one.relkind <> 'v' then
      raise exception using errcode = '0A000', message = format('%s reads fact_scenario_attempts and is no plain view', one.name),
        hint = 'Drop it first, and make it again afterwards.';
    end if;
    views := one.name::text || views;
    view_again := view_again || format('create view %s%s as %s', one.name, ' with (' || array_to_string(one.reloptions, ', ') || ')', pg_get_viewdef(one.oid));
    view_rights := view_rights || format('alter view %s owner to %s', one.name, one.relowner::regrole);
    view_rights := view_rights || array(
      select format('grant %s on %s to %s', a.privilege_type, one.name, case a.grantee when 0 then 'public' else a.grantee::regrole::text end)
        from aclexplode(one.relacl) a where a.grantee <> one.relowner);
    if obj_description(one.oid, 'pg_class') is not null then
      view_rights := view_rights || format('comment on view %s is %L', one.name, obj_description(one.oid, 'pg_class'));
    end if;
  end loop;

  -- Out of the way, with what bears a name in the schema.
  alter table fact_scenario_attempts rename to fact_scenario_attempts_one_table;
  for one in select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = facts loop
    execute format('alter index %I rename to %I', one.relname, left(one.relname, 54) || '_one_tab');
  end loop;

  create table fact_scenario_attempts (
    like fact_scenario_attempts_one_table including defaults including constraints including comments
      including storage including compression including statistics
  ) partition by range (date_key);
  new_table := 'fact_scenario_attempts'::regclass;
  execute format('alter table fact_scenario_attempts owner to %s', old_table.relowner::regrole);
  -- A fact without started_at sorts before every day, so that no range of days finds it, as with NULL; a primary
  -- key takes no NULL.
  alter table fact_scenario_attempts
    alter column date_key set not null,
    add constraint fact_scenario_attempts_date_key_right
      check (date_key = coalesce((started_at at time zone 'UTC')::date, '-infinity'));
  comment on column fact_scenario_attempts.date_key is 'The UTC date of started_at; -infinity where it has none.';
  insert into fact_partitions (table_name, began) values ('fact_scenario_attempts', date_trunc('month', now()));

  -- The default partition takes what no other does: no completion fails for want of one.
  select quote_ident(n.nspname) as schema, split_part(e.extversion, '.', 1)::int as major into partman
    from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_partman';
  if partman.major = 4 then
    raise notice 'partition_facts: pg_partman keeps the partitions';
    execute format('select %s.create_parent(p_parent_table => %L, p_control => ''date_key'', p_type => ''native'',
                      p_interval => ''monthly'', p_premake => 3, p_start_partition => %L)',
                   partman.schema, home || '.fact_scenario_attempts', date_trunc('month', now())::date);
    -- Months are made whether or not facts come in; what lies in the default partition is looked after otherwise.
    execute format('update %s.part_config set infinite_time_partitions = true, ignore_default_data = true where parent_table = %L',
                   partman.schema, home || '.fact_scenario_attempts');
  else
    if partman.major is not null then
      raise notice 'partition_facts: pg_partman % is another than the one this is made for (4), and is left alone', partman.major;
    end if;
    create table fact_scenario_attempts_default partition of fact_scenario_attempts default;
  end if;
  perform set_config('search_path', quote_ident(home), true);
  if old_table.reloptions is not null then
    execute format('alter table fact_scenario_attempts_default set (%s)', array_to_string(old_table.reloptions, ', '));
  end if;
  for one in
    select distinct date_trunc('month', date_key)::date as month from fact_scenario_attempts_one_table
     where date_key >= '1970-01-01' and date_key < date_trunc('month', now()) + interval '4 months' order by 1
  loop
    perform callcoach.make_fact_partition(one.month);
  end loop;

  raise notice 'partition_facts: copying about % facts', greatest(old_table.reltuples, 0)::bigint;
  select string_agg(quote_ident(attname), ', ' order by attnum) into columns
    from pg_attribute where attrelid = new_table and attnum > 0 and not attisdropped;
  copied := replace(', ' || columns, ', date_key', ', coalesce(date_key, ''-infinity'')');
  execute format('insert into fact_scenario_attempts (%s) select %s from fact_scenario_attempts_one_table', columns, substr(copied, 3));
  get diagnostics facts_copied = row_count;
  raise notice 'partition_facts: % facts copied, % s; keys and indexes', facts_copied, round(extract(epoch from clock_timestamp() - began));
  alter table fact_scenario_attempts add constraint fact_scenario_attempts_pkey primary key (attempt_id, date_key);

  -- Nobody has rights that default privileges gave.
  for one in
    select distinct case a.grantee when 0 then 'public' else a.grantee::regrole::text end as name
      from pg_class c, aclexplode(c.relacl) a where c.oid = new_table and a.grantee <> c.relowner
  loop
    execute format('revoke all on table fact_scenario_attempts from %s', one.name);
  end loop;
  foreach sql in array afterwards loop execute sql; end loop;

  raise notice 'partition_facts: the old table goes, % s', round(extract(epoch from clock_timestamp() - began));
  foreach sql in array views loop execute format('drop view %s', sql); end loop;
  drop table fact_scenario_attempts_one_table;
  foreach sql in array view_again loop execute sql; end loop;
  for one in
    select distinct v as name, case a.grantee when 0 then 'public' else a.grantee::regrole::text end as grantee
      from unnest(views) as v join pg_class c on c.oid = v::regclass, aclexplode(c.relacl) a where a.grantee <> c.relowner
  loop
    execute format('revoke all on %s from %s', one.name, one.grantee);
  end loop;
  foreach sql in array view_rights loop execute sql; end loop;
end
$$;

-- Nobody's but the owner's: the upkeep writes it.
do $$
declare
  r text;
begin
  revoke all on table fact_partitions from public;
  for r in select rolname from pg_catalog.pg_roles
            where rolname in ('anon', 'authenticated', 'service_role') order by rolname
  loop
    execute format('revoke all on table fact_partitions from %I', r);
  end loop;
  -- Partitions that pg_partman makes are sealed at once.
  if not exists (select from pg_event_trigger where evtname = 'callcoach_seal_fact_partitions') then
    if (select rolsuper from pg_roles where rolname = current_user) then
      create event trigger callcoach_seal_fact_partitions on ddl_command_end when tag in ('CREATE TABLE', 'ALTER TABLE')
        execute function callcoach.seal_fact_partitions();
    else
      raise notice 'partition_facts: only a superuser can make an event trigger; partitions that others make are sealed by callcoach.keep_fact_partitions()';
    end if;
  end if;
end
$$;
\endif

select callcoach.keep_fact_partitions() \g /dev/null
commit;
analyze :"schema".fact_scenario_attempts;
-- pg_partman leaves another.
select set_config('search_path', :'path_before', false) \g /dev/null
