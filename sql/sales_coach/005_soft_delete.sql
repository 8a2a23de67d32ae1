-- 005_soft_delete: DELETE of a session, score, upload or progress marks the row, and policies (009) hide it. What goes
-- with its user or session really goes; callcoach.purge_deleted(…) deletes what was marked long ago.
do $$
declare
  t text;
begin
  foreach t in array array['roleplay_sessions', 'session_scores', 'call_uploads', 'curriculum_progress'] loop
    execute format('alter table %I add column deleted_at timestamptz', t);
    execute format('comment on column %I.deleted_at is %L', t,
      'When it was deleted; NULL: not. Only service_role sees rows that are, and can take it back by NULL.');
    execute format('create trigger soft_delete before delete on %I for each row execute function callcoach.soft_delete()', t);
  end loop;
end
$$;
create index idx_roleplay_sessions_deleted on roleplay_sessions (user_id, created_at desc) where deleted_at is null;
create index idx_session_scores_deleted on session_scores (session_id) where deleted_at is null;
create index idx_call_uploads_deleted on call_uploads (user_id, created_at desc) where deleted_at is null;
create index idx_curriculum_progress_deleted on curriculum_progress (user_id, module_id) where deleted_at is null;

insert into callcoach_migrations (version) values ('005_soft_delete');
