-- Was everything written? Facts and deliveries, and a digest of what both sides must agree on.
\timing off
\pset tuples_only on
\pset format unaligned
select 'done ' || (select count(*) from scenario_attempts
                    where status = 'completed' and score is not null and kpis ? 'filler_words')
    || ' ' || (select count(*) from fact_scenario_attempts)
    || ' ' || (select count(*) from webhook_deliveries where status = 'pending');
select 'digest ' || md5(string_agg(concat_ws(' ', attempt_id, org_id, user_id, scenario_id, round(score, 2),
                                             duration_seconds, talk_ms, listen_ms, date_key), ';' order by attempt_id))
  from fact_scenario_attempts;
