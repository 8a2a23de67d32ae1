-- 001_initial: customers and the people there, contracts, conversations with agents, meetings, training, the log of
-- who did what; the view of how customers do, and the trigger that keeps updated_at.
-- Names are unqualified: everything lands in the first schema of search_path, behind which the extension's must be.
-- Nobody but the owner gets at the tables until 003_access says who may.

create table callcoach_migrations (
  version text primary key,
  applied_at timestamptz not null default now()
);
comment on table callcoach_migrations is 'Which of customer_success''s migrations this database has, whatever tool applied them.';

create table customers (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  arr numeric,
  industry text,
  stage text default 'prospect',
  health_score integer,
  csm_id uuid references auth.users (id),
  salesforce_id text,
  hubspot_id text,
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  constraint customers_health_score_range check (health_score between 0 and 100)
);
create index idx_customers_name on customers (name);
create index idx_customers_csm on customers (csm_id);
create index idx_customers_stage on customers (stage);
comment on table customers is 'The accounts that are looked after. Every other row belongs to one of them, directly or by what it hangs on.';
comment on column customers.arr is 'Annual recurring revenue.';
comment on column customers.csm_id is 'The customer success manager: who may see the customer and all that belongs to it.';
comment on column customers.health_score is '0 to 100, kept up by triggers on messages, sessions and training; NULL while there has been nothing to tell.';
comment on column customers.salesforce_id is 'The account''s id in Salesforce, written by the server.';
comment on column customers.hubspot_id is 'The company''s id in HubSpot, written by the server.';

create table stakeholders (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid references customers (id) on delete cascade,
  name text not null,
  role text,
  email text,
  phone text,
  linkedin_url text,
  is_primary boolean default false,
  sentiment text,
  notes text,
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
create index idx_stakeholders_customer on stakeholders (customer_id);
create index idx_stakeholders_email on stakeholders (email);
comment on table stakeholders is 'The people at a customer.';

create table contracts (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid references customers (id) on delete cascade,
  file_url text,
  file_name text,
  raw_text text,
  company_name text,
  arr numeric,
  contract_term text,
  start_date date,
  end_date date,
  status text default 'active',
  parsed_data jsonb,
  pricing_terms jsonb,
  technical_requirements jsonb,
  missing_info jsonb,
  next_steps jsonb,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
create index idx_contracts_customer on contracts (customer_id);
create index idx_contracts_status on contracts (status);
comment on table contracts is 'Contracts as they were read: the text, and what was found in it.';
comment on column contracts.raw_text is 'The text of the document. Left out of activity_log.';

create table entitlements (
  id uuid primary key default gen_random_uuid(),
  contract_id uuid references contracts (id) on delete cascade,
  name text not null,
  description text,
  quantity integer,
  unit text,
  price numeric,
  category text,
  metadata jsonb default '{}',
  created_at timestamptz default now()
);
create index idx_entitlements_contract on entitlements (contract_id);
comment on table entitlements is 'What a contract entitles to, an item a row.';

create table agent_sessions (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid references customers (id) on delete cascade,
  user_id uuid references auth.users (id),
  status text default 'active',
  active_agent text default 'onboarding',
  deployed_agents text[] default '{}',
  context jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  ended_at timestamptz
);
create index idx_sessions_customer on agent_sessions (customer_id);
create index idx_sessions_user on agent_sessions (user_id);
create index idx_sessions_status on agent_sessions (status);
comment on table agent_sessions is 'Conversations with agents, about a customer or (customer_id NULL) about none yet.';
comment on column agent_sessions.user_id is 'Who leads the conversation.';

create table agent_messages (
  id uuid primary key default gen_random_uuid(),
  session_id uuid references agent_sessions (id) on delete cascade,
  agent_id text,
  role text not null,
  content text not null,
  thinking boolean default false,
  requires_approval boolean default false,
  deployed_agent text,
  tool_calls jsonb,
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  constraint agent_messages_role_known check (role in ('user', 'agent', 'system'))
);
create index idx_messages_session on agent_messages (session_id);
create index idx_messages_created on agent_messages (created_at);
comment on table agent_messages is 'What was said in a session. Those of the last 30 days count for the customer''s health.';

create table approvals (
  id uuid primary key default gen_random_uuid(),
  session_id uuid references agent_sessions (id) on delete cascade,
  agent_id text not null,
  action text not null,
  details text,
  status text default 'pending',
  resolved_by uuid references auth.users (id),
  resolved_at timestamptz,
  comment text,
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  constraint approvals_status_known check (status in ('pending', 'approved', 'rejected'))
);
create index idx_approvals_session on approvals (session_id);
create index idx_approvals_status on approvals (status);
comment on table approvals is 'What an agent asks a person to allow. Asked by the server, decided once, in the decider''s own name.';

create table meetings (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid references customers (id) on delete cascade,
  session_id uuid references agent_sessions (id),
  title text not null,
  description text,
  scheduled_at timestamptz,
  duration integer,
  status text default 'scheduled',
  meeting_url text,
  calendar_event_id text,
  attendees jsonb default '[]',
  agenda jsonb,
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  constraint meetings_duration_not_negative check (duration >= 0)
);
create index idx_meetings_customer on meetings (customer_id);
create index idx_meetings_scheduled on meetings (scheduled_at);
comment on table meetings is 'Meetings with a customer.';
comment on column meetings.duration is 'Minutes.';
comment on column meetings.calendar_event_id is 'The event in the calendar, written by the server.';

create table transcripts (
  id uuid primary key default gen_random_uuid(),
  meeting_id uuid references meetings (id) on delete cascade,
  content text not null,
  duration integer,
  speakers jsonb default '[]',
  word_count integer,
  language text default 'en',
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  constraint transcripts_duration_not_negative check (duration >= 0),
  constraint transcripts_word_count_not_negative check (word_count >= 0)
);
create index idx_transcripts_meeting on transcripts (meeting_id);
comment on table transcripts is 'What was said in a meeting.';
comment on column transcripts.content is 'Left out of activity_log.';
comment on column transcripts.duration is 'Seconds.';

create table insights (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid references customers (id) on delete cascade,
  meeting_id uuid references meetings (id),
  source text not null,
  type text not null,
  content text not null,
  importance text default 'medium',
  owner text,
  due_date date,
  status text default 'open',
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  constraint insights_source_known check (source in ('meeting', 'email', 'crm', 'agent')),
  constraint insights_type_known check (type in ('decision', 'action_item', 'concern', 'quote', 'sentiment'))
);
create index idx_insights_customer on insights (customer_id);
create index idx_insights_type on insights (type);
create index idx_insights_status on insights (status);
comment on table insights is 'What was found in meetings, mail, the CRM and conversations with agents.';

create table training_modules (
  id uuid primary key default gen_random_uuid(),
  title text not null,
  description text,
  content text,
  duration integer,
  level text default 'beginner',
  category text,
  prerequisites uuid[],
  is_active boolean default true,
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  constraint training_modules_duration_not_negative check (duration >= 0)
);
create index idx_modules_category on training_modules (category);
create index idx_modules_active on training_modules (is_active);
comment on table training_modules is 'What customers can be trained in: the same for all, written by the server.';
comment on column training_modules.duration is 'Minutes.';
comment on column training_modules.prerequisites is 'Modules to be done before.';

create table training_progress (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid references customers (id) on delete cascade,
  stakeholder_id uuid references stakeholders (id),
  module_id uuid references training_modules (id) on delete cascade,
  status text default 'not_started',
  progress integer default 0,
  started_at timestamptz,
  completed_at timestamptz,
  score integer,
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  constraint training_progress_status_known check (status in ('not_started', 'in_progress', 'completed')),
  constraint training_progress_progress_range check (progress between 0 and 100),
  constraint training_progress_score_range check (score between 0 and 100)
);
-- One row for each also where nobody in particular is trained (stakeholder_id NULL).
create unique index idx_progress_unique on training_progress (customer_id, stakeholder_id, module_id)
  nulls not distinct;
create index idx_progress_customer on training_progress (customer_id);
comment on table training_progress is 'How far a customer (stakeholder_id NULL), or somebody there, has come with a module. The average counts for the customer''s health.';
comment on column training_progress.progress is 'Percent.';

create table knowledge_base (
  id uuid primary key default gen_random_uuid(),
  title text not null,
  content text not null,
  category text,
  tags text[],
  is_public boolean default true,
  view_count integer default 0,
  helpful_count integer default 0,
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  constraint knowledge_base_view_count_not_negative check (view_count >= 0),
  constraint knowledge_base_helpful_count_not_negative check (helpful_count >= 0)
);
create index idx_kb_category on knowledge_base (category);
create index idx_kb_tags on knowledge_base using gin (tags);
comment on table knowledge_base is 'Articles for the training agent: the same for all, written by the server. 002_vector_search adds the embedding.';
comment on column knowledge_base.is_public is 'Whoever is signed in may read it.';

create table activity_log (
  id uuid primary key default gen_random_uuid(),
  -- Neither a person nor a customer is kept from being deleted by what was noted of them.
  user_id uuid references auth.users (id) on delete set null,
  customer_id uuid references customers (id) on delete set null,
  action text not null,
  entity_type text,
  entity_id uuid,
  old_values jsonb,
  new_values jsonb,
  ip_address inet,
  user_agent text,
  created_at timestamptz default now()
);
create index idx_activity_user on activity_log (user_id);
create index idx_activity_customer on activity_log (customer_id);
create index idx_activity_created on activity_log (created_at);
comment on table activity_log is 'Who did what, written by triggers alone (005_activity_log).';

-- The other foreign keys' columns are looked up too, when what they refer to is deleted.
create index meetings_session_id_idx on meetings (session_id);
create index insights_meeting_id_idx on insights (meeting_id);
create index training_progress_stakeholder_id_idx on training_progress (stakeholder_id);
create index training_progress_module_id_idx on training_progress (module_id);
create index approvals_resolved_by_idx on approvals (resolved_by);
-- A session's last message, and its recent ones, without reading the others.
create index agent_messages_session_id_created_at_idx on agent_messages (session_id, created_at);

-- Each count by itself, for each customer by index: what is joined to what is not counted together, and one customer's
-- line reads that customer's rows only.
create view customer_health_view with (security_invoker = true) as
select c.id, c.name, c.arr, c.health_score, c.stage,
       (select count(*) from stakeholders s where s.customer_id = c.id) as stakeholder_count,
       met.meeting_count,
       (select count(*) from insights i where i.customer_id = c.id and i.type = 'concern') as concern_count,
       met.last_meeting,
       (select max(last.at)
          from agent_sessions s
         cross join lateral (select max(m.created_at) as at from agent_messages m where m.session_id = s.id) last
         where s.customer_id = c.id) as last_interaction
  from customers c
 cross join lateral (
   select count(*) as meeting_count, max(m.scheduled_at) as last_meeting
     from meetings m where m.customer_id = c.id) met;
comment on view customer_health_view is
  'Customers, how many people, meetings and concerns are known of each, and when they last met or spoke. Of those the caller may see.';

do $$
declare
  t text;
begin
  foreach t in array array[
    'customers', 'stakeholders', 'contracts', 'agent_sessions', 'meetings', 'training_modules', 'training_progress',
    'knowledge_base']
  loop
    execute format(
      'create trigger %I before update on %I for each row execute function callcoach.update_timestamp()',
      'update_' || t || '_timestamp', t);
  end loop;
end
$$;

-- Closed to all but the owner. Supabase grants everything on new tables to its API roles: that is taken back.
do $$
declare
  t name;
begin
  for t in
    select relname from pg_catalog.pg_class
     where relnamespace = quote_ident(current_schema())::regnamespace and relkind in ('r', 'v') order by relname
  loop
    if t <> 'customer_health_view' then
      execute format('alter table %I enable row level security', t);
    end if;
    execute format('revoke all on table %I from public, anon, authenticated, service_role', t);
  end loop;
end
$$;

insert into callcoach_migrations (version) values ('001_initial');
