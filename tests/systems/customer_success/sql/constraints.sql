-- What the tables refuse, and what they take by default.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_csms.sql'
\set forget :abs_srcdir '/include/forget.sql'
\set tried :abs_srcdir '/../../pg_regress/include/tried.sql'
set search_path = customer_success, public;
\set ECHO none
\i :include
\i :tried
\set ECHO all
select e.code, e.message
  from unnest(array[
    'insert into customers (name) values (null)',
    'insert into customers (name, health_score) values (''x'', 101)',
    'insert into customers (name, health_score) values (''x'', -1)',
    'insert into customers (name, csm_id) values (''x'', gen_random_uuid())',
    'insert into stakeholders (customer_id, name) values (gen_random_uuid(), ''x'')',
    'insert into stakeholders (name) values (null)',
    'insert into contracts (customer_id) values (gen_random_uuid())',
    'insert into entitlements (name) values (null)',
    'insert into agent_sessions (user_id) values (gen_random_uuid())',
    'insert into agent_messages (role, content) values (''assistant'', ''x'')',
    'insert into agent_messages (role, content) values (''User'', ''x'')',
    'insert into agent_messages (role, content) values (null, ''x'')',
    'insert into agent_messages (role, content) values (''user'', null)',
    'insert into agent_messages (session_id, role, content) values (gen_random_uuid(), ''user'', ''x'')',
    'insert into approvals (agent_id, action, status) values (''x'', ''x'', ''maybe'')',
    'insert into approvals (agent_id) values (''x'')',
    'insert into approvals (action) values (''x'')',
    'insert into meetings (title, duration) values (''x'', -1)',
    'insert into meetings (title, session_id) values (''x'', gen_random_uuid())',
    'insert into meetings (title) values (null)',
    'insert into transcripts (content, duration) values (''x'', -1)',
    'insert into transcripts (content, word_count) values (''x'', -1)',
    'insert into transcripts (content) values (null)',
    'insert into insights (source, type, content) values (''rumour'', ''quote'', ''x'')',
    'insert into insights (source, type, content) values (''crm'', ''feeling'', ''x'')',
    'insert into insights (source, type, content) values (null, ''quote'', ''x'')',
    'insert into insights (source, type, content) values (''crm'', null, ''x'')',
    'insert into insights (source, type) values (''crm'', ''quote'')',
    'insert into training_modules (title, duration) values (''x'', -1)',
    'insert into training_modules (title) values (null)',
    'insert into training_progress (status) values (''done'')',
    'insert into training_progress (progress) values (101)',
    'insert into training_progress (progress) values (-1)',
    'insert into training_progress (score) values (101)',
    'insert into training_progress (score) values (-1)',
    'insert into training_progress (module_id) values (gen_random_uuid())',
    'insert into knowledge_base (title) values (''x'')',
    'insert into knowledge_base (title, content, view_count) values (''x'', ''x'', -1)',
    'insert into knowledge_base (title, content, helpful_count) values (''x'', ''x'', -1)',
    'insert into activity_log (user_id) values (null)']) as statement,
  pg_temp.tried(statement) as e;
-- All that is listed is taken.
begin;
insert into agent_messages (role, content) select r, 'x' from unnest('{user,agent,system}'::text[]) r;
insert into approvals (agent_id, action, status) select 'x', 'x', s from unnest('{pending,approved,rejected}'::text[]) s;
insert into insights (source, type, content)
select s, t, 'x' from unnest('{meeting,email,crm,agent}'::text[]) s, unnest('{decision,action_item,concern,quote,sentiment}'::text[]) t;
insert into training_progress (customer_id, status, progress, score) values
  (:'a', 'not_started', 0, 0), (:'b', 'in_progress', 50, null), (:'nobodys', 'completed', 100, 100);
rollback;

-- One line of progress for each customer, stakeholder and module, also where there is no stakeholder or no module.
begin;
insert into training_progress (customer_id, module_id) values (:'a', :'module');
select e.code, e.message
  from unnest(array[
    'insert into training_progress (customer_id, module_id) values (''' || :'a' || ''', ''' || :'module' || ''')',
    'insert into training_progress (customer_id, stakeholder_id, module_id) values (''' || :'a' || ''', ''' || :'stakeholder_a' || ''', ''' || :'module' || ''')',
    'insert into training_progress (customer_id) values (''' || :'a' || ''')',
    'insert into training_progress (customer_id) values (''' || :'a' || ''')']) as statement,
  pg_temp.tried(statement) as e;
insert into training_progress (customer_id, module_id, progress) values (:'a', :'module', 70)
  on conflict (customer_id, stakeholder_id, module_id) do update set progress = excluded.progress returning progress;
rollback;

-- Deleting a customer takes all that is its own, in spite of what refers to what; the log stays, and says so.
begin;
select count(*) > 10 as logged, count(*) filter (where customer_id = :'a') > 5 as of_a from activity_log;
delete from customers where id = :'a';
select (select count(*) from stakeholders) as stakeholders, (select count(*) from contracts) as contracts, (select count(*) from entitlements) as entitlements,
       (select count(*) from agent_sessions) as sessions, (select count(*) from agent_messages) as messages, (select count(*) from approvals) as approvals,
       (select count(*) from meetings) as meetings, (select count(*) from transcripts) as transcripts, (select count(*) from insights) as insights,
       (select count(*) from training_progress) as progress;
select count(*) filter (where customer_id = :'a') as of_a, count(*) filter (where entity_type = 'customers' and entity_id = :'a' and action = 'DELETE') as told from activity_log;
-- The last one too, and everything with it.
delete from customers;
select count(*) from agent_messages;
rollback;
-- A person goes without the log, but not while a customer or a session is theirs.
begin;
select e.code, e.message from pg_temp.tried('delete from auth.users where id = ''' || :'ana' || '''') as e;
update customers set csm_id = :'bob' where csm_id = :'ana';
select e.code, e.message from pg_temp.tried('delete from auth.users where id = ''' || :'ana' || '''') as e;
update agent_sessions set user_id = :'bob' where user_id = :'ana';
delete from auth.users where id = :'ana';
rollback;
-- What others refer to without a rule stays.
begin;
select e.code, e.message
  from unnest(array[
    'delete from agent_sessions where id = ''' || :'session_a' || '''',
    'delete from meetings where id = ''' || :'meeting_a' || '''',
    'delete from stakeholders where id = ''' || :'stakeholder_a' || '''']) as statement,
  pg_temp.tried(statement) as e;
delete from training_modules where id = :'module';
select count(*) from training_progress;
rollback;

-- updated_at moves with what changes, and not otherwise.
begin;
update customers set updated_at = '2020-01-01', name = 'Acme' where id = :'a';
select updated_at = now() as touched from customers where id = :'a';
alter table customers disable trigger update_customers_timestamp;
update customers set updated_at = '2020-01-01' where id = :'a';
alter table customers enable trigger update_customers_timestamp;
update customers set name = name where id = :'a';
select updated_at = '2020-01-01' as left_alone from customers where id = :'a';
update customers set arr = arr + 1 where id = :'a';
select updated_at = now() as touched from customers where id = :'a';
rollback;
select tgrelid::regclass::text as tbl, tgname from pg_trigger
 where tgfoid = 'callcoach.update_timestamp()'::regprocedure and tgrelid::regclass::text not like '%.%' order by 1;
select attrelid::regclass::text as without from pg_attribute a join pg_class c on c.oid = attrelid
 where relnamespace = 'customer_success'::regnamespace and relkind = 'r' and attname = 'updated_at' and not exists (
   select from pg_trigger where tgrelid = c.oid and tgfoid = 'callcoach.update_timestamp()'::regprocedure);
set client_min_messages = warning;
\set ECHO none
\i :forget
