-- pg_temp.tried(sql): runs a statement that is expected to fail, and shows its error as a row. What it did, if
-- it did not fail, stays done.
create function pg_temp.tried(sql text, out code text, out message text, out detail text, out hint text)
language plpgsql as $$
declare
  rows bigint;
begin
  execute sql;
  get diagnostics rows = row_count;
  code := '00000';
  message := format('no error, %s row(s)', rows);
exception when others then
  get stacked diagnostics code = returned_sqlstate, message = message_text,
    detail = pg_exception_detail, hint = pg_exception_hint;
  detail := nullif(detail, '');
  hint := nullif(hint, '');
end
$$;
grant execute on function pg_temp.tried(text) to public;
