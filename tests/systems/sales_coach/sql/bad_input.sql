-- What tables refuse: each CHECK, NOT NULL and key.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set people :abs_srcdir '/include/people.sql'
\set nobody :abs_srcdir '/include/nobody.sql'
\set asking :abs_srcdir '/include/asking.sql'
\set ECHO none
set search_path = sales_coach, public;
\i :people
\c - authenticator
set search_path = sales_coach, public;
\i :asking
\set ECHO all
begin;
set local role service_role;
select statement, e.code, e.message from unnest(array[
  $s$ update organizations set plan = 'gold' $s$,
  $s$ insert into organizations (name) values (null) $s$,
  $s$ insert into organizations (name, plan) values ('No plan', null) $s$,
  $s$ update users set role = 'owner' $s$,
  $s$ update users set role = 'Admin' $s$,
  $s$ update users set email = 'ana@example.com' $s$,
  $s$ update users set name = null $s$,
  $s$ update users set org_id = md5('no organisation')::uuid $s$,
  $s$ insert into users (id, email, name) values (md5('nobody')::uuid, 'nobody@example.com', 'Nobody') $s$,
  $s$ update roleplay_sessions set scenario_type = 'warm_call' $s$,
  $s$ update roleplay_sessions set scenario_type = '' $s$,
  $s$ update roleplay_sessions set duration_seconds = -1 $s$,
  $s$ update roleplay_sessions set duration_seconds = 0 $s$,
  $s$ update roleplay_sessions set persona_id = null $s$,
  $s$ insert into roleplay_sessions (user_id, persona_id, scenario_type) values (md5('nobody')::uuid, 'x', 'closing') $s$,
  $s$ update session_scores set score = 0 $s$,
  $s$ update session_scores set score = 11 $s$,
  $s$ update session_scores set score = 1 $s$,
  $s$ update session_scores set score = 10 $s$,
  $s$ update session_scores set score = null $s$,
  $s$ update session_scores set dimension = 'charm' $s$,
  $s$ update session_scores set dimension = null $s$,
  $s$ insert into session_scores (session_id, dimension, score) values (md5('no session')::uuid, 'pitch', 5) $s$,
  $s$ update call_uploads set status = 'done' $s$,
  $s$ update call_uploads set file_size_bytes = -1 $s$,
  $s$ update call_uploads set duration_seconds = -1 $s$,
  $s$ update call_uploads set overall_score = 0 $s$,
  $s$ update call_uploads set overall_score = 11 $s$,
  $s$ update call_uploads set overall_score = 10 $s$,
  $s$ update call_uploads set file_path = null $s$,
  $s$ insert into curriculum_modules (id, name, order_index) values (0, 'x', 0) $s$,
  $s$ insert into curriculum_modules (id, name, order_index) values (13, 'x', 13) $s$,
  $s$ insert into curriculum_modules (id, name, order_index) values (12, 'x', 12) $s$,
  $s$ insert into curriculum_modules (id, name, order_index) values (1, 'x', 1) $s$,
  $s$ delete from curriculum_modules where id = 1 $s$,
  $s$ insert into curriculum_progress (user_id, module_id) values (md5('ana')::uuid, 13) $s$,
  $s$ insert into curriculum_progress (user_id, module_id) values (md5('ana')::uuid, 11) $s$,
  $s$ insert into curriculum_progress (user_id, module_id) values (md5('ana')::uuid, 2) $s$,
  $s$ update curriculum_progress set score = 0 $s$,
  $s$ update curriculum_progress set score = 11 $s$,
  $s$ update knowledge_base set source = 'web' $s$,
  $s$ update knowledge_base set content = null $s$,
  $s$ update knowledge_base set embedding = '[1,2,3]' $s$,
  $s$ update objection_library set category = 'weather' $s$,
  $s$ update objection_library set response_template = null $s$,
  $s$ insert into session_events (session_id, event_type, data) values (md5('session of ana')::uuid, 'x', null) $s$,
  $s$ insert into session_events (session_id, event_type, data) values (md5('to come')::uuid, 'x', '{}') $s$])
  as statement, pg_temp.error_of('server', statement) as e;
rollback;
-- The log takes nothing else than its three operations, even from its owner.
\c - postgres
\set VERBOSITY terse
insert into sales_coach.audit_log (table_name, operation) values ('users', 'TRUNCATE');
\set ECHO none
set search_path = sales_coach, public;
\i :nobody
