-- attempt.scored.low: below the rubric's threshold, else the organisation's, else 60; once, when the score comes to lie below.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
create function pg_temp.completed_with(score numeric, rubric_threshold jsonb, org_threshold jsonb) returns text language plpgsql as $$
declare
  heard text;
begin
  delete from webhook_deliveries;
  update orgs set metadata = jsonb_build_object('low_score_threshold', org_threshold) where id = 'a0000000-0000-4000-8000-000000000000';
  update scenarios set rubric = jsonb_build_object('criteria', '[{"name": "A", "weight": 1}]'::jsonb, 'threshold', rubric_threshold)
   where id = 'a1000000-0000-4000-8000-000000000000';
  insert into scenario_attempts (org_id, user_id, scenario_id, status, evaluation)
  values ('a0000000-0000-4000-8000-000000000000', 'ana', 'a1000000-0000-4000-8000-000000000000', 'completed', jsonb_build_object('A', score));
  select string_agg(event || coalesce(' threshold ' || (payload ->> 'threshold'), ''), ', ' order by event) into heard from webhook_deliveries;
  return heard;
end
$$;
select score, rubric, org, pg_temp.completed_with(score, rubric::jsonb, org::jsonb) as events
  from (values
    (59.99, null, null), (60, null, null),
    (70, null, '80'), (80, null, '80'), (50, null, '40'),
    (70, '75', '40'), (75, '75', '80'), (30, '0', '80'),
    (59.99, 'null', '"high"'),
    (null, '75', '80')) as t (score, rubric, org);
rollback;

-- Crossing: 80, 50 (low), 40 (still low: nothing), 60 (not low), 59.99 (low again). No score, 10 (low), no score, 10 (low).
begin;
\set ECHO none
\i :include
\set ECHO all
create temp table step (n serial, score numeric);
insert into step (score) values (80), (50), (40), (40), (60), (59.99), (null), (10), (null), (10);
update scenario_attempts set status = 'completed' where id = :'attempt_a';
do $$
declare
  s record;
  heard bigint;
begin
  for s in select * from step order by n loop
    delete from webhook_deliveries;
    update scenario_attempts set score = s.score where id = 'a4000000-0000-4000-8000-000000000000';
    select count(*) into heard from webhook_deliveries where event = 'attempt.scored.low';
    raise notice 'score %: % event(s)', coalesce(s.score::text, 'none'), heard;
  end loop;
end
$$;
-- What it says.
select payload from webhook_deliveries;
-- A score that is written along with other things, or nothing written at all, tells nothing twice.
delete from webhook_deliveries;
update scenario_attempts set feedback_text = 'x' where id = :'attempt_a';
update scenario_attempts set score = score where id = :'attempt_a';
update scenario_attempts set status = 'completed' where id = :'attempt_a';
select count(*) from webhook_deliveries;
-- Completed again after it was set back: both are told again.
update scenario_attempts set status = 'in_progress' where id = :'attempt_a';
select count(*) from webhook_deliveries;
update scenario_attempts set status = 'completed' where id = :'attempt_a';
select event from webhook_deliveries order by event;
rollback;
