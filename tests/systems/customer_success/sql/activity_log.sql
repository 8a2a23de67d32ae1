-- The log: what is noted of each table, of whom, and what is left out.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_csms.sql'
\set forget :abs_srcdir '/include/forget.sql'
\set tried :abs_srcdir '/../../pg_regress/include/tried.sql'
set search_path = customer_success, public;
\set ECHO none
\i :include
\i :tried
create function pg_temp.noted() returns table (customer text, action text, entity_type text, entries bigint, keys text) language sql as $$
  select left(l.customer_id::text, 1), l.action, l.entity_type, count(*),
         (select string_agg(distinct k, ' ' order by k) from jsonb_object_keys(coalesce(max(l.new_values::text), max(l.old_values::text))::jsonb) as k)
    from customer_success.activity_log l group by 1, 2, 3 order by l.entity_type collate "C", 2, 1
$$;
\set ECHO all
-- All that was seeded, each under its customer; of rows that name none, by what they hang on.
select * from pg_temp.noted();
delete from activity_log;

-- An update that changes nothing leaves no entry; one of what is left out says that there was one, and no more.
update customers set name = name;
update contracts set raw_text = 'Another text' where id = :'contract_a';
update agent_messages set content = 'Changed' where id = :'message_a';
update stakeholders set name = upper(name), email = 'pat@acme.test' where id = :'stakeholder_a';
delete from transcripts where meeting_id = :'meeting_a';
select left(customer_id::text, 1) as customer, action, entity_type, case when entity_type <> 'transcripts' then entity_id end as entity_id, old_values ->> 'name' as old_name, new_values ->> 'name' as new_name,
       old_values ? 'raw_text' or new_values ? 'raw_text' or old_values ? 'content' and entity_type = 'transcripts' as has_left_out,
       new_values ->> 'content' as content, user_id, user_agent
  from activity_log order by entity_type collate "C";
delete from activity_log;

-- Who, and from where: of the verified token and the request's headers.
begin;
set local role authenticated;
select set_config('request.jwt.claims', json_build_object('sub', :'ana', 'role', 'authenticated')::text, true),
       set_config('request.headers', '{"x-forwarded-for": "2001:db8::7, 10.0.0.1", "user-agent": "success-app/1.0"}', true) \g /dev/null
insert into insights (customer_id, source, type, content) values (:'a', 'crm', 'quote', 'x'), (:'a', 'crm', 'quote', 'y');
select user_id = :'ana' as hers, action, entity_type, ip_address, user_agent, new_values ->> 'content' as content from activity_log order by 6;
-- A score that follows is noted as what it is: a change of the customer, by who said something.
insert into agent_messages (session_id, role, content) values (:'session_a', 'user', 'x');
select user_id = :'ana' as hers, old_values ->> 'health_score' as old, new_values ->> 'health_score' as new from activity_log where entity_type = 'customers';
rollback;
-- A user that auth.users does not have, headers that are none.
begin;
select set_config('request.jwt.claims', json_build_object('sub', :'missing')::text, true), set_config('request.headers', 'garbage', true) \g /dev/null
update customers set stage = 'active' where id = :'a';
select user_id, ip_address, user_agent, new_values ->> 'stage' as stage from activity_log;
rollback;

-- A customer's deletion is noted, with all that went along, and refers to nothing that is gone.
delete from customers where id = :'a';
select action, entity_type, count(*), count(customer_id) as with_customer from activity_log group by 1, 2 order by entity_type collate "C", 1;
set client_min_messages = warning;
\set ECHO none
\i :forget
