-- A stand-in for the schema storage that Supabase Storage makes: its two tables with the columns, row level
-- security and grants they have there, and the login it connects as. Before install.sql, which makes the buckets
-- and policies; after supabase_roles.sql.
do $$
begin
  if not exists (select from pg_roles where rolname = 'supabase_storage_admin') then
    create role supabase_storage_admin login noinherit;
    -- And so, like PostgREST, it can become anon, authenticated or service_role for a request.
    grant authenticator to supabase_storage_admin;
    alter role supabase_storage_admin set search_path = storage;
  end if;
end
$$;

create schema storage authorization supabase_storage_admin;
grant usage on schema storage to anon, authenticated, service_role;

create type storage.buckettype as enum ('STANDARD', 'ANALYTICS');
create table storage.buckets (
  id text primary key,
  name text not null,
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  public boolean default false,
  avif_autodetection boolean default false,
  file_size_limit bigint,
  allowed_mime_types text[],
  owner_id text,
  type storage.buckettype not null default 'STANDARD'
);
create unique index bname on storage.buckets (name);

create table storage.objects (
  id uuid primary key default gen_random_uuid(),
  bucket_id text references storage.buckets (id),
  name text,
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  last_accessed_at timestamptz default now(),
  metadata jsonb,
  path_tokens text[] generated always as (string_to_array(name, '/')) stored,
  version text,
  owner_id text,
  user_metadata jsonb
);
create unique index bucketid_objname on storage.objects (bucket_id, name);

-- Every segment but the last.
create function storage.foldername(name text) returns text[]
  language sql immutable set search_path = ''
  return trim_array(string_to_array(name, '/'), least(1, cardinality(string_to_array(name, '/'))));

alter table storage.buckets owner to supabase_storage_admin;
alter table storage.objects owner to supabase_storage_admin;
alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
grant all on storage.buckets, storage.objects to anon, authenticated, service_role;
-- Where callcoach is installed already, its default privileges keep new functions from PUBLIC.
grant execute on function storage.foldername(text) to public;
