-- :each deliveries of 1 KB for each endpoint, due at once; then it is waited until all are delivered.
set synchronous_commit = on;
delete from webhook_deliveries;
insert into webhook_deliveries (org_id, webhook_id, event, payload, body, status, next_retry_at)
select org_id, id, 'scenario.completed', '{}', repeat('x', 1000), 'pending', now()
  from webhooks, generate_series(1, :each)
 where enabled;
vacuum (analyze) webhook_deliveries;
insert into bench_phase values ('sending');
select test_webhook(id) from webhooks limit 1 \g /dev/null
select clock_timestamp() as began \gset
do $$
begin
  while exists (select from webhook_deliveries d join webhooks w on w.id = d.webhook_id
                 where d.status = 'pending' and w.enabled and w.url like '%/ok') loop
    commit;
    perform pg_sleep(0.2);
  end loop;
end
$$;
-- From the first attempt to the end of the last, as the sender noted them.
select count(*) as delivered,
       1000 * extract(epoch from max(attempted_at + duration_ms * interval '1 ms') - min(attempted_at)) as ms
  from webhook_deliveries where status = 'success' and event <> 'webhook.test' \gset
\echo Time: :ms ms
\echo done :delivered
