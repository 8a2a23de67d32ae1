-- What a dashboard reads of one organisation, one after the other.
select * from mv_leaderboard_month where org_id = :org and month = date_trunc('month', now(), 'UTC') order by avg_score desc limit 20;
select * from mv_org_overview where org_id = :org;
select * from mv_scenario_insights where org_id = :org;
