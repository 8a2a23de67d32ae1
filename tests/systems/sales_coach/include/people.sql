-- Two organisations, Acme (ada, its admin, and ana) and Birch (bea, its admin, and bob); and noa and nic, who are of
-- none, although nic's role says admin. Each has signed up, and has one of everything; ana has one more, deleted.
-- The id of anything is md5 of its name.
insert into auth.users (id, email, raw_user_meta_data)
select md5(who)::uuid, who || '@example.com', jsonb_build_object('full_name', initcap(who))
  from unnest(array['ada', 'ana', 'bea', 'bob', 'noa', 'nic']) as who;
insert into organizations (id, name, plan) values (md5('acme')::uuid, 'Acme', 'pro'), (md5('birch')::uuid, 'Birch', 'free');
update users set
  org_id = case when name in ('Ada', 'Ana') then md5('acme')::uuid when name in ('Bea', 'Bob') then md5('birch')::uuid end,
  role = case when name in ('Ada', 'Bea', 'Nic') then 'admin' else 'user' end;
insert into curriculum_modules (id, name, order_index) select n, 'Module ' || n, n from generate_series(1, 6) n;

insert into roleplay_sessions (id, user_id, persona_id, scenario_type, transcript)
select md5('session of ' || who)::uuid, md5(who)::uuid, who, 'cold_call',
       '[{"speaker": "user", "text": "What do you pay now?", "start_ms": 0, "end_ms": 6000},
         {"speaker": "assistant", "text": "Too much.", "start_ms": 6500, "end_ms": 8500}]'
  from unnest(array['ada', 'ana', 'bea', 'bob', 'noa', 'nic']) as who;
insert into session_scores (id, session_id, dimension, score, feedback)
select md5('score of ' || who)::uuid, md5('session of ' || who)::uuid, 'opener', 7, who
  from unnest(array['ada', 'ana', 'bea', 'bob', 'noa', 'nic']) as who;
insert into call_uploads (id, user_id, file_path, original_filename)
select md5('upload of ' || who)::uuid, md5(who)::uuid, md5(who)::uuid || '/1_' || who || '.mp3', who
  from unnest(array['ada', 'ana', 'bea', 'bob', 'noa', 'nic']) as who;
insert into curriculum_progress (id, user_id, module_id, completed)
select md5('progress of ' || who)::uuid, md5(who)::uuid, n, true
  from unnest(array['ada', 'ana', 'bea', 'bob', 'noa', 'nic']) with ordinality as w (who, n);
insert into session_events (session_id, event_type, data)
select md5('session of ' || who)::uuid, 'transcript', '{"raw": true}'
  from unnest(array['ada', 'ana', 'bea', 'bob', 'noa', 'nic']) as who;
insert into knowledge_base (id, source, source_file, section_title, content, topics)
values (md5('chunk')::uuid, 'wiki', 'wiki/openers.md', 'Openers', 'Say why you call.', '{opener}');
insert into objection_library (id, category, objection_text, response_template)
values (md5('objection')::uuid, 'pricing', 'Too expensive.', 'Compared with what?');

insert into roleplay_sessions (id, user_id, persona_id, scenario_type)
values (md5('deleted session')::uuid, md5('ana')::uuid, 'deleted', 'closing');
insert into session_scores (id, session_id, dimension, score, feedback) values
  (md5('score of deleted session')::uuid, md5('deleted session')::uuid, 'closing', 3, 'of deleted'),
  (md5('deleted score')::uuid, md5('session of ana')::uuid, 'pitch', 3, 'deleted');
insert into call_uploads (id, user_id, file_path, original_filename)
values (md5('deleted upload')::uuid, md5('ana')::uuid, md5('ana')::uuid || '/2_deleted.mp3', 'deleted');
insert into curriculum_progress (id, user_id, module_id) values (md5('deleted progress')::uuid, md5('ana')::uuid, 6);
delete from roleplay_sessions where id = md5('deleted session')::uuid;
delete from session_scores where id = md5('deleted score')::uuid;
delete from call_uploads where id = md5('deleted upload')::uuid;
delete from curriculum_progress where id = md5('deleted progress')::uuid;
