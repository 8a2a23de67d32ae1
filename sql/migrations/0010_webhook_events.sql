-- 0010_webhook_events: assignments and members raise their events; endpoints' secrets stay out of errors, are made
-- where none is given, and can be rotated.

-- Endpoints. A CHECK of the table that is violated shows the whole row, the secret with it, to who may read it all
-- and in the server's log; a domain's shows its name. (NOT NULL does the same: the trigger below comes first.)
create domain webhook_url as text constraint webhook_url_http check (
  value ~ '^https?://[^[:space:]]+$' and length(value) <= 2048
);
comment on domain webhook_url is 'Where webhooks are sent.';
create domain webhook_secret as text constraint webhook_secret_form check (
  case when value like 'whsec\_%' then
    -- Base64 as RFC 4648 has it, no bit to spare, of 24 to 64 bytes: 32 to 86 characters without padding.
    value ~ '^whsec_([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)?$'
    and length(rtrim(substr(value, 7), '=')) between 32 and 86
  else length(value) between 16 and 512 end
);
comment on domain webhook_secret is 'whsec_ and base64 of 24 to 64 bytes, as Standard Webhooks have it; or 16 to 512 characters of any kind.';
create domain webhook_events as text[] constraint webhook_events_known check (
  cardinality(value) > 0
  and value <@ array[
    'scenario.assigned', 'scenario.completed', 'attempt.scored.low', 'track.completed',
    'user.added', 'user.promoted', 'assignment.overdue']
);
comment on domain webhook_events is 'What an endpoint can subscribe to.';

alter table webhooks
  drop constraint webhooks_url_http,
  drop constraint webhooks_secret_length,
  drop constraint webhooks_events_known,
  alter column url type webhook_url,
  alter column secret type webhook_secret,
  alter column secret set default callcoach.generate_webhook_secret(),
  -- No samples of it among the planner's statistics.
  alter column secret set statistics 0,
  alter column events type webhook_events,
  add column previous_secret webhook_secret,
  add column previous_secret_expires_at timestamptz,
  add column disabled_at timestamptz,
  add column disabled_reason text,
  alter column previous_secret set statistics 0;
comment on column webhooks.secret is 'Key of the signatures; made where none is given. Never shown in logs or errors.';
comment on column webhooks.previous_secret is 'The secret before the last rotation: signs beside the new one until previous_secret_expires_at.';
comment on column webhooks.previous_secret_expires_at is 'When previous_secret stops signing.';
comment on column webhooks.disabled_at is 'Since when it is switched off.';
comment on column webhooks.disabled_reason is 'Why it was switched off by the sender; NULL where a person did.';

create trigger check_webhook before insert or update on webhooks
  for each row execute function callcoach.check_webhook();

-- Assignments and members raise events, once a statement.
create trigger raise_events_insert after insert on assignments referencing new table as new_rows
  for each statement execute function callcoach.raise_events();
create trigger raise_events_update after update on assignments
  referencing old table as old_rows new table as new_rows
  for each statement execute function callcoach.raise_events();
create trigger raise_events_insert after insert on org_members referencing new table as new_rows
  for each statement execute function callcoach.raise_events();
create trigger raise_events_update after update on org_members
  referencing old table as old_rows new table as new_rows
  for each statement execute function callcoach.raise_events();

-- What was past due is looked at once. The index holds what is still to be looked at, the next one first.
alter table assignments add column overdue_checked_at timestamptz;
comment on column assignments.overdue_checked_at is 'When it was found past due and looked at: assignment.overdue was raised then, unless it was completed. NULL: not yet, or not since it was given to somebody else, or due later.';
create index assignments_due_at_unchecked_idx on assignments (due_at)
  where overdue_checked_at is null and due_at is not null;
create trigger reopen_assignment before update on assignments
  for each row
  when (old.overdue_checked_at is not null
        and (new.due_at > old.due_at
             or new.assignee_user_id is distinct from old.assignee_user_id
             or new.assignee_team is distinct from old.assignee_team
             or new.scenario_id is distinct from old.scenario_id
             or new.track_id is distinct from old.track_id))
  execute function callcoach.reopen_assignment();

-- Who was told to have completed which assigned track: raised once, whatever becomes of the attempts later.
create table track_completion_events (
  org_id uuid not null,
  assignment_id uuid not null,
  track_id uuid not null,
  user_id text not null,
  raised_at timestamptz not null default now(),
  primary key (org_id, assignment_id, track_id, user_id),
  constraint track_completion_events_assignment_fkey
    foreign key (org_id, assignment_id) references assignments (org_id, id) on delete cascade
);
comment on table track_completion_events is 'For which assignments and people track.completed was raised; only where an endpoint wanted to hear of it.';

alter table track_completion_events enable row level security;
do $$
declare
  r text;
begin
  execute format(
    'create policy track_completion_events_select on track_completion_events for select to %s
       using (org_id = (select current_org_id()) and (select callcoach.acts_as(''admin'')))',
    coalesce((select 'authenticated' from pg_catalog.pg_roles where rolname = 'authenticated'), 'public'));
  revoke all on table track_completion_events from public;
  for r in select rolname from pg_catalog.pg_roles
            where rolname in ('anon', 'authenticated', 'service_role') order by rolname
  loop
    execute format('revoke all on table track_completion_events from %I', r);
    if r <> 'anon' then
      execute format('grant select on table track_completion_events to %I', r);
    end if;
  end loop;
end
$$;

insert into callcoach_migrations (version) values ('0010_webhook_events');
