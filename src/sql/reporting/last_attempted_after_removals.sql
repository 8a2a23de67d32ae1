-- Scenarios ($1 organisations, $2 their scenarios, side by side) that have lost what was their last attempt.
update {schema}.rollup_scenarios s
   set last_attempted = case
         when k.scenario_id is null then
           (select max(f.ended_at) from {schema}.fact_scenario_attempts f
             where f.org_id = k.org_id and f.scenario_id is null and f.score is not null)
         else
           (select max(f.ended_at) from {schema}.fact_scenario_attempts f
             where f.org_id = k.org_id and f.scenario_id = k.scenario_id and f.score is not null)
       end
  from unnest($1::uuid[], $2::uuid[]) as k (org_id, scenario_id)
 where s.org_id = k.org_id and s.scenario_id is not distinct from k.scenario_id
