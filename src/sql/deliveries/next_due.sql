-- In how many seconds the next delivery is due that is not due yet.
select extract(epoch from next_retry_at - clock_timestamp())::float8
  from {schema}.webhook_deliveries
 where next_retry_at > statement_timestamp()
 order by next_retry_at
 limit 1
