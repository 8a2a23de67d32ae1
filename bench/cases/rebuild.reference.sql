-- The documents' three refreshes.
\timing on
do $$
begin
  refresh materialized view documents.mv_leaderboard_month;
  refresh materialized view documents.mv_org_overview;
  refresh materialized view documents.mv_scenario_insights;
end
$$;
\timing off
select count(*) as facts from fact_scenario_attempts \gset
\echo done :facts
