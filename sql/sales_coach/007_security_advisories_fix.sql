-- 007_security_advisories_fix: what users may touch at all; which rows of it, 009 says. Columns are listed: ids and
-- times come from the database (a chosen id would answer 23505 where another organisation has it), nobody writes a
-- role, an organisation or an address, and nobody but the server undoes a deletion. TRUNCATE, TRIGGER and REFERENCES
-- are no API role's.
do $$
declare
  granted record;
begin
  for granted in
    select * from (values
      ('organizations', 'select'),
      ('users', 'select, update (name)'),
      ('roleplay_sessions',
       'select, insert (user_id, persona_id, scenario_type, duration_seconds, vapi_call_id, transcript), delete'),
      ('session_scores', 'select, insert (session_id, dimension, score, feedback)'),
      ('call_uploads',
       'select, insert (user_id, file_path, original_filename, status, file_size_bytes, duration_seconds, transcript,
                        analysis, overall_score, error_message),
        update (file_path, original_filename, status, file_size_bytes, duration_seconds, transcript,
                analysis, overall_score, error_message), delete'),
      ('curriculum_modules', 'select'),
      -- Both, as PostgREST's upsert sets every column that it is given.
      ('curriculum_progress',
       'select, insert (user_id, module_id, completed, score, completed_at),
        update (user_id, module_id, completed, score, completed_at)'),
      ('knowledge_base', 'select'),
      ('objection_library', 'select'),
      ('audit_log', 'select')
    ) as g (tbl, privileges)
  loop
    execute format('grant %s on table %I to authenticated', granted.privileges, granted.tbl);
  end loop;
end
$$;

insert into callcoach_migrations (version) values ('007_security_advisories_fix');
