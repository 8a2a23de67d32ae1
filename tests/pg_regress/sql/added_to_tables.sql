-- What somebody has added to the tables that completion writes natively: it is all as with INSERT.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
create temp table seen (n int generated always as identity, what text);
create function pg_temp.saw() returns trigger language plpgsql as $$
declare
  rows bigint;
begin
  if tg_level = 'STATEMENT' and tg_when = 'AFTER' then
    select count(*) into rows from added;
  end if;
  insert into seen (what) values (concat_ws(' ', tg_table_name, tg_when, tg_op, tg_level, 'rows ' || rows));
  return new;
end
$$;
create function pg_temp.what() returns setof text language sql begin atomic
  with gone as (delete from seen returning n, what)
  select what || case when count(*) > 1 then ' times ' || count(*) else '' end from gone group by what order by min(n);
end;
insert into webhooks (org_id, name, url, secret, events)
values (:'org_a', 'second', 'https://hooks.example.test/2', 'a secret of enough letters', array['scenario.completed']);

-- Triggers of every kind, with transition tables, in PostgreSQL's order; one completed, and two at once.
create trigger before_statement before insert on webhook_deliveries for each statement execute function pg_temp.saw();
create trigger before_row before insert on webhook_deliveries for each row execute function pg_temp.saw();
create trigger after_row after insert on webhook_deliveries for each row execute function pg_temp.saw();
create trigger after_statement after insert on webhook_deliveries referencing new table as added
  for each statement execute function pg_temp.saw();
create trigger facts_after_row after insert on fact_scenario_attempts for each row execute function pg_temp.saw();
create trigger facts_after_statement after insert on fact_scenario_attempts referencing new table as added
  for each statement execute function pg_temp.saw();
savepoint triggers;
update scenario_attempts set status = 'completed' where id = :'attempt_a';
select pg_temp.what();
insert into scenario_attempts (org_id, user_id, scenario_id, status)
select :'org_a', 'ana', :'scenario_a', 'completed' from generate_series(1, 2);
select pg_temp.what();
-- One that was completed before is upserted, and says the same as it did.
update scenario_attempts set feedback_text = 'good' where id = :'attempt_a';
select pg_temp.what();
-- A statement of another kind raises the same.
select set_org_claim(:'org_a');
select enqueue_webhook('scenario.completed', '{"by": "hand"}');
select pg_temp.what();
rollback to triggers;
drop trigger before_statement on webhook_deliveries;
drop trigger before_row on webhook_deliveries;
drop trigger after_row on webhook_deliveries;
drop trigger after_statement on webhook_deliveries;

-- A BEFORE trigger that changes rows, and one that takes them away: they are not counted, and nobody is woken.
create function pg_temp.changes() returns trigger language plpgsql as $$
begin
  if new.webhook_id = (select id from public.webhooks where name = 'second') then
    return null;
  end if;
  new.response_body := 'changed';
  return new;
end
$$;
create trigger before_row before insert on webhook_deliveries for each row execute function pg_temp.changes();
savepoint changes;
select set_org_claim(:'org_a');
select enqueue_webhook('scenario.completed', '{"by": "hand"}') as queued;
select w.name, d.response_body, d.payload from webhook_deliveries d join webhooks w on w.id = d.webhook_id;
rollback to changes;
drop trigger before_row on webhook_deliveries;

-- The table's owner is who its triggers and defaults run as, and not whoever owns the functions.
create role keeper nologin;
grant usage on schema public to keeper;
grant select, references on webhooks to keeper;
alter table webhook_deliveries owner to keeper;
create function public.who() returns trigger language plpgsql as $$
begin
  new.response_body := current_user || (select case when rolsuper then ', a superuser' else '' end from pg_roles where rolname = current_user);
  return new;
end
$$;
alter table webhook_deliveries add column by_whom text default current_user;
create trigger before_row before insert on webhook_deliveries for each row execute function public.who();
savepoint keeper;
update scenario_attempts set status = 'completed' where id = :'attempt_a';
select distinct response_body, by_whom from webhook_deliveries;
rollback to keeper;
-- Who may become whom is not theirs to say.
create function public.becomes() returns trigger language plpgsql as $$
begin
  set local role postgres;
  return new;
end
$$;
create trigger becomes before insert on webhook_deliveries for each row execute function public.becomes();
update scenario_attempts set status = 'completed' where id = :'attempt_a';
rollback to keeper;
drop trigger before_row on webhook_deliveries;
alter table webhook_deliveries drop column by_whom;

-- Columns with defaults, also one that is another every time, identities, generated ones, and domains with a default.
create domain marked as text default 'by its domain' constraint marked_short check (length(value) < 20);
create sequence numbers;
grant usage on sequence numbers to keeper;
alter table webhook_deliveries
  add column constant text default 'constant',
  add column counted int default nextval('numbers'),
  add column numbered bigint generated always as identity,
  add column kind text generated always as (split_part(event, '.', 1)) stored,
  add column mark marked,
  add column nothing text;
alter table webhook_deliveries drop column nothing;
alter table fact_scenario_attempts add column minutes int generated always as (duration_seconds / 60) stored, add column origin text default 'native';
savepoint columns;
update scenario_attempts set status = 'completed', started_at = '2026-03-01 10:00+00', ended_at = '2026-03-01 10:05+00', duration_seconds = 300 where id = :'attempt_a';
select constant, counted, numbered, kind, mark from webhook_deliveries order by counted;
select date_key, minutes, origin from fact_scenario_attempts;
rollback to columns;

-- What a constraint, an index or a domain does not take is an error, and the attempt stays as it was.
\set VERBOSITY terse
alter table webhook_deliveries add constraint no_ana check (payload ->> 'user_id' <> 'ana');
update scenario_attempts set status = 'completed' where id = :'attempt_a';
select status from scenario_attempts where id = :'attempt_a';
rollback to columns;
alter table fact_scenario_attempts add constraint no_zero check (talk_ms > 1000000);
update scenario_attempts set status = 'completed' where id = :'attempt_a';
rollback to columns;
create unique index one_each on webhook_deliveries (org_id, event);
update scenario_attempts set status = 'completed' where id = :'attempt_a';
rollback to columns;
alter domain webhook_event add constraint not_this_one check (value <> 'scenario.completed');
update scenario_attempts set status = 'completed' where id = :'attempt_a';
rollback to columns;
alter table webhook_deliveries alter response_status set not null;
update scenario_attempts set status = 'completed' where id = :'attempt_a';
rollback to columns;

\set VERBOSITY default
-- Foreign keys: those that were there, and others; at once and at the end of the transaction.
create table kinds (kind text primary key);
alter table webhook_deliveries add constraint of_a_kind foreign key (event) references kinds;
update scenario_attempts set status = 'completed' where id = :'attempt_a';
insert into kinds values ('scenario.completed');
update scenario_attempts set status = 'completed' where id = :'attempt_a' returning status;
rollback to columns;
create table kinds (kind text primary key);
alter table webhook_deliveries add constraint of_a_kind foreign key (event) references kinds deferrable initially deferred;
update scenario_attempts set status = 'completed' where id = :'attempt_a' returning status;
set constraints all immediate;
rollback to columns;

-- No table at all.
alter table webhook_deliveries rename to deliveries;
create view webhook_deliveries as select * from deliveries;
update scenario_attempts set status = 'completed' where id = :'attempt_a';
rollback;
