-- One client of many, at the same few attempts: to another month, to no time, back, set back and completed, by hand.
\set kind random(1, 6)
\set n random(1, 4)
\set months random(0, 14)
\if :kind <= 2
update scenario_attempts set started_at = date_trunc('month', now(), 'UTC') - :months * interval '1 month', ended_at = now()
 where id = ('c000000' || :n || '-0000-4000-8000-000000000000')::uuid;
\elif :kind = 3
update scenario_attempts set started_at = null where id = ('c000000' || :n || '-0000-4000-8000-000000000000')::uuid;
\elif :kind = 4
update scenario_attempts set status = case status when 'completed' then 'in_progress' else 'completed' end
 where id = ('c000000' || :n || '-0000-4000-8000-000000000000')::uuid;
\else
select populate_fact_from_attempt(('c000000' || :n || '-0000-4000-8000-000000000000')::uuid);
\endif
