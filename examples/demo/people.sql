-- For show.sql, in the session of PostgREST's login: what a token sees, and what it may do. Both set what PostgREST
-- sets for a request, and call the hook it calls.
create function pg_temp.request(token text) returns void language plpgsql as $$
begin
  perform set_config('request.jwt.claims', token, true);
  perform callcoach.pre_request();
end
$$;

create function pg_temp.sees(token text, out organisation text, out role text, out people bigint, out scenarios bigint,
                             out attempts bigint, out of_whom text, out facts bigint, out endpoints bigint)
language plpgsql as $$
begin
  perform pg_temp.request(token);
  select (select name from orgs), current_org_role(), (select count(*) from org_members),
         (select count(*) from scenarios), (select count(*) from scenario_attempts),
         (select string_agg(distinct substr(user_id, 6), ', ') from scenario_attempts),
         (select count(*) from fact_scenario_attempts), (select count(*) from webhooks)
    into organisation, role, people, scenarios, attempts, of_whom, facts, endpoints;
end
$$;

-- Runs the statement, and takes it back.
create function pg_temp.tries(token text, statement text, out rows bigint, out code text, out message text)
language plpgsql as $$
begin
  perform pg_temp.request(token);
  execute statement;
  get diagnostics rows = row_count;
  raise exception using errcode = 'UNDO0';
exception
  when sqlstate 'UNDO0' then null;
  when others then code := sqlstate; message := sqlerrm;
end
$$;
grant execute on function pg_temp.request(text), pg_temp.sees(text), pg_temp.tries(text, text) to authenticated;
