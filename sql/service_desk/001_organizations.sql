-- 001_organizations: people, organisations, who belongs to which, invitations.
-- Names are unqualified: the tables land in the schema service_desk, the first of search_path.

create table callcoach_migrations (
  version text primary key,
  applied_at timestamptz not null default now()
);
comment on table callcoach_migrations is 'Which migrations of service_desk this database has, whatever tool applied them.';
alter table callcoach_migrations enable row level security;

create table user_profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  full_name varchar(255),
  preferred_language varchar(5) not null default 'en',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_profiles_preferred_language_code check (preferred_language ~ '^[a-z]{2}(-[A-Z]{2})?$')
);
comment on table user_profiles is 'What is shown of a user; made as they sign up.';

create table organizations (
  id uuid primary key default gen_random_uuid(),
  name varchar(255) not null,
  industry varchar(50) not null,
  timezone varchar(50) not null default 'America/New_York',
  phone_provider varchar(20) default 'vapi',
  twilio_account_sid varchar(255),
  twilio_auth_token text,
  byo_sip_credentials jsonb,
  calendar_provider varchar(20),
  google_calendar_id varchar(255),
  google_refresh_token text,
  outlook_calendar_id varchar(255),
  outlook_refresh_token text,
  calendly_api_key varchar(255),
  calendly_user_uri varchar(255),
  calendar_sync_enabled boolean not null default false,
  calendar_metadata jsonb not null default '{}',
  transfer_phone_number varchar(20),
  transfer_mode varchar(10) default 'warm',
  emergency_contact_phone varchar(20),
  max_transfer_wait_time integer default 30,
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint organizations_name_not_blank check (btrim(name) <> ''),
  constraint organizations_industry_not_blank check (btrim(industry) <> ''),
  constraint organizations_phone_provider_known check (phone_provider::text in ('vapi', 'twilio', 'byo')),
  constraint organizations_calendar_provider_known check (calendar_provider::text in ('google', 'outlook', 'calendly', 'none')),
  constraint organizations_transfer_phone_number_e164 check (transfer_phone_number ~ '^\+[1-9][0-9]{6,14}$'),
  constraint organizations_emergency_contact_phone_e164 check (emergency_contact_phone ~ '^\+[1-9][0-9]{6,14}$'),
  constraint organizations_max_transfer_wait_time_positive check (max_transfer_wait_time > 0)
);
comment on table organizations is
  'The tenant boundary. No API role can read twilio_auth_token, byo_sip_credentials, google_refresh_token, outlook_refresh_token, calendly_api_key: clients name columns, or read organization_details.';
comment on column organizations.timezone is 'A name of pg_timezone_names that is no abbreviation; appointments and hours are on its clocks.';
comment on column organizations.settings is
  '{"business_hours": {"monday": [{"start": "09:00", "end": "17:00"}, …], …}, "capacity": 1, "holidays": ["2026-12-25", …]}, and what else the application keeps. A weekday that is not there is closed. Without business_hours: Monday to Friday 09:00 to 17:00; without capacity: one at a time.';
comment on column organizations.twilio_auth_token is 'Written by owners and admins; read by no API role.';
comment on column organizations.byo_sip_credentials is 'Written by owners and admins; read by no API role.';
comment on column organizations.google_refresh_token is 'Written by owners and admins; read by no API role.';
comment on column organizations.outlook_refresh_token is 'Written by owners and admins; read by no API role.';
comment on column organizations.calendly_api_key is 'Written by owners and admins; read by no API role.';
-- What the planner samples of a column is a copy of it.
alter table organizations
  alter column twilio_auth_token set statistics 0, alter column byo_sip_credentials set statistics 0,
  alter column google_refresh_token set statistics 0, alter column outlook_refresh_token set statistics 0,
  alter column calendly_api_key set statistics 0;

create table organization_members (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role varchar(20) not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint organization_members_organization_id_user_id_key unique (organization_id, user_id),
  constraint organization_members_role_check check (role::text in ('owner', 'admin', 'member'))
);
create index idx_organization_members_org on organization_members (organization_id);
create index idx_organization_members_user on organization_members (user_id);
comment on table organization_members is 'Who belongs to which organisation, and as what. Joined by invitation (accept_invitation) or by create_organization.';

create table organization_invitations (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references organizations (id) on delete cascade,
  invited_by_user_id uuid not null default callcoach.user_id() references auth.users (id) on delete cascade,
  invited_email varchar(255) not null,
  role varchar(20) not null,
  token varchar(255) not null default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
  status varchar(20) not null default 'pending',
  expires_at timestamptz not null default (now() + interval '7 days'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint organization_invitations_token_key unique (token),
  constraint organization_invitations_token_long check (length(token) >= 32),
  constraint organization_invitations_role_check check (role::text in ('owner', 'admin', 'member')),
  constraint organization_invitations_status_check check (status::text in ('pending', 'accepted', 'declined', 'expired')),
  constraint organization_invitations_email check (invited_email ~ '^[^@[:space:]]+@[^@[:space:]]+$')
);
create unique index organization_invitations_one_pending
  on organization_invitations (organization_id, lower(invited_email)) where status = 'pending';
create index idx_organization_invitations_org on organization_invitations (organization_id);
create index idx_organization_invitations_invited_by on organization_invitations (invited_by_user_id);
comment on table organization_invitations is 'Invitations by mail. The server reads the token and sends it; owners and admins see the rest.';
comment on column organization_invitations.token is '244 random bits, in hex. Only the server can read it.';

-- For policies: (select …) once a query. Past row level security, or the policies of organization_members would ask
-- themselves.
create function my_organizations(at_least text default 'member') returns setof uuid
language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
begin atomic
  select m.organization_id
    from organization_members m
   where m.user_id = (select callcoach.user_id())
     and case at_least
           when 'member' then true
           when 'admin' then m.role::text in ('owner', 'admin')
           when 'owner' then m.role = 'owner'
           else false
         end;
end;
comment on function my_organizations(text) is
  'The organisations in which the caller is at least a member, an admin or an owner.';

create function my_colleagues() returns setof uuid
language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
begin atomic
  select distinct c.user_id
    from organization_members m
    join organization_members c on c.organization_id = m.organization_id
   where m.user_id = (select callcoach.user_id());
end;
comment on function my_colleagues() is 'The users of the caller''s organisations.';

create function check_organization() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' or new.timezone is distinct from old.timezone then
    if not exists (select from pg_timezone_names z where z.name = new.timezone) then
      raise invalid_parameter_value using
        message = 'unknown time zone', hint = 'Use a name of pg_timezone_names, such as America/New_York.';
    end if;
    -- PostgreSQL's AT TIME ZONE takes what is an abbreviation too as one: CET without its summer. The slots' time zone
    -- would be another than the bookings'. localtime and posixrules are another on each machine.
    if new.timezone in ('localtime', 'posixrules')
       or (new.timezone not in ('UTC', 'UCT', 'GMT', 'Zulu')
           and exists (select from pg_timezone_abbrevs a where a.abbrev = upper(new.timezone))) then
      raise invalid_parameter_value using
        message = 'ambiguous time zone', hint = 'Use the name of a place, such as America/New_York.';
    end if;
  end if;
  if tg_op = 'INSERT' or new.settings is distinct from old.settings then
    perform callcoach.check_desk_settings(new.settings);
  end if;
  return new;
end
$$;
comment on function check_organization() is 'Trigger on organizations: the time zone is one, the settings can be used.';
create trigger check_organization before insert or update of timezone, settings on organizations
  for each row execute function check_organization();

create function keep_an_owner() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  organization uuid;
begin
  for organization in
    select distinct o.organization_id from old_rows o where o.role = 'owner' order by 1
  loop
    -- Two owners who leave at once wait for each other here; writing the row also fails whoever looks at an old
    -- snapshot. One that is gone itself needs no owner.
    update service_desk.organizations o set name = o.name where o.id = organization;
    if found and not exists (
      select from service_desk.organization_members m where m.organization_id = organization and m.role = 'owner')
    then
      raise check_violation using
        message = 'an organisation keeps at least one owner',
        detail = 'The change would remove its last one.',
        hint = 'Make another member owner first.',
        schema = 'service_desk', table = 'organization_members', constraint = 'keep_an_owner';
    end if;
  end loop;
  return null;
end
$$;
comment on function keep_an_owner() is 'Trigger on organization_members: the last owner of an organisation stays.';
create trigger keep_an_owner_delete after delete on organization_members referencing old table as old_rows
  for each statement execute function keep_an_owner();
create trigger keep_an_owner_update after update on organization_members referencing old table as old_rows
  for each statement execute function keep_an_owner();

create function create_organization(name text, industry text, timezone text default 'America/New_York') returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  made uuid;
begin
  if callcoach.user_id() is null then
    raise insufficient_privilege using message = 'only a user can create an organisation', hint = 'Sign in first.';
  end if;
  insert into service_desk.organizations (name, industry, timezone)
  values (create_organization.name, create_organization.industry, create_organization.timezone)
  returning id into made;
  insert into service_desk.organization_members (organization_id, user_id, role) values (made, callcoach.user_id(), 'owner');
  return made;
end
$$;
comment on function create_organization(text, text, text) is 'Makes an organisation, whose owner is the caller; returns its id.';

-- One error for all that can be wrong with a token: it tells nothing of whose it is.
create function answer_invitation(token text, answer text) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  invitation record;
begin
  -- Whoever comes second finds it answered: the row is locked, and looked at again.
  update service_desk.organization_invitations i
     set status = answer_invitation.answer
   where i.token = answer_invitation.token and i.status = 'pending' and i.expires_at > clock_timestamp()
     and lower(i.invited_email) = (select lower(u.email) from auth.users u where u.id = callcoach.user_id())
     -- Who could not invite them any more does not.
     and exists (select from service_desk.organization_members m
                  where m.organization_id = i.organization_id and m.user_id = i.invited_by_user_id
                    and (m.role = 'owner' or (m.role = 'admin' and i.role <> 'owner')))
  returning i.organization_id, i.role into invitation;
  if not found then
    raise sqlstate 'PT404' using
      message = 'invitation not found',
      detail = 'There is no open invitation with this token for the caller''s address.';
  end if;
  if answer = 'accepted' then
    -- Who is a member already stays what they are.
    insert into service_desk.organization_members (organization_id, user_id, role)
    values (invitation.organization_id, callcoach.user_id(), invitation.role)
    on conflict (organization_id, user_id) do nothing;
  end if;
  return invitation.organization_id;
end
$$;
comment on function answer_invitation(text, text) is 'What accept_invitation and decline_invitation share.';

create function accept_invitation(token text) returns uuid
language sql volatile security definer set search_path = pg_catalog, pg_temp
begin atomic
  select answer_invitation(token, 'accepted');
end;
comment on function accept_invitation(text) is
  'Makes the caller a member, by the token that was sent to their address; returns the organisation. PT404 for a token that is wrong, somebody else''s, expired or used.';

create function decline_invitation(token text) returns uuid
language sql volatile security definer set search_path = pg_catalog, pg_temp
begin atomic
  select answer_invitation(token, 'declined');
end;
comment on function decline_invitation(text) is 'Declines an invitation; PT404 as accept_invitation.';

create function expire_invitations() returns bigint
language sql volatile set search_path = pg_catalog, pg_temp
begin atomic
  with expired as (
    update organization_invitations set status = 'expired'
     where status = 'pending' and expires_at <= now() returning 1
  )
  select count(*) from expired;
end;
comment on function expire_invitations() is
  'Marks invitations that have expired, so that their addresses can be invited again; returns how many. They are not accepted before either.';

alter table user_profiles enable row level security;
create policy "Users can view their colleagues' profiles" on user_profiles for select to authenticated
  using (id = (select callcoach.user_id()) or id = any (array(select my_colleagues())));
create policy "Users can update their own profile" on user_profiles for update to authenticated
  using (id = (select callcoach.user_id())) with check (id = (select callcoach.user_id()));

alter table organizations enable row level security;
create policy "Users can view their organizations" on organizations for select to authenticated
  using (id = any (array(select my_organizations())));
create policy "Admins can update their organizations" on organizations for update to authenticated
  using (id = any (array(select my_organizations('admin')))) with check (id = any (array(select my_organizations('admin'))));
create policy "Owners can delete their organizations" on organizations for delete to authenticated
  using (id = any (array(select my_organizations('owner'))));

-- Nobody is added but by invitation. An admin neither makes nor unmakes an owner; so nobody raises their own role.
alter table organization_members enable row level security;
create policy "Users can view their organization's members" on organization_members for select to authenticated
  using (organization_id = any (array(select my_organizations())));
create policy "Admins can change their organization's members" on organization_members for update to authenticated
  using (organization_id = any (array(select my_organizations('owner')))
         or (organization_id = any (array(select my_organizations('admin'))) and role <> 'owner'))
  with check (organization_id = any (array(select my_organizations('owner')))
              or (organization_id = any (array(select my_organizations('admin'))) and role <> 'owner'));
create policy "Admins can remove members, and users leave" on organization_members for delete to authenticated
  using (user_id = (select callcoach.user_id())
         or organization_id = any (array(select my_organizations('owner')))
         or (organization_id = any (array(select my_organizations('admin'))) and role <> 'owner'));

alter table organization_invitations enable row level security;
create policy "Admins can view their organization's invitations" on organization_invitations for select to authenticated
  using (organization_id = any (array(select my_organizations('admin'))));
create policy "Admins can invite to their organization" on organization_invitations for insert to authenticated
  with check (invited_by_user_id = (select callcoach.user_id()) and status = 'pending'
              and (organization_id = any (array(select my_organizations('owner')))
                   or (organization_id = any (array(select my_organizations('admin'))) and role <> 'owner')));
create policy "Admins can withdraw their organization's invitations" on organization_invitations for delete to authenticated
  using (organization_id = any (array(select my_organizations('owner')))
         or (organization_id = any (array(select my_organizations('admin'))) and role <> 'owner'));

-- Every column but the credentials, for clients that select *.
create view organization_details with (security_invoker = true) as
select id, name, industry, timezone, phone_provider, twilio_account_sid, calendar_provider, google_calendar_id,
       outlook_calendar_id, calendly_user_uri, calendar_sync_enabled, calendar_metadata, transfer_phone_number,
       transfer_mode, emergency_contact_phone, max_transfer_wait_time, settings, created_at, updated_at
  from organizations;
comment on view organization_details is 'organizations without the columns that no API role can read.';

create trigger service_desk_new_user after insert on auth.users
  for each row execute function callcoach.handle_new_user('service_desk.user_profiles');

insert into callcoach_migrations (version) values ('001_organizations');
