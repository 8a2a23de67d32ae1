-- As PostgREST would: authenticator has verified the token and taken the role it names.
begin;
set local role authenticated;
\ir ../token.sql
select set_config('request.jwt.claims', :'token', true) \g /dev/null
\timing on
select sum(case when set_org_claim(id) is null then 1 else 1 end) as calls
  from bench.orgs, generate_series(1, :calls / 20) \gset
\timing off
select count(*) as claimed from bench.orgs where id = current_org_id() \gset
-- Was the member looked for? Somebody else is refused.
\set sub nobody
\ir ../token.sql
select set_config('request.jwt.claims', :'token', true) \g /dev/null
do $$
begin
  perform set_org_claim(id) from bench.orgs;
exception when insufficient_privilege then
  perform set_config('bench.refused', 'refused', true);
end
$$;
select current_setting('bench.refused', true) as refused \gset
rollback;
\echo done :calls :claimed :refused
