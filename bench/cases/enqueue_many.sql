begin;
select set_org_claim('00000001-0000-4000-8000-100000000001') \g /dev/null
\timing on
select sum(enqueue_webhook('scenario.completed', payload)) as queued from bench.payload, generate_series(1, :calls) \gset
\timing off
select count(*) as deliveries from webhook_deliveries \gset
rollback;
\echo done :queued :deliveries
