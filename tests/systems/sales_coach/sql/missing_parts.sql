-- Without pgvector, and without Storage: the migrations say so, the rest works, and running them again adds what was
-- left out.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set migration_002 `cat "$PG_ABS_SRCDIR/../../../sql/sales_coach/002_knowledge_base.sql"`
\set migration_003 `cat "$PG_ABS_SRCDIR/../../../sql/sales_coach/003_call_uploads_status.sql"`
set search_path = sales_coach, public;
begin;
set local client_min_messages = warning;
drop extension vector cascade;
delete from callcoach_migrations where version = '002_knowledge_base';
drop function rebuild_embedding_indexes();
\set ECHO none
:migration_002
\set ECHO all
select count(*) from callcoach_migrations where version = '002_knowledge_base';
insert into knowledge_base (source, source_file, section_title, content, topics) values ('wiki', 'x', 'x', 'x', '{pitch}');
insert into objection_library (category, objection_text, response_template) values ('timing', 'x', 'x');
set local role authenticated;
select content from knowledge_base where topics @> '{pitch}';
select objection_text from objection_library where category = 'timing';
reset role;
-- In another schema than before, which is not on the search_path.
create schema elsewhere;
create extension vector schema elsewhere;
\set ECHO none
:migration_002
\set ECHO all
select count(*) from callcoach_migrations where version = '002_knowledge_base';
select proname, proargnames[1] as argument from pg_proc where pronamespace = 'sales_coach'::regnamespace and proname ~ '^(match|near|rebuild)' order by 1;
select tablename, indexname from pg_indexes where schemaname = 'sales_coach' and indexname ~ 'embedding' order by 1;
-- The grants are what they were.
select relname, g.grantee::regrole as grantee, privilege_type from pg_class, aclexplode(relacl) g
 where oid in ('knowledge_base'::regclass, 'objection_library'::regclass) and g.grantee <> relowner order by 1, 2, 3;
rollback;

begin;
set local client_min_messages = warning;
delete from callcoach_migrations where version = '003_call_uploads_status';
drop schema storage cascade;
\set ECHO none
:migration_003
\set ECHO all
select count(*) from callcoach_migrations where version = '003_call_uploads_status';
select count(*) from call_uploads;
rollback;
select version from callcoach_migrations where version in ('002_knowledge_base', '003_call_uploads_status') order by 1;
