-- pg_temp.v(…): an embedding of 1536 dimensions that begins so, and goes on with zeros.
create function pg_temp.v(variadic first float[]) returns extensions.vector language sql immutable as $$
  select (first || array_fill(0::float, array[1536 - cardinality(first)]))::real[]::extensions.vector
$$;
