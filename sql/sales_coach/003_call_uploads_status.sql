-- 003_call_uploads_status: how far an upload is, and the bucket that it lies in. A database without Supabase's schema
-- storage gets no bucket, and is told so: this file can be run again.
alter table call_uploads
  add column if not exists original_filename text,
  add column if not exists status text default 'pending' constraint call_uploads_status_known
    check (status in ('pending', 'transcribing', 'scoring', 'completed', 'failed')),
  add column if not exists file_size_bytes integer constraint call_uploads_file_size_not_negative
    check (file_size_bytes >= 0),
  add column if not exists error_message text;
comment on column call_uploads.original_filename is 'The file''s name on the user''s machine.';
comment on column call_uploads.status is 'pending, transcribing, scoring, then completed or failed.';
comment on column call_uploads.file_size_bytes is 'For quotas.';
comment on column call_uploads.error_message is 'Why, where status is failed.';

do $$
declare
  own constant text := $c$bucket_id = 'call-recordings' and (storage.foldername(name))[1] = (select callcoach.user_id())::text$c$;
  policy record;
  r text;
begin
  if to_regclass('storage.buckets') is null or to_regclass('storage.objects') is null then
    raise warning 'sales_coach: this database has no schema storage (Supabase Storage), so the bucket call-recordings was not made'
      using hint = 'Run sql/sales_coach/install.sql, or this migration, again once it is there.';
    return;
  end if;

  insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
  values ('call-recordings', 'call-recordings', false, 100 * 1024 * 1024,
          array['audio/mpeg', 'audio/mp3', 'audio/wav', 'audio/webm', 'audio/ogg', 'audio/m4a', 'audio/mp4',
                'audio/x-m4a', 'audio/x-wav'])
  -- A bucket that was there keeps its limits, if it has any; public it is no longer.
  on conflict (id) do update set
    public = false,
    file_size_limit = coalesce(buckets.file_size_limit, excluded.file_size_limit),
    allowed_mime_types = coalesce(buckets.allowed_mime_types, excluded.allowed_mime_types);

  for policy in
    select * from (values
      -- No empty segments, no . and .., which another program might follow, nor what reads as them in a URL.
      ('Users can upload their own recordings', 'insert',
       format($p$with check (%s and name !~ '(^|/)\.{0,2}(/|$)|[\\%%[:cntrl:]]')$p$, own)),
      ('Users can read their own recordings', 'select', format('using (%s)', own)),
      ('Users can delete their own recordings', 'delete', format('using (%s)', own))
    ) as p (name, command, condition)
  loop
    execute format('drop policy if exists %I on storage.objects', policy.name);
    execute format('create policy %I on storage.objects for %s to authenticated %s',
      policy.name, policy.command, policy.condition);
  end loop;

  -- Row level security does not cover TRUNCATE, and a trigger runs as whoever writes next.
  revoke truncate, trigger, references on table storage.buckets, storage.objects
    from public, anon, authenticated, service_role;
  foreach r in array array['anon', 'authenticated', 'service_role'] loop
    if has_table_privilege(r, 'storage.objects', 'TRUNCATE, TRIGGER, REFERENCES') then
      raise warning 'sales_coach: % may still truncate storage.objects, or put triggers on it', r
        using hint = 'Have the owner of the schema storage revoke it; callcoach.security_findings() shows what is left.';
    end if;
  end loop;

  insert into callcoach_migrations (version) values ('003_call_uploads_status');
end
$$;
