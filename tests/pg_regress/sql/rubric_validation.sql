-- A rubric that is written has unique names, weights of 0 or more that sum to 1 (±0.001), and numbers where
-- numbers belong: otherwise 22023, naming what is wrong.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :tried
begin;
\i :include
\set ECHO all
update scenarios set rubric = '{"criteria": [{"name": "Rapport", "weight": 0.5}, {"name": "Closing", "weight": 0.4}]}' where id = :'scenario_a';
\echo :LAST_ERROR_SQLSTATE
rollback;

begin;
\set ECHO none
\i :include
\set ECHO all
create function pg_temp.store(rubric text, out code text, out message text, out hint text) language sql as $$
  select e.code, e.message, e.hint
    from pg_temp.tried(format('insert into scenarios (org_id, title, rubric) values (%L, %L, %L)',
                              'a0000000-0000-4000-8000-000000000000', 'x', rubric)) as e $$;

-- Accepted.
select label, e.code
  from (values
    ('none', null),
    ('sum 1', '{"criteria": [{"name": "A", "weight": 0.3}, {"name": "B", "weight": 0.7}]}'),
    ('sum 1.001', '{"criteria": [{"name": "A", "weight": 0.3}, {"name": "B", "weight": 0.701}]}'),
    ('sum 0.999', '{"criteria": [{"name": "A", "weight": 0.333}, {"name": "B", "weight": 0.333}, {"name": "C", "weight": 0.333}]}'),
    ('a weight of 0', '{"criteria": [{"name": "A", "weight": 0}, {"name": "B", "weight": 1}]}'),
    ('1e-1 is a number', '{"criteria": [{"name": "A", "weight": 1e-1}, {"name": "B", "weight": 9e-1}]}'),
    ('names that differ in case', '{"criteria": [{"name": "a", "weight": 0.5}, {"name": "A", "weight": 0.5}]}'),
    ('everything', '{"criteria": [{"name": "A", "weight": 1, "threshold": 80, "critical": true, "description": "x", "kpi": "questions_asked", "band": [0, 5, 12, 20]}], "scale": {"min": 1, "max": 5}, "threshold": 60}'),
    ('optional keys null', '{"criteria": [{"name": "A", "weight": 1, "threshold": null, "critical": null, "kpi": null, "band": null}], "scale": null, "threshold": null}'),
    ('unknown keys', '{"criteria": [{"name": "A", "weight": 1, "color": "red"}], "version": 3}')) as t (label, rubric),
  pg_temp.store(rubric) as e;

-- Refused.
select label, e.code, e.message
  from (values
    ('sum 0.9', '{"criteria": [{"name": "A", "weight": 0.5}, {"name": "B", "weight": 0.4}]}'),
    ('sum 1.0011', '{"criteria": [{"name": "A", "weight": 0.5}, {"name": "B", "weight": 0.5011}]}'),
    ('sum 100', '{"criteria": [{"name": "A", "weight": 100}]}'),
    ('sum 0', '{"criteria": [{"name": "A", "weight": 0}]}'),
    ('negative', '{"criteria": [{"name": "A", "weight": 1.5}, {"name": "B", "weight": -0.5}]}'),
    ('no weight', '{"criteria": [{"name": "A"}]}'),
    ('weight null', '{"criteria": [{"name": "A", "weight": null}]}'),
    ('weight in words', '{"criteria": [{"name": "A", "weight": "1"}]}'),
    ('weight NaN', '{"criteria": [{"name": "A", "weight": "NaN"}]}'),
    ('weight 1e400', '{"criteria": [{"name": "A", "weight": 1e400}]}'),
    ('same name twice', '{"criteria": [{"name": "A", "weight": 0.5}, {"name": "A", "weight": 0.5}]}'),
    ('empty name', '{"criteria": [{"name": "", "weight": 1}]}'),
    ('blank name', '{"criteria": [{"name": " \t", "weight": 1}]}'),
    ('no name', '{"criteria": [{"weight": 1}]}'),
    ('name a number', '{"criteria": [{"name": 5, "weight": 1}]}'),
    ('no object', '[]'),
    ('a scalar', '"rubric"'),
    ('no criteria', '{}'),
    ('criteria empty', '{"criteria": []}'),
    ('criteria an object', '{"criteria": {"A": 1}}'),
    ('criterion a string', '{"criteria": ["A"]}'),
    ('scale upside down', '{"criteria": [{"name": "A", "weight": 1}], "scale": {"min": 5, "max": 1}}'),
    ('scale of nothing', '{"criteria": [{"name": "A", "weight": 1}], "scale": {"min": 5, "max": 5}}'),
    ('scale without max', '{"criteria": [{"name": "A", "weight": 1}], "scale": {"min": 5}}'),
    ('threshold in words', '{"criteria": [{"name": "A", "weight": 1, "threshold": "80"}]}'),
    ('rubric''s threshold in words', '{"criteria": [{"name": "A", "weight": 1}], "threshold": "80"}'),
    ('critical in words', '{"criteria": [{"name": "A", "weight": 1, "critical": "yes"}]}'),
    ('unknown KPI', '{"criteria": [{"name": "A", "weight": 1, "kpi": "charm", "band": [0, 1, 2, 3]}]}'),
    ('KPI without band', '{"criteria": [{"name": "A", "weight": 1, "kpi": "questions_asked"}]}'),
    ('band of three', '{"criteria": [{"name": "A", "weight": 1, "kpi": "questions_asked", "band": [0, 1, 2]}]}'),
    ('band that falls', '{"criteria": [{"name": "A", "weight": 1, "kpi": "questions_asked", "band": [0, 3, 2, 5]}]}'),
    ('band without KPI', '{"criteria": [{"name": "A", "weight": 1, "band": [0, 1, 2, 3]}]}'),
    ('JSON null', 'null')) as t (label, rubric),
  pg_temp.store(rubric) as e;
-- With hints that say what to write.
select e.hint
  from unnest(array[
    '{"criteria": [{"name": "A", "weight": 0.9}]}',
    '{"criteria": [{"name": "A", "weight": "1"}]}',
    '{}',
    '{"criteria": [{"name": "A", "weight": 1}], "scale": {}}',
    '{"criteria": [{"name": "A", "weight": 1, "band": [0, 1, 2, 3]}]}',
    '{"criteria": [{"name": "A", "weight": 0.5}, {"name": "A", "weight": 0.5}]}']) as rubric, pg_temp.store(rubric) as e;
-- A name of any length is cut in the message.
select e.code, length(e.message) < 200 as short
  from pg_temp.store(jsonb_build_object('criteria', jsonb_build_array(
         jsonb_build_object('name', repeat('long ', 20000), 'weight', -1)))::text) as e;

-- What was stored before there was this check is not judged again when something else changes …
alter table scenarios disable trigger check_rubric;
update scenarios set rubric = '{"criteria": [{"name": "A", "weight": 7}]}' where id = :'scenario_a';
alter table scenarios enable trigger check_rubric;
update scenarios set title = 'Another title' where id = :'scenario_a';
update scenarios set title = 'Yet another', rubric = rubric where id = :'scenario_a';
-- … but when it does.
select e.code, e.message from pg_temp.tried(format(
  'update scenarios set rubric = jsonb_set(rubric, ''{criteria,0,name}'', ''"B"'') where id = %L', :'scenario_a')) as e;
rollback;
