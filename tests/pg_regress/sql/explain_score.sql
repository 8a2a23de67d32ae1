-- explain_score: a line for each criterion, for each name the rubric does not know, and for the whole attempt.
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

-- Every source. Weights that apply: 0.2 + 0.2 + 0.2 + 0.2 = 0.8 (Fraud is not applicable), so 0.2 is a quarter.
-- Scale 1 to 5: 4 is 75. Questions: 4 of 0..5 is 80. Score: (75 + 80 + 50 + 0) / 4 = 51.25. Closing is missing, so
-- the attempt cannot pass.
update scenarios set rubric = '{"criteria": [
    {"name": "Rapport", "weight": 0.2, "threshold": 75},
    {"name": "Discovery", "weight": 0.2, "kpi": "questions_asked", "band": [0, 5, 12, 20], "threshold": 80.01},
    {"name": "Fraud", "weight": 0.2, "threshold": 50, "critical": true},
    {"name": "Old", "weight": 0.2},
    {"name": "Closing", "weight": 0.2, "critical": true}],
  "scale": {"min": 1, "max": 5}, "threshold": 50}' where id = :'scenario_a';
update scenario_attempts set evaluation = '{"Rapport": 4, "Fraud": null, "Charm": 5}', kpis = '{"questions_asked": 4}',
       score_breakdown = '{"Old": 50, "Older": 1}'
 where id = :'attempt_a';
select * from explain_score(:'attempt_a');
-- It only reads.
select score is null as not_scored from scenario_attempts where id = :'attempt_a';

-- A threshold is inclusive. 90 * 0.5 + 50 * 0.5 = 70.
update scenarios set rubric = '{"criteria": [
    {"name": "Rapport", "weight": 0.5, "threshold": 90, "critical": true}, {"name": "Closing", "weight": 0.5, "threshold": 60}],
  "threshold": 70}' where id = :'scenario_a';
update scenario_attempts set evaluation = '{"Rapport": 90, "Closing": 50}', score_breakdown = null where id = :'attempt_a';
select criterion, score, threshold, passed, critical from explain_score(:'attempt_a');
-- A failed critical criterion fails the attempt; the number stays. 89.99 * 0.5 + 100 * 0.5 = 94.995, rounded 95.00.
update scenario_attempts set evaluation = '{"Rapport": 89.99, "Closing": 100}' where id = :'attempt_a';
select criterion, score, threshold, passed, critical from explain_score(:'attempt_a');
-- Below the rubric's own threshold: 90 * 0.5 + 49.98 * 0.5 = 69.99.
update scenario_attempts set evaluation = '{"Rapport": 90, "Closing": 49.98}' where id = :'attempt_a';
select criterion, score, threshold, passed, critical from explain_score(:'attempt_a');
-- Nothing applies.
update scenario_attempts set evaluation = '{"Rapport": null, "Closing": null}' where id = :'attempt_a';
select criterion, weight, applied_weight, mark, score, passed, source from explain_score(:'attempt_a');

-- Errors are those of score_attempt.
update scenario_attempts set evaluation = null where id = :'attempt_a';
select * from explain_score(:'attempt_a');
\echo :LAST_ERROR_SQLSTATE
update scenario_attempts set evaluation = '{"Rapport": 101}' where id = :'attempt_a';
select * from explain_score(:'attempt_a');
\echo :LAST_ERROR_SQLSTATE
select * from explain_score(:'missing');
\echo :LAST_ERROR_SQLSTATE
select count(*) from explain_score(null);

-- The short call of examples/, as its WORKED.md has it.
\set transcript `cat "$PG_ABS_SRCDIR/../../examples/short_call/transcript.json"`
\set scenario `cat "$PG_ABS_SRCDIR/../../examples/short_call/scenario.json"`
\set evaluation `cat "$PG_ABS_SRCDIR/../../examples/short_call/evaluation.json"`
update scenarios set rubric = :'scenario'::jsonb -> 'rubric' where id = :'scenario_a';
update scenario_attempts set evaluation = :'evaluation', transcript_json = :'transcript', kpis = null, status = 'completed' where id = :'attempt_a';
select * from explain_score(:'attempt_a');
select score, score_breakdown from scenario_attempts where id = :'attempt_a';

-- It runs as its caller: whoever may read the attempt. Another organisation's is not found.
update scenario_attempts set evaluation = '{"Secret of B": 90}' where id = :'attempt_b';
select set_org_claim(:'org_a');
set local role authenticated;
select criterion, score from explain_score(:'attempt_a');
select * from explain_score(:'attempt_b');
\echo :LAST_ERROR_SQLSTATE
select f is not distinct from m as the_same
  from pg_temp.tried(format('select * from explain_score(%L)', :'attempt_b')) as f,
       pg_temp.tried(format('select * from explain_score(%L)', :'missing')) as m;
set local role anon;
select * from explain_score(:'attempt_a');
rollback;
