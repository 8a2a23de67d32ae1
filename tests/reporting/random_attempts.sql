-- Random rounds over attempts: psql -v rounds=300 -v seed=0.1 -f random_attempts.sql. A round changes attempts, one
-- or many in a statement; then each completed attempt has exactly its fact, nobody else has one, and now and then
-- the reports are what check_reporting() wants.
\set ON_ERROR_STOP on
\if :{?rounds} \else \set rounds 300 \endif
\if :{?seed} \else \set seed 0.42 \endif
select setseed(:seed) \g /dev/null
set client_min_messages = warning;
create function pg_temp.pick_org() returns uuid language sql volatile as
  $$ select id from orgs order by random() limit 1 $$;
-- Of this month and others, some without a partition of their own, and none.
create function pg_temp.some_time() returns timestamptz language sql volatile as $$
  select case floor(random() * 8)::int
           when 0 then null
           when 1 then timestamptz '1999-12-31 23:59:59.999999+00'
           when 2 then date_trunc('month', now(), 'UTC') - interval '1 microsecond'
           when 3 then date_trunc('month', now(), 'UTC')
           when 4 then now() - random() * interval '400 days'
           when 5 then timestamptz '2090-01-01'
           else now() - random() * interval '3 days' end $$;
create function pg_temp.some_status() returns text language sql volatile as
  $$ select (array['completed', 'completed', 'completed', 'in_progress', 'failed'])[1 + floor(random() * 5)] $$;
create procedure pg_temp.rounds(rounds int) language plpgsql as $$
declare
  what int; part float; wrong record; checks int := 0; moved bigint := 0; several int := 0; n bigint;
begin
  for r in 1 .. rounds loop
    for k in 1 .. 1 + floor(random() * 3)::int loop
      if (select count(*) from orgs) < 3 then
        insert into orgs (name) select 'o' from generate_series(1, 3);
      end if;
      -- One attempt, or many.
      part := case when random() < 0.5 then 0.2 else 0 end;
      create temp table chosen on commit drop as
      (select id from scenario_attempts where random() < part)
      union (select id from scenario_attempts order by random() limit 1);
      what := floor(random() * 12)::int;
      if what <= 2 then
        insert into scenario_attempts (org_id, user_id, started_at, ended_at, status, score, kpis)
        select pg_temp.pick_org(), 'u' || floor(random() * 4), s, coalesce(s, now()) + interval '5 minutes', pg_temp.some_status(), floor(random() * 101),
               jsonb_build_object('talk_ms', floor(random() * 1e5), 'listen_ms', 1000)
          from (select pg_temp.some_time() as s from generate_series(1, 1 + floor(60 * part * random())::int)) as drawn;
      elsif what <= 4 then
        update scenario_attempts set status = 'completed' where id in (select id from chosen);
      elsif what <= 6 then
        update scenario_attempts a set started_at = s, ended_at = coalesce(s, now()) + interval '1 minute'
          from (select id, pg_temp.some_time() as s from chosen) c where c.id = a.id;
        get diagnostics n = row_count;
        moved := moved + n;
        several := several + (n > 1)::int;
      elsif what = 7 then update scenario_attempts set status = pg_temp.some_status() where id in (select id from chosen);
      elsif what = 8 then
        update scenario_attempts set id = gen_random_uuid(), started_at = pg_temp.some_time(), ended_at = '2100-01-01' where id in (select id from chosen);
      elsif what = 9 then update scenario_attempts set score = floor(random() * 101), user_id = 'u' || floor(random() * 4) where id in (select id from chosen);
      elsif what = 10 then delete from scenario_attempts where id in (select id from chosen);
      elsif random() < 0.05 then truncate scenario_attempts cascade;
      elsif random() < 0.15 then delete from orgs where id = pg_temp.pick_org();
      else perform populate_fact_from_attempt(id) from chosen;
      end if;
      drop table chosen;
    end loop;
    for wrong in
      select a.id, f.attempt_id, f.tableoid::regclass
        from (select * from scenario_attempts where status = 'completed' and ended_at is not null) a
        full join fact_scenario_attempts f on f.attempt_id = a.id
       where (a.id, a.org_id, a.user_id, a.score, a.started_at, a.ended_at) is distinct from
             (f.attempt_id, f.org_id, f.user_id, f.score, f.started_at, f.ended_at)
          or f.talk_ms <> coalesce((a.kpis ->> 'talk_ms')::int, 0)
          or f.date_key is distinct from case (select relkind from pg_class where oid = 'fact_scenario_attempts'::regclass)
               when 'p' then coalesce((a.started_at at time zone 'UTC')::date, '-infinity') else (a.started_at at time zone 'UTC')::date end
    loop
      raise exception 'round %: %', r, wrong;
    end loop;
    if exists (select from fact_scenario_attempts group by attempt_id having count(*) > 1) then
      raise exception 'round %: two facts of an attempt', r;
    end if;
    if random() < 0.2 then
      perform refresh_reporting();
      for wrong in select * from check_reporting() loop
        raise exception 'round %: %', r, wrong;
      end loop;
      checks := checks + 1;
    end if;
    if random() < 0.1 then rollback; else commit; end if;
  end loop;
  if rounds >= 200 and (moved < 50 or several < 5) then
    raise exception 'only % attempts moved, % statements moved several', moved, several;
  end if;
  raise warning '% rounds over attempts, % moved in time, % checks: each fact right; facts now %', rounds, moved, checks,
    (select count(*) from fact_scenario_attempts);
end $$;
call pg_temp.rounds(:rounds);
