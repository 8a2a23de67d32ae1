-- Materialized, so that the join is planned by the number of rows and not by a guess of how many of the
-- table's attempts are completed; without the transcripts.
with changed as materialized (
  select a.id, a.org_id, a.user_id, a.scenario_id, a.assignment_id, a.started_at, a.ended_at, a.duration_seconds,
         a.score, a.kpis, a.status
    from (select distinct id from new_rows) n
    join {schema}.scenario_attempts a on a.id = n.id
), before as materialized (
  select distinct on (id) id, status from old_rows order by id
)
