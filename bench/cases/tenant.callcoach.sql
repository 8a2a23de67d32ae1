-- A member of the organisation, whom the table's policy holds back.
begin;
set local role authenticated;
\ir ../token.sql
select set_config('request.jwt.claims', :'token', true), set_org_claim(:'org') \g /dev/null
\set read :read ' where true' :and
\ir tenant_reads.sql
