-- 001_initial_schema: organisations, users, practice sessions and their scores, uploads, the curriculum, objections,
-- and what Vapi sent. Names are unqualified: everything lands in the first schema of search_path, which is followed
-- by the extension's (set search_path = sales_coach, public). Row level security is on from the start, so that nobody
-- but service_role sees anything before 009 says who may.

do $$
begin
  if not exists (select from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
                  where extname = 'callcoach' and nspname = any (current_schemas(false)) and nspname <> current_schema()) then
    raise exception using errcode = '55000',
      message = 'search_path must be the schema of this system and then the one that callcoach is installed in',
      hint = 'Run sql/sales_coach/install.sql, or set search_path = sales_coach, public before each migration.';
  end if;
  if to_regclass('auth.users') is null then
    raise exception using errcode = '55000', message = 'this database has no table auth.users (Supabase Auth)',
      hint = 'The users of sales_coach are those of Supabase Auth. Outside Supabase, make the schema auth first.';
  end if;
end
$$;

create table callcoach_migrations (
  version text primary key,
  applied_at timestamptz not null default now()
);
comment on table callcoach_migrations is 'Which migrations of this system the database has, whatever tool applied them.';
alter table callcoach_migrations enable row level security;

create table organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  plan text default 'free',
  created_at timestamptz default now(),
  constraint organizations_plan_known check (plan in ('free', 'pro', 'enterprise'))
);
comment on table organizations is 'Organisations: the tenant boundary. Everything a user makes belongs to the user''s.';
comment on column organizations.plan is 'Subscription tier: free, pro, enterprise.';

create table users (
  id uuid primary key references auth.users (id) on delete cascade,
  -- An organisation that goes leaves its people's accounts, which are Supabase Auth's.
  org_id uuid references organizations (id) on delete set null,
  email text not null,
  name text not null,
  role text default 'user',
  created_at timestamptz default now(),
  constraint users_email_key unique (email),
  constraint users_role_known check (role in ('admin', 'user'))
);
comment on table users is 'Who signs in; a row for each of auth.users, made by a trigger there and deleted with it.';
comment on column users.org_id is 'NULL: of no organisation (yet). Written by service_role only, as role is.';
comment on column users.role is 'admin: reads what their organisation''s users do; user: only their own.';

create table roleplay_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users (id) on delete cascade,
  persona_id text not null,
  scenario_type text not null,
  duration_seconds integer,
  vapi_call_id text,
  transcript jsonb,
  created_at timestamptz default now(),
  constraint roleplay_sessions_scenario_type_known
    check (scenario_type in ('cold_call', 'objection', 'closing', 'gatekeeper')),
  constraint roleplay_sessions_duration_not_negative check (duration_seconds >= 0)
);
comment on table roleplay_sessions is 'Voice practice with an AI persona.';
comment on column roleplay_sessions.persona_id is 'The persona, by its name in the application''s configuration.';
comment on column roleplay_sessions.transcript is
  'The call: [{speaker, text, start_ms, end_ms}, …], or Vapi''s messages as they came. session_kpis reads both.';

create table session_scores (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references roleplay_sessions (id) on delete cascade,
  dimension text not null,
  score integer not null,
  feedback text,
  created_at timestamptz default now(),
  constraint session_scores_dimension_known check (
    dimension in ('opener', 'pitch', 'discovery', 'objection_handling', 'closing', 'communication')),
  constraint session_scores_score_range check (score between 1 and 10)
);
create index idx_session_scores_session_id on session_scores (session_id);
comment on table session_scores is 'A session''s marks, 1 to 10, a row for each dimension.';

create table call_uploads (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users (id) on delete cascade,
  file_path text not null,
  duration_seconds integer,
  transcript jsonb,
  analysis jsonb,
  overall_score integer,
  created_at timestamptz default now(),
  constraint call_uploads_duration_not_negative check (duration_seconds >= 0),
  constraint call_uploads_overall_score_range check (overall_score between 1 and 10)
);
comment on table call_uploads is 'Recordings of real calls, uploaded to be transcribed and judged.';
comment on column call_uploads.file_path is 'Path in the bucket call-recordings: {user_id}/{timestamp}_{original_filename}.';
comment on column call_uploads.transcript is 'Whisper''s verbose_json as it came, or [{speaker, text, start_ms, end_ms}, …]. upload_kpis reads both.';
comment on column call_uploads.analysis is 'Scores and feedback in full.';

create table curriculum_modules (
  id integer primary key,
  name text not null,
  description text,
  order_index integer not null,
  topics text[],
  content jsonb,
  created_at timestamptz default now(),
  constraint curriculum_modules_id_range check (id between 1 and 12)
);
comment on table curriculum_modules is 'The twelve modules of the curriculum; the same for everybody.';

create table curriculum_progress (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users (id) on delete cascade,
  module_id integer not null references curriculum_modules (id),
  completed boolean default false,
  score integer,
  completed_at timestamptz,
  constraint curriculum_progress_user_id_module_id_key unique (user_id, module_id),
  constraint curriculum_progress_module_id_range check (module_id between 1 and 12),
  constraint curriculum_progress_score_range check (score between 1 and 10)
);
create index idx_curriculum_progress_user_id on curriculum_progress (user_id);
comment on table curriculum_progress is 'How far a user is; one row a user and module.';

create table objection_library (
  id uuid primary key default gen_random_uuid(),
  category text not null,
  objection_text text not null,
  response_template text not null,
  psychology_principle text,
  created_at timestamptz default now(),
  constraint objection_library_category_known
    check (category in ('pricing', 'status_quo', 'brush_off', 'timing', 'authority'))
);
create index idx_objection_library_category on objection_library (category);
comment on table objection_library is
  'Objections and how to answer them; the same for everybody. 002 adds the column embedding and match_objections.';

create table session_events (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null,
  event_type text not null,
  data jsonb not null,
  created_at timestamptz default now()
);
comment on table session_events is 'What Vapi''s webhooks sent, raw, for debugging and replay. For the server only.';
comment on column session_events.session_id is
  'The session it belongs to. No foreign key: events arrive during the call, before its row is written.';

do $$
declare
  t text;
begin
  execute format('grant usage on schema %I to authenticated, service_role', current_schema());
  foreach t in array array[
    'callcoach_migrations', 'organizations', 'users', 'roleplay_sessions', 'session_scores', 'call_uploads',
    'curriculum_modules', 'curriculum_progress', 'objection_library', 'session_events']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('revoke all on table %I from public, anon, authenticated, service_role', t);
    if t <> 'callcoach_migrations' then
      execute format('grant select, insert, update, delete on table %I to service_role', t);
    end if;
  end loop;
end
$$;

insert into callcoach_migrations (version) values ('001_initial_schema');
