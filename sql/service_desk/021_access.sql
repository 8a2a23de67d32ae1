-- 021_access: who may do what with which columns. Policies say of which rows.
-- Ids come from the database (a chosen one would answer 23505 where another organisation has it), a row stays in its
-- organisation, and what triggers keep is nobody's to write. TRUNCATE, TRIGGER and REFERENCES are no API role's.

-- An upsert writes the column it finds its row by, so that much has to be granted; it may not change.
create function keep_organization() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise insufficient_privilege using message = 'a row stays in its organisation';
end
$$;
comment on function keep_organization() is 'Trigger: refuses to move a row to another organisation.';
create trigger keep_organization before update of organization_id on customers
  for each row when (old.organization_id <> new.organization_id) execute function keep_organization();
create trigger keep_organization before update of organization_id on phone_number_assignments
  for each row when (old.organization_id <> new.organization_id) execute function keep_organization();

do $$
declare
  granted record;
  columns text;
  r text;
begin
  execute format('revoke all on schema %I from public', current_schema());
  for r in select rolname from pg_roles where rolname in ('anon', 'authenticated', 'service_role') order by rolname loop
    execute format('revoke all on schema %I from %I', current_schema(), r);
    execute format('revoke all on all tables in schema %I from %I', current_schema(), r);
    execute format('revoke all on all functions in schema %I from %I', current_schema(), r);
  end loop;
  execute format('revoke all on all tables in schema %I from public', current_schema());
  execute format('revoke all on all functions in schema %I from public', current_schema());
  execute format('grant usage on schema %I to authenticated, service_role', current_schema());

  for granted in
    select * from (values
      -- table, role, command, only these columns, all but these
      ('user_profiles', 'authenticated', 'select', null, null),
      ('user_profiles', 'authenticated', 'update', 'full_name, preferred_language', null),
      ('organizations', 'authenticated', 'select', null,
       'twilio_auth_token, byo_sip_credentials, google_refresh_token, outlook_refresh_token, calendly_api_key'),
      ('organizations', 'authenticated', 'update', null, 'id, created_at, updated_at'),
      ('organizations', 'authenticated', 'delete', null, null),
      ('organization_details', 'authenticated', 'select', null, null),
      ('organization_members', 'authenticated', 'select', null, null),
      ('organization_members', 'authenticated', 'update', 'role', null),
      ('organization_members', 'authenticated', 'delete', null, null),
      ('organization_invitations', 'authenticated', 'select', null, 'token'),
      ('organization_invitations', 'authenticated', 'insert', 'organization_id, invited_email, role', null),
      ('organization_invitations', 'authenticated', 'delete', null, null),
      ('vapi_assistants', 'authenticated', 'select', null, null),
      ('vapi_assistants', 'authenticated', 'update',
       'name, industry, language, system_prompt, voice_config, tools_config, is_active', null),
      ('vapi_assistants', 'authenticated', 'delete', null, null),
      ('phone_number_assignments', 'authenticated', 'select', null, null),
      ('phone_number_assignments', 'authenticated', 'insert', null, 'id, created_at, updated_at'),
      ('phone_number_assignments', 'authenticated', 'update', null, 'id, created_at, updated_at'),
      ('phone_number_assignments', 'authenticated', 'delete', null, null),
      ('customers', 'authenticated', 'select', null, null),
      ('customers', 'authenticated', 'insert', null,
       'id, total_appointments, total_spent, last_appointment_date, created_at, updated_at'),
      ('customers', 'authenticated', 'update', null,
       'id, total_appointments, total_spent, last_appointment_date, created_at, updated_at'),
      ('customers', 'authenticated', 'delete', null, null),
      ('appointments', 'authenticated', 'select', null, null),
      ('appointments', 'authenticated', 'insert', null, 'id, period, lane, created_at, updated_at'),
      ('appointments', 'authenticated', 'update', null, 'id, organization_id, period, lane, created_at, updated_at'),
      ('appointments', 'authenticated', 'delete', null, null),
      ('call_logs', 'authenticated', 'select', null, null),
      ('call_logs', 'authenticated', 'update', 'summary, metadata', null),
      ('call_logs', 'authenticated', 'delete', null, null),
      ('sms_communications', 'authenticated', 'select', null, null),
      ('sms_communications', 'authenticated', 'delete', null, null),
      ('call_transfers', 'authenticated', 'select', null, null),
      ('call_transfers', 'authenticated', 'delete', null, null),
      ('emergency_contacts', 'authenticated', 'select', null, null),
      ('emergency_contacts', 'authenticated', 'insert', null, 'id, created_at, updated_at'),
      ('emergency_contacts', 'authenticated', 'update', null, 'id, organization_id, created_at, updated_at'),
      ('emergency_contacts', 'authenticated', 'delete', null, null),
      ('emergency_notifications', 'authenticated', 'select', null, null),
      ('emergency_notifications', 'authenticated', 'delete', null, null),
      ('billing_subscriptions', 'authenticated', 'select', null, null),
      ('billing_invoices', 'authenticated', 'select', null, null),

      -- The server: everything but to read credentials, and to write what triggers keep.
      ('organizations', 'service_role', 'select', null,
       'twilio_auth_token, byo_sip_credentials, google_refresh_token, outlook_refresh_token, calendly_api_key'),
      ('organizations', 'service_role', 'insert, update, delete', null, null),
      ('organization_details', 'service_role', 'select', null, null),
      ('customers', 'service_role', 'select, delete', null, null),
      ('customers', 'service_role', 'insert', null, 'total_appointments, last_appointment_date'),
      ('customers', 'service_role', 'update', null, 'total_appointments, last_appointment_date'),
      ('appointments', 'service_role', 'select, delete', null, null),
      ('appointments', 'service_role', 'insert', null, 'period, lane'),
      ('appointments', 'service_role', 'update', null, 'period, lane'),
      ('user_profiles', 'service_role', 'select, insert, update, delete', null, null),
      ('organization_members', 'service_role', 'select, insert, update, delete', null, null),
      ('organization_invitations', 'service_role', 'select, insert, update, delete', null, null),
      ('vapi_assistants', 'service_role', 'select, insert, update, delete', null, null),
      ('phone_number_assignments', 'service_role', 'select, insert, update, delete', null, null),
      ('call_logs', 'service_role', 'select, insert, update, delete', null, null),
      ('sms_communications', 'service_role', 'select, insert, update, delete', null, null),
      ('call_transfers', 'service_role', 'select, insert, update, delete', null, null),
      ('emergency_contacts', 'service_role', 'select, insert, update, delete', null, null),
      ('emergency_notifications', 'service_role', 'select, insert, update, delete', null, null),
      ('billing_subscriptions', 'service_role', 'select, insert, update, delete', null, null),
      ('billing_invoices', 'service_role', 'select, insert, update, delete', null, null)
    ) as g (tbl, role, command, only_columns, but_columns)
  loop
    columns := granted.only_columns;
    if granted.but_columns is not null then
      select string_agg(quote_ident(a.attname), ', ' order by a.attnum) into columns
        from pg_attribute a
       where a.attrelid = quote_ident(granted.tbl)::regclass and a.attnum > 0 and not a.attisdropped
         and a.attname <> all (string_to_array(granted.but_columns, ', '));
    end if;
    execute format('grant %s%s on %I to %I', granted.command, coalesce(' (' || columns || ')', ''), granted.tbl, granted.role);
  end loop;

  grant execute on function
    my_organizations(text), my_colleagues(), create_organization(text, text, text), accept_invitation(text),
    decline_invitation(text), desk_of(uuid), get_on_call_contact(uuid, text),
    get_available_time_slots(uuid, date, integer)
    to authenticated, service_role;
  grant execute on function expire_invitations() to service_role;
end
$$;

insert into callcoach_migrations (version) values ('021_access');
