-- 003_access: who may read and write what. A customer is its CSM's (csm_id), and so is all that belongs to it; training
-- and articles are everybody's to read; the server (service_role) may do all but write the log.
-- The look-ups within the policies are held back by the policies of the tables they ask: what one may see of the
-- customers decides everything else, and there is one place that says so.

do $$
declare
  words constant jsonb := jsonb_build_object(
    '{me}', '(select callcoach.user_id())',
    -- A hash made once a query: a list to look up by index would be gone through for each customer of the view.
    '{my_customers}', 'in (select c.id from customers c)',
    -- OFFSET 0, so that each row's own is looked up by key: the planner would hash all sessions that there are to show
    -- the messages of one.
    '{my_session}', 'exists (select from agent_sessions s where s.id = %I.session_id offset 0)');
  policy record;
  word record;
  condition text;
begin
  for policy in
    select * from (values
      ('customers', 'customers_policy', 'all', 'csm_id = {me}', null),
      ('stakeholders', 'stakeholders_policy', 'all', 'customer_id {my_customers}', null),
      ('contracts', 'contracts_policy', 'all', 'customer_id {my_customers}', null),
      ('entitlements', 'entitlements_policy', 'all',
       'exists (select from contracts c where c.id = %I.contract_id offset 0)', null),
      -- A conversation about no customer yet is its user's. One about a customer goes with the customer, whoever led it.
      ('agent_sessions', 'agent_sessions_policy', 'all',
       'customer_id {my_customers} or (customer_id is null and user_id = {me})', null),
      ('agent_messages', 'agent_messages_policy', 'all', '{my_session}', null),
      ('approvals', 'approvals_read', 'select', '{my_session}', null),
      -- What is decided stays decided, and by whom is true.
      ('approvals', 'approvals_decide', 'update', '{my_session} and status = ''pending''',
       '{my_session} and (case status when ''pending'' then resolved_by is null else resolved_by = {me} end)'),
      ('meetings', 'meetings_policy', 'all', 'customer_id {my_customers}',
       'customer_id {my_customers} and (session_id is null or exists (
          select from agent_sessions s where s.id = %I.session_id and s.customer_id = %I.customer_id))'),
      ('transcripts', 'transcripts_policy', 'all',
       'exists (select from meetings m where m.id = %I.meeting_id offset 0)', null),
      ('insights', 'insights_policy', 'all', 'customer_id {my_customers}',
       'customer_id {my_customers} and (meeting_id is null or exists (
          select from meetings m where m.id = %I.meeting_id and m.customer_id = %I.customer_id))'),
      ('training_progress', 'training_progress_policy', 'all', 'customer_id {my_customers}',
       'customer_id {my_customers} and (stakeholder_id is null or exists (
          select from stakeholders s where s.id = %I.stakeholder_id and s.customer_id = %I.customer_id))'),
      ('training_modules', 'training_modules_read', 'select', 'true', null),
      ('knowledge_base', 'knowledge_base_read', 'select', 'is_public', null),
      ('activity_log', 'activity_log_read', 'select', 'customer_id {my_customers}', null)
    ) as p (tbl, name, command, condition, written)
  loop
    condition := case policy.command
      when 'select' then format('using (%s)', policy.condition)
      else format('using (%s) with check (%s)', policy.condition, coalesce(policy.written, policy.condition))
    end;
    for word in select * from jsonb_each_text(words) loop
      condition := replace(condition, word.key, word.value);
    end loop;
    execute format('create policy %I on %I for %s to authenticated %s',
      policy.name, policy.tbl, policy.command, replace(condition, '%I', quote_ident(policy.tbl)));
  end loop;

  -- Nobody opens a conversation in another's name.
  create policy agent_sessions_own_name on agent_sessions as restrictive for insert to authenticated
    with check (user_id is null or user_id = (select callcoach.user_id()));
end
$$;

-- The server may do everything, also where service_role does not pass row level security by itself.
do $$
declare
  t text;
begin
  foreach t in array array[
    'customers', 'stakeholders', 'contracts', 'entitlements', 'agent_sessions', 'agent_messages', 'approvals', 'meetings',
    'transcripts', 'insights', 'training_modules', 'training_progress', 'knowledge_base']
  loop
    execute format('create policy service_role_policy on %I for all to service_role using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on table %I to service_role', t);
  end loop;
  create policy service_role_policy on activity_log for select to service_role using (true);
  grant select on table activity_log, customer_health_view to service_role;
  grant select on table customer_health_view to authenticated;
end
$$;

-- Columns are listed: ids and times come from the database (a chosen id would answer 23505 where it is another's), the
-- score from the triggers. Who manages a customer, and what it is called in other systems, is the server's to say:
-- whoever could name another's Salesforce account would be sent its data. People, sessions and meetings stay with their
-- customer, since other rows refer to both.
do $$
declare
  granted record;
begin
  for granted in
    select * from (values
      ('customers', 'name, arr, industry, stage, metadata', 'csm_id', true),
      ('stakeholders', 'name, role, email, phone, linkedin_url, is_primary, sentiment, notes, metadata',
       'customer_id', true),
      ('contracts', 'customer_id, file_url, file_name, raw_text, company_name, arr, contract_term, start_date, end_date,
         status, parsed_data, pricing_terms, technical_requirements, missing_info, next_steps', null, true),
      ('entitlements', 'contract_id, name, description, quantity, unit, price, category, metadata', null, true),
      ('agent_sessions', 'status, active_agent, deployed_agents, context, ended_at', 'customer_id, user_id', true),
      ('agent_messages', 'session_id, agent_id, role, content, thinking, requires_approval, deployed_agent, tool_calls,
         metadata', null, true),
      ('meetings', 'session_id, title, description, scheduled_at, duration, status, meeting_url, attendees, agenda,
         metadata', 'customer_id', true),
      ('transcripts', 'meeting_id, content, duration, speakers, word_count, language, metadata', null, true),
      ('insights', 'customer_id, meeting_id, source, type, content, importance, owner, due_date, status, metadata',
       null, true),
      ('training_progress', 'customer_id, stakeholder_id, module_id, status, progress, started_at, completed_at, score,
         metadata', null, true),
      ('approvals', null, null, false),
      ('training_modules', null, null, false),
      ('knowledge_base', null, null, false),
      ('activity_log', null, null, false)
    ) as g (tbl, written, inserted, deleted)
  loop
    execute format('grant select on table %I to authenticated', granted.tbl);
    if granted.written is not null then
      execute format('grant insert (%s), update (%s) on table %I to authenticated',
        concat_ws(', ', granted.inserted, granted.written), granted.written, granted.tbl);
    end if;
    if granted.deleted then
      execute format('grant delete on table %I to authenticated', granted.tbl);
    end if;
  end loop;
  grant update (status, resolved_by, resolved_at, comment) on table approvals to authenticated;
end
$$;

do $$
begin
  execute format('revoke all on schema %I from public, anon, authenticated, service_role', current_schema());
  execute format('grant usage on schema %I to authenticated, service_role', current_schema());
end
$$;

insert into callcoach_migrations (version) values ('003_access');
