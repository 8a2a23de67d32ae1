-- 009_consolidate_rls_policies: every policy, by the document's names. Sub-selects make each
-- look-up one a query, not one a row.

-- The organisation that the caller is admin of. As the owner, past row level security: the policies of users ask it,
-- and must not ask themselves. It tells callers only about themselves.
create function admin_org_id() returns uuid
  language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
  return (select u.org_id from users u where u.id = callcoach.user_id() and u.role = 'admin');
comment on function admin_org_id() is
  'The organisation of which the caller is an admin; NULL for who is none, or of no organisation. For policies.';
revoke all on function admin_org_id() from public, anon, authenticated, service_role;
grant execute on function admin_org_id() to authenticated, service_role;

create policy "Users can view their own organization" on organizations for select to authenticated
  using (id = (select u.org_id from users u where u.id = (select callcoach.user_id())));

create policy "Users can view their own data" on users for select to authenticated
  using (id = (select callcoach.user_id()));
create policy "Admins can view org users" on users for select to authenticated
  using (org_id = (select admin_org_id()));
create policy "Users can update their own data" on users for update to authenticated
  using (id = (select callcoach.user_id())) with check (id = (select callcoach.user_id()));

-- Whoever reads a user reads what that user does: users their own, admins their own organisation's. The policies of
-- users answer, once a query; an array, as an index can be asked for its values, and for no OR of two conditions.
create policy "Users can view sessions" on roleplay_sessions for select to authenticated
  using (deleted_at is null and user_id = any (array(select u.id from users u)));
create policy "Users can insert their own sessions" on roleplay_sessions for insert to authenticated
  with check (user_id = (select callcoach.user_id()));
create policy "Users can delete their own sessions" on roleplay_sessions for delete to authenticated
  using (user_id = (select callcoach.user_id()) and deleted_at is null);

-- Whoever reads a session reads its scores: the policies of roleplay_sessions answer here.
create policy "Users can view their session scores" on session_scores for select to authenticated
  using (deleted_at is null and exists (select from roleplay_sessions s where s.id = session_id));
create policy "Users can insert scores for their sessions" on session_scores for insert to authenticated
  with check (exists (select from roleplay_sessions s where s.id = session_id and s.user_id = (select callcoach.user_id())));

create policy "Users can view uploads" on call_uploads for select to authenticated
  using (deleted_at is null and user_id = any (array(select u.id from users u)));
-- The server fetches what file_path names, past the policies of Storage: it must be the user's own. To fetch(), %2e%2e
-- is a .. too, \ a / and a tab nothing; Storage's own names have none of these.
create policy "Users can insert their own uploads" on call_uploads for insert to authenticated
  with check (user_id = (select callcoach.user_id())
    and split_part(file_path, '/', 1) = (select callcoach.user_id())::text and file_path !~ '(^|/)\.{0,2}(/|$)|[\\%[:cntrl:]]');
create policy "Users can update their own uploads" on call_uploads for update to authenticated
  using (user_id = (select callcoach.user_id()) and deleted_at is null)
  with check (user_id = (select callcoach.user_id())
    and split_part(file_path, '/', 1) = (select callcoach.user_id())::text and file_path !~ '(^|/)\.{0,2}(/|$)|[\\%[:cntrl:]]');
create policy "Users can delete their own uploads" on call_uploads for delete to authenticated
  using (user_id = (select callcoach.user_id()) and deleted_at is null);

create policy "Authenticated users can view modules" on curriculum_modules for select to authenticated
  using (true);

create policy "Users can view their own progress" on curriculum_progress for select to authenticated
  using (user_id = (select callcoach.user_id()) and deleted_at is null);
create policy "Users can insert their own progress" on curriculum_progress for insert to authenticated
  with check (user_id = (select callcoach.user_id()));
create policy "Users can update their own progress" on curriculum_progress for update to authenticated
  using (user_id = (select callcoach.user_id()) and deleted_at is null) with check (user_id = (select callcoach.user_id()));

create policy "Authenticated users can view knowledge" on knowledge_base for select to authenticated
  using (true);
create policy "Service role can manage knowledge" on knowledge_base for all to service_role
  using (true) with check (true);

create policy "Authenticated users can view objections" on objection_library for select to authenticated
  using (true);

create policy "Admins can view audit logs" on audit_log for select to authenticated
  using (organization_id = (select admin_org_id()));
-- What it allows is granted to nobody: the triggers write the log, as its owner.
create policy "Service role can insert audit logs" on audit_log for insert to service_role
  with check (true);

insert into callcoach_migrations (version) values ('009_consolidate_rls_policies');
