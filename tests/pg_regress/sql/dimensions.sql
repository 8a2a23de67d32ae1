-- Dimensions follow their tables; dim_time is the calendar.
\set SHOW_CONTEXT never
set datestyle = 'ISO';
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
create temp view dims as
select 'org' as dim, org_id, name as title, plan as more, null as number from dim_orgs
union all select 'user', org_id, user_id, concat_ws(' ', name, email, role), null from dim_users
union all select 'scenario', org_id, title, concat_ws(' ', difficulty, category), null from dim_scenarios
union all select 'track', org_id, title, null, scenario_count::text from dim_tracks;
select dim, title, more, number from dims order by org_id, dim, title;
update orgs set name = 'Acme Inc.', plan = 'enterprise' where id = :'org_a';
update org_members set role = 'manager', metadata = '{"name": "Ana Lee", "email": "ana@a.example"}' where org_id = :'org_a';
-- A person may be in two organisations.
insert into org_members (org_id, user_id, role) values (:'org_b', 'ana', 'hr'), (:'org_a', 'amy', 'trainee');
update scenarios set title = 'Refinancing', difficulty = 'hard', persona = '{"role": "Home Buyer"}' where id = :'scenario_a';
update scenarios set persona = '{"role": "Home Buyer", "category": "Mortgage"}' where id = :'scenario_b';
insert into scenarios (id, org_id, title) values (:'missing', :'org_a', 'Another');
insert into track_scenarios (org_id, track_id, scenario_id, position) values (:'org_a', :'track_a', :'missing', 2);
update tracks set title = 'Foundations' where id = :'track_a';
insert into tracks (org_id, title) values (:'org_a', 'Empty');
select dim, title, more, number from dims order by org_id, dim, title;
-- What facts refer to stays when it is deleted; a track counts what it still holds.
delete from org_members where user_id = 'ana' and org_id = :'org_a';
delete from track_scenarios where scenario_id = :'missing';
delete from scenarios where id = :'scenario_a';
select dim, title, more, number from dims where org_id = :'org_a' order by dim, title;
-- Many at once.
insert into org_members (org_id, user_id, role) select :'org_a', 'u' || n, 'trainee' from generate_series(1, 5000) as n;
update org_members set role = 'hr' where user_id like 'u%';
select role, count(*) from dim_users where user_id like 'u%' group by role;
insert into org_members (org_id, user_id, role) values (:'org_a', 'u1', 'admin') on conflict (org_id, user_id) do update set role = 'admin';
select role from dim_users where user_id = 'u1';
rollback;

-- The calendar: 1970 to 2100 has 131 years, 32 of them leap years (1972 to 2096 are 32; 2100 is none): 131 * 365 + 32 = 47847.
select count(*), min(date_key), max(date_key) from dim_time;
-- The 1st of January 2027 is a Friday, in week 53 of 2026; the 29th of February 2028 a Tuesday, day 31 + 29 = 60.
select * from dim_time where date_key in ('1970-01-01', '2027-01-01', '2028-02-29', '2026-11-22', '2100-12-31') order by date_key;

-- The calendar, for any range of dates: what is there stays.
begin;
select fill_dim_time();
delete from dim_time where date_key = '2024-12-30';
select fill_dim_time(last => '2101-01-02');
select * from dim_time where date_key in ('2024-12-30', '2101-01-02') order by 1;
select fill_dim_time('0001-01-01 BC', '0001-01-02');
select date_key, year, week, day_of_year, is_weekend from dim_time where date_key < '0001-01-02' order by 1 limit 1;
select fill_dim_time(null, '2101-01-02');
commit;
delete from dim_time where date_key < '1970-01-01' or date_key > '2100-12-31';
select fill_dim_time('2025-01-02', '2025-01-01');
\echo :LAST_ERROR_SQLSTATE
select fill_dim_time('-infinity', '2025-01-01');
select fill_dim_time('2025-01-01', 'infinity');
select fill_dim_time('4713-01-01 BC', '5874897-12-31');
