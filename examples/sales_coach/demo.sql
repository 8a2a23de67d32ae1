-- The main job of sales_coach: people sign up and practise, their calls are measured and scored, real calls are
-- uploaded, the coach looks up what fits, and each sees what is theirs. Transcripts are those beside this folder
-- (psql's backticks read them from the repository's root).
\pset footer off
\set ON_ERROR_STOP on
\set call `cat examples/saas_renewal/transcript.json`
set search_path = sales_coach, public, extensions;
set client_min_messages = warning;

\echo
\echo '--- Five people sign up (Supabase Auth writes auth.users); the server puts four of them into organisations'
insert into auth.users (id, email, raw_user_meta_data)
select md5(who)::uuid, who || '@example.com', jsonb_build_object('full_name', initcap(who))
  from unnest(array['ada', 'ana', 'abe', 'bob', 'eve']) as who;
insert into organizations (id, name, plan) values (md5('underdog')::uuid, 'Underdog Sales', 'pro'), (md5('birch')::uuid, 'Birch Partners', 'free');
update users set org_id = md5(case name when 'Bob' then 'birch' else 'underdog' end)::uuid,
                 role = case when name in ('Ada', 'Bob') then 'admin' else 'user' end where name <> 'Eve';
select u.name, u.role, o.name as organisation from users u left join organizations o on o.id = u.org_id order by o.name, u.name;

\echo '--- The server fills the curriculum, the knowledge base and the objections (embeddings of three dimensions and zeros)'
insert into curriculum_modules (id, name, order_index, topics) values
  (1, 'Openers', 1, '{opener}'), (2, 'Discovery', 2, '{discovery,questions}'), (3, 'Objections', 3, '{objection_handling}');
create function pg_temp.v(variadic first float[]) returns vector language sql immutable as $$
  select (first || array_fill(0::float, array[1536 - cardinality(first)]))::real[]::vector
$$;
insert into knowledge_base (source, source_file, section_title, content, topics, embedding) values
  ('wiki', 'wiki/openers.md', 'Say why you call', 'Name, company, reason, and a question, within ten seconds.', '{opener}', pg_temp.v(1, 0.1)),
  ('wiki', 'wiki/price.md', 'Price comes last', 'Find out what the problem costs before you say what the remedy does.', '{pricing}', pg_temp.v(0.1, 1)),
  ('persona', 'personas/cfo.md', 'The CFO', 'Has ten minutes, and wants a number.', '{persona}', pg_temp.v(0.3, 0.8, 0.4)),
  ('rubric', 'rubrics/closing.md', 'Closing, 9 to 10', 'Asks for the next step, with a date.', '{closing}', pg_temp.v(0, 0.2, 1));
insert into objection_library (category, objection_text, response_template, psychology_principle, embedding) values
  ('pricing', 'It is too expensive.', 'Compared with what? What does it cost you to leave it as it is?', 'anchoring', pg_temp.v(0, 1)),
  ('timing', 'Call me next quarter.', 'What will be different then?', 'status quo bias', pg_temp.v(0.5, 0.2, 0.7)),
  ('brush_off', 'Send me an email.', 'Gladly. What should it say, so that you answer it?', 'commitment', pg_temp.v(1, 0, 0.2));

\echo
\echo '--- Ana and Abe practise; one transcript is our own form, the other Vapi''s messages'
insert into roleplay_sessions (id, user_id, persona_id, scenario_type, duration_seconds, transcript) values
  (md5('of ana')::uuid, md5('ana')::uuid, 'renewal_sceptic', 'objection', 540, :'call'),
  (md5('of abe')::uuid, md5('abe')::uuid, 'gatekeeper_gina', 'gatekeeper', 12, '[
    {"role": "system", "message": "You are Gina, who guards the calendar."},
    {"role": "bot", "message": "Hello, Mister Cole''s office.", "secondsFromStart": 0.4, "duration": 1500},
    {"role": "user", "message": "Hi, um, this is Abe, is he in?", "secondsFromStart": 2.2, "duration": 2400},
    {"role": "bot", "message": "What is it about?", "secondsFromStart": 5.1, "duration": 900},
    {"role": "user", "message": "You know, basically, a demo.", "secondsFromStart": 6.9, "duration": 2300}]'),
  (md5('of bob')::uuid, md5('bob')::uuid, 'cfo', 'closing', 60, null);
insert into session_scores (session_id, dimension, score, feedback) values
  (md5('of ana')::uuid, 'discovery', 8, 'Asks before she answers.'),
  (md5('of ana')::uuid, 'objection_handling', 7, 'Takes the price up, once.'),
  (md5('of ana')::uuid, 'closing', 5, 'No date for the next step.'),
  (md5('of abe')::uuid, 'opener', 3, 'No reason for the call.');
select u.name, s.persona_id, k.talk_listen_ratio as talk_listen, k.words_per_minute as wpm, k.filler_words as fillers,
       k.questions_asked as questions, k.interruptions,
       (select string_agg(c.dimension || ' ' || c.score, ', ' order by c.score desc) from session_scores c where c.session_id = s.id) as scores
  from roleplay_sessions s join users u on u.id = s.user_id,
       jsonb_to_record(session_kpis(s.id)) as k (talk_listen_ratio text, words_per_minute int, filler_words int, questions_asked int, interruptions int)
 order by u.name;

\echo '--- Ana uploads a real call; the server stores what Whisper says (diarised: A is Ana), and how it is judged'
insert into call_uploads (id, user_id, file_path, original_filename, file_size_bytes)
values (md5('upload')::uuid, md5('ana')::uuid, md5('ana')::uuid || '/1763750000_acme.mp3', 'acme.mp3', 481233);
update call_uploads set status = 'completed', overall_score = 7, duration_seconds = 9, transcript = '{"task": "transcribe", "language": "english",
  "segments": [{"start": 0.0, "end": 1.4, "text": " Hello?", "speaker": "B"},
               {"start": 1.9, "end": 5.2, "text": " Hi, Ana of Underdog. What made you look for a coach?", "speaker": "A"},
               {"start": 5.8, "end": 9.0, "text": " We lose too many deals late.", "speaker": "B"}]}'
 where id = md5('upload')::uuid;
select original_filename, status, overall_score, k.talk_listen_ratio as talk_listen, k.questions_asked as questions
  from call_uploads, jsonb_to_record(upload_kpis(id, 'A')) as k (talk_listen_ratio text, questions_asked int);

\echo '--- The coach looks up what is near to a question about the price; then how to answer it'
select section_title, source, round(similarity::numeric, 3) as similarity from match_knowledge(pg_temp.v(0.1, 0.9, 0.1), 0.7, 3);
select category, objection_text, response_template, round(similarity::numeric, 3) as similarity from match_objections(pg_temp.v(0.1, 0.9, 0.1), 0.6, 2);

\echo '--- Abe deletes his session: nobody sees it, the server may bring it back'
\c - authenticator
set search_path = sales_coach, public;
begin;
set local role authenticated;
select set_config('request.jwt.claims', jsonb_build_object('sub', md5('abe')::uuid)::text, true) \g /dev/null
delete from roleplay_sessions;
select count(*) as abe_sees from roleplay_sessions;
commit;

\echo '--- The same tables, as the people see them: PostgREST''s login, each with a verified token'
create function pg_temp.sees(who text, out users text, out sessions text, out scores bigint, out uploads bigint, out log bigint)
language plpgsql as $$
begin
  perform set_config('request.jwt.claims', jsonb_build_object('sub', md5(who)::uuid)::text, true);
  select (select string_agg(u.name, ', ' order by u.name) from users u), (select string_agg(s.persona_id, ', ') from roleplay_sessions s),
         (select count(*) from session_scores), (select count(*) from call_uploads), (select count(*) from audit_log)
    into users, sessions, scores, uploads, log;
end
$$;
create function pg_temp.tries(who text, statement text, out rows bigint, out code text, out message text) language plpgsql as $$
begin
  perform set_config('request.jwt.claims', jsonb_build_object('sub', md5(who)::uuid)::text, true);
  execute statement;
  get diagnostics rows = row_count;
  raise exception using errcode = 'UNDO0';
exception
  when sqlstate 'UNDO0' then null;
  when others then code := sqlstate; message := sqlerrm;
end
$$;
grant execute on function pg_temp.sees(text), pg_temp.tries(text, text) to public;
begin;
set local role authenticated;
select title as who, s.* from (values ('Ana, a user', 'ana'), ('Ada, her admin', 'ada'), ('Bob, admin of another', 'bob'), ('Eve, of none', 'eve')) as w (title, who),
  pg_temp.sees(who) as s;
\echo '--- What they may do: rows touched (and taken back), or the error'
select initcap(who) as who, what, e.* from (values
    ('ana', 'changes her name', $$update users set name = 'Ana R.'$$),
    ('ana', 'makes herself admin', $$update users set role = 'admin'$$),
    ('ana', 'joins Birch', $$update users set org_id = md5('birch')::uuid$$),
    ('ana', 'scores Bob''s session', $$insert into session_scores (session_id, dimension, score) values (md5('of bob')::uuid, 'pitch', 1)$$),
    ('ana', 'claims Bob''s recording', $$update call_uploads set file_path = md5('bob')::uuid || '/1.mp3'$$),
    ('ada', 'edits the log', $$delete from audit_log$$),
    ('bob', 'deletes Ana''s session', $$delete from roleplay_sessions where id = md5('of ana')::uuid$$),
    ('eve', 'asks for all users', $$select from users where name <> 'Eve'$$)) as t (who, what, statement), pg_temp.tries(who, statement) as e;
rollback;

\echo '--- The log, as Ada reads it: what happened to sessions and uploads in her organisation'
begin;
set local role authenticated;
select set_config('request.jwt.claims', jsonb_build_object('sub', md5('ada')::uuid)::text, true) \g /dev/null
select l.table_name, l.operation, coalesce(u.name, 'the server') as by,
       (select string_agg(key, ', ' order by key) from jsonb_object_keys(l.new_data) as key where l.old_data -> key is distinct from l.new_data -> key
           and l.operation = 'UPDATE') as changed
  from audit_log l left join users u on u.id = l.user_id
 where l.table_name in ('roleplay_sessions', 'call_uploads') order by l.created_at;
rollback;
