-- 004_communication_logs: calls and messages. The server writes them; members read, owners and admins also delete.

create table call_logs (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations (id) on delete cascade,
  vapi_call_id varchar(255) not null,
  vapi_assistant_id uuid,
  customer_phone_number varchar(20) not null,
  call_duration integer,
  call_status varchar(20) not null,
  language_detected varchar(5),
  emergency_detected boolean not null default false,
  urgency_score decimal(3,2),
  transcript text,
  summary text,
  tools_used jsonb not null default '[]',
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint call_logs_vapi_call_id_key unique (vapi_call_id),
  constraint call_logs_vapi_assistant_fkey foreign key (organization_id, vapi_assistant_id)
    references vapi_assistants (organization_id, id) on delete set null (vapi_assistant_id),
  -- Who withholds their number calls all the same.
  constraint call_logs_customer_phone_number_e164
    check (customer_phone_number ~ '^\+[1-9][0-9]{6,14}$' or customer_phone_number = 'anonymous'),
  constraint call_logs_call_duration_not_negative check (call_duration >= 0),
  constraint call_logs_language_detected_code check (language_detected ~ '^[a-z]{2}(-[A-Z]{2})?$'),
  constraint call_logs_urgency_score_check check (urgency_score >= 0 and urgency_score <= 1)
);
create index idx_call_logs_org on call_logs (organization_id);
create index idx_call_logs_created on call_logs (created_at);
create index idx_call_logs_status on call_logs (call_status);
create index idx_call_logs_assistant on call_logs (organization_id, vapi_assistant_id);
comment on table call_logs is 'Calls as Vapi reported them.';
comment on column call_logs.call_duration is 'In seconds.';
comment on column call_logs.customer_phone_number is 'E.164, or anonymous.';

create table sms_communications (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations (id) on delete cascade,
  customer_id uuid,
  phone_number varchar(20) not null,
  message_content text not null,
  message_type varchar(50) not null,
  language_code varchar(5) not null,
  direction varchar(10) not null,
  status varchar(20) not null default 'sent',
  twilio_message_sid varchar(255),
  template_key varchar(100),
  variables jsonb not null default '{}',
  delivered_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint sms_communications_customer_fkey foreign key (organization_id, customer_id)
    references customers (organization_id, id) on delete set null (customer_id),
  constraint sms_communications_phone_number_e164 check (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
  constraint sms_communications_language_code check (language_code ~ '^[a-z]{2}(-[A-Z]{2})?$'),
  constraint sms_communications_direction_check check (direction::text in ('inbound', 'outbound')),
  constraint sms_communications_status_check check (status::text in ('sent', 'delivered', 'failed', 'undelivered'))
);
create index idx_sms_communications_org on sms_communications (organization_id);
create index idx_sms_created on sms_communications (created_at);
create index idx_sms_customer on sms_communications (organization_id, customer_id);
comment on table sms_communications is 'Messages from and to customers.';

alter table call_logs enable row level security;
create policy "Users can view their organization's call logs" on call_logs for select to authenticated
  using (organization_id = any (array(select my_organizations())));
create policy "Admins can update their organization's call logs" on call_logs for update to authenticated
  using (organization_id = any (array(select my_organizations('admin'))))
  with check (organization_id = any (array(select my_organizations('admin'))));
create policy "Admins can delete their organization's call logs" on call_logs for delete to authenticated
  using (organization_id = any (array(select my_organizations('admin'))));

alter table sms_communications enable row level security;
create policy "Users can view their organization's messages" on sms_communications for select to authenticated
  using (organization_id = any (array(select my_organizations())));
create policy "Admins can delete their organization's messages" on sms_communications for delete to authenticated
  using (organization_id = any (array(select my_organizations('admin'))));

insert into callcoach_migrations (version) values ('004_communication_logs');
