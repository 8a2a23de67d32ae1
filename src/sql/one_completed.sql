with changed as (
  select $1::uuid as id, $2::uuid as org_id, $3::text as user_id, $4::uuid as scenario_id, $5::uuid as assignment_id,
         $6::timestamptz as started_at, $7::timestamptz as ended_at, $8::int as duration_seconds, $9::numeric as score,
         $10::jsonb as kpis, 'completed' as status
)
