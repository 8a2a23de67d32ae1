-- 0009_incremental_reporting: the three reports become views over rollups that follow the facts change by change.
-- In every snapshot: rollups + what the log still holds = the reports over the facts.
drop materialized view mv_leaderboard_month, mv_org_overview, mv_scenario_insights;

-- The log: a row for each fact that a statement changed, as it was and as it is. Written by triggers only, folded
-- and emptied by refresh_reporting(). No index: writers append, and a fold reads all of it. No foreign key to
-- orgs: a deleted organisation's facts are taken out of the rollups as any others are.
create table reporting_deltas (
  id bigint generated always as identity,
  logged_at timestamptz not null default now(),
  old_started_at timestamptz,
  old_ended_at timestamptz,
  new_started_at timestamptz,
  new_ended_at timestamptz,
  old_duration_seconds int,
  old_talk_ms int,
  old_listen_ms int,
  new_duration_seconds int,
  new_talk_ms int,
  new_listen_ms int,
  org_id uuid not null,
  old_scenario_id uuid,
  new_scenario_id uuid,
  old_user_id text,
  new_user_id text,
  old_score numeric,
  new_score numeric
) with (autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_insert_threshold = -1,
        -- Every fold empties it: its statistics would say nothing, and each new set makes kept plans anew.
        autovacuum_analyze_threshold = 2147483647);
comment on table reporting_deltas is 'What changed in fact_scenario_attempts and is not in the rollups yet; refresh_reporting() empties it.';
comment on column reporting_deltas.id is 'Ascending for each fact, so that the first n changes never take back what is not there yet.';
comment on column reporting_deltas.logged_at is 'When the transaction began that changed the fact.';
comment on column reporting_deltas.old_user_id is 'The fact as it was, in the columns old_…; all NULL for a new one.';
comment on column reporting_deltas.new_user_id is 'The fact as it is, in the columns new_…; all NULL for one that is gone.';

create table rollup_user_months (
  org_id uuid not null,
  user_id text not null,
  month timestamptz,
  attempts bigint not null,
  duration_sum bigint not null,
  duration_count bigint not null,
  talk_count bigint not null,
  talk_percent_sum numeric not null,
  score_sum numeric not null
) with (fillfactor = 80);
-- A month may be NULL (an attempt without started_at).
create unique index rollup_user_months_key on rollup_user_months (org_id, month, user_id) nulls not distinct;
comment on table rollup_user_months is 'Scored attempts by organisation, person and UTC month: what mv_leaderboard_month is made of.';
comment on column rollup_user_months.duration_count is 'Attempts whose duration is known.';
comment on column rollup_user_months.talk_count is 'Attempts in which somebody spoke.';
comment on column rollup_user_months.talk_percent_sum is 'The sum of their shares of talk, in trillionths of a percent.';

create table rollup_orgs (
  org_id uuid primary key,
  attempts bigint not null,
  active_users bigint not null,
  score_count bigint not null,
  last_activity timestamptz,
  score_sum numeric not null
) with (fillfactor = 50);
comment on table rollup_orgs is 'Ended attempts by organisation: what mv_org_overview is made of.';
comment on column rollup_orgs.active_users is 'Rows of rollup_org_users.';
comment on column rollup_orgs.score_count is 'Attempts that have a score.';

create table rollup_org_users (
  org_id uuid not null,
  user_id text not null,
  attempts bigint not null,
  primary key (org_id, user_id)
) with (fillfactor = 80);
comment on table rollup_org_users is 'Ended attempts by organisation and person: counts each person of mv_org_overview once.';

create table rollup_org_hours (
  org_id uuid not null,
  hour timestamptz not null,
  attempts bigint not null,
  ended_at timestamptz[] not null,
  primary key (org_id, hour)
) with (fillfactor = 70);
comment on table rollup_org_hours is 'Ended attempts of the last 31 days by organisation and UTC hour: the windows of mv_org_overview. Older hours are removed.';
comment on column rollup_org_hours.ended_at is 'Each attempt''s end, in no order: an hour may begin before a window does.';

create table rollup_scenarios (
  org_id uuid not null,
  scenario_id uuid,
  attempts bigint not null,
  duration_sum bigint not null,
  duration_count bigint not null,
  median_score float8,
  last_attempted timestamptz,
  score_sum numeric not null,
  score_square_sum numeric not null,
  scores bytea not null
) with (fillfactor = 50);
-- A scenario may be NULL (one that was deleted).
create unique index rollup_scenarios_key on rollup_scenarios (org_id, scenario_id) nulls not distinct;
comment on table rollup_scenarios is 'Scored attempts by organisation and scenario: what mv_scenario_insights is made of.';
comment on column rollup_scenarios.duration_count is 'Attempts whose duration is known.';
comment on column rollup_scenarios.scores is 'How often each score occurs, packed (callcoach.apply_scores): what the median is found in.';

create table reporting_folds (
  id bigint generated always as identity primary key,
  org_id uuid,
  kind text not null,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  changes bigint not null,
  constraint reporting_folds_kind_known check (kind in ('fold', 'rebuild'))
);
create index reporting_folds_finished_at_idx on reporting_folds (finished_at);
comment on table reporting_folds is 'The folds and rebuilds of the last seven days.';
comment on column reporting_folds.org_id is 'The only organisation that was folded; NULL for all of them.';
comment on column reporting_folds.changes is 'Changes folded; facts read, for a rebuild.';

-- The reports, with the documents' columns, types and values; the windows are those of the moment of reading.
create view mv_leaderboard_month with (security_invoker = true) as
select org_id, user_id, month, score_sum / nullif(attempts, 0) as avg_score, attempts,
       case when duration_count > 0 then duration_sum end as total_duration,
       (talk_percent_sum / nullif(talk_count * 1e12, 0))::float8 as avg_talk_percentage
  from rollup_user_months;
comment on view mv_leaderboard_month is 'By organisation, person and UTC month: average score, attempts, seconds, share of talk in percent.';

create view mv_org_overview with (security_invoker = true) as
select o.org_id, o.active_users, o.attempts as total_attempts, o.score_sum / nullif(o.score_count, 0) as avg_score,
       o.last_activity, w.attempts_this_week, w.attempts_this_month
  from rollup_orgs o
 cross join lateral (
       -- Whole hours, and of the hour in which a window begins what lies within.
       select coalesce(sum(case
                when h.hour >= now() - interval '7 days' then h.attempts
                when h.hour > now() - interval '7 days' - interval '1 hour'
                then (select count(*) from unnest(h.ended_at) as e where e >= now() - interval '7 days')
              end), 0)::bigint as attempts_this_week,
              coalesce(sum(case
                when h.hour >= now() - interval '30 days' then h.attempts
                else (select count(*) from unnest(h.ended_at) as e where e >= now() - interval '30 days')
              end), 0)::bigint as attempts_this_month
         from rollup_org_hours h
        where h.org_id = o.org_id and h.hour > now() - interval '30 days' - interval '1 hour') w;
comment on view mv_org_overview is 'By organisation: people, attempts, average score, last activity, attempts of the last 7 and 30 days.';

create view mv_scenario_insights with (security_invoker = true) as
select org_id, scenario_id, attempts as attempt_count, score_sum / nullif(attempts, 0) as avg_score,
       case when attempts > 1
            then sqrt(greatest(attempts * score_square_sum - score_sum * score_sum, 0) / (attempts::numeric * (attempts - 1)))
       end as score_stddev,
       duration_sum::numeric / nullif(duration_count, 0) as avg_duration,
       median_score, last_attempted as last_attempted
  from rollup_scenarios;
comment on view mv_scenario_insights is 'By organisation and scenario: attempts, average, spread and median of the score.';

create view reporting_status with (security_invoker = true) as
select b.backlog, now() - b.oldest as oldest_age, f.finished_at as last_fold, f.finished_at - f.started_at as duration,
       f.changes
  from (select count(*) as backlog, min(logged_at) as oldest from reporting_deltas) b
  left join (select * from reporting_folds order by finished_at desc limit 1) f on true;
comment on view reporting_status is 'How far the reports lag behind: changes not folded yet, the age of the oldest, the last fold, its duration and changes. An admin sees those of their own organisation.';

-- What a statement changed, once a statement.
create trigger log_fact_changes_insert after insert on fact_scenario_attempts
  referencing new table as new_rows
  for each statement execute function callcoach.log_fact_changes();
create trigger log_fact_changes_update after update on fact_scenario_attempts
  referencing old table as old_rows new table as new_rows
  for each statement execute function callcoach.log_fact_changes();
create trigger log_fact_changes_delete after delete on fact_scenario_attempts
  referencing old table as old_rows
  for each statement execute function callcoach.log_fact_changes();
-- No transition table says what a TRUNCATE takes away.
create trigger log_fact_changes_truncate before truncate on fact_scenario_attempts
  for each statement execute function callcoach.log_fact_changes();

-- Everybody in an organisation reads its reports; how fresh they are, and what of them is on its way, its admins.
do $$
declare
  api_role constant text := coalesce(
    (select 'authenticated' from pg_catalog.pg_roles where rolname = 'authenticated'), 'public');
  words constant jsonb := jsonb_build_object(
    '{here}',   'org_id = (select current_org_id())',
    '{member}', $x$(select callcoach.acts_as('trainee', 'manager', 'hr', 'admin'))$x$,
    '{admin}',  $x$(select callcoach.acts_as('admin'))$x$);
  policy record;
  word record;
  condition text;
begin
  for policy in
    select * from (values
      ('reporting_deltas', '{here} and {admin}'),
      ('reporting_folds', '{here} and {admin}'),
      ('rollup_user_months', '{here} and {member}'),
      ('rollup_orgs', '{here} and {member}'),
      ('rollup_org_users', '{here} and {member}'),
      ('rollup_org_hours', '{here} and {member}'),
      ('rollup_scenarios', '{here} and {member}')
    ) as p (tbl, condition)
  loop
    condition := policy.condition;
    for word in select * from jsonb_each_text(words) loop
      condition := replace(condition, word.key, word.value);
    end loop;
    execute format('alter table %I enable row level security', policy.tbl);
    execute format('create policy %I on %I for select to %s using (%s)',
      policy.tbl || '_select', policy.tbl, api_role, condition);
  end loop;
end
$$;

-- The extension's functions write these, nobody else, the server neither.
do $$
declare
  t text;
  r text;
begin
  foreach t in array array[
    'reporting_deltas', 'reporting_folds', 'rollup_user_months', 'rollup_orgs', 'rollup_org_users',
    'rollup_org_hours', 'rollup_scenarios', 'mv_leaderboard_month', 'mv_org_overview', 'mv_scenario_insights',
    'reporting_status']
  loop
    execute format('revoke all on table %I from public', t);
    for r in select rolname from pg_catalog.pg_roles
              where rolname in ('anon', 'authenticated', 'service_role') order by rolname
    loop
      execute format('revoke all on table %I from %I', t, r);
      if r <> 'anon' then
        execute format('grant select on table %I to %I', t, r);
      end if;
    end loop;
  end loop;
  -- The log's and the folds' numbers come from sequences, which Supabase gives away as well.
  foreach t in array array['reporting_deltas', 'reporting_folds'] loop
    for r in select rolname from pg_catalog.pg_roles
              where rolname in ('anon', 'authenticated', 'service_role') order by rolname
    loop
      execute format('revoke all on sequence %s from %I', pg_get_serial_sequence(t, 'id'), r);
    end loop;
  end loop;
end
$$;

-- The facts that are there already.
do $$ begin perform rebuild_reporting(); end $$;

insert into callcoach_migrations (version) values ('0009_incremental_reporting');
