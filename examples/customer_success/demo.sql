-- customer_success at work: two managers, their customers, an agent at one's side; health scores that follow.
\set QUIET on
\pset border 2
\pset footer off
set search_path = customer_success;
set timezone = 'UTC';
\set ana 'aa000000-0000-4000-8000-000000000000'
\set bob 'bb000000-0000-4000-8000-000000000000'

\echo
\echo == Two customer success managers, Ana and Bob; the server gives each their customers.
insert into auth.users (id, email, raw_user_meta_data) values
  (:'ana', 'ana@success.example', '{"full_name": "Ana"}'), (:'bob', 'bob@success.example', '{"full_name": "Bob"}');
insert into customers (name, arr, industry, stage, csm_id) values
  ('Harbour Logistics', 240000, 'logistics', 'active', :'ana'), ('Meadow Clinics', 96000, 'health', 'onboarding', :'ana'),
  ('Quarry Bank', 510000, 'finance', 'active', :'bob');
insert into training_modules (title, duration, level) values
  ('First steps', 20, 'beginner'), ('Reports', 35, 'intermediate'), ('Administration', 50, 'advanced');
insert into knowledge_base (title, content, tags) values ('Inviting colleagues', 'Settings, People, Invite.', '{people,start}');
select c.name, c.arr, c.stage, u.email as csm, c.health_score from customers c join auth.users u on u.id = c.csm_id order by c.name;

\echo == Ana at work, through the API: she sees her own, writes people, a contract, a conversation with the agent.
begin;
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true),
       set_config('request.headers', '{"x-forwarded-for": "203.0.113.7", "user-agent": "success-app/1.0"}', true) \g /dev/null
select name, stage from customers order by name;
insert into stakeholders (customer_id, name, role, is_primary)
select id, 'Iris Vane', 'head of operations', true from customers where name = 'Harbour Logistics'
union all select id, 'Tom Reed', 'dispatcher', false from customers where name = 'Harbour Logistics';
insert into contracts (customer_id, file_name, arr, start_date, end_date, raw_text)
select id, 'msa-2026.pdf', 240000, '2026-01-01', '2026-12-31', 'The whole text of the contract.' from customers where name = 'Harbour Logistics';
insert into entitlements (contract_id, name, quantity, unit, price) select id, 'Seats', 120, 'seat', 2000 from contracts;
insert into agent_sessions (customer_id, user_id) select id, :'ana' from customers where name = 'Harbour Logistics';
insert into agent_messages (session_id, role, agent_id, content)
select s.id, m.role, m.agent, m.content from agent_sessions s, (values
  ('user', null, 'Draft the kick-off for Harbour Logistics.'), ('agent', 'onboarding', 'Here is an agenda of five points.'),
  ('user', null, 'Send it to Iris.'), ('agent', 'onboarding', 'I need your approval to send mail.')) as m (role, agent, content);
commit;
\echo == Four messages are 40 points of engagement, half of the score: it was written with the messages.
select name, health_score from customers order by name;

\echo == Training counts for the other half: the average progress of all that is recorded, by whoever records it.
insert into training_progress (customer_id, stakeholder_id, module_id, progress, status)
select s.customer_id, s.id, m.id, case m.title when 'First steps' then 100 when 'Reports' then 45 else 0 end,
       case m.title when 'First steps' then 'completed' when 'Reports' then 'in_progress' else 'not_started' end
  from stakeholders s, training_modules m;
select c.name, count(*) as lines, round(avg(p.progress), 2) as average, c.health_score
  from training_progress p join customers c on c.id = p.customer_id group by c.id;

\echo == The agent asks, and a person decides, once and in their own name.
insert into approvals (session_id, agent_id, action, details) select id, 'onboarding', 'send_mail', 'Agenda to Iris Vane' from agent_sessions;
begin;
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true) \g /dev/null
update approvals set status = 'approved', resolved_by = :'ana', resolved_at = now(), comment = 'Go on.';
insert into meetings (customer_id, session_id, title, scheduled_at, duration)
select customer_id, id, 'Kick-off', date_trunc('hour', now()) + interval '2 days', 45 from agent_sessions;
insert into insights (customer_id, meeting_id, source, type, content, importance)
select customer_id, id, 'meeting', 'concern', 'The old system is switched off in March.', 'high' from meetings;
commit;
select agent_id, action, status, comment from approvals;

\echo == The health view: what Ana sees, and what Bob sees.
begin;
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true) \g /dev/null
select name, arr, health_score as health, stakeholder_count as people, meeting_count as meetings, concern_count as concerns,
       last_meeting is not null as met, last_interaction is not null as spoke
  from customer_health_view order by name;
select set_config('request.jwt.claims', json_build_object('sub', :'bob', 'role', 'authenticated')::text, true) \g /dev/null
select name, arr, health_score as health, stakeholder_count as people, meeting_count as meetings, concern_count as concerns
  from customer_health_view order by name;
\echo == Bob asks for the score of a customer of Ana, and writes to her session: neither is there for him.
rollback;
create temp table hers as select (select id from customers where name = 'Harbour Logistics') as customer, (select id from agent_sessions) as session;
grant select on hers to authenticated;
begin;
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'bob', 'role', 'authenticated')::text, true) \g /dev/null
\set ON_ERROR_STOP off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
select update_health_score(customer) from hers;
insert into agent_messages (session_id, role, content) select session, 'user', 'x' from hers;
\set ON_ERROR_ROLLBACK off
\set ON_ERROR_STOP on
rollback;

\echo == Five weeks go by without a word: nothing was written, so the daily refresh (pg_cron) finds what has changed.
alter table agent_messages disable trigger user;
update agent_messages set created_at = created_at - interval '35 days';
alter table agent_messages enable trigger user;
select name, health_score as before from customers where name = 'Harbour Logistics';
select refresh_health_scores() as scores_written;
select name, health_score as after from customers where name = 'Harbour Logistics';

\echo == The log, as the CSM reads it: written by triggers, for each row of each statement, by no hand.
select coalesce(u.email, 'the server') as who, l.action, l.entity_type as what, host(l.ip_address) as "from", l.user_agent,
       left(coalesce(l.new_values ->> 'name', l.new_values ->> 'title', l.new_values ->> 'status', l.new_values ->> 'file_name'), 20) as detail
  from activity_log l join customers c on c.id = l.customer_id left join auth.users u on u.id = l.user_id
 where c.name = 'Harbour Logistics' and l.entity_type in ('customers', 'stakeholders', 'contracts', 'entitlements', 'approvals', 'meetings')
 order by l.created_at, l.entity_type, l.action, detail;
