-- An account that goes with all it has: whose each line of the log is, is looked up by index, also while the log is
-- small, as vacuum has found it. One scan of it all is the foreign key's.
set search_path = sales_coach, public;
insert into auth.users (id, email) values (md5('ada')::uuid, 'ada@example.com');
vacuum audit_log;
begin;
insert into auth.users (id, email) values (md5('ana')::uuid, 'ana@example.com');
insert into call_uploads (user_id, file_path) select md5('ana')::uuid, md5('ana')::uuid || '/' || n from generate_series(1, 300) n;
delete from auth.users where id = md5('ana')::uuid;
select operation, count(*) from audit_log where record_id <> md5('ana')::uuid group by 1 order by 1;
select seq_scan < 10 as by_index, seq_tup_read < 10000 as little_read from pg_stat_xact_user_tables where relid = 'audit_log'::regclass;
rollback;
delete from auth.users;
delete from audit_log;
