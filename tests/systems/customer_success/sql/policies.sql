-- Who sees and writes what: a customer's CSM, another CSM, one without customers, anon, the server. Connected as
-- PostgREST connects: a superuser under SET ROLE could always go back.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_csms.sql'
\set forget :abs_srcdir '/include/forget.sql'
\set tried :abs_srcdir '/../../pg_regress/include/tried.sql'
set search_path = customer_success, public;
\set ECHO none
\i :include
\set ECHO all
-- So that privileges are tried, and not that API users run queries only.
alter role authenticator set callcoach.guard_statements = off;
alter role authenticator set search_path = customer_success, public;
-- For the names in the views below, which give their callers nothing.
grant usage on schema customer_success to authenticator;
\c - authenticator
\set ECHO none
\i :tried
\set ECHO all
-- Whose rows of each table are seen: those of A, of B, of neither.
create temp view seen as
          select 'customers' as tbl, id as customer from customers
union all select 'stakeholders', customer_id from stakeholders
union all select 'contracts', customer_id from contracts
union all select 'entitlements', c.customer_id from entitlements e left join contracts c on c.id = e.contract_id
union all select 'agent_sessions', customer_id from agent_sessions
union all select 'agent_messages', s.customer_id from agent_messages m left join agent_sessions s on s.id = m.session_id
union all select 'approvals', s.customer_id from approvals p left join agent_sessions s on s.id = p.session_id
union all select 'meetings', customer_id from meetings
union all select 'transcripts', m.customer_id from transcripts t left join meetings m on m.id = t.meeting_id
union all select 'insights', customer_id from insights
union all select 'training_progress', customer_id from training_progress
union all select 'training_modules', null from training_modules
union all select 'knowledge_base', null from knowledge_base
union all select 'customer_health_view', id from customer_health_view
union all select 'activity_log', customer_id from activity_log where entity_type in ('customers', 'approvals');
alter view seen set (security_invoker = true);
grant select on seen to public;
create temp view whose as
select tbl, count(*) filter (where customer::text like 'a%') as a, count(*) filter (where customer::text like 'b%') as b,
       count(*) filter (where customer is null or customer::text like 'c%') as neither
  from seen group by tbl order by tbl collate "C";
alter view whose set (security_invoker = true);
grant select on whose to public;

-- Each CSM sees the own customer, everybody's training and what is public of the articles.
begin;
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true) \g /dev/null
select * from whose;
select set_config('request.jwt.claims', json_build_object('sub', :'bob', 'role', 'authenticated')::text, true) \g /dev/null
select * from whose;
select set_config('request.jwt.claims', json_build_object('sub', :'eve', 'role', 'authenticated')::text, true) \g /dev/null
select * from whose;
-- Nobody signed in, and what PostgREST leaves behind on a pooled connection.
select set_config('request.jwt.claims', '', true) \g /dev/null
select * from whose;
select set_config('request.jwt.claims', '{"role": "authenticated"}', true) \g /dev/null
select * from whose;
rollback;

-- anon has nothing at all, not even the articles; the server everything.
begin;
set local role anon;
select distinct e.code, e.message
  from unnest(array['customers', 'stakeholders', 'contracts', 'entitlements', 'agent_sessions', 'agent_messages', 'approvals',
                    'meetings', 'transcripts', 'insights', 'training_modules', 'training_progress', 'knowledge_base',
                    'activity_log', 'customer_health_view', 'callcoach_migrations']) as tbl,
       unnest(array['select * from customer_success.%I', 'insert into customer_success.%I default values',
                    'delete from customer_success.%I']) as statement,
       pg_temp.tried(format(statement, tbl)) as e
 order by 2;
select e.code, e.message from unnest(array['update_health_score(null)', 'refresh_health_scores()']) as call,
  pg_temp.tried('select customer_success.' || call) as e;
rollback;
begin;
set local role service_role;
select * from whose;
select e.code, e.message, statement
  from unnest(array[
    'insert into customers (name, csm_id, health_score) values (''Dogwood'', ''' || :'ana' || ''', 50)',
    'update customers set csm_id = ''' || :'ana' || '''',
    'insert into approvals (session_id, agent_id, action) values (''' || :'session_a' || ''', ''qbr'', ''write'')',
    'update knowledge_base set view_count = view_count + 1',
    'insert into training_modules (title) values (''Second steps'')',
    'delete from insights',
    -- But not write what was done.
    'insert into activity_log (action) values (''nothing'')',
    'update activity_log set user_id = null',
    'delete from activity_log',
    'truncate agent_messages',
    'insert into callcoach_migrations (version) values (''x'')']) as statement,
  pg_temp.tried(statement) as e;
rollback;

-- What Ana writes of her own.
begin;
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true) \g /dev/null
select e.code, e.message, statement
  from unnest(array[
    'insert into customers (name, csm_id) values (''Alder'', ''' || :'ana' || ''')',
    'update customers set name = ''Acme Corp'', stage = ''active''',
    'insert into stakeholders (customer_id, name) values (''' || :'a' || ''', ''Sam'')',
    'update stakeholders set is_primary = true',
    'insert into contracts (customer_id, file_name) values (''' || :'a' || ''', ''renewal.pdf'')',
    'update contracts set status = ''expired''',
    'insert into entitlements (contract_id, name) values (''' || :'contract_a' || ''', ''Support'')',
    'update entitlements set quantity = 5',
    'insert into agent_sessions (customer_id, user_id) values (''' || :'a' || ''', ''' || :'ana' || ''')',
    'insert into agent_sessions (customer_id) values (''' || :'a' || ''')',
    'update agent_sessions set status = ''ended'', ended_at = now()',
    'insert into agent_messages (session_id, role, content) values (''' || :'session_a' || ''', ''user'', ''Hi'')',
    'update agent_messages set metadata = ''{"seen": true}''',
    'insert into meetings (customer_id, session_id, title) values (''' || :'a' || ''', ''' || :'session_a' || ''', ''Review'')',
    'update meetings set status = ''done''',
    'insert into transcripts (meeting_id, content) values (''' || :'meeting_a' || ''', ''So long'')',
    'update transcripts set word_count = 2',
    'insert into insights (customer_id, meeting_id, source, type, content) values (''' || :'a' || ''', ''' || :'meeting_a' || ''', ''agent'', ''quote'', ''Fine'')',
    'update insights set status = ''closed''',
    'insert into training_progress (customer_id, module_id) values (''' || :'a' || ''', ''' || :'module' || ''')',
    'update training_progress set progress = 60',
    'update approvals set status = ''approved'', resolved_by = ''' || :'ana' || ''', resolved_at = now()',
    'delete from training_progress', 'delete from insights', 'delete from transcripts', 'delete from meetings',
    'delete from agent_messages', 'delete from agent_sessions', 'delete from entitlements', 'delete from contracts',
    'delete from stakeholders', 'delete from customers']) as statement,
  pg_temp.tried(statement) as e;
rollback;

-- What is not hers to write: ids, times, the score, whose customer it is, what it is called elsewhere, what is
-- everybody's, what is the agent's to ask, the log.
begin;
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true) \g /dev/null
select e.code, e.message, statement
  from unnest(array[
    'insert into customers (name) values (''Of nobody'')',
    'insert into customers (id, name, csm_id) values (''' || :'missing' || ''', ''x'', ''' || :'ana' || ''')',
    'insert into customers (name, csm_id, health_score) values (''x'', ''' || :'ana' || ''', 100)',
    'insert into customers (name, csm_id, salesforce_id) values (''x'', ''' || :'ana' || ''', ''001'')',
    'update customers set health_score = 100',
    'update customers set csm_id = ''' || :'bob' || '''',
    'update customers set hubspot_id = ''1''',
    'update customers set created_at = now()',
    'insert into agent_messages (session_id, role, content, created_at) values (''' || :'session_a' || ''', ''user'', ''x'', ''2020-01-01'')',
    'insert into agent_sessions (customer_id, user_id) values (''' || :'a' || ''', ''' || :'bob' || ''')',
    'update agent_sessions set user_id = ''' || :'bob' || '''',
    'insert into approvals (session_id, agent_id, action, status) values (''' || :'session_a' || ''', ''x'', ''x'', ''approved'')',
    'update approvals set action = ''wire_money''',
    'update approvals set status = ''approved''',
    'update approvals set status = ''approved'', resolved_by = ''' || :'bob' || '''',
    'update approvals set resolved_by = ''' || :'ana' || '''',
    'delete from approvals',
    'insert into training_modules (title) values (''x'')',
    'update training_modules set title = ''x''',
    'delete from training_modules',
    'insert into knowledge_base (title, content) values (''x'', ''x'')',
    'update knowledge_base set helpful_count = 100',
    'delete from knowledge_base',
    'insert into activity_log (action, customer_id) values (''nothing'', ''' || :'a' || ''')',
    'update activity_log set user_id = null',
    'delete from activity_log',
    'select * from callcoach_migrations',
    'select customer_success.refresh_health_scores()']) as statement,
  pg_temp.tried(statement) as e;
-- What is decided stays decided.
update approvals set status = 'rejected', resolved_by = :'ana', resolved_at = now() returning status, resolved_by = :'ana' as hers;
update approvals set status = 'approved' returning status;
rollback;

-- A conversation about no customer is its user's, and nobody else's; she may not open one in another's name.
begin;
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'eve', 'role', 'authenticated')::text, true) \g /dev/null
insert into agent_sessions (user_id) values (:'eve') returning customer_id, user_id = :'eve' as hers;
insert into agent_messages (session_id, role, content) select id, 'user', 'Hello?' from agent_sessions returning content;
select e.code, e.message from pg_temp.tried('insert into agent_sessions (user_id) values (''' || :'ana' || ''')') as e;
select e.code, e.message from pg_temp.tried('insert into agent_sessions default values') as e;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true) \g /dev/null
select count(*) from agent_sessions where user_id = :'eve';
select count(*) from agent_messages where content = 'Hello?';
rollback;

-- A customer that is handed over takes everything along, the log included; who led its sessions sees them no more.
\c - postgres
set search_path = customer_success, public;
begin;
update customers set csm_id = :'eve' where id = :'a';
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true) \g /dev/null
select (select count(*) from customers) as customers, (select count(*) from agent_sessions) as sessions,
       (select count(*) from agent_messages) as messages, (select count(*) from activity_log) as log;
select set_config('request.jwt.claims', json_build_object('sub', :'eve', 'role', 'authenticated')::text, true) \g /dev/null
select (select count(*) from customers) as customers, (select count(*) from agent_sessions) as sessions,
       (select count(*) from agent_messages) as messages, (select count(*) > 0 from activity_log) as log;
rollback;

revoke usage on schema customer_success from authenticator;
alter role authenticator reset callcoach.guard_statements;
alter role authenticator reset search_path;
set client_min_messages = warning;
\set ECHO none
\i :forget
