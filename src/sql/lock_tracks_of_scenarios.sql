-- One count of a track at a time, each with a snapshot of its own.
select from {schema}.tracks t
 where (t.org_id, t.id) in (select org_id, track_id from new_rows)
 order by t.id
   for no key update
