-- Who may do what: a matrix of callers and tables for reading, of callers and statements for writing. ana and ada
-- (admin) are of one organisation, bob and bea (admin) of another, noa and nic (admin) of none; gone is a token whose
-- user was deleted; none is without a token.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set people :abs_srcdir '/include/people.sql'
\set nobody :abs_srcdir '/include/nobody.sql'
\set asking :abs_srcdir '/include/asking.sql'
\set ECHO none
set search_path = sales_coach, public;
\i :people
\set ECHO all

-- Every policy of the document, by name, command and role.
select tablename, policyname, cmd, roles from pg_policies where schemaname = 'sales_coach'
 order by tablename collate "C", policyname collate "C";

\c - authenticator
\set ON_ERROR_ROLLBACK on
\pset null -
set search_path = sales_coach, public;
\set ECHO none
\i :asking
\set ECHO all
begin;
set local role authenticated;
with seen as (
  select n, tbl, who, pg_temp.reads(who, query) as names
    from unnest(array['ana', 'ada', 'bob', 'bea', 'noa', 'nic']) as who,
         unnest(array['organizations', 'users', 'sessions', 'scores', 'uploads', 'progress', 'modules', 'knowledge',
                      'objections', 'audit log: users', 'audit log: rows of', 'events'],
                array[
    $q$ select string_agg(name, ' ' order by name) from organizations $q$,
    $q$ select string_agg(name, ' ' order by name) from users $q$,
    $q$ select string_agg(persona_id, ' ' order by persona_id) from roleplay_sessions $q$,
    $q$ select string_agg(feedback, ' ' order by feedback) from session_scores $q$,
    $q$ select string_agg(original_filename, ' ' order by original_filename) from call_uploads $q$,
    $q$ select string_agg(u, ' ' order by u) from (select coalesce((select name from users where id = user_id), '?') as u from curriculum_progress) p $q$,
    $q$ select count(*) from curriculum_modules $q$,
    $q$ select count(*) from knowledge_base $q$,
    $q$ select count(*) from objection_library $q$,
    $q$ select string_agg(distinct new_data ->> 'name', ' ') from audit_log where table_name = 'users' $q$,
    $q$ select string_agg(distinct coalesce(new_data ->> 'persona_id', new_data ->> 'original_filename', new_data ->> 'feedback'), ' ') from audit_log where table_name <> 'users' $q$,
    $q$ select count(*) from session_events $q$]) with ordinality as q (tbl, query, n)
)
select tbl, max(names) filter (where who = 'ana') as ana, max(names) filter (where who = 'ada') as ada_admin,
       max(names) filter (where who = 'bob') as bob, max(names) filter (where who = 'bea') as bea_admin,
       max(names) filter (where who = 'noa') as noa, max(names) filter (where who = 'nic') as nic_admin
  from seen group by tbl, n order by n;
with seen as (
  select n, tbl, who, pg_temp.reads(who, format('select count(*) from sales_coach.%I', tbl)) as rows
    from unnest(array['gone', 'none', 'anon', 'server']) as who,
         unnest(array['organizations', 'users', 'roleplay_sessions', 'session_scores', 'call_uploads', 'curriculum_progress',
                      'curriculum_modules', 'knowledge_base', 'objection_library', 'session_events', 'callcoach_migrations'])
           with ordinality as q (tbl, n)
)
select tbl, max(rows) filter (where who = 'gone') as gone, max(rows) filter (where who = 'none') as none,
       max(rows) filter (where who = 'anon') as anon, max(rows) filter (where who = 'server') as service_role
  from seen group by tbl, n order by n;

-- Writing: rows touched, or the SQLSTATE. Nothing of it stays.
with tried as (
  select n, statement, who, pg_temp.tries(who, statement) as outcome
    from unnest(array['ana', 'ada', 'bob', 'bea', 'noa', 'none', 'server']) as who,
         unnest(array[
    $s$ insert into organizations (name) values ('x') $s$,
    $s$ update organizations set name = 'x' $s$,
    $s$ update organizations set plan = 'enterprise' $s$,
    $s$ delete from organizations where id = md5('acme')::uuid $s$,
    $s$ insert into users (id, email, name) values (callcoach.user_id(), 'x@example.com', 'x') $s$,
    $s$ update users set name = 'x' $s$,
    $s$ update users set role = 'admin' where id = callcoach.user_id() $s$,
    $s$ update users set role = role $s$,
    $s$ update users set org_id = md5('birch')::uuid where id = callcoach.user_id() $s$,
    $s$ update users set email = 'bob@example.com' where id = callcoach.user_id() $s$,
    $s$ update users set id = md5('bob')::uuid where id = callcoach.user_id() $s$,
    $s$ delete from users where id = callcoach.user_id() $s$,
    $s$ insert into roleplay_sessions (user_id, persona_id, scenario_type) values (callcoach.user_id(), 'x', 'closing') $s$,
    $s$ insert into roleplay_sessions (user_id, persona_id, scenario_type) values (md5('ana')::uuid, 'x', 'closing') $s$,
    $s$ insert into roleplay_sessions (id, user_id, persona_id, scenario_type) values (gen_random_uuid(), md5('ana')::uuid, 'x', 'closing') $s$,
    $s$ insert into roleplay_sessions (user_id, persona_id, scenario_type, deleted_at) values (md5('ana')::uuid, 'x', 'closing', now()) $s$,
    $s$ update roleplay_sessions set duration_seconds = 1 $s$,
    $s$ delete from roleplay_sessions where id = md5('session of ana')::uuid $s$,
    $s$ insert into session_scores (session_id, dimension, score) values (md5('session of ana')::uuid, 'pitch', 9) $s$,
    $s$ insert into session_scores (session_id, dimension, score) values (md5('deleted session')::uuid, 'pitch', 9) $s$,
    $s$ insert into session_scores (session_id, dimension, score) values (md5('no session')::uuid, 'pitch', 9) $s$,
    $s$ update session_scores set score = 10 $s$,
    $s$ delete from session_scores where id = md5('score of ana')::uuid $s$,
    $s$ insert into call_uploads (user_id, file_path) values (callcoach.user_id(), callcoach.user_id() || '/3_x.mp3') $s$,
    $s$ insert into call_uploads (user_id, file_path) values (md5('ana')::uuid, md5('ana')::uuid || '/3_x.mp3') $s$,
    $s$ insert into call_uploads (user_id, file_path) values (md5('ana')::uuid, md5('bob')::uuid || '/1_bob.mp3') $s$,
    $s$ insert into call_uploads (user_id, file_path) values (md5('ana')::uuid, md5('ana')::uuid || '/../' || md5('bob')::uuid || '/1_bob.mp3') $s$,
    $s$ update call_uploads set status = 'transcribing' $s$,
    $s$ update call_uploads set file_path = md5('bob')::uuid || '/1_bob.mp3' where id = md5('upload of ana')::uuid $s$,
    $s$ update call_uploads set user_id = md5('bob')::uuid where id = md5('upload of ana')::uuid $s$,
    $s$ update call_uploads set deleted_at = null $s$,
    $s$ delete from call_uploads where id = md5('upload of ana')::uuid $s$,
    $s$ insert into curriculum_progress (user_id, module_id) values (callcoach.user_id(), 5) $s$,
    $s$ insert into curriculum_progress (user_id, module_id) values (md5('ana')::uuid, 5) $s$,
    $s$ insert into curriculum_progress (user_id, module_id) values (md5('ana')::uuid, 2) $s$,
    $s$ insert into curriculum_progress (user_id, module_id, score) values (md5('ana')::uuid, 2, 8)
        on conflict (user_id, module_id) do update set user_id = excluded.user_id, module_id = excluded.module_id, score = excluded.score $s$,
    $s$ update curriculum_progress set score = 9 $s$,
    $s$ update curriculum_progress set user_id = md5('bob')::uuid where user_id = callcoach.user_id() $s$,
    $s$ delete from curriculum_progress $s$,
    $s$ insert into curriculum_modules (id, name, order_index) values (12, 'x', 12) $s$,
    $s$ update curriculum_modules set content = '{}' $s$,
    $s$ insert into knowledge_base (source, source_file, section_title, content) values ('wiki', 'x', 'x', 'x') $s$,
    $s$ update knowledge_base set content = 'x' $s$,
    $s$ delete from knowledge_base $s$,
    $s$ insert into objection_library (category, objection_text, response_template) values ('timing', 'x', 'x') $s$,
    $s$ update objection_library set response_template = 'x' $s$,
    $s$ insert into audit_log (table_name, operation) values ('users', 'INSERT') $s$,
    $s$ update audit_log set new_data = '{}' $s$,
    $s$ delete from audit_log $s$,
    $s$ insert into session_events (session_id, event_type, data) values (md5('session of ana')::uuid, 'x', '{}') $s$,
    $s$ delete from callcoach_migrations $s$]) with ordinality as s (statement, n)
)
select btrim(regexp_replace(statement, '\s+', ' ', 'g')) as statement,
       max(outcome) filter (where who = 'ana') as ana, max(outcome) filter (where who = 'ada') as ada_admin,
       max(outcome) filter (where who = 'bob') as bob, max(outcome) filter (where who = 'bea') as bea_admin,
       max(outcome) filter (where who = 'noa') as noa, max(outcome) filter (where who = 'none') as none,
       max(outcome) filter (where who = 'server') as server
  from tried group by statement, n order by n;
rollback;

-- A session that is missing, another organisation's, or deleted fails alike; as does a user who is.
begin;
select e.* from unnest(array['session of bob', 'deleted session', 'no session']) as of_whom,
  pg_temp.error_of('ana', format('insert into session_scores (session_id, dimension, score) values (md5(%L)::uuid, ''pitch'', 9)', of_whom)) as e;
rollback;
begin;
select e.* from unnest(array['bob', 'nobody']) as of_whom,
  pg_temp.error_of('ana', format('insert into curriculum_progress (user_id, module_id) values (md5(%L)::uuid, 4)', of_whom)) as e;
rollback;

-- Who moves to another organisation sees and is seen there; who loses the role sees only themselves, at once.
\c - postgres
set search_path = sales_coach, public;
update users set role = 'user' where name = 'Ada';
update users set org_id = md5('birch')::uuid where name = 'Ana';
\c - authenticator
set search_path = sales_coach, public;
\set ECHO none
\i :asking
\set ECHO all
begin;
set local role authenticated;
select who, pg_temp.reads(who, 'select string_agg(name, '' '' order by name) from organizations') as organisations,
       pg_temp.reads(who, 'select string_agg(persona_id, '' '' order by persona_id) from roleplay_sessions') as sessions,
       pg_temp.reads(who, 'select string_agg(distinct coalesce(new_data ->> ''name'', new_data ->> ''persona_id''), '' '') from audit_log where table_name in (''users'', ''roleplay_sessions'')') as log
  from unnest(array['ana', 'ada', 'bea']) as who;
rollback;

\c - postgres
set search_path = sales_coach, public;
\set ECHO none
\i :nobody
