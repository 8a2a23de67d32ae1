-- customer_success: its schema and every migration of it, in one transaction, after the extension callcoach. Running
-- it again changes nothing, but for what was missing before: the embeddings, once pgvector is there.
--   psql -d yourdb -f sql/customer_success/install.sql
\set ON_ERROR_STOP on

begin;
\set system customer_success
\ir ../begin_system.sql
comment on schema customer_success is 'Customer success: customers, contracts, conversations with agents, meetings, training, health scores.';

-- What is there already is left alone.
\if :fresh
  \ir 001_initial.sql
\endif
select count(*) filter (where version = '002_vector_search') = 0 as need_002,
       count(*) filter (where version = '003_access') = 0 as need_003,
       count(*) filter (where version = '004_health_scores') = 0 as need_004,
       count(*) filter (where version = '005_activity_log') = 0 as need_005
  from customer_success.callcoach_migrations \gset
\if :need_002
  \ir 002_vector_search.sql
\endif
\if :need_003
  \ir 003_access.sql
\endif
\if :need_004
  \ir 004_health_scores.sql
\endif
\if :need_005
  \ir 005_activity_log.sql
\endif
commit;
