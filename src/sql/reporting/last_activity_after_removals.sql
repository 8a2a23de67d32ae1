-- Organisations ($1) that have lost what was their last activity: the latest end that the hours know, or else,
-- where it lies further back than they reach, the facts.
update {schema}.rollup_orgs o
   set last_activity = coalesce(
         (select max(e) from (select h.ended_at from {schema}.rollup_org_hours h
                               where h.org_id = o.org_id and h.attempts > 0 and h.hour > now() - interval '31 days'
                               order by h.hour desc limit 1) latest, unnest(latest.ended_at) as e),
         (select max(f.ended_at) from {schema}.fact_scenario_attempts f where f.org_id = o.org_id))
 where o.org_id = any ($1::uuid[])
