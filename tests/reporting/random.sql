-- Random rounds: psql -v rounds=2000 -v seed=0.1 -f random.sql. A round changes facts, folds (all, some, one
-- organisation's, nothing), and every so often folds all and asks check_reporting() for differences.
\set ON_ERROR_STOP on
\if :{?rounds} \else \set rounds 1000 \endif
\if :{?seed} \else \set seed 0.42 \endif
select setseed(:seed) \g /dev/null
set client_min_messages = warning;
create or replace function pg_temp.pick_org() returns uuid language sql volatile as
  $$ select id from orgs order by random() limit 1 $$;
create or replace function pg_temp.some_time() returns timestamptz language sql volatile as $$
  select case floor(random() * 12)::int
           when 0 then null
           when 1 then 'infinity' when 2 then '-infinity'
           when 3 then timestamptz '1970-01-01' + random() * interval '130 years'
           when 4 then timestamptz '0044-03-15 BC'
           when 5 then now() - interval '7 days' + (random() - 0.5) * interval '2 hours'
           when 6 then now() - interval '30 days' + (random() - 0.5) * interval '2 hours'
           when 7 then now() - interval '31 days' + (random() - 0.5) * interval '3 hours'
           when 8 then now() + random() * interval '3 days'
           when 9 then date_trunc('hour', now())
           else now() - random() * interval '60 days' end $$;
create or replace function pg_temp.some_score() returns numeric language sql volatile as $$
  select case floor(random() * 8)::int when 0 then null when 1 then 0 when 2 then 100 when 3 then 70
         when 4 then (random() * 100)::numeric(6,3) when 5 then round((random() * 100)::numeric, 9)
         when 6 then 33.3333333333333333 else round((random() * 100)::numeric, 1) end $$;
-- Where the facts are partitioned by month, whoever writes them writes date_key; otherwise nobody does.
select relkind = 'p' as by_month from pg_class where oid = 'fact_scenario_attempts'::regclass \gset
\if :by_month
create function pg_temp.key(timestamptz) returns date language sql as
  $$ select coalesce(($1 at time zone 'UTC')::date, '-infinity') $$;
create function pg_temp.run(statement text) returns void language plpgsql as $$
begin
  statement := replace(replace(replace(statement, '{, date_key}', ', date_key'), '{, key}', ', pg_temp.key(started_at)'),
                       '{, key = started_at}', ', date_key = pg_temp.key(some_time)');
  execute statement;
end $$;
\else
create function pg_temp.run(statement text) returns void language plpgsql as $$
begin
  statement := regexp_replace(statement, '\{.*?\}', '', 'g');
  execute statement;
end $$;
\endif
create or replace function pg_temp.insert_facts(n int) returns void language sql volatile as $$
  select pg_temp.run(format($x$
  insert into fact_scenario_attempts (attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at{, date_key})
  select *{, key} from (
  select gen_random_uuid(), o.id, 'u' || floor(random() * 4), case when random() < 0.2 then null else (array['a0000000-0000-4000-8000-000000000001','a0000000-0000-4000-8000-000000000002','00000000-0000-0000-0000-000000000000']::uuid[])[1 + floor(random() * 3)] end,
         pg_temp.some_score(), case when random() < 0.1 then null else floor(random() * 1e4)::int end,
         case when random() < 0.1 then null when random() < 0.1 then 0 when random() < 0.05 then 2147483647 else floor(random() * 1e6)::int end,
         case when random() < 0.1 then null when random() < 0.1 then 0 when random() < 0.05 then 2147483647 else floor(random() * 1e6)::int end,
         pg_temp.some_time() as started_at, pg_temp.some_time()
    from generate_series(1, %s) g, lateral (select id from orgs where g > 0 order by random() limit 1) o) as drawn $x$, n)) $$;
create or replace procedure pg_temp.rounds(rounds int) language plpgsql as $$
declare
  r int; what int; found record; folded bigint; checks int := 0; o uuid; limited int := 0; n int;
begin
  for r in 1..rounds loop
    for k in 1 .. 1 + floor(random() * 4)::int loop
      what := floor(random() * 16)::int;
      if (select count(*) from orgs) < 3 then
        insert into orgs (name) select 'o' from generate_series(1, 3);
      end if;
      if what <= 3 then perform pg_temp.insert_facts(1 + floor(random() * 8)::int);
      elsif what = 4 then update fact_scenario_attempts set score = pg_temp.some_score() where random() < 0.3;
      elsif what = 5 then -- to another time, or none, and so to another partition
        perform pg_temp.run($x$
          update fact_scenario_attempts f set started_at = some_time, ended_at = pg_temp.some_time(){, key = started_at}
            from (select attempt_id, pg_temp.some_time() as some_time from fact_scenario_attempts where random() < 0.2) as moved
           where moved.attempt_id = f.attempt_id $x$);
      elsif what = 6 then update fact_scenario_attempts set user_id = 'u' || floor(random() * 4), scenario_id = null where random() < 0.2;
      elsif what = 7 then update fact_scenario_attempts set org_id = pg_temp.pick_org() where random() < 0.1;
      elsif what = 8 then update fact_scenario_attempts set attempt_id = gen_random_uuid(), talk_ms = 5 where random() < 0.1;
      elsif what = 9 then update fact_scenario_attempts set created_at = now(); -- nothing to log
      elsif what in (10, 11) then delete from fact_scenario_attempts where random() < 0.25;
      elsif what = 12 then -- the latest of an organisation
        delete from fact_scenario_attempts where attempt_id in (select attempt_id from fact_scenario_attempts where ended_at is not null order by ended_at desc limit 2);
      elsif what = 13 then -- gone and back, with the same end
        perform pg_temp.run($x$
          with gone as (delete from fact_scenario_attempts where random() < 0.2 returning *)
          insert into fact_scenario_attempts (attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at{, date_key})
          select gen_random_uuid(), org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at{, key} from gone where random() < 0.8 $x$);
      elsif what = 14 then -- upsert
        perform pg_temp.run($x$
          insert into fact_scenario_attempts (attempt_id, org_id, user_id, scenario_id, score, duration_seconds, talk_ms, listen_ms, started_at, ended_at{, date_key})
          select case when random() < 0.7 then attempt_id else gen_random_uuid() end, org_id, user_id, scenario_id, pg_temp.some_score(), 7, 1, 2, started_at, ended_at{, key}
            from fact_scenario_attempts where random() < 0.3
          on conflict (attempt_id{, date_key}) do update set score = excluded.score, duration_seconds = excluded.duration_seconds, scenario_id = excluded.scenario_id $x$);
      else
        begin -- rolled back to a savepoint
          perform pg_temp.insert_facts(3);
          delete from fact_scenario_attempts where random() < 0.5;
          if random() < 0.7 then raise exception 'back'; end if;
        exception when raise_exception then null; end;
      end if;
      if random() < 0.02 then delete from orgs where id = pg_temp.pick_org(); end if;
    end loop;
    -- a rebuild now and then
    if random() < 0.02 then perform rebuild_reporting(); end if;
    if random() < 0.05 then rollback; else commit; end if;
    what := floor(random() * 6)::int;
    if what = 0 then perform refresh_reporting();
    elsif what <= 2 then
      n := floor(random() * 6)::int;
      folded := refresh_reporting(n); limited := limited + 1;
      if folded > n then raise exception 'folded % of at most %', folded, n; end if;
    elsif what = 3 then perform callcoach.fold_reporting(pg_temp.pick_org(), case when random() < 0.5 then 1 + floor(random() * 5)::int end);
    end if;
    if random() < 0.05 then rollback; else commit; end if;
    if random() < 0.3 then
      perform refresh_reporting();
      if exists (select from reporting_deltas) then raise exception 'not all folded'; end if;
      if exists (select from rollup_user_months where attempts = 0) or exists (select from rollup_org_users where attempts = 0)
         or exists (select from rollup_orgs where attempts = 0) or exists (select from rollup_scenarios where attempts = 0 or scores = '')
         or exists (select from rollup_org_hours where attempts = 0) then raise exception 'round %: empty rows stayed', r; end if;
      for found in select * from check_reporting() loop
        raise exception 'round %: %', r, found;
      end loop;
      checks := checks + 1;
    end if;
    commit;
  end loop;
  raise warning '% rounds (% limited folds), % checks: 0 differences; facts now %', rounds, limited, checks, (select count(*) from fact_scenario_attempts);
end $$;
call pg_temp.rounds(:rounds);
