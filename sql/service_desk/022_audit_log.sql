-- 022_audit_log: every change of what an organisation keeps, written by triggers, read by its owners and admins.

create table audit_log (
  id bigint generated always as identity primary key,
  table_name text not null,
  record_id uuid,
  operation text not null,
  user_id uuid references auth.users (id) on delete set null,
  old_data jsonb,
  new_data jsonb,
  ip_address inet,
  user_agent text,
  created_at timestamptz not null default now(),
  -- Of what is gone, too: no foreign key.
  organization_id uuid generated always as (
    case table_name
      when 'organizations' then record_id
      else (coalesce(new_data, old_data) ->> 'organization_id')::uuid
    end) stored,
  constraint audit_log_operation_known check (operation in ('INSERT', 'UPDATE', 'DELETE'))
);
create index idx_audit_log_org on audit_log (organization_id, created_at);
create index idx_audit_log_user on audit_log (user_id);
comment on table audit_log is 'Who changed what and when. Written by triggers alone; without credentials, tokens and transcripts.';

do $$
declare
  t record;
begin
  for t in
    select * from (values
      ('organizations', $x$'twilio_auth_token', 'byo_sip_credentials', 'google_refresh_token', 'outlook_refresh_token', 'calendly_api_key'$x$),
      ('organization_members', ''),
      ('organization_invitations', $x$'token'$x$),
      ('vapi_assistants', ''),
      ('phone_number_assignments', ''),
      ('customers', ''),
      ('appointments', $x$'period', 'lane'$x$),
      ('call_logs', $x$'transcript', 'summary'$x$),
      ('sms_communications', $x$'message_content', 'variables'$x$),
      ('call_transfers', $x$'summary'$x$),
      ('emergency_contacts', ''),
      ('emergency_notifications', $x$'message'$x$),
      ('billing_subscriptions', ''),
      ('billing_invoices', '')) as t (name, left_out)
  loop
    execute format('create trigger audit_%1$s_insert after insert on %1$I referencing new table as new_rows
      for each statement execute function callcoach.audit_trigger_func(%2$s)', t.name, t.left_out);
    execute format('create trigger audit_%1$s_update after update on %1$I referencing old table as old_rows new table as new_rows
      for each statement execute function callcoach.audit_trigger_func(%2$s)', t.name, t.left_out);
    execute format('create trigger audit_%1$s_delete after delete on %1$I referencing old table as old_rows
      for each statement execute function callcoach.audit_trigger_func(%2$s)', t.name, t.left_out);
  end loop;
end
$$;

alter table audit_log enable row level security;
create policy "Admins can view their organization's audit log" on audit_log for select to authenticated
  using (organization_id = any (array(select my_organizations('admin'))));
revoke all on audit_log from public, anon, authenticated, service_role;
grant select on audit_log to authenticated, service_role;

insert into callcoach_migrations (version) values ('022_audit_log');
