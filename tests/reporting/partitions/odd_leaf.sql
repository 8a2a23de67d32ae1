-- This month's partition is replaced by one with its columns in another order, and one that was dropped.
do $$
declare
  month constant date := date_trunc('month', now(), 'UTC');
  leaf constant regclass := 'fact_scenario_attempts_p' || to_char(month, 'YYYY_MM');
begin
  delete from fact_scenario_attempts where date_key >= month and date_key < month + interval '1 month';
  execute format('alter table fact_scenario_attempts detach partition %s', leaf);
  execute format('drop table %s', leaf);
  create table odd (gone int, created_at timestamptz not null default now(), date_key date not null, ended_at timestamptz, started_at timestamptz,
    listen_ms int, talk_ms int, duration_seconds int, gone_too text, score numeric, scenario_id uuid, user_id text not null, org_id uuid not null,
    attempt_id uuid not null, like_this int);
  alter table odd drop column gone, drop column gone_too, drop column like_this;
  alter table odd add constraint fact_scenario_attempts_score_range check (score between 0 and 100),
    add constraint fact_scenario_attempts_not_negative check (duration_seconds >= 0 and talk_ms >= 0 and listen_ms >= 0),
    add constraint fact_scenario_attempts_date_key_right check (date_key = coalesce((started_at at time zone 'UTC')::date, '-infinity'));
  execute format('alter table fact_scenario_attempts attach partition odd for values from (%L) to (%L)', month, (month + interval '1 month')::date);
end
$$;
