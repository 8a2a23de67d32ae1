-- As the caller: what the policies do not show is not there.
select true from {schema}.customers where id = $1
