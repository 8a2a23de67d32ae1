-- 016_emergency_contacts: who is called in an emergency, who is on call now, and what they were told.

create table emergency_contacts (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations (id) on delete cascade,
  name varchar(255) not null,
  phone varchar(20) not null,
  email varchar(255),
  role varchar(100),
  is_primary boolean not null default false,
  is_active boolean not null default true,
  available_days text[],
  available_hours_start time,
  available_hours_end time,
  priority integer not null default 1,
  escalation_timeout integer default 30,
  sms_enabled boolean not null default true,
  call_enabled boolean not null default true,
  email_enabled boolean not null default false,
  notes text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint emergency_contacts_organization_id_id_key unique (organization_id, id),
  constraint emergency_contacts_phone_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  constraint emergency_contacts_available_days_known check (
    available_days <@ array['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']),
  constraint emergency_contacts_available_hours_both
    check ((available_hours_start is null) = (available_hours_end is null)),
  constraint emergency_contacts_priority_positive check (priority >= 1),
  constraint emergency_contacts_escalation_timeout_positive check (escalation_timeout > 0)
);
create index idx_emergency_contacts_org on emergency_contacts (organization_id);
create index idx_emergency_contacts_priority on emergency_contacts (priority);
comment on table emergency_contacts is 'Who is called in an emergency, and when they are on duty.';
comment on column emergency_contacts.available_days is 'monday to sunday: the days on which duty begins. NULL: every day; {}: none.';
comment on column emergency_contacts.available_hours_start is 'On the clocks of organizations.timezone. NULL, as the end: all day.';
comment on column emergency_contacts.available_hours_end is 'Up to the start or earlier: on the next day.';
comment on column emergency_contacts.priority is '1 is the highest.';
comment on column emergency_contacts.escalation_timeout is 'In seconds.';

create table emergency_notifications (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations (id) on delete cascade,
  emergency_contact_id uuid,
  vapi_call_id varchar(255),
  notification_type varchar(50) not null,
  urgency varchar(20) not null,
  message text not null,
  status varchar(20) not null default 'pending',
  sent_at timestamptz,
  delivered_at timestamptz,
  acknowledged_at timestamptz,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint emergency_notifications_emergency_contact_fkey foreign key (organization_id, emergency_contact_id)
    references emergency_contacts (organization_id, id) on delete set null (emergency_contact_id),
  constraint emergency_notifications_status_check
    check (status::text in ('pending', 'sent', 'delivered', 'failed', 'acknowledged'))
);
create index idx_emergency_notifications_org on emergency_notifications (organization_id);
create index idx_emergency_notifications_contact on emergency_notifications (organization_id, emergency_contact_id);
comment on table emergency_notifications is 'What emergency contacts were told; the server writes it.';

create trigger update_emergency_contacts_updated_at before update on emergency_contacts
  for each row execute function callcoach.update_updated_at_column();
create trigger update_emergency_notifications_updated_at before update on emergency_notifications
  for each row execute function callcoach.update_updated_at_column();

-- With the caller's rights: what row level security hides is not there.
create function desk_of(org_id uuid, out time_zone text, out settings jsonb)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  select o.timezone, o.settings into time_zone, settings
    from service_desk.organizations o where o.id = org_id;
  if not found then
    raise insufficient_privilege using
      message = 'not allowed in that organisation',
      detail = 'The organisation does not exist, or the caller may not see it.';
  end if;
end
$$;
comment on function desk_of(uuid) is 'Time zone and settings of an organisation that the caller may see; 42501 otherwise.';

create function get_on_call_contact(org_id uuid, urgency text) returns emergency_contacts
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  reaches_off_duty constant boolean := callcoach.reaches_off_duty(urgency);
  wall timestamp;
  found_contact service_desk.emergency_contacts;
begin
  select now() at time zone d.time_zone into wall from service_desk.desk_of(org_id) d;
  select c.* into found_contact
    from service_desk.emergency_contacts c
    cross join lateral callcoach.is_on_duty(
      c.available_days, c.available_hours_start, c.available_hours_end, wall) as duty (is_on)
   where c.organization_id = org_id and c.is_active and (duty.is_on or reaches_off_duty)
   order by duty.is_on desc, c.priority, c.is_primary desc, c.created_at, c.id
   limit 1;
  if not found then
    return null;
  end if;
  return found_contact;
end
$$;
comment on function get_on_call_contact(uuid, text) is
  'Who is to be called now: active, on duty, by priority, primary first among equals; for emergency whoever comes first off duty where nobody is on. NULL: nobody. 42501 for an organisation that the caller may not see, 22023 for an unknown urgency.';

alter table emergency_contacts enable row level security;
create policy "Users can view their organization's emergency contacts" on emergency_contacts for select to authenticated
  using (organization_id = any (array(select my_organizations())));
create policy "Admins can add their organization's emergency contacts" on emergency_contacts for insert to authenticated
  with check (organization_id = any (array(select my_organizations('admin'))));
create policy "Admins can update their organization's emergency contacts" on emergency_contacts for update to authenticated
  using (organization_id = any (array(select my_organizations('admin'))))
  with check (organization_id = any (array(select my_organizations('admin'))));
create policy "Admins can delete their organization's emergency contacts" on emergency_contacts for delete to authenticated
  using (organization_id = any (array(select my_organizations('admin'))));

alter table emergency_notifications enable row level security;
create policy "Users can view their organization's emergency notifications" on emergency_notifications
  for select to authenticated using (organization_id = any (array(select my_organizations())));
create policy "Admins can delete their organization's emergency notifications" on emergency_notifications
  for delete to authenticated using (organization_id = any (array(select my_organizations('admin'))));

insert into callcoach_migrations (version) values ('016_emergency_contacts');
