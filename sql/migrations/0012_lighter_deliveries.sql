-- 0012_lighter_deliveries: less is written for each delivery, and so for each completed call.

-- Payloads and bodies are compressed with LZ4 where the server has it: once for each event, whatever the number of its
-- endpoints. Without LZ4 they stay as they are: PostgreSQL's own compression would cost more than it saves.
do $$
begin
  if exists (select from pg_catalog.pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) then
    alter table webhook_deliveries
      alter column payload set compression lz4,
      alter column body set compression lz4;
  end if;
end
$$;

-- Of the status: what is over. The retry queue, which is where most are written, is webhook_deliveries_due_idx.
drop index webhook_deliveries_status_idx;
create index webhook_deliveries_status_idx on webhook_deliveries (status) where status <> 'pending';

insert into callcoach_migrations (version) values ('0012_lighter_deliveries');
