-- Gives deliveries ($1) back that were claimed ($2) and not tried: they are due as before.
delete from {schema}.webhook_claims where delivery_id = any ($1::uuid[]) and claim = $2::uuid
