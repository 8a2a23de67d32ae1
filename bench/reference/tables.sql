-- The reference: what a competent team would write in plain PostgreSQL from the same specification.
-- Its tables are the specification's, with the indexes it lists; only those that the measured calls touch.
create extension if not exists pgcrypto;

create table orgs (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  stripe_customer_id text unique,
  plan text not null default 'pro',
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create table scenarios (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references orgs (id) on delete cascade,
  title text not null,
  description text,
  persona jsonb,
  difficulty text,
  ai_prompt text,
  branching jsonb,
  rubric jsonb,
  status text default 'draft',
  created_by text,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
create index on scenarios (org_id, status);

create table scenario_attempts (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references orgs (id) on delete cascade,
  user_id text not null,
  scenario_id uuid references scenarios (id),
  assignment_id uuid,
  vapi_call_id text,
  started_at timestamptz default now(),
  ended_at timestamptz,
  duration_seconds int,
  recording_url text,
  transcript_text text,
  transcript_json jsonb,
  score numeric,
  score_breakdown jsonb,
  kpis jsonb,
  status text not null default 'in_progress',
  feedback_text text,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
create index on scenario_attempts (org_id, user_id, started_at desc);
create index on scenario_attempts (org_id, scenario_id, ended_at);

create table webhooks (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references orgs (id) on delete cascade,
  name text not null,
  url text not null,
  secret text not null,
  enabled boolean default true,
  events text[] not null,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
create index on webhooks (org_id);

create table webhook_deliveries (
  id uuid primary key default gen_random_uuid(),
  webhook_id uuid not null references webhooks (id) on delete cascade,
  event text not null,
  payload jsonb not null,
  signature text not null, -- the specification has no place for it
  status text not null,
  response_status int,
  response_body text,
  attempted_at timestamptz,
  retry_count int default 0,
  next_retry_at timestamptz
);
create index on webhook_deliveries (status);
create index on webhook_deliveries (next_retry_at);

create table fact_scenario_attempts (
  attempt_id uuid primary key,
  org_id uuid not null,
  user_id text not null,
  scenario_id uuid,
  score numeric,
  duration_seconds int,
  talk_ms int,
  listen_ms int,
  started_at timestamptz,
  ended_at timestamptz,
  date_key date generated always as ((started_at at time zone 'UTC')::date) stored,
  created_at timestamptz default now()
);
create index on fact_scenario_attempts (org_id, date_key);
create index on fact_scenario_attempts (org_id, user_id, date_key);
create index on fact_scenario_attempts (org_id, scenario_id);
