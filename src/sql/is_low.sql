-- Is this score ($3) of this organisation ($1) and scenario ($2) one to report?
select $3::numeric < {threshold}
  from {schema}.orgs o
  left join {schema}.scenarios s on s.org_id = o.id and s.id = $2::uuid
 where o.id = $1::uuid