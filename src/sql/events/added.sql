-- user.added, one for each member. Before this stands: with joined as (… rows …)
, happened as (
  select org_id, 'user.added' as event, {added_data} as data
    from joined
)
select org_id, event, data from happened
