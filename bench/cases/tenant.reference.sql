-- A superuser, whom no policy holds back, says which organisation.
begin;
\set read :read ' where org_id = ' :'org' :and
\ir tenant_reads.sql
