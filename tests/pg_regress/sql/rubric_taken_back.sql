-- A rubric that was taken back with a savepoint scores nothing afterwards: what one statement looked up is
-- not believed by the next.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
update scenarios set rubric = '{"criteria": [{"name": "Rapport", "weight": 1}]}' where id = :'scenario_a';
insert into scenario_attempts (id, org_id, user_id, scenario_id, evaluation)
select ('a4000000-0000-4000-8000-00000000000' || n)::uuid, :'org_a', 'ana', :'scenario_a', '{"Rapport": 50}' from generate_series(1, 3) n;
do $$
begin
  begin
    update scenarios set rubric = '{"criteria": [{"name": "Rapport", "weight": 1}], "scale": {"min": 0, "max": 50}}'
     where id = 'a1000000-0000-4000-8000-000000000000';
    update scenario_attempts set evaluation = '{"Rapport": 70}' where id = 'a4000000-0000-4000-8000-000000000003';
    update scenario_attempts set status = 'completed' where evaluation is not null; -- the third is out of the scale
    raise exception 'this was expected to fail';
  exception when invalid_parameter_value then
    raise notice '%', sqlerrm;
  end;
  update scenario_attempts set status = 'completed' where id = 'a4000000-0000-4000-8000-000000000001';
end
$$;
savepoint s;
update scenarios set rubric = '{"criteria": [{"name": "Rapport", "weight": 1}], "scale": {"min": 0, "max": 50}}' where id = :'scenario_a';
update scenario_attempts set status = 'completed', evaluation = '{"Rapport": 70}' where evaluation is not null and status <> 'completed';
rollback to s;
update scenario_attempts set status = 'completed' where id = 'a4000000-0000-4000-8000-000000000002';
select right(id::text, 1) as attempt, score, (select score from explain_score(id) where criterion is null) as explained
  from scenario_attempts where evaluation is not null and status = 'completed' order by id;
rollback;
