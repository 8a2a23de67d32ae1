-- 005_activity_log: what is done to the tables is noted in activity_log, once a statement, whoever does it and
-- however. Documents' texts and embeddings are left out: they are long, and stand in their rows. (An embedding that
-- comes later is 002_vector_search's to leave out.)

do $$
declare
  audited record;
  verb record;
  embedding constant text := (
    select ', ''embedding''' from pg_catalog.pg_attribute
     where attrelid = 'knowledge_base'::regclass and attname = 'embedding' and not attisdropped);
begin
  for audited in
    select * from (values
      ('customers', ''), ('stakeholders', ''), ('contracts', '''raw_text'''), ('entitlements', ''),
      ('agent_sessions', ''), ('agent_messages', ''), ('approvals', ''), ('meetings', ''),
      ('transcripts', '''content'''), ('insights', ''), ('training_modules', '''content'''), ('training_progress', ''),
      ('knowledge_base', concat('''content''', embedding))
    ) as a (tbl, left_out)
  loop
    for verb in
      select * from (values
        ('insert', 'new table as new_rows'),
        ('update', 'old table as old_rows new table as new_rows'),
        ('delete', 'old table as old_rows')
      ) as v (name, tables)
      -- A message is its own record of having been said; that it was changed or deleted is worth a note.
      where not (audited.tbl = 'agent_messages' and v.name = 'insert')
    loop
      execute format(
        'create trigger %I after %s on %I referencing %s for each statement execute function callcoach.audit_trigger_func(%s)',
        'audit_' || verb.name, verb.name, audited.tbl, verb.tables, audited.left_out);
    end loop;
  end loop;
end
$$;

-- Of rows that name no customer themselves, the one they hang on; NULL where that is gone. The schema is written into
-- it, so that its statements are planned once.
do $$
begin
  execute replace($body$
create function activity_of_customer() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $function$
declare
  entry constant jsonb := coalesce(new.new_values, new.old_values);
begin
  case new.entity_type
    when 'entitlements' then
      select c.customer_id into new.customer_id from {schema}.contracts c where c.id = (entry ->> 'contract_id')::uuid;
    when 'transcripts' then
      select m.customer_id into new.customer_id from {schema}.meetings m where m.id = (entry ->> 'meeting_id')::uuid;
    else
      select s.customer_id into new.customer_id from {schema}.agent_sessions s where s.id = (entry ->> 'session_id')::uuid;
  end case;
  return new;
end
$function$
$body$, '{schema}', quote_ident(current_schema()));
end
$$;
comment on function activity_of_customer() is 'Trigger on activity_log: the customer of what belongs to one by its contract, meeting or session.';
revoke all on function activity_of_customer() from public, anon, authenticated, service_role;
create trigger activity_of_customer before insert on activity_log
  for each row when (new.customer_id is null
    and new.entity_type in ('entitlements', 'transcripts', 'agent_messages', 'approvals'))
  execute function activity_of_customer();

insert into callcoach_migrations (version) values ('005_activity_log');
