-- 011_session_kpis, beside the document's ten: the KPIs of sessions and uploads, from transcripts as the application
-- stores them. All with their caller's rights: policies say whose transcripts.
create function transcript_from_whisper(result jsonb, rep text default null) returns jsonb
  language sql immutable parallel safe
  begin atomic
    select case when result is not null then
             coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'speaker', case
                 when s ->> 'speaker' is null then 'user'
                 when rep is null then s ->> 'speaker'
                 when s ->> 'speaker' = rep then 'user'
                 else 'assistant' end,
               'text', case jsonb_typeof(s -> 'text') when 'string' then to_jsonb(btrim(s ->> 'text')) else s -> 'text' end,
               -- Kept within what KPIs take, so that no number is too large to be multiplied.
               'start_ms', case jsonb_typeof(s -> 'start') when 'number'
                 then round(least(greatest((s ->> 'start')::numeric, 0), 1e12) * 1000)::bigint end,
               'end_ms', case jsonb_typeof(s -> 'end') when 'number'
                 then round(least(greatest((s ->> 'end')::numeric, 0), 1e12) * 1000)::bigint end
             )) order by n), '[]') end
      from jsonb_array_elements(
             case jsonb_typeof(result) when 'object' then coalesce(result -> 'segments', jsonb_build_array(result)) else result end
           ) with ordinality as segments (s, n);
  end;
comment on function transcript_from_whisper(jsonb, text) is
  'Whisper''s verbose_json (or its segments) as a transcript for compute_kpis. Whisper does not tell speakers apart: all is the user''s. Where segments carry a speaker (diarised), rep is the label of the user, and the others are the customer.';

create function transcript_for_kpis(transcript jsonb) returns jsonb
  language sql immutable parallel safe
  return case jsonb_typeof(transcript)
    when 'array' then case
      when transcript @? '$[*].speaker ? (@.type() == "string")' and not transcript @? '$[*].start' then transcript
      when transcript @? '$[*].role' then transcript_from_vapi(transcript)
      when transcript @? '$[*].start' then transcript_from_whisper(transcript)
      else transcript end
    when 'object' then case
      when jsonb_typeof(transcript #> '{artifact,messages}') = 'array' then transcript_from_vapi(transcript #> '{artifact,messages}')
      when jsonb_typeof(transcript -> 'messages') = 'array' then transcript_from_vapi(transcript -> 'messages')
      when jsonb_typeof(transcript -> 'segments') = 'array' or transcript ? 'text' then transcript_from_whisper(transcript)
      end
    end;
comment on function transcript_for_kpis(jsonb) is
  'A transcript for compute_kpis, from one as stored: our own form, Vapi''s messages (or what holds them), Whisper''s result. NULL for anything else.';

create function session_kpis(session_id uuid) returns jsonb
  language sql stable parallel safe
  return (select compute_kpis(transcript_for_kpis(s.transcript)) from roleplay_sessions s where s.id = session_kpis.session_id);
comment on function session_kpis(uuid) is
  'The KPIs of a session that the caller can read (docs/kpis.md); NULL without a transcript, or such a session.';

create function upload_kpis(upload_id uuid, rep text default null) returns jsonb
  language sql stable parallel safe
  return (select compute_kpis(case when jsonb_typeof(u.transcript -> 'segments') = 'array'
                                   then transcript_from_whisper(u.transcript, rep) else transcript_for_kpis(u.transcript) end)
            from call_uploads u where u.id = upload_id);
comment on function upload_kpis(uuid, text) is
  'The KPIs of an upload that the caller can read; rep as for transcript_from_whisper. NULL without a transcript, or such an upload.';

revoke all on function transcript_from_whisper(jsonb, text), transcript_for_kpis(jsonb), session_kpis(uuid),
  upload_kpis(uuid, text) from public, anon, authenticated, service_role;
grant execute on function transcript_from_whisper(jsonb, text), transcript_for_kpis(jsonb), session_kpis(uuid),
  upload_kpis(uuid, text) to authenticated, service_role;

insert into callcoach_migrations (version) values ('011_session_kpis');
