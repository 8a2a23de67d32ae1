-- The days from $1 to $2.
insert into {schema}.dim_time
  (date_key, year, quarter, month, week, day_of_week, day_of_month, day_of_year, is_weekend)
select d, extract(year from d), extract(quarter from d), extract(month from d), extract(week from d),
       extract(isodow from d), extract(day from d), extract(doy from d), extract(isodow from d) >= 6
  from (select $1::date + n as d from generate_series(0, $2::date - $1::date) as n) as days
    on conflict (date_key) do nothing
