-- What a new user brings along: $1 is their row of auth.users. The metadata is theirs to write: a name, and no more.
select ($1).id as id, ($1).email as email,
       left(coalesce(
         nullif(btrim(case when jsonb_typeof(m.d -> 'full_name') = 'string' then m.d ->> 'full_name' end), ''),
         nullif(btrim(case when jsonb_typeof(m.d -> 'name') = 'string' then m.d ->> 'name' end), ''),
         nullif(btrim(split_part(($1).email, '@', 1)), ''),
         nullif(btrim(($1).phone), ''),
         'user'), 200) as name
  from (select ($1).raw_user_meta_data as d) m
