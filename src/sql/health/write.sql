update {schema}.customers c
   set health_score = s.score
  from unnest($1, $2) as s (id, score)
 where c.id = s.id and c.health_score is distinct from s.score
