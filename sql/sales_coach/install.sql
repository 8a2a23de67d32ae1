-- sales_coach and every migration of it, in one transaction, after the extension callcoach. Running it again
-- changes nothing, but for what was missing before: the vectors where pgvector has come, the bucket where Storage has.
--   psql -d yourdb -f sql/sales_coach/install.sql
\set ON_ERROR_STOP on

begin;
\set system sales_coach
\ir ../begin_system.sql
comment on schema sales_coach is 'A sales coach: practice calls with AI personas, uploaded calls, a curriculum, a knowledge base.';

-- What is there already is left alone.
\if :fresh
  \ir 001_initial_schema.sql
\endif
select count(*) filter (where version = '002_knowledge_base') = 0 as need_002,
       count(*) filter (where version = '003_call_uploads_status') = 0 as need_003,
       count(*) filter (where version = '004_audit_log') = 0 as need_004,
       count(*) filter (where version = '005_soft_delete') = 0 as need_005,
       count(*) filter (where version = '006_auth_user_sync') = 0 as need_006,
       count(*) filter (where version = '007_security_advisories_fix') = 0 as need_007,
       count(*) filter (where version = '008_fix_performance_advisories') = 0 as need_008,
       count(*) filter (where version = '009_consolidate_rls_policies') = 0 as need_009,
       count(*) filter (where version = '010_performance_indexes') = 0 as need_010,
       count(*) filter (where version = '011_session_kpis') = 0 as need_011
  from sales_coach.callcoach_migrations \gset
\if :need_002
  \ir 002_knowledge_base.sql
\endif
\if :need_003
  \ir 003_call_uploads_status.sql
\endif
\if :need_004
  \ir 004_audit_log.sql
\endif
\if :need_005
  \ir 005_soft_delete.sql
\endif
\if :need_006
  \ir 006_auth_user_sync.sql
\endif
\if :need_007
  \ir 007_security_advisories_fix.sql
\endif
\if :need_008
  \ir 008_fix_performance_advisories.sql
\endif
\if :need_009
  \ir 009_consolidate_rls_policies.sql
\endif
\if :need_010
  \ir 010_performance_indexes.sql
\endif
\if :need_011
  \ir 011_session_kpis.sql
\endif
commit;
