-- 002_knowledge_base: the chunks that coaching by chat looks things up in; and, where pgvector is there, the vectors
-- of them and of 001's objections, with the two functions that search by likeness. A database without pgvector gets
-- the table, and is told what it lacks: this file can be run again.
create table if not exists knowledge_base (
  id uuid primary key default gen_random_uuid(),
  source text not null,
  source_file text not null,
  section_title text not null,
  content text not null,
  topics text[],
  metadata jsonb,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  constraint knowledge_base_source_known check (source in ('wiki', 'persona', 'rubric', 'curriculum'))
);
comment on table knowledge_base is 'Texts for retrieval, in chunks; the same for everybody. Written by service_role.';
alter table knowledge_base enable row level security;
create index if not exists idx_knowledge_base_source on knowledge_base (source);
create index if not exists idx_knowledge_base_source_file on knowledge_base (source_file);
create index if not exists idx_knowledge_base_topics on knowledge_base using gin (topics);
create index if not exists idx_knowledge_base_created_at on knowledge_base (created_at desc);
create or replace trigger update_knowledge_base_updated_at before update on knowledge_base
  for each row execute function callcoach.update_knowledge_base_updated_at();

do $$
declare
  -- pgvector's own schema, wherever it is: "extensions" on Supabase.
  vectors constant text := (select quote_ident(n.nspname) from pg_catalog.pg_extension e
                              join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = 'vector');
  t text;
begin
  -- Once 009 has granted what is read, it stays.
  if not exists (select from callcoach_migrations where version = '009_consolidate_rls_policies') then
    revoke all on table knowledge_base from public, anon, authenticated, service_role;
    grant select, insert, update, delete on table knowledge_base to service_role;
  end if;

  if vectors is null then
    raise warning 'sales_coach: pgvector is not installed, so knowledge_base and objection_library have no embeddings, and there is no match_knowledge and match_objections'
      using hint = 'CREATE EXTENSION vector, then run sql/sales_coach/install.sql (or this migration) again: it adds them.';
    return;
  end if;
  perform set_config('search_path', concat_ws(', ', current_setting('search_path'), vectors), true);

  foreach t in array array['knowledge_base', 'objection_library'] loop
    execute format('alter table %I add column embedding vector(1536)', t);
    execute format('comment on column %I.embedding is %L', t,
      'OpenAI''s text-embedding-3-small or ada-002; NULL: not found by likeness.');
    -- One list: a search that finds everything, as what lists are made of is not there yet. From some thousand rows
    -- on rebuild_embedding_indexes() makes more of them.
    execute format('create index %I on %I using ivfflat (embedding vector_cosine_ops) with (lists = 1)',
      'idx_' || t || '_embedding', t);
  end loop;

  -- The threshold, as a function that says what it costs. PostgreSQL takes the operator to be as cheap as an addition,
  -- and reading 6 kB of every row to cost nothing: by that it would read the whole table wherever it does not know
  -- how few rows are wanted, as in PostgREST's calls. Compared is the distance, as a similarity of NaN (the zero
  -- vector's) would pass every threshold.
  execute format($f$
    create function near_enough(embedding vector, query vector, distance float) returns boolean
      language plpgsql immutable strict parallel safe cost 300 set search_path = pg_catalog, pg_temp as $body$
    begin
      return embedding operator(%s.<=>) query <= distance;
    end
    $body$ $f$, vectors);
  comment on function near_enough(vector, vector, float) is
    'Is the cosine distance no more than that? Internal to match_knowledge and match_objections.';

  -- No SET, no definer, one query, and a body bound when it is created: so the planner puts it into the caller's
  -- query, where ORDER BY the plain operator finds the index. The cast refuses other dimensions, even where there are
  -- no rows.
  create function match_knowledge(
    query_embedding vector(1536),
    match_threshold float default 0.7,
    match_count int default 5,
    filter_source text default null
  ) returns table (
    id uuid, source text, source_file text, section_title text, content text, topics text[], metadata jsonb,
    similarity float
  ) language sql stable parallel safe
  begin atomic
    select k.id, k.source, k.source_file, k.section_title, k.content, k.topics, k.metadata,
           1 - (k.embedding <=> query_embedding::vector(1536))
      from knowledge_base k
     where near_enough(k.embedding, query_embedding::vector(1536), 1 - coalesce(match_threshold, 0.7))
       and (filter_source is null or k.source = filter_source)
     order by k.embedding <=> query_embedding::vector(1536)
     limit coalesce(match_count, 5);
  end;
  comment on function match_knowledge(vector, float, int, text) is
    'The chunks of knowledge_base nearest to an embedding: at least so similar (cosine, 0.7), at most so many (5), of one source (NULL: all). Nearest first.';

  create function match_objections(
    query_embedding vector(1536),
    match_threshold float,
    match_count int
  ) returns table (
    id uuid, category text, objection_text text, response_template text, psychology_principle text, similarity float
  ) language sql stable parallel safe
  begin atomic
    select o.id, o.category, o.objection_text, o.response_template, o.psychology_principle,
           1 - (o.embedding <=> query_embedding::vector(1536))
      from objection_library o
     where near_enough(o.embedding, query_embedding::vector(1536), 1 - coalesce(match_threshold, 0.7))
     order by o.embedding <=> query_embedding::vector(1536)
     limit coalesce(match_count, 5);
  end;
  comment on function match_objections(vector, float, int) is
    'The objections nearest to an embedding: at least so similar (cosine; NULL: 0.7), at most so many (NULL: 5). Nearest first.';

  -- IVFFlat's lists are as good as what was in the table when they were made: to be called once it is filled, and
  -- when it has grown much. pgvector advises a list for 1,000 rows. A definer, since only owners may; who writes the
  -- two tables meanwhile waits.
  execute format($f$
    create function rebuild_embedding_indexes(out index_name text, out lists int, out probes int) returns setof record
      -- Without pgvector's notice of little data and low recall: one list finds everything.
      language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set client_min_messages = warning as $body$
    declare
      t text;
      n bigint;
    begin
      foreach t in array array['knowledge_base', 'objection_library'] loop
        execute format('select count(embedding) from %1$I.%%I', t) into n;
        index_name := 'idx_' || t || '_embedding';
        lists := least(greatest(n / 1000, 1), 32768);
        probes := round(sqrt(lists));
        execute format('alter index %1$I.%%I set (lists = %%s)', index_name, lists);
        execute format('reindex index %1$I.%%I', index_name);
        return next;
      end loop;
    end
    $body$ $f$, current_schema());
  comment on function rebuild_embedding_indexes() is
    'Makes the vector indexes anew from the rows there are, a list for each 1,000; returns the lists, and what pgvector advises ivfflat.probes to be then. From some thousand rows on, and when they have grown much.';

  revoke all on function near_enough(vector, vector, float), match_knowledge(vector, float, int, text),
    match_objections(vector, float, int), rebuild_embedding_indexes() from public, anon, authenticated, service_role;
  grant execute on function near_enough(vector, vector, float), match_knowledge(vector, float, int, text),
    match_objections(vector, float, int) to authenticated, service_role;
  grant execute on function rebuild_embedding_indexes() to service_role;
  insert into callcoach_migrations (version) values ('002_knowledge_base');
end
$$;
