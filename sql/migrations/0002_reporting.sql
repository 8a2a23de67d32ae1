-- 0002_reporting: the star schema, its triggers, and the three reporting views.

create table fact_scenario_attempts (
  attempt_id uuid primary key,
  org_id uuid not null references orgs (id) on delete cascade,
  user_id text not null,
  scenario_id uuid,
  score numeric,
  duration_seconds int,
  talk_ms int,
  listen_ms int,
  started_at timestamptz,
  ended_at timestamptz,
  date_key date generated always as ((started_at at time zone 'UTC')::date) stored,
  created_at timestamptz not null default now(),
  constraint fact_scenario_attempts_score_range check (score between 0 and 100),
  constraint fact_scenario_attempts_not_negative
    check (duration_seconds >= 0 and talk_ms >= 0 and listen_ms >= 0)
);
create index fact_scenario_attempts_org_id_date_key_idx
  on fact_scenario_attempts (org_id, date_key);
create index fact_scenario_attempts_org_id_user_id_date_key_idx
  on fact_scenario_attempts (org_id, user_id, date_key);
create index fact_scenario_attempts_org_id_scenario_id_idx
  on fact_scenario_attempts (org_id, scenario_id);
comment on table fact_scenario_attempts is 'One row for each completed attempt, kept by triggers on scenario_attempts; not written by hand.';
comment on column fact_scenario_attempts.date_key is 'The UTC date of started_at.';
comment on column fact_scenario_attempts.talk_ms is 'Milliseconds the trainee spoke.';
comment on column fact_scenario_attempts.listen_ms is 'Milliseconds the AI spoke.';

create table fact_kpi_events (
  id uuid primary key default gen_random_uuid(),
  attempt_id uuid,
  org_id uuid not null references orgs (id) on delete cascade,
  user_id text not null,
  scenario_id uuid,
  event_type text not null,
  event_value jsonb,
  timestamp_ms int,
  created_at timestamptz not null default now(),
  constraint fact_kpi_events_attempt_fkey
    foreign key (org_id, attempt_id) references scenario_attempts (org_id, id) on delete cascade,
  constraint fact_kpi_events_event_type_known check (
    event_type in ('filler_word', 'interruption', 'question_asked', 'objection_raised', 'keyword_mentioned')
  ),
  constraint fact_kpi_events_timestamp_not_negative check (timestamp_ms >= 0)
);
create index fact_kpi_events_attempt_id_idx on fact_kpi_events (attempt_id);
create index fact_kpi_events_org_id_attempt_id_idx on fact_kpi_events (org_id, attempt_id);
create index fact_kpi_events_org_id_event_type_idx on fact_kpi_events (org_id, event_type);
comment on table fact_kpi_events is 'Single KPI events within a call (optional, high volume).';
comment on column fact_kpi_events.timestamp_ms is 'Milliseconds from the start of the call.';

create table dim_users (
  org_id uuid not null references orgs (id) on delete cascade,
  user_id text not null,
  name text,
  email text,
  role user_role,
  created_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (org_id, user_id)
);
comment on table dim_users is 'Members for reports: one row for each person and organisation.';

create table dim_scenarios (
  org_id uuid not null references orgs (id) on delete cascade,
  scenario_id uuid not null,
  title text,
  difficulty text,
  category text,
  created_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (org_id, scenario_id)
);
comment on table dim_scenarios is 'Scenarios for reports.';
comment on column dim_scenarios.category is 'The persona''s category, or else its role.';

create table dim_tracks (
  org_id uuid not null references orgs (id) on delete cascade,
  track_id uuid not null,
  title text,
  scenario_count int,
  created_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (org_id, track_id)
);
comment on table dim_tracks is 'Tracks for reports.';

create table dim_orgs (
  org_id uuid primary key references orgs (id) on delete cascade,
  name text,
  plan text,
  created_at timestamptz,
  updated_at timestamptz not null default now()
);
comment on table dim_orgs is 'Organisations for reports.';

create table dim_time (
  date_key date primary key,
  year int not null,
  quarter int not null,
  month int not null,
  week int not null,
  day_of_week int not null,
  day_of_month int not null,
  day_of_year int not null,
  is_weekend boolean not null
);
comment on table dim_time is 'The calendar, 1970 to 2100. Shared by all organisations.';
comment on column dim_time.week is 'ISO 8601 week.';
comment on column dim_time.day_of_week is 'ISO 8601: Monday is 1, Sunday 7.';
insert into dim_time
select d, extract(year from d), extract(quarter from d), extract(month from d), extract(week from d),
       extract(isodow from d), extract(day from d), extract(doy from d), extract(isodow from d) >= 6
  from (select date '1970-01-01' + n as d
          from generate_series(0, date '2100-12-31' - date '1970-01-01') as n) as days;

-- … and these keep facts and webhooks in step with what was written, once a statement.
create trigger attempt_after_insert after insert on scenario_attempts
  referencing new table as new_rows
  for each statement execute function callcoach.attempt_after_write();
create trigger attempt_after_update after update on scenario_attempts
  referencing old table as old_rows new table as new_rows
  for each statement execute function callcoach.attempt_after_write();
create trigger attempt_after_delete after delete on scenario_attempts
  referencing old table as old_rows
  for each statement execute function callcoach.attempt_after_write();
create trigger attempt_after_truncate after truncate on scenario_attempts
  for each statement execute function callcoach.attempt_after_write();

-- Dimensions follow their core tables; the trigger's argument names the dimension. Deleted people and
-- scenarios stay, because facts still refer to them; deleted organisations take theirs along.
do $$
declare
  source text;
  dimension text;
begin
  for source, dimension in
    values ('orgs', 'dim_orgs'), ('org_members', 'dim_users'), ('scenarios', 'dim_scenarios'),
           ('tracks', 'dim_tracks'), ('track_scenarios', 'dim_tracks')
  loop
    execute format(
      'create trigger sync_dimension_insert after insert on %I referencing new table as new_rows
         for each statement execute function callcoach.sync_dimension(%L)', source, dimension);
    execute format(
      'create trigger sync_dimension_update after update on %I referencing new table as new_rows
         for each statement execute function callcoach.sync_dimension(%L)', source, dimension);
  end loop;
end
$$;
-- A scenario that is taken out of a track, or moved to another: the track it was in is counted again, too.
create trigger sync_dimension_delete after delete on track_scenarios referencing old table as new_rows
  for each statement execute function callcoach.sync_dimension('dim_tracks');
create trigger sync_dimension_update_old after update on track_scenarios referencing old table as new_rows
  for each statement execute function callcoach.sync_dimension('dim_tracks');

-- Readable by no API role: a materialized view cannot carry row level security.
create materialized view mv_leaderboard_month as
select org_id, user_id, date_trunc('month', started_at, 'UTC') as month, avg(score) as avg_score,
       count(*) as attempts, sum(duration_seconds) as total_duration,
       avg(talk_ms::float / nullif(talk_ms::bigint + listen_ms, 0) * 100) as avg_talk_percentage
  from fact_scenario_attempts
 where score is not null
 group by org_id, user_id, date_trunc('month', started_at, 'UTC')
  with no data;
-- A month may be NULL (an attempt without started_at): the index must still tell two such rows apart.
create unique index mv_leaderboard_month_key on mv_leaderboard_month (org_id, user_id, month) nulls not distinct;
comment on materialized view mv_leaderboard_month is 'By organisation, person and UTC month: average score, attempts, seconds, share of talk in percent.';

create materialized view mv_org_overview as
select org_id, count(distinct user_id) as active_users, count(*) as total_attempts, avg(score) as avg_score,
       max(ended_at) as last_activity,
       count(*) filter (where ended_at >= now() - interval '7 days') as attempts_this_week,
       count(*) filter (where ended_at >= now() - interval '30 days') as attempts_this_month
  from fact_scenario_attempts
 where ended_at is not null
 group by org_id
  with no data;
create unique index mv_org_overview_key on mv_org_overview (org_id);
comment on materialized view mv_org_overview is 'By organisation: people, attempts, average score, last activity; the windows are those of the last refresh.';

create materialized view mv_scenario_insights as
select org_id, scenario_id, count(*) as attempt_count, avg(score) as avg_score, stddev(score) as score_stddev,
       avg(duration_seconds) as avg_duration,
       percentile_cont(0.5) within group (order by score) as median_score, max(ended_at) as last_attempted
  from fact_scenario_attempts
 where score is not null
 group by org_id, scenario_id
  with no data;
create unique index mv_scenario_insights_key on mv_scenario_insights (org_id, scenario_id) nulls not distinct;
comment on materialized view mv_scenario_insights is 'By organisation and scenario: attempts, average, spread and median of the score.';

do $$
declare
  t text;
begin
  foreach t in array array[
    'fact_scenario_attempts', 'fact_kpi_events', 'dim_users', 'dim_scenarios', 'dim_tracks', 'dim_orgs']
  loop
    execute format('alter table %I enable row level security', t);
    execute format(
      'create policy %I on %I using (org_id = (select current_org_id())) with check (org_id = (select current_org_id()))',
      t || '_own_org', t);
  end loop;
end
$$;
alter table dim_time enable row level security;
create policy dim_time_everyone on dim_time for select using (true);

do $$
declare
  t text;
  r text;
begin
  foreach t in array array[
    'fact_scenario_attempts', 'fact_kpi_events', 'dim_users', 'dim_scenarios', 'dim_tracks', 'dim_orgs',
    'dim_time', 'mv_leaderboard_month', 'mv_org_overview', 'mv_scenario_insights']
  loop
    execute format('revoke all on table %I from public', t);
    for r in select rolname from pg_catalog.pg_roles
              where rolname in ('anon', 'authenticated', 'service_role') order by rolname
    loop
      execute format('revoke all on table %I from %I', t, r);
      if r = 'service_role' and t not like 'mv\_%' then
        execute format('grant all on table %I to service_role', t);
      elsif r = 'authenticated' and t not like 'mv\_%' then
        -- Derived rows: the extension's triggers write them, people read them.
        execute format('grant select on table %I to authenticated', t);
      end if;
    end loop;
  end loop;
end
$$;

insert into callcoach_migrations (version) values ('0002_reporting');
