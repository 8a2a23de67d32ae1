-- Whoever is not the owner gets at facts through the whole table alone. Errors are shown, and go on.
\set ON_ERROR_STOP off
\set ON_ERROR_ROLLBACK on
\set VERBOSITY sqlstate
select 'p' || to_char(now() at time zone 'UTC', 'YYYY_MM') as leaf \gset
\set leaf 'fact_scenario_attempts_' :leaf
select 'facts of all', count(*) > 3 from fact_scenario_attempts;
-- A partition that somebody else makes, and gives away, is sealed at once.
create table fact_scenario_attempts_p2080_01 (like fact_scenario_attempts including defaults including constraints);
grant all on fact_scenario_attempts_p2080_01 to authenticated, service_role, public;
alter table fact_scenario_attempts attach partition fact_scenario_attempts_p2080_01 for values from ('2080-01-01') to ('2080-02-01');
select 'unsealed', c.relname, c.relacl from pg_class c join pg_inherits i on i.inhrelid = c.oid
 where i.inhparent = 'fact_scenario_attempts'::regclass
   and (not c.relrowsecurity or exists (select from aclexplode(c.relacl) a where a.grantee <> c.relowner));
select 'findings', object, finding from callcoach.security_findings();
begin;
select set_config('request.jwt.claims', '{"sub": "user_mia", "role": "authenticated"}', true) \g /dev/null
set local role authenticated;
select set_org_claim('a0000000-0000-4000-8000-000000000000') \g /dev/null
select 'organisations that a manager sees', array_agg(distinct org_id), count(*) > 1 from fact_scenario_attempts;
select 'another''s', count(*) from fact_scenario_attempts where org_id = 'b0000000-0000-4000-8000-000000000000';
select count(*) from :leaf;
select count(*) from fact_scenario_attempts_default;
select count(*) from fact_partitions;
select callcoach.keep_fact_partitions();
select callcoach.make_fact_partition('2081-01-01');
select callcoach.fact_horizon();
insert into :leaf (attempt_id, org_id, user_id, date_key) values (gen_random_uuid(), 'a0000000-0000-4000-8000-000000000000', 'x', current_date);
insert into fact_scenario_attempts (attempt_id, org_id, user_id, date_key) values (gen_random_uuid(), 'a0000000-0000-4000-8000-000000000000', 'x', '-infinity');
rollback;
begin;
select set_config('request.jwt.claims', '{"sub": "user_ana", "role": "authenticated"}', true) \g /dev/null
set local role authenticated;
select set_org_claim('a0000000-0000-4000-8000-000000000000') \g /dev/null
select 'whose facts a trainee sees', array_agg(distinct user_id), count(*) > 0 from fact_scenario_attempts;
rollback;
begin;
set local role service_role;
select 'the server reads all', count(*) > 3 from fact_scenario_attempts;
select count(*) from :leaf;
update :leaf set score = 1;
truncate :leaf;
delete from fact_scenario_attempts_default;
rollback;
begin;
set local role anon;
select count(*) from fact_scenario_attempts;
select count(*) from :leaf;
rollback;
