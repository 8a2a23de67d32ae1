-- Events of attempts that have left 'completed', or whose call, person or scenario is another one now. What has
-- become of an attempt is decided once, not for each of its events: transcripts are large. The forms are those that
-- every plan looks up by index, whatever the statistics say: a scalar subquery, and = any of an array.
with had as materialized (
  select o.id, o.org_id, o.user_id, o.scenario_id, o.transcript_json
    from old_rows o
   where (select true from {schema}.fact_kpi_events e where e.attempt_id = o.id limit 1)
), gone as materialized (
  select o.id
    from had o left join new_rows n on n.id = o.id
   where n.id is null or n.status <> 'completed'
      or (n.org_id, n.user_id, n.scenario_id) is distinct from (o.org_id, o.user_id, o.scenario_id)
      or n.transcript_json is distinct from o.transcript_json
)
delete from {schema}.fact_kpi_events e where e.attempt_id = any (array(select id from gone))
