-- score_attempt: where a mark comes from, what it counts, and what is written. "hand" is the hand calculation.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
alter table scenarios disable trigger check_rubric; -- so that rubrics from before the check can be stored, too
-- Scores an attempt with these marks; what the row holds afterwards.
create function pg_temp.scored(rubric jsonb, evaluation jsonb, kpis jsonb, breakdown jsonb, out score numeric, out breakdown_after jsonb)
language plpgsql as $$
declare
  returned numeric;
begin
  update scenarios s set rubric = scored.rubric where id = 'a1000000-0000-4000-8000-000000000000';
  update scenario_attempts a set evaluation = scored.evaluation, kpis = scored.kpis, score_breakdown = breakdown, score = null
   where id = 'a4000000-0000-4000-8000-000000000000';
  returned := score_attempt('a4000000-0000-4000-8000-000000000000');
  select a.score, a.score_breakdown into score, breakdown_after from scenario_attempts a where id = 'a4000000-0000-4000-8000-000000000000';
  if returned::text is distinct from score::text then
    raise exception 'returned % but wrote %', returned, score;
  end if;
end
$$;
\set two '{"criteria": [{"name": "Rapport", "weight": 0.25}, {"name": "Closing", "weight": 0.75}]}'
\set two_of_5 '{"criteria": [{"name": "Rapport", "weight": 0.25}, {"name": "Closing", "weight": 0.75}], "scale": {"min": 1, "max": 5}}'
\set bound '{"criteria": [{"name": "Discovery", "weight": 0.5, "kpi": "questions_asked", "band": [0, 5, 12, 20]}, {"name": "Balance", "weight": 0.5, "kpi": "talk_listen_ratio", "band": [20, 40, 55, 75]}]}'

select label, hand, s.score, s.breakdown_after, s.score::text is not distinct from hand as right
  from (values
    -- 1. Where a mark comes from.
    ('the judge''s: 0.25 * 80 + 0.75 * 60', '65.00', :'two', '{"Rapport": 80, "Closing": 60}', null, null),
    ('{"score": n} is n', '65.00', :'two', '{"Rapport": {"score": 80, "why": "x"}, "Closing": 60}', null, null),
    ('bands: 4 of 0..5 is 80, 63 of 75..55 is 60', '70.00', :'bound', null, '{"questions_asked": 4, "talk_listen_ratio": "63:37"}', null),
    ('within the band 100, at its ends 0', '50.00', :'bound', null, '{"questions_asked": 12, "talk_listen_ratio": "75:25"}', null),
    ('the judge''s before the KPI: 0.5 * 10 + 0.5 * 60', '35.00', :'bound', '{"Discovery": 10}', '{"questions_asked": 4, "talk_listen_ratio": "63:37"}', null),
    ('the KPI before the breakdown: 0.5 * 80 + 0.5 * 90', '85.00', :'bound', null, '{"questions_asked": 4}', '{"Discovery": 1, "Balance": 90}'),
    ('an old breakdown: 0.25 * 50 + 0.75 * 30', '35.00', :'two', null, null, '{"Rapport": 50, "Closing": 30}'),
    ('a breakdown is 0 to 100 whatever the scale', '35.00', :'two_of_5', null, null, '{"Rapport": 50, "Closing": 30}'),
    ('the judge''s before the breakdown: 20 + 22.5', '42.50', :'two', '{"Rapport": 80}', null, '{"Rapport": 50, "Closing": 30}'),
    -- 2. The scale.
    ('4 of 1..5 is 75, 2 is 25: 18.75 + 18.75', '37.50', :'two_of_5', '{"Rapport": 4, "Closing": 2}', null, null),
    ('1 of 1..5 is 0, 5 is 100', '75.00', :'two_of_5', '{"Rapport": 1, "Closing": 5}', null, null),
    ('never guessed: 0.8 of 0..100 is 0.8', '0.80', :'two', '{"Rapport": 0.8, "Closing": 0.8}', null, null),
    -- 3. null does not apply, missing counts 0.
    ('null: left out, 0.75 * 60 / 0.75', '60.00', :'two', '{"Rapport": null, "Closing": 60}', null, null),
    ('{"score": null}: left out', '60.00', :'two', '{"Rapport": {"score": null}, "Closing": 60}', null, null),
    ('all null: NULL', null, :'two', '{"Rapport": null, "Closing": null}', null, null),
    ('missing: 0.25 * 0 + 0.75 * 60', '45.00', :'two', '{"Closing": 60}', null, null),
    ('unknown names: ignored', '65.00', :'two', '{"Rapport": 80, "Closing": 60, "Charm": 1000, "rapport": 1}', null, null),
    -- 4. Weights from before the check: divided by their sum.
    ('weights 1 and 3: (80 + 180) / 4', '65.00', '{"criteria": [{"name": "Rapport", "weight": 1}, {"name": "Closing", "weight": 3}]}', '{"Rapport": 80, "Closing": 60}', null, null),
    ('0.333 three times: 33.3 / 0.999 = 33.33…', '33.33', '{"criteria": [{"name": "A", "weight": 0.333}, {"name": "B", "weight": 0.333}, {"name": "C", "weight": 0.333}]}', '{"A": 100, "B": 0, "C": 0}', null, null),
    ('a weight of 0 counts nothing', '60.00', '{"criteria": [{"name": "Rapport", "weight": 0}, {"name": "Closing", "weight": 1}]}', '{"Rapport": 80, "Closing": 60}', null, null),
    -- 5. Thresholds change no number.
    ('below a critical threshold', '65.00', '{"criteria": [{"name": "Rapport", "weight": 0.25, "threshold": 90, "critical": true}, {"name": "Closing", "weight": 0.75}], "threshold": 99}', '{"Rapport": 80, "Closing": 60}', null, null),
    -- 6. Exact, rounded once, half away from zero.
    ('0.5 * 75.12 + 0.5 * 75.13 = 75.125', '75.13', '{"criteria": [{"name": "A", "weight": 0.5}, {"name": "B", "weight": 0.5}]}', '{"A": 75.12, "B": 75.13}', null, null),
    ('75.1249999 is 75.12', '75.12', '{"criteria": [{"name": "A", "weight": 1}]}', '{"A": 75.1249999}', null, null),
    ('0.1 * 1.05 + 0.2 * 1.05 + 0.7 * 1.05 = 1.05', '1.05', '{"criteria": [{"name": "A", "weight": 0.1}, {"name": "B", "weight": 0.2}, {"name": "C", "weight": 0.7}]}', '{"A": 1.05, "B": 1.05, "C": 1.05}', null, null),
    ('rounded once: 2 of 0..3 is 66.666…, twice that times 0.5 is 66.67', '66.67', '{"criteria": [{"name": "A", "weight": 0.5}, {"name": "B", "weight": 0.5}], "scale": {"min": 0, "max": 3}}', '{"A": 2, "B": 2}', null, null),
    ('0.5 * 66.666… + 0.5 * 33.333… = 50, not 66.67 and 33.33', '50.00', '{"criteria": [{"name": "A", "weight": 0.5}, {"name": "B", "weight": 0.5}], "scale": {"min": 0, "max": 3}}', '{"A": 2, "B": 1}', null, null),
    ('1e2 is 100', '100.00', '{"criteria": [{"name": "A", "weight": 1}]}', '{"A": 1e2}', null, null),
    ('0', '0.00', '{"criteria": [{"name": "A", "weight": 1}]}', '{"A": 0}', null, null)
  ) as t (label, hand, rubric, evaluation, kpis, breakdown),
  pg_temp.scored(rubric::jsonb, evaluation::jsonb, kpis::jsonb, breakdown::jsonb) as s;

-- Idempotent: scoring again writes nothing.
select pg_temp.scored(:'two', '{"Rapport": 80, "Closing": {"score": 60.5}}', null, null);
select xmin as xmin_before, ctid as ctid_before from scenario_attempts where id = :'attempt_a' \gset
update scenario_attempts set updated_at = '2026-01-01' where id = :'attempt_b';
select score_attempt(:'attempt_a');
select xmin::text = :'xmin_before' and ctid = :'ctid_before' as untouched, score, score_breakdown from scenario_attempts where id = :'attempt_a';
-- From the breakdown alone it comes to the same again.
update scenario_attempts set evaluation = null where id = :'attempt_a';
select score_attempt(:'attempt_a');

-- NULL for NULL. The score of an attempt that is not completed is no fact.
select score_attempt(null) is null as null_for_null, (select count(*) from fact_scenario_attempts) as facts;
-- Whatever search_path says, and with tables of the caller's own in front.
create temp table scenario_attempts (like public.scenario_attempts);
set local search_path = pg_temp, public;
select public.score_attempt(:'attempt_a');
set local search_path = '';
select public.score_attempt(:'attempt_a');
rollback;
