-- match_knowledge and match_objections: similarity, order, threshold, count, source; bad input; rights; and that the
-- planner finds the vector index through them.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set nobody :abs_srcdir '/include/nobody.sql'
\set asking :abs_srcdir '/include/asking.sql'
\set vectors :abs_srcdir '/include/vectors.sql'
\set ECHO none
set search_path = sales_coach, public, extensions;
\i :vectors
\set ECHO all
insert into auth.users (id, email) values (md5('ana')::uuid, 'ana@example.com');
-- Cosines to (1, 0, …) of 1, 0.995, 0.8, 0.6, 0 and -1; two that have none.
insert into knowledge_base (source, source_file, section_title, content, topics, metadata, embedding) values
  ('wiki', 'openers.md', 'the same', 'Say why you call.', '{opener}', '{"n": 1}', pg_temp.v(1)),
  ('persona', 'cfo.md', 'nearly the same', 'Short of time.', null, null, pg_temp.v(5, 0.5)),
  ('wiki', 'pitch.md', 'near', 'One sentence.', '{pitch}', '{}', pg_temp.v(0.8, 0.6)),
  ('rubric', 'r.md', 'less near', 'Marks.', '{}', null, pg_temp.v(0.6, 0.8)),
  ('curriculum', 'm1.md', 'at right angles', 'Module 1.', null, null, pg_temp.v(0, 1)),
  ('wiki', 'no.md', 'opposite', 'No.', null, null, pg_temp.v(-1)),
  ('wiki', 'later.md', 'no embedding yet', 'To come.', null, null, null),
  ('wiki', 'zero.md', 'zero', 'Nothing.', null, null, pg_temp.v(0));
insert into objection_library (category, objection_text, response_template, psychology_principle, embedding) values
  ('pricing', 'Too expensive.', 'Compared with what?', 'anchoring', pg_temp.v(1)),
  ('timing', 'Not now.', 'What changes later?', null, pg_temp.v(0.6, 0.8)),
  ('authority', 'Ask my boss.', 'Who else decides?', null, null);
analyze knowledge_base, objection_library;

select section_title, source, source_file, content, topics, metadata, round(similarity::numeric, 6) as similarity
  from match_knowledge(pg_temp.v(2));
-- The threshold is itself near enough.
select section_title, round(similarity::numeric, 6) as similarity from match_knowledge(pg_temp.v(1), 0.6);
select section_title, round(similarity::numeric, 6) as similarity from match_knowledge(pg_temp.v(1), -1, 100);
select section_title from match_knowledge(pg_temp.v(1), 1.1);
select section_title from match_knowledge(pg_temp.v(1), -1, 2);
select section_title from match_knowledge(pg_temp.v(1), -1, 0);
select section_title from match_knowledge(pg_temp.v(1), -1, 100, 'wiki');
select section_title from match_knowledge(pg_temp.v(1), -1, 100, filter_source => 'web');
select category, objection_text, response_template, psychology_principle, round(similarity::numeric, 6) as similarity
  from match_objections(pg_temp.v(1), 0.6, 3);
select objection_text from match_objections(pg_temp.v(1), 0.7, 3);

-- NULL reads as what match_knowledge's defaults say; no embedding, or one of zeros, is near nothing.
select count(*) from match_knowledge(pg_temp.v(1), null, null, null);
select count(*) from match_objections(pg_temp.v(1), null, null);
select count(*) from match_knowledge(null);
select count(*) from match_objections(null, 0, 3);
select count(*) from match_knowledge(pg_temp.v(0), -1, 100);
-- Refused: a negative count, other dimensions, also where nothing is to be searched.
select * from match_knowledge(pg_temp.v(1), 0.5, -1);
\echo :LAST_ERROR_SQLSTATE
select * from match_objections(pg_temp.v(1), 0.5, -1);
\echo :LAST_ERROR_SQLSTATE
select * from match_knowledge('[1,2,3]');
\echo :LAST_ERROR_SQLSTATE
select * from match_objections('[1,2,3]', 0.5, 5);
\echo :LAST_ERROR_SQLSTATE
begin;
delete from knowledge_base;
select * from match_knowledge('[1,2,3]');
rollback;
select * from match_knowledge('no vector');
\echo :LAST_ERROR_SQLSTATE
select * from match_objections(pg_temp.v(1));
\echo :LAST_ERROR_SQLSTATE

-- updated_at follows a change, and nothing else.
begin;
alter table knowledge_base disable trigger update_knowledge_base_updated_at;
update knowledge_base set updated_at = '2020-01-01';
alter table knowledge_base enable trigger update_knowledge_base_updated_at;
update knowledge_base set content = content;
select count(*) filter (where updated_at = now()) as touched from knowledge_base;
update knowledge_base set content = 'Say who calls.' where section_title = 'the same';
select section_title, updated_at = now() as now from knowledge_base where updated_at > '2020-01-01';
rollback;

-- The plan, as the planner chooses it by itself among 4,000 chunks: the functions are put into the query, and the
-- index gives the order. Random embeddings, but the same in each run.
select setseed(0.5);
insert into knowledge_base (source, source_file, section_title, content, embedding)
select (array['wiki', 'persona', 'rubric', 'curriculum'])[1 + n % 4], 'file ' || n, 'section ' || n, 'content ' || n,
       (select array_agg(random() - 0.5 + 0 * n * i) from generate_series(1, 1536) i)::real[]::vector
  from generate_series(1, 4000) n;
insert into objection_library (category, objection_text, response_template, embedding)
select 'timing', 'objection ' || n, 'response ' || n, embedding
  from (select embedding, row_number() over (order by source_file) as n from knowledge_base where source_file like 'file %') k;
analyze knowledge_base, objection_library;
select * from rebuild_embedding_indexes();
select indexrelid::regclass as index, reloptions from pg_index join pg_class c on c.oid = indexrelid
 where indexrelid::regclass::text ~ '_embedding$' order by 1;
set plan_cache_mode = force_generic_plan;
set max_parallel_workers_per_gather = 0;
prepare knowledge (vector) as select * from match_knowledge($1, 0.7, 5);
prepare of_source (vector, float, int, text) as select id, similarity from match_knowledge($1, $2, $3, $4);
prepare objections (vector) as select * from match_objections($1, 0.6, 3);
-- As PostgREST calls it: the arguments out of a JSON document.
prepare postgrest (json) as
  select c.* from (select $1 as json_data) payload,
    lateral (select query_embedding, match_count from json_to_record(payload.json_data)
               as _(query_embedding vector, match_count int) limit 1) arguments,
    lateral match_knowledge(query_embedding := arguments.query_embedding, match_count := arguments.match_count) c;
explain (costs off) execute knowledge (pg_temp.v(1));
explain (costs off) execute of_source (pg_temp.v(1), 0.7, 5, 'wiki');
explain (costs off) execute objections (pg_temp.v(1));
explain (costs off) execute postgrest ('{}');
-- Under row level security too: as a user's query is planned.
begin;
set local role authenticated;
set local request.jwt.claims = '{"sub": "276b6c46-92b4-4259-9f2e-5d3b3a1a2b3c"}';
explain (costs off) execute knowledge (pg_temp.v(1));
rollback;
-- With every list probed, the index finds what reading all finds.
set plan_cache_mode = auto;
create function pg_temp.same(probes int, out of_index bigint, out of_all bigint) language plpgsql as $$
declare
  nearest text[];
  through_index text[];
begin
  perform set_config('ivfflat.probes', probes::text, true), set_config('enable_indexscan', 'off', true);
  nearest := array(select m.source_file from match_knowledge((select embedding from knowledge_base where source_file = 'file 7'), -1, 10) m);
  perform set_config('enable_indexscan', 'on', true), set_config('enable_seqscan', 'off', true);
  through_index := array(select m.source_file from match_knowledge((select embedding from knowledge_base where source_file = 'file 7'), -1, 10) m);
  select count(*) filter (where f = any (through_index)), count(*) into of_index, of_all from unnest(nearest) f;
end
$$;
select * from pg_temp.same(4);
select of_index between 1 and 10 as some, of_all from pg_temp.same(1);

-- Who may call them: users and the server. The index is rebuilt by the server alone.
\set ECHO none
-- PostgREST's login, which may call what everybody may.
create schema helpers;
grant usage on schema helpers to public;
create function helpers.v() returns extensions.vector language sql immutable as $$ select array_fill(1, array[1536])::real[]::extensions.vector $$;
\c - authenticator
set search_path = sales_coach, public, helpers, extensions;
\i :asking
\set ECHO all
select who, statement, pg_temp.tries(who, statement) as outcome
  from unnest(array['ana', 'none', 'anon', 'server']) as who, unnest(array[
    $s$ select from sales_coach.match_knowledge(helpers.v(), -1, 3) $s$,
    $s$ select from sales_coach.match_objections(helpers.v(), -1, 3) $s$,
    $s$ select from sales_coach.rebuild_embedding_indexes() $s$]) as statement;
\c - postgres
drop schema helpers cascade;
set search_path = sales_coach, public;
\set ECHO none
\i :nobody
select from rebuild_embedding_indexes() \g /dev/null
