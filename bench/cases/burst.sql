-- :count deliveries to the one endpoint that is switched on, queued within one transaction; then it is waited until none
-- is pending.
set synchronous_commit = on;
delete from webhook_deliveries;
begin;
select set_org_claim(md5('org 1')::uuid) \g /dev/null
select sum(enqueue_webhook('scenario.completed', jsonb_build_object('text', repeat('x', 800))))
  from generate_series(1, :count) \g /dev/null
commit;
do $$
begin
  while exists (select from webhook_deliveries where status = 'pending' and retry_count = 0) loop
    commit;
    perform pg_sleep(0.2);
  end loop;
end
$$;
-- From the first attempt to the end of the last, as the sender noted them.
select count(*) filter (where status = 'success') as delivered, count(*) filter (where status <> 'success' or retry_count > 0) as others,
       1000 * extract(epoch from max(attempted_at + duration_ms * interval '1 ms') - min(attempted_at)) as ms
  from webhook_deliveries \gset
\echo Time: :ms ms
\echo done :delivered :others
