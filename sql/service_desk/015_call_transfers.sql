-- 015_call_transfers: calls that were handed over to people.

create table call_transfers (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations (id) on delete cascade,
  vapi_call_id varchar(255) not null,
  reason varchar(255),
  urgency varchar(20),
  summary text,
  customer_name varchar(255),
  transfer_to varchar(20),
  status varchar(20) not null default 'initiated',
  connected_at timestamptz,
  completed_at timestamptz,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  constraint call_transfers_transfer_to_e164 check (transfer_to ~ '^\+[1-9][0-9]{6,14}$'),
  constraint call_transfers_status_check
    check (status::text in ('initiated', 'connecting', 'connected', 'completed', 'failed', 'no_answer'))
);
create index idx_call_transfers_org on call_transfers (organization_id);
comment on table call_transfers is 'Calls that were handed over to people; the server writes them.';

alter table call_transfers enable row level security;
create policy "Users can view their organization's call transfers" on call_transfers for select to authenticated
  using (organization_id = any (array(select my_organizations())));
create policy "Admins can delete their organization's call transfers" on call_transfers for delete to authenticated
  using (organization_id = any (array(select my_organizations('admin'))));

insert into callcoach_migrations (version) values ('015_call_transfers');
