-- As PostgREST asks: its login, the role of the token, and the token; for a transaction. Who is "none" has no token,
-- "anon" that of nobody, "server" that of service_role; "gone" one of a user who was deleted.
create function pg_temp.as_user(who text) returns void language plpgsql as $$
begin
  perform set_config('role', case who when 'anon' then 'anon' when 'server' then 'service_role' else 'authenticated' end, true);
  perform set_config('request.jwt.claims', case
    when who = 'none' then ''
    when who in ('anon', 'server') then jsonb_build_object('role', current_setting('role'))::text
    else jsonb_build_object('sub', md5(who)::uuid, 'role', 'authenticated')::text end, true);
end
$$;
-- What a statement does as somebody: its rows, or the SQLSTATE. Nothing of it stays.
create function pg_temp.tries(who text, statement text) returns text language plpgsql as $$
declare
  n bigint;
begin
  begin
    perform pg_temp.as_user(who);
    execute statement;
    get diagnostics n = row_count;
    raise exception using errcode = 'UNDO0', message = n;
  exception when sqlstate 'UNDO0' then
    return sqlerrm;
  when others then
    return sqlstate;
  end;
end
$$;
-- What a query of one value gives somebody.
create function pg_temp.reads(who text, query text) returns text language plpgsql as $$
declare
  value text;
begin
  begin
    perform pg_temp.as_user(who);
    execute query into value;
    raise exception using errcode = 'UNDO0', message = coalesce(value, '');
  exception when sqlstate 'UNDO0' then
    return sqlerrm;
  when others then
    return sqlstate;
  end;
end
$$;
-- A statement's error, in full.
create function pg_temp.error_of(who text, statement text, out code text, out message text, out detail text, out hint text)
language plpgsql as $$
begin
  perform pg_temp.as_user(who);
  execute statement;
  message := 'no error';
  raise exception using errcode = 'UNDO0';
exception when sqlstate 'UNDO0' then
  code := '00000';
when others then
  get stacked diagnostics code = returned_sqlstate, message = message_text,
    detail = pg_exception_detail, hint = pg_exception_hint;
  detail := nullif(detail, '');
  hint := nullif(hint, '');
end
$$;
grant execute on function pg_temp.as_user(text), pg_temp.tries(text, text), pg_temp.reads(text, text),
  pg_temp.error_of(text, text) to public;
