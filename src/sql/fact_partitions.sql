-- The upkeep of facts that are partitioned by month (sql/optional/partition_facts.sql).

-- The partitions and their bounds; NULL for those of the default one.
create function callcoach.fact_partitions(out partition regclass, out first_day date, out past_day date)
returns setof record language sql stable parallel safe
set search_path = pg_catalog, pg_temp set datestyle = 'ISO' as $$
select c.oid, (b.bounds)[1]::date, (b.bounds)[2]::date
  from pg_inherits i
  join pg_class c on c.oid = i.inhrelid
 cross join lateral (select regexp_match(pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM \(''(.+)''\) TO \(''(.+)''\)') as bounds) b
 where i.inhparent = to_regclass('@extschema@.fact_scenario_attempts')
 order by 2
$$;

-- Nobody but the owner reads or writes a partition: policies and triggers are those of the whole table. What the
-- default partition's settings are (autovacuum), the others' are too.
create function callcoach.seal_fact_partition(partition regclass) returns void language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  sealed pg_class;
  grantee text;
  setting text;
begin
  select * into strict sealed from pg_class where oid = partition;
  if not sealed.relrowsecurity then
    execute format('alter table %s enable row level security', partition);
  end if;
  for grantee in
    select distinct case when a.grantee = 0 then 'public' else a.grantee::regrole::text end
      from aclexplode(sealed.relacl) a where a.grantee <> sealed.relowner
  loop
    execute format('revoke all on table %s from %s', partition, grantee);
  end loop;
  for setting in
    select unnest(d.reloptions)
      from callcoach.fact_partitions() p join pg_class d on d.oid = p.partition
     where p.first_day is null
    except select unnest(sealed.reloptions)
  loop
    execute format('alter table %s set (%s)', partition, setting);
  end loop;
end
$$;

-- What pg_partman makes is sealed as it is made. Fires for every CREATE TABLE and ALTER TABLE of the database, of
-- whoever runs it, so that it looks before it calls.
create function callcoach.seal_fact_partitions() returns event_trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  open_partition regclass;
begin
  for open_partition in
    select c.oid
      from pg_inherits i
      join pg_class c on c.oid = i.inhrelid
     where i.inhparent = to_regclass('@extschema@.fact_scenario_attempts')
       and (not c.relrowsecurity or exists (select from aclexplode(c.relacl) a where a.grantee <> c.relowner))
  loop
    perform callcoach.seal_fact_partition(open_partition);
  end loop;
end
$$;

-- Makes the partition of a month, and moves what of it lies in the default one there. False where it is there already.
create function callcoach.make_fact_partition(month date) returns boolean language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
declare
  facts constant regclass := '@extschema@.fact_scenario_attempts';
  past constant date := month + interval '1 month';
  made constant text := format('%s.%I', '@extschema@', 'fact_scenario_attempts_p' || to_char(month, 'YYYY_MM'));
  columns text;
  rest regclass;
  moved bigint := 0;
begin
  if month <> date_trunc('month', month) then
    raise exception using errcode = '22023', message = 'a partition begins on the first of a month';
  end if;
  if exists (select from callcoach.fact_partitions() p where p.first_day < past and p.past_day > month) then
    return false;
  end if;
  -- Writers wait: one that was on its way to the default partition would be refused there once this one is attached.
  -- Readers do not, but for those of the default one. First orgs, as who deletes an organisation: its foreign key
  -- comes along.
  lock table @extschema@.orgs in share row exclusive mode;
  execute format('lock table only %s in share row exclusive mode', facts);
  execute format('create table %s (like %s including defaults including constraints including storage including compression)', made, facts);
  execute format('alter table %s owner to %s', made, (select relowner::regrole from pg_class where oid = facts));
  perform callcoach.seal_fact_partition(made::regclass);
  select p.partition into rest from callcoach.fact_partitions() p where p.first_day is null;
  if rest is not null then
    select string_agg(quote_ident(attname), ', ' order by attnum) into columns
      from pg_attribute where attrelid = facts and attnum > 0 and not attisdropped;
    execute format('lock table %s in access exclusive mode', rest);
    execute format('with moved as (delete from %s where date_key >= %L and date_key < %L returning %s) insert into %s (%4$s) select %4$s from moved',
                   rest, month, past, columns, made);
    get diagnostics moved = row_count;
  end if;
  execute format('alter table %s attach partition %s for values from (%L) to (%L)', facts, made, month, past);
  raise notice 'fact_partitions: % made%', made, case when moved > 0 then format(', %s facts moved there from %s', moved, rest) else '' end;
  return true;
end
$$;

-- To be run every day or week: sees to it that there are partitions ahead and none in want, retires old ones, and
-- seals them. Returns how many it made or retired. Where pg_partman has the table, its maintenance retires, and is
-- run beside this.
create function callcoach.keep_fact_partitions() returns int language plpgsql volatile
set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO' as $$
declare
  facts constant regclass := to_regclass('@extschema@.fact_scenario_attempts');
  this_month constant date := date_trunc('month', now());
  settings record;
  plain_name constant text := (parse_ident('@extschema@'))[1] || '.fact_scenario_attempts';
  partman text;
  retain interval;
  oldest timestamptz;
  before regclass[];
  one record;
  rest regclass;
  month date;
  rollup text;
  changed int;
begin
  if (select relkind from pg_class where oid = facts) is distinct from 'p' then
    raise exception using errcode = '55000', message = 'fact_scenario_attempts is not partitioned',
      hint = 'Run sql/optional/partition_facts.sql.';
  end if;
  -- One at a time.
  select * into strict settings from @extschema@.fact_partitions where table_name = 'fact_scenario_attempts' for update;
  before := array(select p.partition from callcoach.fact_partitions() p);

  select quote_ident(n.nspname) into partman
    from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_partman';
  if partman is not null then
    execute format('select %L, retention::interval from %s.part_config where parent_table = %L', partman, partman, plain_name)
       into partman, retain;
  end if;
  if partman is null then
    retain := settings.retain;
  end if;
  -- Not the month of which mv_org_overview counts the hours.
  if retain is not null then
    oldest := least(date_trunc('month', now() - retain), now() - interval '32 days');
  end if;

  -- Months of which facts have come into the default partition: late, or imported.
  select p.partition into rest from callcoach.fact_partitions() p where p.first_day is null;
  if rest is not null then
    for month in execute format(
      'select distinct date_trunc(''month'', date_key)::date from %s where date_key >= greatest(%L::date, ''1970-01-01'') and date_key < %L::date order by 1',
      rest, callcoach.fact_horizon(), this_month)
    loop
      perform callcoach.make_fact_partition(month);
    end loop;
  end if;
  -- Months ahead; and where old ones are retired, each month since: what is retired ends where the first partition
  -- begins.
  for month in
    select m from generate_series(coalesce(date_trunc('month', oldest), this_month),
                                  this_month + settings.months_ahead * interval '1 month', interval '1 month') as m
  loop
    perform callcoach.make_fact_partition(month);
  end loop;
  -- As long as none was retired, facts begin with the first partition.
  if callcoach.fact_horizon() = '-infinity' then
    update @extschema@.fact_partitions f
       set began = (select min(p.first_day) from callcoach.fact_partitions() p)
     where f.table_name = 'fact_scenario_attempts';
  end if;

  if partman is null then
    -- None, where nothing is to be retired: oldest is NULL.
    for one in select * from callcoach.fact_partitions() p where p.past_day <= oldest loop
      lock table @extschema@.orgs in share row exclusive mode;
      execute format('alter table %s detach partition %s', facts, one.partition);
      raise notice 'fact_partitions: % retired: it is a table of its own now, and may be dropped', one.partition;
    end loop;
  end if;
  for one in select * from callcoach.fact_partitions() loop
    perform callcoach.seal_fact_partition(one.partition);
  end loop;
  changed := (select count(*) from (
    (select unnest(before) except select p.partition from callcoach.fact_partitions() p)
    union all
    (select p.partition from callcoach.fact_partitions() p except select unnest(before))) as different);

  -- The facts that were retired cannot be folded away with their organisation.
  if callcoach.fact_horizon() > '-infinity' then
    lock table @extschema@.reporting_folds in share row exclusive mode;
    foreach rollup in array array['rollup_user_months', 'rollup_orgs', 'rollup_org_users', 'rollup_org_hours', 'rollup_scenarios'] loop
      execute format(
        'delete from @extschema@.%I r
          where not exists (select from @extschema@.orgs o where o.id = r.org_id)
            and not exists (select from @extschema@.reporting_deltas d where d.org_id = r.org_id)', rollup);
    end loop;
  end if;
  return changed;
end
$$;
