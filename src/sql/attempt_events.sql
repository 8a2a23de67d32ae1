-- scenario.completed for attempts that have become completed; attempt.scored.low for completed ones whose
-- score has come to lie below the threshold. Before this stands:
-- with changed as (… new rows …), before as (… old rows, none for an INSERT …)
, scored as (
  -- The columns that are needed and no others: this is materialized, and transcripts are large.
  select c.id, c.org_id, c.user_id, c.scenario_id, c.assignment_id, c.started_at, c.ended_at, c.duration_seconds,
         c.score, c.score_breakdown, c.kpis,
         b.id is null or b.status <> 'completed' as completed_now, b.score as score_before,
         b.status = 'completed' as was_completed,
         {threshold} as threshold
    from changed c
    left join before b on b.id = c.id
    join {schema}.orgs o on o.id = c.org_id
    left join {schema}.scenarios s on s.org_id = c.org_id and s.id = c.scenario_id
   where c.status = 'completed'
     and (b.id is null or b.status <> 'completed' or b.score is distinct from c.score)
), happened as (
  select org_id, 'scenario.completed' as event,
         {completed_data} as data
    from scored
   where completed_now
  union all
  select org_id, 'attempt.scored.low',
         jsonb_build_object(
           'attempt_id', id, 'user_id', user_id, 'scenario_id', scenario_id, 'assignment_id', assignment_id,
           'score', score, 'threshold', threshold,
           'score_breakdown', case when octet_length(score_breakdown::text) <= 65536 then score_breakdown end)
    from scored
   where score < threshold
     and (was_completed and score_before < threshold) is not true
)
