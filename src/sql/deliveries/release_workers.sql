-- What the worker before had claimed: there is one at a time.
delete from {schema}.webhook_claims where by_worker
