-- What an attacker has had time to build, as smith: a login that may make objects in a schema of its own, and has
-- no rights in the application but to read notes. Everybody may use what is in the lair.
create schema lair authorization smith;
grant usage on schema lair to public;
set role smith;

-- What is got hold of, and as whom.
create table lair.loot (as_whom name not null default current_user, what text);
grant all on lair.loot to public;

-- Tells of every value it is called with; costs nothing, so that the planner likes to call it first.
create function lair.peek(what text) returns boolean language plpgsql cost 0.0000001
  as $$ begin raise notice 'peeked: %', what; return true; end $$;
create function lair.peek(what text, other text) returns boolean language plpgsql cost 0.0000001
  as $$ begin raise notice 'peeked: %', what; return true; end $$;
create operator lair.~~~ (function = lair.peek, leftarg = text, rightarg = text);

-- These take what whoever runs them may read.
create function lair.spy() returns boolean language plpgsql as $$
begin
  insert into lair.loot (what) select body from public.notes union all select ai_prompt from public.scenarios;
  return true;
end $$;
create function lair.spy_statement() returns trigger language plpgsql
  as $$ begin perform lair.spy(); return null; end $$;
create function lair.spy_row() returns trigger language plpgsql
  as $$ begin perform lair.spy(); return new; end $$;
-- This one, what they write.
create function lair.spy_new() returns trigger language plpgsql
  as $$ begin insert into lair.loot (what) values (to_jsonb(new)::text); return new; end $$;

-- They take precedence over PostgreSQL's, where a path says so.
create function lair.spy_eq(uuid, uuid) returns boolean language plpgsql as $$ begin return lair.spy(); end $$;
create function lair.spy_eq(text, text) returns boolean language plpgsql as $$ begin return lair.spy(); end $$;
create operator lair.= (function = lair.spy_eq, leftarg = uuid, rightarg = uuid);
create operator lair.= (function = lair.spy_eq, leftarg = text, rightarg = text);
create function lair.now() returns timestamptz language plpgsql
  as $$ begin perform lair.spy(); return pg_catalog.now(); end $$;
create function lair.count(uuid) returns bigint language plpgsql as $$ begin perform lair.spy(); return 7; end $$;
-- And these give the answers that policies ask for.
create function lair.current_org_id() returns uuid language sql stable
  as $$ select 'b0000000-0000-4000-8000-000000000001'::uuid $$;
create function lair.current_user_id() returns text language sql stable as $$ select 'user_b_admin' $$;
create function lair.acts_as(variadic text[]) returns boolean language sql stable as $$ select true $$;

-- Statements inside of functions.
create function lair.run(statement text) returns void language plpgsql as $$ begin execute statement; end $$;
create function lair.rows_of(statement text) returns setof text language plpgsql
  as $$ begin return query execute statement; end $$;
create function lair.looped(statement text) returns setof text language plpgsql
  as $$ declare line text; begin for line in execute statement loop return next line; end loop; end $$;
-- Keeps its plan for the session.
create function lair.all_scenarios() returns setof public.scenarios language plpgsql
  as $$ begin return query select * from public.scenarios; end $$;
reset role;
