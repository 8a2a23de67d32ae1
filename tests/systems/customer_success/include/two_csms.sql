-- Two customer success managers, Ana and Bob, each with a customer and one row of everything, under ids that a test can
-- name; Eve has none, and one customer is nobody's.
\set ana       'aa000000-0000-4000-8000-000000000000'
\set bob       'bb000000-0000-4000-8000-000000000000'
\set eve       'ee000000-0000-4000-8000-000000000000'
\set a         'a0000000-0000-4000-8000-000000000000'
\set b         'b0000000-0000-4000-8000-000000000000'
\set nobodys   'c0000000-0000-4000-8000-000000000000'
\set missing   'f0000000-0000-4000-8000-000000000000'
\set module    '70000000-0000-4000-8000-000000000000'
\set stakeholder_a 'a1000000-0000-4000-8000-000000000000'
\set contract_a    'a2000000-0000-4000-8000-000000000000'
\set session_a     'a3000000-0000-4000-8000-000000000000'
\set message_a     'a4000000-0000-4000-8000-000000000000'
\set approval_a    'a5000000-0000-4000-8000-000000000000'
\set meeting_a     'a6000000-0000-4000-8000-000000000000'
\set stakeholder_b 'b1000000-0000-4000-8000-000000000000'
\set contract_b    'b2000000-0000-4000-8000-000000000000'
\set session_b     'b3000000-0000-4000-8000-000000000000'
\set message_b     'b4000000-0000-4000-8000-000000000000'
\set approval_b    'b5000000-0000-4000-8000-000000000000'
\set meeting_b     'b6000000-0000-4000-8000-000000000000'

insert into auth.users (id, email) values
  (:'ana', 'ana@success.test'), (:'bob', 'bob@success.test'), (:'eve', 'eve@success.test');
insert into customers (id, name, arr, csm_id) values
  (:'a', 'Acme', 120000, :'ana'), (:'b', 'Birch', 80000, :'bob'), (:'nobodys', 'Cedar', 10000, null);
insert into training_modules (id, title) values (:'module', 'First steps');
insert into knowledge_base (title, content, is_public) values
  ('How to begin', 'Sign in.', true), ('What we say of rivals', 'Nothing.', false);
-- The same for both, by the letter of their ids.
insert into stakeholders (id, customer_id, name)
select (l || '1000000-0000-4000-8000-000000000000')::uuid, (l || '0000000-0000-4000-8000-000000000000')::uuid, 'Pat ' || l
  from unnest('{a,b}'::text[]) as l;
insert into contracts (id, customer_id, file_name, raw_text)
select (l || '2000000-0000-4000-8000-000000000000')::uuid, (l || '0000000-0000-4000-8000-000000000000')::uuid, 'msa.pdf', 'In witness whereof'
  from unnest('{a,b}'::text[]) as l;
insert into entitlements (contract_id, name, quantity)
select (l || '2000000-0000-4000-8000-000000000000')::uuid, 'Seats', 10 from unnest('{a,b}'::text[]) as l;
insert into agent_sessions (id, customer_id, user_id)
select (l || '3000000-0000-4000-8000-000000000000')::uuid, (l || '0000000-0000-4000-8000-000000000000')::uuid, (l || l || '000000-0000-4000-8000-000000000000')::uuid
  from unnest('{a,b}'::text[]) as l;
insert into agent_messages (id, session_id, role, content)
select (l || '4000000-0000-4000-8000-000000000000')::uuid, (l || '3000000-0000-4000-8000-000000000000')::uuid, 'user', 'Hello from ' || l
  from unnest('{a,b}'::text[]) as l;
insert into approvals (id, session_id, agent_id, action)
select (l || '5000000-0000-4000-8000-000000000000')::uuid, (l || '3000000-0000-4000-8000-000000000000')::uuid, 'onboarding', 'send_mail'
  from unnest('{a,b}'::text[]) as l;
insert into meetings (id, customer_id, session_id, title)
select (l || '6000000-0000-4000-8000-000000000000')::uuid, (l || '0000000-0000-4000-8000-000000000000')::uuid, (l || '3000000-0000-4000-8000-000000000000')::uuid, 'Kick-off'
  from unnest('{a,b}'::text[]) as l;
insert into transcripts (meeting_id, content)
select (l || '6000000-0000-4000-8000-000000000000')::uuid, 'Good morning' from unnest('{a,b}'::text[]) as l;
insert into insights (customer_id, meeting_id, source, type, content)
select (l || '0000000-0000-4000-8000-000000000000')::uuid, (l || '6000000-0000-4000-8000-000000000000')::uuid, 'meeting', 'concern', 'The price'
  from unnest('{a,b}'::text[]) as l;
insert into training_progress (customer_id, stakeholder_id, module_id, progress)
select (l || '0000000-0000-4000-8000-000000000000')::uuid, (l || '1000000-0000-4000-8000-000000000000')::uuid, '70000000-0000-4000-8000-000000000000', 40
  from unnest('{a,b}'::text[]) as l;
