-- user.promoted: trainee below manager and hr, who are equals, below admin. A row that is given to another
-- person, or to another organisation, adds that person.
with written as (
  select n.org_id, n.user_id, n.role, n.metadata, o.role as previous_role,
         (n.org_id, n.user_id) is distinct from (o.org_id, o.user_id) as is_another,
         array_position(array['trainee', 'manager', 'admin'], replace(n.role::text, 'hr', 'manager')) as rank,
         array_position(array['trainee', 'manager', 'admin'], replace(o.role::text, 'hr', 'manager')) as previous_rank
    from new_rows n
    join old_rows o on o.id = n.id
), happened as (
  select org_id, 'user.added' as event, {added_data} as data
    from written
   where is_another
  union all
  select org_id, 'user.promoted',
         jsonb_build_object('user_id', user_id, 'role', role, 'previous_role', previous_role)
    from written
   where not is_another and rank > previous_rank
)
select org_id, event, data from happened
