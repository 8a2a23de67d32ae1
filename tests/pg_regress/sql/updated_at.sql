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
