-- 0003_articles: the knowledge base. It belongs to no organisation; what is published is for everyone.

create table articles (
  id uuid primary key default gen_random_uuid(),
  slug text not null,
  title text not null,
  description text,
  content text not null,
  category text not null,
  tags text[],
  author text,
  published_at timestamptz,
  featured boolean not null default false,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint articles_slug_key unique (slug),
  constraint articles_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  constraint articles_category_known check (category in ('blog', 'guide', 'case-study', 'announcement')),
  constraint articles_metadata_object check (jsonb_typeof(metadata) = 'object')
);
create index articles_category_idx on articles (category);
comment on table articles is 'Knowledge base and marketing articles; written by service_role.';
comment on column articles.content is 'MDX.';
comment on column articles.published_at is 'From when on everyone may read it; NULL: a draft.';

create trigger touch_updated_at before update on articles
  for each row execute function callcoach.touch_updated_at();

alter table articles enable row level security;
create policy articles_published on articles for select using (published_at <= now());

do $$
declare
  r text;
begin
  revoke all on table articles from public;
  for r in select rolname from pg_catalog.pg_roles
            where rolname in ('anon', 'authenticated', 'service_role') order by rolname
  loop
    execute format('revoke all on table articles from %I', r);
    execute format('grant %s on table articles to %I', case r when 'service_role' then 'all' else 'select' end, r);
  end loop;
end
$$;

insert into callcoach_migrations (version) values ('0003_articles');
