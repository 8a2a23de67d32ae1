id, org_id, user_id, scenario_id, score, duration_seconds,
       -- KPIs may have been written by hand: what is no number, or none that fits, must not stop a completion.
       case when jsonb_typeof(kpis -> 'talk_ms') = 'number'
            then least(greatest((kpis -> 'talk_ms')::numeric, 0), 2147483647)::int else 0 end,
       case when jsonb_typeof(kpis -> 'listen_ms') = 'number'
            then least(greatest((kpis -> 'listen_ms')::numeric, 0), 2147483647)::int else 0 end,
       started_at, ended_at
