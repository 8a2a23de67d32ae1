-- 004_audit_log: who changed what in users, sessions, scores and uploads. Written by triggers alone: no API role, not
-- even the server's, may write it.
create table audit_log (
  id uuid primary key default gen_random_uuid(),
  table_name text not null,
  record_id uuid,
  operation text not null,
  user_id uuid references users (id) on delete set null,
  old_data jsonb,
  new_data jsonb,
  ip_address inet,
  user_agent text,
  -- Not now(): several changes of one transaction have an order.
  created_at timestamptz default clock_timestamp(),
  -- Beside the document's columns. No foreign key: the log outlives organisations, and no id comes twice.
  organization_id uuid,
  constraint audit_log_operation_known check (operation in ('INSERT', 'UPDATE', 'DELETE'))
);
create index idx_audit_log_user on audit_log (user_id);
create index idx_audit_log_table on audit_log (table_name);
create index idx_audit_log_created on audit_log (created_at desc);
create index idx_audit_log_record on audit_log (record_id, created_at desc);
comment on table audit_log is
  'Changes of users, roleplay_sessions, session_scores and call_uploads, without transcripts. Read by the admins of the organisation that it happened in.';
comment on column audit_log.user_id is 'Who made the change; NULL: the server, or somebody who is gone.';
comment on column audit_log.organization_id is
  'The organisation, at that time, of the user whose row it was; NULL: of none, or of two. Only its admins read it, also when the user has moved since.';
comment on column audit_log.ip_address is 'By the first entry of x-forwarded-for, which a client may have written itself.';
alter table audit_log enable row level security;
revoke all on table audit_log from public, anon, authenticated, service_role;
grant select on table audit_log to service_role;

-- Whose log it is, is found when it is written: users move between organisations, and rows go. A row whose user or
-- session is gone with it belongs where their own last log does, which is written before. || '' keeps the planner from
-- the index of table_name, which holds half of the log for each.
create function organization_of_user(user_id uuid) returns uuid
  language sql stable parallel safe
  return case when exists (select from users u where u.id = organization_of_user.user_id)
    then (select u.org_id from users u where u.id = organization_of_user.user_id)
    else (select l.organization_id from audit_log l where l.record_id = organization_of_user.user_id and l.table_name || '' = 'users'
           order by l.created_at desc limit 1) end;
comment on function organization_of_user(uuid) is 'Internal, for the audit log: a user''s organisation, also when the user is gone.';

create function organization_of_session(session_id uuid) returns uuid
  language sql stable parallel safe
  return case when exists (select from roleplay_sessions s where s.id = organization_of_session.session_id)
    then (select organization_of_user(s.user_id) from roleplay_sessions s where s.id = organization_of_session.session_id)
    else (select l.organization_id from audit_log l where l.record_id = organization_of_session.session_id and l.table_name || '' = 'roleplay_sessions'
           order by l.created_at desc limit 1) end;
comment on function organization_of_session(uuid) is 'Internal, for the audit log: the organisation of a session''s user, also when the session is gone.';

create function organization_of_row(table_name text, data jsonb) returns uuid
  language sql stable parallel safe
  return case table_name
    when 'users' then (data ->> 'org_id')::uuid
    when 'session_scores' then organization_of_session((data ->> 'session_id')::uuid)
    else organization_of_user((data ->> 'user_id')::uuid) end;
comment on function organization_of_row(text, jsonb) is 'Internal, for the audit log: the organisation of a logged row.';

do $$
begin
  execute format($f$
    create function stamp_audit_log() returns trigger
      -- The plan of a transaction's first line serves for all of them: made while the log is small, it would read all
      -- of it for each row of an account that goes.
      language plpgsql volatile set search_path = pg_catalog, pg_temp set enable_seqscan = off as $body$
    declare
      -- What of a row says whose it is.
      owner constant text := case new.table_name when 'users' then 'org_id' when 'session_scores' then 'session_id' else 'user_id' end;
      before uuid;
      after uuid := %1$I.organization_of_row(new.table_name, coalesce(new.new_data, new.old_data));
    begin
      if new.old_data is not null and new.new_data is not null and new.old_data ->> owner is distinct from new.new_data ->> owner then
        before := %1$I.organization_of_row(new.table_name, new.old_data);
      end if;
      -- Of somebody who moves from one organisation to another, neither shall read what was in the other.
      if before = after or before is null or after is null then
        new.organization_id := coalesce(after, before);
      end if;
      return new;
    end
    $body$ $f$, current_schema());
end
$$;
comment on function stamp_audit_log() is 'Trigger on audit_log: whose it is.';
create trigger stamp_audit_log before insert on audit_log for each row execute function stamp_audit_log();

revoke all on function organization_of_user(uuid), organization_of_session(uuid), organization_of_row(text, jsonb),
  stamp_audit_log() from public, anon, authenticated, service_role;

-- Once a statement, however many rows. Transcripts stay out: they would make the log many times the size of its tables,
-- and stay in it when the session is purged.
do $$
declare
  audited record;
begin
  for audited in
    select * from (values ('users', null), ('roleplay_sessions', 'transcript'), ('session_scores', null),
                          ('call_uploads', 'transcript')) as t (tbl, left_out)
  loop
    execute format('create trigger audit_insert after insert on %I referencing new table as new_rows
                      for each statement execute function callcoach.audit_trigger_func(%s)',
      audited.tbl, quote_literal(audited.left_out));
    execute format('create trigger audit_update after update on %I referencing old table as old_rows new table as new_rows
                      for each statement execute function callcoach.audit_trigger_func(%s)',
      audited.tbl, quote_literal(audited.left_out));
    execute format('create trigger audit_delete after delete on %I referencing old table as old_rows
                      for each statement execute function callcoach.audit_trigger_func(%s)',
      audited.tbl, quote_literal(audited.left_out));
  end loop;
end
$$;

insert into callcoach_migrations (version) values ('004_audit_log');
