-- user.added and user.promoted: trainee < manager = hr < admin.
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
create function pg_temp.heard() returns table (org text, event text, data jsonb) language sql as $$
  with taken as (delete from webhook_deliveries returning *)
  select left(org_id::text, 2), event::text, payload from taken order by 1, 2, payload ->> 'user_id'
$$;
insert into org_members (org_id, user_id, role) values (:'org_a', 'unheard', 'trainee');
select * from pg_temp.heard();
update webhooks set events = '{user.added,user.promoted}' where org_id = :'org_a';

insert into org_members (org_id, user_id, role, metadata)
values (:'org_a', 'cleo', 'trainee', '{"name": "Cleo", "email": "cleo@a.example", "team": "West", "salary": 1000}');
select * from pg_temp.heard();
-- Many at once, without names, or with names that are none; the other organisation does not listen.
insert into org_members (org_id, user_id, role, metadata) values
  (:'org_a', 'dan', 'admin', '{}'),
  (:'org_a', 'eve', 'hr', '{"name": 7, "email": null}'),
  (:'org_b', 'fay', 'trainee', '{"name": "Fay"}');
select * from pg_temp.heard();

-- Every change of a role.
create function pg_temp.from_to(before user_role, after user_role) returns text language plpgsql as $$
declare
  told text;
begin
  update org_members set role = before where user_id = 'cleo';
  delete from webhook_deliveries;
  update org_members set role = after where user_id = 'cleo';
  select string_agg(event || ': ' || payload::text, ', ') into told from webhook_deliveries;
  delete from webhook_deliveries;
  return coalesce(told, '-');
end
$$;
select b as before, a as after, pg_temp.from_to(b, a) as told
  from unnest(enum_range(null::user_role)) as b, unnest(enum_range(null::user_role)) as a order by b, a;
-- Of many, those that rise.
update org_members set role = 'trainee' where org_id = :'org_a';
delete from webhook_deliveries;
update org_members set role = case user_id when 'dan' then 'manager' when 'eve' then 'admin' else 'trainee' end::user_role;
select * from pg_temp.heard();
-- Names, teams and what else changes tell nothing.
update org_members set metadata = metadata || '{"team": "East"}' where org_id = :'org_a';
update org_members set metadata = metadata || '{"team": "North"}' where user_id = 'cleo';
select * from pg_temp.heard();

-- A row that is given to another person adds that person, of whatever role; gone and back is added again.
update org_members set user_id = 'gus', role = 'admin' where user_id = 'dan';
select * from pg_temp.heard();
delete from org_members where user_id = 'gus';
insert into org_members (org_id, user_id, role) values (:'org_a', 'gus', 'trainee');
select * from pg_temp.heard();
-- Written as servers do that follow an identity provider: the same again is nothing, a higher role is.
insert into org_members (org_id, user_id, role) values (:'org_a', 'gus', 'trainee')
  on conflict (org_id, user_id) do update set role = excluded.role;
insert into org_members (org_id, user_id, role) values (:'org_a', 'gus', 'manager'), (:'org_a', 'hal', 'trainee')
  on conflict (org_id, user_id) do update set role = excluded.role;
select * from pg_temp.heard();

-- An admin promotes over the API.
insert into org_members (org_id, user_id, role) values (:'org_a', 'ada', 'admin');
delete from webhook_deliveries;
select set_org_claim(:'org_a');
set local request.jwt.claims = '{"sub": "ada"}';
set local role authenticated;
update org_members set role = 'hr' where user_id = 'hal';
reset role;
select * from pg_temp.heard();
rollback;
