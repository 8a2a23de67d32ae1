-- A scenario that is moved to another track leaves the first track's count.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
insert into tracks (id, org_id, title) values ('a2000000-0000-4000-8000-000000000001', :'org_a', 'Advanced');
update track_scenarios set track_id = 'a2000000-0000-4000-8000-000000000001' where track_id = :'track_a';
select title, scenario_count from dim_tracks where org_id = :'org_a' order by title;
rollback;
