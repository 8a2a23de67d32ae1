-- 004_health_scores: customers.health_score follows what is said and learned.

create function update_health_score(customer_uuid uuid) returns integer
  language sql volatile parallel unsafe set search_path = pg_catalog, pg_temp
begin atomic
  select callcoach.update_health_score('customers'::regclass, customer_uuid);
end;
comment on function update_health_score(uuid) is
  'Computes a customer''s health score anew, writes and returns it: half of it 10 for each message of the last 30 days (100 at most), half the average progress of training. PT404 for a customer that the caller may not see; NULL of NULL.';

create function refresh_health_scores() returns bigint
  language sql volatile parallel unsafe set search_path = pg_catalog, pg_temp
begin atomic
  select callcoach.refresh_health_scores('customers'::regclass);
end;
comment on function refresh_health_scores() is
  'Computes every customer''s health score anew, to be run every day: messages grow old without anything being written. Writes those that are another by now, and returns how many.';

revoke all on function update_health_score(uuid), refresh_health_scores() from public, anon, authenticated, service_role;
grant execute on function update_health_score(uuid) to authenticated, service_role;
grant execute on function refresh_health_scores() to service_role;

-- Once a statement, for the customers that its rows touch. A new session has no messages yet.
create trigger keep_health_scores_insert after insert on agent_messages referencing new table as new_rows
  for each statement execute function callcoach.keep_health_scores();
create trigger keep_health_scores_update after update on agent_messages
  referencing old table as old_rows new table as new_rows
  for each statement execute function callcoach.keep_health_scores();
create trigger keep_health_scores_delete after delete on agent_messages referencing old table as old_rows
  for each statement execute function callcoach.keep_health_scores();
create trigger keep_health_scores_truncate after truncate on agent_messages
  for each statement execute function callcoach.keep_health_scores();
create trigger keep_health_scores_insert after insert on training_progress referencing new table as new_rows
  for each statement execute function callcoach.keep_health_scores();
create trigger keep_health_scores_update after update on training_progress
  referencing old table as old_rows new table as new_rows
  for each statement execute function callcoach.keep_health_scores();
create trigger keep_health_scores_delete after delete on training_progress referencing old table as old_rows
  for each statement execute function callcoach.keep_health_scores();
create trigger keep_health_scores_truncate after truncate on training_progress
  for each statement execute function callcoach.keep_health_scores();
create trigger keep_health_scores_update after update on agent_sessions
  referencing old table as old_rows new table as new_rows
  for each statement execute function callcoach.keep_health_scores();
create trigger keep_health_scores_delete after delete on agent_sessions referencing old table as old_rows
  for each statement execute function callcoach.keep_health_scores();

insert into callcoach_migrations (version) values ('004_health_scores');
