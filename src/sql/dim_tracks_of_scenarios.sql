-- track_scenarios has changed: its tracks are counted again, those that still exist.
insert into {schema}.dim_tracks (org_id, track_id, title, scenario_count, created_at, updated_at)
select t.org_id, t.id, t.title,
       (select count(*) from {schema}.track_scenarios s where s.org_id = t.org_id and s.track_id = t.id),
       t.created_at, now()
  from (select distinct org_id, track_id from new_rows) changed
  join {schema}.tracks t on t.org_id = changed.org_id and t.id = changed.track_id
  join {schema}.orgs o on o.id = t.org_id
on conflict (org_id, track_id) do update set
  title = excluded.title, scenario_count = excluded.scenario_count, updated_at = excluded.updated_at
