jsonb_build_object(
           'attempt_id', id, 'user_id', user_id, 'scenario_id', scenario_id, 'assignment_id', assignment_id,
           'started_at', started_at, 'ended_at', ended_at, 'duration_seconds', duration_seconds,
           -- KPIs and marks may have been written by hand: beyond this size receivers have to fetch them.
           'score', score, 'kpis', case when octet_length(kpis::text) <= 65536 then kpis end)