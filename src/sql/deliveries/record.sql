-- An endpoint's ($1) record: failing since $2, so many failures $3; disabled for the reason $4, unless NULL.
update {schema}.webhooks
   set failing_since = $2::timestamptz, failures = $3::int, enabled = enabled and $4::text is null,
       disabled_at = case when $4 is null then disabled_at else now() end, disabled_reason = coalesce($4, disabled_reason)
 where id = $1::uuid
