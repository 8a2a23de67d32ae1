-- 002_vector_search: the embedding of articles, with its index. Wants pgvector; a database without it gets the rest,
-- and this when it is applied again.
do $$
declare
  vectors text;
  audit record;
begin
  -- On Supabase extensions have a schema of their own. Elsewhere where it belongs is not ours to say.
  if to_regnamespace('extensions') is not null
     and exists (select from pg_catalog.pg_available_extensions where name = 'vector') then
    create extension if not exists vector with schema extensions;
  end if;
  select quote_ident(n.nspname) into vectors
    from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
   where e.extname = 'vector';
  if vectors is null then
    raise warning 'customer_success: pgvector is not installed, so knowledge_base has no embedding'
      using hint = 'CREATE EXTENSION vector, then run sql/customer_success/install.sql (or this migration) again: it adds it.';
    return;
  end if;

  execute format('alter table knowledge_base add column if not exists embedding %s.vector(1536)', vectors);
  comment on column knowledge_base.embedding is 'For searching by meaning. Left out of activity_log.';
  execute format(
    'create index if not exists idx_kb_embedding on knowledge_base using ivfflat (embedding %s.vector_cosine_ops) with (lists = 100)',
    vectors);
  -- Where this comes after 005_activity_log: its triggers leave the embedding out, as where it was there before them.
  for audit in
    select tgname, pg_catalog.pg_get_triggerdef(oid) as definition from pg_catalog.pg_trigger
     where tgrelid = 'knowledge_base'::regclass and tgfoid = 'callcoach.audit_trigger_func()'::regprocedure
  loop
    execute format('drop trigger %I on knowledge_base', audit.tgname);
    execute replace(audit.definition, 'audit_trigger_func(''content'')', 'audit_trigger_func(''content'', ''embedding'')');
  end loop;
  insert into callcoach_migrations (version) values ('002_vector_search');
end
$$;
