-- The extension and every migration, in one transaction. Running it again changes nothing.
--   psql -d yourdb -f sql/install.sql                    into schema public
--   psql -d yourdb -v schema=api -f sql/install.sql      into a schema of your choice
\set ON_ERROR_STOP on
\if :{?schema}
\else
  \set schema public
\endif

begin;
set local client_min_messages = warning;
create schema if not exists :"schema";
create extension if not exists callcoach schema :"schema";
set local search_path = :"schema";

-- What is there already, by the migrations' own record.
select to_regclass('callcoach_migrations') is null as fresh \gset
\if :fresh
  \ir migrations/0001_init.sql
\endif
select count(*) filter (where version = '0002_reporting') = 0 as need_0002,
       count(*) filter (where version = '0003_articles') = 0 as need_0003,
       count(*) filter (where version = '0004_clerk_jwt_integration') = 0 as need_0004,
       count(*) filter (where version = '0005_roles') = 0 as need_0005,
       count(*) filter (where version = '0006_storage') = 0 as need_0006,
       count(*) filter (where version = '0007_transcripts_lz4') = 0 as need_0007,
       count(*) filter (where version = '0008_time_ordered_ids') = 0 as need_0008,
       count(*) filter (where version = '0009_incremental_reporting') = 0 as need_0009,
       count(*) filter (where version = '0010_webhook_events') = 0 as need_0010,
       count(*) filter (where version = '0011_webhook_delivery') = 0 as need_0011,
       count(*) filter (where version = '0012_lighter_deliveries') = 0 as need_0012
  from callcoach_migrations \gset
\if :need_0002
  \ir migrations/0002_reporting.sql
\endif
\if :need_0003
  \ir migrations/0003_articles.sql
\endif
\if :need_0004
  \ir migrations/0004_clerk_jwt_integration.sql
\endif
\if :need_0005
  \ir migrations/0005_roles.sql
\endif
\if :need_0006
  \ir migrations/0006_storage.sql
\endif
\if :need_0007
  \ir migrations/0007_transcripts_lz4.sql
\endif
\if :need_0008
  \ir migrations/0008_time_ordered_ids.sql
\endif
\if :need_0009
  \ir migrations/0009_incremental_reporting.sql
\endif
\if :need_0010
  \ir migrations/0010_webhook_events.sql
\endif
\if :need_0011
  \ir migrations/0011_webhook_delivery.sql
\endif
\if :need_0012
  \ir migrations/0012_lighter_deliveries.sql
\endif
commit;
