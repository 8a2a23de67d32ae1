-- service_desk, after the extension (sql/install.sql or CREATE EXTENSION callcoach) and beside Supabase's Auth, in one
-- transaction. Running it again changes nothing.
--   psql -d yourdb -f sql/service_desk/install.sql
\set ON_ERROR_STOP on

begin;
\set system service_desk
\ir ../begin_system.sql
comment on schema service_desk is 'A service desk: organisations, customers, appointments, calls, who is on call.';

-- What is there already is left alone.
\if :fresh
  \ir 001_organizations.sql
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
  \ir 002_assistants_and_phone_numbers.sql
\endif
\if :need_003
  \ir 003_customers_and_appointments.sql
\endif
\if :need_004
  \ir 004_communication_logs.sql
\endif
\if :need_005
  \ir 005_billing.sql
\endif
\if :need_013
  \ir 013_create_update_timestamp_function.sql
\endif
\if :need_015
  \ir 015_call_transfers.sql
\endif
\if :need_016
  \ir 016_emergency_contacts.sql
\endif
\if :need_017
  \ir 017_verify_appointments_schema.sql
\endif
\if :need_018
  \ir 018_add_email_to_user_profiles.sql
\endif
\if :need_020
  \ir 020_simple_appointments_table.sql
\endif
\if :need_021
  \ir 021_access.sql
\endif
\if :need_022
  \ir 022_audit_log.sql
\endif
commit;
