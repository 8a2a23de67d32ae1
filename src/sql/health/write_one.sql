update {schema}.customers set health_score = $2, updated_at = now() where id = $1
