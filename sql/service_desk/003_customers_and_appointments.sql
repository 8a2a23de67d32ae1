-- 003_customers_and_appointments: who calls, and what they book. What keeps two appointments from one slot is 020's.

create table customers (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations (id) on delete cascade,
  name varchar(255) not null,
  phone_number varchar(20) not null,
  email varchar(255),
  address text,
  primary_language varchar(5) not null default 'en',
  sms_enabled boolean not null default true,
  total_appointments integer not null default 0,
  total_spent decimal(10,2) not null default 0,
  last_appointment_date date,
  notes text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint customers_organization_id_id_key unique (organization_id, id),
  constraint customers_organization_id_phone_number_key unique (organization_id, phone_number),
  constraint customers_phone_number_e164 check (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
  constraint customers_primary_language_check check (primary_language::text in ('en', 'es')),
  constraint customers_total_spent_not_negative check (total_spent >= 0)
);
create index idx_customers_org on customers (organization_id);
create index idx_customers_phone on customers (phone_number);
comment on table customers is 'Who calls an organisation.';
comment on column customers.total_appointments is 'How many appointments there are that were not cancelled. Kept by triggers.';
comment on column customers.last_appointment_date is 'The latest date of those, also one that is to come. Kept by triggers.';
comment on column customers.total_spent is 'Written by the server: no other column says what was paid.';

create table appointments (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations (id) on delete cascade,
  customer_id uuid,
  vapi_call_id varchar(255),
  customer_name varchar(255) not null,
  customer_phone varchar(20) not null,
  customer_email varchar(255),
  service_address text,
  appointment_type varchar(50) not null,
  service_description text,
  scheduled_date date not null,
  scheduled_time time not null,
  duration_minutes integer not null default 60,
  status varchar(20) not null default 'pending',
  language_preference varchar(5) not null default 'en',
  sms_sent boolean not null default false,
  sms_reminder_sent boolean not null default false,
  google_calendar_event_id varchar(255),
  outlook_calendar_event_id varchar(255),
  calendly_event_id varchar(255),
  calendar_provider varchar(20),
  urgency_score decimal(3,2),
  emergency_detected boolean not null default false,
  notes text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  confirmed_at timestamptz,
  cancelled_at timestamptz,
  completed_at timestamptz,
  constraint appointments_customer_fkey foreign key (organization_id, customer_id)
    references customers (organization_id, id) on delete set null (customer_id),
  constraint appointments_customer_phone_e164 check (customer_phone ~ '^\+[1-9][0-9]{6,14}$'),
  constraint appointments_duration_minutes_check check (duration_minutes > 0 and duration_minutes <= 480),
  constraint appointments_status_check check (status::text in ('pending', 'confirmed', 'cancelled', 'completed', 'no_show')),
  constraint appointments_language_preference_check check (language_preference::text in ('en', 'es')),
  constraint appointments_calendar_provider_check check (calendar_provider::text in ('google', 'outlook', 'calendly', 'none')),
  constraint appointments_urgency_score_check check (urgency_score >= 0 and urgency_score <= 1),
  constraint appointments_scheduled_date_finite check (isfinite(scheduled_date))
);
create index idx_appointments_org on appointments (organization_id);
create index idx_appointments_date on appointments (scheduled_date);
create index idx_appointments_status on appointments (status);
create index idx_appointments_phone on appointments (customer_phone);
create index idx_appointments_customer on appointments (organization_id, customer_id, scheduled_date);
comment on table appointments is 'What is booked, on the clocks of the organisation''s time zone.';

-- The counters, once a statement: whoever was touched is counted anew. Counting waits for others who do the same (the
-- row is locked first, and what they have committed is seen then).
create function count_appointments() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  touched uuid[];
begin
  -- transition tables have the name that the trigger gave them; those that are not there are not looked at.
  case tg_op
    when 'INSERT' then
      touched := array(select distinct n.customer_id from new_rows n where n.customer_id is not null);
    when 'DELETE' then
      touched := array(select distinct o.customer_id from old_rows o where o.customer_id is not null);
    else
      touched := array(
        select c.customer_id
          from (select o.id, o.customer_id, o.status, o.scheduled_date from old_rows o
                except select n.id, n.customer_id, n.status, n.scheduled_date from new_rows n) as c
         where c.customer_id is not null
        union
        select c.customer_id
          from (select n.id, n.customer_id, n.status, n.scheduled_date from new_rows n
                except select o.id, o.customer_id, o.status, o.scheduled_date from old_rows o) as c
         where c.customer_id is not null);
  end case;
  if cardinality(touched) > 0 then
    perform from service_desk.customers c where c.id = any (touched) order by c.id for no key update;
    update service_desk.customers c
       set total_appointments = f.total, last_appointment_date = f.last
      from service_desk.customers k
      cross join lateral (
        select count(*) as total, max(a.scheduled_date) as last
          from service_desk.appointments a
         where a.organization_id = k.organization_id and a.customer_id = k.id and a.status <> 'cancelled') as f
     where k.id = any (touched) and c.id = k.id
       and (c.total_appointments, c.last_appointment_date) is distinct from (f.total, f.last);
  end if;
  return null;
end
$$;
comment on function count_appointments() is 'Trigger on appointments, once a statement: customers'' counters follow.';
create trigger count_appointments_insert after insert on appointments referencing new table as new_rows
  for each statement execute function count_appointments();
create trigger count_appointments_update after update on appointments
  referencing old table as old_rows new table as new_rows
  for each statement execute function count_appointments();
create trigger count_appointments_delete after delete on appointments referencing old table as old_rows
  for each statement execute function count_appointments();

create function forget_appointments() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update service_desk.customers set total_appointments = 0, last_appointment_date = null
   where (total_appointments, last_appointment_date) is distinct from (0, null);
  return null;
end
$$;
comment on function forget_appointments() is 'Trigger on appointments, on TRUNCATE: customers'' counters are zero.';
create trigger forget_appointments after truncate on appointments
  for each statement execute function forget_appointments();

alter table customers enable row level security;
create policy "Users can view their organization's customers" on customers for select to authenticated
  using (organization_id = any (array(select my_organizations())));
create policy "Users can manage their organization's customers" on customers for all to authenticated
  using (organization_id = any (array(select my_organizations())))
  with check (organization_id = any (array(select my_organizations())));

alter table appointments enable row level security;
create policy "Users can view their organization's appointments" on appointments for select to authenticated
  using (organization_id = any (array(select my_organizations())));
create policy "Users can manage their organization's appointments" on appointments for all to authenticated
  using (organization_id = any (array(select my_organizations())))
  with check (organization_id = any (array(select my_organizations())));

insert into callcoach_migrations (version) values ('003_customers_and_appointments');
