-- The embedding and its index, where pgvector is: as the document has them.
set search_path = customer_success, public, extensions;
select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 'knowledge_base'::regclass and attname = 'embedding';
select regexp_replace(pg_get_indexdef('idx_kb_embedding'::regclass), 'extensions\.', '', 'g') as index;
select version from callcoach_migrations where version = '002_vector_search';
-- Three thousand articles about a hundred things, of three numbers each and zeros behind: those most like a given one.
set client_min_messages = warning;
create function pg_temp.about(n int) returns vector(1536) language sql immutable as
  $$ select (array[cos(n % 100 * 0.0628), sin(n % 100 * 0.0628), n % 7 * 0.0001] || array_fill(0.0::float8, '{1533}'))::vector(1536) $$;
alter table knowledge_base disable trigger user;
insert into knowledge_base (title, content, embedding) select 'article ' || n, 'x', pg_temp.about(n) from generate_series(1, 3000) as n;
alter table knowledge_base enable trigger user;
reindex index idx_kb_embedding;
analyze knowledge_base;
set ivfflat.probes = 10;
create function pg_temp.scanned(query text) returns text language plpgsql as $$
declare
  plan json;
begin
  execute 'explain (format json) ' || query into plan;
  return plan #>> '{0,Plan,Plans,0,Index Name}';
end
$$;
select pg_temp.scanned('select title from knowledge_base order by embedding <=> pg_temp.about(42) limit 5');
with found as (select title, embedding <=> pg_temp.about(42) as distance from knowledge_base order by embedding <=> pg_temp.about(42) limit 5)
select count(*) as found, count(*) filter (where substr(title, 9)::int % 100 = 42) as right, max(distance) < 0.001 as near from found;
insert into knowledge_base (title, content, embedding) values ('x', 'x', '[1,2,3]');
-- Whoever is signed in finds what is public.
begin;
update knowledge_base set is_public = false where title = 'article 42';
grant usage on schema extensions to authenticated;
set local role authenticated;
select count(*) from knowledge_base where title in ('article 42', 'article 142');
rollback;
delete from knowledge_base;
delete from activity_log;
