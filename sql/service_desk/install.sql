-- service_desk, after the extension (sql/install.sql or CREATE EXTENSION callcoach) and beside Supabase's Auth, in one
-- transaction. Running it again changes nothing.
--   psql -d yourdb -f sql/service_desk/install.sql
\set ON_ERROR_STOP on

begin;
set local client_min_messages = warning;
do $$
begin
  if not exists (select from pg_catalog.pg_extension where extname = 'callcoach') then
    raise exception using errcode = '55000', message = 'the extension callcoach is not installed',
      hint = 'Run CREATE EXTENSION callcoach first.';
  end if;
  if to_regclass('auth.users') is null or to_regprocedure('auth.uid()') is null then
    raise exception using errcode = '55000', message = 'auth.users and auth.uid() are not there',
      hint = 'Install into a Supabase database, or one that has a schema auth like its.';
  end if;
  if (select count(*) from pg_catalog.pg_roles where rolname in ('authenticated', 'service_role')) < 2 then
    raise exception using errcode = '55000', message = 'the roles authenticated and service_role are not there',
      hint = 'Install into a Supabase database, or create its roles first.';
  end if;
end
$$;
create schema if not exists service_desk;
comment on schema service_desk is 'A service desk: organisations, customers, appointments, calls, who is on call.';
select extnamespace::regnamespace as extension_schema from pg_catalog.pg_extension where extname = 'callcoach' \gset
set local search_path = service_desk, :extension_schema;

-- What is there already, by the migrations' own record.
select to_regclass('service_desk.callcoach_migrations') is null as fresh \gset
\if :fresh
  \ir migrations/001_organizations.sql
\endif
select count(*) filter (where version = '002_assistants_and_phone_numbers') = 0 as need_002,
       count(*) filter (where version = '003_customers_and_appointments') = 0 as need_003,
       count(*) filter (where version = '004_communication_logs') = 0 as need_004,
       count(*) filter (where version = '005_billing') = 0 as need_005,
       count(*) filter (where version = '013_create_update_timestamp_function') = 0 as need_013,
       count(*) filter (where version = '015_call_transfers') = 0 as need_015,
       count(*) filter (where version = '016_emergency_contacts') = 0 as need_016,
       count(*) filter (where version = '017_verify_appointments_schema') = 0 as need_017,
       count(*) filter (where version = '018_add_email_to_user_profiles') = 0 as need_018,
       count(*) filter (where version = '020_simple_appointments_table') = 0 as need_020,
       count(*) filter (where version = '021_access') = 0 as need_021,
       count(*) filter (where version = '022_audit_log') = 0 as need_022
  from service_desk.callcoach_migrations \gset
\if :need_002
  \ir migrations/002_assistants_and_phone_numbers.sql
\endif
\if :need_003
  \ir migrations/003_customers_and_appointments.sql
\endif
\if :need_004
  \ir migrations/004_communication_logs.sql
\endif
\if :need_005
  \ir migrations/005_billing.sql
\endif
\if :need_013
  \ir migrations/013_create_update_timestamp_function.sql
\endif
\if :need_015
  \ir migrations/015_call_transfers.sql
\endif
\if :need_016
  \ir migrations/016_emergency_contacts.sql
\endif
\if :need_017
  \ir migrations/017_verify_appointments_schema.sql
\endif
\if :need_018
  \ir migrations/018_add_email_to_user_profiles.sql
\endif
\if :need_020
  \ir migrations/020_simple_appointments_table.sql
\endif
\if :need_021
  \ir migrations/021_access.sql
\endif
\if :need_022
  \ir migrations/022_audit_log.sql
\endif
commit;
