-- 0001_init: organisations, people, training content, attempts, webhooks.
-- Names are unqualified: the tables land in the first schema of search_path, which must be the
-- schema the extension was created in (CREATE EXTENSION callcoach [SCHEMA …]).

do $$
begin
  if not exists (
    select from pg_catalog.pg_extension
     where extname = 'callcoach' and extnamespace = quote_ident(current_schema())::regnamespace
  ) then
    raise exception using
      errcode = '55000',
      message = format('the extension callcoach is not installed in schema %I', current_schema()),
      hint = 'Run CREATE EXTENSION callcoach first, and put its schema first in search_path.';
  end if;
end
$$;

create table callcoach_migrations (
  version text primary key,
  applied_at timestamptz not null default now()
);
comment on table callcoach_migrations is 'Which callcoach migrations this database has, whatever tool applied them.';
alter table callcoach_migrations enable row level security;

create type user_role as enum ('trainee', 'manager', 'admin', 'hr');
comment on type user_role is 'What a member may do within an organisation.';

-- Domains and not CHECKs on the table: deliveries are written one statement an event, and PostgreSQL parses a
-- table's CHECKs anew for each statement.
create domain webhook_event as text constraint webhook_event_known check (
  value in (
    'scenario.assigned', 'scenario.completed', 'attempt.scored.low', 'track.completed',
    'user.added', 'user.promoted', 'assignment.overdue', 'webhook.test')
);
comment on domain webhook_event is 'What a webhook can tell of; webhook.test is sent on request only.';
create domain delivery_status as text constraint delivery_status_known check (
  value in ('pending', 'success', 'failed')
);
comment on domain delivery_status is 'pending: to be sent, or sent again; success; failed: given up.';

create table orgs (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  stripe_customer_id text,
  plan text not null default 'pro',
  entitlements jsonb not null default '{}',
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint orgs_id_not_nil check (id <> '00000000-0000-0000-0000-000000000000'),
  constraint orgs_name_not_blank check (btrim(name) <> ''),
  constraint orgs_plan_known check (plan in ('starter', 'pro', 'enterprise')),
  constraint orgs_entitlements_object check (jsonb_typeof(entitlements) = 'object'),
  constraint orgs_metadata_object check (jsonb_typeof(metadata) = 'object')
);
create unique index orgs_stripe_customer_id_key on orgs (stripe_customer_id);
comment on table orgs is 'Organisations: the tenant boundary. Every other tenant row belongs to exactly one.';
comment on column orgs.entitlements is 'Features the plan grants, by name.';
comment on column orgs.metadata is 'Settings of the organisation. low_score_threshold: below this score (0 to 100, default 60) attempt.scored.low is sent, unless the rubric has a threshold.';

create table org_members (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null default current_org_id() references orgs (id) on delete cascade,
  user_id text not null,
  role user_role not null,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint org_members_org_id_user_id_key unique (org_id, user_id),
  constraint org_members_user_id_not_blank check (btrim(user_id) <> ''),
  constraint org_members_metadata_object check (jsonb_typeof(metadata) = 'object')
);
comment on table org_members is 'Who belongs to which organisation, and as what. A person may belong to several.';
comment on column org_members.user_id is 'The identity provider''s user id (the token''s sub), e.g. a Clerk user id.';
comment on column org_members.metadata is 'Custom fields; name, email and team are used by reporting and team assignments.';

create table scenarios (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null default current_org_id() references orgs (id) on delete cascade,
  title text not null,
  description text,
  persona jsonb,
  difficulty text,
  ai_prompt text,
  branching jsonb,
  rubric jsonb,
  status text not null default 'draft',
  created_by text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint scenarios_org_id_id_key unique (org_id, id),
  constraint scenarios_difficulty_known check (difficulty in ('easy', 'medium', 'hard')),
  constraint scenarios_status_known check (status in ('draft', 'active', 'archived'))
);
create index scenarios_org_id_status_idx on scenarios (org_id, status);
comment on table scenarios is 'What is trained: the persona the AI plays, its prompt, and the rubric attempts are scored by.';
comment on column scenarios.persona is 'The AI''s character: {role, name, background, objections: [text], personality}.';
comment on column scenarios.branching is 'Optional decision tree: nodes and edges.';
comment on column scenarios.rubric is '{criteria: [{name, weight, threshold?, critical?, description?, kpi?, band?}], scale: {min, max}?, threshold?}; weights sum to 1.';

create table tracks (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null default current_org_id() references orgs (id) on delete cascade,
  title text not null,
  description text,
  status text not null default 'active',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint tracks_org_id_id_key unique (org_id, id),
  constraint tracks_status_known check (status in ('active', 'archived'))
);
comment on table tracks is 'Curricula: scenarios in an order.';

create table track_scenarios (
  org_id uuid not null default current_org_id(),
  track_id uuid not null,
  scenario_id uuid not null,
  position int not null,
  -- Led by org_id, so that another organisation's pair and a missing one are refused alike.
  primary key (org_id, track_id, scenario_id),
  constraint track_scenarios_track_fkey
    foreign key (org_id, track_id) references tracks (org_id, id) on delete cascade,
  constraint track_scenarios_scenario_fkey
    foreign key (org_id, scenario_id) references scenarios (org_id, id) on delete cascade,
  constraint track_scenarios_position_positive check (position >= 1)
);
create index track_scenarios_org_id_track_id_idx on track_scenarios (org_id, track_id, position);
create index track_scenarios_org_id_scenario_id_idx on track_scenarios (org_id, scenario_id);
comment on table track_scenarios is 'Which scenarios a track holds, and in what order.';
comment on column track_scenarios.position is 'Place in the track, from 1.';

create table assignments (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null default current_org_id() references orgs (id) on delete cascade,
  assignee_user_id text,
  assignee_team text,
  type text not null,
  scenario_id uuid,
  track_id uuid,
  due_at timestamptz,
  required boolean not null default true,
  created_by text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint assignments_org_id_id_key unique (org_id, id),
  constraint assignments_scenario_fkey
    foreign key (org_id, scenario_id) references scenarios (org_id, id) on delete cascade,
  constraint assignments_track_fkey
    foreign key (org_id, track_id) references tracks (org_id, id) on delete cascade,
  constraint assignments_one_assignee check (num_nonnulls(assignee_user_id, assignee_team) = 1),
  constraint assignments_target_matches_type check (
    (type = 'scenario' and scenario_id is not null and track_id is null)
    or (type = 'track' and track_id is not null and scenario_id is null)
  )
);
create index assignments_org_id_assignee_user_id_idx on assignments (org_id, assignee_user_id);
create index assignments_org_id_scenario_id_idx on assignments (org_id, scenario_id);
create index assignments_org_id_track_id_idx on assignments (org_id, track_id);
comment on table assignments is 'A scenario or a track, given to a person or a team, with an optional deadline.';
comment on column assignments.type is 'scenario or track: which of scenario_id and track_id is set.';
comment on column assignments.assignee_team is 'A team instead of a person: those members whose metadata.team has this value.';
comment on column assignments.required is 'Managers are warned when a required assignment is not completed.';

create table scenario_attempts (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null default current_org_id() references orgs (id) on delete cascade,
  user_id text not null,
  scenario_id uuid,
  assignment_id uuid,
  vapi_call_id text,
  started_at timestamptz default now(),
  ended_at timestamptz,
  duration_seconds int,
  recording_url text,
  transcript_text text,
  transcript_json jsonb,
  evaluation jsonb,
  score numeric,
  score_breakdown jsonb,
  kpis jsonb,
  status text not null default 'in_progress',
  feedback_text text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint scenario_attempts_org_id_id_key unique (org_id, id),
  constraint scenario_attempts_scenario_fkey
    foreign key (org_id, scenario_id) references scenarios (org_id, id) on delete set null (scenario_id),
  constraint scenario_attempts_assignment_fkey
    foreign key (org_id, assignment_id) references assignments (org_id, id) on delete set null (assignment_id),
  constraint scenario_attempts_status_known
    check (status in ('in_progress', 'completed', 'failed', 'abandoned')),
  constraint scenario_attempts_user_id_not_blank check (btrim(user_id) <> ''),
  -- NaN sorts above every number, so the range keeps it out too.
  constraint scenario_attempts_score_range check (score between 0 and 100),
  constraint scenario_attempts_duration_not_negative check (duration_seconds >= 0),
  constraint scenario_attempts_times_finite
    check (isfinite(started_at) and isfinite(ended_at)),
  constraint scenario_attempts_evaluation_object check (jsonb_typeof(evaluation) = 'object'),
  constraint scenario_attempts_score_breakdown_object check (jsonb_typeof(score_breakdown) = 'object'),
  constraint scenario_attempts_kpis_object check (jsonb_typeof(kpis) = 'object')
);
create index scenario_attempts_org_id_user_id_started_at_idx
  on scenario_attempts (org_id, user_id, started_at desc);
create index scenario_attempts_org_id_scenario_id_ended_at_idx
  on scenario_attempts (org_id, scenario_id, ended_at);
create index scenario_attempts_org_id_assignment_id_idx
  on scenario_attempts (org_id, assignment_id) where assignment_id is not null;
comment on table scenario_attempts is 'One attempt for each call: times, recording, transcript, KPIs, score.';
comment on column scenario_attempts.transcript_json is 'The call: [{speaker, text, start_ms, end_ms}, …]; the trainee is "user", the AI "assistant".';
comment on column scenario_attempts.evaluation is 'The judge''s raw marks by criterion: a number or {"score": number}; null means not applicable.';
comment on column scenario_attempts.score is '0 to 100, from the rubric''s weights; NULL until there are marks.';
comment on column scenario_attempts.score_breakdown is 'Mark by criterion, 0 to 100.';
comment on column scenario_attempts.kpis is 'What compute_kpis(transcript_json) gives; filled on completion where NULL.';
comment on column scenario_attempts.recording_url is 'Storage path or signed URL of the recording.';

create table webhooks (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null default current_org_id() references orgs (id) on delete cascade,
  name text not null,
  url text not null,
  secret text not null,
  enabled boolean not null default true,
  events text[] not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint webhooks_org_id_id_key unique (org_id, id),
  constraint webhooks_url_http check (url ~ '^https?://[^[:space:]]+$' and length(url) <= 2048),
  constraint webhooks_secret_length check (length(secret) between 16 and 512),
  constraint webhooks_events_known check (
    cardinality(events) > 0
    and events <@ array[
      'scenario.assigned', 'scenario.completed', 'attempt.scored.low', 'track.completed',
      'user.added', 'user.promoted', 'assignment.overdue']
  )
);
comment on table webhooks is 'Endpoints of an organisation, and the events each wants to hear of.';
comment on column webhooks.secret is 'Key of the HMAC-SHA256 signature. Never shown in logs or errors.';

create table webhook_deliveries (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null default current_org_id(),
  webhook_id uuid not null,
  event webhook_event not null,
  idempotency_key uuid not null default gen_random_uuid(),
  payload jsonb not null,
  body text not null,
  status delivery_status not null default 'pending',
  response_status int,
  response_body text,
  attempted_at timestamptz,
  retry_count int not null default 0,
  next_retry_at timestamptz,
  created_at timestamptz not null default now(),
  constraint webhook_deliveries_webhook_fkey
    foreign key (org_id, webhook_id) references webhooks (org_id, id) on delete cascade
)
-- A delivery is written once and read soon: compressing it would cost more than the rest of the insert.
with (toast_tuple_target = 8160);
create index webhook_deliveries_org_id_webhook_id_idx on webhook_deliveries (org_id, webhook_id);
create index webhook_deliveries_status_idx on webhook_deliveries (status);
create index webhook_deliveries_next_retry_at_idx on webhook_deliveries (next_retry_at);
comment on table webhook_deliveries is 'One row for each event and endpoint, written in the transaction that caused the event.';
comment on column webhook_deliveries.idempotency_key is 'The same for every endpoint and every retry of one event; receivers drop what they have seen.';
comment on column webhook_deliveries.payload is 'The event''s data.';
comment on column webhook_deliveries.body is 'The exact bytes that are signed and sent.';
comment on column webhook_deliveries.next_retry_at is 'When it is due; NULL once it is done with.';
comment on column webhook_deliveries.attempted_at is 'When it was last tried; NULL: not yet.';

-- Rows of another organisation do not exist for the caller. The sub-select makes it one look-up a query.
alter table orgs enable row level security;
create policy orgs_own on orgs
  using (id = (select current_org_id())) with check (id = (select current_org_id()));
do $$
declare
  t text;
begin
  foreach t in array array[
    'org_members', 'scenarios', 'tracks', 'track_scenarios', 'assignments', 'scenario_attempts',
    'webhooks', 'webhook_deliveries']
  loop
    execute format('alter table %I enable row level security', t);
    execute format(
      'create policy %I on %I using (org_id = (select current_org_id())) with check (org_id = (select current_org_id()))',
      t || '_own_org', t);
  end loop;
end
$$;

do $$
declare
  t text;
begin
  foreach t in array array[
    'orgs', 'org_members', 'scenarios', 'tracks', 'assignments', 'webhooks']
  loop
    execute format(
      'create trigger touch_updated_at before update on %I for each row execute function callcoach.touch_updated_at()', t);
  end loop;
end
$$;

create trigger check_rubric before insert or update of rubric on scenarios
  for each row execute function callcoach.check_rubric();

-- One native trigger fills the row (KPIs, score, times, updated_at) before it is written …
create trigger attempt_before_write before insert or update on scenario_attempts
  for each row execute function callcoach.attempt_before_write();

-- Supabase grants everything on new tables to its API roles: take that back, then give what is meant.
do $$
declare
  t text;
  r text;
begin
  for r in select rolname from pg_catalog.pg_roles
            where rolname in ('anon', 'authenticated', 'service_role') order by rolname
  loop
    execute format('grant usage on schema %I to %I', current_schema(), r);
  end loop;
  foreach t in array array[
    'callcoach_migrations', 'orgs', 'org_members', 'scenarios', 'tracks', 'track_scenarios',
    'assignments', 'scenario_attempts', 'webhooks', 'webhook_deliveries']
  loop
    execute format('revoke all on table %I from public', t);
    for r in select rolname from pg_catalog.pg_roles
              where rolname in ('anon', 'authenticated', 'service_role') order by rolname
    loop
      execute format('revoke all on table %I from %I', t, r);
      if r = 'service_role' and t <> 'callcoach_migrations' then
        execute format('grant all on table %I to service_role', t);
      elsif r = 'authenticated' and t = 'orgs' then
        -- Not its ids at Stripe and Clerk (whoever claims another's receives its people), nor its plan.
        grant select, update (name, metadata) on table orgs to authenticated;
      elsif r = 'authenticated' and t = 'webhook_deliveries' then
        execute format('grant select on table %I to authenticated', t);
      elsif r = 'authenticated' and t <> 'callcoach_migrations' then
        execute format('grant select, insert, update, delete on table %I to authenticated', t);
      end if;
    end loop;
  end loop;
end
$$;

insert into callcoach_migrations (version) values ('0001_init');
