-- 008_fix_performance_advisories: an index for each foreign key that has none yet, and transcripts that unpack faster.
create index idx_users_org_id on users (org_id);
create index idx_curriculum_progress_module_id on curriculum_progress (module_id);

do $$
begin
  if exists (select from pg_catalog.pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) then
    alter table roleplay_sessions alter column transcript set compression lz4;
    alter table call_uploads alter column transcript set compression lz4;
  end if;
end
$$;

insert into callcoach_migrations (version) values ('008_fix_performance_advisories');
