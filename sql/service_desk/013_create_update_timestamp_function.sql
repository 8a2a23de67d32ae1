-- 013_create_update_timestamp_function: updated_at, by the extension's callcoach.update_updated_at_column(), which
-- leaves it alone where an update changes nothing. The tables of later migrations have their triggers there.

do $$
declare
  t text;
begin
  foreach t in array array[
    'user_profiles', 'organizations', 'organization_members', 'organization_invitations', 'vapi_assistants',
    'phone_number_assignments', 'customers', 'appointments', 'call_logs', 'sms_communications',
    'billing_subscriptions', 'billing_invoices']
  loop
    execute format('create trigger update_%1$s_updated_at before update on %1$I
      for each row execute function callcoach.update_updated_at_column()', t);
  end loop;
end
$$;

insert into callcoach_migrations (version) values ('013_create_update_timestamp_function');
