-- 002_assistants_and_phone_numbers: the AI that answers, and the numbers it answers at.

create table vapi_assistants (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations (id) on delete cascade,
  vapi_assistant_id varchar(255) not null,
  name varchar(255) not null,
  industry varchar(50) not null,
  language varchar(5) not null,
  system_prompt text not null,
  voice_config jsonb not null,
  tools_config jsonb not null default '[]',
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint vapi_assistants_organization_id_id_key unique (organization_id, id),
  constraint vapi_assistants_vapi_assistant_id_key unique (vapi_assistant_id),
  constraint vapi_assistants_language_check check (language::text in ('en', 'es'))
);
create index idx_vapi_assistants_org on vapi_assistants (organization_id);
comment on table vapi_assistants is 'Assistants at Vapi, by organisation. The server registers them; owners and admins change them.';

create table phone_number_assignments (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations (id) on delete cascade,
  vapi_assistant_id uuid,
  phone_number varchar(20) not null,
  vapi_phone_number_id varchar(255),
  phone_provider varchar(20) not null,
  capabilities text[] not null default '{"voice"}',
  is_active boolean not null default true,
  assigned_at timestamptz default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint phone_number_assignments_organization_id_phone_number_key unique (organization_id, phone_number),
  constraint phone_number_assignments_vapi_assistant_fkey foreign key (organization_id, vapi_assistant_id)
    references vapi_assistants (organization_id, id) on delete set null (vapi_assistant_id),
  constraint phone_number_assignments_phone_provider_check check (phone_provider::text in ('vapi', 'twilio', 'byo')),
  constraint phone_number_assignments_phone_number_e164 check (phone_number ~ '^\+[1-9][0-9]{6,14}$')
);
create index idx_phone_assignments_org on phone_number_assignments (organization_id);
create index idx_phone_assignments_number on phone_number_assignments (phone_number);
create index idx_phone_assignments_assistant on phone_number_assignments (organization_id, vapi_assistant_id);
comment on table phone_number_assignments is 'Which assistant answers at which number.';
comment on column phone_number_assignments.vapi_assistant_id is 'vapi_assistants.id, of the same organisation.';

alter table vapi_assistants enable row level security;
create policy "Users can view their organization's assistants" on vapi_assistants for select to authenticated
  using (organization_id = any (array(select my_organizations())));
create policy "Admins can update their organization's assistants" on vapi_assistants for update to authenticated
  using (organization_id = any (array(select my_organizations('admin'))))
  with check (organization_id = any (array(select my_organizations('admin'))));
create policy "Admins can delete their organization's assistants" on vapi_assistants for delete to authenticated
  using (organization_id = any (array(select my_organizations('admin'))));

alter table phone_number_assignments enable row level security;
create policy "Users can view their organization's phone numbers" on phone_number_assignments for select to authenticated
  using (organization_id = any (array(select my_organizations())));
create policy "Admins can add their organization's phone numbers" on phone_number_assignments for insert to authenticated
  with check (organization_id = any (array(select my_organizations('admin'))));
create policy "Admins can update their organization's phone numbers" on phone_number_assignments for update to authenticated
  using (organization_id = any (array(select my_organizations('admin'))))
  with check (organization_id = any (array(select my_organizations('admin'))));
create policy "Admins can delete their organization's phone numbers" on phone_number_assignments for delete to authenticated
  using (organization_id = any (array(select my_organizations('admin'))));

insert into callcoach_migrations (version) values ('002_assistants_and_phone_numbers');
