-- Policies cost a look-up a query, and leave the indexes usable: what a user and an admin read does not grow with what
-- others have.
\set SHOW_CONTEXT never
set search_path = sales_coach, public;
\set ECHO none
insert into organizations (id, name) select md5('org ' || n)::uuid, 'Org ' || n from generate_series(0, 49) n;
insert into auth.users (id, email) select md5('user ' || n)::uuid, 'user' || n || '@example.com' from generate_series(0, 999) n;
update users set org_id = md5('org ' || (substr(name, 5)::int % 50))::uuid, role = case when substr(name, 5)::int < 50 then 'admin' else 'user' end;
alter table roleplay_sessions disable trigger audit_insert;
insert into roleplay_sessions (id, user_id, persona_id, scenario_type, created_at)
select md5('session ' || n)::uuid, md5('user ' || n % 1000)::uuid, 'p', 'closing', timestamptz '2026-01-01Z' + n * interval '1 minute'
  from generate_series(0, 39999) n;
alter table roleplay_sessions enable trigger audit_insert;
alter table session_scores disable trigger audit_insert;
insert into session_scores (session_id, dimension, score) select id, 'pitch', 5 from roleplay_sessions;
alter table session_scores enable trigger audit_insert;
vacuum analyze users, organizations, roleplay_sessions, session_scores, audit_log;
set max_parallel_workers_per_gather = 0;
set client_min_messages = warning;
-- What of a plan matters: by which condition an index is asked, and whether a table is read as a whole.
create function pg_temp.plan(query text, out asked text, out reads_all boolean) language plpgsql as $$
declare
  line text;
begin
  reads_all := false;
  for line in execute 'explain (costs off) ' || query loop
    reads_all := reads_all or line ~ 'Seq Scan';
    -- $n: a look-up made once a query.
    asked := concat_ws(', ', nullif(asked, ''), regexp_replace(substring(line from 'Index Cond: (.*)'), '\$\d+', '$', 'g'));
  end loop;
end
$$;
grant execute on function pg_temp.plan(text) to public;
\set ECHO all
-- user 100 has 40 of 40,000 sessions; user 0, an admin, reads the 800 of their organisation's 20 users.
begin;
set local role authenticated;
select set_config('request.jwt.claims', format('{"sub": "%s"}', md5('user 100')::uuid), true) is null as unset;
select count(*) from roleplay_sessions;
select * from pg_temp.plan('select id, persona_id from roleplay_sessions');
select * from pg_temp.plan('select id, name from users');
select * from pg_temp.plan('select dimension, score from session_scores where session_id = ''00000000-0000-4000-8000-000000000000''');
select * from pg_temp.plan('select table_name, operation from audit_log');
explain (costs off) select id, persona_id from roleplay_sessions where user_id = md5('user 100')::uuid order by created_at desc limit 20;
select set_config('request.jwt.claims', format('{"sub": "%s"}', md5('user 0')::uuid), true) is null as unset;
select count(*) as sessions, (select count(*) from users) as users from roleplay_sessions;
select * from pg_temp.plan('select user_id, count(*) from roleplay_sessions group by user_id');
rollback;
\set ECHO none
truncate auth.users, organizations cascade;
