-- The KPIs of sessions and uploads, from each form that a transcript is stored in.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set people :abs_srcdir '/include/people.sql'
\set nobody :abs_srcdir '/include/nobody.sql'
\set asking :abs_srcdir '/include/asking.sql'
\set ECHO none
set search_path = sales_coach, public;
\i :people
\set ECHO all
-- Whisper's verbose_json: seconds become milliseconds, text loses its leading blank; all is the user's.
select jsonb_pretty(transcript_from_whisper('{"task": "transcribe", "language": "english", "duration": 8.47, "text": " Hi. Who is this?",
  "segments": [{"id": 0, "seek": 0, "start": 0.0, "end": 1.2345, "text": " Hi.", "tokens": [1], "avg_logprob": -0.2},
               {"id": 1, "seek": 0, "start": 1.5, "end": 8.47, "text": " Who is this?"}]}'));
-- Diarised: rep says which label is the user's; without it labels stay.
select transcript_from_whisper(t, 'SPEAKER_01') as with_rep, transcript_from_whisper(t) as without
  from (values ('[{"start": 0, "end": 1, "text": "Hello?", "speaker": "SPEAKER_00"},
                  {"start": 1, "end": 3, "text": "Hi, it is Ana.", "speaker": "SPEAKER_01"}]'::jsonb)) v (t);
-- What is malformed stays for compute_kpis to leave out or to take as untimed; what is no transcript is refused.
select transcript_from_whisper('{"segments": [{"start": "0", "end": null, "text": "a"}, {"start": -1, "end": 1e300, "text": 7},
  {"text": null}, 17, null, "x", []]}');
select transcript_from_whisper('{"text": " Only the text. "}'), transcript_from_whisper('{"segments": []}'), transcript_from_whisper('[]'),
       transcript_from_whisper(null) is null as null_gives_null;
select transcript_from_whisper('"segments"');
\echo :LAST_ERROR_SQLSTATE
select transcript_from_whisper('{"segments": {"text": "x"}}');
\echo :LAST_ERROR_SQLSTATE

-- Each form is known by what it looks like; anything else is no transcript.
select form, transcript_for_kpis(stored) as transcript
  from (values (1, 'ours', '[{"speaker": "user", "text": "Hi.", "start_ms": 0, "end_ms": 900}]'::jsonb),
               (2, 'vapi messages', '[{"role": "bot", "message": "Hi.", "secondsFromStart": 1, "duration": 500}]'),
               (3, 'vapi artifact', '{"artifact": {"messages": [{"role": "user", "message": "Yes?", "secondsFromStart": 2, "duration": 100}]}}'),
               (4, 'vapi call', '{"messages": [{"role": "system", "message": "You are Sam."}]}'),
               (5, 'whisper', '{"text": "Hi.", "segments": [{"start": 0, "end": 0.9, "text": "Hi."}]}'),
               (6, 'whisper segments', '[{"start": 0, "end": 0.9, "text": "Hi."}]'),
               (7, 'diarised segments', '[{"start": 0, "end": 0.9, "text": "Hi.", "speaker": "assistant"}]'),
               (8, 'empty', '[]'), (9, 'object', '{}'), (10, 'text', '"Hi."'), (11, 'null', 'null'), (12, 'SQL NULL', null),
               (13, 'garbage', '[1, "x", null]')) as v (n, form, stored) order by n;

-- Of sessions and uploads; by the policies of their tables.
update roleplay_sessions set transcript = '[{"role": "bot", "message": "Hello?", "secondsFromStart": 0.5, "duration": 500},
  {"role": "user", "message": "Um, what do you pay now?", "secondsFromStart": 1.5, "duration": 1500}]' where persona_id = 'bob';
update call_uploads set transcript = '{"segments": [{"start": 0, "end": 2, "text": " What do you pay now?"}, {"start": 2.5, "end": 4, "text": " Too much."}]}'
 where original_filename = 'ana';
update call_uploads set transcript = '{"segments": [{"start": 0, "end": 2, "text": " What do you pay now?", "speaker": "A"}, {"start": 2.5, "end": 4, "text": " Too much.", "speaker": "B"}]}'
 where original_filename = 'ada';
update roleplay_sessions set transcript = '{"unknown": true}' where persona_id = 'noa';
select persona_id, k ->> 'talk_ms' as talk_ms, k ->> 'listen_ms' as listen_ms, k ->> 'questions_asked' as questions, k ->> 'filler_words' as fillers
  from roleplay_sessions, session_kpis(id) as k order by 1;
select original_filename, k ->> 'talk_ms' as talk_ms, k ->> 'listen_ms' as listen_ms, upload_kpis(id, 'A') ->> 'listen_ms' as listen_ms_of_a
  from call_uploads, upload_kpis(id) as k where original_filename in ('ada', 'ana', 'bob') order by 1;
select session_kpis(s.id) = compute_kpis(s.transcript) as same from roleplay_sessions s where persona_id = 'ana';
select session_kpis(null) is null as no_session, session_kpis(md5('no session')::uuid) is null as missing, upload_kpis(null) is null as no_upload;

\c - authenticator
set search_path = sales_coach, public;
\set ECHO none
\i :asking
\set ECHO all
with read as (
  select n, of_whom, who, pg_temp.reads(who, format('select session_kpis(md5(%L)::uuid) is not null', of_whom)) as kpis
    from unnest(array['ana', 'ada', 'bob', 'bea', 'noa', 'none', 'anon', 'server']) as who,
         unnest(array['session of ana', 'session of bob', 'deleted session']) with ordinality as s (of_whom, n)
)
select of_whom, max(kpis) filter (where who = 'ana') as ana, max(kpis) filter (where who = 'ada') as ada_admin,
       max(kpis) filter (where who = 'bob') as bob, max(kpis) filter (where who = 'bea') as bea_admin,
       max(kpis) filter (where who = 'noa') as noa, max(kpis) filter (where who = 'none') as none,
       max(kpis) filter (where who = 'anon') as anon, max(kpis) filter (where who = 'server') as server
  from read group by of_whom, n order by n;
select who, pg_temp.reads(who, 'select upload_kpis(md5(''upload of ana'')::uuid) is not null') as kpis
  from unnest(array['ana', 'ada', 'bob', 'bea', 'anon', 'server']) as who;
\c - postgres
set search_path = sales_coach, public;
\set ECHO none
\i :nobody
