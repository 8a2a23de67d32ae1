-- score_attempt on what cannot be scored: the SQLSTATE, and nothing written.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :tried
begin;
\i :include
\set ECHO all
alter table scenarios disable trigger check_rubric;
create function pg_temp.scoring(rubric jsonb, evaluation jsonb, kpis jsonb, breakdown jsonb,
                                out code text, out message text, out detail text, out hint text, out written boolean)
language plpgsql as $$
begin
  update scenarios s set rubric = scoring.rubric where id = 'a1000000-0000-4000-8000-000000000000';
  update scenario_attempts a set evaluation = scoring.evaluation, kpis = scoring.kpis, score_breakdown = breakdown, score = 12.34
   where id = 'a4000000-0000-4000-8000-000000000000';
  select e.code, e.message, e.detail, e.hint into code, message, detail, hint
    from pg_temp.tried('select score_attempt(''a4000000-0000-4000-8000-000000000000'')') as e;
  select (a.score, a.score_breakdown) is distinct from (12.34, breakdown) into written
    from scenario_attempts a where id = 'a4000000-0000-4000-8000-000000000000';
end
$$;
\set one '{"criteria": [{"name": "Rapport", "weight": 1}]}'
\set one_of_5 '{"criteria": [{"name": "Rapport", "weight": 1}], "scale": {"min": 1, "max": 5}}'
\set two '{"criteria": [{"name": "Rapport", "weight": 0.5}, {"name": "Closing", "weight": 0.5}]}'
\set bound '{"criteria": [{"name": "Discovery", "weight": 1, "kpi": "questions_asked", "band": [0, 5, 12, 20]}]}'
select label, e.code, e.message, e.detail, e.written
  from (values
    ('no mark at all', :'two', null, null, null),
    ('an empty evaluation', :'two', '{}', null, '{}'),
    ('marks for others only', :'two', '{"Charm": 90}', null, null),
    ('one null, one missing', :'two', '{"Rapport": null}', null, null),
    ('a KPI that is not there', :'bound', null, '{}', null),
    ('above the scale', :'one', '{"Rapport": 100.01}', null, null),
    ('below the scale', :'one', '{"Rapport": -1}', null, null),
    ('above 5', :'one_of_5', '{"Rapport": 80}', null, null),
    ('below 1', :'one_of_5', '{"Rapport": {"score": 0}}', null, null),
    ('NaN', :'one', '{"Rapport": "NaN"}', null, null),
    ('Infinity', :'one', '{"Rapport": "Infinity"}', null, null),
    ('1e300', :'one', '{"Rapport": 1e300}', null, null),
    ('a number in words', :'one', '{"Rapport": "80"}', null, null),
    ('true', :'one', '{"Rapport": true}', null, null),
    ('an array', :'one', '{"Rapport": [80]}', null, null),
    ('an object without score', :'one', '{"Rapport": {"points": 80}}', null, null),
    ('{"score": "80"}', :'one', '{"Rapport": {"score": "80"}}', null, null),
    ('a breakdown above 100', :'one', null, null, '{"Rapport": 101}'),
    ('a breakdown in words', :'one', null, null, '{"Rapport": "80"}'),
    ('a KPI in words', :'bound', null, '{"questions_asked": "4"}', null),
    ('one of two is wrong', :'two', '{"Rapport": 80, "Closing": 101}', null, null),
    ('weights that add up to 0', '{"criteria": [{"name": "Rapport", "weight": 0}]}', '{"Rapport": 80}', null, null),
    ('a stored rubric without criteria', '{}', '{"Rapport": 80}', null, null),
    ('a stored rubric with a name twice', '{"criteria": [{"name": "Rapport", "weight": 1}, {"name": "Rapport", "weight": 1}]}', '{"Rapport": 80}', null, null),
    ('no rubric', null, '{"Rapport": 80}', null, null)
  ) as t (label, rubric, evaluation, kpis, breakdown),
  pg_temp.scoring(rubric::jsonb, evaluation::jsonb, kpis::jsonb, breakdown::jsonb) as e;
-- Hints, where the caller can do something.
select distinct e.hint
  from (values (:'two', null), (:'one', '{"Rapport": 101}'), (:'one', '{"Rapport": "80"}'), (null, '{"Rapport": 80}')) as t (rubric, evaluation),
       pg_temp.scoring(rubric::jsonb, evaluation::jsonb, null, null) as e
 order by 1;

-- The scenario was deleted.
delete from scenarios where id = :'scenario_a';
select score_attempt(:'attempt_a');
\echo :LAST_ERROR_SQLSTATE
rollback;

-- Attempts that do not exist, and attempts of others: PT404, and not to be told apart.
begin;
\set ECHO none
\i :include
\set ECHO all
update scenario_attempts set evaluation = '{"Secret of B": 90, "Closing": 90}';
select score_attempt(:'missing');
\echo :LAST_ERROR_SQLSTATE
select set_org_claim(:'org_a');
set local role service_role;
select score_attempt(:'attempt_b');
\echo :LAST_ERROR_SQLSTATE
-- Right after it, other errors have their own SQLSTATEs again.
select 1 / 0;
\echo :LAST_ERROR_SQLSTATE
select enqueue_webhook('no.such', '{}');
\echo :LAST_ERROR_SQLSTATE
select f is not distinct from m as the_same
  from pg_temp.tried(format('select score_attempt(%L)', :'attempt_b')) as f,
       pg_temp.tried(format('select score_attempt(%L)', :'missing')) as m;
select score_attempt(:'attempt_a');
set local role postgres;
select id, score from scenario_attempts order by id;
-- Without a claim service_role, which row level security does not hold back, may score any.
select set_org_claim(null);
set local role service_role;
select score_attempt(:'attempt_b');
-- A member may not score himself.
set local role authenticated;
select score_attempt(:'attempt_a');
\echo :LAST_ERROR_SQLSTATE
rollback;
