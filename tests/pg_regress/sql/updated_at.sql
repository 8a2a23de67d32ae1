-- updated_at is now() after an update that changes something, and only then.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
insert into articles (slug, title, content, category) values ('a', 'x', 'x', 'blog');
create function pg_temp.touched(tbl regclass, change text, out unchanged boolean, out changed boolean) language plpgsql as $$
begin
  execute format('alter table %s disable trigger user', tbl);
  execute format('update %s set updated_at = ''2000-01-01''', tbl);
  execute format('alter table %s enable trigger user', tbl);
  execute format('update %s set created_at = created_at', tbl);
  execute format('select bool_and(updated_at = ''2000-01-01'') from %s', tbl) into unchanged;
  execute format('update %s set %s', tbl, change);
  execute format('select bool_and(updated_at = now()) from %s', tbl) into changed;
end
$$;
select tbl, t.unchanged as left_alone_by_an_empty_update, t.changed as touched_by_a_change
  from (values ('orgs', 'name = name || ''!'''), ('org_members', 'role = ''hr'''), ('scenarios', 'description = ''x'''),
               ('tracks', 'description = ''x'''), ('assignments', 'required = not required'), ('scenario_attempts', 'feedback_text = ''x'''),
               ('webhooks', 'enabled = not enabled'), ('articles', 'featured = not featured')) as v (tbl, change),
       pg_temp.touched(tbl::regclass, change) as t;
-- A column that becomes NULL or stops being NULL is a change, too.
select t.changed from pg_temp.touched('scenarios', 'description = null') as t;
select t.changed from pg_temp.touched('scenarios', 'description = ''''') as t;
-- A caller does not set it by hand in an update that changes something else.
update orgs set name = 'x', updated_at = '1999-01-01';
select bool_and(updated_at = now()) as now from orgs;
-- Every table that has the column is kept by a trigger; dimensions are written by triggers.
select c.relname as without_trigger
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'updated_at'
 where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not like 'dim\_%'
   and not exists (select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
                    where t.tgrelid = c.oid and p.proname in ('touch_updated_at', 'attempt_before_write'));
rollback;

-- By the names that the systems' documents have for it: for any table, with whatever columns.
begin;
create temp table touched (id int, json json, point point, gone int, double int generated always as (id * 2) stored, updated_at timestamptz default '2000-01-01');
alter table touched drop column gone;
insert into touched (id, json, point) values (1, '{"a": 1}', '(1,2)');
create function pg_temp.touches(name text, change text) returns boolean language plpgsql as $$
declare
  touched boolean;
begin
  execute format('create trigger touch before update on touched for each row execute function callcoach.%I()', name);
  execute format('update touched set %s returning updated_at = now()', change) into touched;
  drop trigger touch on touched;
  update touched set updated_at = '2000-01-01';
  return touched;
end
$$;
select name, pg_temp.touches(name, 'json = json, point = point, id = id') as empty, pg_temp.touches(name, 'id = id + 1') as change,
       pg_temp.touches(name, 'json = case when json is null then ''1''::json end') as to_null
  from (values ('update_timestamp'), ('update_updated_at_column'), ('update_knowledge_base_updated_at')) as v (name);
rollback;
