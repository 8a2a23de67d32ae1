-- The score by its definition, computed from nothing but the tables.
create function pg_temp.expected_score(customer uuid) returns integer language plpgsql as $$
declare
  engagement integer;
  adoption integer;
begin
  select least(100, 10 * count(*)) into engagement
    from customer_success.agent_messages m, customer_success.agent_sessions s
   where m.session_id = s.id and s.customer_id = customer and m.created_at > now() - interval '30 days';
  -- Assigned to an integer, and so rounded as PostgreSQL rounds.
  select coalesce(avg(p.progress), 0) into adoption from customer_success.training_progress p where p.customer_id = customer;
  return (engagement + adoption) / 2;
end
$$;
