-- Hundreds of random changes of messages, sessions, training and customers, a few rows or many at once: after each, every
-- score is what the definition gives.
\getenv abs_srcdir PG_ABS_SRCDIR
\set expected :abs_srcdir '/include/expected_score.sql'
\set forget :abs_srcdir '/include/forget.sql'
set search_path = customer_success, public;
set client_min_messages = warning;
\set ECHO none
\i :expected
\set ECHO all
create function pg_temp.one_of(ids uuid[]) returns uuid language sql volatile as
  $$ select case when random() < 0.05 then null else ids[1 + floor(random() * cardinality(ids))::int] end $$;
create function pg_temp.some_time() returns timestamptz language sql volatile as
  -- Never within the hour about the edge.
  $$ select now() - make_interval(hours => 1) * floor(random() * 40 * 24 / 12)::int * 12 - interval '6 hours' $$;
create function pg_temp.rounds(how_many int) returns table (rounds int, differences bigint, changed bigint) language plpgsql as $$
declare
  customer_ids uuid[];
  session_ids uuid[];
  module_ids uuid[];
  many int;
  was jsonb;
begin
  insert into customers (name) select 'customer ' || n from generate_series(1, 12) as n;
  insert into training_modules (title) select 'module ' || n from generate_series(1, 5) as n;
  insert into agent_sessions (customer_id) select id from customers, generate_series(1, 2);
  differences := 0;
  changed := 0;
  rounds := how_many;
  for round in 1 .. how_many loop
    customer_ids := array(select id from customers);
    session_ids := array(select id from agent_sessions);
    module_ids := array(select id from training_modules);
    many := case when random() < 0.3 then 1 + floor(random() * 40)::int else 1 end;
    was := (select jsonb_object_agg(id, health_score) from customers);
    case floor(random() * 14)::int
      when 0, 1, 2, 3 then
        insert into agent_messages (session_id, role, content, created_at)
        select pg_temp.one_of(session_ids), 'user', 'x', pg_temp.some_time() from generate_series(1, many);
      when 4, 5 then
        update agent_messages set session_id = pg_temp.one_of(session_ids) where random() < 0.05 * least(many, 4);
      when 6 then
        update agent_messages set created_at = pg_temp.some_time() where random() < 0.1;
      when 7 then
        delete from agent_messages where random() < 0.05 * least(many, 4);
      when 8, 9 then
        -- An upsert may not hit one row twice.
        insert into training_progress (customer_id, module_id, progress)
        select distinct on (customer, module) customer, module, floor(random() * 101)
          from (select pg_temp.one_of(customer_ids), pg_temp.one_of(module_ids) from generate_series(1, many)) as pairs (customer, module)
        on conflict (customer_id, stakeholder_id, module_id) do update set progress = excluded.progress;
      when 10 then
        update training_progress set progress = case when random() < 0.1 then null else floor(random() * 101) end where random() < 0.2;
      when 11 then
        delete from training_progress where random() < 0.1;
      when 12 then
        update agent_sessions set customer_id = pg_temp.one_of(customer_ids) where random() < 0.1;
      else
        if random() < 0.4 then
          delete from agent_sessions where random() < 0.05;
        elsif random() < 0.3 then
          delete from customers where id = pg_temp.one_of(customer_ids);
          insert into customers (name) values ('another');
        elsif random() < 0.3 then
          delete from training_modules where id = pg_temp.one_of(module_ids);
          insert into training_modules (title) values ('another');
        end if;
        insert into agent_sessions (customer_id)
        select pg_temp.one_of(array(select id from customers)) where cardinality(session_ids) < 30;
    end case;
    differences := differences + (select count(*) from customers where coalesce(health_score, 0) <> pg_temp.expected_score(id));
    changed := changed + (select count(*) from customers where (was ->> id::text)::int is distinct from health_score);
  end loop;
  return next;
end
$$;
select setseed(0.25);
select rounds, differences, changed > 500 as much_changed from pg_temp.rounds(600);
-- And what was kept is what a refresh gives: only those that nothing ever touched are new.
select coalesce(sum(1), 0) as outdated from customers where health_score is not null and health_score <> pg_temp.expected_score(id);
select count(*) as untouched from customers where health_score is null \gset
select refresh_health_scores() = :untouched as only_untouched;
select count(*) filter (where health_score is distinct from pg_temp.expected_score(id)) as wrong from customers;
\set ECHO none
\i :forget
