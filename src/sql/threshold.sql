coalesce(
           case when jsonb_typeof(s.rubric -> 'threshold') = 'number' then (s.rubric -> 'threshold')::numeric end,
           case when jsonb_typeof(o.metadata -> 'low_score_threshold') = 'number'
                then (o.metadata -> 'low_score_threshold')::numeric end,
           {default_threshold})