select distinct s.customer_id from {schema}.agent_sessions s where s.id = any ($1) and s.customer_id is not null
