-- 0005_roles: who may do what within an organisation. What stands here replaces the policies and grants of the
-- migrations before, which knew organisations only.

-- The extension does not own the type, so it gives the role as text.
create function current_org_role() returns user_role
  language sql stable parallel safe set search_path = ''
  return callcoach.org_role()::user_role;
comment on function current_org_role() is
  'The caller''s role in the current organisation, by org_members; NULL for who is not a member.';

-- Members cannot lock themselves out.
create trigger keep_an_admin_delete after delete on org_members referencing old table as old_rows
  for each statement execute function callcoach.keep_an_admin();
create trigger keep_an_admin_update after update on org_members referencing old table as old_rows
  for each statement execute function callcoach.keep_an_admin();

alter table scenarios alter column created_by set default current_user_id();
alter table assignments alter column created_by set default current_user_id();

-- The policies: a line for each table and command. Sub-selects make each look-up one a query, not one a row.
-- Who is not a member of the current organisation has no role in it, and so sees nothing.
do $$
declare
  api_role constant text := coalesce(
    (select 'authenticated' from pg_catalog.pg_roles where rolname = 'authenticated'), 'public');
  readers constant text := coalesce(
    (select 'anon, authenticated' from pg_catalog.pg_roles where rolname = 'authenticated'), 'public');
  words constant jsonb := jsonb_build_object(
    '{here}',    'org_id = (select current_org_id())',
    '{mine}',    'user_id = (select current_user_id())',
    '{member}',  $x$(select callcoach.acts_as('trainee', 'manager', 'hr', 'admin'))$x$,
    '{trainee}', $x$(select callcoach.acts_as('trainee'))$x$,
    -- An operator more than org_id = … has, so that the planner compares org_id first: in the other order the
    -- rows of every organisation would pay for this.
    '{staff}',   $x$(select callcoach.acts_as('manager', 'hr', 'admin')) is not distinct from true$x$,
    '{author}',  $x$(select callcoach.acts_as('manager', 'admin'))$x$,
    '{admin}',   $x$(select callcoach.acts_as('admin'))$x$,
    '{my_team}', '(select m.metadata ->> ''team'' from org_members m
                    where m.org_id = (select current_org_id()) and m.user_id = (select current_user_id()))');
  policy record;
  word record;
  condition text;
begin
  for policy in
    select t.relname, p.polname
      from pg_catalog.pg_policy p
      join pg_catalog.pg_class t on t.oid = p.polrelid
     where t.relnamespace = quote_ident(current_schema())::regnamespace
       and p.polname in (t.relname || '_own', t.relname || '_own_org', 'dim_time_everyone', 'articles_published')
  loop
    execute format('drop policy %I on %I', policy.polname, policy.relname);
  end loop;

  for policy in
    select * from (values
      ('orgs', 'select', 'id = (select current_org_id()) and {member}'),
      ('orgs', 'update', 'id = (select current_org_id()) and {admin}'),

      ('org_members', 'select', '{here} and {member}'),
      ('org_members', 'insert', '{here} and {admin}'),
      ('org_members', 'update', '{here} and {admin}'),
      ('org_members', 'delete', '{here} and {admin}'),

      ('scenarios', 'select', '{here} and ({staff} or ({trainee} and status = ''active''))'),
      ('scenarios', 'insert', '{here} and {author}'),
      ('scenarios', 'update', '{here} and {author}'),
      ('scenarios', 'delete', '{here} and {author}'),

      ('tracks', 'select', '{here} and ({staff} or ({trainee} and status = ''active''))'),
      ('tracks', 'insert', '{here} and {author}'),
      ('tracks', 'update', '{here} and {author}'),
      ('tracks', 'delete', '{here} and {author}'),

      -- Of an active track, the active scenarios: those that the trainee can read.
      ('track_scenarios', 'select', '{here} and ({staff} or ({trainee}
         and track_id in (select t.id from tracks t) and scenario_id in (select s.id from scenarios s)))'),
      ('track_scenarios', 'insert', '{here} and {author}'),
      ('track_scenarios', 'update', '{here} and {author}'),
      ('track_scenarios', 'delete', '{here} and {author}'),

      ('assignments', 'select', '{here} and ({staff} or ({trainee}
         and (assignee_user_id = (select current_user_id()) or assignee_team = {my_team})))'),
      ('assignments', 'insert', '{here} and {author}'),
      ('assignments', 'update', '{here} and {author}'),
      ('assignments', 'delete', '{here} and {author}'),

      -- A call is started by its trainee, now, at what the trainee can read; the rest is the server's to write.
      ('scenario_attempts', 'select', '{here} and ({staff} or ({trainee} and {mine}))'),
      ('scenario_attempts', 'insert', '{here} and {trainee} and {mine} and status = ''in_progress''
         and started_at between now() - interval ''1 day'' and now() + interval ''1 day''
         and (scenario_id is null
              or exists (select from scenarios s where s.id = scenario_attempts.scenario_id))
         and (assignment_id is null
              or exists (select from assignments a where a.id = scenario_attempts.assignment_id))'),
      ('scenario_attempts', 'delete', '{here} and {admin}'),

      ('webhooks', 'all', '{here} and {admin}'),
      ('webhook_deliveries', 'select', '{here} and {admin}'),

      ('fact_scenario_attempts', 'select', '{here} and ({staff} or ({trainee} and {mine}))'),
      ('fact_kpi_events', 'select', '{here} and ({staff} or ({trainee} and {mine}))'),
      ('dim_orgs', 'select', '{here} and {member}'),
      ('dim_users', 'select', '{here} and {member}'),
      ('dim_scenarios', 'select', '{here} and {member}'),
      ('dim_tracks', 'select', '{here} and {member}'),

      ('dim_time', 'select', 'true'),
      ('articles', 'select', 'published_at <= now()')
    ) as p (tbl, command, condition)
  loop
    condition := policy.condition;
    for word in select * from jsonb_each_text(words) loop
      condition := replace(condition, word.key, word.value);
    end loop;
    execute format('create policy %I on %I for %s to %s %s',
      policy.tbl || '_' || policy.command, policy.tbl, policy.command,
      case policy.tbl when 'articles' then readers else api_role end,
      case policy.command
        when 'insert' then format('with check (%s)', condition)
        when 'select' then format('using (%s)', condition)
        when 'delete' then format('using (%s)', condition)
        else format('using (%1$s) with check (%1$s)', condition)
      end);
  end loop;
end
$$;

-- The grants. Columns are listed, so that ids come from the database (a chosen one would answer 23505 where
-- another organisation has it), and a row stays in its organisation. Nor does a trainee say which call at Vapi an
-- attempt is: the server would write that call's transcript into it. TRUNCATE, TRIGGER and REFERENCES are no
-- API role's, not even the server's.
do $$
declare
  granted record;
  r text;
begin
  for granted in
    select * from (values
      ('callcoach_migrations', null, null),
      ('orgs', 'select, update (name, metadata)', null),
      ('org_members',
       'select, insert (org_id, user_id, role, metadata), update (role, metadata), delete', null),
      ('scenarios',
       'select, insert (org_id, title, description, persona, difficulty, ai_prompt, branching, rubric, status, created_by),
        update (title, description, persona, difficulty, ai_prompt, branching, rubric, status), delete', null),
      ('tracks',
       'select, insert (org_id, title, description, status), update (title, description, status), delete', null),
      ('track_scenarios',
       'select, insert (org_id, track_id, scenario_id, position), update (track_id, scenario_id, position), delete', null),
      ('assignments',
       'select, insert (org_id, assignee_user_id, assignee_team, type, scenario_id, track_id, due_at, required, created_by),
        update (assignee_user_id, assignee_team, type, scenario_id, track_id, due_at, required), delete', null),
      ('scenario_attempts',
       'select, insert (org_id, user_id, scenario_id, assignment_id, started_at, status), delete', null),
      ('webhooks',
       'select, insert (org_id, name, url, secret, enabled, events), update (name, url, secret, enabled, events), delete', null),
      ('webhook_deliveries', 'select', null),
      ('fact_scenario_attempts', 'select', null),
      ('fact_kpi_events', 'select', null),
      ('dim_orgs', 'select', null),
      ('dim_users', 'select', null),
      ('dim_scenarios', 'select', null),
      ('dim_tracks', 'select', null),
      ('dim_time', 'select', null),
      ('articles', 'select', 'select')
    ) as g (tbl, authenticated, anon)
  loop
    execute format('revoke all on table %I from public', granted.tbl);
    for r in select rolname from pg_catalog.pg_roles
              where rolname in ('anon', 'authenticated', 'service_role') order by rolname
    loop
      execute format('revoke all on table %I from %I', granted.tbl, r);
      if r = 'service_role' and granted.tbl <> 'callcoach_migrations' then
        execute format('grant select, insert, update, delete on table %I to %I', granted.tbl, r);
      elsif r = 'authenticated' and granted.authenticated is not null then
        execute format('grant %s on table %I to %I', granted.authenticated, granted.tbl, r);
      elsif r = 'anon' and granted.anon is not null then
        execute format('grant %s on table %I to %I', granted.anon, granted.tbl, r);
      end if;
    end loop;
  end loop;
end
$$;

-- What is made later by the role that applies this belongs to nobody until it is granted. PostgreSQL lets
-- everybody call a new function, which only the global form takes back; Supabase gives everything in the
-- schema to its API roles.
alter default privileges revoke execute on functions from public;
do $$
declare
  r text;
begin
  execute format('revoke create on schema %I from public', current_schema());
  revoke all on function current_org_role() from public;
  for r in select rolname from pg_catalog.pg_roles
            where rolname in ('anon', 'authenticated', 'service_role') order by rolname
  loop
    execute format('revoke create on schema %I from %I', current_schema(), r);
    execute format('grant execute on function current_org_role() to %I', r);
    if r = 'service_role' then
      execute format('alter default privileges in schema %I revoke truncate, references, trigger%s on tables from %I',
        current_schema(), case when current_setting('server_version_num')::int >= 170000 then ', maintain' end, r);
    else
      execute format('alter default privileges in schema %I revoke all on tables from %I', current_schema(), r);
      execute format('alter default privileges in schema %I revoke all on sequences from %I', current_schema(), r);
      execute format('alter default privileges in schema %I revoke all on functions from %I', current_schema(), r);
    end if;
  end loop;
end
$$;

insert into callcoach_migrations (version) values ('0005_roles');
