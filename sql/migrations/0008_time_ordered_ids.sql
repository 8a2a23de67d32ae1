-- 0008_time_ordered_ids: what is written by the thousand gets ids that sort by time. Random ones each go to
-- another page of their index, which then has to be read, kept and logged.
alter table webhook_deliveries
  alter column id set default callcoach.uuid_v7(),
  alter column idempotency_key set default callcoach.uuid_v7();
alter table fact_kpi_events alter column id set default callcoach.uuid_v7();

insert into callcoach_migrations (version) values ('0008_time_ordered_ids');
