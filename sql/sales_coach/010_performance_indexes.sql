-- 010_performance_indexes: what lists and filters want.
create index idx_roleplay_sessions_user_id on roleplay_sessions (user_id);
create index idx_roleplay_sessions_created_at on roleplay_sessions (created_at desc);
create index idx_call_uploads_user_id on call_uploads (user_id);
create index idx_call_uploads_status on call_uploads (status);
create index idx_call_uploads_user_status on call_uploads (user_id, status);
-- Beside the document's: the log as an admin reads it, a session's events in their order.
create index idx_audit_log_organization on audit_log (organization_id, created_at desc);
create index idx_session_events_session_id on session_events (session_id, created_at);

insert into callcoach_migrations (version) values ('010_performance_indexes');
