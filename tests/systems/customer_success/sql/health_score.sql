-- The formula, one customer's score computed anew, everybody's.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_csms.sql'
\set forget :abs_srcdir '/include/forget.sql'
\set expected :abs_srcdir '/include/expected_score.sql'
\set tried :abs_srcdir '/../../pg_regress/include/tried.sql'
set search_path = customer_success, public;
set timezone = 'UTC';
\set ECHO none
\i :tried
\i :expected
\set ECHO all
select interactions, adoption, callcoach.health_score(interactions, adoption)
  from (values (0, 0.0), (1, 0), (3, 54), (3, 55), (9, 100), (10, 100), (11, 100), (9223372036854775807, 0), (0, 100),
               (0, 0.4999), (0, 0.5), (0, 1.5), (0, 2.5), (0, 66.6666666666666667), (null, 80), (5, null), (null, null)) as v (interactions, adoption);
select e.code, e.message
  from unnest(array['-1, 0', '0, -0.5', '0, 100.5', '0, ''NaN''', '0, ''Infinity''', '0, ''-Infinity''', '0, 1e1000']) as arguments,
  pg_temp.tried(format('select callcoach.health_score(%s)', arguments)) as e;
-- Every count and every average that there can be, as PostgreSQL itself reckons.
select count(*) as cases, count(*) filter (where callcoach.health_score(n, a) is distinct from (least(100, n * 10) + a::numeric::integer) / 2) as wrong
  from generate_series(0, 12) as n, lateral (select x / 64.0 as a from generate_series(0, 6400) as x) as averages;
select count(*) filter (where callcoach.health_score(0, a) is distinct from a::integer / 2) as wrong
  from (select avg(p) as a from generate_series(1, 3000) as g, lateral (select (random() * 100)::int as p, g as of_g from generate_series(1, 1 + g % 13)) as ps group by g) as averages;

\set ECHO none
\i :include
\set ECHO all
-- As triggers have kept them; then by hand, with everything that counts and does not.
select name, health_score, pg_temp.expected_score(id) from customers order by name;
insert into agent_messages (session_id, role, content, created_at)
select :'session_a', r, 'x', at from (values ('agent', now() - interval '29 days'), ('system', now() - interval '30 days'), ('user', now() - interval '31 days'),
  ('user', null), ('user', now() + interval '1 day'), ('agent', '-infinity')) as v (r, at);
select update_health_score(:'a'), pg_temp.expected_score(:'a');
-- What was written past the triggers is put right, and updated_at says when.
alter table customers disable trigger user;
update customers set health_score = 99, updated_at = '2020-01-01' where id = :'a';
alter table customers enable trigger user;
select update_health_score(:'a') = pg_temp.expected_score(:'a') as right;
select health_score = pg_temp.expected_score(:'a') as right, updated_at > '2026-01-01' as touched from customers where id = :'a';
-- A customer without anything has a score when somebody asks for it.
select health_score from customers where id = :'nobodys';
select update_health_score(:'nobodys');
select update_health_score(null);
select e.code, e.message, e.detail from pg_temp.tried(format('select update_health_score(%L)', :'missing')) as e;

-- By a CSM: the own customer's. By the server: any.
begin;
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true) \g /dev/null
select update_health_score(:'a');
select id = :'a' as a, update_health_score(id) from customers;
select e.code, e.message from unnest(array[:'b', :'missing']) as other, pg_temp.tried(format('select update_health_score(%L)', other)) as e;
rollback;
begin;
set local role service_role;
select update_health_score(:'b');
rollback;
-- A read-only transaction does not write.
begin read only;
select e.code, e.message from pg_temp.tried(format('select update_health_score(%L)', :'a')) as e;
rollback;

-- Time goes by: nothing is written, and scores are not what they were. Those alone are written.
alter table agent_messages disable trigger keep_health_scores_update;
update agent_messages set created_at = created_at - interval '31 days' where session_id = :'session_b';
alter table agent_messages enable trigger keep_health_scores_update;
create temp table before as select id, xmin::text as version from customers;
select refresh_health_scores();
select c.name, c.health_score, pg_temp.expected_score(c.id) as expected, c.xmin::text <> b.version as written
  from customers c join before b using (id) order by c.name;
select refresh_health_scores();

-- Whatever the session's time zone: 30 days are 30 times 24 hours, also where a night is an hour longer.
begin;
set local timezone = 'America/New_York';
delete from agent_messages;
insert into agent_messages (session_id, role, content, created_at)
values (:'session_a', 'user', 'x', now() - interval '720 hours' + interval '1 minute'), (:'session_a', 'user', 'x', now() - interval '720 hours' - interval '1 minute');
delete from training_progress;
select update_health_score(:'a');
rollback;
-- Where a table is another's, its neighbours are not read with its owner's rights.
begin;
create role other_owner;
grant usage, create on schema customer_success to other_owner;
alter table agent_sessions owner to other_owner;
select e.code, e.message from pg_temp.tried(format('select update_health_score(%L)', :'a')) as e;
select e.code, e.message from pg_temp.tried('select refresh_health_scores()') as e;
rollback;
set client_min_messages = warning;
\set ECHO none
\i :forget
