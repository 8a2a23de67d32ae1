-- 0006_storage: the six buckets of Supabase Storage, and who may read and write in them. Objects lie under their
-- organisation: bucket/organisation/…, exports under bucket/organisation/requester/…
-- A database without Supabase's schema storage gets nothing, and is told so: this file can be run again.
do $$
declare
  api_role constant text := coalesce(
    (select 'authenticated' from pg_catalog.pg_roles where rolname = 'authenticated'), 'public');
  words constant jsonb := jsonb_build_object(
    '{here}',   '(storage.foldername(name))[1] = (select current_org_id()::text)',
    -- No empty segments, no . and .., which another program might follow.
    '{plain}',  $x$name !~ '(^|/)\.{0,2}(/|$)'$x$,
    '{mine}',   'owner_id = (select current_user_id())',
    '{member}', $x$(select callcoach.acts_as('trainee', 'manager', 'hr', 'admin'))$x$,
    '{author}', $x$(select callcoach.acts_as('manager', 'admin'))$x$,
    '{admin}',  $x$(select callcoach.acts_as('admin'))$x$,
    '{requester}', '((storage.foldername(name))[2] = (select current_user_id()) and (select callcoach.acts_as(''trainee'', ''manager'', ''hr'', ''admin'')))');
  policy record;
  word record;
  condition text;
  r text;
begin
  if to_regclass('storage.buckets') is null or to_regclass('storage.objects') is null then
    raise info 'callcoach: this database has no schema storage (Supabase Storage), so no buckets were made. Run install.sql, or this migration, again once it is there.';
    return;
  end if;

  insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
  select id, id, false, megabytes * 1024 * 1024, mime_types
    from (values
      ('recordings', 200, array['audio/mpeg', 'audio/mp4', 'audio/x-m4a', 'audio/aac', 'audio/wav', 'audio/x-wav',
                                'audio/webm', 'audio/ogg', 'audio/flac', 'video/webm']),
      ('transcripts', 20, array['application/json', 'text/plain', 'text/vtt']),
      -- No SVG: it may carry scripts.
      ('org-assets', 10, array['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/x-icon']),
      ('scenario-assets', 50, array['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'application/pdf',
                                    'text/plain', 'text/markdown', 'audio/mpeg', 'audio/wav']),
      ('exports', 500, array['text/csv', 'application/json', 'application/zip', 'application/pdf',
                             'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet']),
      ('tmp', 200, null)
    ) as b (id, megabytes, mime_types)
  -- A bucket that was there keeps its limits, if it has any; public it is no longer.
  on conflict (id) do update set
    public = false,
    file_size_limit = coalesce(buckets.file_size_limit, excluded.file_size_limit),
    allowed_mime_types = coalesce(buckets.allowed_mime_types, excluded.allowed_mime_types);

  for policy in
    select * from (values
      ('select', $p$case bucket_id
          when 'recordings' then {member}
          when 'transcripts' then {member}
          when 'org-assets' then {admin}
          when 'scenario-assets' then {member}
          when 'exports' then {requester}
          when 'tmp' then {member} and created_at > now() - interval '1 day'
          else false end$p$),
      -- What a call left behind is evidence: it can be added, and by an admin deleted, but not replaced.
      ('insert', $p$case bucket_id
          when 'recordings' then {member}
          when 'transcripts' then {member}
          when 'org-assets' then {admin}
          when 'scenario-assets' then {author}
          when 'tmp' then {member}
          else false end$p$),
      ('update', $p$case bucket_id
          when 'org-assets' then {admin}
          when 'scenario-assets' then {author}
          when 'tmp' then {member} and {mine}
          else false end$p$),
      ('delete', $p$case bucket_id
          when 'recordings' then {admin}
          when 'transcripts' then {admin}
          when 'org-assets' then {admin}
          when 'scenario-assets' then {author}
          when 'exports' then {requester}
          when 'tmp' then {member} and {mine}
          else false end$p$)
    ) as p (command, condition)
  loop
    condition := '{here} and ' || policy.condition;
    if policy.command in ('insert', 'update') then
      condition := '{plain} and ' || condition;
    end if;
    for word in select * from jsonb_each_text(words) loop
      condition := replace(condition, word.key, word.value);
    end loop;
    execute format('drop policy if exists %I on storage.objects', 'callcoach_' || policy.command);
    execute format('create policy %I on storage.objects for %s to %s %s',
      'callcoach_' || policy.command, policy.command, api_role,
      case policy.command
        when 'insert' then format('with check (%s)', condition)
        when 'update' then format('using (%1$s) with check (%1$s)', condition)
        else format('using (%s)', condition)
      end);
  end loop;

  -- Row level security does not cover TRUNCATE, and a trigger runs as whoever writes next.
  revoke truncate, trigger, references on table storage.buckets, storage.objects from public;
  for r in select rolname from pg_catalog.pg_roles
            where rolname in ('anon', 'authenticated', 'service_role') order by rolname
  loop
    execute format('revoke truncate, trigger, references on table storage.buckets, storage.objects from %I', r);
    if has_table_privilege(r, 'storage.objects', 'TRUNCATE, TRIGGER, REFERENCES') then
      raise warning 'callcoach: % may still truncate storage.objects, or put triggers on it', r
        using hint = 'Have the owner of the schema storage revoke it; callcoach.security_findings() shows what is left.';
    end if;
  end loop;

  insert into callcoach_migrations (version) values ('0006_storage') on conflict do nothing;
end
$$;
