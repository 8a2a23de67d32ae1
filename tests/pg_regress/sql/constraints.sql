-- What the tables refuse, statement by statement.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :tried
begin;
\i :include
\set ECHO all
create function pg_temp.refused(statement text, out code text, out by text) language sql as $$
  select e.code, coalesce(substring(e.message from 'constraint "([^"]+)"'), e.message)
    from pg_temp.tried(replace(statement, '$a', '''a0000000-0000-4000-8000-000000000000''')) as e $$;
select statement, e.* from unnest(array[
  'insert into orgs (id, name) values (''00000000-0000-0000-0000-000000000000'', ''x'')',
  'insert into orgs (name) values ('' '')',
  'insert into orgs (name, plan) values (''x'', ''free'')',
  'insert into orgs (name, metadata) values (''x'', ''[]'')',
  'insert into orgs (name, metadata) values (''x'', null)',
  'insert into orgs (name, entitlements) values (''x'', ''"all"'')',
  'insert into orgs (name, stripe_customer_id) values (''x'', ''cus_a'')',
  'insert into orgs (name, clerk_org_id) values (''x'', ''org_acme'')',
  'insert into org_members (org_id, user_id, role) values ($a, ''ana'', ''admin'')',
  'insert into org_members (org_id, user_id, role) values ($a, '''', ''admin'')',
  'insert into org_members (org_id, user_id, role) values ($a, ''x'', ''owner'')',
  'insert into org_members (org_id, user_id, role) values ($a, ''x'', null)',
  'insert into org_members (org_id, user_id, role, metadata) values ($a, ''x'', ''hr'', ''1'')',
  'insert into scenarios (org_id, title, status) values ($a, ''x'', ''live'')',
  'insert into scenarios (org_id, title, difficulty) values ($a, ''x'', ''Easy'')',
  'insert into scenarios (org_id, title) values ($a, null)',
  'insert into scenarios (org_id, title) values (null, ''x'')',
  'insert into scenarios (title) values (''without an organisation'')',
  'insert into tracks (org_id, title, status) values ($a, ''x'', ''draft'')',
  'update track_scenarios set position = 0',
  'insert into track_scenarios select * from track_scenarios where org_id = $a']) as statement,
  pg_temp.refused(statement) as e;
-- Assignments: one assignee, and the target that the type says.
select statement, e.* from unnest(array[
  'insert into assignments (org_id, assignee_user_id, type) values ($a, ''ana'', ''scenario'')',
  'insert into assignments (org_id, assignee_user_id, type) values ($a, ''ana'', ''track'')',
  'insert into assignments (org_id, assignee_user_id, type, scenario_id) values ($a, ''ana'', ''track'', ''a1000000-0000-4000-8000-000000000000'')',
  'insert into assignments (org_id, assignee_user_id, type, track_id) values ($a, ''ana'', ''scenario'', ''a2000000-0000-4000-8000-000000000000'')',
  'insert into assignments (org_id, assignee_user_id, type, scenario_id, track_id) values ($a, ''ana'', ''scenario'', ''a1000000-0000-4000-8000-000000000000'', ''a2000000-0000-4000-8000-000000000000'')',
  'insert into assignments (org_id, assignee_user_id, type, scenario_id) values ($a, ''ana'', ''course'', ''a1000000-0000-4000-8000-000000000000'')',
  'insert into assignments (org_id, assignee_user_id, type, scenario_id) values ($a, ''ana'', null, ''a1000000-0000-4000-8000-000000000000'')',
  'insert into assignments (org_id, type, scenario_id) values ($a, ''scenario'', ''a1000000-0000-4000-8000-000000000000'')',
  'insert into assignments (org_id, assignee_user_id, assignee_team, type, scenario_id) values ($a, ''ana'', ''sales'', ''scenario'', ''a1000000-0000-4000-8000-000000000000'')']) as statement,
  pg_temp.refused(statement) as e;
insert into assignments (org_id, assignee_team, type, track_id, due_at) values (:'org_a', 'sales', 'track', :'track_a', now()) returning required;
-- Attempts.
select statement, e.* from unnest(array[
  'update scenario_attempts set status = ''compleeted''',
  'update scenario_attempts set status = ''Completed''',
  'update scenario_attempts set status = null',
  'update scenario_attempts set score = ''NaN''',
  'update scenario_attempts set score = ''Infinity''',
  'update scenario_attempts set score = ''-Infinity''',
  'update scenario_attempts set score = -0.01',
  'update scenario_attempts set score = 100.01',
  'update scenario_attempts set score = 101',
  'update scenario_attempts set duration_seconds = -1',
  'update scenario_attempts set user_id = ''  ''',
  'update scenario_attempts set started_at = ''infinity''',
  'update scenario_attempts set started_at = ''-infinity'', status = ''completed''',
  'update scenario_attempts set ended_at = ''infinity''',
  'update scenario_attempts set evaluation = ''[80]''',
  'update scenario_attempts set evaluation = ''null''',
  'update scenario_attempts set score_breakdown = ''80''',
  'update scenario_attempts set kpis = ''"60:40"''']) as statement,
  pg_temp.refused(statement) as e;
select e.code from unnest(array['0', '100', '99.999', 'null']) as score, pg_temp.tried('update scenario_attempts set score = ' || score) as e;
-- Endpoints and deliveries.
select statement, e.* from unnest(array[
  'update webhooks set events = ''{}''',
  'update webhooks set events = null',
  'update webhooks set events = ''{scenario.done}''',
  'update webhooks set events = ''{scenario.completed,NULL}''',
  'update webhooks set events = ''{webhook.test}''',
  'update webhooks set url = ''ftp://a.example''',
  'update webhooks set url = ''a.example''',
  'update webhooks set url = ''https://a b.example''',
  'update webhooks set url = ''https://'' || repeat(''a'', 2048)',
  'update webhooks set url = ''javascript:alert(1)''',
  'update webhooks set secret = ''short''',
  'update webhooks set secret = repeat(''x'', 513)',
  'insert into webhook_deliveries (org_id, webhook_id, event, payload, body) values ($a, ''a5000000-0000-4000-8000-000000000000'', ''scenario.done'', ''{}'', ''{}'')',
  'insert into webhook_deliveries (org_id, webhook_id, event, payload, body, status) values ($a, ''a5000000-0000-4000-8000-000000000000'', ''user.added'', ''{}'', ''{}'', ''sent'')']) as statement,
  pg_temp.refused(statement) as e;
-- Articles and facts.
select statement, e.* from unnest(array[
  'insert into articles (slug, title, content, category) values (''Slug'', ''x'', ''x'', ''blog'')',
  'insert into articles (slug, title, content, category) values ('''', ''x'', ''x'', ''blog'')',
  'insert into articles (slug, title, content, category) values (''a--b'', ''x'', ''x'', ''blog'')',
  'insert into articles (slug, title, content, category) values (''a b'', ''x'', ''x'', ''blog'')',
  'insert into articles (slug, title, content, category) values (''../etc'', ''x'', ''x'', ''blog'')',
  'insert into articles (slug, title, content, category) values (''a'', ''x'', ''x'', ''news'')',
  'insert into fact_scenario_attempts (attempt_id, org_id, user_id, score) values (gen_random_uuid(), $a, ''x'', ''NaN'')',
  'insert into fact_scenario_attempts (attempt_id, org_id, user_id, talk_ms) values (gen_random_uuid(), $a, ''x'', -1)',
  'insert into fact_scenario_attempts (attempt_id, org_id, user_id, date_key) values (gen_random_uuid(), $a, ''x'', ''2026-01-01'')',
  'insert into fact_kpi_events (org_id, user_id, event_type) values ($a, ''x'', ''sneeze'')',
  'insert into fact_kpi_events (org_id, user_id, event_type, timestamp_ms) values ($a, ''x'', ''interruption'', -1)']) as statement,
  pg_temp.refused(statement) as e;
insert into articles (slug, title, content, category) values ('how-to-train-loan-officers-2', 'x', 'x', 'case-study') returning featured, metadata;
insert into articles (slug, title, content, category) values ('how-to-train-loan-officers-2', 'x', 'x', 'blog');
\echo :LAST_ERROR_SQLSTATE
rollback;
