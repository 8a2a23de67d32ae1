-- The dashboards' queries of docs/reporting.md read one organisation's facts by index.
begin;
set local client_min_messages = warning;
insert into orgs (id, name) select ('d0000000-0000-4000-8000-0000000000' || lpad(n::text, 2, '0'))::uuid, 'Organisation ' || n from generate_series(1, 20) as n;
insert into fact_scenario_attempts (attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at)
select gen_random_uuid(), ('d0000000-0000-4000-8000-0000000000' || lpad((1 + n % 20)::text, 2, '0'))::uuid, 'user_' || n % 40,
       ('e0000000-0000-4000-8000-0000000000' || lpad((n % 10)::text, 2, '0'))::uuid, n % 101, 600, 300000, 280000,
       timestamptz '2025-01-01 00:00+00' + n * interval '10 minutes', timestamptz '2025-01-01 00:10+00' + n * interval '10 minutes'
  from generate_series(1, 20000) as n;
insert into fact_kpi_events (org_id, user_id, event_type, event_value, timestamp_ms)
select org_id, user_id, 'filler_word', '{"word": "um"}', 1000 from fact_scenario_attempts where org_id::text like 'd0%';
analyze fact_scenario_attempts, fact_kpi_events;

-- The tables that a statement reads, and whether it reads all of them.
create function pg_temp.reads(statement text) returns table (tbl text, by text) language plpgsql as $$
declare
  plan jsonb;
begin
  execute 'explain (format json) ' || statement into plan;
  return query
  with recursive node (n) as (
    select plan -> 0 -> 'Plan' union all select jsonb_array_elements(n -> 'Plans') from node where n ? 'Plans')
  select distinct n ->> 'Relation Name',
         case when n ->> 'Node Type' in ('Index Scan', 'Index Only Scan', 'Bitmap Heap Scan') then 'index' else n ->> 'Node Type' end
    from node where n ? 'Relation Name' order by 1, 2;
end
$$;
select what, r.*
  from (values
    (1, 'trend by day', 'select date_key, count(*), avg(score) from fact_scenario_attempts where org_id = $o and date_key >= date ''2025-04-01'' group by 1'),
    (2, 'trend of a person', 'select date_key, count(*), avg(score) from fact_scenario_attempts where org_id = $o and user_id = ''user_7'' and date_key >= date ''2025-02-01'' group by 1'),
    (3, 'trend of a scenario', 'select date_key, count(*), avg(score) from fact_scenario_attempts where org_id = $o and scenario_id = ''e0000000-0000-4000-8000-000000000003'' group by 1'),
    (4, 'cohorts', 'with first as (select user_id, min(date_trunc(''month'', started_at, ''UTC'')) as cohort from fact_scenario_attempts where org_id = $o group by 1)
                    select cohort, date_trunc(''month'', f.started_at, ''UTC'') as month, count(distinct f.user_id) from fact_scenario_attempts f join first using (user_id) where f.org_id = $o group by 1, 2'),
    (5, 'KPI events', 'select event_type, timestamp_ms / 60000, count(*) from fact_kpi_events where org_id = $o group by 1, 2')) as q (place, what, statement),
  lateral pg_temp.reads(replace(statement, '$o', quote_literal('d0000000-0000-4000-8000-000000000003'))) as r
 order by place, 2;
rollback;
