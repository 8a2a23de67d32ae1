-- Every column of the specification's tables is there, with its type, and NOT NULL where it says so.
create temp table specified (place serial, tbl text, col text, type text, required boolean);
copy specified (tbl, col, type, required) from stdin (delimiter ' ');
orgs id uuid t
orgs name text t
orgs stripe_customer_id text f
orgs plan text t
orgs metadata jsonb f
orgs created_at timestamptz f
orgs updated_at timestamptz f
org_members id uuid t
org_members org_id uuid t
org_members user_id text t
org_members role user_role t
org_members metadata jsonb f
org_members created_at timestamptz f
org_members updated_at timestamptz f
scenarios id uuid t
scenarios org_id uuid t
scenarios title text t
scenarios description text f
scenarios persona jsonb f
scenarios difficulty text f
scenarios ai_prompt text f
scenarios branching jsonb f
scenarios rubric jsonb f
scenarios status text f
scenarios created_by text f
scenarios created_at timestamptz f
scenarios updated_at timestamptz f
tracks id uuid t
tracks org_id uuid t
tracks title text t
tracks description text f
tracks status text f
tracks created_at timestamptz f
tracks updated_at timestamptz f
track_scenarios track_id uuid t
track_scenarios scenario_id uuid t
track_scenarios position int4 t
assignments id uuid t
assignments org_id uuid t
assignments assignee_user_id text f
assignments type text t
assignments scenario_id uuid f
assignments track_id uuid f
assignments due_at timestamptz f
assignments required bool f
assignments created_by text f
assignments created_at timestamptz f
assignments updated_at timestamptz f
scenario_attempts id uuid t
scenario_attempts org_id uuid t
scenario_attempts user_id text t
scenario_attempts scenario_id uuid f
scenario_attempts assignment_id uuid f
scenario_attempts vapi_call_id text f
scenario_attempts started_at timestamptz f
scenario_attempts ended_at timestamptz f
scenario_attempts duration_seconds int4 f
scenario_attempts recording_url text f
scenario_attempts transcript_text text f
scenario_attempts transcript_json jsonb f
scenario_attempts score numeric f
scenario_attempts score_breakdown jsonb f
scenario_attempts kpis jsonb f
scenario_attempts status text t
scenario_attempts feedback_text text f
scenario_attempts created_at timestamptz f
scenario_attempts updated_at timestamptz f
articles id uuid t
articles slug text t
articles title text t
articles description text f
articles content text t
articles category text t
articles tags text[] f
articles author text f
articles published_at timestamptz f
articles featured bool f
articles metadata jsonb f
articles created_at timestamptz f
articles updated_at timestamptz f
webhooks id uuid t
webhooks org_id uuid t
webhooks name text t
webhooks url text t
webhooks secret text t
webhooks enabled bool f
webhooks events text[] t
webhooks created_at timestamptz f
webhooks updated_at timestamptz f
webhook_deliveries id uuid t
webhook_deliveries webhook_id uuid t
webhook_deliveries event text t
webhook_deliveries payload jsonb t
webhook_deliveries status text t
webhook_deliveries response_status int4 f
webhook_deliveries response_body text f
webhook_deliveries attempted_at timestamptz f
webhook_deliveries retry_count int4 f
webhook_deliveries next_retry_at timestamptz f
fact_scenario_attempts attempt_id uuid t
fact_scenario_attempts org_id uuid t
fact_scenario_attempts user_id text t
fact_scenario_attempts scenario_id uuid f
fact_scenario_attempts score numeric f
fact_scenario_attempts duration_seconds int4 f
fact_scenario_attempts talk_ms int4 f
fact_scenario_attempts listen_ms int4 f
fact_scenario_attempts started_at timestamptz f
fact_scenario_attempts ended_at timestamptz f
fact_scenario_attempts date_key date f
fact_scenario_attempts created_at timestamptz f
fact_kpi_events id uuid t
fact_kpi_events attempt_id uuid f
fact_kpi_events org_id uuid t
fact_kpi_events user_id text t
fact_kpi_events scenario_id uuid f
fact_kpi_events event_type text t
fact_kpi_events event_value jsonb f
fact_kpi_events timestamp_ms int4 f
fact_kpi_events created_at timestamptz f
dim_users user_id text t
dim_users org_id uuid t
dim_users name text f
dim_users email text f
dim_users role user_role f
dim_users created_at timestamptz f
dim_users updated_at timestamptz f
dim_scenarios scenario_id uuid t
dim_scenarios org_id uuid t
dim_scenarios title text f
dim_scenarios difficulty text f
dim_scenarios category text f
dim_scenarios created_at timestamptz f
dim_scenarios updated_at timestamptz f
dim_tracks track_id uuid t
dim_tracks org_id uuid t
dim_tracks title text f
dim_tracks scenario_count int4 f
dim_tracks created_at timestamptz f
dim_tracks updated_at timestamptz f
dim_time date_key date t
dim_time year int4 f
dim_time quarter int4 f
dim_time month int4 f
dim_time week int4 f
dim_time day_of_week int4 f
dim_time day_of_month int4 f
dim_time day_of_year int4 f
dim_time is_weekend bool f
dim_orgs org_id uuid t
dim_orgs name text f
dim_orgs plan text f
dim_orgs created_at timestamptz f
dim_orgs updated_at timestamptz f
mv_leaderboard_month org_id uuid f
mv_leaderboard_month user_id text f
mv_leaderboard_month month timestamptz f
mv_leaderboard_month avg_score numeric f
mv_leaderboard_month attempts int8 f
mv_leaderboard_month total_duration int8 f
mv_leaderboard_month avg_talk_percentage float8 f
mv_org_overview org_id uuid f
mv_org_overview active_users int8 f
mv_org_overview total_attempts int8 f
mv_org_overview avg_score numeric f
mv_org_overview last_activity timestamptz f
mv_org_overview attempts_this_week int8 f
mv_org_overview attempts_this_month int8 f
mv_scenario_insights org_id uuid f
mv_scenario_insights scenario_id uuid f
mv_scenario_insights attempt_count int8 f
mv_scenario_insights avg_score numeric f
mv_scenario_insights score_stddev numeric f
mv_scenario_insights avg_duration numeric f
mv_scenario_insights median_score float8 f
mv_scenario_insights last_attempted timestamptz f
\.
select count(*) as specified, count(distinct tbl) as tables from specified;

create temp view actual as
select c.relname::text as tbl, a.attname::text as col, coalesce(nullif(y.typbasetype, 0), y.oid) = any (array(
         select t.oid from pg_type t where t.typnamespace in ('pg_catalog'::regnamespace, 'public'::regnamespace)
            and t.typname = regexp_replace(s.type, '^(.*)\[\]$', '_\1'))) as type_as_specified,
       a.attnotnull as required, s.required as required_by_specification, s.col is not null as specified,
       format_type(a.atttypid, a.atttypmod) as type
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_type y on y.oid = a.atttypid -- a domain counts as what it is over
  left join specified s on s.tbl = c.relname and s.col = a.attname
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm');

-- Missing, of another type, or nullable though it must not be: none.
select s.tbl, s.col, s.type, a.type as actual
  from specified s left join actual a using (tbl, col)
 where a.col is null or not a.type_as_specified or (s.required and not a.required)
 order by s.place;

-- What the migrations add to the specification's tables.
select tbl, col, type, required from actual where not specified
 order by tbl collate "C", col collate "C";

-- Defaults that the specification gives.
select c.relname, a.attname, pg_get_expr(d.adbin, d.adrelid) as value
  from pg_attrdef d
  join pg_class c on c.oid = d.adrelid and c.relnamespace = 'public'::regnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum = d.adnum
 order by c.relname collate "C", a.attname collate "C";
select enum_range(null::user_role);
select version from callcoach_migrations order by version;
