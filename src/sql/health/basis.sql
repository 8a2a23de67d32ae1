-- What the scores are made of: recent messages (ten count as much as any more; each session gives its own by
-- index, so that nobody else's are read), the sum and the number of the percentages of training.
select c.id, c.health_score, recent.messages, training.sum, training.count
  from {schema}.customers c
 cross join lateral (
   select count(*) as messages from (
     select from {schema}.agent_sessions s
      cross join lateral (
        select from {schema}.agent_messages m
         -- 30 days of UTC, whatever the session's time zone.
         where m.session_id = s.id and m.created_at > now() - interval '720 hours'
         limit 10) of_session
      where s.customer_id = c.id
      limit 10) counted) recent
 cross join lateral (
   select sum(p.progress), count(p.progress) from {schema}.training_progress p where p.customer_id = c.id) training
